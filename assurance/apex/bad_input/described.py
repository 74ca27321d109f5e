"""The deep run: requests made up from the API's own description, none of which may end in a 5xx.

Valid requests name objects that exist, on a project where the roles have their access; each is sent as everybody who
might be let through. The requests are drawn the same way each time, so that a replay asks what the run asked. Uploads
are left out: their forms are tried one by one in the catalogue.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, unquote, urlencode

from assurance.apex.bad_input.description import FLOW, is_let_through
from assurance.apex.client import Exchange, Flow, Flows
from assurance.apex.client.api import READ_PROJECT, UPLOAD_DOCUMENT, is_shown
from assurance.apex.client.exchange import all_readings
from assurance.apex.client.sign_in import UserIds
from assurance.apex.roles.attempts import SCRIPTS
from assurance.apex.roles.matrix import OPERATIONS, Operation
from assurance.apex.roles.scene import GRANTEE, MANAGER, Ground, Scene, Target, lay_ground
from assurance.environment.application import Role
from assurance.errors import NotEvaluated
from assurance.judging.nouns import Once
from assurance.verdicts import Fact

# Who may least comes first: what a manager is let do may be the end of the project.
CALLERS: tuple[Role, ...] = ("auditor", "estimator", "manager")
VALID, INVALID = 8, 12
MAX_SECONDS = 300
MAX_TOLD = 3
KEPT = ("project_name", "voltage_level", "line_miles", "terrain_type", "status")
# In a path these are no ids, and lead elsewhere.
NO_SEGMENT = frozenset({"", ".", ".."})
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MadeUp:
    """One request that was made up: what stands in its path, its query and its body, and whether it is described so."""

    path: Mapping[str, object]
    query: Mapping[str, object]
    body: object
    is_valid: bool


@dataclass(frozen=True, slots=True)
class DescribedCalls:
    """All requests that were made up for one operation, and their answers.

    Attributes:
        operation: The operation.
        valid: The answers to those that the description allows.
        invalid: The answers to the others.
    """

    operation: Operation
    valid: tuple[Exchange, ...]
    invalid: tuple[Exchange, ...]

    @property
    def never_crash(self) -> Fact:
        """Whether none of them ended in a server error.

        Raises:
            NotEvaluated: Nobody was let through to the operation, so that nothing was tried.
        """
        sent = (*self.valid, *self.invalid)
        crashed = [exchange for exchange in sent if exchange.status >= HTTPStatus.INTERNAL_SERVER_ERROR]
        through = [exchange for exchange in self.valid if is_let_through(exchange.status)]
        if not crashed and not through:
            raise self._nobody_was_let_through()
        crashes = "; ".join(f"{exchange.called} {exchange.outcome}" for exchange in crashed[:MAX_TOLD])
        reach = f"{len(through)} of {len(self.valid)} valid ones were let through"
        return Fact(
            not crashed,
            "no 5xx, whatever the API's description allows or forbids to send",
            f"{len(crashed)} of {len(sent)}: {crashes}" if crashed else f"none of {len(sent)}; {reach}",
            self._called,
            all_readings(sent),
            "Reproduce it from the reading's request; validate that input, and answer 4xx." if crashed else "",
        )

    @property
    def _called(self) -> str:
        return f"{self.operation.method} {self.operation.path}"

    def _nobody_was_let_through(self) -> NotEvaluated:
        statuses = ", ".join(map(str, sorted({exchange.status for exchange in self.valid}))) or "nothing"
        return NotEvaluated(
            f"Nobody was let through to {self._called}: {len(self.valid)} valid requests as {', '.join(CALLERS)} were "
            f"answered {statuses}.",
            "Let the roles have their access on test projects: see [application.access].",
            all_readings(self.valid),
        )


class DescribedTrial:
    """Makes up requests for each operation, and sends them on a project of its own, or on its own in a pool."""

    def __init__(self, flows: Flows) -> None:
        self._flows = flows
        self._once = Once()

    def calls(self, operation: Operation) -> DescribedCalls:
        """Return what came of an operation's requests.

        Raises:
            NotEvaluated: The API does not describe the operation, there is nothing to send them to, or the extra `deep`
                is not installed.
        """
        return self._once.of(operation.name, lambda: self._call(operation))

    def _call(self, operation: Operation) -> DescribedCalls:
        made_up = self._once.of("description", self._draw)[operation.name]
        if made_up is None:
            raise NotEvaluated(f"The API does not describe {operation.method} {operation.path}.", "")
        scene = self._scene(operation.name, operation_numbers()[operation.name])
        if not operation.writes:
            return self._sent(operation, scene, self._stage(), made_up)
        if scene.access.how == "pool" and SCRIPTS[operation.name].spends and not scene.access.restores_archived:
            raise NotEvaluated(
                "Archiving would use up a project of the pool.",
                "If a manager brings an archived project back by its status, say so: access.restores_archived = true.",
            )
        with scene.holding_its_place():
            return self._sent_to_its_own(operation, scene, made_up)

    def _sent_to_its_own(self, operation: Operation, scene: Scene, made_up: Iterable[MadeUp]) -> DescribedCalls:
        """Send requests that may write to a project of the operation's own, and leave one that stands as it was."""
        target = scene.own_project() if scene.is_standing else scene.project()
        if "{document_id}" in operation.path:
            target = scene.with_document(target)
        before = scene.flow.read_project(target.project_id, "estimator", until=is_shown)
        calls = self._sent(operation, scene, target, made_up)
        is_of_project = operation.path.startswith(READ_PROJECT.template)
        if scene.access.how == "pool" and is_of_project and before.status == HTTPStatus.OK:
            kept = {name: before.document.value(name) for name in KEPT}
            scene.flow.update_project(target.project_id, kept, MANAGER)
            if operation.kind == "access":
                body = {"user_id": scene.user_ids.of(GRANTEE), "role_id": scene.access.auditor_role_id}
                scene.flow.revoke_access(target.project_id, body, MANAGER)
        return calls

    def _sent(self, operation: Operation, scene: Scene, target: Target, made_up: Iterable[MadeUp]) -> DescribedCalls:
        ids = {**target.ids}
        if operation.kind == "access":
            ids["user_id"] = scene.user_ids.of(GRANTEE)
        callers = [role for role in CALLERS if scene.flow.application.declared.identities.of(role) is not None]
        answers: dict[bool, list[Exchange]] = {True: [], False: []}
        drawn = list(made_up)
        for caller in callers:
            for is_valid in (False, True):
                flow = self._flows.begin(f"{FLOW}:{operation.name}:{'valid' if is_valid else 'invalid'}")
                chosen = [case for case in drawn if case.is_valid is is_valid]
                answers[is_valid] += _send_all(flow, operation, chosen, ids, caller)
        return DescribedCalls(operation, tuple(answers[True]), tuple(answers[False]))

    def _scene(self, name: str, number: int = 0) -> Scene:
        flow = self._flows.begin(f"{FLOW}:{name}:ground")
        return Scene(flow, f"deep{number:02d}", self._user_ids, self._ground, self._stage, number)

    @property
    def _user_ids(self) -> UserIds:
        return self._once.of("user ids", lambda: UserIds(self._flows, f"{FLOW}:user-ids"))

    def _ground(self) -> Ground:
        return self._once.of("ground", lambda: lay_ground(self._scene("ground")))

    def _stage(self) -> Target:
        """Return a project with a document and an estimate, which only readers ask for."""

        def build() -> Target:
            scene = self._scene("stage")
            return scene.with_estimate(scene.with_document(self._ground().target))

        return self._once.of("stage", build)

    def _draw(self) -> dict[str, list[MadeUp] | None]:
        """Return the requests of each operation, drawn in a process of their own (see `drawing`)."""
        application = self._flows.application
        answer = application.get_at_root(application.declared.openapi_path)
        if answer.status != HTTPStatus.OK:
            raise NotEvaluated(f"The API does not describe itself: {answer.outcome}.", "", answer.readings)
        operations = [operation for operation in OPERATIONS if described(operation)]
        asked = {
            "description": json.loads(answer.content),
            "operations": [
                [operation.method, f"{application.declared.api_prefix}{operation.path}"] for operation in operations
            ],
            "valid": VALID,
            "invalid": INVALID,
        }
        drawn = _in_own_process(json.dumps(asked))
        return {
            operation.name: None if values_drawn is None else [MadeUp(**values) for values in values_drawn]
            for operation, values_drawn in zip(operations, drawn, strict=True)
        }


@lru_cache(maxsize=2)
def _in_own_process(asked: str) -> list[list[dict[str, Any]] | None]:
    command = [sys.executable, "-m", "assurance.apex.bad_input.drawing"]
    try:
        ended = subprocess.run(  # noqa: S603  (our own module)
            command, input=asked, capture_output=True, text=True, timeout=MAX_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise NotEvaluated("Requests could not be drawn in time.", "Run again on a machine with less to do.") from error
    if ended.returncode:
        reason = ended.stderr.strip().rpartition("\n")[2]
        raise NotEvaluated(
            f"Requests could not be drawn from the API's description: {reason}",
            "Where schemathesis is missing: pip install 'apex-assurance[deep]'",
        )
    drawn: list[list[dict[str, Any]] | None] = json.loads(ended.stdout)
    return drawn


def operation_numbers() -> dict[str, int]:
    """Return the number of each row of the role matrix, from 1."""
    return {operation.name: number for number, operation in enumerate(OPERATIONS, start=1)}


def described(operation: Operation) -> bool:
    """Tell whether requests are made up for an operation: one of the API that takes no form."""
    return bool(operation.path) and operation.kind != "service" and operation.path != UPLOAD_DOCUMENT.template


def _send_all(
    flow: Flow, operation: Operation, drawn: Iterable[MadeUp], ids: Mapping[str, str], caller: str
) -> Iterator[Exchange]:
    """Send each request as somebody; where they come to the same once the ids are filled in, once."""
    sent: set[tuple[str, str]] = set()
    for index, case in enumerate(drawn):
        number = flow.unique(f"deep{operation_numbers()[operation.name]:02d}-{caller}-{index}")
        path, text = _path(operation, case, ids), _text(case, ids, number)
        if (path, text) not in sent:
            sent.add((path, text))
            yield flow.call(operation.method, path, caller, text=text)


def _path(operation: Operation, one: MadeUp, ids: Mapping[str, str]) -> str:
    """Return where a request goes: an invalid one that has no body may be invalid by its path, which is kept."""
    drawn = {name: str(value) for name, value in one.path.items()}
    filled = {
        name: ids[name] if one.is_valid or one.body is not None or _UUID.fullmatch(value) else value
        for name, value in drawn.items()
    }
    quoted = {name: quote(unquote(value), safe="") for name, value in filled.items()}
    path = operation.path.format(**{name: "-" if text in NO_SEGMENT else text for name, text in quoted.items()})
    return f"{path}?{urlencode(one.query, doseq=True)}" if one.query else path


def _text(one: MadeUp, ids: Mapping[str, str], number: str) -> str:
    """Return the body; ids in a valid one exist, and a project that it creates has our number."""
    if not isinstance(one.body, dict):
        return "" if one.body is None else json.dumps(one.body)
    existing = {name: value for name, value in ids.items() if value and name in one.body and one.is_valid}
    if isinstance(one.body.get("project_id"), str) and ids["project_id"]:
        existing["project_id"] = ids["project_id"]  # nothing is sent to the project of somebody else
    if isinstance(one.body.get("project_number"), str):
        existing["project_number"] = number
    return json.dumps({**one.body, **existing})


@lru_cache(maxsize=4)
def described_of(flows: Flows) -> DescribedTrial:
    """Return the trial of a run: one, whoever asks."""
    return DescribedTrial(flows)
