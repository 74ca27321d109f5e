"""The script of the smoke tests.

What is called, in which order, by whom (guide, Step 14), and what becomes of a request without a valid token.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus

from assurance.apex.access import MANAGER, admit, demand_access
from assurance.apex.client import Exchange, Flow, Upload
from assurance.apex.client.api import is_shown
from assurance.apex.client.callers import ANONYMOUS
from assurance.apex.client.question import VOLTAGE_KILOVOLT, new_project
from assurance.apex.client.sign_in import UserIds
from assurance.apex.estimation.sample_documents import MEDIA_TYPE, paper
from assurance.apex.estimation.script import generation
from assurance.apex.smoke.project_list import LARGEST_PAGE, ProjectList, ProjectPage
from assurance.errors import NotEvaluated
from assurance.verdicts import Fact
from assurance.world.http.attempts import SUCCESSES


@dataclass(frozen=True, slots=True)
class Refusal:
    """The answer to a request whose token is missing or must be refused.

    Attributes:
        exchange: The request and its answer.
        description: What is wrong with the token.
    """

    exchange: Exchange
    description: str

    @property
    def is_refused(self) -> Fact:
        """Whether it was refused: without a token by 401 or 403, as frameworks differ, and with a bad one by 401."""
        statuses = (
            (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
            if self.exchange.caller == ANONYMOUS
            else (HTTPStatus.UNAUTHORIZED,)
        )
        return self.exchange.fact(
            self.exchange.status in statuses,
            expected=f"{self.exchange.called} ({self.description}) answers {' or '.join(map(str, statuses))}",
            observed=self.exchange.outcome,
            subject=self.exchange.caller,
            remedy="Let the API verify signature, issuer, audience and validity of each bearer token before all else.",
        )

    @property
    def says_what_is_wanted(self) -> Fact:
        """Whether a 401 names the scheme that is wanted (RFC 9110, section 11.6.1; RFC 6750, section 3)."""
        challenge = self.exchange.headers.get("www-authenticate")
        needed = self.exchange.status == HTTPStatus.UNAUTHORIZED
        return self.exchange.fact(
            not needed or (challenge is not None and challenge.lower().startswith("bearer")),
            expected="a 401 comes with WWW-Authenticate: Bearer",
            observed=f"{self.exchange.status} with WWW-Authenticate {challenge or 'absent'}",
            subject=self.exchange.caller,
            remedy="Send WWW-Authenticate: Bearer with each 401.",
        )


MAX_PAGES = 100
MAX_TRIES = 5
"""How often a list is read until nothing came or went meanwhile; other flows make projects at the same time."""
CREATOR = "estimator"


class SmokeScript:
    """One run's smoke tests.

    Attributes:
        flow: The flow that its calls belong to.
        number: The number of the project that it makes.
    """

    def __init__(self, flow: Flow, user_ids: UserIds) -> None:
        self.flow = flow
        self._user_ids = user_ids
        self.number = flow.unique()

    @cached_property
    def created(self) -> Exchange:
        """The answer to creating the project."""
        return self._create(self.number)

    @cached_property
    def project_id(self) -> str:
        """The project's id.

        Raises:
            NotEvaluated: No project was created.
        """
        return _id_of(self.created, "project")

    @cached_property
    def read_back(self) -> Exchange:
        """The project, read for the first time."""
        return self.flow.read_project(self.project_id, CREATOR, until=is_shown)

    @cached_property
    def created_again(self) -> Exchange:
        """The answer to creating another project of the same number."""
        self._need(self.read_back, "read back")
        return self._create(self.number)

    @cached_property
    def second_read(self) -> Exchange:
        """A second project, read for the first time: with it, a list has two projects at least."""
        second_id = _id_of(self._create(self.flow.unique("2")), "second project")
        return self.flow.read_project(second_id, CREATOR, until=is_shown)

    @cached_property
    def listed(self) -> ProjectList:
        """All projects that their creator can see, once both are there.

        Raises:
            NotEvaluated: There are more pages than are read, or projects came and went whenever they were read.
        """
        self._need(self.read_back, "read back")
        self._need(self.second_read, "second project read back")
        for _ in range(MAX_TRIES):
            projects = ProjectList(self._all_pages())
            if projects.is_steady:
                return projects
        raise NotEvaluated("Projects came or went whenever the list was read.", "Run again.", projects.readings)

    @cached_property
    def single_pages(self) -> tuple[ProjectPage, ProjectPage]:
        """The first two pages of one project each.

        Raises:
            NotEvaluated: Projects came and went whenever they were read.
        """
        self._need(self.read_back, "read back")
        self._need(self.second_read, "second project read back")
        for _ in range(MAX_TRIES):
            first, second, again = self._page(1, 1), self._page(2, 1), self._page(1, 1)
            if ProjectList((first, second, again)).is_steady and first.ids == again.ids:
                return first, second
        raise NotEvaluated("Projects came or went whenever the list was read.", "Run again.", again.exchange.readings)

    @cached_property
    def uploaded(self) -> Exchange:
        """The answer to uploading a scope document."""
        scope = paper("scope", self.number, VOLTAGE_KILOVOLT)
        return self.flow.upload_document(
            self.project_id, scope.document_type, Upload(scope.name, scope.content, MEDIA_TYPE), CREATOR
        )

    @cached_property
    def document_id(self) -> str:
        """The document's id.

        Raises:
            NotEvaluated: No document was uploaded.
        """
        return _id_of(self.uploaded, "document")

    @cached_property
    def document(self) -> Exchange:
        """The document, read for the first time."""
        return self.flow.read_document(self.document_id, CREATOR, until=is_shown)

    @cached_property
    def validation(self) -> Exchange:
        """The answer to asking for the document's validation: a job."""
        self._need(self.document, "document read back")
        return self.flow.validate_document(self.document_id, CREATOR)

    @cached_property
    def validated(self) -> Exchange:
        """The job of the validation when it had ended, or when its time was up."""
        return self._job(self.validation, "validation")

    @cached_property
    def document_after(self) -> Exchange:
        """The document after its validation."""
        self._need(self.validated, "validation")
        return self.flow.read_document(self.document_id, CREATOR)

    @cached_property
    def generation(self) -> Exchange:
        """The answer to asking for an estimate: a job."""
        self._need(self.validated, "validation")
        declared = self.flow.application.declared.estimates
        return self.flow.generate_estimate(
            generation(self.project_id, declared, declared.confidence_levels[0]), CREATOR
        )

    @cached_property
    def generated(self) -> Exchange:
        """The job of the estimate when it had ended, or when its time was up."""
        return self._job(self.generation, "estimate")

    @cached_property
    def estimate(self) -> Exchange:
        """The estimate, read for the first time.

        Raises:
            NotEvaluated: The job does not name one.
        """
        estimate_id = self.generated.document.text("result_data", "estimate_id")
        if not estimate_id:
            raise NotEvaluated("The job made no estimate that could be read.", "", self.generated.readings)
        return self.flow.read_estimate(estimate_id, CREATOR, until=is_shown)

    @cached_property
    def archived(self) -> Exchange:
        """The answer to archiving a third project, which nothing else rests on.

        Raises:
            NotEvaluated: The manager has no access to it, so that the answer is about that.
        """
        read = self.flow.read_project(self.third_id, CREATOR, until=is_shown)
        self._need(read, "third project read back")
        admit(self.flow, self._user_ids, self.third_id)
        answer = self.flow.archive_project(self.third_id, MANAGER)
        if answer.status == HTTPStatus.FORBIDDEN:
            demand_access(self.flow, self.third_id)
        return answer

    @cached_property
    def third_id(self) -> str:
        """The id of the project that is archived.

        Raises:
            NotEvaluated: It was not created.
        """
        return _id_of(self._create(self.flow.unique("3")), "third project")

    @cached_property
    def archived_read(self) -> Exchange:
        """The third project after it was archived, once that shows."""
        self._need(self.archived, "archiving")
        return self.flow.read_project(self.third_id, MANAGER, until=_is_archived)

    @property
    def calls(self) -> tuple[Exchange, ...]:
        """The calls behind which each of the Azure services stands."""
        return (self.created, self.read_back, self.uploaded, self.validation, self.generation)

    def _create(self, number: str) -> Exchange:
        body = new_project(number, "Smoke test of APEX Assurance", line_miles=15, terrain_type="flat")
        return self.flow.create_project(body, CREATOR)

    def _all_pages(self) -> tuple[ProjectPage, ...]:
        pages = [self._page(1, LARGEST_PAGE)]
        while pages[-1].has_next and pages[-1].items:
            if len(pages) == MAX_PAGES:
                raise NotEvaluated(f"The list of projects has more than {MAX_PAGES} pages of {LARGEST_PAGE}.")
            pages.append(self._page(len(pages) + 1, LARGEST_PAGE))
        return tuple(pages)

    def _page(self, number: int, size: int) -> ProjectPage:
        page = self.flow.list_projects(CREATOR, page=number, page_size=size)
        self._need(page, "list")
        return ProjectPage(page)

    def _job(self, started: Exchange, what: str) -> Exchange:
        job_id = _id_of(started, f"job of the {what}")
        polled = self.flow.poll_job(job_id, CREATOR, _has_ended)
        return polled[-1]

    def _need(self, exchange: Exchange, what: str) -> None:
        """Refuse to go on where a step that others rest on did not succeed; its own check says why."""
        if exchange.status not in SUCCESSES:
            raise NotEvaluated(
                f"The step before did not succeed ({what}): {exchange.called} {exchange.outcome}.",
                "Mend that first.",
                exchange.readings,
            )


def _id_of(exchange: Exchange, what: str) -> str:
    if exchange.status not in SUCCESSES:
        raise NotEvaluated(
            f"There is no {what}: {exchange.called} {exchange.outcome}.", "Mend that first.", exchange.readings
        )
    return exchange.document.id


def _has_ended(job: Exchange) -> bool:
    return job.status not in SUCCESSES or job.document.text("status") in {"completed", "failed"}


def _is_archived(shown: Exchange) -> bool:
    return shown.status not in SUCCESSES or shown.document.text("status") == "archived"
