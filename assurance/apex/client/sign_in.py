"""Whether each identity can sign in, found out before anything is written; by which id APEX knows it.

What a token says of itself is on the tape without what it says of a person, so that a replay knows it as well.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from assurance.apex.client.api import CREATE_PROJECT, ONE_PROJECT
from assurance.apex.client.callers import Callers
from assurance.apex.client.exchange import Exchange
from assurance.apex.client.plans import FlowPlan
from assurance.apex.client.question import new_project
from assurance.environment.application import ROLES, Role
from assurance.errors import BrokenReading, NotEvaluated
from assurance.judging.nouns import Once
from assurance.tape import Reading, sha256, utc_now
from assurance.tape.moments import from_seconds, to_text
from assurance.world.http.attempts import SUCCESSES

if TYPE_CHECKING:
    from assurance.apex.client.application import Application
    from assurance.apex.client.flows import Flow, Flows


@dataclass(frozen=True, slots=True)
class SignIn:
    """What came of one identity's sign-in.

    Attributes:
        role: The role.
        fault: What is wrong with its token or its sign-in, in one sentence; empty if nothing is.
        remedy: What to do about it.
        is_token: Whether the token says itself that no application can accept it: it is expired, or for another one.
        readings: Keys of the readings that show it.
    """

    role: Role
    fault: str
    remedy: str
    is_token: bool
    readings: tuple[str, ...]


class SignIns:
    """The sign-ins of a run, each made once."""

    def __init__(self, application: Application, callers: Callers) -> None:
        self._application = application
        self._callers = callers
        self._once = Once()

    def of(self, role: Role) -> SignIn:
        """Return what came of a role's sign-in.

        Raises:
            NotEvaluated: It is not declared, has no credential, or nothing answers.
        """
        return self._once.of(role, lambda: self._look(role))

    def demand_usable(self, caller: str) -> None:
        """Go on only if a role's token could be accepted by an application that works.

        Raises:
            NotEvaluated: It could not.
        """
        for role in ROLES:
            if role == caller and self._application.declared.identities.of(role) is not None:
                sign_in = self.of(role)
                if sign_in.is_token:
                    raise NotEvaluated(sign_in.fault, sign_in.remedy, sign_in.readings)

    def demand(self, plan: FlowPlan) -> None:
        """Go on only if everybody can sign in who is declared and whom a flow needs.

        Raises:
            NotEvaluated: Somebody cannot, so that nothing is written.
        """
        callers = {caller for write in plan.writes for caller in write.callers}
        for role in ROLES:
            is_needed = role in callers or "any" in callers or role == CLEANER
            if is_needed and self._application.declared.identities.of(role) is not None:
                sign_in = self.of(role)
                if sign_in.fault:
                    raise NotEvaluated(f"Nothing was written: {sign_in.fault}", sign_in.remedy, sign_in.readings)

    def _look(self, role: Role) -> SignIn:
        answer = self._application.look_as(role, ONE_PROJECT)
        if answer.status in SUCCESSES or answer.status not in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            # Whatever else is answered is about the application, and its own checks say so.
            return SignIn(role, "", "", is_token=False, readings=answer.readings)
        identity = self._tell(role)
        readings = (*answer.readings, identity.key)
        fault = json.loads(identity.body)["fault"]
        if fault:
            return SignIn(role, f"the token of the role {role} {fault}.", _remedy(role), True, readings)
        fault = f"APEX does not accept the token of the role {role}: {answer.outcome}."
        remedy = (
            f"Its audience and its times are right: find out why APEX refuses it; {role} may be unknown to it, "
            "or the tenant another."
        )
        return SignIn(role, fault, remedy, is_token=False, readings=readings)

    def _tell(self, role: Role) -> Reading:
        """Return what the token says of itself, as a reading."""
        key = self._application.tape.key("APEX", "token", role)
        return self._application.tape.obtain(key, lambda: self._reading(key, role))

    def _reading(self, key: str, role: Role) -> Reading:
        claims = self._callers.claims(role)
        body = json.dumps({"fault": fault_of(claims, self._application.declared.audience, datetime.now(UTC))}).encode()
        return Reading(
            key=key,
            kind="token",
            question=f"what the token of the role {role} says of itself",
            started=utc_now(),
            elapsed_milliseconds=0,
            sha256=sha256(body),
            body=body,
        )


CLEANER: Role = "manager"
"""Who archives what a run made: without this role nothing is begun that nobody could tidy up."""


def fault_of(claims: Mapping[str, Any], audience: str, now: datetime) -> str:  # Any: the values of JSON
    """Return why no application could accept a token with these claims; empty if none shows.

    Args:
        claims: What it says of itself; nothing, if it cannot be read.
        audience: For which application it must be.
        now: The time, in UTC.
    """
    if not claims:
        return "is no JSON Web Token"
    ends, begins = claims.get("exp"), claims.get("nbf")
    if isinstance(ends, (int, float)) and ends <= now.timestamp():
        return f"has expired at {to_text(from_seconds(ends))}"
    if isinstance(begins, (int, float)) and begins > now.timestamp():
        return f"is not valid before {to_text(from_seconds(begins))}"
    claim = claims.get("aud")
    audiences = [text for text in (claim if isinstance(claim, list) else [claim]) if isinstance(text, str)]
    if audiences and _bare(audience) not in {_bare(audience) for audience in audiences}:
        return f"is for another application: its audience is {', '.join(audiences)}, not {audience}"
    return ""


def _bare(audience: str) -> str:
    """Return an audience without its scheme: a token of version 2.0 names the client's id alone."""
    return audience.removeprefix("api://").rstrip("/").casefold()


def _remedy(role: Role) -> str:
    return f"Get a new token for [application.identities.{role}], for the audience of the environment file."


class LostToken(NotEvaluated):
    """A token that was accepted before is accepted no more: what is answered then is about no role and no step."""


def lost(answer: Exchange) -> LostToken:
    """Return the error that a token is accepted no more, as this answer to a look that anybody may take shows."""
    return LostToken(
        f"The token of the role {answer.caller} is not accepted any more: {answer.cause}.",
        "It may have expired in mid-run: get tokens that hold as long as a run takes.",
        answer.readings,
    )


ESTIMATOR: Role = "estimator"


class UserIds:
    """The ids, each found out once.

    APEX tells an id of whoever creates a project (`created_by_id`). If that of the estimator is its object id, so are
    those of all others; if not, each is asked by creating a project, unless the environment file declares it. Each flow
    that asks makes projects of its own: a number can be used once only.

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
        answer = self._answer(role)
        user_id = _told_in(answer)
        if not user_id:
            raise NotEvaluated(
                f"Nobody tells by which id APEX, which has ids of its own, knows the role {role}: {answer.cause}.",
                f"Add user_id, the person's id within APEX, to [application.identities.{role}].",
                answer.readings,
            )
        return user_id

    def _has_ids_of_its_own(self) -> bool:
        """Tell whether APEX knows people otherwise than by their object ids, as far as the estimator shows it.

        Raises:
            NotEvaluated: The estimator could not be asked.
        """
        identity = self._flows.application.declared.identities.estimator
        user_id = identity.user_id
        if user_id is None:
            answer = self._answer(ESTIMATOR)
            if answer.status not in SUCCESSES:
                reason = f"Nobody tells by which ids APEX knows people: {answer.cause}."
                raise NotEvaluated(reason, "See E2E-01.", answer.readings)
            user_id = _told_in(answer)
        return bool(user_id) and identity.object_id is not None and user_id.casefold() != identity.object_id.casefold()

    def _answer(self, role: Role) -> Exchange:
        return self._once.of(role, lambda: self._ask(role))

    def _ask(self, role: Role) -> Exchange:
        flow: Flow = self._once.of("the flow", lambda: self._flows.begin(self._name))
        # A number takes 50 characters, and those of another flow are used up.
        number = flow.unique(f"id-{self._name[0]}-{role}")
        return flow.create_project(new_project(number, "Assurance of ids", line_miles=1), role)


def _told_in(answer: Exchange) -> str:
    """Return the id that APEX tells of whoever created a project; empty if it tells none."""
    try:
        return (answer.document.text("created_by_id") or "") if answer.status in SUCCESSES else ""
    except BrokenReading:
        return ""


def known_id(application: Application, role: Role) -> str:
    """Return a role's id without asking: as it is declared, as a run was told it, or that of the directory."""
    identity = application.declared.identities.of(role)
    if identity is None:
        return ""
    return identity.user_id or _told_before(application, role) or identity.object_id or ""


def _told_before(application: Application, role: Role) -> str:
    """Return the id that APEX has told of a role when it created a project, in this run; empty if it has not."""
    for reading in application.tape.readings():
        method, _, url = reading.question.partition(" ")
        path = urlsplit(url).path
        if reading.call is None or reading.call.caller != role or not CREATE_PROJECT.matches(method, path):
            continue
        user_id = _told_in(Exchange(method, path, role, (reading,)))
        if user_id:
            return user_id
    return ""
