"""The run as OCSF compliance findings, for a SIEM: an event a verdict, one a line (JSON Lines).

Open Cybersecurity Schema Framework 1.4.0, class Compliance Finding (2003), with the profile `cloud`:
https://schema.ocsf.io/1.4.0/classes/compliance_finding
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from assurance.judging.controls import CONTROLS
from assurance.reporting.causes import severity_of
from assurance.reporting.fit import cut, one_line, printable
from assurance.reporting.model import RunModel, VerdictRecord
from assurance.reporting.wording import VERDICT_WORDS, evidence_sentence
from assurance.tape import sha256
from assurance.tape.moments import from_text
from assurance.verdicts import Verdict

VERSION = "1.4.0"
CATEGORY, CLASS, CREATE = 2, 2003, 1
TYPE = CLASS * 100 + CREATE
INFORMATIONAL = 1
SEVERITIES = {"critical": (5, "Critical"), "high": (4, "High"), "medium": (3, "Medium")}
# Of the requirement: whether it is met. "Warning" is the class's word for a check without a result.
STATUSES = {
    Verdict.PASS: (1, "Pass"),
    Verdict.FAIL: (3, "Fail"),
    Verdict.WAIVED: (3, "Fail"),
    Verdict.NOT_EVALUATED: (2, "Warning"),
    Verdict.NOT_APPLICABLE: (99, "Not applicable"),
}
# Of the finding: whether somebody has still to look at it.
NEW, SUPPRESSED, RESOLVED = (1, "New"), (3, "Suppressed"), (4, "Resolved")
FINDING_STATUSES = {
    Verdict.FAIL: NEW,
    Verdict.NOT_EVALUATED: NEW,
    Verdict.WAIVED: SUPPRESSED,
    Verdict.PASS: RESOLVED,
    Verdict.NOT_APPLICABLE: RESOLVED,
}
MAX_CHARACTERS = 4_000

Value = Any  # a value of JSON


def write(model: RunModel, path: Path) -> None:
    """Write an event for each verdict, in the model's order."""
    # The decision looks at every verdict: once, not for each.
    decision = str(model.decision)
    events = (event(record, model, decision) for record in model.verdicts)
    lines = (json.dumps(event, ensure_ascii=False, separators=(",", ":")) for event in events)
    text = "".join(f"{line}\n" for line in lines)
    path.write_bytes(text.encode("utf-8", "backslashreplace"))


def event(record: VerdictRecord, model: RunModel, decision: str) -> dict[str, Value]:
    """Return the event of one verdict of a run that came to this decision."""
    run = model.run
    judged_broken = record.verdict in {Verdict.FAIL, Verdict.NOT_EVALUATED, Verdict.WAIVED}
    severity_id, severity = (
        SEVERITIES[severity_of(record.control)] if judged_broken else (INFORMATIONAL, "Informational")
    )
    status_id, status = FINDING_STATUSES[record.verdict]
    event_values: dict[str, Value] = {
        "activity_id": CREATE,
        "activity_name": "Create",
        "category_uid": CATEGORY,
        "category_name": "Findings",
        "class_uid": CLASS,
        "class_name": "Compliance Finding",
        "type_uid": TYPE,
        "time": _milliseconds(run.finished),
        "severity_id": severity_id,
        "severity": severity,
        "status_id": status_id,
        "status": status,
        "message": _text(_message(record)),
        "metadata": _metadata(model),
        "cloud": {"provider": "Azure"},
        "finding_info": _finding_info(record, model),
        "compliance": _compliance(record),
        "resources": [{"uid": _shown(resource), "name": _shown(record.subject)} for resource in record.resources],
        "unmapped": {
            "check": printable(record.check),
            "verdict": str(record.verdict),
            "decision": decision,
            "environment": _shown(run.environment),
            "source": str(run.source),
            "evidence": evidence_sentence(run),
            "readings": list(record.readings),
        },
    }
    if record.remedy:
        event_values["remediation"] = {"desc": _text(record.remedy)}
    return event_values


def _metadata(model: RunModel) -> dict[str, Value]:
    version = model.run.versions.get("apex-assurance", "unknown")
    product = {"name": "APEX Assurance", "vendor_name": "APEX Assurance", "version": version}
    return {"version": VERSION, "product": product, "profiles": ["cloud"], "correlation_uid": _shown(model.run.id)}


def _finding_info(record: VerdictRecord, model: RunModel) -> dict[str, Value]:
    # The same case of the same environment is the same finding, from run to run.
    named = f"{model.run.environment}\n{record.check}".encode("utf-8", "replace")
    return {
        "uid": sha256(named),
        "title": _shown(f"{record.control} {record.subject}"),
        "desc": _text(record.statement),
        "analytic": {"uid": record.control, "name": printable(record.check.partition("[")[0]), "type_id": 1},
    }


def _compliance(record: VerdictRecord) -> dict[str, Value]:
    status_id, status = STATUSES[record.verdict]
    known = CONTROLS.get(record.control)
    return {
        "control": record.control,
        "standards": ["ISO/IEC 27001:2022"],
        "requirements": list(known.iso_2022) if known is not None else [],
        "status_id": status_id,
        "status": status,
        "status_detail": _text(_message(record)),
    }


def _message(record: VerdictRecord) -> str:
    word = VERDICT_WORDS[record.verdict]
    if record.expected or record.observed:
        return f"{word}: expected {record.expected}; observed {record.observed}. {record.reason}".strip()
    return f"{word}: {record.reason}"


def _milliseconds(moment: str) -> int:
    """Return an ISO 8601 time as milliseconds since 1970; 0 for what is none."""
    at = from_text(moment)
    return 0 if at is None else round(at.timestamp() * 1000)


def _text(text: str) -> str:
    return cut(printable(text), MAX_CHARACTERS)


def _shown(text: str) -> str:
    return one_line(text, 1_000)
