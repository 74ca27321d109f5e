"""By which id APEX knows whoever calls in a role: declared, that of the directory, or told by APEX itself."""

from __future__ import annotations

from assurance.apex.client import Flow, Flows
from assurance.apex.client.projects import new_project
from assurance.apex.estimation.answers import document_in
from assurance.environment.application import Role
from assurance.errors import NotEvaluated
from assurance.judging.once import Once

ESTIMATOR: Role = "estimator"


class UserIds:
    """The ids, each found out once.

    APEX tells an id of whoever creates a project (`created_by_id`). If that of the estimator is its object id, so are
    those of all others; if not, each is asked by creating a project, unless the environment file declares it.

    Args:
        flows: Begins the flow in which projects are created, where somebody has to be asked.
        name: The name of that flow.
    """

    def __init__(self, flows: Flows, name: str) -> None:
        self._flows = flows
        self._name = name
        self._once = Once()

    def of(self, role: Role) -> str:
        """Return the id of a role.

        Raises:
            NotEvaluated: It is neither declared nor told.
        """
        identity = self._flows.application.declared.identities.of(role)
        if identity is None:
            raise NotEvaluated(
                f"No credential: the environment file declares nobody for the role {role}.",
                f"Add [application.identities.{role}].",
            )
        if identity.user_id is not None:
            return identity.user_id
        if identity.object_id is not None and not self._has_ids_of_its_own():
            return identity.object_id
        told = self._told(role)
        if not told:
            raise NotEvaluated(
                f"Nobody tells by which id APEX knows the role {role}: it has ids of its own.",
                f"Add user_id, the person's id within APEX, to [application.identities.{role}].",
            )
        return told

    def _has_ids_of_its_own(self) -> bool:
        """Tell whether APEX knows people otherwise than by their object ids, as far as the estimator shows it."""
        identity = self._flows.application.declared.identities.estimator
        told = self._told(ESTIMATOR)
        return bool(told) and identity.object_id is not None and told.casefold() != identity.object_id.casefold()

    def _told(self, role: Role) -> str:
        return self._once.of(role, lambda: self._ask(role))

    def _ask(self, role: Role) -> str:
        flow: Flow = self._once.of("the flow", lambda: self._flows.begin(self._name))
        body = new_project(flow.unique(f"id-{role}"), "Assurance of ids", line_miles=1)
        answer = flow.create_project(body, role)
        document = document_in(answer)
        return (document.text("created_by_id") or "") if document is not None else ""
