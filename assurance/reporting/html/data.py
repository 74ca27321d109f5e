"""The cases and readings of a run as compact JSON in the HTML report, from which its script makes rows on demand.

Ten thousand rows of markup take a browser many seconds; the same as JSON takes milliseconds, and a page of rows is made
when it is looked at. A text that occurs often stands once, in a table of texts, and is referred to by its place there.
"""

from __future__ import annotations

import json
from typing import Any

from assurance.judging.controls import CONTROLS
from assurance.reporting.causes import findings_of, rank_of
from assurance.reporting.fit import cut, printable
from assurance.reporting.html.parts import SYMBOLS, Html, case_id, verdict_style
from assurance.reporting.model import RunModel, VerdictRecord
from assurance.reporting.wording import VERDICT_WORDS, waiver_facts
from assurance.tape import Reading
from assurance.tape.strict_json import indented
from assurance.verdicts import Verdict

# The order of the cases: what demands something comes first.
ORDER = (Verdict.FAIL, Verdict.NOT_EVALUATED, Verdict.WAIVED, Verdict.PASS, Verdict.NOT_APPLICABLE)
# A page of more than some megabytes opens slowly, or not at all; results.json and the tape have everything whole.
MAX_TEXT_CHARACTERS = 8_000
MAX_TEXTS_CHARACTERS = 4_500_000
SHORT_TEXT_CHARACTERS = 160
MAX_BODY_CHARACTERS = 8_192
MAX_BODIES_CHARACTERS = 2_500_000

Value = Any  # a value of JSON


class Texts:
    """A table of texts, each once; when their sum exceeds the budget, further long ones are cut."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}
        self._left = MAX_TEXTS_CHARACTERS
        self.all: list[str] = []

    def place(self, text: str) -> int:
        """Return the place of `text` in the table."""
        if text not in self._places:
            shown = cut(printable(text), MAX_TEXT_CHARACTERS if self._left > 0 else SHORT_TEXT_CHARACTERS)
            self._left -= len(shown)
            self._places[text] = len(self.all)
            self.all.append(shown)
        return self._places[text]


def in_order_of_demand(model: RunModel) -> list[VerdictRecord]:
    """Return the verdicts with what demands something first, and of that the worst severity."""
    return sorted(model.verdicts, key=lambda record: (ORDER.index(record.verdict), rank_of(record)))


def embedded(model: RunModel) -> Html:
    """Return the element that holds the run's cases and readings for the script."""
    return _element("apex-data", document(model))


def embedded_bodies(model: RunModel) -> Html:
    """Return the element that holds the readings' bodies, each with its whole length: parsed when one is asked for."""
    return _element("apex-bodies", _bodies(model))


def _element(identifier: str, values: Value) -> Html:
    """Return an element of JSON that nothing in it can end."""
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    safe = text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    return Html(f'<script type="application/json" id="{identifier}">{safe}</script>')


def document(model: RunModel) -> dict[str, Value]:
    """Return what the script reads; report.js says what stands at which place of a row."""
    texts = Texts()
    numbers = {reading.key: number for number, reading in enumerate(model.readings)}
    controls = {summary.control.id: place for place, summary in enumerate(model.controls())}
    ordered = in_order_of_demand(model)
    cases = [_case(record, texts, numbers, controls) for record in ordered]
    places = {record.check: place for place, record in enumerate(ordered)}
    return {
        "verdicts": [[verdict_style(verdict), VERDICT_WORDS[verdict], SYMBOLS[verdict]] for verdict in ORDER],
        "controls": [_control(control) for control in controls],
        "cases": cases,
        "findings": [[places[record.check] for record in finding.records] for finding in findings_of(model)],
        "readings": [_reading(reading, texts) for reading in model.readings],
        "texts": texts.all,
    }


def _control(control_id: str) -> list[Value]:
    control = CONTROLS[control_id]
    clauses = f"ISO/IEC 27001:2022 {', '.join(control.iso_2022)}; 2013 edition {', '.join(control.iso_2013)}"
    demanded = f"{control.guide_step}: {control.requirement}"
    return [control.id, control.title, demanded, clauses, control.severity]


def _case(record: VerdictRecord, texts: Texts, numbers: dict[str, int], controls: dict[str, int]) -> list[Value]:
    ending = f"[{record.subject}]"
    speaking = record.check.endswith(ending)
    return [
        case_id(record).removeprefix("case-"),
        ORDER.index(record.verdict),
        controls.get(record.control, record.control),
        texts.place(record.check.removesuffix(ending) if speaking else record.check),
        int(speaking),
        texts.place(record.subject),
        texts.place(record.statement),
        texts.place(record.expected),
        texts.place(record.observed),
        texts.place(record.reason),
        texts.place(record.remedy),
        [texts.place(resource) for resource in record.resources],
        [numbers[key] for key in record.readings if key in numbers],
        sum(key not in numbers for key in record.readings),
        round(record.duration_seconds * 1000),
        [[name, texts.place(value)] for name, value in waiver_facts(record)],
    ]


def _bodies(model: RunModel) -> list[list[Value]]:
    rows, left = [], MAX_BODIES_CHARACTERS
    for reading in model.readings:
        whole = printable(_pretty(reading.body))
        body = whole[: min(MAX_BODY_CHARACTERS, max(0, left))]
        left -= len(body)
        rows.append([body, len(whole)])
    return rows


def _reading(reading: Reading, texts: Texts) -> list[Value]:
    return [
        reading.key,
        reading.kind,
        texts.place(reading.question),
        reading.started,
        reading.elapsed_milliseconds,
        reading.status,
        texts.place(reading.failure),
        texts.place(reading.request_id),
        reading.api_version,
        reading.attempts,
        reading.page,
        reading.sha256,
        [[texts.place(name), texts.place(value)] for name, value in sorted(reading.headers.items())],
    ]


def _pretty(body: bytes) -> str:
    """Return a body as text, JSON with its structure shown."""
    try:
        return indented(json.loads(body)).decode()
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace")
