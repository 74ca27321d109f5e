"""The plan that a run is given, by `--plan` or in the pack that it replays; kept in its pack, without secrets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from assurance.environment import Environment
from assurance.errors import NotEvaluated
from assurance.planning import Plan, PlanRefused, read_plan
from assurance.planning.deployment import PlannedDeployment, beside
from assurance.planning.loading import kept, refuse_older
from assurance.planning.review import DIGEST, TemplateValidation
from assurance.planning.template import Target
from assurance.reporting.model import PlannedRecord
from assurance.tape import Tape
from assurance.tape.moments import from_seconds, to_text
from assurance.tape.redaction import Redactor
from assurance.world.files import FileReader

PACKED = "plan.json"
PLANNED, CARRIED_OUT = frozenset({"planned_deployment"}), frozenset({"earlier_plan", "validated_template"})
MAX_BYTES = 64 * 1024 * 1024
"""A longer plan is refused: one of a thousand resources has some megabytes."""


@dataclass(frozen=True, slots=True)
class PlanFiles:
    """Where a run's plan is.

    Attributes:
        plan: The plan.
        parameters: The parameter file of a template; None for none.
        is_kept: Whether it is the plan of a replayed pack, which was judged with the pack's tape before.
    """

    plan: Path
    parameters: Path | None = None
    is_kept: bool = False


def plan_of(plan: Path | None, parameters: Path | None, replayed: Path | None) -> PlanFiles | None:
    """Return where a run's plan is: the one given, else that of a replayed pack; None for none."""
    if plan is not None:
        return PlanFiles(plan, parameters)
    if replayed is not None and (replayed / PACKED).is_file():
        return PlanFiles(replayed / PACKED, is_kept=True)
    return None


def give_plan(files: PlanFiles, environment: Environment, redactor: Redactor, tape_started: str = "") -> Plan:
    """Read a plan.

    Args:
        files: Where it is.
        environment: What it is laid over.
        redactor: Takes secrets out before anything is kept.
        tape_started: When the replayed tape was begun; empty where the deployment itself is read.

    Raises:
        PlanRefused: It cannot be read, is no plan, of another subscription, or older than the tape.
    """
    content, given = _read(files.plan), _read(files.parameters) if files.parameters is not None else b""
    target = Target(environment.subscription_id, environment.resource_group)
    plan = read_plan(content, given, target, str(files.plan), redactor)
    if tape_started and not files.is_kept:
        written = to_text(from_seconds(files.plan.stat().st_mtime))
        refuse_older(plan.made or written, tape_started, str(files.plan))
    return plan


def keep_plan(plan: Plan, directory: Path) -> None:
    """Put a plan into a pack, so that a replay of the pack judges by the same."""
    (directory / PACKED).write_bytes(kept(plan))


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise PlanRefused(f"{path}: the file cannot be read: {error.strerror or error}") from error
    if len(content) > MAX_BYTES:
        raise PlanRefused(f"{path}: the file is longer than {MAX_BYTES} bytes; is it a plan?")
    return content


class Plans:
    """The plans that checks may rest on, as roots of nouns: what is planned now, and what was carried out.

    Args:
        given: The plan of the run; None if it was given none.
        environment: What is declared.
        tape: What was read.
        files: The artefacts that the release's pipeline left.
        redactor: Takes secrets out.
    """

    def __init__(
        self, given: Plan | None, environment: Environment, tape: Tape, files: FileReader, redactor: Redactor
    ) -> None:
        self._given = given
        self._redactor = redactor
        self._environment = environment
        self._tape = tape
        self._files = files

    @property
    def absent(self) -> frozenset[str]:
        """The roots that rest on a plan that nobody gave."""
        now = frozenset() if self._given is not None else PLANNED
        return now | (frozenset() if self._environment.deployment.artefacts.what_if is not None else CARRIED_OUT)

    @property
    def laid_over(self) -> str:
        """How the run's origin begins in words: with the plan, if it was given one."""
        return f"{self._given.form}, laid over " if self._given is not None else ""

    def roots(self) -> Mapping[str, Callable[[], object]]:
        """Return what nouns of plans are made of, by name."""
        return {
            "planned_deployment": self.planned_deployment,
            "earlier_plan": self.earlier_plan,
            "validated_template": self.validated_template,
        }

    def planned_deployment(self) -> PlannedDeployment:
        """Return the plan of this run beside what was read.

        Raises:
            NotEvaluated: The run was given none.
        """
        if self._given is None:
            raise NotEvaluated("The run was given no plan.", "Give it: --plan FILE.")
        return beside(self._given, self._environment, self._tape.readings())

    def reviewed(self) -> tuple[PlannedRecord, ...]:
        """Return what the plan of this run would change, the heaviest first; nothing if it was given none."""
        if self._given is None:
            return ()
        return tuple(
            PlannedRecord(change.id, str(change.kind), change.weight.word, change.told, change.announced)
            for change in self.planned_deployment().review.changes
        )

    def earlier_plan(self) -> PlannedDeployment:
        """Return the plan that was carried out, as the release's pipeline left it, beside what was read.

        Raises:
            NotEvaluated: The release tells of none, or it cannot be read.
        """
        artefact = self._files.read("what_if")
        target = Target(self._environment.subscription_id, self._environment.resource_group)
        try:
            plan = read_plan(artefact.content, b"", target, artefact.file, self._redactor, artefact.readings)
        except PlanRefused as error:
            remedy = "Let the pipeline leave the plan's whole result."
            raise NotEvaluated(str(error), remedy, artefact.readings) from error
        return beside(plan, self._environment, self._tape.readings())

    def validated_template(self) -> TemplateValidation:
        """Return what Azure said of the template that the release deploys.

        Raises:
            NotEvaluated: The release names no template or no validation, or a file cannot be read.
        """
        result, template = self._files.read("validation"), self._files.read("template")
        reading = next(reading for reading in self._tape.readings() if reading.key == template.readings[0])
        return TemplateValidation(result, template, reading.headers.get(DIGEST, ""))
