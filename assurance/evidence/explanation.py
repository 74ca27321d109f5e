"""What a pack's verdicts rest on: the chain from one to its bytes, and all compared with what its tape gives."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assurance.evidence import pack
from assurance.evidence.pack import RESULTS, TAPE, PackError
from assurance.tape import sha256
from assurance.tape.strict_json import read_plain

MAX_NAMED = 8


@dataclass(frozen=True, slots=True)
class Link:
    """One reading behind a verdict.

    Attributes:
        reading: The reading as the tape has it.
        file: Its file in the pack.
        body_file: The file of its body; empty if nothing answered.
        body: The redacted bytes.
        problem: What is wrong with either file; empty if both are what the results cite.
    """

    reading: Mapping[str, Any]
    file: str
    body_file: str
    body: bytes
    problem: str


def find_verdict(results: Mapping[str, Any], wanted: str) -> Mapping[str, Any]:
    """Return the one verdict whose check is `wanted`, or whose check or control holds it.

    Raises:
        PackError: None does, or several do; the message names some.
    """
    verdicts: list[Mapping[str, Any]] = results["verdicts"]
    exact = [verdict for verdict in verdicts if verdict["check"] == wanted]
    matching = exact or [verdict for verdict in verdicts if wanted in f"{verdict['control']} {verdict['check']}"]
    if len(matching) == 1:
        return matching[0]
    names = [verdict["check"] for verdict in (matching or verdicts)[:MAX_NAMED]]
    sentence = f"{len(matching)} checks of the pack match" if matching else "no check of the pack matches"
    listed = "".join(f"\n  {name}" for name in names)
    raise PackError(f"{wanted}: {sentence}; give one of its checks, or a part that only one has:{listed}")


def links_of(directory: Path, results: Mapping[str, Any], verdict: Mapping[str, Any]) -> list[Link]:
    """Return the readings that a verdict rests on, in the order in which it cites them."""
    cited = {reading["key"]: reading for reading in results["readings"]}
    return [_link(directory, key, cited.get(key)) for key in verdict["readings"]]


def _link(directory: Path, key: str, cited: Mapping[str, Any] | None) -> Link:
    name = f"{TAPE}/readings/{key}.json"
    if cited is None:
        return Link({"key": key}, name, "", b"", f"the verdict cites {key}, which {RESULTS} does not list")
    try:
        reading = pack.read_json(directory / name, "the reading")
    except PackError as error:
        return Link(cited, name, "", b"", str(error))
    problem = "" if reading == cited else f"{name} is not what {RESULTS} cites"
    digest = cited["sha256"]
    if not digest:
        return Link(cited, name, "", b"", problem)
    body_name = f"{TAPE}/bodies/{digest}"
    try:
        body = read_plain(directory / body_name)
    except OSError as error:
        fault = "is missing" if isinstance(error, FileNotFoundError) else f"cannot be read: {error.strerror}"
        return Link(cited, name, body_name, b"", f"{body_name} {fault}")
    altered = "" if sha256(body) == digest else f"{body_name} was altered: its bytes have SHA-256 {sha256(body)}"
    return Link(cited, name, body_name, body, problem or altered)


def readable(body: bytes) -> str:
    """Return a body as text: JSON indented, anything else as it stands."""
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace")


# What a judgement is; how long it took is not part of it.
COMPARED = (
    "verdict", "expected", "observed", "reason", "remedy", "statement", "control", "subject", "resources", "readings",
)  # fmt: skip
SCOPE = ("whole", "part", "cases", "of_cases", "everything")
LONGEST_SHOWN = 90


def unreached(collected: Iterable[str], reached: Iterable[str]) -> list[str]:
    """Return the ids, sorted, of the cases that were collected and came to no verdict."""
    return sorted(set(collected).difference(reached))


def uncollected(results: Mapping[str, Any]) -> list[str]:
    """Return, one sentence each, how the verdicts of results are not those of the cases that were collected.

    Results of schema 1.1 and before do not tell what was collected: of them nothing is said.
    """
    if "collected" not in results:
        return []
    reached = [record["check"] for record in results["verdicts"]]
    missing = (f"{check}: was collected, and has no verdict" for check in unreached(results["collected"], reached))
    added = (f"{check}: has a verdict, and was never collected" for check in unreached(reached, results["collected"]))
    return [*missing, *added]


def misselected(results: Mapping[str, Any], collected: Iterable[str], selected: Mapping[str, Any]) -> list[str]:
    """Return, one sentence each, how what results say was selected is not what that selection collects.

    Args:
        results: Of a pack.
        collected: The ids of the cases that its selection collects again.
        selected: Which controls those are.
    """
    if "collected" not in results:
        return []
    again, selected_before = set(collected), set(results["collected"])
    held = results["run"]["selected"]
    left_out = (f"{check}: is selected, and the results leave it out" for check in sorted(again - selected_before))
    added = (f"{check}: is not selected, and the results hold it" for check in sorted(selected_before - again))
    scope = (
        f"selected.{name} is {_shown(held[name])}; the checks give {_shown(selected[name])}"
        for name in SCOPE
        if held[name] != selected[name]
    )
    return [*left_out, *added, *scope]


def undeclared(results: Mapping[str, Any], left_out: Sequence[str], *, by_number: bool) -> list[str]:
    """Return, one sentence each, how what results leave out against the guide is not what their environment file does.

    Args:
        results: Of a pack.
        left_out: What its environment file leaves out.
        by_number: Whether only their number tells: under pseudonyms the words differ.
    """
    held = results["run"].get("left_out")
    if held is None or list(held) == list(left_out) or (by_number and len(held) == len(left_out)):
        return []
    return [f"left_out has {len(held)} entries; the environment file gives {len(left_out)}: {'; '.join(left_out)}"]


def differences(held: Sequence[Mapping[str, Any]], again: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return, one sentence each, how verdicts held by a pack differ from those derived again.

    Args:
        held: The records of `results.json`.
        again: The records derived from the tape, by check.
    """
    sentences: list[str] = []
    seen: set[str] = set()
    for record in held:
        check = record["check"]
        if check in seen:
            sentences.append(f"{check}: stands twice in the results")
        elif check not in again:
            sentences.append(f"{check}: the tape gives no such verdict; the results say {record['verdict']!r}")
        else:
            sentences += _difference(record, again[check])
        seen.add(check)
    left_out = [check for check in again if check not in seen]
    return sentences + [
        f"{check}: the tape gives {again[check]['verdict']!r}; the results leave it out" for check in left_out
    ]


def _difference(record: Mapping[str, Any], derived: Mapping[str, Any]) -> list[str]:
    for name in COMPARED:
        if record[name] != derived[name]:
            return [f"{record['check']}: {name} is {_shown(record[name])}, the tape gives {_shown(derived[name])}"]
    return []


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
