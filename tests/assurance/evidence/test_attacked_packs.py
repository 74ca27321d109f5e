"""Packs that an attacker made, a row each; `python -m tests.assurance.evidence.test_attacked_packs PACK` tries all.

Every command that reads a pack is run on every one, in a process of its own: it must end in time and memory, without a
traceback, without a control character on the terminal, and say what is wrong. `PACK` is a pack in a folder with its
ledger, of which copies are made. `--only PART` takes the rows and commands whose names hold a part.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import hashlib
import json
import os
import re
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from assurance.command_line.main import main
from assurance.errors import AssuranceError
from assurance.evidence import ledger, pack, verification
from assurance.evidence.findings import Request
from assurance.reporting.fit import for_terminal
from assurance.reporting.json_report import schema_problem
from tests.assurance.evidence.packs import Packs, list_anew

Attack = Callable[[Path], None]
DIGITS = "9" * 100_000
NAME = "prod\x1b[2J\r\u202eok\nFORGED"
MOST_SECONDS, MOST_MEBIBYTES = 10.0, 500
KILLED_AFTER_SECONDS = 60
MEBIBYTE = 1024 * 1024
# What a terminal obeys, and what nobody sees; a line feed and a tab are what they look like.
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")

JSON_FILES = (pack.RESULTS, pack.MANIFEST, pack.ENVELOPE, "tape/tape.json", "tape/reading", "baseline.json")


def place_of(directory: Path, name: str) -> Path:
    """Return a file of a pack by its name; `tape/reading` is any reading."""
    return sorted((directory / "tape/readings").iterdir())[0] if name == "tape/reading" else directory / name


def _poisoned(name: str, member: str) -> Attack:
    """Put a member at the beginning of a JSON object."""

    def attack(directory: Path) -> None:
        path = place_of(directory, name)
        text = path.read_text("utf-8")
        path.write_text(text.replace("{", "{" + member + ",", 1), "utf-8")

    return attack


def _doubled(name: str) -> Attack:
    """Have the first member of a JSON object stand twice, first with another value."""

    def attack(directory: Path) -> None:
        path = place_of(directory, name)
        document = json.loads(path.read_text("utf-8"))
        first = json.dumps(next(iter(document)))
        path.write_text(path.read_text("utf-8").replace("{", "{" + first + ': "other",', 1), "utf-8")

    return attack


def _whole(name: str, content: bytes | Callable[[], bytes]) -> Attack:
    return lambda directory: _put(place_of(directory, name), content() if callable(content) else content)


def _put(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _results(change: Callable[[Any], object]) -> Attack:
    return lambda directory: _edit(directory / pack.RESULTS, change)


def _edit(path: Path, change: Callable[[Any], object]) -> None:
    """Change the JSON document in a file; 4,000 digits are written as they are."""
    document = json.loads(path.read_text("utf-8"))
    change(document)
    path.write_text(json.dumps(document, indent=1) + "\n", "utf-8")


def _run_with(**values: object) -> Attack:
    return _results(lambda results: results["run"].update(values))


def _selected_with(**values: object) -> Attack:
    return _results(lambda results: results["run"]["selected"].update(values))


def _given_with(**values: object) -> Attack:
    return _results(lambda results: results["run"]["selected"]["given"].update(values))


def _manifest(**values: object) -> Attack:
    return lambda directory: _edit(directory / pack.MANIFEST, lambda made: made.update(values))


def _toml(text: str, name: str = pack.ENVIRONMENT) -> Attack:
    """Put text before a file in TOML, or in its place where there is none."""

    def attack(directory: Path) -> None:
        path = directory / name
        path.write_text(text + "\n" + (path.read_text("utf-8") if path.exists() else ""), "utf-8")

    return attack


def _declared(old: str, new: str) -> Attack:
    def attack(directory: Path) -> None:
        path = directory / pack.ENVIRONMENT
        text = path.read_text("utf-8")
        found = re.search(old, text)
        assert found is not None, old
        path.write_text(text.replace(found.group(), new, 1), "utf-8")

    return attack


def _body(of: bytes | Callable[[], bytes]) -> Attack:
    """Put a body in the place of another, with digests that fit, as a forger would."""

    def attack(directory: Path) -> None:
        content = of() if callable(of) else of
        tape, digest = directory / "tape", hashlib.sha256(content).hexdigest()
        path = max((tape / "readings").iterdir(), key=lambda one: json.loads(one.read_text())["sha256"] != "")
        reading = json.loads(path.read_text("utf-8"))
        old = reading["sha256"]
        reading["sha256"] = digest
        text = json.dumps(reading, indent=1)
        path.write_text(text, "utf-8")
        (tape / "bodies" / digest).write_bytes(content)
        _edit(tape / "tape.json", lambda head: head["readings"].update({path.stem: _sha256(text.encode())}))
        results = directory / pack.RESULTS
        results.write_text(results.read_text("utf-8").replace(old, digest), "utf-8")

    return attack


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _sparse(name: str, size: int) -> Attack:
    def attack(directory: Path) -> None:
        path = place_of(directory, name)
        path.touch()
        os.truncate(path, size)

    return attack


def _many_sparse(count: int, size: int) -> Attack:
    """Bodies that stand on the tape, each as long as a body may be; on the attacker's disk they cost nothing."""

    def attack(directory: Path) -> None:
        first = directory / "tape/bodies" / ("0" * 64)
        for number in range(count):
            path = first.with_name(f"{number:064x}")
            path.touch()
            os.truncate(path, size)
        digest = _sha256(bytes(size))
        entry = {f"tape/bodies/{number:064x}": {"sha256": digest, "size": size} for number in range(count)}
        _edit(directory / pack.MANIFEST, lambda made: made["files"].update(entry))

    return attack


def _ledger(change: Callable[[Path], None]) -> Attack:
    return lambda directory: change(directory.parent / pack.LEDGER)


def _append(lines: Iterator[bytes]) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        with path.open("ab") as file:
            file.writelines(lines)

    return change


def _forged_run(**facts: str | bool) -> Callable[[Path], None]:
    """Chain a line to a ledger: of the last run, with other facts."""

    def change(path: Path) -> None:
        last = ledger.read(path)[-1]
        values = {**last.facts, **facts, "kind": "run", "previous": last.digest}
        line = ledger.canonical({**values, "digest": _sha256(ledger.canonical(values))})
        path.write_bytes(path.read_bytes() + line + b"\n")

    return change


def _strange_name(directory: Path) -> None:
    (Path(os.fsdecode(os.fsencode(directory) + b"/\xff\x1b[2J\rok"))).write_bytes(b"x")


def _link_outside(name: str) -> Attack:
    def attack(directory: Path) -> None:
        path = place_of(directory, name)
        outside = directory.parent.parent / "outside"
        shutil.move(path, outside)
        path.symlink_to(outside)

    return attack


def _million(kind: str) -> bytes:
    return b"[" + b",".join([kind.encode()] * 3_000_000) + b"]"


def _rsa_of(bits: int) -> Attack:
    def attack(directory: Path) -> None:
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        key = RSAPublicNumbers((1 << (bits - 9)) + 1, (1 << bits) - 159).public_key()
        content = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (directory / pack.PUBLIC_KEY).write_bytes(content)
        der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        import base64

        signature = {"keyid": _sha256(der), "sig": base64.b64encode(bytes(bits // 8)).decode()}
        _edit(directory / pack.ENVELOPE, lambda envelope: envelope.update(signatures=[signature]))

    return attack


ATTACKS: Mapping[str, Attack] = {
    **{f"{name}: an integer of 100,000 digits": _poisoned(name, f'"poison": {DIGITS}') for name in JSON_FILES},
    **{f"{name}: half a surrogate pair": _poisoned(name, '"poison": "\\ud800"') for name in JSON_FILES},
    **{f"{name}: a key twice": _doubled(name) for name in JSON_FILES},
    **{f"{name}: nested without end": _whole(name, b'{"a":' + b"[" * 200_000) for name in JSON_FILES},
    **{f"{name}: not a number": _poisoned(name, '"poison": NaN') for name in JSON_FILES},
    **{f"{name}: millions of lists": _whole(name, lambda: b'{"a":' + _million("[[]]") + b"}") for name in JSON_FILES},
    **{
        f"{name}: a wide text": _whole(name, lambda: '{"a": "\U0001f600'.encode() + b"a" * (90 * MEBIBYTE) + b'"}')
        for name in JSON_FILES
    },
    "results: an integer of 100,000 digits where one belongs": lambda directory: _put(
        directory / pack.RESULTS,
        re.sub(rb'"requests": \d+', f'"requests": {DIGITS}'.encode(), (directory / pack.RESULTS).read_bytes()),
    ),
    "results: an integer of 4,000 digits where one belongs": _run_with(requests=10**4000),
    "results: half a surrogate pair in a name": _run_with(environment="prod\ud800"),
    "results: control characters in names": _run_with(environment=NAME, origin=NAME, identity=NAME, selection=NAME),
    "results: control characters in a version": _run_with(versions={NAME: NAME}),
    "results: control characters in a check": _results(
        lambda results: [one.update(check=f"{one['check']}{NAME}") for one in results["verdicts"]]
    ),
    "results: control characters in texts": _results(
        lambda results: [
            one.update(statement=NAME, observed=NAME, expected=NAME, remedy=NAME, verdict="fail", resources=[NAME])
            for one in results["verdicts"]
        ]
    ),
    "results: half a surrogate pair in texts": _results(
        lambda results: [one.update(observed="\ud800", statement="\udfff") for one in results["verdicts"]]
    ),
    "results: a million selected paths": _given_with(paths=["checks"] * 1_000_000),
    "results: a million names left out": _run_with(left_out=["x"] * 1_000_000),
    "results: a million notices": _run_with(notices=["x"] * 1_000_000),
    "results: a million vantages": _run_with(vantage=["inside"] * 1_000_000),
    "results: a million marks": _selected_with(marks=["x"] * 1_000_000),
    "results: a million controls": _selected_with(whole=[f"SEC-{n}" for n in range(1_000_000)]),
    "results: a hundred thousand verdicts": _results(
        lambda results: results.update(
            verdicts=[{**results["verdicts"][0], "check": f"{n}::x"} for n in range(50_000)],
            collected=[f"{n}::x" for n in range(50_000)],
        )
    ),
    "results: an expression that never ends": _given_with(expression=" and ".join(["not (SEC_10)"] * 50_000)),
    "results: an expression nested deeply": _given_with(expression="(" * 50_000 + "a" + ")" * 50_000),
    "results: a keyword that never ends": _given_with(keyword="not " * 50_000 + "a"),
    "results: a keyword with a newline": _given_with(keyword="a\nb\x1b[2J"),
    "results: an expression that is none": _given_with(expression="__import__('os').system('true')"),
    "results: paths that lead out": _given_with(paths=["../../../../etc", "/etc/passwd", "checks/../../x.py"]),
    "results: paths with control characters": _given_with(paths=[NAME]),
    "results: a path that is an option": _given_with(paths=["-pevil", "--rootdir=/"]),
    "results: a million deselected": _given_with(deselected=["x"] * 1_000_000),
    "results: a run that is a list": _results(lambda results: results.update(run=[])),
    "results: a run without selection": _results(lambda results: results["run"].pop("selected")),
    "results: selected is a text": _run_with(selected="all"),
    "results: selected is a list of millions": _run_with(selected=[0] * 3_000_000),
    "results: negative counts": _selected_with(cases=-1, of_cases=-(10**30)),
    "results: counts that are truth values": _selected_with(cases=True, of_cases=False),
    "results: counts that are fractions": _selected_with(cases=8.0, of_cases=1e300),
    "results: given is null": _selected_with(given=None),
    "results: given lacks its paths": _results(lambda results: results["run"]["selected"]["given"].pop("paths")),
    "results: by_id is a text": _given_with(by_id="yes"),
    "results: an unknown field": _given_with(further=["x"]),
    "results: a reading whose digest leads out": _results(
        lambda results: results["readings"][0].update(sha256="../../../../../../etc/passwd")
    ),
    "results: a verdict whose reading leads out": _results(
        lambda results: results["verdicts"][0].update(readings=["../../../../etc/passwd"])
    ),
    "results: an id that leads out": _run_with(id="../../x"),
    "results: a start that is none": _run_with(started="2026-13-99T99:99:99Z"),
    "results: measures without end": _results(
        lambda results: [
            one.update(
                measures=[{"name": "x", "value": 1e308, "limit": -1e308, "unit": "ms", "window_minutes": 10**30}]
            )
            for one in results["verdicts"]
        ]
    ),
    "manifest: control characters": _manifest(finished=NAME, started=NAME, environment=NAME, run=NAME, suite=NAME),
    "manifest: half a surrogate pair": _manifest(run="\ud800"),
    "manifest: a schema that is a megabyte": _manifest(schema=NAME * 100_000),
    "manifest: files that lead out": lambda directory: _edit(
        directory / pack.MANIFEST,
        lambda made: made["files"].update(
            {"../../etc/passwd": {"sha256": "0" * 64, "size": 1}, NAME: {"sha256": NAME, "size": -1}}
        ),
    ),
    "manifest: a name with half a surrogate pair": lambda directory: _edit(
        directory / pack.MANIFEST, lambda made: made["files"].update({"a\ud800\0b": {"sha256": "0" * 64, "size": 1}})
    ),
    "manifest: sizes of 4,000 digits": lambda directory: _edit(
        directory / pack.MANIFEST, lambda made: [one.update(size=10**4000) for one in made["files"].values()]
    ),
    "manifest: a pseudonym of somebody": _manifest(pseudonym_of=NAME),
    "signature: millions of signatures": lambda directory: _edit(
        directory / pack.ENVELOPE,
        lambda one: one.update(signatures=[{"keyid": str(n), "sig": "AA=="} for n in range(300_000)]),
    ),
    "signature: control characters in the key's name": lambda directory: _edit(
        directory / pack.ENVELOPE, lambda one: one["signatures"][0].update(keyid=NAME)
    ),
    "signature: a list": _whole(pack.ENVELOPE, b"[]"),
    "signature: wrong types": _whole(pack.ENVELOPE, b'{"payload": 1, "payloadType": [], "signatures": {"a": 1}}'),
    "signature: signatures that are numbers": _whole(
        pack.ENVELOPE, b'{"payload": "", "payloadType": "", "signatures": [1]}'
    ),
    "signature: null": _whole(pack.ENVELOPE, b'{"payload": null, "payloadType": null, "signatures": null}'),
    "key: a gigabyte": _sparse(pack.PUBLIC_KEY, 1024 * MEBIBYTE),
    "key: no key": _whole(pack.PUBLIC_KEY, b"\x00\xff" * 1000),
    "key: a megabyte of nonsense in its frame": _whole(
        pack.PUBLIC_KEY, b"-----BEGIN PUBLIC KEY-----\n" + b"A" * (40 * MEBIBYTE) + b"\n-----END PUBLIC KEY-----\n"
    ),
    "key: of RSA with 16,000 bits and a long exponent": _rsa_of(16_000),
    "key: of RSA with 100,000 bits and a long exponent": _rsa_of(100_000),
    "environment: an integer of 100,000 digits": _toml(f"poison = {DIGITS}"),
    "environment: an integer of 100,000 digits where one belongs": _declared(
        r"concurrency = \d+", f"concurrency = {DIGITS}"
    ),
    "environment: a long hexadecimal integer": _declared(r"concurrency = \d+", f"concurrency = 0x{'f' * 100_000}"),
    "environment: a long fraction": _declared(r"timeout_seconds = [\d.]+", f"timeout_seconds = {DIGITS}.0"),
    "environment: lists nested deeply": _toml(f"poison = {'[' * 5000}{']' * 5000}"),
    "environment: tables nested deeply": _toml("poison = " + "{a=" * 5000 + "1" + "}" * 5000),
    "environment: a dotted key of thousands": _toml(".".join(["a"] * 3000) + " = 1"),
    "environment: a dotted key of a hundred thousand": _toml(".".join(["a"] * 100_000) + " = 1"),
    "environment: headers nested deeply": lambda directory: _put(
        directory / pack.ENVIRONMENT,
        (directory / pack.ENVIRONMENT).read_bytes() + f"\n[{'.'.join(['a'] * 3000)}]\nb = 1\n".encode(),
    ),
    "environment: a megabyte of headers": lambda directory: _put(
        directory / pack.ENVIRONMENT,
        (directory / pack.ENVIRONMENT).read_bytes() + b"".join(b"\n[[a]]\n" for _ in range(100_000)),
    ),
    "environment: a megabyte of quotation marks": _toml("poison = '''" + "''\n" * 300_000),
    "environment: half a surrogate pair": _toml('poison = "\\ud800"'),
    "environment: control characters": _toml('poison = "\\u001b[2J\\u202e"'),
    "environment: a key with control characters": _toml('"\\u001b[2J\\u202e" = 1'),
    "environment: a name of half a megabyte": _declared(
        r'resource_group = "[^"]*"', f'resource_group = "{"a-1" * 170_000}"'
    ),
    "environment: a description with control characters": _declared(
        r'description = "[^"]*"', 'description = "\\u001b[2J\\u202e\\r\\n"'
    ),
    "environment: limits without end": _declared(r"json_values = \d+", f"json_values = {10**18}"),
    "environment: a reports folder elsewhere": _declared(r"\[evidence\]", '[evidence]\nreports = "/outside"'),
    "environment: patterns that never end": _toml('further_networks = ["(a+)+$"]'),
    "environment: a date that is none": _toml("poison = 2026-13-45"),
    "waivers: an integer of 100,000 digits": _toml(f"poison = {DIGITS}", "waivers.toml"),
    "waivers: lists nested deeply": _toml(f"poison = {'[' * 5000}{']' * 5000}", "waivers.toml"),
    "waivers: a dotted key of a hundred thousand": _toml(".".join(["a"] * 100_000) + " = 1", "waivers.toml"),
    "waivers: a pattern that never ends": _toml(
        '[waivers.x]\ncontrol = "SEC-10"\nsubject = "' + "*a" * 5000 + '"\nowner = "a"\napprover = "b"\n'
        'reason = "long enough"\nticket = "t"\nexpires = 2026-12-01',
        "waivers.toml",
    ),
    "tape: gzip in the place of a body": _body(lambda: gzip.compress(bytes(200 * MEBIBYTE))),
    "tape: a body of millions of lists": _body(lambda: _million("[[]]")),
    "tape: a body nested without end": _body(b"[" * 1_000_000),
    "tape: a body with an integer of 100,000 digits": _body(f'{{"value": {DIGITS}}}'.encode()),
    "tape: a body with a key twice": _body(b'{"value": [], "value": [{"name": "x"}]}'),
    "tape: a body with half a surrogate pair": _body(b'{"value": [{"name": "\\ud800", "id": "\\udfff"}]}'),
    "tape: a body of one text": _body(b'{"value": [{"name": "' + b"a" * (15 * MEBIBYTE) + b'"}]}'),
    "tape: a body of one text of a tenth": _body(b'{"value": [{"name": "' + b"a" * 900_000 + b'"}]}'),
    "tape: a body of at signs": _body(b'{"value": [{"name": "' + b"a.b-c@" * 150_000 + b'"}]}'),
    "tape: a body of host names": _body(b'{"value": [{"name": "' + b"a-b." * 220_000 + b'"}]}'),
    "tape: a body of resource ids": _body(b'{"value": [{"name": "' + b"/providers/Microsoft.A/b/c" * 35_000 + b'"}]}'),
    "tape: a body of 250 MB": _body(lambda: b'{"value": [' + b" " * (250 * MEBIBYTE) + b"]}"),
    "tape: sparse bodies of gigabytes": _many_sparse(100, 200 * MEBIBYTE),
    "tape: one sparse body of a terabyte": _many_sparse(1, 1024 * 1024 * MEBIBYTE),
    "tape: a million lines in one file": lambda directory: _put(directory / "tape/files.jsonl", b"{}\n" * 10_000_000),
    "tape: lines that lead out in one file": lambda directory: _put(
        directory / "tape/files.jsonl", b'{"file": "bodies/..", "text": "x"}\n'
    ),
    "tape: a megabyte of empty lines in one file": lambda directory: _put(
        directory / "tape/files.jsonl", b"\n" * 200_000_000
    ),
    "tape: a header with control characters": lambda directory: _edit(
        directory / "tape/tape.json", lambda head: head["header"].update(origin=NAME, environment=NAME, started=NAME)
    ),
    "tape: a format of 4,000 digits": lambda directory: _edit(
        directory / "tape/tape.json", lambda head: head["header"].update(format=10**4000)
    ),
    "tape: a link in the place of a body": lambda directory: _link_outside("tape/reading")(directory),
    "baseline: a link": _link_outside("baseline.json"),
    "a link in the place of the results": _link_outside(pack.RESULTS),
    "a link in the place of the manifest": _link_outside(pack.MANIFEST),
    "the manifest: a terabyte": _sparse(pack.MANIFEST, 1024 * 1024 * MEBIBYTE),
    "the results: a terabyte": _sparse(pack.RESULTS, 1024 * 1024 * MEBIBYTE),
    "a file with a name that is no text": _strange_name,
    "ledger: ten million empty lines": _ledger(_append(b"\n" * 1000 for _ in range(90_000))),
    "ledger: ten million lines of garbage": _ledger(_append(b"x\n" * 1000 for _ in range(40_000))),
    "ledger: a million lines of empty objects": _ledger(_append(b"{}\n" * 1000 for _ in range(1000))),
    "ledger: a line of 90 MB": _ledger(_append(iter([b"[" * (90 * MEBIBYTE), b"\n"]))),
    "ledger: a key twice": _ledger(_append(iter([b'{"kind":"run","kind":"begun","previous":"","digest":""}\n']))),
    "ledger: an integer of 100,000 digits": _ledger(_append(iter([f'{{"kind":{DIGITS}}}\n'.encode()]))),
    "ledger: half a surrogate pair": _ledger(
        _append(iter([b'{"kind":"run\\ud800","previous":"","digest":"\\ud800","run":"\\ud800"}\n']))
    ),
    "ledger: control characters": _ledger(_forged_run(run=NAME, decision=NAME, started=NAME)),
    "ledger: a run with control characters": _ledger(_forged_run(run=NAME)),
    "ledger: a run that leads out": _ledger(_forged_run(run="../../x")),
    "ledger: figures without end": _ledger(
        _forged_run(run="y", figures="SEC-10=1e999/nan:ms", verdicts=f"SEC-10=pass:{'9' * 4000}")
    ),
    "ledger: counts of 5,000 digits": _ledger(_forged_run(run="y", verdicts=f"SEC-10=pass:{'9' * 5000}")),
    "ledger: a million controls": _ledger(
        _forged_run(run="y", verdicts=" ".join(f"S-{n}=pass:1" for n in range(1_000_000)))
    ),
    "ledger: a year that is far": _ledger(_forged_run(run="y", started="9999-12-31T23:59:59.000Z", nightly=True)),
    "ledger: a year that is long ago": _ledger(_forged_run(run="y", started="0001-01-01T00:00:00.000Z", nightly=True)),
}

COMMANDS: Mapping[str, Callable[[Path, Path], list[str]]] = {
    "files": lambda one, _: ["files", str(one)],
    "verify": lambda one, _: ["verify", str(one), "--without-ledger"],
    "ledger": lambda one, _: ["verify", str(one)],
    "explain": lambda one, _: ["explain", "test_plan_is_on[AI]", str(one), "--body"],
    "explain --json": lambda one, _: ["explain", "test_plan_is_on[AI]", str(one), "--body", "--json"],
    "diff": lambda one, _: ["diff", str(one), str(one)],
    "history": lambda one, _: ["history", "--env", one.parent.name, "--reports", str(one.parent.parent), "--html"],
    "history --json": lambda one, _: [
        *("history", "--env", one.parent.name, "--reports", str(one.parent.parent), "--json")
    ],
    "pseudonymise": lambda one, free: ["pseudonymise", str(one), "--to", str(free / "copy")],
    "export": lambda one, free: ["export", str(one), "--as", "markdown", "--output", str(free / "x.md")],
    "export sarif": lambda one, free: ["export", str(one), "--as", "sarif", "--output", str(free / "x.sarif")],
    "annotate": lambda one, _: ["annotate", "--for", "github", str(one)],
    "comment": lambda one, _: ["comment", "--on", "github", "--print", str(one)],
    "notify": lambda one, _: ["notify", "--as", "teams", "--print", str(one)],
    "init": lambda one, free: ["init", "--from-tape", str(one), "--output", str(free / "x.toml")],
    "baseline": lambda one, free: [
        *("baseline", "approve", str(one), "--approver", "a", "--change", "c", "--made-by", "b"),
        *("--into", str(free)),
    ],
}  # fmt: skip
# A row of the ledger is read by these alone.
JUDGING, SHOWING = (
    ("verify", "pseudonymise"),
    ("explain --json", "history --json", "export sarif", "annotate", "comment", "notify"),
)
OF_LEDGER = ("ledger", "history", "history --json", "baseline")


def attacked(sound: Path, folder: Path, name: str) -> Path:
    """Return a copy of a pack, beside its ledger, that an attack has made its own: its manifest fits all the same."""
    directory = folder / sound.parent.name / sound.name
    shutil.copytree(sound, directory)
    for beside in (pack.LEDGER,):
        shutil.copy(sound.parent / beside, directory.parent / beside)
    ATTACKS[name](directory)
    if not name.startswith(
        (
            "manifest",
            "the manifest",
            "a link",
            "baseline: a link",
            "tape: a link",
            "ledger",
            "tape: one sparse",
            "tape: sparse",
        )
    ):
        if not name.startswith(("manifest.dsse", "signature", "key")):
            (directory / pack.ENVELOPE).unlink()
            (directory / pack.PUBLIC_KEY).unlink()
        with contextlib.suppress(Exception):  # a forger's manifest, where there can be one
            list_anew(directory)
    return directory


def obeyed(shown: str) -> str:
    """Return what a terminal would obey, or take for a line of ours; empty if nothing."""
    found = _OBEYED.search(shown)
    if found is not None:
        return f"prints {found.group()!r}"
    return "prints a line of the pack's own" if re.search("^FORGED", shown, re.M) else ""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    status: int
    seconds: float
    mebibytes: float
    out: str

    @property
    def problem(self) -> str:
        """What is wrong with it; empty if nothing is."""
        told = []
        if "Traceback" in self.out or "INTERNALERROR" in self.out or self.status not in {0, 1, 2, 4, 10}:
            told.append(f"broke down (status {self.status})")
        if self.seconds > MOST_SECONDS:
            told.append(f"{self.seconds:.1f} s")
        if self.mebibytes > MOST_MEBIBYTES + 200:  # an ordinary run
            told.append(f"{self.mebibytes:.0f} MiB")
        if shown := obeyed(self.out):
            told.append(shown)
        if len(self.out) > 200_000 and "--json" not in self.out:
            told.append(f"prints {len(self.out)} characters")
        return ", ".join(told)


def _verified(directory: Path) -> int:
    """Verify a pack but for its verdicts, which takes a process of its own."""
    findings = verification.verify(Request(directory, None, None, schema_problem, derive=False))
    for finding in findings:
        print(finding.outcome, finding.step, for_terminal(finding.text))
    return int(any(finding.outcome == "BAD" for finding in findings))


def tried(words: list[str], folder: Path) -> Ended:
    """Run a command in a process of its own, which shares what is imported."""
    shown = folder / "shown"
    child = os.fork()
    if child == 0:
        os.setsid()
        with shown.open("wb") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
        resource.setrlimit(resource.RLIMIT_AS, (6 * 1024 * MEBIBYTE,) * 2)
        status = 70
        try:
            status = int(main(words)) if words[0] != "files" else _verified(Path(words[1]))
        except SystemExit as error:
            status = int(error.code or 0) if isinstance(error.code, int) else 71
        except BaseException:  # noqa: BLE001  (what a user would see of it)
            traceback.print_exc()
        sys.stdout.flush()
        os._exit(status)
    deadline = time.monotonic() + KILLED_AFTER_SECONDS
    while True:
        pid, state, used = os.wait4(child, os.WNOHANG)
        if pid:
            break
        if time.monotonic() > deadline:
            os.killpg(child, signal.SIGKILL)
            _, state, used = os.wait4(child, 0)
            break
        time.sleep(0.01)
    out = shown.read_bytes().decode("utf-8", "surrogateescape")
    seconds = used.ru_utime + used.ru_stime
    return Ended(os.waitstatus_to_exitcode(state), seconds, used.ru_maxrss / 1024, out)


# Who reads what an attack is on; the command has every command read all of them.
ROWS = {
    "results.json: an integer of 100,000 digits": "export",
    "results.json: half a surrogate pair": "explain",
    "results.json: a key twice": "explain",
    "results.json: nested without end": "export",
    "manifest.json: a key twice": "history",
    "manifest.dsse.json: a key twice": "history",
    "tape/reading: a key twice": "init",
    "results: control characters in texts": "explain",
    "results: half a surrogate pair in texts": "export",
    "results: selected is a text": "export",
    "results: negative counts": "export",
    "results: a verdict whose reading leads out": "explain",
    "manifest: control characters": "history",
    "manifest: files that lead out": "history",
    "signature: signatures that are numbers": "history",
    "environment: an integer of 100,000 digits": "diff",
    "environment: a dotted key of a hundred thousand": "diff",
    "environment: headers nested deeply": "diff",
    "waivers: an integer of 100,000 digits": "history",
    "tape: a link in the place of a body": "init",
    "a link in the place of the results": "export",
    "the manifest: a terabyte": "history",
    "a file with a name that is no text": "explain",
    "ledger: a key twice": "history",
    "ledger: half a surrogate pair": "history",
    "ledger: control characters": "history",
    "ledger: a year that is long ago": "history",
}


@pytest.fixture(scope="module")
def sound(made_packs: Packs, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pack of one control with its ledger."""
    folder = tmp_path_factory.mktemp("sound") / "sandbox"
    [first, *_] = made_packs.all()
    shutil.copytree(first, folder / first.name)
    shutil.copy(made_packs.ledger, folder / pack.LEDGER)
    return folder / first.name


@pytest.mark.parametrize(("name", "reader"), ROWS.items(), ids=ROWS)
def test_every_reader_ends_in_one_line(
    sound: Path, name: str, reader: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No reader breaks down, shows what a terminal obeys, or takes a line of the pack's for its own."""
    directory = attacked(sound, tmp_path / "reports", name)

    assert main(COMMANDS[reader](directory, tmp_path)) in {0, 1, 2}
    for finding in _findings(directory, name):
        print(for_terminal(finding))

    shown = capsys.readouterr()
    assert obeyed(shown.out + shown.err) == ""


def _findings(directory: Path, name: str) -> list[str]:
    chain = directory.parent / pack.LEDGER if name.startswith("ledger") else None
    try:
        return [one.text for one in verification.verify(Request(directory, None, chain, schema_problem, derive=False))]
    except AssuranceError as error:
        return [str(error)]


def _main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pack", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--command", default="")
    parser.add_argument("--all", action="store_true", help="also commands that read as others do")
    parser.add_argument("--quiet", action="store_true")
    arguments = parser.parse_args()
    for command in COMMANDS:
        with contextlib.suppress(BaseException), contextlib.redirect_stdout(None):
            main([*command.split()[:1], "--help"])  # imported once, for all
    wrong = 0
    for name in ATTACKS:
        if arguments.only not in name:
            continue
        with tempfile.TemporaryDirectory(prefix="attacked-") as made:
            directory = attacked(arguments.pack, Path(made), name)
            for command, words in COMMANDS.items():
                if arguments.command not in command or (name.startswith("ledger") and command not in OF_LEDGER):
                    continue
                if command in JUDGING and name.startswith(JSON_FILES) and not arguments.all:
                    continue
                if command in SHOWING and not arguments.all:
                    continue
                if command == "ledger" and not name.startswith(("ledger", "manifest")):
                    continue
                with tempfile.TemporaryDirectory(prefix="free-") as free:
                    ended = tried(words(directory, Path(free)), Path(free))
                wrong += bool(ended.problem)
                last = " | ".join(ended.out.strip().splitlines()[-1:])[:200]
                if ended.problem or not arguments.quiet:
                    how = f"{ended.status:>3} {ended.seconds:6.2f} s {ended.mebibytes:6.0f} MiB"
                    bad = "BAD" if ended.problem else "ok"
                    print(f"{bad:4}{name:<60} {command:<15} {how}  {ended.problem}  {last!r}", flush=True)
    print(f"{wrong} wrong")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(_main())
