"""Keeps a run within what a service allows: paced before it is refused, and waiting no longer than the run may.

The processes of a run share a small file for each budget of requests (a host, or a subscription of one) in the folder
of locks of its tape. There is none while many requests remain.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import TypeVar

from filelock import FileLock

from assurance.tape import sha256
from assurance.world.http.attempts import FIRST_PAUSE_SECONDS, asked_pause_seconds, pause_before_next

# What Azure Resource Manager says of the budgets of reads: per subscription and identity, and per subscription.
REMAINING = ("x-ms-ratelimit-remaining-subscription-reads", "x-ms-ratelimit-remaining-subscription-global-reads")
# While more remain, nothing is paced: more than the requests that the workers of a run have under way at once.
PLENTY = 100
RESERVE = 1
FIRST_REFILL_PER_SECOND = 5.0
MIN_REFILL_PER_SECOND = 0.2
# Where a service does not say what remains: a refusal halves the rate, and each answer raises it again.
GROWTH = 1.02
# Refill is measured over at least so long: over less, the order in which answers arrive weighs more.
MEASURED_SECONDS = 0.4
# A process that was killed gives back nothing: its requests are taken as answered after so long.
LONGEST_FLIGHT_SECONDS = 30.0
LONGEST_STEP_SECONDS = 0.1
FIRST_ANSWER_SECONDS = 1.0
_POLL_SECONDS = 0.005
_COUNT = re.compile(r"[0-9]{1,9}")
_SUBSCRIPTION = re.compile(r"/subscriptions/[^/]+", re.IGNORECASE)

Told = TypeVar("Told")


@dataclass(slots=True)
class Budget:
    """What is known of one budget. Moments are of the monotonic clock, which all processes of a machine share.

    Attributes:
        tokens: How many requests may begin at the moment `at`.
        refill: How many are added in a second.
        most: The most that were seen to remain.
        blocked_until: Before this moment the service wants no request.
        flying: When each request began that is not answered yet.
        measured_at: When the measurement of the refill began, with how many remaining and since then served.
    """

    tokens: float = 0.0
    refill: float = FIRST_REFILL_PER_SECOND
    at: float = 0.0
    most: float = 1.0
    blocked_until: float = 0.0
    flying: list[float] = field(default_factory=list)
    measured_at: float = 0.0
    measured_remaining: float = 0.0
    measured_served: int = 0

    def take(self, now: float) -> float:
        """Take one request at `now`; return 0, or else after how many seconds to try again."""
        self._pass_to(now)
        if now < self.blocked_until:
            return self.blocked_until - now
        if self.tokens < 1:
            return (1 - self.tokens) / self.refill
        self.tokens -= 1
        self.flying.append(now)
        return 0.0

    def answered(self, begun: float | None, remaining: int | None, now: float, *, served: bool) -> None:
        """Learn from what a request brought that was begun at `begun`."""
        self._pass_to(now)
        if begun in self.flying:
            self.flying.remove(begun)
        self.flying = [moment for moment in self.flying if moment > now - LONGEST_FLIGHT_SECONDS]
        if remaining is None:
            self.refill *= GROWTH if served else 1
            return
        self.measured_served += served
        self._measure(remaining, now)
        self.most = max(self.most, float(remaining))
        self.tokens = remaining - RESERVE - len(self.flying)

    def refused(self, pause_seconds: float, remaining: int | None, now: float) -> None:
        """Learn from a 429. Requests that were under way together are refused together, and count once."""
        if remaining is None and now >= self.blocked_until:
            self.refill = max(MIN_REFILL_PER_SECOND, self.refill / 2)
        self.tokens = min(self.tokens, 0.0)
        self.blocked_until = max(self.blocked_until, now + pause_seconds)

    def _pass_to(self, now: float) -> None:
        self.tokens = min(self.most, self.tokens + self.refill * max(0.0, now - self.at))
        self.at = now

    def _measure(self, remaining: int, now: float) -> None:
        passed = now - self.measured_at
        if passed < MEASURED_SECONDS:
            return
        if self.measured_at:
            seen = (remaining - self.measured_remaining + self.measured_served) / passed
            # A full bucket shows less than its refill, so that less is believed by half.
            self.refill = max(MIN_REFILL_PER_SECOND, seen if seen > self.refill else (seen + self.refill) / 2)
        self.measured_at, self.measured_remaining, self.measured_served = now, float(remaining), 0


class Throttling:
    """What the processes of a run share of the budgets of the services it asks.

    Args:
        folder: Where the files stand.
        bound_seconds: How long the run may wait because of throttling: time in which several wait counts once.
        tell: Is told for how many seconds a question is going to wait.
    """

    def __init__(self, folder: Path, bound_seconds: float, tell: Callable[[float], None]) -> None:
        self._folder = folder
        self._bound_seconds = bound_seconds
        self._tell = tell
        self._first: dict[str, threading.Event] = {}
        self._guard = threading.Lock()

    def question(self, host: str, path: str) -> PacedQuestion:
        """Return what paces one question."""
        subscription = _SUBSCRIPTION.match(path)
        name = f"{host}{subscription.group(0) if subscription else ''}".lower()
        return PacedQuestion(self, f"budget-{sha256(name.encode())[:16]}")

    def begin(self, budget: str) -> tuple[float | None, float]:
        """Wait until a request may begin; return its moment in the budget (None if unpaced) and the seconds waited.

        The first question of a budget goes ahead alone: its answer says how many may follow.
        """
        clock = time.monotonic()
        with self._guard:
            first = budget not in self._first
            answered = self._first.setdefault(budget, threading.Event())
        if not first and not answered.is_set():
            answered.wait(FIRST_ANSWER_SECONDS)
        path = self._folder / budget
        while path.exists():
            now = time.monotonic()
            step = self._change(path, partial(_taken, now))
            if step == 0:
                return now, now - clock
            self._tell(step)
            step = min(step, LONGEST_STEP_SECONDS)
            if not self.may_wait(step):
                break
            time.sleep(step)
        return None, time.monotonic() - clock

    def end(self, budget: str, begun: float | None, status: int | None, headers: Mapping[str, str]) -> None:
        """Learn from what one attempt brought."""
        path, remaining = self._folder / budget, remaining_of(headers)
        try:
            low = remaining is not None and remaining < PLENTY
            if low or status == HTTPStatus.TOO_MANY_REQUESTS or path.exists():
                now = time.monotonic()
                served = status is not None and status != HTTPStatus.TOO_MANY_REQUESTS
                self._change(path, lambda known: known.answered(begun, remaining, now, served=served))
        finally:
            self._first[budget].set()

    def refuse(self, budget: str, pause_seconds: float, headers: Mapping[str, str]) -> bool:
        """Learn from a 429; return whether the run may wait so long."""
        if not self.may_wait(pause_seconds):
            return False
        self._tell(pause_seconds)
        now, remaining = time.monotonic(), remaining_of(headers)
        self._change(self._folder / budget, lambda known: known.refused(pause_seconds, remaining, now))
        return True

    def may_wait(self, seconds: float) -> bool:
        """Count a wait that begins now against the bound of the run; return whether it is within."""
        path = self._folder / "throttled"
        with self._guard, FileLock(f"{path}.lock", poll_interval=_POLL_SECONDS):
            spent, until = json.loads(path.read_bytes()) if path.exists() else (0.0, 0.0)
            now = time.monotonic()
            spent += max(0.0, now + seconds - max(now, until))
            if spent > self._bound_seconds:
                return False
            _write(path, [spent, max(until, now + seconds)])
            return True

    def _change(self, path: Path, change: Callable[[Budget], Told]) -> Told:
        with self._guard, FileLock(f"{path}.lock", poll_interval=_POLL_SECONDS):
            known = Budget(**json.loads(path.read_bytes())) if path.exists() else Budget(at=time.monotonic())
            changed = change(known)
            _write(path, asdict(known))
            return changed


class PacedQuestion:
    """One question, which may be sent several times.

    Attributes:
        refusals: How often it was refused with a 429.
        waited_seconds: How long it has waited because of throttling.
    """

    def __init__(self, throttling: Throttling, budget: str) -> None:
        self.refusals = 0
        self.waited_seconds = 0.0
        self._throttling = throttling
        self._budget = budget
        self._begun: float | None = None

    def begin(self) -> None:
        """Wait until it may be sent."""
        self._begun, waited = self._throttling.begin(self._budget)
        self.waited_seconds += waited

    def end(self, status: int | None, headers: Mapping[str, str]) -> None:
        """Learn from what it brought."""
        self._throttling.end(self._budget, self._begun, status, headers)

    def pause_seconds(self, headers: Mapping[str, str]) -> float | None:
        """Return how long to wait after a 429; None where the run may not wait so long."""
        self.refusals += 1
        pause = asked_pause_seconds(headers) or 0.0
        if pause < FIRST_PAUSE_SECONDS:
            # Who refuses and asks for no pause would be asked again without end, and no wait would count.
            pause = pause_before_next({}, min(self.refusals, 6))
        if not self._throttling.refuse(self._budget, pause, headers):
            return None
        self.waited_seconds += pause
        return pause


def _write(path: Path, content: object) -> None:
    """Write whole or not at all: a worker may be killed."""
    whole = path.with_suffix(".partial")
    whole.write_text(json.dumps(content), encoding="ascii")
    whole.replace(path)


def _taken(now: float, known: Budget) -> float:
    return known.take(now)


def remaining_of(headers: Mapping[str, str]) -> int | None:
    """Return how many reads remain, of the budget that has fewest; None where the service does not say so.

    Budgets of one resource provider (`x-ms-ratelimit-remaining-resource`) are not among them: which of them a question
    falls under is known only from its answer.
    """
    said = [headers[name].strip() for name in REMAINING if name in headers]
    numbers = [int(value) for value in said if _COUNT.fullmatch(value)]
    return min(numbers, default=None)
