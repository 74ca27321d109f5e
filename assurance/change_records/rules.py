"""What the guide's checklist demands of a change record, as pure functions that name what is missing or wrong.

Each returns the shortcomings in words, none if there are none. `now` is when the record was read, in UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from assurance.change_records.model import Audience, ChangeRecord, Role, Signature

MIN_ENGINEERS = 2
"""Guide, Step 9: "minimum 2 engineers"."""

RETROSPECTIVE_WITHIN = timedelta(hours=48)
"""Guide, Step 28: "within 48 hours of deployment"."""

STALE_AFTER = timedelta(days=30)
"""Our own rule: what was agreed to or read longer than this before the window was so of another plan."""

STABILITY_WINDOW = timedelta(hours=24)
"""Guide, Steps 26 and 27: 24 hours."""

ROLLBACK_AUTHORITY = frozenset({Role.TECHNICAL_LEAD, Role.ON_CALL_ENGINEER, Role.OPERATIONS_MANAGER})
"""Guide, Step 23, "Decision Authority"."""

SCHEDULED = frozenset({Audience.ESTIMATORS, Audience.MANAGERS, Audience.AUDITORS})
SUCCEEDED = SCHEDULED | {Audience.IT_LEADERSHIP}
ROUNDING_MINUTES = 1.0


def approvers(record: ChangeRecord) -> tuple[Role, ...]:
    """Return the roles that must approve (Step 1): the security team only for security-related changes."""
    always = (Role.TECHNICAL_LEAD, Role.OPERATIONS_MANAGER)
    return (*always, Role.SECURITY_TEAM) if record.security_related else always


def plans_missing(record: ChangeRecord, environment: str) -> list[str]:
    """Step 1: the request is about this environment, and says how to deploy, what can go wrong, and how to go back."""
    wrong = [] if record.environment == environment else [f"it is a change of {record.environment!r}"]
    return wrong if record.plans is not None else [*wrong, "no table [plans]"]


def approvals_missing(record: ChangeRecord) -> list[str]:
    """Step 1: approved by every role, after the request and before the window, and not by the executors alone."""
    wrong = _unsigned(record.approvals, approvers(record), "not approved by")
    executing = {_person(name) for name in record.team.engineers} if record.team is not None else set()
    if record.approvals and all(_person(approval.name) in executing for approval in record.approvals):
        wrong.append("approved only by those who carry it out")
    for approval in record.approvals:
        approval_named = f"the approval of {approval.name} ({approval.role})"
        if approval.date < record.created:
            wrong.append(f"{approval_named} is older than the request")
        if record.window is not None and approval.date > record.window.start:
            wrong.append(f"{approval_named} came after the window had begun")
        if record.window is not None and record.window.start - approval.date > STALE_AFTER:
            wrong.append(f"{approval_named} is more than {STALE_AFTER.days} days older than the window")
    return wrong


def window_wrong(record: ChangeRecord, now: datetime, *, running: bool) -> list[str]:
    """Step 1: there is a window, its times are in order and, until it is carried out, it contains this moment."""
    window = record.window
    if window is None:
        return ["no table [window]"]
    wrong = [] if window.start < window.end else ["the window ends before it begins"]
    if running and not window.start <= now <= window.end:
        wrong.append(f"it is {now:%Y-%m-%d %H:%M} UTC, the window {window.start:%Y-%m-%d %H:%M} to {window.end:%H:%M}")
    execution = record.execution
    if execution is not None and not window.start <= execution.started <= execution.finished <= window.end:
        wrong.append("the deployment was not within the window, or ended before it began")
    return wrong


def notice_missing(record: ChangeRecord) -> list[str]:
    """Step 1: estimators, managers and auditors were told before the window began."""
    before = record.window.start if record.window is not None else None
    return _not_told(record, "scheduled", SCHEDULED, None, before)


def team_wrong(record: ChangeRecord, now: datetime) -> list[str]:
    """Step 9: two engineers, somebody on call, the incident team, a channel, contacts, and a runbook lately read."""
    team = record.team
    if team is None:
        return ["no table [team]"]
    wrong = []
    if len({_person(name) for name in team.engineers}) < MIN_ENGINEERS:
        wrong.append(f"fewer than {MIN_ENGINEERS} different engineers")
    if not team.incident_response:
        wrong.append("nobody for incident response")
    reference = record.window.start if record.window is not None else now
    if reference - team.runbook_reviewed > STALE_AFTER:
        wrong.append(f"the runbook was last reviewed on {team.runbook_reviewed:%Y-%m-%d}")
    if team.runbook_reviewed > now:
        wrong.append("the runbook's review lies in the future")
    return wrong


def pre_deployment_unsigned(record: ChangeRecord, now: datetime) -> list[str]:
    """Step 10: authorised, and signed by four roles after the approvals and before the deployment."""
    signed = record.pre_deployment
    if signed is None:
        return ["no table [pre_deployment]"]
    roles = (Role.TECHNICAL_LEAD, Role.OPERATIONS_MANAGER, Role.SECURITY_TEAM, Role.DEPLOYMENT_ENGINEER)
    wrong = [] if signed.authorized else ["the deployment is not authorised"]
    wrong += _unsigned(signed.signatures, roles, "not signed by")
    wrong += _future(signed.signatures, now)
    if len({_person(signature.name) for signature in signed.signatures}) == 1:
        wrong.append("one person signed in every role")
    started = record.execution.started if record.execution is not None else None
    wrong += [
        f"{signature.name} signed after the start"
        for signature in signed.signatures
        if started and signature.date > started
    ]
    latest = max((approval.date for approval in record.approvals), default=None)
    wrong += [
        f"{signature.name} signed before the change was approved"
        for signature in signed.signatures
        if latest and signature.date < latest
    ]
    return wrong


def announcement_missing(record: ChangeRecord) -> list[str]:
    """Step 11: the start was announced, and somebody looked at the what-if analysis."""
    if record.execution is None:
        return ["no table [execution]"]
    return _not_told(record, "started", SCHEDULED, None, record.execution.finished)


def manual_tests_wrong(record: ChangeRecord) -> list[str]:
    """Step 16: what people tried by hand passed, after the deployment had begun."""
    if not record.manual_tests:
        return ["no table [[manual_tests]]"]
    started = record.execution.started if record.execution is not None else None
    wrong = [f"{manual_test.name} did not pass" for manual_test in record.manual_tests if not manual_test.passed]
    early = [manual_test.name for manual_test in record.manual_tests if started is None or manual_test.date < started]
    return wrong + [f"{name} was tried before the deployment" for name in early]


def success_untold(record: ChangeRecord) -> list[str]:
    """Step 21: estimators, managers, auditors and IT leadership were told of the success, after it."""
    after = record.execution.finished if record.execution is not None else None
    return _not_told(record, "succeeded", SUCCEEDED, after, None)


def outcome_unsigned(record: ChangeRecord, now: datetime) -> list[str]:
    """Step 22: three roles signed after the deployment had finished, and call it a success."""
    outcome = record.outcome
    if outcome is None:
        return ["no table [outcome]"]
    roles = (Role.DEPLOYMENT_ENGINEER, Role.TECHNICAL_LEAD, Role.OPERATIONS_MANAGER)
    wrong = [] if outcome.status == "success" else [f"the outcome is {outcome.status}"]
    wrong += _unsigned(outcome.signatures, roles, "not signed by") + _future(outcome.signatures, now)
    if record.execution is None:
        return [*wrong, "no table [execution]"]
    early = [signature.name for signature in outcome.signatures if signature.date < record.execution.finished]
    return wrong + [f"{name} signed before the deployment had finished" for name in early]


def rollback_undecided(record: ChangeRecord, now: datetime) -> list[str]:
    """Step 23: somebody with the authority decided, after the deployment had begun."""
    rollback = record.rollback
    if rollback is None:
        return []
    wrong = [] if rollback.role in ROLLBACK_AUTHORITY else [f"{rollback.role} may not decide on a rollback"]
    if rollback.decided > now:
        wrong.append("the decision lies in the future")
    if record.execution is not None and rollback.decided < record.execution.started:
        wrong.append("decided before the deployment had begun")
    return wrong + _not_told(record, "rolled back", SCHEDULED, rollback.decided, None)


def rollback_unanalysed(record: ChangeRecord) -> list[str]:
    """Step 25: incident report, root cause, logs reviewed, actions, and when to try again."""
    rollback = record.rollback
    if rollback is None:
        return []
    parts = {
        "an incident report": rollback.incident_report,
        "a root cause analysis": rollback.root_cause_analysis,
        "action items": rollback.action_items,
        "a timeline for the re-deployment": rollback.redeployment_timeline,
    }
    wrong = [f"no {name.removeprefix('an ').removeprefix('a ')}" for name, value in parts.items() if not value]
    reviewed = {_person(name) for name in rollback.logs_reviewed}
    missing = [log for log in ("application insights", "database", "security") if log not in reviewed]
    return wrong + [f"the {log} logs were not reviewed" for log in missing]


def retrospective_missing(record: ChangeRecord, now: datetime) -> list[str]:
    """Step 28: held within 48 hours, with the team, the technical lead and the operations manager."""
    held = record.retrospective
    if record.execution is None:
        return ["no table [execution]"]
    if held is None:
        return ["no table [retrospective]"]
    wrong = []
    if not record.execution.finished <= held.held <= record.execution.finished + RETROSPECTIVE_WITHIN:
        wrong.append(f"held at {held.held:%Y-%m-%d %H:%M} UTC, not within 48 hours after the deployment")
    if held.held > now:
        wrong.append("the meeting lies in the future")
    present = {_person(name) for name in held.attendees}
    expected = {
        approval.name: approval.role
        for approval in record.approvals
        if approval.role in {Role.TECHNICAL_LEAD, Role.OPERATIONS_MANAGER}
    }
    engineers = record.team.engineers if record.team is not None else ()
    wrong += [f"{name} ({role}) was not there" for name, role in expected.items() if _person(name) not in present]
    return wrong + [
        f"{name} of the deployment team was not there" for name in engineers if _person(name) not in present
    ]


def metrics_wrong(record: ChangeRecord) -> list[str]:
    """Step 29: the nine figures are there, and agree with one another and with the record."""
    metrics = record.metrics
    if metrics is None:
        return ["no table [metrics]"]
    wrong = []
    parts = (
        metrics.infrastructure_minutes
        + metrics.migration_minutes
        + metrics.application_minutes
        + metrics.smoke_test_minutes
    )
    if parts > metrics.total_minutes + ROUNDING_MINUTES:
        wrong.append(f"the parts take {parts:g} minutes, the whole {metrics.total_minutes:g}")
    if metrics.rollback_required != (record.rollback is not None):
        wrong.append("rollback_required does not agree with the table [rollback]")
    if record.execution is not None:
        approved = max((approval.date for approval in record.approvals), default=record.created)
        days = (record.execution.started - approved).total_seconds() / 86_400
        if abs(days - metrics.approval_to_deployment_days) > 1:
            recorded = f"{metrics.approval_to_deployment_days:g}"
            wrong.append(f"{days:.1f} days lay between approval and deployment, the metrics say {recorded}")
        spent = (record.execution.finished - record.execution.started).total_seconds() / 60
        if abs(spent - metrics.total_minutes) > ROUNDING_MINUTES:
            wrong.append(f"the deployment took {spent:g} minutes, total_minutes says {metrics.total_minutes:g}")
    return wrong


def closure_missing(record: ChangeRecord, now: datetime) -> list[str]:
    """Step 30: closed by somebody after the stability window, as successful unless it was rolled back."""
    closure = record.closure
    if closure is None:
        return ["no table [closure]"]
    wrong = ["the closing lies in the future"] if closure.date > now else []
    if record.execution is None:
        return [*wrong, "no table [execution]"]
    if record.rollback is None and closure.date < record.execution.finished + STABILITY_WINDOW:
        wrong.append("closed before the stability window of 24 hours had passed")
    expected = "Closed - Successful"
    if record.rollback is None and closure.request_status != expected:
        wrong.append(f"the request's status is {closure.request_status!r}, not {expected!r}")
    if record.rollback is not None and closure.request_status == expected:
        wrong.append(f"the request's status is {expected!r} though it was rolled back")
    return wrong


def _unsigned(signatures: Sequence[Signature], roles: Iterable[Role], told: str) -> list[str]:
    signed = {signature.role for signature in signatures}
    return [f"{told} the {role}" for role in roles if role not in signed]


def _future(signatures: Sequence[Signature], now: datetime) -> list[str]:
    return [f"the signature of {signature.name} lies in the future" for signature in signatures if signature.date > now]


def _not_told(
    record: ChangeRecord,
    event: str,
    audiences: frozenset[Audience],
    after: datetime | None,
    before: datetime | None,
) -> list[str]:
    """Return who was not told of an event, at a time within the bounds."""
    sent = [notification for notification in record.notifications if notification.event == event]
    in_time = [
        announcement
        for announcement in sent
        if (after is None or announcement.sent >= after) and (before is None or announcement.sent <= before)
    ]
    informed = {audience for announcement in in_time for audience in announcement.audiences}
    late = " in time" if len(in_time) < len(sent) else ""
    missing = ", ".join(sorted(audiences - informed))
    return [f"not told{late} ({event}): {missing}"] if missing else []


def _person(name: str) -> str:
    return " ".join(name.casefold().split())
