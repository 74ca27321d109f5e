"""`python -m benchmarks.load_generator`: how many requests one core of the load test's generator sends.

Each generator sends without pause to a trivial server on this machine, in turn and in several rounds; it counts.
A figure is requests for each second of processor time that the generator used, of all its processes, which says what a
core sustains also where the machine is busy with other work; the requests a second of the clock stand beside it.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).parent.parent
ROUNDS = 3
SECONDS = 10
USERS = 20
BODY = b'{"id":"11111111-1111-4111-8111-111111111111"}'
COUNT_PATH = b"/count"
END_OF_HEAD = b"\r\n\r\n"
STOCK = """
from locust import HttpUser, constant, task


class StockUser(HttpUser):
    wait_time = constant(0)

    @task
    def list_projects(self):
        self.client.get("/api/v1/projects")
"""
"""What Locust's own example would be: its stock user, one request, nothing written down."""
SERVE = "--serve"
"""What has this be the server, which answers every request alike, as cheaply as Python can, and counts them."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One round of one generator.

    Attributes:
        requests: Requests that the server counted.
        processor_seconds: Processor time of the generator, user and system, of all its processes.
        seconds: How long it took by the clock, start included.
    """

    requests: int
    processor_seconds: float
    seconds: float

    @property
    def per_core(self) -> float:
        """Requests for each second of processor time."""
        return self.requests / self.processor_seconds


def main() -> int:
    """Measure, print a table for benchmarks/README.md, and return 0."""
    if sys.argv[1:] == [SERVE]:
        asyncio.run(serve())
    command = [sys.executable, "-m", "benchmarks.load_generator", SERVE]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server,  # noqa: S603  (our own)
    ):
        stock = Path(folder, "stock_locustfile.py")
        stock.write_text(STOCK, encoding="utf-8")
        try:
            port = int(server.stdout.readline()) if server.stdout is not None else 0
            rounds = _rounds(port, stock)
        finally:
            server.terminate()
    _tell(rounds)
    return 0


class Answering(asyncio.Protocol):
    """One connection."""

    served = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        if not isinstance(transport, asyncio.Transport):
            raise TypeError("a stream was expected")
        self._transport = transport
        self._received = b""

    def data_received(self, data: bytes) -> None:
        """Answer each request that has come whole."""
        self._received += data
        while END_OF_HEAD in self._received:
            head, _, rest = self._received.partition(END_OF_HEAD)
            length = _content_length(head)
            if len(rest) < length:
                return
            self._received = rest[length:]
            self._answer(head)

    def _answer(self, head: bytes) -> None:
        asks_count = head.split(b" ", 2)[1] == COUNT_PATH
        body = str(Answering.served).encode() if asks_count else BODY
        Answering.served += not asks_count
        self._transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
        )


def _content_length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


async def serve() -> None:
    """Serve on a free port of loopback until this process is ended, and print the port."""
    server = await asyncio.get_running_loop().create_server(Answering, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def _rounds(port: int, stock: Path) -> Mapping[str, list[Measured]]:
    generators = _generators(port, stock)
    found: dict[str, list[Measured]] = {name: [] for name in generators}
    for number in range(1, ROUNDS + 1):
        for name, command in generators.items():
            found[name].append(_measure(command, port))
            last = found[name][-1]
            rate = last.requests / SECONDS
            print(
                f"round {number} of {ROUNDS}  {name:<32} {last.per_core:9,.0f} / core s  {rate:9,.0f} / s", flush=True
            )
    return found


def _generators(port: int, stock: Path) -> Mapping[str, Sequence[str]]:
    host = f"http://127.0.0.1:{port}"
    locust = [sys.executable, "-m", "locust", "--headless", "--only-summary", "--host", host, "--users", str(USERS)]
    locust += ["--spawn-rate", "100", "--run-time", f"{SECONDS}s", "--stop-timeout", "5", "-f"]
    ours = str(ROOT / "checks/performance/locustfile.py")
    commands: dict[str, Sequence[str]] = {
        "ours": [*locust, ours],
        "ours, two processes": [*locust, ours, "--processes", "2"],
        "Locust's stock HttpUser": [*locust, str(stock)],
    }
    wrk = shutil.which("wrk")
    if wrk is not None:
        commands["wrk, one thread"] = [wrk, "-t1", f"-c{USERS}", f"-d{SECONDS}s", f"{host}/api/v1/projects"]
    return commands


def _measure(command: Sequence[str], port: int) -> Measured:
    """Run one generator, and return what the server counted and the system charged for it."""
    before, began = _count(port), time.perf_counter()
    with tempfile.TemporaryDirectory() as samples:
        variables = {"APEX_LOAD_THINK": "0,0", "APEX_LOAD_SAMPLES": samples}
        tokens = dict.fromkeys(("APEX_LOAD_TOKEN_ESTIMATOR", "APEX_LOAD_TOKEN_MANAGER"), "benchmark")
        running = subprocess.Popen(  # noqa: S603  (our own commands)
            command,
            cwd=ROOT,
            env={**os.environ, **variables, **tokens},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(running.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    return Measured(_count(port) - before, usage.ru_utime + usage.ru_stime, time.perf_counter() - began)


def _count(port: int) -> int:
    with urlopen(f"http://127.0.0.1:{port}/count") as answer:
        return int(answer.read())


def _tell(rounds: Mapping[str, list[Measured]]) -> None:
    print("\n| Generator | Requests a core second | Requests a second |\n|---|---|---|")
    for name, measured in rounds.items():
        per_core = statistics.median(one.per_core for one in measured)
        rate = statistics.median(one.requests / SECONDS for one in measured)
        print(f"| {name} | {per_core:,.0f} | {rate:,.0f} |")


if __name__ == "__main__":
    sys.exit(main())
