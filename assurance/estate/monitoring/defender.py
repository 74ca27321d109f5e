"""Microsoft Defender for Cloud: plans, alerts and the secure score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from assurance.errors import NotEvaluated
from assurance.estate.deployment.container_environment import ContainerEnvironment, read_container_environment
from assurance.estate.estate import Estate, read_once
from assurance.estate.resources.resource import (
    Judgement,
    Part,
    is_within,
    listed,
    listed_within,
    only,
    resource_group_of,
    segments,
    wrong_among,
)
from assurance.verdicts import Fact
from assurance.world.azure import reader
from assurance.world.azure.document import Document

CLOSED = frozenset({"resolved", "dismissed"})
MILD = frozenset({"informational", "low", "medium"})
SCORE = "ascScore"
SUPPRESSION_API_VERSION = "2019-01-01-preview"


@dataclass(frozen=True, slots=True)
class DefenderPlans:
    """The plans of the subscription (Microsoft.Security/pricings)."""

    scope: str
    documents: tuple[Document, ...]
    readings: tuple[str, ...]

    def covers(self, plan: str) -> Fact:
        """Whether the plan is on (Standard), in full, and not deprecated."""
        document = only(plan, self.documents)
        holds, observed = _is_on(document) if document is not None else (False, "no such plan is listed")
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
        return [plan for plan in plans if (document := only(plan, self.documents)) is None or not _is_on(document)[0]]


@dataclass(frozen=True, slots=True)
class Alerts:
    """The security alerts of the subscription.

    Attributes:
        resource_group: The id of the environment's resource group.
        resource_ids: The ids of what else the environment consists of.
        documents: Azure's list.
        readings: Keys of the readings behind it.
        demanded: The plans that must be on for an empty list to prove anything.
        plans: The plans of the subscription.
        infrastructure: The Container Apps environment, whose resources stand in a group of their own.
    """

    resource_group: str
    resource_ids: tuple[str, ...]
    documents: tuple[Document, ...]
    readings: tuple[str, ...]
    demanded: tuple[str, ...]
    plans: Part[DefenderPlans]
    infrastructure: Part[ContainerEnvironment]

    @property
    def parts(self) -> tuple[Part[object], ...]:
        """The plans, and the Container Apps environment."""
        return (self.plans, self.infrastructure)

    @property
    def none_severe_is_open(self) -> Fact:
        """Whether no alert of High or unknown severity is open on the environment's resources.

        Raises:
            NotEvaluated: A plan is off, so that an empty list proves nothing.
        """
        alerts = self.severe_and_open()
        plans = self.plans() if not alerts else None
        cited = self.readings + (plans.readings if plans is not None else ())
        off = plans.that_are_off(self.demanded) if plans is not None else []
        if off:
            raise NotEvaluated(
                f"No alert is open, which proves nothing while Defender plans are off: {listed(off)}.",
                "Turn the plans on: az security pricing create --name PLAN --tier Standard",
                cited,
            )
        described = [
            f"{alert.text('properties', 'severity')} {alert.text('properties', 'alertDisplayName') or alert.name} "
            f"({alert.text('properties', 'status')})"
            for alert in alerts
        ]
        remedy = (
            "Triage each in Defender for Cloud; after the cause is gone: az security alert update --status resolve."
        )
        observed = listed(described, f"none among {len(self.documents)} alerts of the subscription")
        expected = "no open alert of High or unknown severity"
        return Fact(not alerts, expected, observed, self.resource_group, cited, "" if not alerts else remedy)

    def severe_and_open(self) -> tuple[Document, ...]:
        """Return the open alerts of High or unknown severity on the environment's resources."""
        severe = {document.id: document for document in self.documents if _is_open(document) and _is_severe(document)}
        alert_ids = wrong_among(severe.values(), lambda alert: alert.id if self._concerns(alert) else None)
        return tuple(severe[alert_id] for alert_id in alert_ids)

    def _concerns(self, alert: Document) -> bool:
        """Tell whether an alert is about the environment; one that names no resource could be, so it counts."""
        identifiers = alert.items("properties", "resourceIdentifiers")
        about = [resource_id for identifier in identifiers if (resource_id := identifier.text("azureResourceId"))]
        if not about:
            group = resource_group_of(alert.id)
            return not group or group.casefold() == resource_group_of(self.resource_group).casefold()
        return any(map(self._is_ours, about)) or any(map(self._is_infrastructure, about))

    def _is_ours(self, resource_id: str) -> bool:
        """Tell whether a resource is the environment's, or the subscription as a whole."""
        known = (self.resource_group, *self.resource_ids)
        return any(is_within(resource_id, known_id) for known_id in known) or len(segments(resource_id)) <= 2

    def _is_infrastructure(self, resource_id: str) -> bool:
        """Tell whether a resource stands in the group that Container Apps keeps for the environment."""
        document = self.infrastructure().document
        group = document.text("properties", "infrastructureResourceGroup") if document is not None else None
        return group is not None and resource_group_of(resource_id).casefold() == group.casefold()


@dataclass(frozen=True, slots=True)
class SuppressionRules:
    """The rules that dismiss alerts before anybody sees them (Microsoft.Security/alertsSuppressionRules).

    Attributes:
        scope: The id of the subscription.
        permitted: The names of those that are declared.
        documents: Azure's list.
        readings: Keys of the readings behind it.
    """

    scope: str
    permitted: tuple[str, ...]
    documents: tuple[Document, ...]
    readings: tuple[str, ...]

    @property
    def are_declared(self) -> Fact:
        """Whether every rule that is not off is declared."""
        known = {name.casefold() for name in self.permitted}

        def undeclared(rule: Document) -> str | None:
            state = rule.required_text("properties", "state")
            if state.casefold() == "disabled" or rule.name.casefold() in known:
                return None
            return f"{rule.name} dismisses {rule.text('properties', 'alertType') or 'alerts'}"

        undeclared_rules = wrong_among(self.documents, undeclared)
        remedy = (
            "az security alerts-suppression-rule delete --rule-name NAME; or add it to suppression_rules of [defender]"
        )
        expected = "no suppression rule but those that are declared"
        return Fact(
            not undeclared_rules,
            expected,
            listed(undeclared_rules),
            self.scope,
            self.readings,
            remedy if undeclared_rules else "",
        )


@dataclass(frozen=True, slots=True)
class SecureScore:
    """The secure score of the subscription, a fraction of 1, and the declared floor."""

    scope: str
    documents: tuple[Document, ...]
    readings: tuple[str, ...]
    floor: float

    @property
    def is_not_below_its_floor(self) -> Fact:
        """Whether the score is not below the floor.

        Raises:
            NotEvaluated: Azure gave no score.
        """
        score = only(SCORE, self.documents)
        percentage = score.number("properties", "score", "percentage") if score is not None else None
        most = score.number("properties", "score", "max") if score is not None else None
        if most == 0:
            raise NotEvaluated(
                "Defender for Cloud has assessed nothing yet: the highest possible score is 0.",
                "The score appears within a day after Defender is turned on.",
                self.readings,
            )
        if percentage is None or not 0 <= percentage <= 1:
            raise NotEvaluated(
                f"Defender for Cloud gives no secure score ({percentage}).",
                "It appears within a day after Defender is turned on; Security Reader is needed on the subscription.",
                self.readings,
            )
        remedy = "Work off the recommendations: az security assessment list"
        observed, expected = f"secure score {percentage:.2%}", f"secure score at least {self.floor:.2%}"
        holds = percentage >= self.floor
        return Fact(holds, expected, observed, self.scope, self.readings, "" if holds else remedy)


@dataclass(frozen=True, slots=True)
class DefenderPlan:
    """A plan that must be on."""

    name: str
    plans: DefenderPlans

    @property
    def is_on(self) -> Fact:
        """Whether it is on (Standard), in full, and not deprecated."""
        return self.plans.covers(self.name)


@read_once
def read_plans(estate: Estate) -> DefenderPlans:
    """Return the Defender plans of the subscription."""
    scope = estate.subscription_id
    operation = estate.questions.operation("security", "pricings", "list")
    document, readings = reader.get(operation(), scope.removeprefix("/"))
    if document is None:
        raise NotEvaluated("Azure has no Defender plans for the subscription.", "Check subscription_id.", readings)
    if document.value("nextLink"):
        raise document.broken(("nextLink",), "no further page", document.value("nextLink"))
    return DefenderPlans(scope, listed_within(scope, document.required_items("value")), readings)


def read_alerts(estate: Estate) -> Alerts:
    """Return the security alerts of the subscription."""
    operation = estate.questions.operation("security", "alerts", "list")
    listing = estate.questions.listing(operation, estate.subscription_id)
    plans, infrastructure = partial(read_plans, estate), partial(read_container_environment, estate)
    return Alerts(
        estate.group_id, estate.service_ids(), *listing, estate.environment.defender.plans, plans, infrastructure
    )


def read_suppression_rules(estate: Estate) -> SuppressionRules:
    """Return the suppression rules of the subscription."""
    path = f"{estate.subscription_id}/providers/Microsoft.Security/alertsSuppressionRules"
    collection = estate.questions.collection(path, SUPPRESSION_API_VERSION)
    return SuppressionRules(estate.subscription_id, estate.environment.defender.suppression_rules, *collection)


def read_secure_score(estate: Estate) -> SecureScore:
    """Return the secure score of the subscription."""
    operation = estate.questions.operation("security", "secure_scores", "list")
    listing = estate.questions.listing(operation, estate.subscription_id)
    return SecureScore(estate.subscription_id, *listing, estate.environment.defender.secure_score_floor)


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
