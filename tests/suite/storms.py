"""Runs of the suite in storms that a seed decides: what answers badly, and what befalls the run itself.

`python -m tests.suite.storms --seeds 1-500` runs five hundred, one after the other, and tells of each; a seed that went
wrong is tried again by itself. A storm may keep a case from being judged, and may not change what it comes to.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import mmap
import os
import random
import resource
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import tomli_w

from assurance.evidence import explanation, ledger, pack
from assurance.evidence.findings import Request
from assurance.evidence.verification import verify
from sandbox import AzureEstate, Fault, Sandbox
from sandbox.network.dns import Failure
from sandbox.network.http_server import Faults
from sandbox.network.http_stand_in import HttpStandIn
from tests.suite.interrupting import BETWEEN_SIGNALS_SECONDS, has_no_process_left
from tests.suite.running import ROOT

CHECKS = ("03_private_endpoints", "04_private_dns_zones", "06_public_access", "09_network_flows")
LONGEST_SECONDS = 600.0
"""Beyond it a run hangs, however much else the machine does: its own bounds are those below."""
LIMITS = {"timeout_seconds": 1.0, "retry_budget_seconds": 2.0, "throttled_seconds": 4.0, "attempts": 3}
DECIDED = {0: "GO", 1: "NO-GO", 10: "INCONCLUSIVE"}
DERIVED_EVERY = 5
# A machine's clock that somebody sets: what a process is told of the time is moved, and nothing else is.
CLOCK = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
static int (*real)(clockid_t, struct timespec *);
static volatile double *moved;
static void ready(void) {
  if (real) return;
  const char *path = getenv("STORM_CLOCK");
  int file = path ? open(path, O_RDONLY) : -1;
  void *at = file < 0 ? MAP_FAILED : mmap(0, 8, PROT_READ, MAP_SHARED, file, 0);
  moved = at == MAP_FAILED ? 0 : at;
  real = dlsym(RTLD_NEXT, "clock_gettime");
}
int clock_gettime(clockid_t clock, struct timespec *told) {
  ready();
  int status = real(clock, told);
  if (!status && moved && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) told->tv_sec += (time_t)*moved;
  return status;
}
time_t time(time_t *told) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (told) *told = now.tv_sec;
  return now.tv_sec;
}
int gettimeofday(struct timeval *told, void *zone) {
  struct timespec now;
  (void)zone;
  clock_gettime(CLOCK_REALTIME, &now);
  told->tv_sec = now.tv_sec;
  told->tv_usec = now.tv_nsec / 1000;
  return 0;
}
"""
BLOWS = ("nothing", "nothing", "signal", "signal", "worker", "disk", "small disk", "read-only", "two at once", "clock")


KINDS = (
    "cut", "delay", "empty", "half a document", "hang", "no list", "portal", "reset", "server error", "throttled",
    "timed out",
)  # fmt: skip
FAILURES: tuple[Failure, ...] = ("SERVFAIL", "SERVFAIL", "REFUSED", "silent")


@dataclass(frozen=True, slots=True)
class Weather:
    """What answers badly.

    Attributes:
        seed: What it is drawn from.
        kinds: What befalls answers.
        share: How many of a hundred first answers it befalls.
        lasting: How likely a question meets the same again when it is asked again.
        expires_after: After how many requests the token is refused; None for never.
        names: The places, among the names of the services, whose resolution fails, by vantage.
        failure: How it fails.
    """

    seed: int
    kinds: tuple[str, ...]
    share: int
    lasting: float
    expires_after: int | None
    names: tuple[tuple[str, int], ...]
    failure: Failure

    def __str__(self) -> str:
        """Return it in words."""
        told = f"{self.share} % {'/'.join(self.kinds)}" if self.kinds else "calm"
        told += f", token gone after {self.expires_after}" if self.expires_after is not None else ""
        return told + (f", {len(self.names)} names {self.failure}" if self.names else "")

    @contextmanager
    def over(self, sandbox: Sandbox) -> Iterator[None]:
        """Let it be over a sandbox."""
        stand_ins: list[HttpStandIn] = [sandbox.resource_manager, sandbox.key_vault, sandbox.registry]
        views = {"inside": sandbox.dns.inside, "outside": sandbox.dns.outside}
        names = sorted(one.service.fqdn for one in sandbox.listeners.inside.values())
        failing = [(views[vantage], names[place % len(names)]) for vantage, place in self.names]
        for stand_in in stand_ins:
            stand_in.faults = _Falling(self)
        for view, name in failing:
            view.fail(name, self.failure)
        try:
            yield
        finally:
            for stand_in in stand_ins:
                stand_in.faults = Faults()
            for view, name in failing:
                view.failures.pop(name, None)


class _Falling(Faults):
    """The weather over one stand-in."""

    def __init__(self, weather: Weather) -> None:
        super().__init__()
        self._weather = weather
        self._asked: Counter[str] = Counter()

    def take(self, target: str) -> Fault | None:
        """Return what a request meets; the second time that it is sent mostly less."""
        weather = self._weather
        with self._lock:
            self._asked[target] += 1
            times, all_asked = self._asked[target], self._asked.total()
        if weather.expires_after is not None and all_asked > weather.expires_after:
            return Fault("", status=401)
        if not weather.kinds:
            return None
        draw = random.Random(f"{weather.seed} {target}")  # noqa: S311  (no secret)
        if draw.uniform(0, 100) >= weather.share:
            return None
        kind, lasting = draw.choice(weather.kinds), draw.random() < weather.lasting
        return _fault(kind, draw) if times == 1 or lasting else None


def _fault(kind: str, draw: random.Random) -> Fault:
    """Return what befalls one answer."""
    match kind:
        case "reset" | "cut":
            return Fault("", ending="reset" if kind == "reset" else "cut")
        case "hang":
            return Fault("", ending="hang") if draw.random() < 0.2 else Fault("", delay_seconds=1.2)
        case "delay":
            return Fault("", delay_seconds=draw.uniform(0.02, 0.6))
        case "server error":
            return Fault("", status=draw.choice((500, 502, 503, 504)))
        case "throttled":
            return Fault("", status=429, headers={"Retry-After": draw.choice(("0", "1", "1", "30"))})
        case "timed out":
            return Fault("", status=408)
        case "portal":
            return Fault("", status=200, body="<html>Sign in</html>", content_type="text/html")
        case "half a document":
            return Fault("", status=200, body=b'{"value": [{"id": "/subscriptions/2')
        case "empty":
            return Fault("", status=200, body=b"")
    return Fault("", status=200, body={"value": None})


def drawn_weather(draw: random.Random, seed: int) -> Weather:
    """Return weather that is drawn: calm in one of four."""
    calm = draw.random() < 0.25
    kinds = () if calm else tuple(draw.sample(KINDS, draw.randint(1, 3)))
    expires = draw.randint(3, 60) if draw.random() < 0.12 else None
    number = draw.randint(1, 4) if draw.random() < 0.25 else 0
    names = tuple((draw.choice(("inside", "outside")), draw.randint(0, 9)) for _ in range(number))
    share = draw.choice((2, 5, 15, 40, 100))
    return Weather(seed, kinds, share, draw.choice((0.0, 0.3, 1.0)), expires, names, draw.choice(FAILURES))


@dataclass(frozen=True, slots=True)
class Storm:
    """One storm.

    Attributes:
        seed: What it is drawn from.
        weather: What answers badly.
        violating: Whether the world breaks requirements, so that a pass can be false.
        blow: What befalls the run itself.
        at: When it does, as a share of a calm run's time.
        amount: Which signal, how many bytes, or how many seconds, by the blow.
        workers: How many workers judge; 0 for none.
    """

    seed: int
    weather: Weather
    violating: bool
    blow: str
    at: float
    amount: float
    workers: int

    @classmethod
    def of(cls, seed: int) -> Storm:
        """Return the storm of a seed."""
        draw = random.Random(seed)  # noqa: S311  (no secret)
        blow = BLOWS[seed % len(BLOWS)]
        amount = _amount(blow, draw)
        workers = 2 if blow == "worker" else draw.choice((0, 0, 0, 0, 2))
        at = draw.uniform(0.1, 1.0)
        return cls(seed, drawn_weather(draw, seed), draw.random() < 0.5, blow, at, amount, workers)

    def __str__(self) -> str:
        """Return it in words."""
        world = "violating" if self.violating else "compliant"
        return f"{world}, {self.weather}, {self.blow} {self.amount:.0f} at {self.at:.2f}, {self.workers} workers"


@dataclass(slots=True)
class Outcome:
    """What a storm left: what is wrong with it, and what its runs came to."""

    wrong: list[str] = field(default_factory=list)
    came_to: list[str] = field(default_factory=list)


class Sea:
    """The stand-ins that all storms of this process share, and what runs come to on them in calm weather."""

    def __init__(self, checks: tuple[str, ...], folder: Path) -> None:
        self._checks = checks
        self._folder = folder
        self._stack = ExitStack()
        self._worlds: dict[bool, Sandbox] = {}
        self._calm: dict[bool, dict[str, str]] = {}
        self.calm_seconds = 0.0
        self._clock = _compiled_clock(folder)

    def __enter__(self) -> Sea:
        for violating in (False, True):
            estate = AzureEstate.load("sandbox")
            if violating:
                break_some(estate)
            self._worlds[violating] = self._stack.enter_context(Sandbox("sandbox", estate))
            began = time.monotonic()
            run = self._start(self._file(violating), self._folder / f"calm-{violating}", Storm.of(0))
            told = run.communicate(timeout=LONGEST_SECONDS)[0]
            self.calm_seconds = time.monotonic() - began
            [results] = (self._folder / f"calm-{violating}").glob("*/*/results.json")
            self._calm[violating] = _verdicts(results)
            if run.returncode != int(violating):
                raise RuntimeError(f"the calm run ended with {run.returncode}: {told.decode()[-2000:]}")
        return self

    def __exit__(self, *ended: object) -> None:
        self._stack.close()

    def weather(self, storm: Storm) -> Outcome:
        """Let a storm pass over one run, or two, and return what is wrong with what is left."""
        folder = self._folder / str(storm.seed)
        folder.mkdir()
        outcome = Outcome()
        try:
            with storm.weather.over(self._worlds[storm.violating]), self._place(storm, folder) as reports:
                self._run(storm, folder, reports, outcome)
                outcome.wrong += self._held_against_calm(storm, reports, outcome)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return outcome

    def _run(self, storm: Storm, folder: Path, reports: Path, outcome: Outcome) -> None:
        scratch = folder / "scratch"
        scratch.mkdir()
        scratch.chmod(0o777)
        clock = folder / "clock"
        clock.write_bytes(struct.pack("d", storm.amount if storm.blow == "clock" and storm.at < 0.4 else 0.0))
        variables = {"TMPDIR": str(scratch)}
        if storm.blow == "clock" and self._clock is not None:
            variables |= {"LD_PRELOAD": str(self._clock), "STORM_CLOCK": str(clock)}
        began = time.monotonic()
        number = 2 if storm.blow == "two at once" else 1
        runs = [self._start(self._file(storm.violating), reports, storm, variables) for _ in range(number)]
        try:
            _strike(storm, runs, clock, storm.at * self.calm_seconds)
            for run in runs:
                outcome.wrong += _ended_wrongly(run, began, reports, storm)
                outcome.came_to.append(str(run.returncode))
        finally:
            for run in runs:
                run.kill()
        killed = storm.blow == "signal" and storm.amount == signal.SIGKILL
        left = sorted(path.name for path in scratch.iterdir() if not path.name.startswith("pytest-of-"))
        outcome.wrong += [f"temporary files are left: {', '.join(left)}"] if left and not killed else []

    def _start(
        self, file: Path, reports: Path, storm: Storm, variables: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        files = [f"checks/security/test_sec_{name}.py" for name in self._checks]
        words = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *files, f"--env={file}"]
        words += [f"--reports={reports}", *(("-n", str(storm.workers)) if storm.workers else ())]
        # What Python has compiled is kept: a run then takes a third of the time.
        known = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "PYTHONDONT"))}
        sandbox = self._worlds["violating" in file.name]
        given = {**known, "PYTHONUNBUFFERED": "1", **sandbox.environment_variables(), **(variables or {})}
        limit = partial(_limit, int(storm.amount)) if storm.blow == "disk" else None
        return subprocess.Popen(
            words,
            cwd=ROOT,
            env=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=limit,
        )

    def _file(self, violating: bool) -> Path:
        """Write the environment file of a world, and return where it is."""
        path = self._folder / f"{'violating' if violating else 'compliant'}.toml"
        overlay = self._worlds[violating].overlay()
        values = {"extends": str(ROOT / "environments" / "sandbox.toml"), "limits": LIMITS, **overlay}
        path.write_text(tomli_w.dumps(values), encoding="utf-8")
        return path

    @contextmanager
    def _place(self, storm: Storm, folder: Path) -> Iterator[Path]:
        """Give a folder for reports: an ordinary one, one that nobody may write to, or one on a small disk."""
        place = folder / "disk"
        place.mkdir()
        if storm.blow == "read-only":
            place.chmod(0o555)
        options = {"small disk": f"size={int(storm.amount)}", "read-only": "ro"}.get(storm.blow)
        mounted = options is not None and _mount(place, options)
        try:
            yield place / "reports"
        finally:
            if mounted:
                subprocess.run(["umount", str(place)], check=True)  # noqa: S607  (where it stands differs)

    def _held_against_calm(self, storm: Storm, reports: Path, outcome: Outcome) -> list[str]:
        """Return what is whole that is not, what was judged falsely, and what does not verify."""
        calm, wrong, whole = self._calm[storm.violating], [], 0
        for results in sorted(reports.glob("*/*/results.json")):
            directory = results.parent
            try:
                document = pack.read_json(results, "the results")
            except pack.PackError as error:
                if not pack.is_marked_incomplete(directory):
                    wrong.append(f"corrupt and not marked: {error}")
                continue
            for check, verdict in _verdicts(results).items():
                if verdict not in (calm.get(check), "not_evaluated"):
                    wrong.append(f"false {verdict}: {check}, {calm.get(check)} in calm weather")
            is_whole = document["run"]["complete"] and not pack.is_marked_incomplete(directory)
            outcome.came_to.append(document["run"]["decision"] + ("" if is_whole else " INCOMPLETE"))
            if is_whole and explanation.uncollected(document):
                wrong.append("a case has no verdict, and the pack is whole")
            if is_whole:
                whole += 1
                derive = storm.seed % DERIVED_EVERY == 0
                request = Request(directory, None, directory.parent / pack.LEDGER, lambda _: "", derive)
                wrong += [f"not verified: {one.text}" for one in verify(request) if one.outcome == "BAD"]
        return wrong + _chained_wrongly(reports, whole)


def _amount(blow: str, draw: random.Random) -> float:
    """Return which signal, how many bytes or how many seconds a blow has."""
    match blow:
        case "signal":
            return draw.choice((signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL))
        case "disk":
            return float(int(10 ** draw.uniform(2, 6)))
        case "small disk":
            return float(int(10 ** draw.uniform(4.6, 6.3)))
        case "clock":
            return float(draw.choice((-1, 1)) * 10 ** draw.uniform(0.5, 8.5))
    return 0.0


def _verdicts(results: Path) -> dict[str, str]:
    document = json.loads(results.read_text("utf-8"))
    return {one["check"]: one["verdict"] for one in document["verdicts"]}


def break_some(estate: AzureEstate) -> None:
    """Break some requirements."""
    estate.change("storageAccounts/stapex{environment}{suffix}", "properties.publicNetworkAccess", "Enabled")
    estate.change("vaults/kv-apex-{environment}-{suffix}", "properties.networkAcls.defaultAction", "Allow")
    estate.remove("privateEndpoints/pe-di-apex-{environment}")
    estate.change("networkSecurityGroups/nsg-privateendpoints-{environment}", "properties.securityRules", [])


def _limit(most_bytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))


def _mount(place: Path, options: str) -> bool:
    """Put a small disk there, or one that nobody may write to; False where that is not allowed."""
    words = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
    return subprocess.run(words, check=False, capture_output=True).returncode == 0


def _compiled_clock(folder: Path) -> Path | None:
    """Compile what moves a process's clock; None where there is no compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    source, library = folder / "clock.c", folder / "clock.so"
    source.write_text(CLOCK)
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    ctypes.CDLL(str(library))
    return library


def _strike(storm: Storm, runs: list[subprocess.Popen[bytes]], clock: Path, seconds: float) -> None:
    """Do to runs what befalls them, when it is time."""
    blow: Callable[[], object] | None = None
    if storm.blow == "signal":
        times = 1 + (storm.seed % 4 == 0)
        blow = partial(_send, runs[0].pid, int(storm.amount), to_group=storm.seed % 3 == 0, times=times)
    if storm.blow == "worker":
        blow = partial(_kill_a_child, runs[0].pid, storm.seed)
    if storm.blow == "clock":
        blow = partial(_move, clock, storm.amount)
    if blow is not None:
        threading.Timer(seconds, blow).start()


def _send(process: int, number: int, *, to_group: bool, times: int = 1) -> None:
    for _ in range(times):
        with suppress(ProcessLookupError):
            (os.killpg if to_group else os.kill)(process, number)
        time.sleep(BETWEEN_SIGNALS_SECONDS)


def _kill_a_child(parent: int, seed: int) -> None:
    told = subprocess.run(["pgrep", "-P", str(parent)], capture_output=True, text=True, check=False).stdout.split()  # noqa: S607  (where it stands differs)
    if told:
        _send(int(told[seed % len(told)]), signal.SIGKILL, to_group=False)


def _move(clock: Path, seconds: float) -> None:
    if clock.exists():
        with clock.open("r+b") as file, mmap.mmap(file.fileno(), 8) as at:
            at[:] = struct.pack("d", seconds)


def _ended_wrongly(run: subprocess.Popen[bytes], began: float, reports: Path, storm: Storm) -> list[str]:
    """Wait for a run's end and return what is wrong with how it ended."""
    try:
        told = run.communicate(timeout=LONGEST_SECONDS - (time.monotonic() - began))[0]
    except subprocess.TimeoutExpired:
        os.killpg(run.pid, signal.SIGKILL)
        return [f"it had not ended after {LONGEST_SECONDS:.0f} s"]
    wrong = [] if has_no_process_left(run.pid) else ["processes are left"]
    has_begun = not told.lstrip().startswith(b"Traceback")
    if has_begun and (b"Traceback" in told or b"INTERNALERROR" in told):
        wrong.append(f"it told a traceback: ...{told.decode('utf-8', 'replace')[-1500:]}")
    if run.returncode in DECIDED:
        decisions = [
            document["run"]["decision"]
            for results in reports.glob("*/*/results.json")
            if not pack.is_marked_incomplete(results.parent) and (document := json.loads(results.read_text("utf-8")))
        ]
        nothing_read = run.returncode != 0 and not decisions and b"There is no evidence pack" in told
        if DECIDED[run.returncode] not in decisions and not nothing_read:
            wrong.append(f"it ended with {run.returncode}, and the packs say {decisions or 'nothing'}: {told[-600:]!r}")
    elif storm.blow in {"nothing", "two at once", "clock"}:
        wrong.append(f"it ended with {run.returncode}: {told.decode('utf-8', 'replace')[-1500:]}")
    return wrong


def _chained_wrongly(reports: Path, whole: int) -> list[str]:
    """Return what is wrong with the ledgers, which must hold every run whose pack is whole."""
    wrong, entered = [], 0
    for path in reports.glob(f"*/{pack.LEDGER}"):
        try:
            entries = ledger.read(path)
        except pack.PackError as error:
            wrong.append(f"the ledger is broken: {error}")
            continue
        entered += sum(1 for one in entries if one.kind == ledger.RUN and one.facts["complete"])
    return [*wrong, f"{whole} packs are whole, the ledger has {entered}"] if entered < whole else wrong


def main() -> int:
    """Run the storms that are asked for, and tell of each; 1 if anything is wrong with one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="1-500", metavar="FIRST-LAST", help="the storms (1-500)")
    parser.add_argument("--checks", nargs="+", default=CHECKS, help="the security controls that are judged")
    asked = parser.parse_args()
    first, _, last = asked.seeds.partition("-")
    seeds = range(int(first), int(last or first) + 1)
    came_to: Counter[str] = Counter()
    failures = []
    with tempfile.TemporaryDirectory(prefix="storms-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        with Sea(tuple(asked.checks), Path(name)) as sea:
            for seed in seeds:
                storm, began = Storm.of(seed), time.monotonic()
                outcome = sea.weather(storm)
                came_to[f"{storm.blow}: {', '.join(outcome.came_to[1:]) or outcome.came_to[0]}"] += 1
                failures += [seed] if outcome.wrong else []
                told = "; ".join(outcome.wrong) or "as it should be"
                ends = "/".join(outcome.came_to)
                print(f"{seed}  {time.monotonic() - began:.1f} s  {storm}  [{ends}]: {told}", flush=True)
    for told, number in sorted(came_to.items()):
        print(f"{number:5}  {told}")
    print(f"{len(failures)} of {len(seeds)} went wrong{': ' if failures else ''}{', '.join(map(str, failures))}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
