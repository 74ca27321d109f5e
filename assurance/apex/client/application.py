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
from assurance.apex.client.sign_in import SignIns
from assurance.apex.client.transport import QUESTION, READING, TapedTransport
from assurance.environment import Environment
from assurance.environment.application import ROLES, DeclaredApplication
from assurance.errors import NotEvaluated
from assurance.tape import Reading, Tape
from assurance.tape.redaction import Redactor
from assurance.world.http.upstream import Upstream
from assurance.world.origins import same_origin

MAX_REDIRECTS = 5
OK = 200
# How a server may answer that a row is there which it has announced, and which is not visible yet.
NOT_YET = frozenset({403, 404, 500})
# The pauses before what is not visible yet is looked for again, in seconds; the last one again and again.
SETTLING_PAUSES = (0.02, 0.04, 0.08, 0.15, 0.3, 0.6, 1.0)
# These keep the method and the body (RFC 9110, sections 15.4.8 and 15.4.9); others turn a write into a read.
KEEPING = frozenset({HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT})


class Application:
    """The application of one environment.

    Attributes:
        declared: What the environment file says of it.
        run_id: The id of the run, or of the replayed one, which is in the names of all that it made.
        tape: Where answers go, and come from.
        redactor: Takes secrets out of what is kept.
        sign_ins: Who can sign in.

    Args:
        upstream: What sends in place of our own connections; None for those.
        tries_sign_in: Whether each identity is tried before it is used: what its token is refused for is then one
            reason, and no finding about whatever it was to ask.
    """

    def __init__(
        self,
        environment: Environment,
        declared: DeclaredApplication,
        tape: Tape,
        redactor: Redactor,
        upstream: httpx.BaseTransport | None = None,
        *,
        tries_sign_in: bool = False,
    ) -> None:
        self.declared = declared
        self.run_id = tape.header.run_id
        self.tape = tape
        self.redactor = redactor
        self._origin = str(httpx.URL(declared.base_url)).rstrip("/")
        if upstream is None and not tape.replaying:
            upstream = Upstream(environment.cloud.ca_bundle, environment.views.inside.connect)
        self._callers = Callers(environment, declared)
        self.sign_ins = SignIns(self, self._callers)
        self.tries_sign_in = tries_sign_in
        transport = TapedTransport(tape, redactor, declared.limits, self._origin, self._callers.token, upstream)
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
            NotEvaluated: Nothing answered, or the caller cannot sign in, or has a token that no application accepts.
        """
        if self.tries_sign_in and caller in ROLES:
            self.sign_ins.demand_usable(caller)
        path = f"{self.declared.api_prefix}{path}"
        return self.send("GET", path, Question("GET", caller), Contents(), follow=follow)

    def look_as(self, role: str, path: str) -> Exchange:
        """Read `path` as a role whose sign-in is only being found out.

        Raises:
            NotEvaluated: Nothing answered, or there is no credential.
        """
        path = f"{self.declared.api_prefix}{path}"
        return self.send("GET", path, Question("GET", role), Contents())

    def get_at_root(self, path: str, caller: str = ANONYMOUS) -> Exchange:
        """Read `path`, from the root of the host.

        Raises:
            NotEvaluated: As for `get`.
        """
        return self.send("GET", path, Question("GET", caller), Contents())

    def summary_of(self, contents: Contents) -> str:
        """Return what a request carries, redacted."""
        return contents.summary(self.redactor)

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
                or len(hops) > MAX_REDIRECTS
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
            settling: Whether this is the first read of what was just announced, and is repeated until it is there.

        Raises:
            NotEvaluated: Nothing answered, or the caller cannot sign in.
            RuntimeError: The request would write, and the flow's plan does not say so.
        """
        if settling:
            return self.settle(path, caller, lambda seen: seen.status not in NOT_YET)[-1]
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
        )
        return self.application.send(method, f"{self.application.declared.api_prefix}{path}", question, contents)

    def settle(
        self, path: str, caller: str, until: Callable[[Exchange], bool], *, seconds: float | None = None
    ) -> tuple[Exchange, ...]:
        """Look for what was announced until it is there, or the environment's bound for that is reached.

        Returns all exchanges, in order; the last one is what is judged, and more than one tell that it came late.

        Args:
            path: Below the API's prefix.
            caller: Who looks.
            until: Tells of an exchange whether it shows what was announced.
            seconds: The bound; the environment's bound for settling where none is given.

        Raises:
            NotEvaluated: As for `call`.
        """
        bound = self.application.declared.limits.settle_seconds if seconds is None else seconds
        seen = [self.call("GET", path, caller)]
        while not until(seen[-1]):
            pause = SETTLING_PAUSES[min(len(seen), len(SETTLING_PAUSES)) - 1]
            if (seen[-1].started - seen[0].started).total_seconds() + pause > bound:
                break
            seen.append(self.call("GET", path, caller, pause_seconds=pause))
        return tuple(seen)

    def poll(
        self, path: str, caller: str, until: Callable[[Exchange], bool], *, seconds: float = 0.0
    ) -> tuple[Exchange, ...]:
        """Read `path` again and again until it is as wanted or the time is up, and return all exchanges, in order.

        What was announced may be visible a moment later: until then it is looked for within the bound for that.

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
        seen = [self.settle(path, caller, lambda first: first.status not in NOT_YET)[-1]]
        while not until(seen[-1]) and (seen[-1].started - seen[0].started).total_seconds() < bound:
            seen.append(self.call("GET", path, caller, pause_seconds=limits.poll_seconds))
        return tuple(seen)


class Flows:
    """Begins flows, where the environment allows writing.

    Args:
        application: The application.
        may_write: Whether writing was allowed, by the environment file or on the command line.
    """

    def __init__(self, application: Application, *, may_write: bool = True) -> None:
        self.application = application
        self._may_write = may_write

    def begin(self, name: str) -> Flow:
        """Return the flow of that name, at its beginning.

        Raises:
            NotEvaluated: The environment is read-only, or somebody whom the flow needs cannot sign in.
        """
        if self.application.declared.read_only:
            raise NotEvaluated("The environment file says read_only = true: nothing is written.")
        if not self._may_write:
            raise NotEvaluated(
                f"Nobody has allowed this run to write to {self.application.declared.base_url}, which is production.",
                "Look at what it would write (apex-assurance writes), then give --allow-writes, or say "
                "application.allow_writes = true in the environment file.",
            )
        if self.application.tries_sign_in:
            self.application.sign_ins.demand(plan_of(name))
        return Flow(self.application, name)
