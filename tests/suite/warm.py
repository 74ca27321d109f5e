"""A process that has imported what runs import, and becomes a run each time that it is asked to.

Most of a short run's time is the start of Python and some 1,400 imports, the same in each. Here they are done once, and
each run is a process of its own all the same: a fork of this one, with its own arguments, variables, folder and output.
Runs that are about their start (interruptions, packs of strangers, pipelines, installations) begin without it.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

from tests.suite.running import ROOT

MODULES = (
    *("pytest", "_pytest.junitxml", "_pytest.terminal", "_pytest.assertion.rewrite", "xdist.plugin"),
    *("pytest_html.plugin", "anyio.pytest_plugin", "fixtures", "sandbox", "assurance.suite.session"),
    *("assurance.suite.early", "assurance.suite.plugin", "assurance.suite.prefetch", "assurance.evidence.sealing"),
    *("assurance.reporting.writer", "assurance.reporting.html.report", "azure.mgmt.network", "azure.monitor.query"),
    *("azure.mgmt.appcontainers", "azure.mgmt.security", "azure.keyvault.secrets", "azure.identity"),
    *("assurance.command_line.main", "assurance.evidence.verification", "assurance.reporting.json_report"),
)
# What pytest looks for in a module's text to leave its assertions as they are, and not to warn that it came too late.
AS_IT_IS = "PYTEST_DONT_REWRITE"
LONGEST_SECONDS = 300
LONGEST_REQUEST_BYTES = 131_072
LONGEST_ANSWER_BYTES = 16
STREAMS = (1, 2)


class WarmProcess:
    """Such a process, seen from the tests.

    Args:
        folder: Where it is begun.
    """

    def __init__(self, folder: Path) -> None:
        self._requests, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            number = theirs.fileno()
            words = [sys.executable, "-m", __spec__.name, str(number)]
            self._process = subprocess.Popen(words, cwd=folder, stdin=subprocess.DEVNULL, pass_fds=[number])

    def run(
        self, module: str, arguments: Sequence[str], folder: Path, variables: Mapping[str, str]
    ) -> subprocess.CompletedProcess[str]:
        """Run `python -m module` with these arguments, in that folder, with those variables alone."""
        request = {"module": module, "arguments": arguments, "folder": str(folder), "variables": {**variables}}
        pipes = [os.pipe() for _ in STREAMS]
        socket.send_fds(self._requests, [json.dumps(request).encode()], [written for _, written in pipes])
        for _, written in pipes:
            os.close(written)
        with ThreadPoolExecutor(len(pipes)) as pool:
            texts = [pool.submit(_read, read) for read, _ in pipes]
            limit = threading.Timer(LONGEST_SECONDS, os.kill, (self._told(), signal.SIGKILL))
            limit.start()
            status = self._told()
            limit.cancel()
        return subprocess.CompletedProcess(arguments, status, *(text.result() for text in texts))

    def close(self) -> None:
        """Let it end."""
        self._requests.close()
        self._process.wait()

    def _told(self) -> int:
        return int(self._requests.recv(LONGEST_ANSWER_BYTES))


@cache
def warm_process() -> WarmProcess:
    """Return the one that all tests of this process share; it ends with this process."""
    process = WarmProcess(ROOT)
    atexit.register(process.close)
    return process


def _read(pipe: int) -> str:
    with os.fdopen(pipe, encoding="utf-8") as text:
        return text.read()


def main() -> None:
    """Become a run for each request; tell its number at once, and its status when it has ended."""
    requests = socket.socket(fileno=int(sys.argv[1]))
    for name in MODULES:
        importlib.import_module(name)
    for name in {*MODULES, *(found.partition(".")[0] for found in sys.modules)}:
        sys.modules[name].__doc__ = f"{sys.modules[name].__doc__ or ''}\n{AS_IT_IS}"
    gc.freeze()
    while True:
        request, streams, *_ = socket.recv_fds(requests, LONGEST_REQUEST_BYTES, len(STREAMS))
        if not request:
            return
        run = os.fork()
        if run == 0:
            requests.close()
            _become(json.loads(request), streams)
            return
        for stream in streams:
            os.close(stream)
        requests.send(str(run).encode())
        requests.send(str(os.waitstatus_to_exitcode(os.waitpid(run, 0)[1])).encode())


def _become(request: Mapping[str, Any], streams: Sequence[int]) -> None:  # Any: JSON
    for stream, number in zip(streams, STREAMS, strict=True):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["variables"])
    sys.argv[1:] = request["arguments"]
    runpy.run_module(request["module"], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
