"""Change records that lack nothing, at each moment of a deployment: what the attested checks are tried on."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from assurance.change_records import Change, ChangeRecord
from assurance.change_records.rules import STALE_AFTER

Record = dict[str, Any]  # Any: values of TOML
NOW = datetime(2026, 11, 2, 20, 30, tzinfo=UTC)
LEAD, MANAGER, SECURITY, ENGINEER = "Ada Lead", "Olu Manager", "Sam Security", "Eve Engineer"


def at(**ago: float) -> datetime:
    """Return a time before `NOW`."""
    return NOW - timedelta(**ago)


def signatures(date: datetime, *roles: str) -> list[dict[str, Any]]:
    """Return a signature in each role."""
    names = {
        "Technical Lead": LEAD,
        "Operations Manager": MANAGER,
        "Security Team": SECURITY,
        "Deployment Engineer": ENGINEER,
    }
    return [{"role": role, "name": names[role], "date": date} for role in roles]


def planned() -> dict[str, Any]:
    """Return a record as it is when the gate before the deployment runs."""
    before = ["estimators", "managers", "auditors"]
    announcement = {"event": "scheduled", "audiences": before, "sent": at(days=2), "reference": "message 1"}
    four = ("Technical Lead", "Operations Manager", "Security Team", "Deployment Engineer")
    return {
        "id": "CR-2026-0042",
        "environment": "prod",
        "title": "APEX 1.4",
        "version": "v1.4.0",
        "created": at(days=9),
        "security_related": True,
        "plans": {"deployment": "plan", "risk_assessment": "risks", "rollback": "back"},
        "window": {"start": at(hours=1), "end": at(hours=-3), "maintenance_window": "Mondays"},
        "approvals": signatures(at(days=5), *four[:3]),
        "notifications": [announcement],
        "team": {
            "engineers": [ENGINEER, "Finn Engineer"],
            "on_call": "Ona Call",
            "incident_response": ["Ira Response"],
            "channel": "#apex-deployment",
            "escalation_contacts": "wiki",
            "runbook_reviewed": at(days=3),
        },
        "pre_deployment": {"authorized": True, "signatures": signatures(at(hours=2), *four)},
    }


def closed() -> dict[str, Any]:
    """Return a record as it is when all is done; the deployment ended three days ago."""
    record = shifted(planned(), timedelta(days=3))
    started, finished = at(days=3, minutes=50), at(days=3, minutes=5)
    everyone = ["estimators", "managers", "auditors", "it leadership"]
    record["notifications"] += [
        {"event": "started", "audiences": everyone[:3], "sent": started, "reference": "message 2"},
        {"event": "succeeded", "audiences": everyone, "sent": at(days=3), "reference": "message 3"},
    ]
    three = ("Deployment Engineer", "Technical Lead", "Operations Manager")
    return record | {
        "execution": {
            "started": started,
            "finished": finished,
            "what_if_reviewed_by": ENGINEER,
            "migration_log": "log",
        },
        "manual_tests": [{"name": "page", "passed": True, "by": LEAD, "date": finished, "evidence": "picture"}],
        "outcome": {"status": "success", "signatures": signatures(at(days=3), *three)},
        "retrospective": {
            "held": at(days=2),
            "attendees": [LEAD, MANAGER, ENGINEER, "Finn Engineer"],
            "notes": "notes",
        },
        "metrics": {
            "total_minutes": 45.0,
            "infrastructure_minutes": 15.0,
            "migration_minutes": 5.0,
            "application_minutes": 10.0,
            "smoke_test_minutes": 12.0,
            "issues": 0,
            "rollback_required": False,
            "downtime_minutes": 0.0,
            "approval_to_deployment_days": 5.0,
        },
        "closure": {
            "closed_by": MANAGER,
            "date": at(days=1),
            "request_status": "Closed - Successful",
            "evidence": "packs",
            "artefacts": "logs",
            "lessons_learned": "runbook",
        },
    }


def rolled_back() -> dict[str, Any]:
    """Return a record of a deployment that was rolled back in form."""
    record = closed()
    del record["outcome"], record["retrospective"]
    record["notifications"].append(
        {
            "event": "rolled back",
            "audiences": ["estimators", "managers", "auditors"],
            "sent": at(days=3),
            "reference": "message 4",
        }
    )
    record["metrics"]["rollback_required"] = True
    record["closure"]["request_status"] = "Closed - Rolled back"
    record["rollback"] = {
        "decided_by": LEAD,
        "role": "Technical Lead",
        "reason": "error rate",
        "decided": at(days=3, minutes=2),
        "incident_report": "report",
        "root_cause_analysis": "analysis",
        "logs_reviewed": ["Application Insights", "Database", "Security"],
        "action_items": ["mend it"],
        "redeployment_timeline": "next Monday",
    }
    return record


def shifted(record: dict[str, Any], by: timedelta) -> dict[str, Any]:
    """Return a record with all its times earlier."""

    def shift(value: Any) -> Any:  # noqa: ANN401  (values of TOML)
        if isinstance(value, datetime):
            return value - by
        if isinstance(value, dict):
            return {key: shift(inner) for key, inner in value.items()}
        return [shift(inner) for inner in value] if isinstance(value, list) else value

    changed: dict[str, Any] = shift(record)
    return changed


def change(record: dict[str, Any], now: datetime = NOW) -> Change:
    """Return the change of a record in environment `prod`."""
    return Change(ChangeRecord.model_validate(copy.deepcopy(record)), "prod", now, ("key",))


LONG_AGO = STALE_AFTER + timedelta(days=2)


@dataclass(slots=True)
class RecordWorld:
    """A change record, to be made wrong or other than it was.

    Attributes:
        whole: The record that it started from, which lacks nothing at its moment of the deployment.
        record: The record.
    """

    whole: Record = field(default_factory=closed)
    record: Record = field(default_factory=closed)


def starting_from(begin: Callable[[], Record], edit: Callable[[Record], object]) -> Callable[[RecordWorld], object]:
    """Return the change that edits a whole record of one moment."""

    def change_record(world: RecordWorld) -> None:
        world.whole, world.record = begin(), begin()
        edit(world.record)

    return change_record
