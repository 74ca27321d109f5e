"""What is planned: the changes of a deployment, laid over what is there and judged before they are made."""

from assurance.planning.changes import ChangeKind, Plan, PlannedChange, PlanRefused
from assurance.planning.loading import read_plan
from assurance.planning.overlay import Overlay

__all__ = [
    "ChangeKind",
    "Overlay",
    "Plan",
    "PlanRefused",
    "PlannedChange",
    "changes",
    "deployment",
    "loading",
    "read_plan",
    "review",
    "template",
]
