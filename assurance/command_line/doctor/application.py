"""Whether each identity can sign in to the application, and has its access where it should have it already."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus

from assurance.apex.client import Application
from assurance.apex.client.api import ONE_PROJECT, READ_PROJECT
from assurance.command_line.doctor.findings import Finding, State
from assurance.environment.application import ROLES, Role
from assurance.errors import NotEvaluated
from assurance.runs.run import Run

CONCERNED = ("SMK", "E2E", "RBAC", "AACE", "BAD")
ON_PLACES: tuple[Role, ...] = ("estimator", "manager", "auditor")


def examine_application(run: Run) -> Iterator[Finding]:
    """Sign in as everybody who is declared, and look where roles have their access; nothing is written."""
    application = run.application
    identities = application.declared.identities
    for role in ROLES:
        if identities.of(role) is None:
            told = "nobody is declared: what needs this role is not evaluated"
            yield Finding("application", role, State.NOTE, told, f"Declare [application.identities.{role}].")
        else:
            yield _sign_in(application, role)
    yield from _places(application)
    if application.declared.access.how == "granted":
        told = "the manager grants it on each new project; whether it may is known once a run has tried"
        yield Finding("application", "access", State.NOTE, told)


def _sign_in(application: Application, role: Role) -> Finding:
    try:
        found = application.sign_ins.of(role)
        if found.fault:
            return Finding("application", role, State.PROBLEM, found.fault, found.remedy, CONCERNED)
        answer = application.look_as(role, ONE_PROJECT)
        if answer.status != HTTPStatus.OK:
            return Finding("application", role, State.PROBLEM, f"{answer.called} {answer.outcome}", "", CONCERNED)
        total = answer.document.number("total")
    except NotEvaluated as error:
        return Finding("application", role, State.PROBLEM, error.reason, error.remedy, CONCERNED)
    return Finding("application", role, State.OK, f"signed in; it has access to {total or 0:g} projects")


def _places(application: Application) -> Iterator[Finding]:
    """Look whether the roles have their access to the projects that stand."""
    for place in application.declared.access.places:
        for role in ON_PLACES:
            if application.declared.identities.of(role) is None:
                continue
            try:
                answer = application.look_as(role, READ_PROJECT.path(project_id=place))
            except NotEvaluated as error:
                yield Finding("application", place, State.PROBLEM, error.reason, error.remedy, ("RBAC",))
                continue
            state = State.OK if answer.status == HTTPStatus.OK else State.PROBLEM
            remedy = "" if state is State.OK else f"Grant the role {role} on it, once."
            yield Finding("application", place, state, f"{role} {answer.outcome}", remedy, ("RBAC",) if remedy else ())
