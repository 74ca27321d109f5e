"""The observations, risks and findings of a run in OSCAL (see `oscal`)."""

from __future__ import annotations

import re
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from assurance.judging.controls import CONTROLS
from assurance.reporting.fit import cut, printable
from assurance.reporting.model import RunModel, VerdictRecord
from assurance.reporting.wording import VERDICT_WORDS, place_of, waiver_facts
from assurance.tape import Reading
from assurance.verdicts import Verdict

NAMESPACE = "urn:apex-assurance:oscal"
MAX_CHARACTERS = 8_000
NOTHING = "(nothing)"
# What OSCAL's Markdown would take for markup (NIST: "Markup Data Types").
_MARKUP = re.compile(r"([\\`*_\[\]<>&~^{}#|!\"'])")


class Naming:
    """Gives each thing of a run its UUID (version 5): the same run and the same thing, the same UUID."""

    def __init__(self, run_id: str) -> None:
        self._space: UUID = uuid5(NAMESPACE_URL, f"{NAMESPACE}:{run_id}")

    def uuid(self, *names: str) -> str:
        """Return the UUID of the thing that these names stand for."""
        joined = "\n".join(names).encode("utf-8", "replace").decode()
        return str(uuid5(self._space, joined))


def string(value: str) -> str:
    """Return a `string`: on one line, without blanks at its ends, never empty."""
    return cut(" ".join(printable(value).split()), MAX_CHARACTERS) or NOTHING


def line(value: str) -> str:
    """Return a `markup-line` that shows `value` as it is."""
    return _MARKUP.sub(r"\\\1", string(value))


def text(value: str) -> str:
    """Return a `markup-multiline` that shows `value` as it is, line by line."""
    lines = cut(printable(value), MAX_CHARACTERS).splitlines()
    return "\n\n".join(line(text) for text in lines if text.strip()) or NOTHING


def prop(name: str, value: str) -> dict[str, str]:
    """Return a property in the suite's own namespace: OSCAL gives its names no meaning of its own."""
    return {"name": name, "ns": NAMESPACE, "value": string(value)}


def token(value: str) -> str:
    """Return a `token`: letters, digits, hyphens, underscores and dots, beginning with a letter or an underscore."""
    clean = re.sub(r"[^A-Za-z0-9._-]", "_", value)
    return clean if re.match(r"[A-Za-z_]", clean) else f"_{clean}"


Value = Any  # a value of JSON

# The state of a finding and its reason (OSCAL 1.1.3, allowed values of `status`); what is not here is no finding.
STATES = {
    Verdict.PASS: ("satisfied", "pass"),
    Verdict.FAIL: ("not-satisfied", "fail"),
    Verdict.WAIVED: ("not-satisfied", "other"),
}
RISKS = {Verdict.FAIL: "open", Verdict.WAIVED: "deviation-approved"}
# An answer that describes a configuration is examined; a name that is resolved, a port that is tried: that is a test.
EXAMINED = "http"


def observations(model: RunModel, naming: Naming) -> list[Value]:
    """Return an observation for each verdict."""
    by_key = {reading.key: reading for reading in model.readings}
    return [
        _observation(record, [by_key[key] for key in record.readings if key in by_key], model, naming)
        for record in model.verdicts
    ]


def findings(model: RunModel, naming: Naming) -> list[Value]:
    """Return a finding for each verdict that was judged."""
    return [_finding(record, naming) for record in model.verdicts if record.verdict in STATES]


def risks(model: RunModel, naming: Naming) -> list[Value]:
    """Return a risk for each failure, waived ones included."""
    return [_risk(record, naming) for record in model.verdicts if record.verdict in RISKS]


def _observation(record: VerdictRecord, readings: list[Reading], model: RunModel, naming: Naming) -> Value:
    subjects = [
        {"subject-uuid": naming.uuid("item", name), "type": "inventory-item", "title": line(name)}
        for name in record.resources or (record.subject,)
    ]
    observation: dict[str, Value] = {
        "uuid": naming.uuid("observation", record.check),
        "title": line(f"{record.control} {place_of(record)[1]}"),
        "description": text(_told(record)),
        "props": _props(record),
        "methods": _methods(readings),
        "types": ["control-objective"],
        "origins": [{"actors": [{"type": "tool", "actor-uuid": naming.uuid("suite")}]}],
        "subjects": subjects,
        "collected": max((reading.started for reading in readings), default=model.run.finished),
    }
    if readings:
        observation["relevant-evidence"] = [_evidence(reading) for reading in readings]
    return observation


def _told(record: VerdictRecord) -> str:
    parts = [record.statement, f"Verdict: {VERDICT_WORDS[record.verdict]}."]
    parts += [
        f"{name}: {value}"
        for name, value in (("Expected", record.expected), ("Observed", record.observed), ("Reason", record.reason))
        if value
    ]
    return "\n".join(parts)


def _props(record: VerdictRecord) -> list[dict[str, str]]:
    props = [prop("verdict", str(record.verdict)), prop("check", record.check), prop("subject", record.subject)]
    if record.control in CONTROLS:
        control = CONTROLS[record.control]
        props += [prop("iso-27001-2022", clause) for clause in control.iso_2022]
        props += [prop("iso-27001-2013", clause) for clause in control.iso_2013]
    return props


def _methods(readings: list[Reading]) -> list[str]:
    kinds = {reading.kind for reading in readings}
    methods = ["EXAMINE"] if EXAMINED in kinds else []
    return [*methods, *(["TEST"] if kinds - {EXAMINED} else [])] or ["UNKNOWN"]


def _evidence(reading: Reading) -> Value:
    props = [prop("started", reading.started), prop("attempts", str(reading.attempts))]
    if reading.request_id:
        props.append(prop("request-id", reading.request_id))
    if reading.sha256:
        props.append(prop("sha256", reading.sha256))
    description = f"{reading.question}: {reading.failure or reading.status or 'answered'}"
    return {"href": f"tape/readings/{reading.key}.json", "description": text(description), "props": props}


def _finding(record: VerdictRecord, naming: Naming) -> Value:
    state, reason = STATES[record.verdict]
    function = place_of(record)[1].partition("[")[0]
    finding: dict[str, Value] = {
        "uuid": naming.uuid("finding", record.check),
        "title": line(f"{record.control} {record.subject}: {VERDICT_WORDS[record.verdict]}"),
        "description": text(_told(record)),
        "target": {
            "type": "objective-id",
            "target-id": token(f"{record.control}.{function}"),
            "title": line(record.statement),
            "status": {"state": state, "reason": reason},
        },
        "related-observations": [{"observation-uuid": naming.uuid("observation", record.check)}],
    }
    if record.verdict in RISKS:
        finding["related-risks"] = [{"risk-uuid": naming.uuid("risk", record.check)}]
    return finding


def _risk(record: VerdictRecord, naming: Naming) -> Value:
    control = CONTROLS.get(record.control, None)
    waiver = "; ".join(f"{name}: {value}" for name, value in waiver_facts(record))
    risk: dict[str, Value] = {
        "uuid": naming.uuid("risk", record.check),
        "title": line(f"{record.control} {record.subject}"),
        "description": text(_told(record)),
        "statement": text(control.requirement if control is not None else record.statement),
        "props": [prop("severity", control.severity if control is not None else "unknown")],
        "status": RISKS[record.verdict],
        "related-observations": [{"observation-uuid": naming.uuid("observation", record.check)}],
    }
    if waiver:
        risk["props"].append(prop("waiver", waiver))
    if record.remedy:
        remedy = {
            "uuid": naming.uuid("remedy", record.check),
            "lifecycle": "recommendation",
            "title": string("Remedy"),
            "description": text(record.remedy),
        }
        risk["remediations"] = [remedy]
    return risk
