"""What a gate says at the end: the decision for a pipeline, and how to go back where a deployment must not stay.

Guide: Step 14 ("STOP and initiate rollback"), Steps 23 and 24, and "Quick Rollback to Previous Revision".
"""

from __future__ import annotations

import json
from pathlib import Path

from assurance.errors import NotEvaluated
from assurance.estate import Estate
from assurance.estate.deployment.revisions import read_revisions
from assurance.reporting.model import RunModel, VerdictRecord
from assurance.reporting.writer import DECISION
from assurance.verdicts import Decision, ExitStatus, Source, Verdict

EXIT_STATUSES = {
    Decision.GO: ExitStatus.GO,
    Decision.NO_GO: ExitStatus.NO_GO,
    Decision.INCONCLUSIVE: ExitStatus.INCONCLUSIVE,
}


def demands_rollback(records: list[VerdictRecord], gate: str) -> bool:
    """Whether the guide demands to go back: something fails after a deployment, or a smoke test fails at all."""
    failed = [record.control for record in records if record.verdict is Verdict.FAIL]
    return bool(failed) and (gate == "post_deployment" or any(control.startswith("SMK-") for control in failed))


def rollback_commands(estate: Estate) -> tuple[str, ...]:
    """Return the guide's commands with the names of this deployment; a comment where a name is not known."""
    try:
        return read_revisions(estate).rollback_commands(_ready_url(estate))
    except NotEvaluated as error:
        app = estate.environment.container_apps
        group = estate.environment.group_of(app.resource_group)
        named = f"--name {app.app} --resource-group {group}"
        return (
            f"# The revisions are not known ({error.reason}); find the one that was healthy before:",
            f"az containerapp revision list {named} --output table",
            f"az containerapp ingress traffic set {named} --revision-weight OLD_REVISION=100 NEW_REVISION=0",
        )


def _ready_url(estate: Estate) -> str:
    application = estate.environment.application
    return f"{application.base_url.rstrip('/')}{application.ready_path}" if application is not None else ""


def write_decision(model: RunModel, directory: Path) -> None:
    """Write `decision.json`: what a pipeline needs to know, without reading the results."""
    counts = {str(verdict): number for verdict, number in model.counts().items()}
    document = {
        "run": model.run.id,
        "environment": model.run.environment,
        "gate": model.run.selected.gate or None,
        "source": str(model.run.source),
        "is_live": model.run.source is Source.LIVE,
        "complete": model.run.complete,
        "decision": str(model.decision),
        "scope": model.run.selected.scope,
        "exit_status": int(EXIT_STATUSES[model.decision]),
        "left_out": list(model.run.left_out),
        "counts": counts,
        "failing_controls": sorted({verdict.control for verdict in model.verdicts if verdict.verdict is Verdict.FAIL}),
        "rollback": list(model.run.rollback),
        "finished": model.run.finished,
    }
    (directory / DECISION).write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
