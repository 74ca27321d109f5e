"""Nouns: what checks take as arguments, and how each is obtained from an environment and its estate.

A declared noun is a family of subjects that an environment file declares (its subnets, its services); a view is a
function of the estate and of other nouns. `each` registers both at once: a view of every subject of a family. pytest
obtains nouns as fixtures; `resolve` obtains them without pytest, which is how readings are fetched before the first
check and how many estates are judged in one process.
"""

from __future__ import annotations

import inspect
import threading
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, wraps
from typing import Any, TypeVar

from assurance.environment import Environment
from assurance.errors import NotEvaluated, UsageError

# What a noun stands for differs from one to the next; a check's own annotations say it.
Value = Any
DECLARED_SUBJECT = "declared"


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing that a check judges.

    Attributes:
        value: What the noun stands for in its case.
        words: What names it: its own name first, then what tells it from a namesake; all of them together belong to
            nothing else.
    """

    value: Value
    words: tuple[str, ...]


def subject(value: Value, *words: str) -> Subject:
    """Return a subject of these words (see `Subject`)."""
    return Subject(value, words)


Family = Callable[[Environment], Iterable[Subject] | Mapping[str, Value]]
"""The subjects of a family; of one that is keyed by label already, a mapping."""
View = Callable[..., Value]

DECLARED: dict[str, Family] = {}
VIEWS: dict[str, View] = {}


def declared(function: Family) -> Family:
    """Register a family of subjects under the function's name: checks that take it run once for each subject."""
    _refuse_twice(function.__name__)
    DECLARED[function.__name__] = function
    return function


def view(function: View) -> View:
    """Register a view under the function's name; its parameters name other nouns, or roots such as `estate`."""
    _refuse_twice(function.__name__)
    VIEWS[function.__name__] = function
    return function


def each(family: Family) -> Callable[[View], View]:
    """Register a view of every subject of a family, which the view takes as its parameter `declared`."""

    def register(function: View) -> View:
        name = f"{function.__name__}_{DECLARED_SUBJECT}"
        _refuse_twice(function.__name__)
        DECLARED[name] = family
        VIEWS[function.__name__] = _taking(function, name)
        return function

    return register


def subjects(name: str, environment: Environment) -> dict[str, Value]:
    """Return the subjects of a declared noun by label: the shortest beginning of its words that no other shares.

    Raises:
        UsageError: Two subjects share all their words, so that one would be judged in the other's place.
    """
    family = DECLARED[name](environment)
    if isinstance(family, Mapping):
        return dict(sorted(family.items()))
    all_subjects = tuple(family)
    spelt = Counter(_key(subject.words) for subject in all_subjects)
    twice = [subject for subject in all_subjects if spelt[_key(subject.words)] > 1]
    if twice:
        raise UsageError(
            f"{' '.join(twice[0].words)} is declared twice, and would be judged once; remove one of the two from the "
            "environment file, or correct its name"
        )
    labelled = {_label(subject, all_subjects): subject.value for subject in all_subjects}
    return dict(sorted(labelled.items()))


def needs(name: str) -> frozenset[str]:
    """Return the declared nouns that a noun rests on, itself included if it is one."""
    if name in DECLARED:
        return frozenset({name})
    if name not in VIEWS:
        return frozenset()
    return frozenset().union(*(needs(parameter) for parameter in _parameters(VIEWS[name])))


def roots(name: str) -> frozenset[str]:
    """Return the names at the bottom of a noun, which are given and not made: `estate`, `application`, `flows`, ..."""
    if name in DECLARED:
        return frozenset()
    if name not in VIEWS:
        return frozenset({name})
    return frozenset().union(*(roots(parameter) for parameter in _parameters(VIEWS[name])))


def resolve(name: str, given: Mapping[str, Value]) -> Value:
    """Return the noun, made from what is given (its roots, and a subject for each declared noun that it rests on)."""
    if name in given:
        return given[name]
    function = VIEWS[name]
    return function(**{parameter: resolve(parameter, given) for parameter in _parameters(function)})


@cache
def _parameters(function: View) -> tuple[str, ...]:
    return tuple(inspect.signature(function).parameters)


def _refuse_twice(name: str) -> None:
    """Refuse a second noun of a name, which would take the place of the first."""
    if name in DECLARED or name in VIEWS:
        raise ValueError(f"there are two nouns called {name!r}; rename one of them")


def _taking(function: View, subject_name: str) -> View:
    """Return the view with its parameter `declared` under the name of its family of subjects."""
    signature = inspect.signature(function)

    @wraps(function)
    def made(**nouns: Value) -> Value:
        return function(**{DECLARED_SUBJECT if key == subject_name else key: value for key, value in nouns.items()})

    parameters = [
        parameter.replace(
            name=subject_name if parameter.name == DECLARED_SUBJECT else parameter.name, kind=parameter.KEYWORD_ONLY
        )
        for parameter in signature.parameters.values()
    ]
    made.__dict__["__signature__"] = signature.replace(parameters=parameters)
    return made


def _label(one: Subject, family: Iterable[Subject]) -> str:
    others = [_key(other.words) for other in family if other is not one]
    for length in range(1, len(one.words)):
        if all(other[:length] != _key(one.words[:length]) for other in others):
            return "-".join(one.words[:length])
    return "-".join(one.words)


def _key(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return words for comparison: Azure's names are the same in any casing."""
    return tuple(word.casefold() for word in words)


T = TypeVar("T")


class Once:
    """A memory of computed values; safe for threads, one computation for each key."""

    def __init__(self) -> None:
        # Values of all types stand side by side; `of` gives each back as the type that its own function returns.
        self._values: dict[Hashable, Any] = {}
        self._refusals: dict[Hashable, NotEvaluated] = {}
        self._locks: dict[Hashable, threading.RLock] = {}
        self._guard = threading.Lock()

    def of(self, key: Hashable, compute: Callable[[], T]) -> T:
        """Return the value of `key`, computing it if this is the first question.

        Raises:
            NotEvaluated: It could not be computed, now or at the first question.
        """
        with self._guard:
            lock = self._locks.setdefault(key, threading.RLock())
        with lock:
            if key in self._refusals:
                raise self._refusals[key].again()
            if key not in self._values:
                try:
                    self._values[key] = compute()
                except NotEvaluated as refusal:
                    self._refusals[key] = refusal
                    raise
            value: T = self._values[key]
            return value
