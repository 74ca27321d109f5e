"""Examines, one after the other, all that a run rests on; each finding says what it means for the run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import StrEnum
from http import HTTPStatus
from urllib.parse import urlsplit

from assurance.apex.access import INSTEAD
from assurance.apex.client import Application
from assurance.apex.client.api import ONE_PROJECT, READ_PROJECT
from assurance.command_line.doctor.needs import NEEDS, Need, Rights
from assurance.environment import Environment
from assurance.environment.application import ROLES, Role
from assurance.errors import NotEvaluated
from assurance.estate.identity.access_reading import read_access
from assurance.estate.monitoring.defender import read_alerts, read_plans, read_secure_score
from assurance.estate.network.packet_regions import is_private
from assurance.estate.network.vantage import read_vantage
from assurance.estate.resources.questions import Questions
from assurance.runs.run import Run
from assurance.tape import Reading
from assurance.world.azure import reader


class State(StrEnum):
    """What a finding means: fine; worth knowing; or something will not be judged."""

    OK = "ok"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the examination.

    Attributes:
        area: What was looked at: file, identity, clock, endpoint, vantage, application, rights.
        subject: Which of them.
        state: What it means.
        told: What was found.
        remedy: What to do about it; empty where nothing is to be done.
        controls: Controls of which something will not be judged.
    """

    area: str
    subject: str
    state: State
    told: str
    remedy: str = ""
    controls: tuple[str, ...] = ()


CONCERNED = ("SMK", "E2E", "RBAC", "AACE", "BAD")
ON_PLACES: tuple[Role, ...] = ("estimator", "manager", "auditor")


def examine_application(run: Run) -> Iterator[Finding]:
    """Sign in as everybody who is declared, and look where roles have their access; nothing is written."""
    application = run.application
    identities = application.declared.identities
    for role in ROLES:
        if identities.of(role) is None:
            sentence = "nobody is declared: what needs this role is not evaluated"
            yield Finding("application", role, State.NOTE, sentence, f"Declare [application.identities.{role}].")
        else:
            yield _sign_in(application, role)
    yield from _places(application)
    if not application.declared.read_only:
        yield _unasked(application)


def _unasked(application: Application) -> Finding:
    """Tell what the API has no question for, so that only a run's first project shows it."""
    grants = application.declared.access.how == "granted"
    what = "whether the manager may grant access to a new project, and archive it," if grants else (
        "whether the manager may archive a new project"
    )  # fmt: skip
    sentence = f"{what} shows with the first one that a run makes; where not, "
    sentence += "what needs that access is not evaluated, for one reason, and " if grants else ""
    sentence += "what the run made is named at its end, and left"
    return Finding("application", "access", State.NOTE, sentence, INSTEAD if grants else "")


def _sign_in(application: Application, role: Role) -> Finding:
    try:
        sign_in = application.sign_ins.of(role)
        if sign_in.fault:
            return Finding("application", role, State.PROBLEM, sign_in.fault, sign_in.remedy, CONCERNED)
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


MAX_SKEW_SECONDS = 60.0
"""Microsoft Entra refuses tokens beyond five minutes; evidence should be better timed than that."""

HTTPS_PORT = 443
NO_NAMES = NotEvaluated("No service name could be looked up.", "Check the name servers of this machine, or [views].")


def examine(run: Run, questions: Questions) -> Iterator[Finding]:
    """Look at everything, in the order in which it is needed.

    Args:
        run: A run with a tape of its own, which nobody keeps.
        questions: Asks Azure on that tape.
    """
    environment = run.environment
    yield from _file(environment)
    rights, readings = _rights_on_group(questions, environment)
    yield from _identity(run, rights)
    yield from _clock([run.tape.look_up(key) for key in readings])
    yield from _endpoints(run)
    yield from _vantages(run)
    if environment.application is not None:
        yield from examine_application(run)
    if isinstance(rights, Rights):
        yield from _rights(environment, rights)
    yield from _subscription(run)


def _file(environment: Environment) -> Iterator[Finding]:
    place = f"{environment.resource_group} in {environment.subscription_id}"
    yield Finding("file", environment.name, State.OK, f"valid; resource group {place}")
    optional = {"application": "SMK, E2E, RBAC and AACE", "telemetry": "SLA", "deployment": "DEP"}
    for table, families in optional.items():
        if getattr(environment, table) is None:
            sentence = f"has no table [{table}]: {families} will not be judged"
            yield Finding("file", table, State.NOTE, sentence, f"Declare [{table}].")


def _rights_on_group(questions: Questions, environment: Environment) -> tuple[Rights | NotEvaluated, tuple[str, ...]]:
    operation = questions.operation("authorization", "permissions", "list_for_resource_group")
    try:
        documents, readings = reader.list_all(operation(), environment.resource_group)
    except NotEvaluated as error:
        return error, error.readings
    return Rights(documents or ()), readings


def _identity(run: Run, rights: Rights | NotEvaluated) -> Iterator[Finding]:
    kind = run.environment.credential.kind
    if isinstance(rights, NotEvaluated):
        yield Finding("identity", kind, State.PROBLEM, rights.reason, rights.remedy, ("all",))
    else:
        yield Finding("identity", kind, State.OK, f"signed in as {run.identity() or 'an identity that is not told'}")


def _clock(readings: list[Reading | None]) -> Iterator[Finding]:
    dated = [reading for reading in readings if reading is not None and "date" in reading.headers]
    if not dated:
        yield Finding("clock", "this machine", State.NOTE, "not compared: no answer with a date")
        return
    reading = dated[0]
    answered = reading.started_at.timestamp() + reading.elapsed_milliseconds / 1000
    skew = answered - parsedate_to_datetime(reading.headers["date"]).timestamp()
    sentence = f"{abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} Azure's"
    late = abs(skew) > MAX_SKEW_SECONDS
    remedy = "Set the clock: sign-in fails beyond five minutes, and evidence carries wrong times." if late else ""
    yield Finding("clock", "this machine", State.PROBLEM if late else State.OK, sentence, remedy)


def _endpoints(run: Run) -> Iterator[Finding]:
    cloud = run.environment.cloud
    urls = {"resource manager": cloud.resource_manager}
    if run.environment.credential.kind != "token":
        urls["authority"] = cloud.authority
    if run.environment.telemetry is not None:
        urls["log analytics"] = cloud.log_analytics
    if run.environment.application is not None:
        urls["application"] = run.environment.application.base_url
    dialer = run.dialers[run.vantage[0]]
    for name, url in urls.items():
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or HTTPS_PORT
        try:
            connection = dialer.dial(host, host, port, tls=True, ask=False)
        except NotEvaluated as error:
            yield Finding("endpoint", name, State.PROBLEM, error.reason, error.remedy)
            continue
        failure = connection.tls_failure or ("" if connection.outcome == "open" else connection.outcome)
        remedy = "Check the network, the proxy and cloud.ca_bundle." if failure else ""
        sentence = f"{host}:{port} {f'cannot be used: {failure}' if failure else 'answers, with a valid certificate'}"
        yield Finding("endpoint", name, State.PROBLEM if failure else State.OK, sentence, remedy)


def _vantages(run: Run) -> Iterator[Finding]:
    """Say where the names of the services lead to from here, as a run finds it out."""
    for vantage in run.vantage:
        seen = read_vantage(run.estate, vantage)
        private = sum(any(map(is_private, name.addresses)) for name in seen.names)
        sentence = f"{private} of {len(seen.names)} service names lead to a private address"
        doubt = seen.doubt or (NO_NAMES if not seen.names else None)
        if doubt is None:
            yield Finding("vantage", vantage, State.OK, sentence)
        else:
            yield Finding("vantage", vantage, State.PROBLEM, doubt.reason, doubt.remedy, ("SEC-04", "SEC-09"))
    for missing in sorted({"inside", "outside"} - set(run.vantage)):
        sentence = f"no run from {missing}: half of SEC-09 is not judged, unless the file says which run covers it"
        yield Finding("vantage", missing, State.NOTE, sentence, controls=("SEC-09",))


def _rights(environment: Environment, rights: Rights) -> Iterator[Finding]:
    missing = [need for need in NEEDS if not rights.allow(need)]
    scope = f"resource group {environment.resource_group}"
    if not missing:
        yield Finding("rights", "group", State.OK, f"all {len(NEEDS)} rights that the suite needs on the {scope}")
    for need in missing:
        yield Finding("rights", need.action, State.PROBLEM, f"missing on the {scope}", _grant(need), need.controls)
    changing = rights.changing()
    if changing:
        sentence = f"may change what it judges: {', '.join(changing[:5])}"
        yield Finding("rights", "beyond reading", State.NOTE, sentence, "Judge with an identity that can only read.")


def _grant(need: Need) -> str:
    return f'az role assignment create --role "{need.role}" --assignee ... --scope ...'


def _subscription(run: Run) -> Iterator[Finding]:
    """Try what is read of the whole subscription: Azure documents no list of rights for it."""
    tries: dict[str, tuple[str, Callable[[], object]]] = {
        "Defender plans": ("SEC-10", lambda: read_plans(run.estate)),
        "alerts": ("SEC-10", lambda: read_alerts(run.estate)),
        "secure score": ("SEC-10", lambda: read_secure_score(run.estate)),
        "role assignments": ("SEC-08", lambda: read_access(run.estate)),
    }
    for subject, (control, read) in tries.items():
        started = time.monotonic()
        try:
            read()
        except NotEvaluated as error:
            yield Finding("subscription", subject, State.PROBLEM, error.reason, error.remedy, (control,))
        else:
            sentence = f"read in {(time.monotonic() - started) * 1000:.0f} ms"
            yield Finding("subscription", subject, State.OK, sentence)
