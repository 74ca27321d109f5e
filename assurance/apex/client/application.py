"""The application as nouns take it: it reads, and lets flows that write begin (see `flows`)."""

from __future__ import annotations

from http import HTTPStatus

import httpx

from assurance.apex.client.callers import ANONYMOUS, Callers
from assurance.apex.client.exchange import Exchange
from assurance.apex.client.question import SAFE, Contents, Question
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

    def digest_of(self, contents: Contents) -> str:
        """Return the SHA-256 of what a request carries, before redaction; empty if nothing is."""
        carried = contents.carried()
        return self.tape.digest(carried) if carried else ""

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
