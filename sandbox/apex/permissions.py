"""Who may do what with a project: the roles, the operations, and the switches that change the answer."""

from __future__ import annotations

from collections.abc import Mapping, Set
from enum import IntEnum, StrEnum

from sandbox.apex.switches import Switch


class Role(IntEnum):
    """A role on a project; the numbers are the API's `role_id`."""

    ESTIMATOR = 1
    MANAGER = 2
    AUDITOR = 3


class Operation(StrEnum):
    """An operation on a project."""

    CREATE_PROJECT = "create a project"
    READ_PROJECT = "read the project"
    UPDATE_PROJECT = "change the project"
    ARCHIVE_PROJECT = "archive the project"
    GRANT = "grant access"
    REVOKE = "revoke access"
    UPLOAD = "upload a document"
    READ_DOCUMENT = "read a document"
    LIST_DOCUMENTS = "list documents"
    DELETE_DOCUMENT = "delete a document"
    VALIDATE = "validate a document"
    GENERATE = "generate an estimate"
    READ_ESTIMATE = "read an estimate"
    EXPORT = "export an estimate"
    LIST_ESTIMATES = "list estimates"


_WORKING = frozenset({Role.ESTIMATOR, Role.MANAGER})
_MANAGING = frozenset({Role.MANAGER})
_ALL = frozenset(Role)

ALLOWED: Mapping[Operation, frozenset[Role]] = {
    Operation.READ_PROJECT: _ALL,
    Operation.UPDATE_PROJECT: _MANAGING,
    Operation.ARCHIVE_PROJECT: _MANAGING,
    Operation.GRANT: _MANAGING,
    Operation.REVOKE: _MANAGING,
    Operation.UPLOAD: _WORKING,
    Operation.READ_DOCUMENT: _ALL,
    Operation.LIST_DOCUMENTS: _ALL,
    Operation.DELETE_DOCUMENT: _WORKING,
    Operation.VALIDATE: _WORKING,
    Operation.GENERATE: _WORKING,
    Operation.READ_ESTIMATE: _ALL,
    Operation.EXPORT: _ALL,
    Operation.LIST_ESTIMATES: _ALL,
}

# What a switch adds for a role; None stands for who has no role on the project at all.
_ADDED: Mapping[Switch, tuple[Operation, Role | None]] = {
    Switch.AUDITOR_UPDATES_PROJECT: (Operation.UPDATE_PROJECT, Role.AUDITOR),
    Switch.AUDITOR_ARCHIVES_PROJECT: (Operation.ARCHIVE_PROJECT, Role.AUDITOR),
    Switch.AUDITOR_GRANTS_ACCESS: (Operation.GRANT, Role.AUDITOR),
    Switch.AUDITOR_REVOKES_ACCESS: (Operation.REVOKE, Role.AUDITOR),
    Switch.AUDITOR_UPLOADS: (Operation.UPLOAD, Role.AUDITOR),
    Switch.AUDITOR_DELETES_DOCUMENT: (Operation.DELETE_DOCUMENT, Role.AUDITOR),
    Switch.AUDITOR_VALIDATES: (Operation.VALIDATE, Role.AUDITOR),
    Switch.AUDITOR_GENERATES: (Operation.GENERATE, Role.AUDITOR),
    Switch.ESTIMATOR_UPDATES_PROJECT: (Operation.UPDATE_PROJECT, Role.ESTIMATOR),
    Switch.ESTIMATOR_ARCHIVES_PROJECT: (Operation.ARCHIVE_PROJECT, Role.ESTIMATOR),
    Switch.ESTIMATOR_GRANTS_ACCESS: (Operation.GRANT, Role.ESTIMATOR),
    Switch.ESTIMATOR_REVOKES_ACCESS: (Operation.REVOKE, Role.ESTIMATOR),
    Switch.OUTSIDER_READS_PROJECT: (Operation.READ_PROJECT, None),
    Switch.OUTSIDER_UPDATES_PROJECT: (Operation.UPDATE_PROJECT, None),
    Switch.OUTSIDER_ARCHIVES_PROJECT: (Operation.ARCHIVE_PROJECT, None),
    Switch.OUTSIDER_UPLOADS: (Operation.UPLOAD, None),
    Switch.OUTSIDER_READS_DOCUMENT: (Operation.READ_DOCUMENT, None),
    Switch.OUTSIDER_DELETES_DOCUMENT: (Operation.DELETE_DOCUMENT, None),
    Switch.OUTSIDER_VALIDATES: (Operation.VALIDATE, None),
    Switch.OUTSIDER_LISTS_DOCUMENTS: (Operation.LIST_DOCUMENTS, None),
    Switch.OUTSIDER_GENERATES: (Operation.GENERATE, None),
    Switch.OUTSIDER_READS_ESTIMATE: (Operation.READ_ESTIMATE, None),
    Switch.OUTSIDER_EXPORTS_ESTIMATE: (Operation.EXPORT, None),
    Switch.OUTSIDER_LISTS_ESTIMATES: (Operation.LIST_ESTIMATES, None),
}

_TAKEN: Mapping[Switch, tuple[Operation, Role]] = {
    Switch.AUDITOR_CANNOT_READ: (Operation.READ_PROJECT, Role.AUDITOR),
    Switch.AUDITOR_CANNOT_READ_ESTIMATE: (Operation.READ_ESTIMATE, Role.AUDITOR),
    Switch.ESTIMATOR_CANNOT_UPLOAD: (Operation.UPLOAD, Role.ESTIMATOR),
    Switch.ESTIMATOR_CANNOT_GENERATE: (Operation.GENERATE, Role.ESTIMATOR),
    Switch.MANAGER_CANNOT_UPDATE: (Operation.UPDATE_PROJECT, Role.MANAGER),
    Switch.MANAGER_CANNOT_GRANT: (Operation.GRANT, Role.MANAGER),
}

# With the switch on, the operation is carried out although it is refused.
EFFECT_DESPITE_REFUSAL: Mapping[Operation, Switch] = {
    Operation.CREATE_PROJECT: Switch.REFUSED_CREATE_TAKES_EFFECT,
    Operation.UPDATE_PROJECT: Switch.REFUSED_UPDATE_TAKES_EFFECT,
    Operation.ARCHIVE_PROJECT: Switch.REFUSED_ARCHIVE_TAKES_EFFECT,
    Operation.GRANT: Switch.REFUSED_GRANT_TAKES_EFFECT,
    Operation.UPLOAD: Switch.REFUSED_UPLOAD_TAKES_EFFECT,
    Operation.DELETE_DOCUMENT: Switch.REFUSED_DELETE_TAKES_EFFECT,
    Operation.GENERATE: Switch.REFUSED_GENERATE_TAKES_EFFECT,
}


def is_allowed(operation: Operation, roles: Set[Role], switches: Set[Switch]) -> bool:
    """Whether someone with these roles on a project may do this to it."""
    held: Set[Role | None] = roles or {None}
    added = {role for switch, (what, role) in _ADDED.items() if what is operation and switch in switches}
    taken = {role for switch, (what, role) in _TAKEN.items() if what is operation and switch in switches}
    return bool(held & ((ALLOWED[operation] | added) - taken))


def may_create(standing_role: Role | None, switches: Set[Switch]) -> bool:
    """Whether someone may create a project; an auditor only reads."""
    return standing_role is not Role.AUDITOR or Switch.AUDITOR_CREATES_PROJECT in switches
