"""Where the role matrix is tried: projects, documents and an estimate that a row's operation acts upon."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from assurance.apex.client import Exchange, Flow
from assurance.apex.estimation.answers import OK, SUCCESSES, id_in, tells_something
from assurance.apex.estimation.sample_documents import paper
from assurance.apex.estimation.script import create_project, generate_estimate, send_document
from assurance.environment.application import Access, Estimates, Role
from assurance.errors import NotEvaluated

ESTIMATOR: Role = "estimator"
MANAGER: Role = "manager"
AUDITOR: Role = "auditor"
GRANTEE: Role = "other_estimator"


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


class Scene:
    """The scene of one row: its flow, and what the flow makes.

    Attributes:
        flow: The row's flow.

    Args:
        stage: Gives the project that all rows share and that none changes.
    """

    def __init__(self, flow: Flow, suffix: str, stage: Callable[[], Target]) -> None:
        self.flow = flow
        self.stage = stage
        self._suffix = suffix
        self._made = 0
        self._project: Target | None = None

    @property
    def access(self) -> Access:
        """How the roles get their access."""
        return self.flow.application.declared.access

    @property
    def estimates(self) -> Estimates:
        """What estimates are asked for."""
        return self.flow.application.declared.estimates

    @property
    def grantee(self) -> Role:
        """Whose access is granted and revoked: somebody who has none by themselves."""
        return GRANTEE

    def number(self, suffix: str) -> str:
        """Return a project number that is this row's alone."""
        return self.flow.unique(f"{self._suffix}-{suffix}")

    def user_id(self, role: Role) -> str:
        """Return the id by which APEX knows who calls in a role.

        Raises:
            NotEvaluated: The environment file does not tell it.
        """
        identity = self.flow.application.declared.identities.of(role)
        found = (identity.user_id or identity.object_id) if identity is not None else None
        if found is None:
            raise NotEvaluated(
                f"The environment file does not tell by which id APEX knows the role {role}.",
                f"Add object_id, or user_id, to [application.identities.{role}].",
            )
        return found

    def grant(self, project_id: str, role: Role, role_id: int, caller: str) -> Exchange:
        """Grant a role access to a project."""
        body = {"user_id": self.user_id(role), "role_id": role_id}
        return self.flow.call("POST", f"/projects/{project_id}/access", caller, json=body)

    def project(self) -> Target:
        """Return a new project on which the roles have their access.

        Raises:
            NotEvaluated: It cannot be made, or roles have their access on one standing project alone.
        """
        if self.access.how == "standing":
            raise NotEvaluated(
                f"The roles have their access on the standing project {self.access.project_id} alone, "
                "which is not to be changed.",
                'Let the manager grant access to new projects (application.access.how = "granted").',
            )
        return self.new_project(str(self._made))

    def new_project(self, suffix: str) -> Target:
        """Return a new project, to which the auditor has access.

        Raises:
            NotEvaluated: It cannot be made.
        """
        self._made += 1
        number = self.number(suffix)
        step = create_project(self.flow, number)
        project_id = step.id
        self.must(step.created, "creating a project")
        granted = self.grant(project_id, AUDITOR, self.access.auditor_role_id, MANAGER)
        if granted.status not in SUCCESSES:
            # An auditor who reads every project without being granted access to it needs no grant.
            self.must(self.flow.call("GET", f"/projects/{project_id}", AUDITOR), "giving the auditor access")
        return Target(number=number, project_id=project_id)

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
        self.must(self.flow.call("GET", f"/documents/{document_id}", ESTIMATOR, settling=True), "reading a document")
        return replace(target, document_id=document_id)

    def with_estimate(self, target: Target) -> Target:
        """Return the target with an estimate, and the job that made it."""
        inputs = self.estimates
        step = generate_estimate(self.flow, target.project_id, inputs, inputs.confidence_levels[0])
        failure = step.failure
        if failure is not None:
            raise NotEvaluated(f"No estimate to try roles on: {failure.observed}.", "See E2E-06.", failure.readings)
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


def build_stage(scene: Scene) -> Target:
    """Return the project that all rows read from, with a document and an estimate: the standing one, or a new one.

    Raises:
        NotEvaluated: It cannot be made.
    """
    standing = scene.access.project_id if scene.access.how == "standing" else None
    target = scene.new_project("stage") if standing is None else Target(scene.number("stage"), standing)
    shown = scene.flow.call("GET", f"/projects/{target.project_id}", ESTIMATOR, settling=True)
    if shown.status != OK:
        scene.must(shown, "reading the project")
    return scene.with_estimate(scene.with_document(target))
