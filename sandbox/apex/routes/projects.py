"""Projects, and who has access to them."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Query
from starlette.responses import JSONResponse, Response

from sandbox.apex.bodies import Grant, Identifier, NewProject, Page, PageSize, ProjectChange, Revocation
from sandbox.apex.caller import TheService, TheUser
from sandbox.apex.errors import CrashError, now_text
from sandbox.apex.front import settled
from sandbox.apex.permissions import Operation, Role
from sandbox.apex.quirks import Observed, Quirk
from sandbox.apex.service import NotFoundError, Service, User
from sandbox.apex.switches import Switch
from sandbox.apex.views import PageView, ProjectView, shown

router = APIRouter(prefix="/projects", tags=["projects"])

NUMBER_USED = "A project with this number already exists"


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    responses={HTTPStatus.CREATED: {"model": ProjectView}, HTTPStatus.BAD_REQUEST: {"description": NUMBER_USED}},
)
async def create_project(body: NewProject, service: TheService, user: TheUser) -> JSONResponse:
    """Create a project; its creator becomes its estimator."""
    with service.permission(user, None, Operation.CREATE_PROJECT):
        if service.store.one("projects", project_number=body.project_number) and not service.is_broken(
            Switch.NUMBER_REUSED
        ):
            return JSONResponse({"detail": NUMBER_USED}, HTTPStatus.BAD_REQUEST)
        row = new_row(body.model_dump(), user)
        if not service.is_broken(Switch.CREATED_PROJECT_LOST):
            store_project(service, row, user)
    status = HTTPStatus.OK if service.is_broken(Switch.CREATE_ANSWERS_200) else HTTPStatus.CREATED
    return JSONResponse(shown(service, "project", shown(service, "created", row)), status)


def new_row(values: dict[str, Any], user: User) -> dict[str, Any]:
    """The row of a new project."""
    names = ("project_number", "project_name", "voltage_level", "line_miles", "terrain_type")
    given = {name: values.get(name) for name in names}
    return {
        "id": str(uuid4()),
        # What is no number is stored as nothing, and cannot be answered as JSON either.
        **{name: None if value != value else value for name, value in given.items()},
        "status": "draft",
        "created_at": now_text(),
        "created_by_id": user.id,
    }


def store_project(service: Service, row: dict[str, Any], user: User) -> None:
    """Store a project, and make its creator its estimator."""
    altered = service.is_broken(Switch.CREATED_PROJECT_ALTERED) and row["voltage_level"]
    service.store.insert("projects", {**row, "voltage_level": row["voltage_level"] / 10} if altered else row)
    grant = {"project_id": row["id"], "user_id": user.id, "role_id": Role.ESTIMATOR.value}
    service.store.insert("access_grants", grant)
    service.created(row["id"])


@router.get("", responses={HTTPStatus.OK: {"model": PageView}})
async def list_projects(
    service: TheService,
    user: TheUser,
    page: Annotated[Page, Query()] = 1,
    page_size: Annotated[PageSize, Query()] = 20,
) -> JSONResponse:
    """The projects that the caller has access to, the newest first."""
    rows = _visible(service, user)
    number = 1 if service.is_broken(Switch.LIST_IGNORES_PAGE) else page
    size = max(len(rows), 1) if service.is_broken(Switch.LIST_IGNORES_PAGE_SIZE) else page_size
    items = rows[(number - 1) * size : number * size]
    if service.is_broken(Switch.LIST_OMITS_NEWEST) and number == 1:
        items = items[1:]
    answer = {
        "items": [shown(service, "project", row) for row in items],
        "total": len(rows),
        "page": page,
        "page_size": page_size,
        "has_next": page * page_size < len(rows),
        "has_prev": page > 1,
    }
    return JSONResponse(shown(service, "page", answer))


def _visible(service: Service, user: User) -> list[dict[str, Any]]:
    rows = service.store.rows("projects")
    if not service.is_broken(Switch.LIST_SHOWS_FOREIGN_PROJECTS) and user.standing_role is None:
        granted = {grant["project_id"] for grant in service.store.rows("access_grants", user_id=user.id)}
        rows = [row for row in rows if row["id"] in granted]
    return rows if service.has_quirk(Quirk.LIST_OLDEST_FIRST) else rows[::-1]


@router.get("/{project_id}", responses={HTTPStatus.OK: {"model": ProjectView}})
async def read_project(project_id: Identifier, service: TheService, user: TheUser) -> JSONResponse:
    """One project."""
    settled(service, project_id)
    row = service.find("projects", project_id)
    service.require(user, project_id, Operation.READ_PROJECT)
    return JSONResponse(shown(service, "read", row))


@router.patch("/{project_id}", responses={HTTPStatus.OK: {"model": ProjectView}})
async def update_project(
    project_id: Identifier, body: ProjectChange, service: TheService, user: TheUser
) -> JSONResponse:
    """Change a project; for its managers."""
    row = service.find("projects", project_id)
    with service.permission(user, project_id, Operation.UPDATE_PROJECT):
        if service.does(Observed.CHANGE_CRASHES) and any(getattr(body, name) is None for name in body.model_fields_set):
            raise CrashError("a project changed to nothing")
        changes = body.model_dump(exclude_none=True)
        if changes and not service.is_broken(Switch.UPDATE_DOES_NOTHING):
            service.store.update("projects", project_id, changes)
    return JSONResponse(shown(service, "project", {**row, **changes}))


@router.delete("/{project_id}", status_code=HTTPStatus.NO_CONTENT)
async def archive_project(project_id: Identifier, service: TheService, user: TheUser) -> Response:
    """Archive a project; for its managers."""
    service.find("projects", project_id)
    with service.permission(user, project_id, Operation.ARCHIVE_PROJECT):
        if not service.is_broken(Switch.ARCHIVE_DOES_NOTHING):
            service.store.update("projects", project_id, {"status": "archived"})
    return Response(status_code=HTTPStatus.NO_CONTENT)


@router.post("/{project_id}/access", status_code=HTTPStatus.CREATED)
async def grant_access(project_id: Identifier, body: Grant, service: TheService, user: TheUser) -> JSONResponse:
    """Grant access to a project; for its managers."""
    service.find("projects", project_id)
    if not service.knows(body.user_id):
        if service.does(Observed.UNKNOWN_GRANTEE_CRASHES) and service.permits(user, project_id, Operation.GRANT):
            raise CrashError("foreign key")
        raise NotFoundError(f"There is no user {body.user_id}")
    grant = {"project_id": project_id, "user_id": body.user_id, "role_id": body.role_id.value}
    stored = {**grant, "role_id": Role.MANAGER.value} if service.is_broken(Switch.GRANT_GIVES_MANAGER) else grant
    if service.is_broken(Switch.SELF_GRANT_WORKS) and body.user_id == user.id:
        service.store.insert("access_grants", stored)
        return JSONResponse(grant, HTTPStatus.CREATED)
    with service.permission(user, project_id, Operation.GRANT):
        if not service.is_broken(Switch.GRANT_DOES_NOTHING):
            service.store.insert("access_grants", stored)
    return JSONResponse(grant, HTTPStatus.CREATED)


@router.delete("/{project_id}/access", status_code=HTTPStatus.NO_CONTENT)
async def revoke_access(project_id: Identifier, body: Revocation, service: TheService, user: TheUser) -> Response:
    """Revoke access to a project; for its managers."""
    service.find("projects", project_id)
    with service.permission(user, project_id, Operation.REVOKE):
        if not service.is_broken(Switch.REVOKE_DOES_NOTHING):
            service.store.delete("access_grants", project_id=project_id, user_id=body.user_id)
    return Response(status_code=HTTPStatus.NO_CONTENT)
