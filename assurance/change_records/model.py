"""A change record: the parts of the guide's checklist that people attest, in tables named by what they attest."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from assurance.environment.toml_files import parsed, problems
from assurance.errors import UsageError


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a time with its offset was expected, such as 2026-11-02T09:00:00Z")
    return value.astimezone(UTC)


Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Number = Annotated[str, StringConstraints(pattern=r"^CR-[A-Za-z0-9-]{1,40}$")]
Time = Annotated[datetime, AfterValidator(_in_utc)]
Minutes = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0)]
People = Annotated[tuple[Text, ...], Field(strict=False)]


class Role(StrEnum):
    """Who approves and signs (guide, Steps 1, 10 and 22)."""

    TECHNICAL_LEAD = "Technical Lead"
    OPERATIONS_MANAGER = "Operations Manager"
    SECURITY_TEAM = "Security Team"
    DEPLOYMENT_ENGINEER = "Deployment Engineer"
    ON_CALL_ENGINEER = "On-call Engineer"


class Audience(StrEnum):
    """Who is notified (guide, Steps 1, 21 and 24)."""

    ESTIMATORS = "estimators"
    MANAGERS = "managers"
    AUDITORS = "auditors"
    IT_LEADERSHIP = "it leadership"


class Table(BaseModel):
    """The base of every table: frozen, and an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Plans(Table):
    """Where the plans that the change request includes stand (Step 1)."""

    deployment: Text
    risk_assessment: Text
    rollback: Text


class Window(Table):
    """The deployment window, and the approved maintenance window that it lies in (Step 1)."""

    start: Time
    end: Time
    maintenance_window: Text


class Signature(Table):
    """Who approved or signed, in which role, when."""

    role: Annotated[Role, Field(strict=False)]
    name: Text
    date: Time


class Notification(Table):
    """A message to stakeholders: about what, to whom, when, and where it can be seen."""

    event: Literal["scheduled", "started", "succeeded", "rolled back"]
    audiences: Annotated[tuple[Annotated[Audience, Field(strict=False)], ...], Field(min_length=1, strict=False)]
    sent: Time
    reference: Text


class Team(Table):
    """Who deploys and who stands by (Step 9)."""

    engineers: People
    on_call: Text
    incident_response: People
    channel: Text
    escalation_contacts: Text
    runbook_reviewed: Time


class PreDeployment(Table):
    """The sign-off before the deployment (Step 10)."""

    authorized: bool
    signatures: Annotated[tuple[Signature, ...], Field(strict=False)]


class Execution(Table):
    """What was done (Steps 11 to 13): when, and who looked at the what-if analysis."""

    started: Time
    finished: Time
    what_if_reviewed_by: Text
    migration_log: Text


class Outcome(Table):
    """The sign-off after the deployment (Step 22)."""

    status: Literal["success", "partial success", "failed"]
    signatures: Annotated[tuple[Signature, ...], Field(strict=False)]
    notes: str = ""


class ManualTest(Table):
    """A part of Step 16 that a person tried, such as the workflow in the user interface."""

    name: Text
    passed: bool
    by: Text
    date: Time
    evidence: Text


class Rollback(Table):
    """A rollback: who decided, in which role, why, when (Step 23), and its analysis (Step 25)."""

    decided_by: Text
    role: Annotated[Role, Field(strict=False)]
    reason: Literal[
        "health checks failing", "error rate", "estimation accuracy", "security vulnerability", "stakeholder request"
    ]
    decided: Time
    incident_report: Text | None = None
    root_cause_analysis: Text | None = None
    logs_reviewed: People = ()
    action_items: People = ()
    redeployment_timeline: Text | None = None


class Retrospective(Table):
    """The meeting after a deployment (Step 28)."""

    held: Time
    attendees: People
    notes: Text


class Metrics(Table):
    """The guide's nine figures (Step 29)."""

    total_minutes: Minutes
    infrastructure_minutes: Minutes
    migration_minutes: Minutes
    application_minutes: Minutes
    smoke_test_minutes: Minutes
    issues: Count
    rollback_required: bool
    downtime_minutes: Minutes
    approval_to_deployment_days: Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Closure(Table):
    """The end of the activity (Step 30)."""

    closed_by: Text
    date: Time
    request_status: Text
    evidence: Text
    artefacts: Text
    lessons_learned: Text


class ChangeRecord(Table):
    """One change. A table that is absent is what has not been done yet."""

    id: Number
    environment: Text
    title: Text
    version: Text
    created: Time
    security_related: bool
    plans: Plans | None = None
    window: Window | None = None
    approvals: Annotated[tuple[Signature, ...], Field(strict=False)] = ()
    notifications: Annotated[tuple[Notification, ...], Field(strict=False)] = ()
    team: Team | None = None
    pre_deployment: PreDeployment | None = None
    execution: Execution | None = None
    manual_tests: Annotated[tuple[ManualTest, ...], Field(strict=False)] = ()
    outcome: Outcome | None = None
    rollback: Rollback | None = None
    retrospective: Retrospective | None = None
    metrics: Metrics | None = None
    closure: Closure | None = None


def parse(content: bytes, where: str) -> ChangeRecord:
    """Return the change record that `content` is.

    Args:
        content: The bytes of a TOML file.
        where: The file's name, for messages.

    Raises:
        UsageError: It is no TOML, or not a change record; the message names each key and what was expected.
    """
    document = parsed(content, where)
    try:
        return ChangeRecord.model_validate(document)
    except ValidationError as error:
        raise UsageError(f"{where}: this is not a valid change record:\n{problems(error)}") from error
