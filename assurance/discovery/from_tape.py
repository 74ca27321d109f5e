"""What a tape holds of a deployment: every resource in the answers of Azure Resource Manager."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from assurance.discovery.found import Found, Values, gathered
from assurance.errors import TapeRefused, UsageError
from assurance.tape import Tape
from assurance.tape.reading import Reading
from assurance.tape.strict_json import UnfitJson, parse

HIGHEST_SUCCESS = 299


def read_tape(directory: Path) -> tuple[Found, Tape]:
    """Return what a pack's or a bare tape holds.

    Raises:
        UsageError: There is no tape, it was cut or edited, or it holds no resource.
    """
    try:
        tape = Tape.open(directory)
    except TapeRefused as error:
        raise UsageError(f"--from-tape {directory}: {error}") from error
    header = tape.header
    resources = gathered(_resources(tape.readings()))
    if not resources:
        raise UsageError(
            f"--from-tape {directory}: no answer on it tells of a resource; give the tape of a run of the security "
            "or deployment checks"
        )
    origin = f"the tape of {header.started[:10]} of {header.origin}"
    salt = f"{header.subscription_id}/{header.environment}"
    return Found(origin, header.subscription_id, header.resource_group, resources, salt), tape


def _resources(readings: list[Reading]) -> Iterator[tuple[str, Values]]:
    # Lists first, so that what was asked for by itself has the last word.
    answers = [_answer(one) for one in readings if one.kind == "http" and "/subscriptions/" in one.question]
    for answer in answers:
        yield from (piece for piece in elements(answer) if isinstance(answer.get("value"), list))
    for answer in answers:
        yield from (piece for piece in elements(answer) if not isinstance(answer.get("value"), list))


def elements(answer: Values) -> Iterator[tuple[str, Values]]:
    """Give the resources of an answer, by id: of a list each of them, else the answer itself."""
    listed = answer.get("value")
    for one in listed if isinstance(listed, list) else [answer]:
        if isinstance(one, dict) and isinstance(one.get("id"), str) and one["id"].startswith("/"):
            yield one["id"], one


def _answer(reading: Reading) -> Values:
    if reading.status is None or reading.status > HIGHEST_SUCCESS:
        return {}
    try:
        found = parse(reading.body)
    except UnfitJson:
        return {}
    return found if isinstance(found, dict) else {}
