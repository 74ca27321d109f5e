"""The run as SARIF 2.1.0, for code scanning: what fails, what could not be judged, and what is waived.

A result stands at the check that came to it: code scanning shows results at files of the repository, and Azure's
resources are none; the resource is a logical location. Passes are left out, since code scanning would show each as an
alert. Specification: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from assurance.judging.controls import CONTROLS, Control
from assurance.reporting.causes import Finding, findings_of, severity_of, worst_first
from assurance.reporting.fit import cut, one_line, printable
from assurance.reporting.model import RunModel, VerdictRecord
from assurance.reporting.wording import decision_sentence, evidence_sentence, place_of
from assurance.tape import sha256
from assurance.verdicts import Verdict

VERSION = "2.1.0"
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
TOOL = "APEX Assurance"
FINGERPRINT = "apexAssuranceCase/v1"
# Code scanning sorts alerts by this score (GitHub: over 9.0 critical, from 7.0 high, from 4.0 medium).
SCORES = {"critical": "9.5", "high": "8.0", "medium": "5.5"}
# SARIF, 3.27.9 and 3.27.10: what is no failure has no level.
KINDS = {Verdict.FAIL: "fail", Verdict.NOT_EVALUATED: "open", Verdict.WAIVED: "fail"}
LEVELS = {"critical": "error", "high": "error", "medium": "warning"}
# Code scanning takes at most 25,000 results of a run, and shows fewer.
MAX_RESULTS = 20_000
MAX_CHARACTERS = 4_000

Value = Any  # a value of JSON


def write(model: RunModel, path: Path) -> None:
    """Write the run as SARIF: the same bytes for the same model."""
    text = json.dumps(document(model), indent=1, ensure_ascii=False) + "\n"
    path.write_bytes(text.encode("utf-8", "backslashreplace"))


def document(model: RunModel) -> dict[str, Value]:
    """Return the run as a SARIF log with one run."""
    records = worst_first(record for record in model.verdicts if record.verdict in KINDS)[:MAX_RESULTS]
    rules = sorted({record.control for record in records})
    finding_of = {record.check: finding for finding in findings_of(model) for record in finding.records}
    run = model.run
    driver = {
        "name": TOOL,
        "version": run.versions.get("apex-assurance", "unknown"),
        "rules": [_rule(control) for control in rules],
    }
    results = [_result(record, rules, finding_of.get(record.check)) for record in records]
    invocation = {
        "executionSuccessful": run.complete,
        "startTimeUtc": run.started,
        "endTimeUtc": run.finished,
        "properties": {"evidence": evidence_sentence(run)},
    }
    return {
        "$schema": SCHEMA,
        "version": VERSION,
        "runs": [
            {
                "tool": {"driver": driver},
                # Its part before the last slash is the category: a run replaces the one before, of its environment.
                "automationDetails": {"id": f"apex-assurance/{_shown(run.environment)}/{_shown(run.id)}"},
                "invocations": [invocation],
                "columnKind": "unicodeCodePoints",
                "results": results,
                "properties": {
                    "decision": str(model.decision),
                    "why": _text(decision_sentence(model)),
                    "source": str(run.source),
                    "counts": {str(verdict): number for verdict, number in model.counts().items()},
                },
            }
        ],
    }


def _rule(control_id: str) -> dict[str, Value]:
    severity = severity_of(control_id)
    known = CONTROLS.get(control_id)
    return {
        "id": control_id,
        "name": control_id.replace("-", ""),
        "shortDescription": {"text": known.title if known is not None else control_id},
        "fullDescription": {"text": known.requirement if known is not None else "A control of another version."},
        "help": {"text": _help(known)},
        "defaultConfiguration": {"level": LEVELS[severity]},
        "properties": {
            "tags": ["security", *(f"iso27001-2022/{clause}" for clause in (known.iso_2022 if known else ()))],
            "security-severity": SCORES[severity],
            "severity": severity,
        },
    }


def _help(known: Control | None) -> str:
    return f"{known.requirement} Demanded by the operations guide: {known.guide_step}." if known is not None else ""


def _result(record: VerdictRecord, rules: list[str], finding: Finding | None) -> dict[str, Value]:
    file, name = place_of(record)
    severity = severity_of(record.control)
    kind = KINDS[record.verdict]
    result = {
        "ruleId": record.control,
        "ruleIndex": rules.index(record.control),
        "kind": kind,
        "level": LEVELS[severity] if kind == "fail" else "none",
        "message": {"text": _message(record)},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _uri(file), "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": 1},
                },
                "logicalLocations": [
                    {"fullyQualifiedName": _shown(resource), "kind": "resource"}
                    for resource in record.resources or (name,)
                ],
            }
        ],
        "partialFingerprints": {FINGERPRINT: sha256(record.check.encode("utf-8", "replace"))},
        "properties": {
            "check": printable(record.check),
            "verdict": str(record.verdict),
            "severity": severity,
            "subject": _shown(record.subject),
            "remedy": _text(record.remedy),
            "readings": list(record.readings),
            "sameCauseAs": [printable(other.check) for other in finding.records if other is not record]
            if finding
            else [],
        },
    }
    if record.verdict is Verdict.WAIVED:
        suppression = {"kind": "external", "status": "accepted", "justification": _text(record.reason)}
        result["suppressions"] = [suppression]
    return result


def _message(record: VerdictRecord) -> str:
    statement = f"{_shown(record.subject)}: {_text(record.statement)}"
    if record.verdict is Verdict.NOT_EVALUATED:
        return f"{statement} Not evaluated: {_text(record.reason)} {_text(record.remedy)}".strip()
    text = f"{statement} Expected {_text(record.expected)}; observed {_text(record.observed)}."
    return f"{text} Remedy: {_text(record.remedy)}" if record.remedy else text


def _uri(file: str) -> str:
    """Return the path of a check within the repository; a path that could lead out of it is none."""
    clean = "".join(
        character if character.isalnum() or character in "/_.-" else "_" for character in file if character.isascii()
    )
    return clean if clean.endswith(".py") and ".." not in clean and not clean.startswith("/") else "checks"


def _text(text: str) -> str:
    return cut(printable(text), MAX_CHARACTERS)


def _shown(text: str) -> str:
    return one_line(text, 1_000)
