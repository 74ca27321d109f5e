"""`python -m benchmarks`: what the ten controls cost, next to bare pytest that imports the SDK clients they use.

All runs are made in turn on the same machine, several rounds, and the median of each is told: the ratios say something
on any machine, the seconds only on this one.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path

from assurance.planning.deployment import resources_in
from assurance.tape import Tape
from assurance.world.azure.clients import CLIENTS

ROOT = Path(__file__).parent.parent
ROUNDS = 5
LATENCY_MILLISECONDS = 100
MAX_TIMES_FLOOR = 3.0
MAX_SECONDS_BEYOND = 1.0
MAX_REQUESTS = 50
RECORDED = Path("fixtures/recordings/prod")
PLANNED_RESOURCES = 500
MAX_SECONDS_PLANNED = 2.0


def plan_of_many(recorded: Path, count: int) -> bytes:
    """Return a what-if result of as many resources, none of which the controls of the recorded environment object to.

    Args:
        recorded: The tape's directory.
        count: How many resources.
    """
    found, _ = resources_in(Tape.open(recorded).readings())
    there = [one for key, one in found.items() if "/resourcegroups/" in key]
    changes = [{"resourceId": one["id"], "changeType": "NoChange", "before": one, "after": one} for one in there]
    for number, one in enumerate(cycle(there)):
        if len(changes) >= count:
            return json.dumps({"status": "Succeeded", "changes": changes[:count]}).encode()
        home, _, rest = one["id"].partition("/providers/")
        if "/microsoft.authorization/" in one["id"].casefold():
            continue  # what is granted elsewhere reaches here
        elsewhere = json.loads(json.dumps(one).replace(home, f"{home}-{number}"))
        changes.append({"resourceId": f"{home}-{number}/providers/{rest}", "changeType": "Create", "after": elsewhere})
    return b""


def main() -> int:
    """Measure, print, and return 0 if the suite keeps its bounds, 1 if not."""
    with tempfile.TemporaryDirectory() as directory, _slow_sandbox(Path(directory)) as (environment, variables):
        reports, plan = Path(directory) / "reports", Path(directory) / "what-if.json"
        plan.write_bytes(plan_of_many(ROOT / RECORDED, PLANNED_RESOURCES))
        bare = Path(directory) / "test_bare.py"
        imports = "\n".join(f"import {path.split(':')[0]}" for path in CLIENTS.values())
        bare.write_text(f"{imports}\nimport azure.keyvault.secrets\n\n\ndef test_nothing() -> None:\n    assert True\n")
        commands = {
            "floor": ["-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", directory, str(bare)],
            "replay": [
                "checks/security",
                "--env",
                "prod",
                "--replay",
                str(RECORDED),
                "--reports",
                str(reports),
            ],
            "planned": [
                "checks/security",
                "--env",
                "prod",
                "--replay",
                str(RECORDED),
                "--plan",
                str(plan),
                "--reports",
                str(reports),
            ],
            "live": ["checks/security", "--env", str(environment), "--reports", str(reports)],
        }
        seconds: dict[str, list[float]] = {name: [] for name in commands}
        for round_number in range(1, ROUNDS + 1):
            for name, arguments in commands.items():
                seconds[name].append(_time(arguments, variables))
                print(f"round {round_number} of {ROUNDS}  {name:<7} {seconds[name][-1]:6.2f} s", flush=True)
        [results] = sorted(reports.glob("sandbox/*/results.json"))[-1:]
        requests = json.loads(results.read_text())["run"]["requests"]
    return _tell({name: statistics.median(values) for name, values in seconds.items()}, requests)


def _tell(medians: Mapping[str, float], requests: int) -> int:
    floor, replay, live = medians["floor"], medians["replay"], medians["live"]
    beyond = medians["planned"] - replay
    bounds = [
        (
            f"replay is {replay / floor:.2f} times the floor, at most {MAX_TIMES_FLOOR}",
            replay <= MAX_TIMES_FLOOR * floor,
        ),
        (
            (
                f"live with {LATENCY_MILLISECONDS} ms an answer is {live - replay:+.2f} s beyond replay, "
                f"{live / floor:.2f} times the floor; "
                f"at most {MAX_TIMES_FLOOR} times the floor plus {MAX_SECONDS_BEYOND} s"
            ),
            live <= MAX_TIMES_FLOOR * floor + MAX_SECONDS_BEYOND,
        ),
        (
            f"a plan of {PLANNED_RESOURCES} resources costs {beyond:+.2f} s, at most {MAX_SECONDS_PLANNED}",
            beyond <= MAX_SECONDS_PLANNED,
        ),
        (f"{requests} requests to Azure, at most {MAX_REQUESTS}", requests <= MAX_REQUESTS),
    ]
    told = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in medians.items())
    print(f"\nmedians: {told}")
    for told, kept in bounds:
        print(f"{'kept  ' if kept else 'MISSED'} {told}")
    return 0 if all(kept for _, kept in bounds) else 1


def _time(arguments: list[str], variables: Mapping[str, str]) -> float:
    """Return the wall time of one run, in seconds; a run that does not end well ends the benchmark."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "pytest", "-q", *arguments]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **variables}, check=True, stdout=subprocess.DEVNULL)  # noqa: S603  (our own command, with arguments of our own)
    return time.perf_counter() - started


@contextmanager
def _slow_sandbox(directory: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    """Run the sandbox in a process of its own, and give its environment file and the variables that it needs."""
    command = [
        sys.executable,
        "-m",
        "sandbox",
        "--latency-ms",
        str(LATENCY_MILLISECONDS),
        "--directory",
        str(directory),
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  (our own command, with arguments of our own)
        try:
            variables: dict[str, str] = {}
            for line in process.stdout or ():
                export = re.match(r"\s*export (\w+)=(\S+)", line)
                if export:
                    variables[export[1]] = export[2]
                if "Interrupt" in line:
                    break
            yield directory / "environment.toml", variables
        finally:
            process.terminate()


if __name__ == "__main__":
    sys.exit(main())
