"""Stand-ins for the seam to APEX: its application is called in this process, without sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus

import httpx
from starlette.types import ASGIApp

from assurance.apex.client.transport import QUESTION

Alter = Callable[[httpx.Response], httpx.Response]
IsDown = Callable[[httpx.Request], bool]
Failing = Callable[[httpx.Request], Exception]


@dataclass(frozen=True, slots=True)
class Misanswer:
    """What comes in the place of an answer.

    Attributes:
        status: The status.
        body: The body.
        headers: The headers.
        failure: Makes the error that comes instead of all these; None where an answer comes.
    """

    status: int = HTTPStatus.OK
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    failure: Failing | None = None


def never(_: httpx.Request) -> bool:
    """Tell that the application is up."""
    return False


def unaltered(response: httpx.Response) -> httpx.Response:
    """Return an answer as it is."""
    return response


class DirectApplication(httpx.BaseTransport):
    """Hands requests to a web application, one at a time, and may answer some of them wrongly.

    Args:
        application: The web application (ASGI).
        origin: The origin that questions are asked of, as `https://host`.
        alter: What becomes of each answer on its way.
        misanswers: What comes in the place of answers, by the key of the question.
        is_down: Whether nothing listens when a request comes.
    """

    def __init__(
        self,
        application: ASGIApp,
        origin: str,
        alter: Alter = unaltered,
        misanswers: Mapping[str, Misanswer] | None = None,
        is_down: IsDown = never,
    ) -> None:
        self._is_down = is_down
        self._loop = asyncio.new_event_loop()
        self._direct = httpx.ASGITransport(application, raise_app_exceptions=False)
        self._origin = origin
        self._alter = alter
        self._misanswers = misanswers or {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the answer, or what comes in its place.

        Raises:
            httpx.HTTPError: That is what comes.
        """
        if self._is_down(request):
            raise httpx.ConnectError("[Errno 111] Connection refused", request=request)
        misanswer = self._misanswer(request)
        if misanswer is None:
            whole = httpx.Request(request.method, request.url, headers=request.headers, content=request.read())
            return self._alter(self._loop.run_until_complete(self._answer(whole)))
        if misanswer.failure is not None:
            raise misanswer.failure(request)
        return httpx.Response(misanswer.status, headers=misanswer.headers, content=misanswer.body)

    def _misanswer(self, request: httpx.Request) -> Misanswer | None:
        """Return what comes in the place of an answer; who looks again for what it lacked finds the same again."""
        question = request.extensions[QUESTION]
        asked_before = [replace(question, ordinal=number) for number in range(question.ordinal, 0, -1)]
        again = asked_before if request.method == "GET" and question.ordinal else [question]
        keys = (one.key(str(request.url), self._origin) for one in again)
        return next((self._misanswers[key] for key in keys if key in self._misanswers), None)

    def close(self) -> None:
        """Let go of the threads in which the application answers."""
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        response = await self._direct.handle_async_request(request)
        content = await response.aread()
        return httpx.Response(response.status_code, headers=response.headers, content=content)
