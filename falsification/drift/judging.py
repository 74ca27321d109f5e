"""Tells the drift of worlds from the compliant one, in this process, with the seams of the falsification."""

from __future__ import annotations

from dataclasses import dataclass, replace

from assurance.drift.asking import Asker
from assurance.drift.baseline import Approval, Baseline
from assurance.drift.classify import Change
from assurance.drift.inventory import inventory
from assurance.drift.questions import Question, questions_of
from assurance.drift.snapshot import snapshot
from assurance.drift.survey import Survey
from assurance.estate.resources.resource import name_of
from assurance.tape import Reading
from falsification.azure.seams import MemoryTape
from falsification.azure.stage import AzureStage
from falsification.azure.world import World, compliant_world

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
        entries = {key: one for key, one in self.baseline.entries.items() if one.question in questions}
        survey = Survey(self._judge._estate(world, tape), replace(self.baseline, questions=questions))
        found = [
            Drifted(name_of(entry.shown), entry.type, change)
            for entry in entries.values()
            for change in survey.resource(entry).changes()
        ]
        additions = survey.additions()
        if additions.refusal is not None:
            raise additions.refusal
        return (*found, *(Drifted(name_of(entry.shown), entry.type, change) for entry, change in additions.changes()))

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
