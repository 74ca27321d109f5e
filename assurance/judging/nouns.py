"""Nouns: what checks take as arguments, and how each is obtained from an environment and its estate.

A declared noun is a family of subjects that an environment file declares (its subnets, its services); a view is a
function of the estate and of other nouns. pytest obtains them as fixtures; `resolve` obtains them without pytest, which
is how readings are fetched before the first check and how many estates are judged in one process.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from assurance.environment import Environment

# What a noun stands for differs from one to the next; a check's own annotations say it.
Value = Any
Subjects = Callable[[Environment], Mapping[str, Value]]

DECLARED: dict[str, Subjects] = {}
VIEWS: dict[str, Callable[..., Value]] = {}


def declared(function: Subjects) -> Subjects:
    """Register a family of subjects under the function's name: checks that take it run once for each subject."""
    DECLARED[function.__name__] = function
    return function


def view(function: Callable[..., Value]) -> Callable[..., Value]:
    """Register a view under the function's name; its parameters name other nouns, or roots such as `estate`."""
    VIEWS[function.__name__] = function
    return function


def needs(name: str) -> frozenset[str]:
    """Return the declared nouns that a noun rests on, itself included if it is one."""
    if name in DECLARED:
        return frozenset({name})
    if name not in VIEWS:
        return frozenset()
    return frozenset().union(*(needs(parameter) for parameter in inspect.signature(VIEWS[name]).parameters))


def roots(name: str) -> frozenset[str]:
    """Return the names at the bottom of a noun, which are given and not made: `estate`, `application`, `flows`, ..."""
    if name in DECLARED:
        return frozenset()
    if name not in VIEWS:
        return frozenset({name})
    return frozenset().union(*(roots(parameter) for parameter in inspect.signature(VIEWS[name]).parameters))


def resolve(name: str, given: Mapping[str, Value]) -> Value:
    """Return the noun, made from what is given (its roots, and a subject for each declared noun that it rests on)."""
    if name in given:
        return given[name]
    function = VIEWS[name]
    return function(**{parameter: resolve(parameter, given) for parameter in inspect.signature(function).parameters})
