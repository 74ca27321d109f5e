"""The stage of drift: the drift checks judge worlds that differ from the one whose state was approved."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from assurance.drift.baseline import Approval, Baseline, snapshot, write
from assurance.drift.classify import Change
from assurance.drift.compare import family_of
from assurance.drift.questions import Asker, Question, inventory, questions_of
from assurance.drift.survey import Survey
from assurance.estate.resources.resource import folded, name_of
from assurance.tape import Reading
from falsification.azure.stage import ROOT, AzureStage
from falsification.azure.world import MemoryTape, World, compliant_world
from falsification.catalogue import Harmless, Inability, Violation
from falsification.drift import catalogue, noise

APPROVAL = Approval(
    run="20260301T100000Z-000000",
    source="SANDBOX",
    decision="GO",
    started="2026-03-01T10:00:00.000Z",
    made_by="",
    approver="Sam Lee",
    change="CR-1",
    accepted_findings="",
    approved="2026-03-01T11:00:00.000Z",
)


@dataclass(frozen=True, slots=True)
class Drifted:
    """One change of one resource.

    Attributes:
        name: The resource's name.
        kind: Its type, in lower case.
        change: What changed, and how much it matters.
    """

    name: str
    kind: str
    change: Change


class DriftJudge:
    """Holds the baseline of the compliant world, and tells what of another world differs from it.

    Attributes:
        baseline: The baseline.
    """

    def __init__(self, judge: AzureStage) -> None:
        self._judge = judge
        world = compliant_world()
        judge._enter(world)
        tape = MemoryTape(judge._header(), judge.readings)
        estate = judge._estate(world, tape)
        inventory(estate)
        self._readings = {reading.key: reading for reading in tape.readings()}
        asker = Asker(estate.questions.clients, judge.environment)
        questions = questions_of(self._readings.values())
        answers = {question: asker.ask(question) for question in questions}
        self._asked = {question: frozenset(answers[question].readings) for question in questions}
        self._answers = {reading.key: judge._answer(reading) for reading in self._http()}
        declared = judge.environment
        self.baseline = Baseline(
            declared.name, declared.subscription_id, declared.resource_group, APPROVAL, questions, snapshot(answers)
        )

    def drift(self, world: World) -> tuple[Drifted, ...]:
        """Return what differs in a world; only what could have changed is asked for again."""
        changed = self._changed(world)
        touched = tuple(question for question in self.baseline.questions if self._asked[question] & changed)
        known = {key: reading for key, reading in self._readings.items() if key not in changed}
        return self._drift(world, known, touched)

    def shows(self, world: World) -> bool:
        """Tell whether Azure answers anything otherwise in a world; a change that nobody sees proves nothing."""
        return bool(self._changed(world))

    def drift_afresh(self, world: World) -> tuple[Drifted, ...]:
        """Return the same with every question asked again; slower, and the proof that `drift` is right."""
        self._judge._enter(world)
        return self._drift(world, {}, self.baseline.questions)

    def _drift(self, world: World, known: dict[str, Reading], questions: tuple[Question, ...]) -> tuple[Drifted, ...]:
        tape = MemoryTape(self._judge._header(), known)
        entries = {key: entry for key, entry in self.baseline.entries.items() if entry.question in questions}
        survey = Survey(self._judge._estate(world, tape), replace(self.baseline, questions=questions))
        drifted = [
            Drifted(name_of(entry.shown), entry.type, change)
            for entry in entries.values()
            for change in survey.resource(entry).changes()
        ]
        additions = survey.additions()
        if additions.refusal is not None:
            raise additions.refusal
        return (*drifted, *(Drifted(name_of(entry.shown), entry.type, change) for entry, change in additions.changes()))

    def _changed(self, world: World) -> frozenset[str]:
        self._judge._enter(world)
        return frozenset(
            reading.key
            for reading in self._http()
            if (answer := self._judge._answer(reading)).body != self._answers[reading.key].body
            or answer.status != self._answers[reading.key].status
        )

    def _http(self) -> list[Reading]:
        return [reading for reading in self._readings.values() if reading.kind == "http"]


FOLDERS = (ROOT / "checks" / "drift",)
SOMETHING_NEW = "DRF-08"
# Faults by which nobody learns what is there. An answer that tells something else is no such fault: it is drift.
WITHHELD = frozenset({"401", "403", "429", "500", "503", "hang", "reset", "cut", "html", "empty-body", "null"})


class DriftStage(AzureStage):
    """Has the drift checks judge worlds, against a baseline that is the compliant one.

    Args:
        azure: The stage of Azure, whose readings the baseline is made from.
    """

    def __init__(self, azure: AzureStage) -> None:
        self._baseline = DriftJudge(azure).baseline
        self._folder = tempfile.TemporaryDirectory(prefix="falsification-")
        path = Path(self._folder.name) / "baseline.json"
        write(self._baseline, path)
        super().__init__(FOLDERS, path)
        self.violations = {
            drift.name: self._violation(drift) for drift in catalogue.CATALOGUE if drift.weight.is_finding
        }
        mild = (drift for drift in catalogue.CATALOGUE if not drift.weight.is_finding)
        harmless = (*noise.CATALOGUE, *(Harmless(drift.name, drift.told, drift.change) for drift in mild))
        self.harmless = {harmless_drift.name: harmless_drift for harmless_drift in harmless}

    def inabilities(self, control: str | None = None) -> Mapping[str, Inability[World]]:
        """Return every fault that withholds an answer, in the place of every reading that the checks rest on."""
        return {
            name: case for name, case in super().inabilities(control).items() if name.partition(": ")[0] in WITHHELD
        }

    def _violation(self, drift: catalogue.Drift) -> Violation[World]:
        """Return a change that matters: the control of the resource must report it, or that of what is new."""
        before, world = _resources(compliant_world()), compliant_world()
        drift.change(world)
        after = _resources(world)
        changed = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
        named = [resource_id for resource_id in changed if name_of(resource_id).startswith(drift.on.casefold())]
        place = next((resource_id for resource_id in (*named, *changed) if resource_id in self._baseline.entries), "")
        control = family_of(self._baseline.entries[place].type) if place else SOMETHING_NEW
        return Violation(drift.name, drift.told, drift.change, (control,), is_exclusive=False)


def _resources(world: World) -> dict[str, object]:
    """Return what a world holds, by ids as a baseline spells them."""
    tracked = {folded(key): values for key, values in world.azure.resources.items()}
    secrets = {str(secret["id"]).rstrip("/").casefold(): secret for secret in world.azure.secrets}
    return {**tracked, **secrets}
