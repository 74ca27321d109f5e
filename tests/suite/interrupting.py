"""Interrupts runs at random moments, in every way, and tells what is left whole that is not, or left behind.

`python -m tests.suite.interrupting --count 40 --seed 1` tries forty; `--between 8 13 --checks checks` draws the moments
from those seconds of a run of everything.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from assurance.evidence import explanation, ledger, pack
from assurance.suite.interruptions import LONGEST_SECONDS
from tests.suite.running import ROOT

CHECKS = "checks/security/test_sec_06_public_access.py"
# A machine that does much else takes longer for everything, also for ending.
GRACE_SECONDS = 10
PATIENCE_SECONDS = 120
BETWEEN_SIGNALS_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Interruption:
    """One way to interrupt a run.

    Attributes:
        number: The signal.
        times: How often it is sent.
        to_group: Whether to the whole process group, as a terminal does.
        workers: How many workers judge; 0 for none.
    """

    number: signal.Signals
    times: int = 1
    to_group: bool = False
    workers: int = 0

    def __str__(self) -> str:
        """Return it in words."""
        who = "the group" if self.to_group else "the process"
        return f"{self.number.name} {'twice' if self.times > 1 else 'once'} to {who}, {self.workers} workers"

    def send(self, run: subprocess.Popen[bytes]) -> None:
        """Send it to a run, as long as that runs."""
        for _ in range(self.times):
            if run.poll() is None:
                (os.killpg if self.to_group else os.kill)(run.pid, self.number)
            time.sleep(BETWEEN_SIGNALS_SECONDS)


WAYS = tuple(
    Interruption(number, times, to_group, workers)
    for workers in (0, 2)
    for number, times, to_group in (
        (signal.SIGINT, 1, False),
        (signal.SIGINT, 2, False),
        (signal.SIGINT, 1, True),
        (signal.SIGINT, 2, True),
        (signal.SIGTERM, 1, False),
        (signal.SIGHUP, 1, False),
        (signal.SIGKILL, 1, False),
    )
)


def start(reports: Path, *arguments: str, checks: str = CHECKS) -> subprocess.Popen[bytes]:
    """Start a run in a process group of its own, as a terminal does."""
    words = [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", checks, "--env", "sandbox"]
    words += ["--reports", str(reports), *arguments]
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.Popen(
        words,
        cwd=ROOT,
        env={**variables, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def assert_nothing_whole_that_is_not(reports: Path) -> None:
    """Hold that a pack is whole by its ids, or says in all its files that it is not; or that nothing was read."""
    directories = [path for path in reports.glob("*/*") if path.is_dir()]
    if not directories:
        return
    [directory] = directories
    lines = ledger.read(directory.parent / pack.LEDGER) if (directory.parent / pack.LEDGER).exists() else ()
    entries = [line for line in lines if line.kind == ledger.RUN]
    if not (directory / pack.RESULTS).exists():
        # Killed as its folder was made, a run has left nothing at all.
        assert pack.is_marked_incomplete(directory) or not any(directory.iterdir()), "there is no mark"
        assert not (directory / pack.MANIFEST).exists(), "there is a manifest without results"
        assert not entries, "the ledger has a line of a run without results"
        return
    results = pack.read_json(directory / pack.RESULTS, "the results")
    whole = results["run"]["complete"]
    missing = explanation.uncollected(results)
    assert not (whole and missing), missing
    if whole and pack.is_marked_incomplete(directory):
        # Killed while it was sealed: all was judged, and the mark says that it is no evidence yet.
        assert [entry.facts["complete"] for entry in entries] in ([], [True])
        return
    assert whole is not pack.is_marked_incomplete(directory)
    assert json.loads((directory / pack.MANIFEST).read_text("utf-8"))["complete"] is whole
    assert [entry.facts["complete"] for entry in entries] == [whole]
    if not whole:
        assert results["run"]["decision"] != "GO"
        # The table says it in each row, so a run without verdicts has nowhere to.
        tables = ("results.csv",) if results["verdicts"] else ()
        for name in ("report.html", "junit.xml", "summary.md", "oscal-assessment-results.json", *tables):
            assert "INCOMPLETE" in (directory / name).read_text("utf-8"), name


def has_no_process_left(group: int) -> bool:
    """Wait until a process group is empty; workers look for their controller four times a second."""
    until = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < until:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


def ended_wrongly(run: subprocess.Popen[bytes], reports: Path, scratch: Path, number: signal.Signals) -> list[str]:
    """Wait for the end of a run that was interrupted just now, and return what is wrong with what it left."""
    since = time.monotonic()
    told = run.communicate(timeout=PATIENCE_SECONDS)[0]
    took = time.monotonic() - since
    wrong = [f"it took {took:.1f} s to end"] if took > LONGEST_SECONDS + GRACE_SECONDS else []
    # Before pytest has loaded its plugins, Python itself tells what was interrupted; nothing has begun then.
    has_begun = not told.lstrip().startswith(b"Traceback")
    wrong += ["it told a traceback"] if has_begun and (b"Traceback" in told or b"INTERNALERROR" in told) else []
    wrong += [] if has_no_process_left(run.pid) else ["processes are left"]
    # Nobody cleans up after a process that was killed; and pytest itself keeps a folder for its workers.
    left = sorted(path.name for path in scratch.iterdir() if not path.name.startswith("pytest-of-"))
    wrong += [f"temporary folders are left: {', '.join(left)}"] if left and number is not signal.SIGKILL else []
    try:
        assert_nothing_whole_that_is_not(reports)
    except AssertionError as error:
        wrong.append(f"something is whole that is not: {error}")
    return wrong


def main() -> int:
    """Interrupt as many runs as asked for, and tell of each; 1 if anything is wrong with one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=len(WAYS), help="how many runs to interrupt")
    parser.add_argument("--seed", type=int, default=1, help="what the moments are drawn from")
    parser.add_argument("--checks", default=CHECKS, help="what the runs judge")
    parser.add_argument(
        *("--between",), nargs=2, type=float, metavar="SECONDS", help="the moments; else those of a whole run"
    )
    parser.add_argument("--way", type=int, help="the number of one way, of those that are listed by 0 runs")
    asked = parser.parse_args()
    # A shell has what it runs in the background ignore Control-C, and so would the runs.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    ways = WAYS if asked.way is None else (WAYS[asked.way],)
    if not asked.count:
        print("\n".join(f"{number}  {way}" for number, way in enumerate(WAYS)))
        return 0
    draw = random.Random(asked.seed)  # noqa: S311  (no secret)
    failures = 0
    with tempfile.TemporaryDirectory(prefix="interrupting-", ignore_cleanup_errors=True) as folder:
        first, last = asked.between or (1.0, _seconds_of_a_whole_run(Path(folder), asked.checks))
        for number in range(asked.count):
            way, seconds = ways[number % len(ways)], draw.uniform(first, last)
            reports, scratch = Path(folder, str(number)), Path(folder, f"scratch-{number}")
            scratch.mkdir()
            os.environ["TMPDIR"] = str(scratch)  # of the run, so that what it leaves is seen
            run = start(reports, *(("-n", str(way.workers)) if way.workers else ()), checks=asked.checks)
            try:
                time.sleep(seconds)
                way.send(run)
                wrong = ended_wrongly(run, reports, scratch, way.number)
            finally:
                run.kill()
            failures += bool(wrong)
            print(f"{number + 1}  after {seconds:.1f} s: {way}: {'; '.join(wrong) or 'as it should be'}", flush=True)
    print(f"{failures} of {asked.count} left something that they should not")
    return 1 if failures else 0


def _seconds_of_a_whole_run(folder: Path, checks: str) -> float:
    began = time.monotonic()
    start(folder / "whole", checks=checks).communicate()
    return time.monotonic() - began


if __name__ == "__main__":
    sys.exit(main())
