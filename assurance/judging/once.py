"""Computes a value once, whoever asks first, and remembers an inability as well."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from assurance.errors import NotEvaluated

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
