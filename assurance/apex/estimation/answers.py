"""What the steps of the workflow read from APEX's answers, and the facts that they share."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus

from assurance.apex.client import Exchange
from assurance.apex.client.api import NOT_YET
from assurance.apex.estimation.line_items import number
from assurance.errors import BrokenReading, NotEvaluated
from assurance.verdicts import Fact
from assurance.world.azure.document import Document
from assurance.world.http.attempts import SUCCESSES

CLASSES = ("class_1", "class_2", "class_3", "class_4", "class_5")


def canonical(told: str | None) -> str:
    """Return a class as the API spells it: the guide writes CLASS_5 where the API says class_5."""
    return (told or "").strip().casefold()


GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})


def first_failure(*facts: Fact) -> Fact | None:
    """Return the first of the facts that does not hold."""
    return next((fact for fact in facts if not fact.holds), None)


def id_in(exchange: Exchange) -> str:
    """Return the id that an answer tells of what it is about; empty if it tells none."""
    document = document_in(exchange)
    if document is None:
        return ""
    # An answer that starts a job names the job by either key.
    return document.text("id") or document.text("job_id") or ""


def document_in(exchange: Exchange) -> Document | None:
    """Return the JSON object of a successful answer; None if there is no such thing."""
    if exchange.status not in SUCCESSES:
        return None
    try:
        return exchange.document
    except BrokenReading:
        return None


def tells_something(exchange: Exchange) -> bool:
    """Tell that a success is APEX's own: it has a JSON object or array with something in it.

    A gateway, or a sign-in page, may answer 200 in place of APEX. What deletes may succeed without a word.

    Raises:
        BrokenReading: It is anything else.
    """
    if exchange.method == "DELETE" or exchange.status == HTTPStatus.NO_CONTENT:
        return True
    where = f"{exchange.method} {exchange.path}"
    try:
        body = json.loads(exchange.content)
    except (ValueError, RecursionError) as error:
        raise BrokenReading(f"The answer to {where} is not JSON.", "", exchange.readings) from error
    if not body or not isinstance(body, (dict, list)):
        raise BrokenReading(f"The answer to {where} says nothing.", "", exchange.readings)
    return True


def is_there(exchange: Exchange) -> bool:
    """Tell whether what was asked for is there: answered with its id, or told to be gone.

    Raises:
        NotEvaluated: The answer tells neither.
    """
    if exchange.status in GONE:
        return False
    if exchange.status != HTTPStatus.OK:
        raise unseen(exchange)
    return bool(exchange.document.id)


def unseen(exchange: Exchange) -> NotEvaluated:
    """Return the error that something cannot be seen that should be."""
    return NotEvaluated(f"It cannot be seen: {exchange.called} {exchange.outcome}.", "", exchange.readings)


def entries(exchange: Exchange) -> tuple[Document, ...]:
    """Return the entries of a list, which APEX answers as it is or, in pages, under `items`.

    Raises:
        NotEvaluated: The answer is no list.
    """
    where = f"{exchange.method} {exchange.path}"
    try:
        body = json.loads(exchange.content)
    except (ValueError, RecursionError) as error:
        raise BrokenReading(f"The answer to {where} is not JSON.", "", exchange.readings) from error
    listed = body.get("items") if isinstance(body, dict) else body
    if (
        exchange.status != HTTPStatus.OK
        or not isinstance(listed, list)
        or not all(isinstance(item, dict) for item in listed)
    ):
        raise NotEvaluated(f"The answer to {where} ({exchange.status}) is no list of objects.", "", exchange.readings)
    return tuple(Document(item, exchange.readings, f"{where}[{index}]", "APEX") for index, item in enumerate(listed))


def with_id(exchange: Exchange, status: int) -> Fact:
    """Return whether an answer has a status, and the id of what came of it."""
    answered = exchange.answers(status)
    if not answered.holds:
        return answered
    identifier = id_in(exchange)
    return exchange.fact(
        bool(identifier), expected=f"{answered.expected} with an id", observed=f"id {identifier or 'absent'}"
    )


def shows(shown: Exchange | None, wanted: Mapping[str, object], before: Exchange, said: str = "") -> Fact:
    """Return whether what is read has these values; a number may be told as a text.

    Args:
        shown: What is read; None if there is nothing to read.
        wanted: The values, by key.
        before: The answer that announced it.
        said: What else is to be told where a value differs.
    """
    if shown is None:
        return before.fact(False, expected=f"something that can be read after {before.called}", observed="nothing")
    answered = shown.answers(HTTPStatus.OK)
    if not answered.holds:
        return answered
    document = shown.document
    values = {name: document.value(name) for name in wanted}
    different = [name for name, value in wanted.items() if not _same(values[name], value)]
    return shown.fact(
        not different,
        expected=", ".join(f"{name} {wanted[name]}" for name in different or wanted),
        observed=", ".join(f"{name} {_shown(values[name])}" for name in different or wanted)
        + (said if different else ""),
    )


def has_listed(listing: Exchange, wanted_id: str) -> bool:
    """Tell whether a list shows an object, or answers what no waiting makes better."""
    if listing.status in NOT_YET:
        return False
    try:
        return any(entry.text("id") == wanted_id for entry in entries(listing))
    except NotEvaluated:
        return True


def lists(listing: Exchange | None, wanted_id: str, before: Exchange) -> Fact:
    """Return whether a list has what was just made."""
    if listing is None:
        return before.fact(False, expected=f"a list that can be read after {before.called}", observed="nothing")
    answered = listing.answers(HTTPStatus.OK)
    if not answered.holds:
        return answered
    ids = [entry.text("id") for entry in entries(listing)]
    return listing.fact(
        ids.count(wanted_id) == 1,
        expected=f"{wanted_id} is listed once",
        observed=f"{len(ids)} listed, it {ids.count(wanted_id)} times",
    )


def _same(told: object, wanted: object) -> bool:
    if isinstance(wanted, (int, float)) and not isinstance(wanted, bool):
        return number(told) == number(wanted)
    return told == wanted


def _shown(value: object) -> str:
    return "absent" if value is None else str(value)[:80]
