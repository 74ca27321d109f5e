"""Alert processing rules: what adds action groups to fired alerts, and what takes them away."""

from __future__ import annotations

from dataclasses import dataclass

from assurance.estate.estate import Estate, read_once
from assurance.estate.resources.resource import is_within
from assurance.world.azure.document import Document

API_VERSION = "2021-08-08"
ADD, REMOVE = "addactiongroups", "removeallactiongroups"


@dataclass(frozen=True, slots=True)
class ProcessingRules:
    """The alert processing rules of the subscription (Microsoft.AlertsManagement/actionRules).

    Attributes:
        documents: Azure's list.
        readings: Keys of the readings behind it.
    """

    documents: tuple[Document, ...]
    readings: tuple[str, ...]

    def added_to(self, alert_rule: Document) -> tuple[str, ...]:
        """Return the ids of the action groups that are added, always, to what an alert rule fires."""
        return tuple(
            group
            for action in self._actions(alert_rule)
            if action.required_text("actionType").casefold() == ADD
            for group in action.texts("actionGroupIds")
        )

    def remove_all(self, alert_rule: Document) -> bool:
        """Tell whether all action groups are taken, always, from what an alert rule fires."""
        return any(one.required_text("actionType").casefold() == REMOVE for one in self._actions(alert_rule))

    def _actions(self, alert_rule: Document) -> list[Document]:
        """Return what is done to every alert of a rule; what has a schedule or conditions is not done to all."""
        scopes = alert_rule.texts("properties", "scopes")
        return [
            action
            for rule in self.documents
            if rule.flag("properties", "enabled") is not False
            and not rule.value("properties", "schedule")
            and not rule.items("properties", "conditions")
            and all(any(is_within(one, place) for place in rule.texts("properties", "scopes")) for one in scopes)
            for action in rule.items("properties", "actions")
        ]


@read_once
def read_processing_rules(estate: Estate) -> ProcessingRules:
    """Return the alert processing rules of the subscription."""
    path = f"{estate.subscription_id}/providers/Microsoft.AlertsManagement/actionRules"
    return ProcessingRules(*estate.questions.collection(path, API_VERSION))
