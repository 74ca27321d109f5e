"""Comments and webhooks, against services on loopback: what is sent, what is updated, and what never shows."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from assurance.command_line.main import main
from tests.assurance.command_line.commands.packs import write_pack

SECRET = "a-secret-path-of-a-webhook"
TOKEN = "a-token-for-comments"
MARK = "<!-- apex-assurance: sandbox -->"

Variables = MutableMapping[str, str]
Json = Any  # whatever the service is told or answers


@dataclass
class Service:
    """A service on loopback: what it was asked, and what it answers by method and beginning of the path."""

    url: str = ""
    asked: list[tuple[str, str, Json, str]] = field(default_factory=list)
    answers: dict[tuple[str, str], tuple[int, Json]] = field(default_factory=dict)

    def answer(self, method: str, path: str) -> tuple[int, Json]:
        """Return the first answer that fits; 404 where none does."""
        fitting = (told for (verb, start), told in self.answers.items() if verb == method and path.startswith(start))
        return next(fitting, (404, {}))

    def sent(self, method: str) -> list[Json]:
        """Return the bodies of requests by a method."""
        return [body for verb, _, body, _ in self.asked if verb == method]


@pytest.fixture
def variables() -> Iterator[Variables]:
    """The variables of this process, put back as they were after the test; a pipeline's own are taken away before."""
    before = dict(os.environ)
    for name in [name for name in before if name.startswith(("GITHUB_", "SYSTEM_", "BUILD_", "APEX_WEBHOOK"))]:
        del os.environ[name]
    yield os.environ
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def service() -> Iterator[Service]:
    """A service that runs for one test."""
    told = Service()

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = json.loads(content) if content else None
            told.asked.append((self.command, self.path, body, self.headers.get("Authorization", "")))
            status, document = told.answer(self.command, self.path)
            answer = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            if status == 302:
                self.send_header("Location", f"{told.url}/elsewhere")
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = do_PATCH = _serve  # noqa: N815  (the names that http.server calls)

        def log_message(self, format: str, *arguments: object) -> None:
            """Write nothing to the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.url = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, daemon=True).start()
    yield told
    server.shutdown()
    server.server_close()


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """The pack of the sample run."""
    return write_pack(tmp_path / "pack")


@pytest.fixture
def on_github(service: Service, variables: Variables) -> Service:
    """A service with the variables of a workflow that runs for a pull request."""
    for name, value in {"GITHUB_API_URL": service.url, "GITHUB_TOKEN": TOKEN, "GITHUB_REPOSITORY": "a/b",
                        "GITHUB_REF": "refs/pull/7/merge"}.items():  # fmt: skip
        variables[name] = value
    service.answers[("POST", "/repos/a/b/issues/7/comments")] = (201, {"id": 5})
    service.answers[("PATCH", "/repos/a/b/issues/comments/")] = (200, {})
    return service


def comments(service: Service, *told: tuple[int, str, str]) -> None:
    """Let the pull request have these comments: id, author's type, text."""
    listed = [{"id": number, "user": {"type": kind}, "body": text} for number, kind, text in told]
    service.answers[("GET", "/repos/a/b/issues/7/comments")] = (200, listed)


@pytest.mark.parametrize("kind", ["teams", "slack", "json"])
def test_webhook_is_told(
    kind: str, service: Service, pack: Path, variables: Variables, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message arrives, and the webhook's address shows nowhere."""
    variables["HOOK"] = f"{service.url}/{SECRET}"
    service.answers[("POST", f"/{SECRET}")] = (200, {})
    assert main(["notify", str(pack), "--as", kind, "--url-variable", "HOOK", "--link", "https://x.example/r"]) == 0
    [message] = service.sent("POST")
    assert "NO-GO" in json.dumps(message)
    assert "https://x.example/r" in json.dumps(message)
    shown = capsys.readouterr()
    assert SECRET not in shown.out + shown.err
    assert not [file for file in pack.rglob("*") if file.is_file() and SECRET.encode() in file.read_bytes()]


@pytest.mark.parametrize("status", [302, 400, 500])
def test_refusal_is_one_error_without_the_address(
    status: int, service: Service, pack: Path, variables: Variables, capsys: pytest.CaptureFixture[str]
) -> None:
    """A refusal, or a redirect, which is not followed, is told with the status and the host alone."""
    variables["APEX_WEBHOOK_URL"] = f"{service.url}/{SECRET}"
    service.answers[("POST", f"/{SECRET}")] = (status, {})
    assert main(["notify", str(pack), "--as", "json"]) == 2
    told = capsys.readouterr().err
    assert f"127.0.0.1 answered {status}" in told
    assert SECRET not in told
    assert len(service.asked) == 1


@pytest.mark.parametrize(
    "address", ["", "http://example.com/x", "ftp://example.com", "no-address", "http://127.0.0.1:9/x"]
)
def test_address_that_cannot_be_used(
    address: str, pack: Path, variables: Variables, capsys: pytest.CaptureFixture[str]
) -> None:
    """A missing address, one that is not HTTPS, or one where nobody answers, is one error that does not show it."""
    variables["APEX_WEBHOOK_URL"] = address
    assert main(["notify", str(pack), "--as", "json"]) == 2
    told = capsys.readouterr().err
    assert "Traceback" not in told
    assert not address or address not in told


def test_first_comment_is_made(on_github: Service, pack: Path) -> None:
    """Without a comment of ours one is written, with the mark by which it is found again."""
    comments(on_github, (1, "User", "hello"))
    assert main(["comment", str(pack), "--on", "github"]) == 0
    [body] = on_github.sent("POST")
    assert body["body"].startswith(f"{MARK}\n")
    assert {token for _, _, _, token in on_github.asked} == {f"Bearer {TOKEN}"}


def test_comment_is_updated_in_place(on_github: Service, pack: Path) -> None:
    """The comment that an earlier run wrote is updated, and no other is made."""
    comments(on_github, (1, "User", "hello"), (2, "Bot", f"{MARK}\nold"))
    assert main(["comment", str(pack), "--on", "github"]) == 0
    assert on_github.sent("POST") == []
    [path] = [path for method, path, _, _ in on_github.asked if method == "PATCH"]
    assert path.endswith("/comments/2")


def test_comment_of_somebody_else_is_left_alone(on_github: Service, pack: Path) -> None:
    """A person's comment that begins with the mark is not ours."""
    comments(on_github, (1, "User", f"{MARK}\nforged"))
    assert main(["comment", str(pack), "--on", "github"]) == 0
    assert on_github.sent("PATCH") == []
    assert len(on_github.sent("POST")) == 1


def test_thread_in_azure_repos_is_updated(service: Service, pack: Path, variables: Variables) -> None:
    """A thread is written the first time, and its comment updated the next time."""
    for name, value in {"SYSTEM_COLLECTIONURI": f"{service.url}/org/", "SYSTEM_TEAMPROJECT": "my project",
                        "BUILD_REPOSITORY_ID": "repo", "SYSTEM_ACCESSTOKEN": TOKEN,
                        "SYSTEM_PULLREQUEST_PULLREQUESTID": "7"}.items():  # fmt: skip
        variables[name] = value
    threads = "/org/my%20project/_apis/git/repositories/repo/pullRequests/7/threads"
    service.answers[("GET", threads)] = (200, {"value": []})
    service.answers[("POST", threads)] = (200, {"id": 3})
    assert main(["comment", str(pack), "--on", "azure"]) == 0
    [thread] = service.sent("POST")
    text = thread["comments"][0]["content"]
    assert text.startswith(MARK)
    service.answers[("GET", threads)] = (200, {"value": [{"id": 3, "comments": [{"id": 1, "content": text}]}]})
    service.answers[("PATCH", f"{threads}/3/comments/1")] = (200, {})
    assert main(["comment", str(pack), "--on", "azure"]) == 0
    assert len(service.sent("POST")) == 1
    assert len(service.sent("PATCH")) == 1


@pytest.mark.parametrize("missing", ["GITHUB_TOKEN", "GITHUB_REPOSITORY", "GITHUB_REF"])
def test_missing_variable_is_told(
    missing: str, on_github: Service, pack: Path, variables: Variables, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a pipeline should have set is named, and nothing is sent."""
    del variables[missing]
    assert main(["comment", str(pack), "--on", "github"]) == 2
    assert missing in capsys.readouterr().err
    assert on_github.asked == []


def test_link_that_is_no_page_is_refused(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing but the address of a page stands behind a button."""
    assert main(["notify", str(pack), "--as", "json", "--print", "--link", "javascript:alert(1)"]) == 2
    assert "javascript:alert(1)" in capsys.readouterr().err
