"""The evidence in the HTML report: the readings that a verdict cites, and an appendix that holds each reading once."""

from __future__ import annotations

import json

from assurance.reporting.html_parts import definitions, table
from assurance.reporting.markup import Content, Html, element, join
from assurance.reporting.model import RunModel, VerdictRecord
from assurance.reporting.wording import counted, utc_in_words
from assurance.tape import Reading

# A page of more than some megabytes opens slowly, or not at all; the tape has every body whole.
MOST_BODY_CHARACTERS = 4_096
MOST_APPENDIX_CHARACTERS = 4_000_000
SHORT_DIGEST = 12
COLUMNS = ("Question", "UTC time", "Status", "Request id", "API version", "Attempts", "Page", "SHA-256")


def cited(record: VerdictRecord, model: RunModel) -> Html:
    """Return the table of the readings that a verdict rests on, each linked to its place in the appendix."""
    readings = model.readings_of(record)
    missing = len(record.readings) - len(readings)
    note = (
        element("p", f"{counted(missing, 'cited reading')} not on this run's tape.", class_="note")
        if missing
        else Html()
    )
    if not readings:
        return join(note or element("p", "No reading stands behind this case.", class_="note"))
    caption = f"Evidence: {counted(len(readings), 'reading')}"
    return join(table(caption, COLUMNS, (_cells(reading) for reading in readings), "readings"), note)


def appendix(model: RunModel) -> Html:
    """Return the section with every reading of the run: what was asked, what came back, and its body (redacted)."""
    left = MOST_APPENDIX_CHARACTERS
    sections: list[Html] = []
    for reading in model.readings:
        body = _body(reading) if left > 0 else _left_out(reading)
        left -= len(body)
        sections.append(_section(reading, body))
    introduction = element(
        "p",
        f"{counted(len(model.readings), 'reading')}, in the order in which they were begun. Secrets and personal data "
        "were taken out before a body was written and digested; its digest is its file's name in the tape's bodies/.",
    )
    title = element("h2", "Readings")
    return element("section", title, introduction, *sections, id="readings", class_="apex-section")


def reading_id(reading: Reading) -> str:
    """Return the id of a reading's section in the page."""
    return f"reading-{reading.key}"


def _cells(reading: Reading) -> list[Content]:
    digest = element("code", f"{reading.sha256[:SHORT_DIGEST]}…", title=reading.sha256) if reading.sha256 else "none"
    return [
        element("a", reading.question, href=f"#{reading_id(reading)}"),
        utc_in_words(reading.started),
        _status(reading),
        element("code", reading.request_id) if reading.request_id else "none",
        reading.api_version or "none",
        reading.attempts,
        reading.page if reading.page is not None else "none",
        digest,
    ]


def _status(reading: Reading) -> str:
    if reading.failure:
        return f"no answer: {reading.failure}"
    return str(reading.status) if reading.status is not None else f"answered ({reading.kind})"


def _section(reading: Reading, body: Html) -> Html:
    facts: list[tuple[str, Content]] = [
        ("Key", element("code", reading.key)),
        ("Kind", reading.kind),
        ("UTC time", element("code", reading.started)),
        ("Took", f"{reading.elapsed_milliseconds:,} ms, {counted(reading.attempts, 'attempt')}"),
        ("Status", _status(reading)),
        ("Request id", element("code", reading.request_id) if reading.request_id else "none"),
        ("API version", reading.api_version or "none"),
        ("Page", reading.page if reading.page is not None else "none"),
        ("SHA-256", element("code", reading.sha256) if reading.sha256 else "no body"),
    ]
    facts += [(name, element("code", value)) for name, value in sorted(reading.headers.items())]
    summary = element(
        "summary",
        element("span", _status(reading), class_="status"),
        " ",
        element("span", reading.question, class_="question"),
    )
    whole = element("details", summary, definitions(facts), body)
    return element("section", whole, id=reading_id(reading), class_="reading")


def _body(reading: Reading) -> Html:
    if not reading.body:
        return Html()
    text = _pretty(reading.body)
    shown = element("pre", text[:MOST_BODY_CHARACTERS], tabindex="0", class_="body")
    if len(text) <= MOST_BODY_CHARACTERS:
        return shown
    note = f"Cut: {MOST_BODY_CHARACTERS:,} of {len(text):,} characters are shown; the whole body is on the tape, in "
    return join(shown, element("p", note, element("code", f"bodies/{reading.sha256}"), ".", class_="note"))


def _left_out(reading: Reading) -> Html:
    if not reading.body:
        return Html()
    place = element("code", f"bodies/{reading.sha256}")
    return element("p", "Left out to keep this page small; the body is on the tape, in ", place, ".", class_="note")


def _pretty(body: bytes) -> str:
    """Return a body as text, JSON with its structure shown."""
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body.decode("utf-8", "replace")
