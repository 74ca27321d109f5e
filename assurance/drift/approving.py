"""Makes a baseline of a run, from its tape, where another person than who made the run approves it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assurance.drift.baseline import Approval, Baseline, snapshot
from assurance.drift.questions import Answer, Asker, Question, questions_of
from assurance.environment import Environment
from assurance.errors import BaselineRefused
from assurance.judging.checking import decide_on
from assurance.judging.controls import CONTROLS
from assurance.tape import Reading
from assurance.verdicts import Decision, Verdict

SHORTEST_REASON = 10
ASSIGNMENTS_OF_GROUP = "/providers/microsoft.authorization/roleassignments"
Results = Mapping[str, Any]
"""The `results.json` of a run, whose schema is checked elsewhere."""


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks for what.

    Attributes:
        approver: Who approves.
        made_by: Who made the run, by name; empty to take what the run says.
        change: The change request.
        accepted_findings: Why a run that is not GO is approved; empty for none.
        at: When, UTC (ISO 8601).
    """

    approver: str
    made_by: str
    change: str
    accepted_findings: str
    at: str


def approval_of(results: Results, request: Request) -> Approval:
    """Return the approval of a run, if it may be given.

    Raises:
        BaselineRefused: The run was interrupted, did not judge everything or is not GO without a reason, or who
            approves is who made it.
    """
    run = results["run"]
    made_by = _made_by(run, request)
    _refuse_partial(results)
    decision = decision_of(results)
    reason = " ".join(request.accepted_findings.split())
    if decision is not Decision.GO and len(reason) < SHORTEST_REASON:
        raise BaselineRefused(
            f"run {run['id']} is {decision} ({_counted(results)}); a baseline of it needs --accept-findings REASON, in "
            f"{SHORTEST_REASON} characters or more, or a run that is GO"
        )
    return Approval(
        run=run["id"],
        source=run["source"],
        decision=run["decision"],
        started=run["started"],
        made_by=made_by,
        approver=" ".join(request.approver.split()),
        change=" ".join(request.change.split()),
        accepted_findings=reason if decision is not Decision.GO else "",
        approved=request.at,
    )


def decision_of(results: Results) -> Decision:
    """Return what the run came to, but for drift that could not be judged: a first baseline is made without one."""
    cases = (
        (verdict["control"], Verdict(verdict["verdict"]))
        for verdict in results["verdicts"]
        if not (verdict["control"].startswith("DRF-") and verdict["verdict"] == Verdict.NOT_EVALUATED)
    )
    return decide_on(cases)


def baseline_of(environment: Environment, readings: Sequence[Reading], asker: Asker, approval: Approval) -> Baseline:
    """Return the baseline that the readings of a run make.

    Args:
        environment: What was judged.
        readings: All readings of the run's tape.
        asker: Asks that tape.
        approval: Who approved it.

    Raises:
        BaselineRefused: The tape lacks the lists in which new things would show.
    """
    questions = questions_of(readings)
    group = f"/subscriptions/{environment.subscription_id}/resourcegroups/{environment.resource_group}".casefold()
    asked = {question.path.casefold() for question in questions}
    if not {f"{group}/resources", f"{group}{ASSIGNMENTS_OF_GROUP}"} <= asked:
        raise BaselineRefused(
            f"run {approval.run} has not read the lists in which new resources and role assignments show; judge "
            f"everything, pytest checks --env {environment.name}, and approve that run"
        )
    answers: dict[Question, Answer] = {question: asker.ask(question) for question in questions}
    readable = {question: answer for question, answer in answers.items() if answer.refusal is None}
    return Baseline(
        environment=environment.name,
        subscription_id=environment.subscription_id,
        resource_group=environment.resource_group,
        approval=approval,
        questions=tuple(sorted(readable)),
        held=snapshot(readable),
    )


def _made_by(run: Mapping[str, Any], request: Request) -> str:
    """Return who made the run, who must not be who approves it."""
    for needed, value in (("--approver", request.approver), ("--change", request.change)):
        if not value.strip():
            raise BaselineRefused(f"{needed}: a name was expected, nothing was given")
    makers = [name for name in (run["identity"], request.made_by.strip()) if name]
    if not makers and run["source"] == "LIVE":
        raise BaselineRefused(f"run {run['id']} does not say who made it: say so with --made-by NAME")
    approver = " ".join(request.approver.split()).casefold()
    if approver in {" ".join(maker.split()).casefold() for maker in makers}:
        raise BaselineRefused(f"{request.approver!r} made run {run['id']}; another person must approve it")
    return " ".join(makers[-1].split()) if makers else ""


def _refuse_partial(results: Results) -> None:
    run = results["run"]
    if not run["complete"]:
        raise BaselineRefused(f"run {run['id']} was interrupted; run again, and approve that run")
    judged = {verdict["control"] for verdict in results["verdicts"]}
    missing = [control for control in CONTROLS if control.startswith("SEC-") and control not in judged]
    if missing:
        raise BaselineRefused(
            f"run {run['id']} did not judge {', '.join(missing)}; a baseline needs a run that judged everything: "
            f"pytest checks --env {run['environment']}"
        )


def _counted(results: Results) -> str:
    counted = Counter(verdict["verdict"] for verdict in results["verdicts"])
    kinds = (Verdict.FAIL, Verdict.NOT_EVALUATED)
    return ", ".join(f"{counted[kind]} {kind.replace('_', ' ')}" for kind in kinds if counted[kind])


FOLDER = "baselines"
PACKED = "baseline.json"
"""The baseline of a run, in its evidence pack."""


def locate(environment: str, given: Path | None, replay: Path | None, root: Path) -> Path | None:
    """Return the file of the baseline, or None if there is none.

    Args:
        environment: The environment's name.
        given: What `--baseline` names: a file, or a directory with `ENVIRONMENT.json`; None if it was not given.
        replay: The pack or tape that is replayed, which may hold its own; None for a live run.
        root: The directory in which `baselines/` stands.

    Raises:
        BaselineRefused: What was given is not there.
    """
    if given is not None:
        path = given / f"{environment}.json" if given.is_dir() else given
        if not path.is_file():
            raise BaselineRefused(
                f"--baseline {given}: there is no file {path}; give a baseline, or a directory with {environment}.json"
            )
        return path.absolute()
    path = root / FOLDER / f"{environment}.json"
    if replay is not None and ((replay / PACKED).is_file() or (replay / "tape").is_dir()):
        # A pack is judged again by what it was judged by, or by none.
        path = replay / PACKED
    return path.absolute() if path.is_file() else None
