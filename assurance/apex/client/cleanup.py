"""What runs left in the application, found by name and archived: nothing that a test made stays.

Only what bears the name of a run is touched: a prefix of one of our flows, and the id of a run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from assurance.apex.client.client import Flow
from assurance.apex.client.exchange import Exchange
from assurance.apex.client.plans import CLEAN_UP, PLANS, READING_METHODS
from assurance.errors import NotEvaluated
from assurance.tape import Reading
from assurance.world.azure.document import Document

SWEEPER = "manager"
"""Who archives projects (apex-facts: DELETE is the manager's)."""
PAGE_SIZE = 100
MOST_PAGES = 100
MOST_UNANSWERED = 2
SUCCESSES = range(200, 300)
NO_LONGER_THERE = frozenset({404, 410})
ARCHIVED = "archived"
_PREFIXES = "|".join(sorted({plan.prefix for plan in PLANS.values() if plan.prefix}))
_NAME = re.compile(rf"(?:{_PREFIXES})-(?P<run>(?P<begun>\d{{8}}T\d{{6}}Z)-[0-9a-f]{{6}})(?:-.*)?")


@dataclass(frozen=True, slots=True)
class LeftOver:
    """A project that a run made.

    Attributes:
        id: Its id.
        number: Its number, which holds the run's id.
    """

    id: str
    number: str

    @property
    def run_id(self) -> str:
        """The id of the run that made it."""
        match = _NAME.fullmatch(self.number)
        return match.group("run") if match is not None else ""

    @property
    def begun(self) -> datetime:
        """When that run began, in UTC."""
        return datetime.strptime(self.run_id.partition("-")[0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sweep:
    """What came of archiving.

    Attributes:
        archived: What was archived, or was gone.
        left: What was not, each with the reason.
    """

    archived: tuple[LeftOver, ...]
    left: tuple[tuple[LeftOver, str], ...]


def has_written(readings: Iterable[Reading]) -> bool:
    """Tell whether a run has sent a request that may have written."""
    return any(_may_write(reading) for reading in readings)


def made_by(readings: Iterable[Reading], run_id: str) -> tuple[LeftOver, ...]:
    """Return the projects that a run was told it made, from its readings."""
    made = []
    for reading in readings:
        path = urlsplit(reading.question.partition(" ")[2]).path
        if _may_write(reading) and path.rstrip("/").endswith("/projects") and reading.status in SUCCESSES:
            made += _named(Exchange("POST", path, "", (reading,)).document, run_id)
    return tuple(made)


def find(flow: Flow, run_id: str = "") -> tuple[LeftOver, ...]:
    """Return the projects that runs left, as the list shows them; of one run, or of all.

    Raises:
        NotEvaluated: The list could not be read to its end.
    """
    found: list[LeftOver] = []
    for page in range(1, MOST_PAGES + 1):
        exchange = flow.call("GET", f"/projects?page={page}&page_size={PAGE_SIZE}", SWEEPER)
        if exchange.status not in SUCCESSES:
            raise NotEvaluated(f"{exchange.called} {exchange.outcome}.", "", exchange.readings)
        items = exchange.document.required_items("items")
        for item in items:
            if item.text("status") != ARCHIVED:
                found += _named(item, run_id)
        if not exchange.document.flag("has_next") or not items:
            return tuple(found)
    raise NotEvaluated(f"The list of projects has more than {MOST_PAGES} pages of {PAGE_SIZE}.")


def archive(flow: Flow, left_overs: Sequence[LeftOver]) -> Sweep:
    """Archive projects; after two to which nothing answers, the rest is left."""
    archived: list[LeftOver] = []
    left: list[tuple[LeftOver, str]] = []
    unanswered = 0
    for one in left_overs:
        if unanswered >= MOST_UNANSWERED:
            left.append((one, "not tried: nothing answers"))
            continue
        try:
            exchange = flow.call("DELETE", f"/projects/{one.id}", SWEEPER)
        except NotEvaluated as error:
            unanswered += 1
            left.append((one, error.reason))
            continue
        if exchange.status in SUCCESSES or exchange.status in NO_LONGER_THERE:
            archived.append(one)
        else:
            left.append((one, f"{exchange.called} {exchange.outcome}"))
    return Sweep(tuple(archived), tuple(left))


def merged(*families: Iterable[LeftOver]) -> tuple[LeftOver, ...]:
    """Return all left-overs of several sources, each once, by number."""
    by_id = {one.id: one for family in families for one in family}
    return tuple(sorted(by_id.values(), key=lambda one: (one.number, one.id)))


def _may_write(reading: Reading) -> bool:
    if reading.call is None or reading.call.flow in {"", CLEAN_UP}:
        return False
    return reading.question.partition(" ")[0] not in READING_METHODS


def _named(project: Document, run_id: str) -> list[LeftOver]:
    """Return a project as a left-over, if it bears the name of that run, or of any."""
    project_id, number = project.text("id"), project.text("project_number")
    match = _NAME.fullmatch(number or "")
    if match is None or not project_id or not number or (run_id and match.group("run") != run_id):
        return []
    return [LeftOver(project_id, number)]
