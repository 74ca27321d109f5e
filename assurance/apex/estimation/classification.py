"""AACE classification: projects made from declared documents, and the class that APEX gives each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import Literal

from assurance.apex.client import Flow, Flows
from assurance.apex.client.api import is_shown
from assurance.apex.estimation.answers import canonical
from assurance.apex.estimation.document_steps import ValidationStep
from assurance.apex.estimation.estimate import Figures
from assurance.apex.estimation.sample_documents import Paper, paper_of
from assurance.apex.estimation.script import (
    create_project,
    generate_estimate,
    send_document,
    upload_document,
    validate_document,
)
from assurance.apex.estimation.workflow import after
from assurance.environment.application_tables import BidCase, ClassifiedCase
from assurance.errors import NotEvaluated
from assurance.judging.nouns import Once
from assurance.verdicts import Fact

FLOW = "aace"
ESTIMATOR = "estimator"
Case = Literal["conceptual", "budget", "definitive"]


@dataclass(frozen=True, slots=True)
class ClassifiedEstimate:
    """The class of one estimate.

    Attributes:
        figures: The estimate's view.
        case: What was declared of it.
        undecided: The validations that left a document to a person.
    """

    figures: Figures
    case: ClassifiedCase
    undecided: tuple[ValidationStep, ...] = ()

    @property
    def has_its_class(self) -> Fact:
        """Whether it has the class that its inputs call for.

        Raises:
            NotEvaluated: It has not, and a document is left to a person: it may count as not validated.
        """
        classified = self.figures.are_classified_as(self.case.expected)
        if self.undecided and not classified.holds:
            raise self.undecided[0].left_to_a_person()
        return classified

    @property
    def has_not_its_class(self) -> Fact:
        """Whether it lacks that class: what its documents say does not count before they are validated."""
        aace_class = canonical(self.figures.document.text("aace_class"))
        return Fact(
            aace_class not in {"", self.case.expected},
            f"a class other than {self.case.expected} while the documents are not validated",
            f"aace_class {aace_class or 'absent'}",
            self.figures.subject,
            self.figures.readings,
        )


@dataclass(frozen=True, slots=True)
class ValidatedBid:
    """The validation of a bid.

    Attributes:
        validation: The validation.
        case: What was declared of it.
    """

    validation: ValidationStep
    case: BidCase

    @property
    def is_validated(self) -> Fact:
        """Whether the bid passes."""
        return self.validation.failure or self.validation.document_passes

    @property
    def is_held_to_its_class(self) -> Fact:
        """Whether the validation says that it held the bid to its class (`validation_result.aace_class_used`)."""
        after(1, "validating the bid", self.validation)
        shown = self.validation.shown or self.validation.work.asked
        aace_class = canonical(shown.document.text("validation_result", "aace_class_used"))
        return shown.fact(
            aace_class == self.case.expected,
            expected=f"validation_result.aace_class_used is {self.case.expected}",
            observed=f"aace_class_used {aace_class or 'absent'}",
        )


class Classifier:
    """Makes a project for each case, once."""

    def __init__(self, flows: Flows) -> None:
        self._flows = flows
        self._declared = flows.application.declared.classification
        self._inputs = flows.application.declared.estimates
        self._once = Once()

    def estimate(self, name: Case) -> ClassifiedEstimate:
        """Return the estimate of a case: its documents uploaded, validated, then an estimate generated."""
        return self._once.of(name, lambda: self._estimate(name, validating=True))

    def unvalidated_estimate(self, name: Case) -> ClassifiedEstimate:
        """Return the estimate of a case whose documents are uploaded and not validated."""
        return self._once.of(f"{name} unvalidated", lambda: self._estimate(name, validating=False))

    @property
    def bid(self) -> ValidatedBid:
        """The validation of the bid."""
        return self._once.of("bid", self._bid)

    def _estimate(self, name: Case, *, validating: bool) -> ClassifiedEstimate:
        case: ClassifiedCase = getattr(self._declared, name)
        suffix = name if validating else f"{name}-pending"
        flow = self._flows.begin(f"{FLOW}:{suffix}")
        project_id, validations = self._project(flow, suffix, case, validating=validating)
        level = self._inputs.confidence_levels[0]
        generated = after(4, "generating the estimate", generate_estimate(flow, project_id, self._inputs, level))
        shown = flow.read_estimate(generated.estimate_id, ESTIMATOR, until=is_shown)
        subject = f"the estimate of a {suffix.replace('-', ', still ')} project"
        if not shown.answers(HTTPStatus.OK).holds:
            raise NotEvaluated(f"{subject} cannot be read: {shown.outcome}.", "See E2E-07.", shown.readings)
        undecided = tuple(validation for validation in validations if validation.is_left_to_a_person)
        return ClassifiedEstimate(Figures(subject, shown.document, shown.readings), case, undecided)

    def _bid(self) -> ValidatedBid:
        case = self._declared.bid
        flow = self._flows.begin(f"{FLOW}:bid")
        number = flow.unique("bid")
        project = after(1, "creating the project", create_project(flow, number))
        validations = [
            self._validation(flow, project.id, paper_of(self._flows.application.declared, document, number))
            for document in case.documents
        ]
        return ValidatedBid(validations[-1], case)

    @staticmethod
    def _validation(flow: Flow, project_id: str, what: Paper) -> ValidationStep:
        uploaded = after(2, f"uploading the {what.document_type}", upload_document(flow, project_id, what))
        validation = validate_document(flow, uploaded.id)
        if validation.is_left_to_a_person and validation.manual_review == "undecided":
            raise validation.left_to_a_person()
        return validation

    def _project(
        self, flow: Flow, suffix: str, case: ClassifiedCase, *, validating: bool
    ) -> tuple[str, list[ValidationStep]]:
        validations: list[ValidationStep] = []
        number = flow.unique(suffix)
        project = after(1, "creating the project", create_project(flow, number))
        for document_type in case.documents:
            what = paper_of(self._flows.application.declared, document_type, number)
            if validating:
                validation = self._validation(flow, project.id, what)
                validations.append(after(3, f"validating the {document_type}", validation))
            else:
                send_document(flow, project.id, what, ESTIMATOR)
        return project.id, validations


@lru_cache(maxsize=4)
def classifier_of(flows: Flows) -> Classifier:
    """Return the classifier of a run: one, whoever asks."""
    return Classifier(flows)
