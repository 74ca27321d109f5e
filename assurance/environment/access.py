"""The table `[application.access]`: how the roles get their access to the projects that the suite works on."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from assurance.environment.base import Declared, Seconds, Text

How = Literal["granted", "standing", "pool", "command"]
# What `command` may name of the project and of whom it gives a role; each is replaced by its value, in no shell.
PLACEHOLDERS = ("{project_id}", "{role}", "{role_id}", "{user_id}", "{object_id}")


class Access(Declared):
    """How the roles get their access to test projects.

    Attributes:
        how: `granted`: the manager grants access (`POST /projects/{id}/access`) on each project that a run makes.
            `command`: `command` is run for each of them and each role. `pool`: an operator has granted the roles once,
            on each of `project_ids`; a run works on these, and undoes what it can. `standing`: the same for one
            project, `project_id`, which no run may change: what a role is allowed to write is not judged there, and
            what it must be refused is.
        project_id: The standing project.
        project_ids: The projects of the pool; with more of them, workers wait less for each other.
        command: The command and its arguments, for `command`. It must make the person with `{user_id}` (the id within
            APEX; `{object_id}` is that in the directory) have the role `{role_id}` (`{role}` is its name) on
            `{project_id}`, and end with exit status 0. Its output is kept as evidence, redacted.
        command_seconds: How long it may take.
        estimator_role_id: By which number APEX knows the role estimator.
        manager_role_id: The role manager.
        auditor_role_id: The role auditor.
        restores_archived: For `pool`: whether a manager brings an archived project back by setting its status to
            draft. If not, archiving by a manager is not judged, since it would use the pool up.
    """

    how: How = "granted"
    project_id: Text | None = None
    project_ids: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    command: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    command_seconds: Annotated[Seconds, Field(gt=0, le=300)] = 30.0
    estimator_role_id: int = 1
    manager_role_id: int = 2
    auditor_role_id: int = 3
    restores_archived: bool = False

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Self:
        if self.how == "standing" and self.project_id is None:
            raise ValueError('how = "standing" needs project_id, the project on which the roles have their access')
        if self.how == "pool" and not self.project_ids:
            raise ValueError('how = "pool" needs project_ids, the projects on which the roles have their access')
        if self.how == "command" and not self.command:
            raise ValueError('how = "command" needs command, a list: the program and its arguments')
        if self.how == "command" and not any("{project_id}" in part for part in self.command):
            raise ValueError(f"command must name {{project_id}}; it may name {', '.join(PLACEHOLDERS)}")
        return self

    @property
    def places(self) -> tuple[str, ...]:
        """The projects on which the roles have their access already; none where each new project is given it."""
        if self.how == "pool":
            return self.project_ids
        return (self.project_id,) if self.how == "standing" and self.project_id is not None else ()
