"""What drift needs to be on the tape beside what the other checks read: the plain lists in which new things show."""

from __future__ import annotations

from assurance.errors import NotEvaluated
from assurance.estate import Estate
from assurance.estate.resources.questions import Documents
from assurance.world.azure import reader


def inventory(estate: Estate) -> tuple[Documents, Documents]:
    """Return all resources of the environment's resource group, and all role assignments that reach into it.

    Raises:
        NotEvaluated: Azure did not say.
    """
    resources = _read(estate, "resources", "resources", "list_by_resource_group")
    assignments = _read(estate, "authorization", "role_assignments", "list_for_resource_group")
    return resources, assignments


def _read(estate: Estate, client: str, operations: str, name: str) -> Documents:
    """Return one list; not through `Questions.listing`, since a plain list holds resources without properties."""
    operation = estate.questions.operation(client, operations, name)

    def read() -> Documents:
        documents, readings = reader.list_all(operation(), estate.environment.resource_group)
        if documents is None:
            raise NotEvaluated(f"Azure has no list of {operation}.", "Check resource_group.", readings)
        return documents, readings

    return estate.questions.once(("inventory", name), read)
