"""What runs left in the application, found by name and archived: nothing that a test made stays.

Only what bears the name of a run is touched: a prefix of one of our flows, and the id of a run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import urlsplit

from assurance.apex.client.api import (
    CREATE_PROJECT,
    DELETE_DOCUMENT,
    GENERATE_ESTIMATE,
    UPLOAD_DOCUMENT,
)
from assurance.apex.client.exchange import Exchange
from assurance.apex.client.flows import Flow
from assurance.apex.client.plans import CLEAN_UP, PLANS, READING_METHODS
from assurance.environment.application import ROLES, Role
from assurance.errors import NotEvaluated
from assurance.tape import Reading
from assurance.world.azure.document import Document
from assurance.world.http.attempts import SUCCESSES

SWEEPER: Role = "manager"
"""Who archives projects (apex-facts: DELETE is the manager's)."""
UPLOADER: Role = "estimator"
NEEDED = frozenset({SWEEPER, UPLOADER})
MAX_NAMED = 3
MAX_LINES = 10
PAGE_SIZE = 100
MAX_PAGES = 100
MAX_UNANSWERED = 2
NO_LONGER_THERE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
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


Admit = Callable[[Flow, str], str]
"""Lets the manager archive a project, and returns why that cannot be; empty if it can."""


def has_written(readings: Iterable[Reading]) -> bool:
    """Tell whether a run has sent a request that may have written."""
    return any(_may_write(reading) for reading in readings)


def made_by(readings: Iterable[Reading], run_id: str) -> tuple[LeftOver, ...]:
    """Return the projects that a run was told it made, from its readings."""
    made = []
    for reading in readings:
        path = urlsplit(reading.question.partition(" ")[2]).path
        if _may_write(reading) and CREATE_PROJECT.matches("POST", path) and reading.status in SUCCESSES:
            made += _named(Exchange("POST", path, "", (reading,)).document, run_id)
    return tuple(made)


def find(flow: Flow, run_id: str = "") -> tuple[LeftOver, ...]:
    """Return the projects that runs left, as the lists of all declared roles show them; of one run, or of all.

    Who sees which project depends on who created it: the manager's list alone need not have those of the estimator.

    Raises:
        NotEvaluated: No list could be read to its end, or that of the one who archives, or of the estimator, could not.
    """
    identities = flow.application.declared.identities
    left_overs: dict[str, LeftOver] = {}
    # The one who archives first, then all others: who sees a project depends on who created it.
    for role in sorted(ROLES, key=lambda role: role != SWEEPER):
        if identities.of(role) is None:
            continue
        try:
            listed = _listed(flow, role, run_id)
        except NotEvaluated:
            if role in NEEDED:
                raise
            continue
        left_overs |= {left_over.id: left_over for left_over in listed}
    return tuple(left_overs.values())


def _listed(flow: Flow, role: Role, run_id: str) -> list[LeftOver]:
    left_overs: list[LeftOver] = []
    for page in range(1, MAX_PAGES + 1):
        exchange = flow.list_projects(role, page=page, page_size=PAGE_SIZE)
        if exchange.status not in SUCCESSES:
            raise NotEvaluated(f"{exchange.called} {exchange.outcome}.", "", exchange.readings)
        items = exchange.document.required_items("items")
        for item in items:
            if item.text("status") != ARCHIVED:
                left_overs += _named(item, run_id)
        if not exchange.document.flag("has_next") or not items:
            return left_overs
    raise NotEvaluated(f"The list of projects has more than {MAX_PAGES} pages of {PAGE_SIZE}.")


def archive(flow: Flow, left_overs: Sequence[LeftOver], admit: Admit) -> Sweep:
    """Archive projects; after two to which nothing answers, the rest is left.

    Args:
        flow: The clean-up.
        left_overs: The projects.
        admit: Lets the manager in where it is refused; after one failure it is not asked again.
    """
    archived: list[LeftOver] = []
    left: list[tuple[LeftOver, str]] = []
    unanswered, why_shut = 0, ""
    for left_over in left_overs:
        if unanswered >= MAX_UNANSWERED:
            left.append((left_over, "not tried: nothing answers"))
            continue
        try:
            exchange = flow.archive_project(left_over.id, SWEEPER)
            if exchange.status == HTTPStatus.FORBIDDEN and not why_shut:
                why_shut = admit(flow, left_over.id)
                exchange = exchange if why_shut else flow.archive_project(left_over.id, SWEEPER)
        except NotEvaluated as error:
            unanswered += 1
            left.append((left_over, error.reason))
            continue
        if exchange.status in SUCCESSES or exchange.status in NO_LONGER_THERE:
            archived.append(left_over)
        else:
            shut = f"; {why_shut}" if exchange.status == HTTPStatus.FORBIDDEN and why_shut else ""
            left.append((left_over, f"{exchange.cause}{shut}"))
    return Sweep(tuple(archived), tuple(left))


def by_reason(left: Sequence[tuple[LeftOver, str]]) -> tuple[str, ...]:
    """Return in at most ten lines what is left and why: each reason once, with how many and a few of them."""
    groups: dict[str, list[str]] = {}
    for left_over, reason in left:
        groups.setdefault(reason, []).append(left_over.number)
    lines = []
    for reason, numbers in sorted(groups.items(), key=lambda group: -len(group[1])):
        more = f" and {len(numbers) - MAX_NAMED} more" if len(numbers) > MAX_NAMED else ""
        lines.append(f"{len(numbers)} left, {', '.join(numbers[:MAX_NAMED])}{more}: {reason}")
    if len(lines) > MAX_LINES:
        rest = len(lines) - MAX_LINES + 1
        lines = [*lines[: MAX_LINES - 1], f"and more for {rest} further reasons"]
    return tuple(lines)


def left_in(readings: Iterable[Reading], places: Sequence[str]) -> tuple[tuple[str, ...], int]:
    """Return the ids of documents, and the number of estimates, that a run left in projects that stand."""
    uploaded: list[str] = []
    deleted: set[str] = set()
    estimates = 0
    for reading in readings:
        if not _may_write(reading) or reading.status not in SUCCESSES or reading.call is None:
            continue
        method, _, url = reading.question.partition(" ")
        path = urlsplit(url).path.rstrip("/")
        in_place = any(place in reading.call.request for place in places)
        if UPLOAD_DOCUMENT.matches(method, path) and in_place:
            uploaded.append(Exchange("POST", path, "", (reading,)).document.text("id") or "")
        elif DELETE_DOCUMENT.matches(method, path):
            deleted.add(path.rpartition("/")[2])
        elif GENERATE_ESTIMATE.matches(method, path) and in_place:
            estimates += 1
    return tuple(document_id for document_id in uploaded if document_id and document_id not in deleted), estimates


def delete_documents(flow: Flow, document_ids: Sequence[str]) -> int:
    """Delete documents from projects that stand, and return how many are left."""
    answers = [flow.delete_document(document_id, UPLOADER) for document_id in document_ids]
    return sum(1 for answer in answers if answer.status not in SUCCESSES and answer.status not in NO_LONGER_THERE)


def merged(*families: Iterable[LeftOver]) -> tuple[LeftOver, ...]:
    """Return all left-overs of several sources, each once, by number."""
    by_id = {left_over.id: left_over for family in families for left_over in family}
    return tuple(sorted(by_id.values(), key=lambda left_over: (left_over.number, left_over.id)))


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
