"""What a process of the load test writes down, and how workers on other machines send it to their master.

The locustfile imports it; Locust finds it beside the locustfile, as on Azure Load Testing.
"""

from __future__ import annotations

import os
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import gevent
from locust import events
from locust.env import Environment
from locust.rpc import Message
from locust.runners import MasterRunner, WorkerRunner

# What a master and its workers on other machines say to each other.
SETTINGS, LINES = "apex-load-settings", "apex-load-lines"
KINDS = ("samples", "process")
HEARTBEAT_SECONDS = 0.05
LAST_WORDS_SECONDS = 5.0


@dataclass(slots=True)
class Work:
    """What users do, and when it is.

    Attributes:
        prefix: Where the API is, below the host.
        run_id: What stands in the names of all that is made.
        think_seconds: Least and most time from one request of a user to the next.
        clock_seconds: How far the master's clock is ahead of this machine's.
    """

    prefix: str = os.environ.get("APEX_LOAD_PREFIX", "/api/v1")
    run_id: str = os.environ.get("APEX_LOAD_RUN_ID") or f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{uuid4().hex[:6]}"
    think_seconds: tuple[float, ...] = tuple(map(float, os.environ.get("APEX_LOAD_THINK", "1,5").split(",")))
    clock_seconds: float = 0.0


WORK = Work()


class Written(Protocol):
    """What lines are written to."""

    def write(self, text: str, /) -> object:
        """Write."""

    def flush(self) -> None:
        """Let others see what was written."""

    def close(self) -> None:
        """End."""


class Sent:
    """Lines that go to the master, which writes them down.

    Args:
        runner: Who sends.
        kind: What they are: `samples` or `process`.
    """

    def __init__(self, runner: WorkerRunner, kind: str) -> None:
        self._runner = runner
        self._kind = kind
        self._lines: list[str] = []

    def write(self, text: str, /) -> None:
        """Keep a line until the next flush."""
        self._lines.append(text)

    def flush(self) -> None:
        """Send what was written."""
        lines, self._lines = self._lines, []
        if lines:
            self._runner.send_message(LINES, {"kind": self._kind, "text": "".join(lines)})

    def close(self) -> None:
        """Send the last."""
        self.flush()


class Recorder:
    """Writes down every request of this process, and each second how busy the process itself is."""

    def __init__(self, samples: Written, process: Written) -> None:
        self._samples = samples
        self._process = process
        self._watching = gevent.spawn(self._watch)

    def request(self, name: str, response_time: float, response_length: int, **further: Any) -> None:  # noqa: ANN401  (as Locust sends it)
        """Write down a request: start, elapsed and late in milliseconds, name, status (0 where none came), bytes."""
        response, context = further["response"], further["context"]
        status = response.status_code if response is not None else 0
        late = 1000 * context["late"]
        length = response_length or 0
        start = further["start_time"] + WORK.clock_seconds
        self._samples.write(f"{start:.4f},{response_time:.2f},{late:.2f},{name},{status},{length}\n")

    def close(self) -> None:
        """Say that this process ended as it should."""
        self._watching.kill()
        self._process.write("ended\n")
        self._samples.close()
        self._process.close()

    def _watch(self) -> None:
        """Each second, write the share of one processor that was used, and the longest delay of a heartbeat."""
        while True:
            began, used, longest = time.perf_counter(), time.process_time(), 0.0
            while time.perf_counter() - began < 1.0:
                before = time.perf_counter()
                gevent.sleep(HEARTBEAT_SECONDS)
                longest = max(longest, time.perf_counter() - before - HEARTBEAT_SECONDS)
            share = (time.process_time() - used) / (time.perf_counter() - began)
            self._process.write(f"{time.time() + WORK.clock_seconds:.3f},{share:.4f},{1000 * longest:.2f}\n")
            self._samples.flush()
            self._process.flush()


RECORDERS: list[Recorder] = []
ASKED: list[WorkerRunner] = []


@events.init.add_listener
def listen(environment: Environment, **_: object) -> None:
    """Have a master take its workers' lines, and a worker what its master says of the work."""
    if isinstance(environment.runner, MasterRunner) and os.environ.get("APEX_LOAD_SAMPLES"):
        environment.runner.register_message(LINES, take_lines)
    if isinstance(environment.runner, WorkerRunner):
        environment.runner.register_message(SETTINGS, take_settings)


def take_lines(msg: Message, **_: object) -> None:
    """Write down what a worker has sent: what it is called elsewhere is no name of a file here."""
    name = sha256(str(msg.node_id).encode()).hexdigest()[:16]
    kind = "process" if msg.data["kind"] == "process" else "samples"
    with Path(os.environ["APEX_LOAD_SAMPLES"], f"{kind}-{name}.csv").open("a", encoding="utf-8") as file:
        file.write(msg.data["text"])


def take_settings(environment: Environment, msg: Message, **_: object) -> None:
    """Take over the work as the master has it."""
    settings = dict(msg.data)
    WORK.clock_seconds = settings.pop("now") - time.time()
    WORK.prefix, WORK.run_id, WORK.think_seconds = (
        settings["prefix"],
        settings["run_id"],
        tuple(settings["think_seconds"]),
    )
    if isinstance(environment.runner, WorkerRunner):
        ASKED[:] = [environment.runner]


@events.test_start.add_listener
def begin(environment: Environment, **_: object) -> None:
    """Begin to write samples, in each process that sends requests."""
    directory, runner = os.environ.get("APEX_LOAD_SAMPLES", ""), environment.runner
    if isinstance(runner, MasterRunner):
        if directory and "APEX_LOAD_SECONDS" in os.environ:
            runner.send_message(SETTINGS, {**asdict(WORK), "now": time.time()})
            gevent.spawn(lead, runner, float(os.environ["APEX_LOAD_SECONDS"]))
        return
    if directory:
        recorder = Recorder(*(_file(Path(directory, f"{kind}-{os.getpid()}.csv")) for kind in KINDS))
    elif ASKED:
        recorder = Recorder(*(Sent(ASKED[0], kind) for kind in KINDS))
    else:
        return
    RECORDERS.append(recorder)
    environment.events.request.add_listener(recorder.request)


def _file(path: Path) -> Written:
    return path.open("w", encoding="utf-8")


def lead(runner: MasterRunner, seconds: float) -> None:
    """End the work of workers elsewhere when it is time, or one is lost, and Locust when they have said their last."""
    workers, until = runner.worker_count, time.monotonic() + seconds
    while time.monotonic() < until and runner.worker_count == workers and not runner.clients.missing:
        gevent.sleep(0.5)
    runner.stop()
    until = time.monotonic() + LAST_WORDS_SECONDS
    while time.monotonic() < until and not all(client.state == "ready" for client in runner.clients.all):
        gevent.sleep(0.1)
    runner.quit()


@events.test_stop.add_listener
def end(environment: Environment, **_: object) -> None:
    """End the files of samples; all users have stopped by now."""
    while RECORDERS:
        recorder = RECORDERS.pop()
        environment.events.request.remove_listener(recorder.request)
        recorder.close()
