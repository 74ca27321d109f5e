"""Make what a run has found the baseline that drift is told from: `baseline approve RUN --approver ... --change ...`.

The estate of the run, as its tape has it, goes normalised into baselines/ENVIRONMENT.json, with who approved it, when,
why and under which change; its digest goes into the ledger beside the run. Commit the file: it is part of the change.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from assurance.command_line.output import add_json, print_json
from assurance.drift import baseline
from assurance.drift.approving import FOLDER, Request, approval_of, baseline_of
from assurance.drift.baseline import Baseline
from assurance.drift.compare import differences
from assurance.drift.questions import replaying
from assurance.environment import Environment, find, load_packed
from assurance.environment.loading import FOLDER as ENVIRONMENTS
from assurance.environment.loading import load_running
from assurance.errors import BaselineRefused
from assurance.evidence import ledger, pack
from assurance.evidence.ledger import Link, LocalLedger, Place
from assurance.evidence.pack import ENVIRONMENT, LEDGER, RESULTS
from assurance.reporting.json_report import schema_problem
from assurance.runs.keeping import keeping_of
from assurance.tape import Tape, utc_now

KIND = "baseline"
"""What an approval is called in the ledger."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    approve = actions.add_parser("approve", help="make a run's estate the baseline of its environment")
    approve.add_argument("run", metavar="RUN", type=Path, help="the run's pack: reports/ENVIRONMENT/RUN")
    approve.add_argument("--approver", required=True, help="who approves: another person than who made the run")
    approve.add_argument("--change", required=True, help="the change request, such as CR-2041")
    approve.add_argument("--env", metavar="NAME|FILE", help="the environment file, where a container keeps the ledger")
    approve.add_argument("--made-by", default="", metavar="NAME", help="who made the run, where it does not say so")
    approve.add_argument(
        "--accept-findings", default="", metavar="REASON", help="why a run that is not GO is approved nevertheless"
    )
    approve.add_argument(
        "--into", metavar="DIR", type=Path, default=Path(FOLDER), help=f"where baselines are ({FOLDER})"
    )
    add_json(approve)


def run(arguments: argparse.Namespace) -> int:
    """Approve a run.

    Raises:
        BaselineRefused: The run may not become a baseline.
        PackError: The directory is no whole pack.
        TapeRefused: Its tape is cut or edited.
    """
    directory: Path = arguments.run
    pack.demand_plain(directory)
    results = pack.read_json(directory / RESULTS, "the results")
    problem = schema_problem(results)
    if problem:
        raise BaselineRefused(f"{directory / RESULTS}: the results are edited, or of another version: {problem}")
    asked = Request(arguments.approver, arguments.made_by, arguments.change, arguments.accept_findings, utc_now())
    approval = approval_of(results, asked)
    environment = load_packed(directory / ENVIRONMENT)
    tape = Tape.open(directory)
    made = baseline_of(environment, tape.readings(), replaying(environment, tape), approval)
    place = _ledger(arguments.env, environment, directory.resolve().parents[1])
    path: Path = arguments.into / f"{environment.name}.json"
    before = baseline.load(path, environment) if path.is_file() else None

    def enter(link: Link) -> None:
        baseline.write(made, path)
        link.append(KIND, _facts(made))

    ledger.extend(place, enter)
    if arguments.as_json:
        counts = {"resources": len(made.entries), "questions": len(made.questions)}
        print_json({"file": path, **_facts(made), **counts, "replaces": _replaced(made, before)})
    else:
        print(_told(made, before, path))
    return 0


def _ledger(named: str | None, packed: Environment, reports: Path) -> Place:
    """Return the ledger of a pack's environment; a container is taken from the user's own file, never from a pack.

    Raises:
        BaselineRefused: The environment keeps its ledger in a container, and there is no such file; or the run stands
            in no ledger.
    """
    copy = LocalLedger(reports / packed.name / LEDGER)
    if packed.evidence.container is None:
        return copy
    own = find(named or packed.name, Path(ENVIRONMENTS))
    keeping = keeping_of(load_running(str(own)), reports, replaying=False)
    if keeping.ledger is None:
        raise BaselineRefused(f"{own}: what this environment's runs come to stands in no ledger: approve a live run")
    return keeping.ledger


def _facts(made: Baseline) -> dict[str, str | bool]:
    approval = made.approval
    names = ("run", "source", "decision", "made_by", "approver", "change", "accepted_findings", "approved")
    return {
        "environment": made.environment,
        "baseline": made.digest,
        **{name: str(getattr(approval, name)) for name in names},
    }


def _told(made: Baseline, before: Baseline | None, path: Path) -> str:
    approval = made.approval
    lines = [
        f"{path}: the baseline of {made.environment} is run {approval.run} ({approval.source}, {approval.decision})",
        f"  approved   by {approval.approver} under {approval.change}, {approval.approved}",
        f"  resources  {len(made.entries)}, from {len(made.questions)} questions",
        f"  digest     sha256:{made.digest}, in the ledger",
    ]
    if approval.accepted_findings:
        lines.append(f"  accepted   {approval.accepted_findings}")
    if approval.source != "LIVE":
        lines.append(f"  note       {approval.source}: no live deployment can be compared with it")
    if (replaced := _replaced(made, before)) is not None:
        counts = ", ".join(f"{replaced[what]} {what}" for what in ("added", "removed", "changed"))
        lines.append(f"  replaces   run {replaced['run']}: {counts}")
    return "\n".join(lines)


def _replaced(made: Baseline, before: Baseline | None) -> dict[str, object] | None:
    """Return of which run the baseline before was, and how many resources differ from it; None if there was none."""
    if before is None:
        return None
    was, now = before.entries, made.entries
    return {
        "run": before.approval.run,
        "added": len(now.keys() - was.keys()),
        "removed": len(was.keys() - now.keys()),
        "changed": sum(bool(differences(was[key].values, now[key].values)) for key in was.keys() & now.keys()),
    }
