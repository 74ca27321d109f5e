"""The alerts that Azure Monitor has fired, as its alert management keeps them for thirty days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from assurance.estate.deployment.revisions import STABILITY_WINDOW, Revisions
from assurance.estate.estate import Estate
from assurance.estate.resources.resource import is_within, listed
from assurance.tape.moments import told
from assurance.verdicts import Fact
from assurance.world.azure.document import Document

KEPT = timedelta(days=30)
"""How long alerts are kept (Azure Monitor, "Manage your alert instances")."""
TIME_RANGE = "30d"
API_VERSION = "2023-07-12-preview"
"""The SDK's own, 2019-05-05-preview, is the oldest; from this one on, alerts are listed by scope."""
CRITICAL = frozenset({"sev0", "sev1"})
"""Azure calls severity 0 critical and 1 error; the guide's critical alerts are of the one or the other."""


@dataclass(frozen=True, slots=True)
class FiredAlerts:
    """The alerts of the subscription.

    Attributes:
        scopes: The ids of what the application consists of: an alert on one of them, or below it, counts.
        documents: Azure's list.
        readings: Keys of the readings.
    """

    scopes: tuple[str, ...]
    documents: tuple[Document, ...]
    readings: tuple[str, ...]

    def none_critical_since(self, revisions: Revisions) -> Fact:
        """Whether no critical alert was fired in the newest revision's stability window, nor in the last 24 hours.

        Of a window that is longer ago than alerts are kept, the last 24 hours are what is left to be judged.

        Raises:
            NotEvaluated: None was, and the stability window is still open.
        """
        now, made = revisions.now, revisions.created
        spans = ((made, made + STABILITY_WINDOW), (max(made, now - STABILITY_WINDOW), now))
        found = []
        for one in self.documents:
            severity = one.required_text("properties", "essentials", "severity")
            at = one.moment("properties", "essentials", "startDateTime")
            if at is None:
                raise one.broken(("properties", "essentials", "startDateTime"), "a time", None)
            if severity.casefold() in CRITICAL and self._concerns(one) and any(a <= at <= b for a, b in spans):
                found.append(f"{one.name} ({severity}) at {told(at)}")
        if not found:
            revisions.refuse_too_early()
        kept = "" if now - made <= KEPT else f"; those of the window from {told(made)} are no longer kept"
        observed = listed(found, f"none among {len(self.documents)} alerts{kept}")
        remedy = "Find the cause of each; if it is the new revision, roll back (guide, Step 24)."
        cited = tuple(dict.fromkeys((*self.readings, *revisions.cited)))
        expected = "no alert of severity 0 or 1 in the stability window, and none in the last 24 hours"
        return Fact(not found, expected, observed, revisions.app.id, cited, "" if not found else remedy)

    def critical(self) -> tuple[Document, ...]:
        """Return the alerts of severity 0 or 1 that are about the application, whenever they were fired."""
        return tuple(
            one
            for one in self.documents
            if one.required_text("properties", "essentials", "severity").casefold() in CRITICAL and self._concerns(one)
        )

    def _concerns(self, alert: Document) -> bool:
        """Tell whether an alert is about the application; one that names no resource could be, so it counts."""
        target = alert.text("properties", "essentials", "targetResource")
        return not target or any(is_within(target, scope) for scope in self.scopes)


def read_fired_alerts(estate: Estate) -> FiredAlerts:
    """Return the alerts that Azure Monitor has fired in the last thirty days."""
    operation = estate.questions.operation("alerts", "alerts", "get_all")
    documents, readings = estate.questions.listing(
        operation, estate.subscription_id, api_version=API_VERSION, time_range=TIME_RANGE
    )
    return FiredAlerts((estate.group_id, *estate.service_ids()), documents, readings)
