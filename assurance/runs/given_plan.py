"""The plan that a run is given, by `--plan` or in the pack that it replays; kept in its pack, without secrets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from assurance.environment import Environment
from assurance.errors import NotEvaluated
from assurance.planning import Plan, PlanRefused, read_plan
from assurance.planning.deployment import PlannedDeployment, beside
from assurance.planning.loading import refuse_older
from assurance.planning.template import Target
from assurance.planning.validation import DIGEST, TemplateValidation
from assurance.tape import Tape
from assurance.tape.moments import from_seconds, to_text
from assurance.tape.redaction import Redactor
from assurance.world.files import FileReader

PACKED, PACKED_PARAMETERS = "plan.json", "plan-parameters.json"
PLANNED, CARRIED_OUT = frozenset({"planned_deployment"}), frozenset({"earlier_plan", "validated_template"})
MAX_BYTES = 64 * 1024 * 1024
"""A longer plan is refused: one of a thousand resources has some megabytes."""


@dataclass(frozen=True, slots=True)
class GivenPlan:
    """A plan, and the bytes that it was read from.

    Attributes:
        plan: The plan.
        content: The file, redacted.
        parameters: The parameter file of a template, redacted; empty if there is none.
    """

    plan: Plan
    content: bytes
    parameters: bytes

    def keep(self, directory: Path) -> None:
        """Put the plan into a pack, so that a replay of the pack judges by the same."""
        (directory / PACKED).write_bytes(self.content)
        if self.parameters:
            (directory / PACKED_PARAMETERS).write_bytes(self.parameters)


def plan_of(plan: Path | None, parameters: Path | None, replayed: Path | None) -> tuple[Path, Path | None] | None:
    """Return where a run's plan and the plan's parameters are: those given, else those of a replayed pack; or None."""
    if plan is None and replayed is not None:
        kept = [path for name in (PACKED, PACKED_PARAMETERS) if (path := replayed / name).is_file()]
        return (kept[0], kept[1] if len(kept) > 1 else None) if kept and kept[0].name == PACKED else None
    return (plan, parameters) if plan is not None else None


def give_plan(
    path: Path, parameters: Path | None, environment: Environment, redactor: Redactor, tape_started: str = ""
) -> GivenPlan:
    """Read a plan.

    Args:
        path: The plan.
        parameters: The parameter file of a template; None for none.
        environment: What it is laid over.
        redactor: Takes secrets out before anything is kept.
        tape_started: When the replayed tape was begun; empty where the deployment itself is read.

    Raises:
        PlanRefused: It cannot be read, is no plan, of another subscription, or older than the tape.
    """
    content, given = _read(path, redactor), _read(parameters, redactor) if parameters is not None else b""
    target = Target(environment.subscription_id, environment.resource_group)
    plan = read_plan(content, given, target, str(path))
    if tape_started and path.name != PACKED:
        written = to_text(from_seconds(path.stat().st_mtime))
        refuse_older(plan.made or written, tape_started, str(path))
    return GivenPlan(plan, content, given)


def _read(path: Path, redactor: Redactor) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise PlanRefused(f"{path}: the file cannot be read: {error.strerror or error}") from error
    if len(content) > MAX_BYTES:
        raise PlanRefused(f"{path}: the file is longer than {MAX_BYTES} bytes; is it a plan?")
    return redactor.body(content)


class Plans:
    """The plans that checks may rest on, as roots of nouns: what is planned now, and what was carried out.

    Args:
        given: The plan of the run; None if it was given none.
        environment: What is declared.
        tape: What was read.
        files: The artefacts that the release's pipeline left.
    """

    def __init__(self, given: GivenPlan | None, environment: Environment, tape: Tape, files: FileReader) -> None:
        self._given = given
        self._environment = environment
        self._tape = tape
        self._files = files

    @property
    def absent(self) -> frozenset[str]:
        """The roots that rest on a plan that nobody gave."""
        now = frozenset() if self._given is not None else PLANNED
        return now | (frozenset() if self._environment.deployment.artefacts.what_if is not None else CARRIED_OUT)

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
        return beside(self._given.plan, self._environment, self._tape.readings())

    def earlier_plan(self) -> PlannedDeployment:
        """Return the plan that was carried out, as the release's pipeline left it, beside what was read.

        Raises:
            NotEvaluated: The release tells of none, or it cannot be read.
        """
        artefact = self._files.read("what_if")
        target = Target(self._environment.subscription_id, self._environment.resource_group)
        try:
            plan = read_plan(artefact.content, b"", target, artefact.file, artefact.readings)
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
        reading = next(one for one in self._tape.readings() if one.key == template.readings[0])
        return TemplateValidation(result, template, reading.headers.get(DIGEST, ""))
