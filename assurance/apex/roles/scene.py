"""Where the role matrix is tried: projects, documents and an estimate that a row's operation acts upon."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http import HTTPStatus

from assurance.apex.access import AUDITOR, MANAGER, Lack, Lacks, give_access, grant, look_for_access
from assurance.apex.client import Exchange, Flow
from assurance.apex.client.api import is_shown
from assurance.apex.client.sign_in import UserIds
from assurance.apex.estimation.answers import id_in, tells_something
from assurance.apex.estimation.sample_documents import paper
from assurance.apex.estimation.script import create_project, generate_estimate, send_document
from assurance.environment.application import Estimates, Role
from assurance.environment.application_tables import Access
from assurance.errors import NotEvaluated
from assurance.world.http.attempts import SUCCESSES

ESTIMATOR: Role = "estimator"
GRANTEE: Role = "other_estimator"
__all__ = ["AUDITOR", "ESTIMATOR", "GRANTEE", "MANAGER", "Ground", "Scene", "Target", "lay_ground"]


@dataclass(frozen=True, slots=True)
class Target:
    """What an operation acts upon; an id is empty where there is no such object.

    Attributes:
        number: The project's number.
        project_id: The project.
        document_id: A document of it.
        estimate_id: An estimate of it.
        job_id: The job that made the estimate.
    """

    number: str = ""
    project_id: str = ""
    document_id: str = ""
    estimate_id: str = ""
    job_id: str = ""

    @property
    def ids(self) -> Mapping[str, str]:
        """The ids, by the names that the paths of operations have."""
        return {
            "project_id": self.project_id,
            "document_id": self.document_id,
            "estimate_id": self.estimate_id,
            "job_id": self.job_id,
        }


@dataclass(frozen=True, slots=True)
class Ground:
    """The first project on which the roles have their access, from which it shows whether they can have it at all.

    Attributes:
        target: The project.
        lacks: The roles that could not be given their access, and why.
        auditor_sees_it: Whether the auditor can read it: where not, nobody waits for that again.
    """

    target: Target
    lacks: Lacks = field(default_factory=dict)
    auditor_sees_it: bool = True


class Scene:
    """The scene of one row: its flow, and what the flow makes.

    Attributes:
        flow: The row's flow.
        user_ids: By which ids APEX knows people.
        is_validating: Whether the row's project has the status already that is to be set.

    Args:
        number: Of the row; it tells which project of a pool it takes.
        ground: Gives the first project on which the roles have their access.
        stage: Gives the same with a document and an estimate, which all rows share and none changes.
    """

    def __init__(
        self,
        flow: Flow,
        suffix: str,
        user_ids: UserIds,
        ground: Callable[[], Ground],
        stage: Callable[[], Target],
        number: int = 0,
    ) -> None:
        self.flow = flow
        self.user_ids = user_ids
        self.ground = ground
        self.stage = stage
        self._suffix = suffix
        self._number = number
        self.is_validating = False
        self._made = 0
        self._project: Target | None = None
        self._lacks: dict[Role, Lack] = {}

    @property
    def access(self) -> Access:
        """How the roles get their access."""
        return self.flow.application.declared.access

    @property
    def lacks(self) -> Lacks:
        """The roles that could not be given their access, on the first project or on one of the row's, and why."""
        return {**self._lacks, **self.ground().lacks}

    @property
    def estimates(self) -> Estimates:
        """What estimates are asked for."""
        return self.flow.application.declared.estimates

    @property
    def grantee(self) -> Role:
        """Whose access is granted and revoked: somebody who has none by themselves."""
        return GRANTEE

    @property
    def is_standing(self) -> bool:
        """Whether the roles have their access on a project that must not be changed."""
        return self.access.how == "standing"

    @contextmanager
    def holding_its_place(self) -> Iterator[None]:
        """Have the standing project alone, among all processes of the run; a new project is the row's own anyway."""
        if not self.access.places:
            yield
            return
        with self.flow.application.tape.holding(self._place()):
            yield

    def number(self, suffix: str) -> str:
        """Return a project number that is this row's alone."""
        return self.flow.unique(f"{self._suffix}-{suffix}")

    def grant(self, project_id: str, role: Role, role_id: int, caller: str) -> Exchange:
        """Grant a role access to a project."""
        return grant(self.flow, self.user_ids, project_id, role, role_id, caller)

    def project(self) -> Target:
        """Return a project on which the roles have their access: a new one, or the row's of those that stand.

        Raises:
            NotEvaluated: It cannot be made.
        """
        if self.access.places:
            return Target(number=self.number("standing"), project_id=self._place())
        target = self.own_project()
        ground = self.ground()
        if self.access.how == "command" or not ground.lacks:
            # What the command did not do for one project it is not asked to do for the next.
            roles = [role for role in (MANAGER, AUDITOR) if role not in self.lacks]
            self._lacks |= give_access(
                self.flow, self.user_ids, target.project_id, roles=roles, waiting=ground.auditor_sees_it
            )
        return target

    def own_project(self) -> Target:
        """Return a new project on which the estimator, who creates it, has access and no other role is given any.

        Raises:
            NotEvaluated: It cannot be made.
        """
        self._made += 1
        number = self.number(str(self._made))
        step = create_project(self.flow, number)
        self.must(step.created, "creating a project")
        return Target(number=number, project_id=step.id)

    def project_of_row(self) -> Target:
        """Return the one project that the row's documents belong to."""
        if self._project is None:
            self._project = self.project()
        return self._project

    def with_document(self, target: Target) -> Target:
        """Return the target with a new document."""
        self._made += 1
        uploaded = send_document(
            self.flow, target.project_id, paper("scope", f"{target.number}-{self._made}"), ESTIMATOR
        )
        self.must(uploaded, "uploading a document")
        document_id = id_in(uploaded)
        self.must(self.flow.read_document(document_id, ESTIMATOR, until=is_shown), "reading a document")
        return replace(target, document_id=document_id)

    def with_estimate(self, target: Target) -> Target:
        """Return the target with an estimate, and the job that made it; another where the first never ended."""
        inputs = self.estimates
        step = generate_estimate(self.flow, target.project_id, inputs, inputs.confidence_levels[0])
        if step.work.is_stuck:
            step = generate_estimate(self.flow, target.project_id, inputs, inputs.confidence_levels[0])
        failure = step.failure
        if failure is not None:
            raise NotEvaluated(f"No estimate to try roles on: {failure.observed}.", "See E2E-06.", failure.readings)
        self.must(self.flow.read_estimate(step.estimate_id, ESTIMATOR, until=is_shown), "reading it")
        return replace(target, estimate_id=step.estimate_id, job_id=step.work.job.id)

    def must(self, exchange: Exchange, what: str) -> None:
        """Go on only if something was carried out that a role needs to be tried.

        Raises:
            NotEvaluated: It was not.
        """
        if exchange.status not in SUCCESSES or not tells_something(exchange):
            raise NotEvaluated(
                f"Roles cannot be tried: {what} as {exchange.caller} {exchange.outcome}.",
                "Mend that first; E2E-01 and the row of that operation tell more.",
                exchange.readings,
            )

    def _place(self) -> str:
        places = self.access.places
        return places[self._number % len(places)]


def lay_ground(scene: Scene) -> Ground:
    """Return the first project on which the roles have their access: a standing one, or a new one.

    Raises:
        NotEvaluated: It cannot be made, or the estimator has no access to the standing one.
    """
    if scene.access.places:
        target = Target(scene.number("stage"), scene.access.places[0])
        scene.must(scene.flow.read_project(target.project_id, ESTIMATOR), "reading the standing project")
        lacks = look_for_access(scene.flow, target.project_id)
        return Ground(target, lacks, AUDITOR not in lacks)
    target = scene.own_project()
    lacks = give_access(scene.flow, scene.user_ids, target.project_id)
    shown = scene.flow.read_project(target.project_id, AUDITOR)
    return Ground(target, lacks, shown.status == HTTPStatus.OK)
