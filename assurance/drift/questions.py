"""The questions behind a snapshot, as a tape has them, so that another night asks exactly the same ones.

So a snapshot holds whatever a run has read of Azure Resource Manager: readings of new checks join without code here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

from assurance.drift.normalise import noise
from assurance.tape import Reading, key_of

Api = Literal["resource_manager", "key_vault"]
Shape = Literal["one", "list"]
INVENTORY = re.compile(r"/subscriptions/[^/]+/resourcegroups/[^/]+/resources", re.I)


@dataclass(frozen=True, slots=True, order=True)
class Question:
    """One GET of Azure Resource Manager, or of the key vault's list of names.

    Attributes:
        path: Its path.
        query: Its query, api-version included.
        api: Whom it is for.
        shape: Whether the answer is one thing, or a list over pages.
    """

    path: str
    query: str
    api: Api
    shape: Shape

    @property
    def url(self) -> str:
        """Path and query."""
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def is_inventory(self) -> bool:
        """Whether it is the plain list of all resources of a group, which holds little of each."""
        return INVENTORY.fullmatch(self.path) is not None

    @property
    def preference(self) -> tuple[bool, bool, str]:
        """What tells of several questions about one resource which one counts: the fullest answer first."""
        return self.is_inventory, self.shape == "list", self.url


def questions_of(readings: Iterable[Reading]) -> tuple[Question, ...]:
    """Return the questions that readings answer and that can be asked again, each once, sorted.

    Left out are later pages of lists, what was not asked of Azure Resource Manager or Key Vault by a signed GET,
    what is about events, and what the world did not answer.
    """
    found = {question for reading in readings if (question := _question(reading)) is not None}
    return tuple(sorted(found))


def _question(reading: Reading) -> Question | None:
    method, _, url = reading.question.partition(" ")
    if reading.kind != "http" or method != "GET" or reading.status not in {HTTPStatus.OK, HTTPStatus.NOT_FOUND}:
        return None
    parts = urlsplit(url)
    query = urlencode(sorted(parse_qsl(parts.query, keep_blank_values=True)))
    api = _api(reading.key, parts.path, query)
    if api is None or reading.page not in {None, 1} or noise().is_event(_type(parts.path)):
        return None
    return Question(parts.path, parts.query, api, "list" if reading.page == 1 else "one")


def _type(path: str) -> str:
    """Return the type that a path of Azure Resource Manager is about, in lower case; empty for a scope."""
    parts = [part.casefold() for part in path.split("/") if part]
    if "providers" not in parts:
        return ""
    own = parts[len(parts) - parts[::-1].index("providers") :]
    return "/".join([*own[:1], *own[1::2]])


def _api(key: str, path: str, query: str) -> Api | None:
    """Return whom a reading was asked of: its key says so, as the transport makes it; None for anybody else."""
    apis: tuple[Api, ...] = ("resource_manager", "key_vault")
    return next((api for api in apis if key_of("GET", api, path, query, "signed", "") == key), None)
