"""Verify an evidence pack, offline: that it is whole and unaltered, who signed it, and that its verdicts follow.

Exit status: 0 verified, 1 not verified, 2 wrong usage.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assurance.command_line.output import add_json, print_json, waiting
from assurance.evidence import pack
from assurance.evidence.findings import Request
from assurance.evidence.pack import LEDGER, MANIFEST, RESULTS
from assurance.evidence.verification import verify
from assurance.reporting.fit import for_terminal, lines_for_terminal
from assurance.reporting.json_report import schema_problem

MAX_FINDING_LINES = 60


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("directory", metavar="DIR", type=Path, help="the pack: reports/ENVIRONMENT/RUN")
    parser.add_argument(
        "--public-key", metavar="FILE", type=Path, help="the key (PEM) that must have signed it, known from elsewhere"
    )
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--ledger", metavar="FILE", type=Path, help=f"the chain of runs (else {LEDGER} beside the pack)")
    group.add_argument("--without-ledger", action="store_true", help="leave the chain of runs out")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Verify, and print what each step found."""
    directory: Path = arguments.directory
    beside = directory.resolve().parent / LEDGER
    ledger = None if arguments.without_ledger else arguments.ledger or beside
    with waiting(f"Verifying {directory}"):
        findings = verify(Request(directory, arguments.public_key, ledger, schema_problem))
    verified = all(finding.outcome != "BAD" for finding in findings)
    if arguments.as_json:
        print_json({"directory": str(directory), "verified": verified, "findings": findings})
        return 0 if verified else 1
    told = for_terminal(f"{directory}{_facts(directory) if verified else ''}")
    print(f"{'VERIFIED' if verified else 'NOT VERIFIED'}  {told}")
    for finding in findings:
        text = "\n        ".join(lines_for_terminal(finding.text, MAX_FINDING_LINES))
        print(f"  {finding.outcome:<4}  {finding.step:<9}  {text}")
    if (directory / MANIFEST).is_file():
        print(f"  {MANIFEST} has SHA-256 {pack.sha256_of(directory / MANIFEST)}")
    return 0 if verified else 1


def _facts(directory: Path) -> str:
    """Return what a verified pack says of its run."""
    values: Mapping[str, Any] = pack.read_json(directory / RESULTS, "the results")["run"]
    evidence = "" if values["source"] == "LIVE" else ", no audit evidence of a deployment"
    oldest = f", resting on readings from {values['oldest_reading']} on" if values["oldest_reading"] else ""
    return f": {values['environment']} {values['decision']} {values['scope']}, {values['source']}{evidence}{oldest}"
