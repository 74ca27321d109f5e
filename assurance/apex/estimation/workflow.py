"""The estimation workflow of the guide's Step 16: eight steps, each carried out once, after those before it."""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol, TypeVar

from assurance.apex.client import Flows
from assurance.apex.estimation.answers import id_in
from assurance.apex.estimation.levels import ConfidenceLevels
from assurance.apex.estimation.sample_documents import Paper, paper
from assurance.apex.estimation.script import (
    create_project,
    generate_estimate,
    send_document,
    upload_document,
    validate_document,
)
from assurance.apex.estimation.steps import GenerationStep, ProjectStep, UnreadableDocument, UploadStep, ValidationStep
from assurance.apex.estimation.viewing import ExportStep, ViewStep
from assurance.errors import NotEvaluated
from assurance.judging.once import Once
from assurance.verdicts import Fact

FLOW = "e2e"
ESTIMATOR = "estimator"


class Step(Protocol):
    """What every step tells."""

    @property
    def failure(self) -> Fact | None:
        """What keeps the next step from being made."""


Made = TypeVar("Made", bound=Step)


class EstimationWorkflow:
    """One project, from its creation to the export of its estimate.

    A step is carried out when it is first asked for, after those before it; a step that comes after one that failed is
    not evaluated, and says which one failed.
    """

    def __init__(self, flows: Flows) -> None:
        self._flow = flows.begin(FLOW)
        self._flows = flows
        self._inputs = flows.application.declared.estimates
        self._number = self._flow.unique()
        self._once = Once()

    @property
    def creation(self) -> ProjectStep:
        """Step 1: a project is created."""
        return self._once.of(1, lambda: create_project(self._flow, self._number))

    @property
    def scope_upload(self) -> UploadStep:
        """Step 2: a scope document is uploaded."""
        return self._once.of(2, lambda: self._upload(paper("scope", self._number), self._project_id()))

    @property
    def scope_validation(self) -> ValidationStep:
        """Step 3: the scope document is validated."""
        return self._once.of(3, lambda: self._validate(after(2, "uploading the scope", self.scope_upload)))

    @property
    def drawings_upload(self) -> UploadStep:
        """Step 4: engineering drawings are uploaded."""

        def upload() -> UploadStep:
            after(3, "validating the scope", self.scope_validation)
            return self._upload(paper("engineering", self._number), self._project_id())

        return self._once.of(4, upload)

    @property
    def drawings_validation(self) -> ValidationStep:
        """Step 5: the drawings are validated."""
        return self._once.of(5, lambda: self._validate(after(4, "uploading the drawings", self.drawings_upload)))

    @property
    def generation(self) -> GenerationStep:
        """Step 6: an estimate is generated, for the first of the declared levels of confidence."""
        return self._once.of(6, lambda: self._generate(self._inputs.confidence_levels[0]))

    @property
    def view(self) -> ViewStep:
        """Step 7: the estimate is viewed."""
        return self._once.of(7, lambda: self._view(after(6, "generating the estimate", self.generation)))

    @property
    def export(self) -> ExportStep:
        """Step 8: the estimate is exported."""

        def export() -> ExportStep:
            view = after(7, "viewing the estimate", self.view)
            path = f"/estimates/{self.generation.estimate_id}/export?format=json"
            return ExportStep(self._flow.call("GET", path, ESTIMATOR), view)

        return self._once.of(8, export)

    @property
    def further_views(self) -> tuple[ViewStep, ...]:
        """The estimates of the further levels of confidence that the environment asks for."""

        def view_all() -> tuple[ViewStep, ...]:
            after(7, "viewing the estimate", self.view)
            return tuple(
                self._view(after(6, f"generating the estimate for {level:.0%}", self._generate(level)))
                for level in self._inputs.confidence_levels[1:]
            )

        return self._once.of("further", view_all)

    @property
    def levels(self) -> ConfidenceLevels:
        """The estimates of all levels of confidence."""
        views = (self.view, *self.further_views)
        return ConfidenceLevels({view.level: view.estimate for view in views})

    @property
    def unreadable_document(self) -> UnreadableDocument:
        """A document that begins as a PDF and breaks off, in a project of its own."""

        def attempt() -> UnreadableDocument:
            flow = self._flows.begin(f"{FLOW}:unreadable")
            number = flow.unique("unreadable")
            project = after(1, "creating the project", create_project(flow, number))
            whole = paper("scope", number)
            cut = Paper("scope", whole.name, whole.content[: len(whole.content) // 3])
            uploaded = send_document(flow, project.id, cut, ESTIMATOR)
            taken = id_in(uploaded)
            return UnreadableDocument(uploaded, validate_document(flow, taken) if taken else None)

        return self._once.of("unreadable", attempt)

    @property
    def risk_names(self) -> tuple[str, ...]:
        """The names of the risk factors that are asked for."""
        return tuple(one.name for one in self._inputs.risk_factors)

    def _project_id(self) -> str:
        return after(1, "creating the project", self.creation).id

    def _upload(self, what: Paper, project_id: str) -> UploadStep:
        return upload_document(self._flow, project_id, what)

    def _validate(self, upload: UploadStep) -> ValidationStep:
        return validate_document(self._flow, upload.id)

    def _generate(self, level: float) -> GenerationStep:
        after(5, "validating the drawings", self.drawings_validation)
        return generate_estimate(self._flow, self._project_id(), self._inputs, level)

    def _view(self, generated: GenerationStep) -> ViewStep:
        shown = self._flow.call("GET", f"/estimates/{generated.estimate_id}", ESTIMATOR, settling=True)
        listing = self._flow.call("GET", f"/estimates/projects/{self._project_id()}/estimates", ESTIMATOR)
        return ViewStep(self._project_id(), generated, shown, listing)


def after(number: int, what: str, step: Made) -> Made:
    """Return a step that was carried out.

    Raises:
        NotEvaluated: It failed, so that what comes after it cannot be judged.
    """
    failure = step.failure
    if failure is None:
        return step
    raise NotEvaluated(f"Step {number}, {what}, failed: {failure.observed}.", "Mend that step first.", failure.readings)


@lru_cache(maxsize=4)
def workflow_of(flows: Flows) -> EstimationWorkflow:
    """Return the workflow of a run: one, whoever asks."""
    return EstimationWorkflow(flows)
