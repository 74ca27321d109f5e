"""Microsoft Defender for Cloud: plans, alerts and the secure score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assurance.errors import NotEvaluated
from assurance.estate.resources.resource import Judgement, is_within, listed, only, resource_group_of, segments
from assurance.verdicts import Fact
from assurance.world.azure.document import Document

CLOSED = frozenset({"resolved", "dismissed"})
MILD = frozenset({"informational", "low", "medium"})
SCORE = "ascScore"


@dataclass(frozen=True, slots=True)
class DefenderPlans:
    """The plans of the subscription (Microsoft.Security/pricings)."""

    scope: str
    documents: tuple[Document, ...]
    readings: tuple[str, ...]

    def covers(self, plan: str) -> Fact:
        """Whether the plan is on (Standard), in full, and not deprecated."""
        found = only(plan, self.documents)
        holds, observed = _is_on(found) if found is not None else (False, "no such plan is listed")
        remedy = f"az security pricing create --name {plan} --tier Standard"
        return Fact(
            holds,
            f"plan {plan} is Standard and fully covered",
            observed,
            f"{self.scope}/{plan}",
            self.readings,
            "" if holds else remedy,
        )

    def that_are_off(self, plans: Sequence[str]) -> list[str]:
        """Return those of the plans that are not on."""
        return [plan for plan in plans if (found := only(plan, self.documents)) is None or not _is_on(found)[0]]


@dataclass(frozen=True, slots=True)
class Alerts:
    """The security alerts of the subscription."""

    resource_group: str
    documents: tuple[Document, ...]
    readings: tuple[str, ...]

    def none_severe_open(self, plans: DefenderPlans, declared: Sequence[str], resource_ids: Sequence[str]) -> Fact:
        """Whether no alert of High or unknown severity is open on the environment's resources.

        Raises:
            NotEvaluated: A plan is off, so that an empty list proves nothing.
        """
        found = self.severe_and_open(resource_ids)
        off = plans.that_are_off(declared)
        if off and not found:
            raise NotEvaluated(
                f"No alert is open, which proves nothing while Defender plans are off: {listed(off)}.",
                "Turn the plans on: az security pricing create --name PLAN --tier Standard",
                self.readings + plans.readings,
            )
        told = [
            f"{one.text('properties', 'severity')} {one.text('properties', 'alertDisplayName') or one.name} "
            f"({one.text('properties', 'status')})"
            for one in found
        ]
        remedy = (
            "Triage each in Defender for Cloud; after the cause is gone: az security alert update --status resolve."
        )
        return Fact(
            not found,
            "no open alert of High or unknown severity",
            listed(told, f"none among {len(self.documents)} alerts of the subscription"),
            self.resource_group,
            self.readings + plans.readings,
            "" if not found else remedy,
        )

    def severe_and_open(self, resource_ids: Sequence[str]) -> tuple[Document, ...]:
        """Return the open alerts of High or unknown severity on the environment's resources."""
        return tuple(
            one for one in self.documents if self._concerns(one, resource_ids) and _is_open(one) and _is_severe(one)
        )

    def _concerns(self, alert: Document, resource_ids: Sequence[str]) -> bool:
        """Tell whether an alert is about the environment; one that names no resource could be, so it counts."""
        identifiers = alert.items("properties", "resourceIdentifiers")
        about = [found for one in identifiers if (found := one.text("azureResourceId"))]
        if not about:
            group = resource_group_of(alert.id)
            return not group or group.casefold() == resource_group_of(self.resource_group).casefold()
        return any(
            is_within(one, self.resource_group)
            or any(is_within(one, known) for known in resource_ids)
            or len(segments(one)) <= 2
            for one in about
        )


@dataclass(frozen=True, slots=True)
class SecureScore:
    """The secure score of the subscription, a fraction of 1."""

    scope: str
    documents: tuple[Document, ...]
    readings: tuple[str, ...]

    def is_at_least(self, floor: float) -> Fact:
        """Whether the score is not below the floor (both 0 to 1).

        Raises:
            NotEvaluated: Azure gave no score.
        """
        score = only(SCORE, self.documents)
        found = score.number("properties", "score", "percentage") if score is not None else None
        if found is None or not 0 <= found <= 1:
            raise NotEvaluated(
                f"Defender for Cloud gives no secure score ({found}).",
                "It appears within a day after Defender is turned on; Security Reader is needed on the subscription.",
                self.readings,
            )
        remedy = "Work off the recommendations: az security assessment list"
        observed, expected = f"secure score {found:.2%}", f"secure score at least {floor:.2%}"
        return Fact(found >= floor, expected, observed, self.scope, self.readings, "" if found >= floor else remedy)


def _is_on(plan: Document) -> Judgement:
    tier = plan.text("properties", "pricingTier") or "absent"
    coverage = plan.text("properties", "resourcesCoverageStatus") or "absent"
    deprecated = plan.flag("properties", "deprecated") is True
    holds = tier.casefold() == "standard" and coverage.casefold() == "fullycovered" and not deprecated
    details = [f"tier {tier}", f"coverage {coverage}", *(["deprecated"] if deprecated else [])]
    return holds, ", ".join(details)


def _is_open(alert: Document) -> bool:
    return (alert.text("properties", "status") or "").casefold() not in CLOSED


def _is_severe(alert: Document) -> bool:
    return (alert.text("properties", "severity") or "").casefold() not in MILD
