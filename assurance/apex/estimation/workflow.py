"""The estimation workflow of the guide's Step 16: eight steps, each carried out once, after those before it."""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol, TypeVar

from assurance.apex.client import Flow, Flows
from assurance.apex.client.api import is_shown
from assurance.apex.estimation.answers import has_listed, id_in
from assurance.apex.estimation.document_steps import UnreadableDocument, UploadStep, ValidationStep
from assurance.apex.estimation.sample_documents import Paper, paper, paper_of
from assurance.apex.estimation.script import (
    DeletionStep,
    create_project,
    delete_document,
    generate_at_once,
    generate_estimate,
    send_document,
    upload_document,
    validate_document,
)
from assurance.apex.estimation.steps import GenerationStep, ProjectStep
from assurance.apex.estimation.viewing import ConfidenceLevels, ExportStep, ViewStep, must_be_there
from assurance.environment.application_tables import DocumentType
from assurance.errors import NotEvaluated
from assurance.judging.nouns import Once
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
        return self._once.of(2, lambda: self._upload(self._paper("scope", self._number), self._project_id()))

    @property
    def scope_validation(self) -> ValidationStep:
        """Step 3: the scope document is validated."""
        return self._once.of(3, lambda: self._validate(after(2, "uploading the scope", self.scope_upload)))

    @property
    def drawings_upload(self) -> UploadStep:
        """Step 4: engineering drawings are uploaded."""

        def upload() -> UploadStep:
            after(3, "validating the scope", self._usable_scope_validation)
            return self._upload(self._paper("engineering", self._number), self._project_id())

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
        return self._once.of(7, lambda: self._view(after(6, "generating the estimate", self._usable_generation)))

    @property
    def export(self) -> ExportStep:
        """Step 8: the estimate is exported."""

        def export() -> ExportStep:
            view = after(7, "viewing the estimate", self.view)
            return ExportStep(self._flow.export_estimate(view.generated.estimate_id, ESTIMATOR), view)

        return self._once.of(8, export)

    @property
    def _usable_scope_validation(self) -> ValidationStep:
        """The validation that later steps rest on: another one, where the first one's job never ended."""
        first = self.scope_validation
        return self._once.of("3 again", lambda: self._validate(self.scope_upload)) if first.work.is_stuck else first

    @property
    def _usable_drawings_validation(self) -> ValidationStep:
        """The same for the drawings."""
        first = self.drawings_validation
        return self._once.of("5 again", lambda: self._validate(self.drawings_upload)) if first.work.is_stuck else first

    @property
    def _usable_generation(self) -> GenerationStep:
        """The estimate that later steps rest on: another one, where the first one's job never ended."""
        first = self.generation
        if not first.work.is_stuck:
            return first
        return self._once.of("6 again", lambda: self._generate(self._inputs.confidence_levels[0]))

    @property
    def views_by_level(self) -> tuple[ViewStep, ...]:
        """An estimate for each level of confidence that the environment asks for, of one and the same project.

        Each is made in a project of its own without documents: whatever estimates of one project do to each other, it
        is not judged here.
        """
        return self._once.of("levels", lambda: tuple(map(self._view_of_level, self._inputs.confidence_levels)))

    @property
    def levels(self) -> ConfidenceLevels:
        """The estimates of all levels of confidence."""
        return ConfidenceLevels({view.level: view.estimate for view in self.views_by_level})

    @property
    def has_a_plausible_contingency(self) -> Fact:
        """Whether the contingency lies within the bounds of the environment file."""
        inputs = self._inputs
        return self.view.estimate.has_a_plausible_contingency(
            inputs.least_contingency_percent, inputs.most_contingency_percent
        )

    @property
    def simultaneous(self) -> tuple[GenerationStep, ...]:
        """Estimates of one project, asked for one right after the other."""

        def generate_both() -> tuple[GenerationStep, ...]:
            flow = self._flows.begin(f"{FLOW}:at-once")
            project = own_project(flow, flow.unique("at-once"))
            return generate_at_once(flow, project.id, self._inputs)

        return self._once.of("simultaneous", generate_both)

    @property
    def deletion(self) -> DeletionStep:
        """A validated document is deleted, in a project of its own."""

        def delete() -> DeletionStep:
            flow = self._flows.begin(f"{FLOW}:deletion")
            number = flow.unique("deletion")
            project = own_project(flow, number)
            upload = after(2, "uploading the scope", upload_document(flow, project.id, self._paper("scope", number)))
            validation = validate_document(flow, upload.id)
            if not validation.work.is_completed.holds:
                raise NotEvaluated(
                    f"No validated document to delete: {validation.work.is_completed.observed}.",
                    "See the other checks of E2E-03.",
                    validation.work.job.readings,
                )
            return delete_document(flow, upload.id)

        return self._once.of("deletion", delete)

    def _view_of_level(self, level: float) -> ViewStep:
        flow = self._flows.begin(f"{FLOW}:level-{level:g}")
        project = own_project(flow, flow.unique(f"level{level * 100:g}"))
        generated = generate_estimate(flow, project.id, self._inputs, level)
        return view_estimate(flow, project.id, after(6, f"generating the estimate for {level:.0%}", generated))

    @property
    def unreadable_document(self) -> UnreadableDocument:
        """A document that begins as a PDF and breaks off, in a project of its own."""

        def attempt() -> UnreadableDocument:
            flow = self._flows.begin(f"{FLOW}:unreadable")
            number = flow.unique("unreadable")
            project = own_project(flow, number)
            whole = paper("scope", number)
            cut = Paper("scope", whole.name, whole.content[: len(whole.content) // 3])
            uploaded = send_document(flow, project.id, cut, ESTIMATOR)
            taken = id_in(uploaded)
            if taken:
                flow.read_document(taken, ESTIMATOR, until=is_shown)
            return UnreadableDocument(uploaded, validate_document(flow, taken) if taken else None)

        return self._once.of("unreadable", attempt)

    @property
    def risk_names(self) -> tuple[str, ...]:
        """The names of the risk factors that are asked for."""
        return tuple(risk_factor.name for risk_factor in self._inputs.risk_factors)

    def _project_id(self) -> str:
        return after(1, "creating the project", self.creation).id

    def _upload(self, what: Paper, project_id: str) -> UploadStep:
        return upload_document(self._flow, project_id, what)

    def _validate(self, upload: UploadStep) -> ValidationStep:
        return validate_document(self._flow, upload.id)

    def _generate(self, level: float) -> GenerationStep:
        after(5, "validating the drawings", self._usable_drawings_validation)
        return generate_estimate(self._flow, self._project_id(), self._inputs, level)

    def _view(self, generated: GenerationStep) -> ViewStep:
        return view_estimate(self._flow, self._project_id(), generated)

    def _paper(self, document_type: DocumentType, number: str) -> Paper:
        return paper_of(self._flows.application.declared, document_type, number)


def view_estimate(flow: Flow, project_id: str, generated: GenerationStep) -> ViewStep:
    """View an estimate, and look for it in the project's list."""
    shown = flow.read_estimate(generated.estimate_id, ESTIMATOR, until=is_shown)
    listing = flow.list_estimates(project_id, ESTIMATOR, until=lambda seen: has_listed(seen, generated.estimate_id))
    return ViewStep(project_id, generated, shown, listing)


def own_project(flow: Flow, number: str) -> ProjectStep:
    """Return a new project for what is tried beside the eight steps, once it is there.

    Raises:
        NotEvaluated: It was not created, or cannot be read: the first step tells more.
    """
    project = after(1, "creating the project", create_project(flow, number))
    if project.shown is not None:
        must_be_there(project.shown, "reading the new project")
    return project


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
