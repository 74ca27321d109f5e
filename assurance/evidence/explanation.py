"""The chain from a verdict to the bytes that it rests on, read from a pack file by file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assurance.evidence import pack
from assurance.evidence.pack import RESULTS, TAPE, PackError
from assurance.tape import sha256
from assurance.tape.plain_files import read_plain

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
    found = exact or [verdict for verdict in verdicts if wanted in f"{verdict['control']} {verdict['check']}"]
    if len(found) == 1:
        return found[0]
    names = [verdict["check"] for verdict in (found or verdicts)[:MAX_NAMED]]
    told = f"{len(found)} checks of the pack match" if found else "no check of the pack matches"
    listed = "".join(f"\n  {name}" for name in names)
    raise PackError(f"{wanted}: {told}; give one of its checks, or a part that only one has:{listed}")


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
        told = "is missing" if isinstance(error, FileNotFoundError) else f"cannot be read: {error.strerror}"
        return Link(cited, name, body_name, b"", f"{body_name} {told}")
    altered = "" if sha256(body) == digest else f"{body_name} was altered: its bytes have SHA-256 {sha256(body)}"
    return Link(cited, name, body_name, body, problem or altered)


def readable(body: bytes) -> str:
    """Return a body as text: JSON indented, anything else as it stands."""
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace")
