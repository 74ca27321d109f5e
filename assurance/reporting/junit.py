"""`junit.xml`: the run for continuous-integration systems."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from xml.etree import ElementTree

from assurance.judging.controls import CONTROLS
from assurance.reporting.causes import severity_of
from assurance.reporting.fit import for_xml
from assurance.reporting.model import RunModel, VerdictRecord
from assurance.reporting.wording import VERDICT_WORDS, evidence_sentence, place_of
from assurance.verdicts import Verdict

# What stands within a test case for each verdict; nothing stands for a pass.
ELEMENTS = {
    Verdict.FAIL: "failure",
    Verdict.NOT_EVALUATED: "error",
    Verdict.WAIVED: "skipped",
    Verdict.NOT_APPLICABLE: "skipped",
}


def write(model: RunModel, path: Path) -> None:
    """Write the run as JUnit XML: one suite a control, one test case a verdict."""
    run = model.run
    name = f"APEX Assurance {run.environment}{'' if run.complete else ' (INCOMPLETE)'}"
    root = _element(None, "testsuites", name=name, **_totals(model.verdicts))
    ordered = sorted(model.verdicts, key=lambda record: record.control)
    for control_id, records in groupby(ordered, key=lambda record: record.control):
        _add_suite(root, model, control_id, tuple(records))
    tree = ElementTree.ElementTree(root)
    ElementTree.indent(tree, " ")
    path.write_bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n")


def _add_suite(root: ElementTree.Element, model: RunModel, control_id: str, records: Sequence[VerdictRecord]) -> None:
    run = model.run
    title = CONTROLS[control_id].title if control_id in CONTROLS else ""
    suite = _element(root, "testsuite", name=f"{control_id} {title}".strip(), timestamp=run.started, **_totals(records))
    facts = {
        "run": run.id,
        "environment": run.environment,
        "source": run.source,
        "origin": run.origin,
        "evidence": evidence_sentence(run),
        "decision": model.decision,
        "scope": run.selected.scope,
        **({"left_out": "; ".join(run.left_out)} if run.left_out else {}),
    }
    _add_properties(suite, facts)
    for record in records:
        _add_case(suite, record)


def _add_case(suite: ElementTree.Element, record: VerdictRecord) -> None:
    file, name = place_of(record)
    case = _element(suite, "testcase", name=name, classname=file, time=_seconds(record.duration_seconds))
    control = CONTROLS.get(record.control)
    iso = " ".join(control.iso_2022) if control is not None else ""
    severity = severity_of(record.control)
    facts = {"control": record.control, "severity": severity, "iso": iso, "verdict": str(record.verdict)}
    _add_properties(case, facts)
    if record.verdict in ELEMENTS:
        message = record.reason or f"expected {record.expected}; observed {record.observed}"
        message = f"{VERDICT_WORDS[record.verdict]}: {message}"
        outcome = _element(case, ELEMENTS[record.verdict], message=message, type=record.verdict)
        outcome.text = for_xml(_details(record))


def _details(record: VerdictRecord) -> str:
    """Return the requirement and whatever else is known of a case, one line each."""
    named = [
        ("requirement", record.statement),
        ("expected", record.expected),
        ("observed", record.observed),
        ("reason", record.reason),
        *(("resource", resource) for resource in record.resources),
        *(("reading", key) for key in record.readings),
        ("remedy", record.remedy),
    ]
    return "\n".join(f"{name}: {value}" for name, value in named if value)


def _totals(records: Sequence[VerdictRecord]) -> dict[str, str]:
    counts = Counter(ELEMENTS[record.verdict] for record in records if record.verdict in ELEMENTS)
    return {
        "tests": str(len(records)),
        "failures": str(counts["failure"]),
        "errors": str(counts["error"]),
        "skipped": str(counts["skipped"]),
        "time": _seconds(sum(record.duration_seconds for record in records)),
    }


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f}"


def _add_properties(parent: ElementTree.Element, values: dict[str, str]) -> None:
    properties = _element(parent, "properties")
    for name, value in values.items():
        _element(properties, "property", name=name, value=value)


def _element(parent: ElementTree.Element | None, tag: str, **attributes: str) -> ElementTree.Element:
    clean = {name: for_xml(str(value)) for name, value in attributes.items()}
    return ElementTree.Element(tag, clean) if parent is None else ElementTree.SubElement(parent, tag, clean)
