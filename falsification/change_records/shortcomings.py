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
from falsification.change_records.shortcomings_afterwards import AFTER, AFTER_ROLLBACK, Edit, Table

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
        lambda r: [approval.update(name=f" {ENGINEER.upper()}") for approval in r["approvals"]],
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
        lambda r: [signature.update(name=LEAD) for signature in r["pre_deployment"]["signatures"]],
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
