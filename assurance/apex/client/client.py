"""The API as nouns take it: `Application` reads, `Flows` begins flows that write."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from http import HTTPStatus

import httpx

from assurance.apex.client.callers import ANONYMOUS, Callers
from assurance.apex.client.contents import Contents, Upload
from assurance.apex.client.exchange import Exchange
from assurance.apex.client.plans import FlowPlan, plan_of
from assurance.apex.client.question import SAFE, Question
from assurance.apex.client.transport import QUESTION, READING, TapedTransport
from assurance.environment import Environment
from assurance.environment.application import DeclaredApplication
from assurance.errors import NotEvaluated
from assurance.tape import Reading, Tape
from assurance.tape.redaction import Redactor
from assurance.world.http.upstream import Upstream
from assurance.world.origins import same_origin

MOST_REDIRECTS = 5
# These keep the method and the body (RFC 9110, sections 15.4.8 and 15.4.9); others turn a write into a read.
KEEPING = frozenset({HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT})


class Application:
    """The application of one environment.

    Attributes:
        declared: What the environment file says of it.
        run_id: The id of the run, or of the replayed one, which is in the names of all that it made.

    Args:
        upstream: What sends in place of our own connections; None for those.
    """

    def __init__(
        self,
        environment: Environment,
        declared: DeclaredApplication,
        tape: Tape,
        redactor: Redactor,
        upstream: httpx.BaseTransport | None = None,
    ) -> None:
        self.declared = declared
        self.run_id = tape.header.run_id
        self._redactor = redactor
        self._origin = str(httpx.URL(declared.base_url)).rstrip("/")
        if upstream is None and not tape.replaying:
            upstream = Upstream(environment.cloud.ca_bundle, environment.views.inside.connect)
        callers = Callers(environment, declared)
        transport = TapedTransport(tape, redactor, declared.limits, self._origin, callers.token, upstream)
        self._client = httpx.Client(
            transport=transport,
            headers={"User-Agent": "apex-assurance", "Accept": "application/json"},
            trust_env=False,
        )

    def get(self, path: str, caller: str = ANONYMOUS, *, follow: bool = True) -> Exchange:
        """Read `path`, below the API's prefix: once a run, however many ask.

        Args:
            path: Below the API's prefix.
            caller: A role, `anonymous`, or the name of a token that must be refused.
            follow: Whether to follow redirects.

        Raises:
            NotEvaluated: Nothing answered, or the caller cannot sign in.
        """
        path = f"{self.declared.api_prefix}{path}"
        return self.send("GET", path, Question("GET", caller), Contents(), follow=follow)

    def get_at_root(self, path: str, caller: str = ANONYMOUS) -> Exchange:
        """Read `path`, from the root of the host.

        Raises:
            NotEvaluated: As for `get`.
        """
        return self.send("GET", path, Question("GET", caller), Contents())

    def summary_of(self, contents: Contents) -> str:
        """Return what a request carries, redacted."""
        return contents.summary(self._redactor)

    def close(self) -> None:
        """Let go of connections."""
        self._client.close()

    def send(self, method: str, path: str, question: Question, contents: Contents, *, follow: bool = True) -> Exchange:
        """Send one request, follow where the answer points to, and return the exchange.

        A redirect is followed where that repeats the same request: a read anywhere but into plain HTTP, a write on the
        application's own origin. Any other is the answer.
        """
        request = self._client.build_request(
            method, f"{self._origin}{path}", extensions={QUESTION: question}, **contents.arguments()
        )
        hops: list[Reading] = []
        while True:
            response = self._send(request)
            hops.append(response.extensions[READING])
            following = response.next_request
            if (
                following is None
                or not follow
                or len(hops) > MOST_REDIRECTS
                or not self._may_follow(response, following)
            ):
                return Exchange(method, path, question.caller, tuple(hops))
            hop = Question(
                following.method,
                question.caller,
                question.flow,
                question.ordinal,
                question.sha256,
                question.summary,
                settle_seconds=question.settle_seconds,
                hop=len(hops),
            )
            following.extensions = {**following.extensions, QUESTION: hop}
            request = following

    def _send(self, request: httpx.Request) -> httpx.Response:
        try:
            return self._client.send(request, follow_redirects=False)
        except httpx.HTTPError as error:
            # What the transport has answered is there already; only the address in a redirect can be beyond reading.
            raise NotEvaluated(
                f"An answer pointed to no address: {error}", "Look at the reading's `location`."
            ) from error

    def _may_follow(self, response: httpx.Response, following: httpx.Request) -> bool:
        if following.url.scheme != "https":
            return False
        own = same_origin(str(following.url), self._origin)
        if following.method in SAFE and response.request.method in SAFE:
            return True
        return own and response.status_code in KEEPING


class Flow:
    """A named script of calls in order, each made once a run however many follow it.

    Whoever runs the same script again, another check, another worker of pytest-xdist, or a replay, gets the same
    answers without a request: the n-th time that a flow asks the same question is one question. So a script must derive
    all that it sends from the run's id and from what it was answered.

    Attributes:
        name: The flow's name; its plan is that of the part before a colon.
        application: The application.
    """

    def __init__(self, application: Application, name: str) -> None:
        self.name = name
        self.application = application
        self._plan: FlowPlan = plan_of(name)
        self._asked: Counter[tuple[str, str, str, str]] = Counter()

    def unique(self, suffix: str = "") -> str:
        """Return a name for an object of this flow: prefix, run id, and a suffix where the flow makes several."""
        parts = (self._plan.prefix, self.application.run_id, suffix)
        return "-".join(part for part in parts if part)

    def call(
        self,
        method: str,
        path: str,
        caller: str = ANONYMOUS,
        *,
        json: object = None,
        text: str = "",
        data: Mapping[str, str] | None = None,
        files: Mapping[str, Upload] | None = None,
        pause_seconds: float = 0.0,
        settling: bool = False,
    ) -> Exchange:
        """Call the API and return what it answered, whatever the status.

        Args:
            method: The HTTP method.
            path: Below the API's prefix.
            caller: A role, `anonymous`, or the name of a token that must be refused.
            json: JSON values to send; NaN is sent as it is.
            text: A body to send as JSON although it may be none.
            data: Fields of a form to send.
            files: Files to send, by field.
            pause_seconds: How long to wait before asking; only who really asks waits.
            settling: Whether this is the first read of what was just created, and may be repeated until it is found.

        Raises:
            NotEvaluated: Nothing answered, or the caller cannot sign in.
            RuntimeError: The request would write, and the flow's plan does not say so.
        """
        if not self._plan.covers(method, path, caller):
            raise RuntimeError(
                f"flow {self.name!r}: {method} {path} as {caller} is not in assurance/apex/client/plans.py"
            )
        contents = Contents(text) if text else Contents.of(json, data, files)
        asked = (method, path, caller, contents.digest())
        self._asked[asked] += 1
        question = Question(
            method,
            caller,
            flow=self.name,
            ordinal=self._asked[asked],
            sha256=asked[-1],
            summary=self.application.summary_of(contents),
            pause_seconds=pause_seconds,
            settle_seconds=self.application.declared.limits.settle_seconds if settling else 0.0,
        )
        return self.application.send(method, f"{self.application.declared.api_prefix}{path}", question, contents)

    def poll(
        self, path: str, caller: str, until: Callable[[Exchange], bool], *, seconds: float = 0.0
    ) -> tuple[Exchange, ...]:
        """Read `path` again and again until it is as wanted or the time is up, and return all exchanges, in order.

        Time is told by the readings, so that a replay ends where the run did.

        Args:
            path: Below the API's prefix.
            caller: Who reads.
            until: Tells of an exchange whether it is the last.
            seconds: The bound; the environment's bound for jobs where none is given.

        Raises:
            NotEvaluated: As for `call`.
        """
        limits = self.application.declared.limits
        bound = seconds or limits.job_seconds
        seen = [self.call("GET", path, caller)]
        while not until(seen[-1]) and (seen[-1].started - seen[0].started).total_seconds() < bound:
            seen.append(self.call("GET", path, caller, pause_seconds=limits.poll_seconds))
        return tuple(seen)


class Flows:
    """Begins flows, where the environment allows writing."""

    def __init__(self, application: Application) -> None:
        self.application = application

    def begin(self, name: str) -> Flow:
        """Return the flow of that name, at its beginning.

        Raises:
            NotEvaluated: The environment is read-only.
        """
        if self.application.declared.read_only:
            raise NotEvaluated("The environment file says read_only = true: nothing is written.")
        return Flow(self.application, name)
