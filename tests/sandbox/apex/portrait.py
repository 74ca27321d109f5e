"""Everything that can be seen of an APEX, as named observations that two services can be compared by.

What is needed in order to look at something is set up with the switches off, so that one broken behaviour does not hide
others; what is looked at happens with them on. An observation has no ids, times or random amounts in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import httpx

from sandbox.apex import Switch
from tests.sandbox.apex.calling import Caller

Portrait = dict[str, object]
TRACE = "0af7651916cd43dd8448eb211c80319c"


class Painter:
    """Looks at one service with some switches on.

    Attributes:
        caller: Calls the service.
        rows: The telemetry that the service's sink has taken.
        seen: The observations, by name.
    """

    def __init__(self, caller: Caller, rows: list[tuple[str, dict[str, Any]]], switches: set[Switch]) -> None:
        self.caller = caller
        self.rows = rows
        self.seen: Portrait = {}
        self._switches = switches
        self._live = caller.stand_in.switches
        self._numbers = count(1)

    def see(self, name: str, value: object) -> None:
        """Note an observation."""
        assert name not in self.seen
        self.seen[name] = value

    @contextmanager
    def honest(self) -> Iterator[None]:
        """Set something up with the switches off."""
        self._live.clear()
        yield
        self._live.update(self._switches)

    def project(self, who: str = "estimator") -> str:
        """Set up a project and return its id."""
        with self.honest():
            created: dict[str, str] = self.caller.create(f"P-{next(self._numbers)}", who).json()
        return created["id"]

    def document(self, project_id: str, document_type: str = "scope", *, validated: bool = False) -> str:
        """Set up a document and return its id."""
        with self.honest():
            uploaded: dict[str, str] = self.caller.upload(project_id, document_type).json()
            if validated:
                self.caller.finished(self.caller.call("estimator", "POST", f"/documents/{uploaded['id']}/validate"))
        return uploaded["id"]

    def truth(self, path: str, who: str = "manager") -> httpx.Response:
        """What the service really has at a path."""
        with self.honest():
            return self.caller.call(who, "GET", path)

    def amount_of_projects(self) -> int:
        """How many projects there really are."""
        total: int = self.truth("/projects").json()["total"]
        return total

    def documents_of(self, project_id: str) -> int:
        """How many documents a project really has."""
        return len(self.truth(f"/documents/projects/{project_id}/documents").json())

    def estimates_of(self, project_id: str) -> int:
        """How many estimates a project really has."""
        return len(self.truth(f"/estimates/projects/{project_id}/estimates").json())


def told(answer: httpx.Response, *names: str) -> object:
    """What an answer says under these names, and None where it has no such thing."""
    value: object = answer.json()
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value
