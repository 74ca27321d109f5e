"""Show the chain from a verdict to the bytes that it rests on: what was judged, by which answers, in which files."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assurance.command_line.output import add_json, print_json
from assurance.evidence import pack
from assurance.evidence.explanation import Link, find_verdict, links_of, readable
from assurance.evidence.pack import RESULTS, PackError
from assurance.reporting.fit import for_terminal, lines_for_terminal
from assurance.reporting.json_report import schema_problem

TOLD = ("statement", "expected", "observed", "reason", "remedy")
MAX_BODY_LINES = 100_000
ALTERED = 1


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("check", metavar="CHECK", help="a check's node id, or a part of it that no other has")
    parser.add_argument("directory", metavar="DIR", type=Path, help="the pack: reports/ENVIRONMENT/RUN")
    parser.add_argument("--body", action="store_true", help="show the redacted answers too")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the chain; the exit status is 1 where a file is not what the results cite."""
    pack.demand_plain(arguments.directory)
    results = pack.read_json(arguments.directory / RESULTS, "the results")
    problem = schema_problem(results)
    if problem:
        raise PackError(f"{arguments.directory / RESULTS}: does not conform to its schema: {problem}")
    verdict = find_verdict(results, arguments.check)
    links = links_of(arguments.directory, results, verdict)
    if arguments.as_json:
        print_json(
            {"run": results["run"], "verdict": verdict, "readings": [_link(link, arguments.body) for link in links]}
        )
        return ALTERED if any(link.problem for link in links) else 0
    _print_verdict(results["run"], verdict)
    print(f"It rests on {len(links)} reading{'' if len(links) == 1 else 's'}:")
    for link in links:
        _print_link(link)
        if arguments.body and link.body:
            print("\n".join(f"      {line}" for line in lines_for_terminal(readable(link.body), MAX_BODY_LINES)))
    return ALTERED if any(link.problem for link in links) else 0


def _link(link: Link, with_body: bool) -> dict[str, object]:
    body = {"body": readable(link.body)} if with_body and link.body else {}
    return {
        "reading": dict(link.reading),
        "file": link.file,
        "body_file": link.body_file,
        **body,
        "problem": link.problem,
    }


def _print_verdict(run: Mapping[str, Any], verdict: Mapping[str, Any]) -> None:
    print(f"{verdict['control']}  {verdict['verdict'].upper()}  {for_terminal(verdict['check'])}")
    print(f"  run        {run['id']}, {for_terminal(run['environment'])}, {run['source']}, finished {run['finished']}")
    for name in TOLD:
        for number, line in enumerate(lines_for_terminal(verdict[name])):
            print(f"  {name if number == 0 else '':<9}  {line}")
    for number, resource in enumerate(verdict["resources"]):
        print(f"  {'resources' if number == 0 else '':<9}  {for_terminal(resource)}")


def _print_link(link: Link) -> None:
    reading = link.reading
    if "question" in reading:
        answer = reading["failure"] or (f"HTTP {reading['status']}" if reading["status"] is not None else "answered")
        print(f"  {for_terminal(reading['question'])}")
        print(
            f"    when     {reading['started']}, {reading['elapsed_milliseconds']} ms, attempts: {reading['attempts']}"
        )
        print(f"    answer   {for_terminal(answer)}")
        for name in sorted(name for name in reading["headers"] if name.endswith("request-id")):
            told = f"{name}: {reading['headers'][name]}"
            print(f"    id       {for_terminal(told)}")
    print(f"    reading  {link.file}")
    if link.body_file:
        print(f"    body     {link.body_file}, {len(link.body)} bytes; sha256sum gives the file's own name")
    if link.problem:
        print(f"    ALTERED  {for_terminal(link.problem)}")
