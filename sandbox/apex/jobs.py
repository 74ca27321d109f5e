"""The worker that runs jobs: one thread, one job after the other, with progress step by step."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sandbox.apex.errors import now_text
from sandbox.apex.quirks import Observed
from sandbox.apex.service import Service, User
from sandbox.apex.switches import Switch
from sandbox.apex.telemetry import CURRENT, Span

HALF_WAY = 50


# What jobs say of their progress in a build that never says 100, by the step that they have reached here.
_SPARSE: Mapping[str, Mapping[int, int]] = {
    "document_validation": {10: 10, 30: 20, 60: 35, 90: 55},
    "estimate_generation": {5: 25, 20: 25, 45: 25, 70: 90, 90: 90},
}


class JobFailedError(Exception):
    """A job cannot go on; the message is its error message."""


class AbandonedError(Exception):
    """The job stays as it is, for ever."""


class KilledError(Exception):
    """The application ends while the job runs."""


@dataclass(frozen=True, slots=True)
class Run:
    """One job while it runs.

    Attributes:
        service: The APEX that it belongs to.
        job_id: The job.
        number: How many jobs have run before.
        job_type: What it does.
        created_by_id: Whose job it is.
    """

    service: Service
    job_id: str
    number: int
    job_type: str
    created_by_id: str
    _wait: Callable[[float], bool]
    _is_lost: Callable[[], bool]

    def advance(self, step: str, percent: int) -> None:
        """Say what comes next, and how much is done."""
        if self._is_lost():
            raise AbandonedError
        shown = _SPARSE[self.job_type][percent] if self.service.does(Observed.JOB_NEVER_AT_100) else percent
        self.service.store.update("jobs", self.job_id, {"current_step": step, "progress_percent": shown})
        self._wait(self.service.settings.job_step_seconds)
        if percent < HALF_WAY:
            return
        if self.service.is_killed():
            raise KilledError
        if self.service.is_broken(Switch.JOB_NEVER_ENDS):
            raise AbandonedError
        if self.service.is_broken(Switch.JOB_FAILS):
            raise JobFailedError("The job's worker was terminated")
        if self.service.is_broken(Switch.JOB_FAILS_SILENTLY):
            raise JobFailedError("")


Work = Callable[[Run, Mapping[str, Any]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Order:
    job_id: str
    job_type: str
    subject: Mapping[str, Any]
    created_by_id: str
    span: Span
    life: int


class Worker:
    """Runs jobs of the types that it knows.

    Attributes:
        works: What is done, by type of job.
    """

    def __init__(self, service: Service, works: Mapping[str, Work]) -> None:
        self.works = works
        self._service = service
        self._orders: queue.Queue[_Order | None] = queue.Queue()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._number = 0
        self._lives = 1

    def start(self) -> None:
        """Run jobs from now on; nothing happens if it already does."""
        if self._thread is None:
            self._stopping.clear()
            self._thread = threading.Thread(target=self._run, name="sandbox-apex-worker", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Finish the job that runs, and no more."""
        if self._thread is not None:
            self._stopping.set()
            self._orders.put(None)
            self._thread.join()
            self._thread = None

    def lose(self) -> None:
        """Lose whatever is under way, as a restart does: nobody goes on with it."""
        self._lives += 1

    def drain(self) -> None:
        """Wait until no job is left to do."""
        self._orders.join()

    def submit(self, job_type: str, subject: Mapping[str, Any], user: User) -> dict[str, Any]:
        """Announce a job and return its row."""
        job_id = str(uuid4())
        row: dict[str, Any] = {
            "id": job_id,
            "job_type": job_type,
            "subject": json.dumps(subject),
            "status": "pending",
            "progress_percent": 0,
            "current_step": "Queued",
            "result_data": None,
            "error_message": None,
            "created_by_id": user.id,
            "created_at": now_text(),
            "started_at": None,
            "completed_at": None,
        }
        if not self._service.is_broken(Switch.JOB_NOT_FOUND):
            self._service.store.insert("jobs", row)
        if not self._service.is_broken(Switch.JOB_STAYS_PENDING):
            order = _Order(job_id, job_type, subject, user.id, CURRENT.get(), self._lives)
            self._service.store.once_committed(lambda: self._orders.put(order))
        return row

    def _run(self) -> None:
        while (order := self._orders.get()) is not None:
            if not self._stopping.is_set() and order.life == self._lives:
                self._perform(order)
            self._orders.task_done()
        self._orders.task_done()

    def _perform(self, order: _Order) -> None:
        # What a job calls belongs to the trace of the request that started it.
        CURRENT.set(Span(order.span.trace_id, order.span.span_id, f"job {order.job_type}"))
        store = self._service.store
        store.update("jobs", order.job_id, {"status": "running", "started_at": now_text(), "current_step": "Started"})
        self._number += 1
        run = Run(
            self._service,
            order.job_id,
            self._number,
            order.job_type,
            order.created_by_id,
            self._stopping.wait,
            lambda: order.life != self._lives,
        )
        try:
            result = self.works[order.job_type](run, order.subject)
        except AbandonedError:
            return
        except KilledError:
            self.lose()
        except JobFailedError as error:
            self._end(order, status="failed", error_message=str(error) or None)
        except Exception as error:  # noqa: BLE001 - whatever breaks a job, the worker goes on and the job says so
            self._end(order, status="failed", error_message=f"{type(error).__name__}: {error}")
        else:
            text = json.dumps(result)
            whole = {} if self._service.does(Observed.JOB_NEVER_AT_100) else {"progress_percent": 100}
            self._end(order, status="completed", current_step="Completed", result_data=text, **whole)

    def _end(self, order: _Order, **changes: object) -> None:
        self._service.store.update("jobs", order.job_id, {**changes, "completed_at": now_text()})
