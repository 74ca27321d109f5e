"""The five Azure services behind the API: what the API's own results show of each, and what telemetry does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from assurance.apex.client import Exchange
from assurance.apex.smoke.projects import SmokeDocument, SmokeProject
from assurance.apex.smoke.script import SmokeScript
from assurance.environment.model import DeclaredService
from assurance.errors import NotEvaluated
from assurance.telemetry import Telemetry
from assurance.telemetry.metrics import Dependencies, Dependency
from assurance.verdicts import Fact
from assurance.world.http.attempts import SUCCESSES

MAX_CALLS_SHOWN = 3
SHOWN = ("sql", "storage", "document_intelligence", "openai")
"""The services whose use shows in what the API answers; that of a key vault shows in telemetry only."""
VALIDATED = frozenset({"passed", "failed", "manual_review"})


@dataclass(frozen=True, slots=True)
class ShownResults:
    """What the API's own results show of the services behind it (guide, Step 14)."""

    script: SmokeScript
    project: SmokeProject
    document: SmokeDocument

    def show_use_of(self, service: str) -> Fact:
        """Whether a result that needs a service, one of `SHOWN`, is there.

        Raises:
            NotEvaluated: A step before did not succeed.
        """
        shown: Mapping[str, Callable[[], Fact]] = {
            "sql": lambda: self.project.is_stored_as_sent,
            "storage": lambda: self.document.has_a_blob,
            "document_intelligence": self._document_is_read,
            "openai": self._narrative_is_written,
        }
        return shown[service]()

    def _document_is_read(self) -> Fact:
        """Whether the document was parsed: its validation completed with a result."""
        job = self.script.validated
        if (ended := _completed(job)) is not None:
            return ended
        read = self.script.document_after
        status, score = read.document.text("validation_status"), read.document.number("completeness_score")
        return read.fact(
            status in VALIDATED and score is not None,
            expected="the document has been validated, with a completeness score",
            observed=f"validation_status {status or 'absent'}, completeness_score {score}",
            remedy="Look at the validation job in the application's log, and at its calls to Document Intelligence.",
        )

    def _narrative_is_written(self) -> Fact:
        """Whether the model wrote the estimate's narrative."""
        job = self.script.generated
        if (ended := _completed(job)) is not None:
            return ended
        narrative = self.script.estimate.document.text("narrative") or ""
        return self.script.estimate.fact(
            bool(narrative.strip()),
            expected="the estimate has a narrative",
            observed=f"a narrative of {len(narrative.split())} words",
            remedy="Look at the estimate's job in the application's log, and at its calls to Azure OpenAI.",
        )


@dataclass(frozen=True, slots=True)
class ObservedCalls:
    """The calls to Azure that telemetry recorded while the application served the smoke tests.

    Attributes:
        found: What had arrived.
        bound_seconds: How long it was waited for.
    """

    found: Dependencies
    bound_seconds: float

    def reach(self, service: DeclaredService) -> Fact:
        """Whether a service was called, and answered.

        Raises:
            NotEvaluated: No telemetry of the smoke tests arrived within its bound, so that none can be missed.
        """
        if not self.found.calls:
            requests, bound = len(self.found.operation_ids), f"{self.bound_seconds:g} seconds"
            raise NotEvaluated(
                f"No telemetry of the {requests} requests arrived within {bound}.",
                "Run again later; if none comes, find out whether the application keeps the traceparent of a request, "
                "and sends its dependencies to [telemetry] component.",
                self.found.readings,
            )
        calls = self.found.of(lambda call: calls_to(service, call))
        succeeded = [call for call in calls if call.succeeded]
        shown = ", ".join(dict.fromkeys(f"{call.operation} ({_word(call)})" for call in calls[:MAX_CALLS_SHOWN]))
        return Fact(
            bool(succeeded),
            expected=f"{service.fqdn} is called while the smoke tests are served, and answers",
            observed=f"{len(calls)} calls, {len(succeeded)} succeeded{f': {shown}' if shown else ''}",
            subject=service.name,
            readings=self.found.readings,
            remedy=f"Look at the dependencies of the application to {service.fqdn} in Application Insights.",
        )


def observe(script: SmokeScript, telemetry: Telemetry, services: Mapping[str, DeclaredService]) -> ObservedCalls:
    """Wait for the telemetry of the smoke tests, until each service was called or the bound is reached.

    Raises:
        NotEvaluated: A step before did not succeed, or telemetry could not be read.
    """
    calls = script.calls

    def enough(found: Dependencies) -> bool:
        return all(any(calls_to(service, call) for call in found.calls) for service in services.values())

    dependencies = telemetry.dependencies([call.trace_id for call in calls], calls[0].started, enough)
    return ObservedCalls(dependencies, telemetry.declared.arrival_seconds)


def calls_to(service: DeclaredService, call: Dependency) -> bool:
    """Tell whether a call went to a service: its target names the host, and perhaps a port or a database beside it."""
    return service.fqdn.lower() in call.target.lower()


def _completed(job: Exchange) -> Fact | None:
    """Return the fact that a job did not complete; None if it did."""
    status = job.document.text("status") if job.status in SUCCESSES else f"unknown ({job.outcome})"
    if status == "completed":
        return None
    said = job.document.text("error_message") if job.status in SUCCESSES else None
    return job.fact(
        False,
        expected="the job completes",
        observed=f"its status is {status or 'absent'}{f': {said}' if said else ''}",
        remedy="Look for the job's id in the application's log.",
    )


def _word(call: Dependency) -> str:
    return "succeeded" if call.succeeded else "failed"
