"""JSON objects of Azure's answers, read strictly: absent is not false is not disabled."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from assurance.errors import BrokenReading, NotEvaluated
from assurance.tape.moments import from_text
from assurance.tape.provenance import UNKNOWN_UNTIL_DEPLOYED

_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")


@dataclass(frozen=True, slots=True)
class Document:
    """One JSON object, with the readings that it came from.

    The methods return None where Azure's answer has no such key or holds null there, and raise BrokenReading where the
    value is of another type than Azure documents: nothing is ever made up.
    """

    values: Mapping[str, object]
    readings: tuple[str, ...]
    where: str = ""
    answerer: str = "Azure"

    @property
    def id(self) -> str:
        """The resource's id."""
        return self.required_text("id")

    @property
    def name(self) -> str:
        """The resource's name: the last segment of its id where there is no name."""
        return self.text("name") or self.id.rstrip("/").rsplit("/", 1)[-1]

    def value(self, *path: str) -> object:
        """Return whatever stands at `path`; None if nothing does."""
        value: object = self.values
        for depth, key in enumerate(path):
            if value is None:
                return None
            if not isinstance(value, Mapping):
                raise self.broken(path[:depth], "an object", value)
            value = value.get(key)
        self._refuse_unknown(path, value)
        return value

    def text(self, *path: str) -> str | None:
        """Return the text at `path`."""
        value = self.value(*path)
        if value is None or isinstance(value, str):
            return value
        raise self.broken(path, "a text", value)

    def required_text(self, *path: str) -> str:
        """Return the text at `path`, which Azure always sends."""
        text = self.text(*path)
        if not text:
            raise self.broken(path, "a text", None)
        return text

    def flag(self, *path: str) -> bool | None:
        """Return the boolean at `path`."""
        value = self.value(*path)
        if value is None or isinstance(value, bool):
            return value
        raise self.broken(path, "true or false", value)

    def number(self, *path: str) -> float | None:
        """Return the number at `path`."""
        value = self.value(*path)
        if value is None:
            return None
        # Python's JSON parser accepts NaN and Infinity, which no comparison judges.
        if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
            return value
        raise self.broken(path, "a number", value)

    def moment(self, *path: str) -> datetime | None:
        """Return the moment in time at `path`, in UTC."""
        text = self.text(*path)
        if text is None:
            return None
        moment = from_text(text)
        if moment is None:
            raise self.broken(path, "a time in ISO 8601", text)
        return moment

    def duration(self, *path: str) -> timedelta | None:
        """Return the duration at `path`, such as `PT5M`: days, hours, minutes and seconds."""
        text = self.text(*path)
        if text is None:
            return None
        match = _DURATION.fullmatch(text)
        if match is None or not any(match.groups()):
            raise self.broken(path, "a duration such as PT5M", text)
        days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
        return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)

    def within(self, *path: str) -> Document | None:
        """Return the object at `path`."""
        value = self.value(*path)
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise self.broken(path, "an object", value)
        return Document(value, self.readings, f"{self.where}.{'.'.join(path)}", self.answerer)

    def items(self, *path: str) -> tuple[Document, ...]:
        """Return the objects of the list at `path`; none where there is no list (Azure omits empty ones)."""
        value = self.value(*path)
        if value is None:
            return ()
        if not isinstance(value, list):
            raise self.broken(path, "a list", value)
        for item in value:
            self._refuse_unknown(path, item)
            if not isinstance(item, Mapping):
                raise self.broken(path, "a list of objects", item)
        place = f"{self.where}.{'.'.join(path)}"
        return tuple(
            Document(item, self.readings, f"{place}[{index}]", self.answerer) for index, item in enumerate(value)
        )

    def required_items(self, *path: str) -> tuple[Document, ...]:
        """Return the objects of the list at `path`, which Azure always sends, if only empty."""
        if self.value(*path) is None:
            raise self.broken(path, "a list", None)
        return self.items(*path)

    def texts(self, *path: str) -> tuple[str, ...]:
        """Return the texts of the list at `path`; none where there is no list."""
        value = self.value(*path)
        if value is None:
            return ()
        if not isinstance(value, list):
            raise self.broken(path, "a list", value)
        for item in value:
            self._refuse_unknown(path, item)
        return tuple(item if isinstance(item, str) else self._not_text(path, item) for item in value)

    def broken(self, path: tuple[str, ...], expected: str, found: object) -> BrokenReading:
        """Return the error that says that `path` does not hold what Azure documents."""
        observed = "nothing" if found is None else repr(found)[:60]
        return BrokenReading(
            f"{self.answerer}'s answer is not as documented: {self.where or 'the body'} has {observed} at "
            f"'{'.'.join(path)}', where {expected} was expected.",
            "Look at the reading; its version may have changed, or something else on the way answered.",
            self.readings,
        )

    def _refuse_unknown(self, path: tuple[str, ...], found: object) -> None:
        """Refuse what a plan leaves to Azure: whoever needs it cannot be judged before the deployment."""
        if isinstance(found, str) and found.startswith(UNKNOWN_UNTIL_DEPLOYED):
            raise NotEvaluated(
                f"The plan leaves '{'.'.join(path)}' of {self.where or 'the resource'} to Azure: "
                f"{found.removeprefix(UNKNOWN_UNTIL_DEPLOYED)}.",
                "Judge it after the deployment, or write a value that can be computed beforehand.",
                self.readings,
            )

    def _not_text(self, path: tuple[str, ...], found: object) -> str:
        raise self.broken(path, "a list of texts", found)
