"""Puts one comment on a pull request, and updates it in place: on GitHub, and in Azure Repos.

Which comment is ours is told by its first line and by who wrote it: a comment that somebody else began with that line
is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

from assurance.command_line.sending.transport import Answered, NotSent, ask, demand_accepted, demand_safe
from assurance.world.http.statuses import SUCCESSES

MAX_PAGES = 50
REFUSED = "the token needs the right to write comments on pull requests"
API_VERSION = "7.1"

Value = Any  # a value of JSON
Post = Callable[[str, str], str]


def on_github(variables: Mapping[str, str], number: str | None) -> Post:
    """Return what puts a comment on a pull request of GitHub.

    Args:
        variables: As a workflow has them: `GITHUB_TOKEN`, `GITHUB_REPOSITORY`, `GITHUB_API_URL`, `GITHUB_REF`.
        number: The pull request's; None to take it from `GITHUB_REF`.

    Raises:
        NotSent: A variable is missing.
    """
    api = demand_safe(variables.get("GITHUB_API_URL") or "https://api.github.com", "GITHUB_API_URL").rstrip("/")
    repository = _needed(variables, "GITHUB_REPOSITORY", r"[\w.-]+/[\w.-]+")
    token = _needed(variables, "GITHUB_TOKEN", r"[!-~]+")
    found = number or next(iter(re.findall(r"^refs/pull/(\d+)/", variables.get("GITHUB_REF", ""))), "")
    if not found.isdecimal():
        raise NotSent("which pull request? Give --pull-request NUMBER, or run where GITHUB_REF is refs/pull/NUMBER/...")
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/vnd.github+json"}
    issues = f"{api}/repos/{repository}/issues"

    def post(marker: str, text: str) -> str:
        me = ask("GET", f"{api}/user", headers=headers)
        for comment in _github_comments(f"{issues}/{found}/comments?per_page=100", headers):
            if str(comment.get("body", "")).startswith(marker) and _is_ours(comment.get("user"), me):
                url = f"{issues}/comments/{int(comment['id'])}"
                answered = ask("PATCH", url, {"body": text}, headers)
                demand_accepted(answered, url, REFUSED)
                return f"updated comment {comment['id']} of pull request {found}"
        url = f"{issues}/{found}/comments"
        made = demand_accepted(ask("POST", url, {"body": text}, headers), url, REFUSED)
        return f"wrote comment {made['id'] if isinstance(made, dict) and 'id' in made else ''} of pull request {found}"

    return post


def in_azure_repos(variables: Mapping[str, str], number: str | None) -> Post:
    """Return what puts a comment on a pull request in Azure Repos.

    Args:
        variables: As a pipeline has them: `SYSTEM_ACCESSTOKEN` and `SYSTEM_COLLECTIONURI`, `SYSTEM_TEAMPROJECT`,
            `BUILD_REPOSITORY_ID`, `SYSTEM_PULLREQUEST_PULLREQUESTID`.
        number: The pull request's; None to take it from the variables.

    Raises:
        NotSent: A variable is missing.
    """
    collection = demand_safe(variables.get("SYSTEM_COLLECTIONURI", ""), "SYSTEM_COLLECTIONURI").rstrip("/")
    project = quote(_needed(variables, "SYSTEM_TEAMPROJECT", r"[^/\r\n]+"), safe="")
    repository = quote(_needed(variables, "BUILD_REPOSITORY_ID", r"[^/\r\n]+"), safe="")
    token = _needed(variables, "SYSTEM_ACCESSTOKEN", r"[!-~]+")
    found = number or variables.get("SYSTEM_PULLREQUEST_PULLREQUESTID", "")
    if not found.isdecimal():
        raise NotSent("which pull request? Give --pull-request NUMBER, or run in a build of one")
    headers = {"Authorization": f"Bearer {token}"}
    threads = f"{collection}/{project}/_apis/git/repositories/{repository}/pullRequests/{found}/threads"
    version = f"?api-version={API_VERSION}"

    def post(marker: str, text: str) -> str:
        listed = demand_accepted(ask("GET", f"{threads}{version}", headers=headers), threads, REFUSED)
        for thread in _items(listed, "value"):
            first = next(_items(thread, "comments"), {})
            # A build's own identity wrote what it may edit; another's comment it is refused, and a new one is made.
            if str(first.get("content", "")).startswith(marker) and not thread.get("isDeleted"):
                url = f"{threads}/{int(thread['id'])}/comments/{int(first['id'])}"
                if ask("PATCH", f"{url}{version}", {"content": text}, headers).status in SUCCESSES:
                    return f"updated thread {thread['id']} of pull request {found}"
        made = {"comments": [{"parentCommentId": 0, "content": text, "commentType": 1}], "status": 1}
        demand_accepted(ask("POST", f"{threads}{version}", made, headers), threads, REFUSED)
        return f"wrote a thread of pull request {found}"

    return post


HOSTS: Mapping[str, Callable[[Mapping[str, str], str | None], Post]] = {"github": on_github, "azure": in_azure_repos}


def _github_comments(url: str, headers: Mapping[str, str]) -> Iterator[dict[str, Value]]:
    """Yield all comments, page by page; a next page elsewhere than here is not followed."""
    origin = urlsplit(url)[:2]
    for _ in range(MAX_PAGES):
        answered = ask("GET", url, headers=headers)
        listed = demand_accepted(answered, url, REFUSED)
        yield from (one for one in listed if isinstance(one, dict)) if isinstance(listed, list) else ()
        following = answered.links.get("next", "")
        if not following or urlsplit(following)[:2] != origin:
            return
        url = following


def _is_ours(user: Value, me: Answered) -> bool:
    """Whether a comment's author is who we are; a workflow's own token may not ask who that is, and is a bot's."""
    if not isinstance(user, dict):
        return False
    if me.status == HTTPStatus.OK and isinstance(me.document, dict):
        return user.get("login") == me.document.get("login")
    return user.get("type") == "Bot"


def _items(document: Value, name: str) -> Iterator[dict[str, Value]]:
    found = document.get(name) if isinstance(document, dict) else None
    yield from (one for one in found if isinstance(one, dict)) if isinstance(found, list) else ()


def _needed(variables: Mapping[str, str], name: str, form: str) -> str:
    value = variables.get(name, "")
    if re.fullmatch(form, value) is None:
        raise NotSent(f"the variable {name} was expected; a pipeline's run of a pull request has it")
    return value
