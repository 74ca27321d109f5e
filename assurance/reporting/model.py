"""The one model of a run that every report is written from."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from assurance.evidence.outcome import oldest_of
from assurance.judging.checking import decide_on
from assurance.judging.controls import CONTROLS, Control
from assurance.judging.selection import Selection
from assurance.judging.waivers import AppliedWaiver
from assurance.tape import Reading
from assurance.verdicts import Decision, Measure, Source, Verdict

SCHEMA_VERSION = "1.2"
SUPPORTS = "A passing check supports the clauses that it cites; it does not alone show that they are met."


@dataclass(frozen=True, slots=True)
class VerdictRecord:
    """What one case of one check came to.

    Attributes:
        check: The pytest node id.
        control: The control's id, such as `SEC-03`.
        subject: What the case is about, in Azure's or the guide's own name.
        verdict: The verdict.
        statement: The requirement in one sentence.
        expected: What was required.
        observed: What was found.
        reason: Why it could not be judged, does not apply, or is waived; empty otherwise.
        remedy: What to do, with the command where there is one; empty for a pass.
        resources: Ids or names of what was judged.
        readings: Keys of the readings that it rests on.
        measures: What was measured, where it rests on numbers.
        duration_seconds: How long the case took.
        waiver: The waiver that covers the failing case, in force or expired; None if there is none.
        today: Of a planned run, what a case comes to without the plan where it does not pass with it; else None.
    """

    check: str
    control: str
    subject: str
    verdict: Verdict
    statement: str
    expected: str
    observed: str
    reason: str
    remedy: str
    resources: tuple[str, ...]
    readings: tuple[str, ...]
    duration_seconds: float
    measures: tuple[Measure, ...] = ()
    waiver: AppliedWaiver | None = None
    today: Verdict | None = None

    @classmethod
    def from_values(cls, values: dict[str, Any]) -> VerdictRecord:
        """Return the record that `values` (from `asdict`, sent between processes) stand for."""
        tuples = {name: tuple(values[name]) for name in ("resources", "readings")}
        waiver = AppliedWaiver(**values["waiver"]) if values.get("waiver") is not None else None
        measures = tuple(Measure(**measure) for measure in values.get("measures", ()))
        today = Verdict(values["today"]) if values.get("today") else None
        own = {"verdict": Verdict(values["verdict"]), "waiver": waiver, "measures": measures, "today": today}
        return cls(**{**values, **tuples, **own})


@dataclass(frozen=True, slots=True)
class PlannedRecord:
    """What a plan would do to one resource, as far as it matters.

    Attributes:
        resource: The resource's id.
        kind: What would be done, in Azure Resource Manager's word.
        weight: How much it matters: security-relevant, operational, cosmetic.
        told: What would be other, in words.
        announced: Why, as the release says; empty if nobody announced it.
    """

    resource: str
    kind: str
    weight: str
    told: str
    announced: str


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run.

    Attributes:
        id: The run's id, which is also its directory's name.
        environment: The environment's name.
        source: What the run rests on.
        origin: In words where its readings come from (for RECORDED: when they were recorded, and from what).
        vantage: From where it looked.
        started: UTC, ISO 8601.
        finished: UTC, ISO 8601.
        identity: The object id of who signed in; empty if unknown.
        versions: Versions of the suite, Python, pytest and the libraries, by name.
        requests: How many requests were sent, retries included; 0 for a replay.
        selection: The pytest arguments.
        selected: What they select: gates, load, which controls in whole or in part, and by what.
        complete: Whether every case that was collected has its verdict, and nothing broke the run off.
        notices: What must be said beside the verdicts, such as what the run left in the application.
        rollback: The commands by which to go back, where the guide demands it (Steps 14 and 24); else none.
        left_out: What the environment file leaves out or permits against the guide, each in words.
        planned: Of a planned run, what the plan would change, the heaviest first.
    """

    id: str
    environment: str
    source: Source
    origin: str
    vantage: tuple[str, ...]
    started: str
    finished: str
    identity: str
    versions: dict[str, str]
    requests: int
    selection: str
    complete: bool
    notices: tuple[str, ...] = ()
    rollback: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    planned: tuple[PlannedRecord, ...] = ()
    selected: Selection = field(default_factory=Selection)


@dataclass(frozen=True, slots=True)
class ControlSummary:
    """One control's verdicts, counted."""

    control: Control
    verdict: Verdict | None
    counts: dict[Verdict, int]
    readings: int


@dataclass(frozen=True, slots=True)
class RunModel:
    """A run, its verdicts in order of control and check, and the readings that they rest on.

    Attributes:
        run: The run.
        verdicts: What its cases came to.
        readings: What they rest on.
        collected: The ids of all cases that must have a verdict, sorted.
    """

    run: RunRecord
    verdicts: tuple[VerdictRecord, ...]
    readings: tuple[Reading, ...]
    collected: tuple[str, ...]

    @property
    def decision(self) -> Decision:
        """GO, NO-GO or INCONCLUSIVE; a run that was interrupted, or leaves most security controls out, is never GO."""
        decision = decide_on((record.control, record.verdict) for record in self.verdicts)
        return Decision.INCONCLUSIVE if decision is Decision.GO and not self.run.complete else decision

    @property
    def decided(self) -> str:
        """The decision as headings have it: `GO in part` where it decides on no control; the sentence says on which."""
        return str(self.decision) if self.run.selected.whole else f"{self.decision} in part"

    @property
    def oldest_reading(self) -> str:
        """When the oldest reading that the run rests on was begun (UTC, ISO 8601); empty if there is none."""
        return oldest_of(self.readings)

    def counts(self) -> dict[Verdict, int]:
        """Return how many cases came to each verdict, in the order of `Verdict`."""
        counted = Counter(record.verdict for record in self.verdicts)
        return {verdict: counted[verdict] for verdict in Verdict}

    def controls(self) -> tuple[ControlSummary, ...]:
        """Return the controls that this run judged, in order, each with its counts and its worst verdict."""
        return tuple(
            self._summary(control)
            for control in CONTROLS.values()
            if any(record.control == control.id for record in self.verdicts)
        )

    def findings(self) -> tuple[VerdictRecord, ...]:
        """Return the verdicts that demand something: failures first, then what could not be judged."""
        order = (Verdict.FAIL, Verdict.NOT_EVALUATED)
        return tuple(record for verdict in order for record in self.verdicts if record.verdict is verdict)

    def readings_of(self, record: VerdictRecord) -> tuple[Reading, ...]:
        """Return the readings that a verdict rests on, in the order in which it cites them."""
        by_key = {reading.key: reading for reading in self.readings}
        return tuple(by_key[key] for key in record.readings if key in by_key)

    def _summary(self, control: Control) -> ControlSummary:
        records = [record for record in self.verdicts if record.control == control.id]
        counted = Counter(record.verdict for record in records)
        order = (Verdict.FAIL, Verdict.NOT_EVALUATED, Verdict.WAIVED, Verdict.PASS, Verdict.NOT_APPLICABLE)
        worst = next((verdict for verdict in order if counted[verdict]), None)
        cited = {key for record in records for key in record.readings}
        return ControlSummary(control, worst, {verdict: counted[verdict] for verdict in Verdict}, len(cited))


def in_order(records: Sequence[VerdictRecord]) -> tuple[VerdictRecord, ...]:
    """Return records by control, check and subject: the order is the same for any number of workers."""
    return tuple(sorted(records, key=lambda record: (record.control, record.check, record.subject)))


def as_document(model: RunModel) -> dict[str, Any]:
    """Return the run as the JSON document `results.json` (its schema: `results.schema.json`)."""
    verdicts = [asdict(record) for record in model.verdicts]
    readings = [reading.metadata() for reading in model.readings]
    controls = [
        {
            **asdict(summary.control),
            "verdict": summary.verdict,
            "counts": {str(k): n for k, n in summary.counts.items()},
        }
        for summary in model.controls()
    ]
    decided = {
        "decision": str(model.decision),
        "scope": model.run.selected.scope,
        "oldest_reading": model.oldest_reading,
    }
    run = {**asdict(model.run), **decided}
    return {
        "schema": SCHEMA_VERSION,
        "run": run,
        "collected": list(model.collected),
        "controls": controls,
        "verdicts": verdicts,
        "readings": readings,
    }


ASSIGNMENTS = "microsoft.authorization/roleassignments"
DEFINITIONS = "microsoft.authorization/roledefinitions"


def roles_of_identity(model: RunModel) -> tuple[str, ...]:
    """Return the names of the roles that the readings show the run's identity to hold, sorted.

    Empty where no reading tells: a run reads the application's roles, and its own only where they are among those.
    """
    if not model.run.identity:
        return ()
    names = {
        str(item["id"]).casefold(): str(properties["roleName"])
        for item, properties in _objects(model, DEFINITIONS)
        if "id" in item and "roleName" in properties
    }
    held = {
        str(properties["roleDefinitionId"]).casefold()
        for _, properties in _objects(model, ASSIGNMENTS)
        if properties.get("principalId") == model.run.identity and "roleDefinitionId" in properties
    }
    return tuple(sorted(names[role] if role in names else role.rpartition("/")[2] for role in held))


def _objects(model: RunModel, kind: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:  # Any: values of JSON
    """Yield each object of one kind that a reading holds, alone or in a list, with its properties."""
    for reading in model.readings:
        if kind in reading.question.casefold():
            for item in _items(reading):
                properties = item.get("properties")
                if isinstance(properties, dict):
                    yield item, properties


def _items(reading: Reading) -> Iterator[dict[str, Any]]:  # Any: as above
    try:
        document = json.loads(reading.body)
    except (ValueError, RecursionError):
        return
    if not isinstance(document, dict):
        return
    items = document["value"] if isinstance(document.get("value"), list) else [document]
    yield from (item for item in items if isinstance(item, dict))
