"""The paginated list of projects."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

from assurance.apex.client import Exchange
from assurance.apex.client.application import KEEPING
from assurance.apex.client.exchange import all_readings
from assurance.verdicts import Fact
from assurance.world.azure.document import Document
from assurance.world.origins import same_origin

LARGEST_PAGE = 100


@dataclass(frozen=True, slots=True)
class ProjectPage:
    """One page of the list."""

    exchange: Exchange

    @property
    def answers(self) -> Fact:
        """Whether the API answers 200."""
        return self.exchange.answers(HTTPStatus.OK)

    @property
    def document(self) -> Document:
        """The body."""
        return self.exchange.document

    @property
    def items(self) -> tuple[Document, ...]:
        """The projects on the page."""
        return self.document.required_items("items")

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the projects on the page."""
        return tuple(item.id for item in self.items)

    @property
    def total(self) -> int:
        """How many projects there are on all pages."""
        return int(self.number("total"))

    @property
    def has_next(self) -> bool:
        """Whether the list says that there is a page after this one."""
        return self._flag("has_next")

    @property
    def has_previous(self) -> bool:
        """Whether the list says that there is a page before this one."""
        return self._flag("has_prev")

    def is_page(self, number: int, size: int) -> Fact:
        """Whether it is the page that was asked for: its number, at most so many items, and what is around it."""
        figures = (self.number("page"), self.number("page_size"), self.has_next, self.has_previous)
        expected = (number, size, number * size < self.total, number > 1)
        wanted = min(size, max(0, self.total - (number - 1) * size))
        return self.exchange.fact(
            figures == expected and len(self.items) == wanted,
            expected=f"{_told(expected)}, {wanted} items (total {self.total})",
            observed=f"{_told(figures)}, {len(self.items)} items (total {self.total})",
            remedy="Mend the pagination of GET /projects.",
        )

    def number(self, key: str) -> float:
        """Return a number that the list always has."""
        number = self.document.number(key)
        if number is None:
            raise self.document.broken((key,), "a number", None)
        return number

    def _flag(self, key: str) -> bool:
        flag = self.document.flag(key)
        if flag is None:
            raise self.document.broken((key,), "true or false", None)
        return flag


@dataclass(frozen=True, slots=True)
class SlashedList:
    """The list as the guide spells it, with a slash at the end; the exchange without any redirect followed."""

    exchange: Exchange

    @property
    def stays_within_the_application(self) -> Fact:
        """Whether it answers the list, or redirects to the application itself over HTTPS.

        Elsewhere a token would be of no use, or be seen by others.

        Raises:
            BrokenReading: It answers 200, and no list.
        """
        location = self.exchange.headers.get("location", "")
        asked = urlsplit(self.exchange.reading.question.partition(" ")[2])
        target = urlsplit(urljoin(asked.geturl(), location))
        stays = same_origin(target.geturl(), f"https://{asked.netloc}")
        redirects = self.exchange.status in KEEPING and bool(location)
        if self.exchange.status == HTTPStatus.OK:
            # Whoever answers in place of the application has no list of projects.
            self.exchange.document.required_items("items")
        observed = f"redirects to {target.scheme}://{target.netloc}" if redirects else self.exchange.outcome
        return self.exchange.fact(
            self.exchange.status == HTTPStatus.OK or (redirects and stays),
            expected=f"{self.exchange.called} answers 200, or redirects to https://{asked.netloc}",
            observed=observed,
            remedy="Let the application know the scheme and host that its users see (forwarded headers of the proxy).",
        )


@dataclass(frozen=True, slots=True)
class ProjectList:
    """The whole list: all pages, in order."""

    pages: tuple[ProjectPage, ...]

    @property
    def readings(self) -> tuple[str, ...]:
        """The keys of the readings of all pages."""
        return all_readings([page.exchange for page in self.pages])

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all projects on all pages."""
        return tuple(project_id for page in self.pages for project_id in page.ids)

    @property
    def is_steady(self) -> bool:
        """Whether the total stayed the same while the pages were read, so that they belong together."""
        return len({page.total for page in self.pages}) == 1

    def names(self, project_id: str, number: str) -> Fact:
        """Whether a project is in the list."""
        held = project_id in self.ids
        return Fact(
            held,
            expected=f"the list of projects holds {number} ({project_id})",
            observed="it does" if held else f"it does not, among {len(self.ids)} projects",
            subject=number,
            readings=self.readings,
            remedy="Find out why GET /projects does not show its creator a project that exists.",
        )

    @property
    def counts_right(self) -> Fact:
        """Whether each project is there once, and the total is their number."""
        total = self.pages[0].total
        distinct = len(set(self.ids))
        return Fact(
            distinct == len(self.ids) == total,
            expected=f"{total} projects, the total that the list says, each once",
            observed=f"{len(self.ids)} items, {distinct} of them different",
            subject="GET /projects",
            readings=self.readings,
            remedy="Mend the pagination of GET /projects.",
        )


def differ(first: ProjectPage, second: ProjectPage) -> Fact:
    """Return whether two pages hold different projects."""
    shared = {item.id for item in first.items} & {item.id for item in second.items}
    apart = f"{len(first.items)} and {len(second.items)} different projects"
    return Fact(
        not shared and bool(first.items) and bool(second.items),
        expected="two pages hold different projects",
        observed=f"{len(shared)} projects stand on both" if shared else apart,
        subject="GET /projects",
        readings=all_readings([first.exchange, second.exchange]),
        remedy="Mend the pagination of GET /projects.",
    )


def _told(values: tuple[float, float, bool, bool]) -> str:
    page, size, following, before = values
    return f"page {page:g} of size {size:g}, has_next {following}, has_prev {before}"
