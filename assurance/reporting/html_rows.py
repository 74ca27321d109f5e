"""The table of cases of the HTML report: its columns, and a row for each verdict, as pytest-html's script reads it."""

from __future__ import annotations

import re
from typing import Any

from assurance.controls import CONTROLS
from assurance.reporting.html_evidence import cited
from assurance.reporting.html_parts import copyable, verdict_badge
from assurance.reporting.markup import Html, element, join
from assurance.reporting.model import RunModel, VerdictRecord
from assurance.tape import sha256
from assurance.verdicts import Verdict

# The outcome under which pytest-html's filters and colours know each verdict.
OUTCOMES = {
    Verdict.PASS: "Passed",
    Verdict.FAIL: "Failed",
    Verdict.NOT_EVALUATED: "Error",
    Verdict.WAIVED: "XFailed",
    Verdict.NOT_APPLICABLE: "Skipped",
}
# The filter for what brought no verdict: counted with the failures, it would contradict the number of findings.
WITHOUT_VERDICT = "Rerun"
# pytest-html takes the keys to sort by from the columns that are `sortable`; these four are what its script needs.
HEADER = (
    '<th class="sortable" data-column-type="result" scope="col">Verdict</th>',
    '<th class="sortable" data-column-type="control" scope="col">Control</th>',
    '<th class="sortable" data-column-type="testId" scope="col">Requirement</th>',
    '<th scope="col">Expected</th>',
    '<th scope="col">Observed</th>',
    '<th scope="col">ISO 27001:2022</th>',
    '<th class="sortable" data-column-type="duration" scope="col">Duration</th>',
)


def row_of(record: VerdictRecord, model: RunModel) -> dict[str, Any]:
    """Return the row of a verdict, as pytest-html's script takes it; Any: values of its JSON."""
    return {
        "extras": [{"name": "evidence", "format_type": "html", "content": _details(record, model)}],
        "resultsTableRow": _cells(record),
        "result": OUTCOMES[record.verdict],
        "control": record.control,
        "testId": row_id(record),
        "duration": _duration(record),
        "log": "",
    }


def row_id(record: VerdictRecord) -> str:
    """Return the id of a verdict's row in the page: speaking, and unique through the digest of the node id."""
    speaking = re.sub(r"[^A-Za-z0-9]+", "-", record.check.rsplit("/", 1)[-1]).strip("-").lower()
    return f"case-{speaking}-{sha256(record.check.encode('utf-8', 'replace'))[:8]}"


def without_verdict(cells: list[str], node_id: str) -> list[str]:
    """Return the cells of a test that brings no verdict, from pytest-html's own (result, test, duration, links)."""
    return [
        cells[0],
        '<td class="col-control"></td>',
        element("td", node_id, class_="col-testId"),
        '<td class="col-expected"></td>',
        '<td class="col-observed">This test brought no verdict.</td>',
        '<td class="col-iso"></td>',
        cells[2],
    ]


def _cells(record: VerdictRecord) -> list[str]:
    requirement = join(
        element("span", record.statement, class_="statement"), element("code", record.subject, class_="subject")
    )
    control = CONTROLS.get(record.control)
    iso = ", ".join(control.iso_2022) if control is not None else ""
    observed = record.observed or record.reason
    return [
        element("td", verdict_badge(record.verdict), class_="col-result"),
        element("td", record.control, class_="col-control"),
        element("td", requirement, class_="col-testId"),
        element("td", element("div", record.expected, class_="clamped"), class_="col-expected"),
        element("td", element("div", observed, class_="clamped"), class_="col-observed"),
        element("td", iso, class_="col-iso"),
        element("td", _duration(record), class_="col-duration"),
    ]


def _duration(record: VerdictRecord) -> str:
    """Return the duration in the form that pytest-html's script can sort."""
    return f"{round(record.duration_seconds * 1000)} ms"


def _details(record: VerdictRecord, model: RunModel) -> Html:
    """Return what opens below a row: the reason, the remedy, the resources and the readings."""
    control = CONTROLS.get(record.control)
    facts: list[tuple[str, Html | str]] = [("Check", element("code", record.check))]
    if control is not None:
        facts.append(("Guide", f"{control.guide_step}: {control.title} (severity {control.severity})"))
        clauses = f"ISO/IEC 27001:2022 {', '.join(control.iso_2022)}; 2013 edition {', '.join(control.iso_2013)}"
        facts.append(("Clauses", clauses))
    if record.reason:
        facts.append(("Reason", record.reason))
    facts += [("Resource", element("code", resource)) for resource in record.resources]
    if record.remedy:
        facts.append(("Remedy", copyable(record.remedy)))
    rows = (join(element("dt", name), element("dd", value)) for name, value in facts)
    return element("div", element("dl", *rows, class_="facts"), cited(record, model), class_="evidence")
