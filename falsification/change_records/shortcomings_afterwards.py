"""What can be wrong with a change record once the deployment is over: in its closing, and after a rollback."""

from __future__ import annotations

from collections.abc import Callable

from falsification.change_records.records import (
    ENGINEER,
    LEAD,
    Record,
    at,
)

Edit = Callable[[Record], object]


# What breaks, how, and what the fact says of it.
Table = dict[str, tuple[str, Edit, str]]


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
