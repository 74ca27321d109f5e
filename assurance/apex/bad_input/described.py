"""The deep run: requests made up from the API's own description, none of which may end in a 5xx.

The requests are drawn the same way each time, so that a replay asks what the run asked. Uploads are left out: their
forms are tried one by one in the catalogue.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlencode

from assurance.apex.client import Exchange, Flow, Flows
from assurance.apex.client.exchange import all_readings
from assurance.apex.estimation.answers import OK
from assurance.apex.estimation.script import create_project
from assurance.apex.roles.matrix import OPERATIONS, Operation
from assurance.errors import NotEvaluated
from assurance.judging.once import Once
from assurance.verdicts import Fact

FLOW = "deep"
CALLER = "estimator"
EXAMPLES = 25
MAX_SECONDS = 300
LOWEST_SERVER_ERROR = 500
MAX_TOLD = 3
FORM = "/documents/upload"


@dataclass(frozen=True, slots=True)
class MadeUp:
    """One request that was made up: what stands in its path, its query and its body."""

    path: Mapping[str, object]
    query: Mapping[str, object]
    body: object


@dataclass(frozen=True, slots=True)
class DescribedCalls:
    """All requests that were made up for one operation, and their answers."""

    operation: Operation
    exchanges: tuple[Exchange, ...]

    @property
    def never_crash(self) -> Fact:
        """Whether none of them ended in a server error."""
        crashed = [one for one in self.exchanges if one.status >= LOWEST_SERVER_ERROR]
        told = "; ".join(f"{one.called} {one.outcome}" for one in crashed[:MAX_TOLD])
        return Fact(
            bool(self.exchanges) and not crashed,
            "no 5xx, whatever the API's description allows or forbids to send",
            f"{len(crashed)} of {len(self.exchanges)}: {told}" if crashed else f"none of {len(self.exchanges)}",
            f"{self.operation.method} {self.operation.path}",
            all_readings(self.exchanges),
            "Reproduce it from the reading's request; validate that input, and answer 4xx." if crashed else "",
        )


class DescribedTrial:
    """Makes up requests for each operation, in a flow of its own, on a project of its own."""

    def __init__(self, flows: Flows) -> None:
        self._flows = flows
        self._once = Once()

    def calls(self, operation: Operation) -> DescribedCalls:
        """Return what came of an operation's requests.

        Raises:
            NotEvaluated: The API does not describe the operation, or the extra `deep` is not installed.
        """
        return self._once.of(operation.name, lambda: self._call(operation))

    def _call(self, operation: Operation) -> DescribedCalls:
        made_up = self._once.of("description", self._draw)[operation.name]
        if made_up is None:
            raise NotEvaluated(f"The API does not describe {operation.method} {operation.path}.", "")
        flow = self._flows.begin(f"{FLOW}:{operation.name}")
        number = flow.unique(f"deep{operation_numbers()[operation.name]:02d}")
        project = create_project(flow, number)
        failure = project.failure
        if failure is not None:
            raise NotEvaluated(f"No project to try on: {failure.observed}.", "See E2E-01.", failure.readings)
        sent = (_send(flow, operation, one, project.id, f"{number}-{index}") for index, one in enumerate(made_up))
        return DescribedCalls(operation, tuple(sent))

    def _draw(self) -> dict[str, list[MadeUp] | None]:
        """Return the requests of each operation, drawn in a process of their own (see `drawing`)."""
        application = self._flows.application
        answer = application.get_at_root(application.declared.openapi_path)
        if answer.status != OK:
            raise NotEvaluated(f"The API does not describe itself: {answer.outcome}.", "", answer.readings)
        operations = [operation for operation in OPERATIONS if described(operation)]
        asked = {
            "description": json.loads(answer.content),
            "operations": [[one.method, f"{application.declared.api_prefix}{one.path}"] for one in operations],
            "examples": EXAMPLES,
        }
        drawn = _in_own_process(json.dumps(asked))
        return {
            operation.name: None if found is None else [MadeUp(**one) for one in found]
            for operation, found in zip(operations, drawn, strict=True)
        }


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
    return bool(operation.path) and operation.kind != "service" and operation.path != FORM


def _send(flow: Flow, operation: Operation, one: MadeUp, project_id: str, number: str) -> Exchange:
    """Send a made-up request; a project in its path is the flow's own, and one that it creates has our number."""
    ids = {name: quote(str(value), safe="") for name, value in one.path.items()}
    if "project_id" in ids:
        ids["project_id"] = project_id
    body = one.body
    if isinstance(body, dict) and isinstance(body.get("project_number"), str):
        body = {**body, "project_number": number}
    if isinstance(body, dict) and "project_id" in body:
        body = {**body, "project_id": project_id}
    query = f"?{urlencode(one.query, doseq=True)}" if one.query else ""
    text = "" if body is None else json.dumps(body)
    return flow.call(operation.method, operation.path.format(**ids) + query, CALLER, text=text)


@lru_cache(maxsize=4)
def described_of(flows: Flows) -> DescribedTrial:
    """Return the trial of a run: one, whoever asks."""
    return DescribedTrial(flows)
