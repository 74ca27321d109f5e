"""Flows: scripts of calls that write. `Flows` begins them, where the environment allows writing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from http import HTTPStatus

from assurance.apex.client.api import ONE_PROJECT, Api, Until, is_shown
from assurance.apex.client.application import Application
from assurance.apex.client.callers import ANONYMOUS
from assurance.apex.client.exchange import Exchange
from assurance.apex.client.plans import FlowPlan, plan_of
from assurance.apex.client.question import SAFE, Contents, Question, Upload
from assurance.apex.client.sign_in import lost
from assurance.environment.application import ROLES
from assurance.errors import NotEvaluated
from assurance.tape import sha256

# The pauses before what is not visible yet is looked for again, in seconds; the last one again and again.
SETTLING_PAUSES = (0.02, 0.04, 0.08, 0.15, 0.3, 0.6, 1.0)


class Flow(Api):
    """A named script of calls in order, each made once a run however many follow it.

    Whoever runs the same script again, another check, another worker of pytest-xdist, or a replay, gets the same
    answers without a request: the n-th time that a flow asks the same question is one question. So a script must derive
    all that it sends from the run's id and from what it was answered.

    Attributes:
        name: The flow's name; its plan is that of the part before a colon.
        application: The application.
        only_reads: Whether it may send nothing but reads.
    """

    def __init__(self, application: Application, name: str, *, only_reads: bool = False) -> None:
        self.name = name
        self.application = application
        self.only_reads = only_reads
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

        Raises:
            NotEvaluated: Nothing answered, or the caller cannot sign in.
            LostToken: The caller's token is accepted nowhere any more.
            RuntimeError: The request would write, and the flow's plan does not say so.
        """
        if self.only_reads and caller in ROLES and self.application.tries_sign_in:
            self.application.sign_ins.demand_usable(caller)
        if not self._plan.covers(method, path, caller) or (self.only_reads and method not in SAFE):
            raise RuntimeError(
                f"flow {self.name!r}: {method} {path} as {caller} is not in assurance/apex/client/plans.py"
            )
        contents = Contents(text) if text else Contents.of(json, data, files)
        asked = (method, path, caller, self.application.digest_of(contents))
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
        answer = self.application.send(method, f"{self.application.declared.api_prefix}{path}", question, contents)
        if answer.status == HTTPStatus.UNAUTHORIZED and caller in ROLES:
            self._demand_token(caller, sha256(repr((asked, question.ordinal)).encode()))
        return answer

    def _demand_token(self, caller: str, after: str) -> None:
        """Go on only if the caller's token is accepted where every role may look.

        Args:
            caller: Whose token.
            after: What was refused: for each there is a look of its own, however often the script is run.

        Raises:
            LostToken: It is not.
        """
        question = Question("GET", caller, flow=f"{self.name}:token-{after[:12]}", ordinal=1)
        look = self.application.send(
            "GET", f"{self.application.declared.api_prefix}{ONE_PROJECT}", question, Contents()
        )
        if look.status == HTTPStatus.UNAUTHORIZED:
            raise lost(look)

    def settle(self, path: str, caller: str, until: Until, *, seconds: float | None = None) -> tuple[Exchange, ...]:
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

    def poll(self, path: str, caller: str, until: Until, *, seconds: float = 0.0) -> tuple[Exchange, ...]:
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
        seen = [self.settle(path, caller, is_shown)[-1]]
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

    def begin(self, name: str, *, only_reads: bool = False) -> Flow:
        """Return the flow of that name, at its beginning.

        Args:
            name: Its name.
            only_reads: Whether it sends nothing but reads, which are allowed everywhere.

        Raises:
            NotEvaluated: The environment is read-only, or somebody whom the flow needs cannot sign in.
        """
        if only_reads:
            return Flow(self.application, name, only_reads=True)
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
