"""The beginning of a change record, with what comes later as comments that say when."""

from __future__ import annotations

from datetime import datetime

from assurance.tape.moments import to_text

TEMPLATE = """\
# {id}: what people attest of this deployment. The steps are those of the operations guide.
# Times carry their offset (Z is UTC). A table that is absent has not been done yet.
id = "{id}"
environment = "{environment}"
title = "{title}"
version = "{version}"
created = {created}
security_related = {security_related} # true: the Security Team approves too (Step 1)

# Step 1: fill in and remove the comment signs.
# [plans]
# deployment = "where the deployment plan stands"
# risk_assessment = "where the risk assessment stands"
# rollback = "where the rollback plan stands"
#
# [window]
# start = {example}
# end = {example}
# maintenance_window = "which approved maintenance window this lies in"
#
# [[approvals]] # one for each role: Technical Lead, Operations Manager, Security Team
# role = "Technical Lead"
# name = "..."
# date = {example}
#
# [[notifications]]
# event = "scheduled" # later: "started" (Step 11), "succeeded" (Step 21), "rolled back" (Step 24)
# audiences = ["estimators", "managers", "auditors"] # and "it leadership" in Step 21
# sent = {example}
# reference = "where the message can be seen"

# Step 9
# [team]
# engineers = ["...", "..."] # at least two
# on_call = "..."
# incident_response = ["..."]
# channel = "#apex-deployment"
# escalation_contacts = "where they stand"
# runbook_reviewed = {example}

# Step 10: four roles sign: Technical Lead, Operations Manager, Security Team, Deployment Engineer.
# [pre_deployment]
# authorized = true
# [[pre_deployment.signatures]]
# role = "Technical Lead"
# name = "..."
# date = {example}

# Steps 11 to 13, when it is done
# [execution]
# started = {example}
# finished = {example}
# what_if_reviewed_by = "..."
# migration_log = "where it stands"

# Step 16, what was tried by hand
# [[manual_tests]]
# name = "The workflow in the user interface"
# passed = true
# by = "..."
# date = {example}
# evidence = "where it stands"

# Step 22: Deployment Engineer, Technical Lead and Operations Manager sign.
# [outcome]
# status = "success" # or "partial success", "failed"
# [[outcome.signatures]]
# role = "Deployment Engineer"
# name = "..."
# date = {example}

# Steps 23 and 25, only after a rollback. Reasons: "health checks failing", "error rate", "estimation accuracy",
# "security vulnerability", "stakeholder request".
# [rollback]
# decided_by = "..."
# role = "Technical Lead" # or "On-call Engineer", "Operations Manager"
# reason = "error rate"
# decided = {example}
# incident_report = "where it stands"
# root_cause_analysis = "where it stands"
# logs_reviewed = ["Application Insights", "database", "security"]
# action_items = ["..."]
# redeployment_timeline = "..."

# Step 28, within 48 hours
# [retrospective]
# held = {example}
# attendees = ["..."]
# notes = "where they stand"

# Step 29
# [metrics]
# total_minutes = 0.0
# infrastructure_minutes = 0.0
# migration_minutes = 0.0
# application_minutes = 0.0
# smoke_test_minutes = 0.0
# issues = 0
# rollback_required = false
# downtime_minutes = 0.0
# approval_to_deployment_days = 0.0

# Step 30, after the stability window of 24 hours
# [closure]
# closed_by = "..."
# date = {example}
# request_status = "Closed - Successful"
# evidence = "where the evidence packs are kept"
# artefacts = "where logs and reports are kept"
# lessons_learned = "where they stand"
"""


def new_record(
    number: str, environment: str, title: str, version: str, *, security_related: bool, now: datetime
) -> str:
    """Return the text of a new change record.

    Args:
        number: The change's number, such as CR-2026-0042.
        environment: The environment's name.
        title: What the change is.
        version: The version that is deployed.
        security_related: Whether the Security Team approves too.
        now: When the request is made, in UTC.
    """
    return TEMPLATE.format(
        id=number,
        environment=environment,
        title=_quoted(title),
        version=_quoted(version),
        created=to_text(now),
        example=f"{now:%Y-%m-%dT%H:00:00Z}",
        security_related=str(security_related).lower(),
    )


def _quoted(text: str) -> str:
    """Return text as it stands between the quotes of a basic TOML string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return "".join(character if character.isprintable() else " " for character in escaped)
