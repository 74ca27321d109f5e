"""Sends JSON over HTTPS with a secret that never shows; one comment on a pull request is updated in place."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

from assurance.errors import UsageError
from assurance.reporting.fit import for_terminal
from assurance.world.http.attempts import SUCCESSES

TIMEOUT_SECONDS = 20.0
MAX_ANSWER_BYTES = 5_000_000

Value = Any  # a value of JSON


class NotSent(UsageError):  # noqa: N818  (it says what happened)
    """A service could not be told; the message names its host only, since its address may be a secret."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What a service answered: its status, and its JSON; None where that is none."""

    status: int
    document: Value
    links: Mapping[str, str] = field(default_factory=dict)


def demand_safe(url: str, named: str) -> str:
    """Return an address to which a secret may be sent: HTTPS, or plain HTTP on this machine.

    Args:
        url: The address.
        named: Where it comes from, such as the name of a variable; the address itself is not told.

    Raises:
        NotSent: It is no such address.
    """
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return url
    if parts.scheme == "http" and _is_loopback(parts.hostname or ""):
        return url
    raise NotSent(f"{named}: an address beginning with https:// was expected; its value is not shown")


def ask(method: str, url: str, body: Value = None, headers: Mapping[str, str] | None = None) -> Answered:
    """Send one request and return the answer. Redirects are not followed: the secret would go along.

    Raises:
        NotSent: There was no answer.
    """
    import httpx

    host = urlsplit(url).hostname or "the service"
    try:
        with httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False) as client:
            answer = client.request(method, url, json=body, headers=dict(headers or {}))
    except httpx.HTTPError as error:
        raise NotSent(
            f"{for_terminal(host)}: there was no answer ({type(error).__name__}); nothing was sent twice"
        ) from (
            None  # httpx puts the whole address into its message
        )
    links = {name: str(link["url"]) for name, link in answer.links.items() if name and "url" in link}
    return Answered(answer.status_code, _document(answer.content), links)


def demand_accepted(answered: Answered, url: str, what_to_do: str) -> Value:
    """Return the JSON of an answer that says yes.

    Raises:
        NotSent: It says no; the message has its status and what to do.
    """
    if answered.status in SUCCESSES:
        return answered.document
    raise NotSent(f"{for_terminal(urlsplit(url).hostname or '')} answered {answered.status}; {what_to_do}")


def _document(content: bytes) -> Value:
    import json

    try:
        return json.loads(content[:MAX_ANSWER_BYTES])
    except ValueError:
        return None


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


MAX_PAGES = 50
REFUSED = "the token needs the right to write comments on pull requests"
API_VERSION = "7.1"
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
    pull = number or next(iter(re.findall(r"^refs/pull/(\d+)/", variables.get("GITHUB_REF", ""))), "")
    if not pull.isdecimal():
        raise NotSent("which pull request? Give --pull-request NUMBER, or run where GITHUB_REF is refs/pull/NUMBER/...")
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/vnd.github+json"}
    issues = f"{api}/repos/{repository}/issues"

    def post(marker: str, text: str) -> str:
        me = ask("GET", f"{api}/user", headers=headers)
        for comment in _github_comments(f"{issues}/{pull}/comments?per_page=100", headers):
            if str(comment.get("body", "")).startswith(marker) and _is_ours(comment.get("user"), me):
                url = f"{issues}/comments/{int(comment['id'])}"
                answered = ask("PATCH", url, {"body": text}, headers)
                demand_accepted(answered, url, REFUSED)
                return f"updated comment {comment['id']} of pull request {pull}"
        url = f"{issues}/{pull}/comments"
        made = demand_accepted(ask("POST", url, {"body": text}, headers), url, REFUSED)
        return f"wrote comment {made['id'] if isinstance(made, dict) and 'id' in made else ''} of pull request {pull}"

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
    pull = number or variables.get("SYSTEM_PULLREQUEST_PULLREQUESTID", "")
    if not pull.isdecimal():
        raise NotSent("which pull request? Give --pull-request NUMBER, or run in a build of one")
    headers = {"Authorization": f"Bearer {token}"}
    threads = f"{collection}/{project}/_apis/git/repositories/{repository}/pullRequests/{pull}/threads"
    version = f"?api-version={API_VERSION}"

    def post(marker: str, text: str) -> str:
        listed = demand_accepted(ask("GET", f"{threads}{version}", headers=headers), threads, REFUSED)
        for thread in _items(listed, "value"):
            first = next(_items(thread, "comments"), {})
            # A build's own identity wrote what it may edit; another's comment it is refused, and a new one is made.
            if str(first.get("content", "")).startswith(marker) and not thread.get("isDeleted"):
                url = f"{threads}/{int(thread['id'])}/comments/{int(first['id'])}"
                if ask("PATCH", f"{url}{version}", {"content": text}, headers).status in SUCCESSES:
                    return f"updated thread {thread['id']} of pull request {pull}"
        made = {"comments": [{"parentCommentId": 0, "content": text, "commentType": 1}], "status": 1}
        demand_accepted(ask("POST", f"{threads}{version}", made, headers), threads, REFUSED)
        return f"wrote a thread of pull request {pull}"

    return post


HOSTS: Mapping[str, Callable[[Mapping[str, str], str | None], Post]] = {"github": on_github, "azure": in_azure_repos}


def _github_comments(url: str, headers: Mapping[str, str]) -> Iterator[dict[str, Value]]:
    """Yield all comments, page by page; a next page elsewhere than here is not followed."""
    origin = urlsplit(url)[:2]
    for _ in range(MAX_PAGES):
        answered = ask("GET", url, headers=headers)
        listed = demand_accepted(answered, url, REFUSED)
        yield from (item for item in listed if isinstance(item, dict)) if isinstance(listed, list) else ()
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
    items = document.get(name) if isinstance(document, dict) else None
    yield from (item for item in items if isinstance(item, dict)) if isinstance(items, list) else ()


def _needed(variables: Mapping[str, str], name: str, form: str) -> str:
    value = variables.get(name, "")
    if re.fullmatch(form, value) is None:
        raise NotSent(f"the variable {name} was expected; a pipeline's run of a pull request has it")
    return value
