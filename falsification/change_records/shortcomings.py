"""What can be wrong with a change record: each edit of a whole one, and the sentence that it breaks."""

from __future__ import annotations

from collections.abc import Callable

from falsification.catalogue import Violation
from falsification.change_records.records import (
    ENGINEER,
    LEAD,
    LONG_AGO,
    NOW,
    Record,
    RecordWorld,
    at,
    closed,
    planned,
    rolled_back,
    starting_from,
)

Edit = Callable[[Record], object]
# What breaks, how, and what the fact says of it.
Table = dict[str, tuple[str, Edit, str]]

# Each sentence about a change, with its control and its check.
CHECKS = {
    "is_planned": ("DEP-01", "test_change_is_planned"),
    "is_approved": ("DEP-01", "test_change_is_approved"),
    "window_is_open": ("DEP-01", "test_window_contains_the_run"),
    "stakeholders_know": ("DEP-01", "test_stakeholders_know"),
    "team_is_ready": ("DEP-09", "test_team_is_ready"),
    "deployment_is_authorized": ("DEP-10", "test_deployment_is_authorized"),
    "start_was_announced": ("DEP-11", "test_start_was_announced"),
    "success_was_told": ("DEP-21", "test_success_was_told"),
    "manual_tests_passed": ("DEP-22", "test_manual_tests_passed"),
    "outcome_is_signed": ("DEP-22", "test_outcome_is_signed"),
    "rollback_was_decided": ("DEP-23", "test_rollback_was_decided"),
    "rollback_is_analysed": ("DEP-25", "test_rollback_is_analysed"),
    "retrospective_was_held": ("DEP-28", "test_retrospective_was_held"),
    "metrics_are_kept": ("DEP-29", "test_metrics_are_kept"),
    "is_closed": ("DEP-30", "test_change_is_closed"),
}

BEFORE: Table = {
    "of another environment": ("is_planned", lambda r: r.update(environment="dev"), "it is a change of 'dev'"),
    "no plans": ("is_planned", lambda r: r.pop("plans"), "no table [plans]"),
    "no security approval": ("is_approved", lambda r: r["approvals"].pop(2), "not approved by the Security Team"),
    "no approval": ("is_approved", lambda r: r["approvals"].clear(), "not approved by the Technical Lead"),
    "approved by executors only": (
        "is_approved",
        lambda r: [one.update(name=f" {ENGINEER.upper()}") for one in r["approvals"]],
        "approved only by those who carry it out",
    ),
    "approved before requested": (
        "is_approved",
        lambda r: r["approvals"][0].update(date=at(days=10)),
        "is older than the request",
    ),
    "approved after the start": (
        "is_approved",
        lambda r: r["approvals"][0].update(date=at(minutes=1)),
        "came after the window had begun",
    ),
    "stale approval": (
        "is_approved",
        lambda r: (r.update(created=NOW - 2 * LONG_AGO), r["approvals"][0].update(date=NOW - LONG_AGO)),
        "is more than 30 days older than the window",
    ),
    "no window": ("window_is_open", lambda r: r.pop("window"), "no table [window]"),
    "window turned round": (
        "window_is_open",
        lambda r: r["window"].update(start=at(hours=-3), end=at(hours=1)),
        "the window ends before it begins",
    ),
    "window over": ("window_is_open", lambda r: r["window"].update(end=at(minutes=1)), "the window 2026-11-02"),
    "window not begun": ("window_is_open", lambda r: r["window"].update(start=at(minutes=-1)), "the window 2026-11-02"),
    "nobody told": (
        "stakeholders_know",
        lambda r: r["notifications"].clear(),
        "not told (scheduled): auditors, estimators, managers",
    ),
    "auditors not told": (
        "stakeholders_know",
        lambda r: r["notifications"][0].update(audiences=["managers", "estimators"]),
        "not told (scheduled): auditors",
    ),
    "told too late": (
        "stakeholders_know",
        lambda r: r["notifications"][0].update(sent=at(minutes=10)),
        "not told in time (scheduled)",
    ),
    "no team": ("team_is_ready", lambda r: r.pop("team"), "no table [team]"),
    "one engineer twice": (
        "team_is_ready",
        lambda r: r["team"].update(engineers=[ENGINEER, ENGINEER.lower()]),
        "fewer than 2 different engineers",
    ),
    "no incident response": (
        "team_is_ready",
        lambda r: r["team"].update(incident_response=[]),
        "nobody for incident response",
    ),
    "runbook long unread": (
        "team_is_ready",
        lambda r: r["team"].update(runbook_reviewed=NOW - LONG_AGO),
        "the runbook was last reviewed",
    ),
    "runbook read in the future": (
        "team_is_ready",
        lambda r: r["team"].update(runbook_reviewed=at(minutes=-5)),
        "review lies in the future",
    ),
    "no sign-off": ("deployment_is_authorized", lambda r: r.pop("pre_deployment"), "no table [pre_deployment]"),
    "not authorised": (
        "deployment_is_authorized",
        lambda r: r["pre_deployment"].update(authorized=False),
        "the deployment is not authorised",
    ),
    "engineer did not sign": (
        "deployment_is_authorized",
        lambda r: r["pre_deployment"]["signatures"].pop(3),
        "not signed by the Deployment Engineer",
    ),
    "one person signs for all": (
        "deployment_is_authorized",
        lambda r: [one.update(name=LEAD) for one in r["pre_deployment"]["signatures"]],
        "one person signed in every role",
    ),
    "signed before the approvals": (
        "deployment_is_authorized",
        lambda r: r["pre_deployment"]["signatures"][0].update(date=at(days=6)),
        "signed before the change was approved",
    ),
    "signed in the future": (
        "deployment_is_authorized",
        lambda r: r["pre_deployment"]["signatures"][0].update(date=at(minutes=-5)),
        "lies in the future",
    ),
}

AFTER: Table = {
    "no execution": ("start_was_announced", lambda r: r.pop("execution"), "no table [execution]"),
    "start not announced": (
        "start_was_announced",
        lambda r: r["notifications"].pop(1),
        "not told (started): auditors, estimators, managers",
    ),
    "outside the window": (
        "start_was_announced",
        lambda r: r["execution"].update(finished=at(days=2)),
        "the deployment was not within the window",
    ),
    "ended before it began": (
        "window_is_open",
        lambda r: r["execution"].update(finished=at(days=3, minutes=55)),
        "or ended before it began",
    ),
    "signed after the start": (
        "deployment_is_authorized",
        lambda r: r["pre_deployment"]["signatures"][0].update(date=at(days=3)),
        "signed after the start",
    ),
    "no manual test": ("manual_tests_passed", lambda r: r.pop("manual_tests"), "no table [[manual_tests]]"),
    "manual test failed": (
        "manual_tests_passed",
        lambda r: r["manual_tests"][0].update(passed=False),
        "page did not pass",
    ),
    "manual test before": (
        "manual_tests_passed",
        lambda r: r["manual_tests"][0].update(date=at(days=4)),
        "was tried before the deployment",
    ),
    "leadership not told": (
        "success_was_told",
        lambda r: r["notifications"][2]["audiences"].pop(),
        "not told (succeeded): it leadership",
    ),
    "success told before it was one": (
        "success_was_told",
        lambda r: r["notifications"][2].update(sent=at(days=4)),
        "not told in time (succeeded)",
    ),
    "no outcome": ("outcome_is_signed", lambda r: r.pop("outcome"), "no table [outcome]"),
    "partial success": (
        "outcome_is_signed",
        lambda r: r["outcome"].update(status="partial success"),
        "the outcome is partial success",
    ),
    "lead did not sign": (
        "outcome_is_signed",
        lambda r: r["outcome"]["signatures"].pop(1),
        "not signed by the Technical Lead",
    ),
    "signed before the end": (
        "outcome_is_signed",
        lambda r: r["outcome"]["signatures"][0].update(date=at(days=3, minutes=10)),
        "signed before the deployment had finished",
    ),
    "no retrospective": ("retrospective_was_held", lambda r: r.pop("retrospective"), "no table [retrospective]"),
    "retrospective too late": (
        "retrospective_was_held",
        lambda r: r["retrospective"].update(held=at(hours=23)),
        "not within 48 hours",
    ),
    "lead was absent": (
        "retrospective_was_held",
        lambda r: r["retrospective"]["attendees"].remove(LEAD),
        "Ada Lead (Technical Lead) was not there",
    ),
    "engineer was absent": (
        "retrospective_was_held",
        lambda r: r["retrospective"]["attendees"].remove(ENGINEER),
        "Eve Engineer of the deployment team was not there",
    ),
    "no metrics": ("metrics_are_kept", lambda r: r.pop("metrics"), "no table [metrics]"),
    "parts exceed the whole": (
        "metrics_are_kept",
        lambda r: r["metrics"].update(smoke_test_minutes=40.0),
        "the parts take 70 minutes, the whole 45",
    ),
    "total is not what the times say": (
        "metrics_are_kept",
        lambda r: r["metrics"].update(total_minutes=55.0),
        "the deployment took 45 minutes, total_minutes says 55",
    ),
    "rollback kept quiet": (
        "metrics_are_kept",
        lambda r: r["metrics"].update(rollback_required=True),
        "does not agree with the table [rollback]",
    ),
    "days do not agree": (
        "metrics_are_kept",
        lambda r: r["metrics"].update(approval_to_deployment_days=1.0),
        "days lay between approval and deployment, the metrics say 1",
    ),
    "not closed": ("is_closed", lambda r: r.pop("closure"), "no table [closure]"),
    "closed too soon": (
        "is_closed",
        lambda r: r["closure"].update(date=at(days=2, hours=5)),
        "before the stability window of 24 hours had passed",
    ),
    "closed in the future": ("is_closed", lambda r: r["closure"].update(date=at(days=-1)), "lies in the future"),
    "status left open": (
        "is_closed",
        lambda r: r["closure"].update(request_status="Open"),
        "the request's status is 'Open'",
    ),
}

AFTER_ROLLBACK: Table = {
    "no authority": (
        "rollback_was_decided",
        lambda r: r["rollback"].update(role="Security Team"),
        "Security Team may not decide on a rollback",
    ),
    "decided in the future": (
        "rollback_was_decided",
        lambda r: r["rollback"].update(decided=at(days=-1)),
        "the decision lies in the future",
    ),
    "decided before the start": (
        "rollback_was_decided",
        lambda r: r["rollback"].update(decided=at(days=4)),
        "decided before the deployment had begun",
    ),
    "nobody told of it": ("rollback_was_decided", lambda r: r["notifications"].pop(), "not told (rolled back)"),
    "no report": ("rollback_is_analysed", lambda r: r["rollback"].pop("incident_report"), "no incident report"),
    "no cause": ("rollback_is_analysed", lambda r: r["rollback"].pop("root_cause_analysis"), "no root cause analysis"),
    "no actions": ("rollback_is_analysed", lambda r: r["rollback"].pop("action_items"), "no action items"),
    "no timeline": (
        "rollback_is_analysed",
        lambda r: r["rollback"].pop("redeployment_timeline"),
        "no timeline for the re-deployment",
    ),
    "a log not read": (
        "rollback_is_analysed",
        lambda r: r["rollback"]["logs_reviewed"].remove("Database"),
        "the database logs were not reviewed",
    ),
    "closed as successful": (
        "is_closed",
        lambda r: r["closure"].update(request_status="Closed - Successful"),
        "though it was rolled back",
    ),
}


def _of(moment: str, record: Callable[[], Record], table: Table) -> tuple[Violation[RecordWorld], ...]:
    return tuple(
        _violation(f"{moment}-{name.replace(' ', '-')}", name, record, *entry[:2]) for name, entry in table.items()
    )


def _violation(
    name: str, title: str, record: Callable[[], Record], sentence: str, edit: Edit
) -> Violation[RecordWorld]:
    control, check = CHECKS[sentence]
    # What is missing from a record may well be missed by several controls.
    change = starting_from(record, edit)
    return Violation(name, f"{title[0].upper()}{title[1:]}.", change, (control,), check, is_exclusive=False)


VIOLATIONS = (
    *_of("planned", planned, BEFORE),
    *_of("closed", closed, AFTER),
    *_of("rolled-back", rolled_back, AFTER_ROLLBACK),
)
