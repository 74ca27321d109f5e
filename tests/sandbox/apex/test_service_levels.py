"""The switches for service levels: slow, failing, unavailable, throttled, paused; and how fast it starts."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest

from sandbox.apex import Switch
from tests.sandbox.apex.calling import Caller
from tests.sandbox.apex.conftest import SETTINGS

SLOW = SETTINGS.slow_seconds


def _seconds(caller: Caller, path: str) -> float:
    started = time.perf_counter()
    assert caller.call("manager", "GET", path).status_code == 200
    return time.perf_counter() - started


def _slow_ones(rows: list[tuple[str, dict[str, object]]]) -> list[bool]:
    return [float(str(row["DurationMs"])) >= SLOW * 1000 for table, row in rows if table == "AppRequests"]


def test_each_answer_is_slow(caller: Caller, rows: list[tuple[str, dict[str, object]]]) -> None:
    """Each answer of the API takes at least as long as is set, and telemetry tells so; health does not."""
    project_id = caller.create("L-1").json()["id"]
    rows.clear()
    caller.stand_in.switches.add(Switch.SLOW_ANSWERS)
    assert _seconds(caller, "/projects") >= SLOW
    assert _seconds(caller, f"/projects/{project_id}") >= SLOW
    assert _slow_ones(rows) == [True, True]


def test_the_list_is_slow(caller: Caller) -> None:
    """The list is slow, and one project is answered sooner than it."""
    project_id = caller.create("L-1").json()["id"]
    caller.stand_in.switches.add(Switch.SLOW_LIST)
    assert _seconds(caller, "/projects") >= SLOW
    assert min(_seconds(caller, f"/projects/{project_id}") for _ in range(5)) < SLOW


def test_one_answer_in_ten_is_slow(caller: Caller) -> None:
    """Of twenty answers the tenth and the twentieth are slow."""
    caller.stand_in.switches.add(Switch.SLOW_TAIL)
    seconds = [_seconds(caller, "/projects") for _ in range(20)]
    assert seconds[9] >= SLOW
    assert seconds[19] >= SLOW
    assert min(seconds) < SLOW


@pytest.mark.parametrize(
    ("switch", "statuses"),
    [
        (Switch.ERRORS_AT_TIMES, [200, 200, 200, 500, 200, 200, 200, 500]),
        (Switch.UNAVAILABLE, [503] * 8),
        (Switch.THROTTLED, [429] * 8),
    ],
)
def test_answers_fail(caller: Caller, switch: Switch, statuses: list[int]) -> None:
    """The switch's share of answers fails, and health is answered all the same."""
    caller.stand_in.switches.add(switch)
    assert [caller.call("manager", "GET", "/projects").status_code for _ in range(8)] == statuses
    assert caller.send("GET", "/health/live").status_code == 200


def test_a_throttled_answer_says_when_to_come_again(caller: Caller) -> None:
    """A 429 has Retry-After."""
    caller.stand_in.switches.add(Switch.THROTTLED)
    assert caller.call("manager", "GET", "/projects").headers["retry-after"] == "1"


def test_a_paused_request_is_answered_when_the_pause_ends(caller: Caller) -> None:
    """A request waits as long as the switch is on, and is answered then."""
    switches = caller.stand_in.switches
    switches.add(Switch.PAUSED)
    timer = threading.Timer(0.2, lambda: switches.discard(Switch.PAUSED))
    started = time.perf_counter()
    timer.start()
    assert caller.call("manager", "GET", "/projects").status_code == 200
    assert time.perf_counter() - started >= 0.2
    timer.join()


def test_a_reset_puts_everything_back(caller: Caller) -> None:
    """After reset() there is no project, no blob, and no switch; the people are still known."""
    caller.upload(caller.create("L-1").json()["id"])
    caller.stand_in.switches.add(Switch.UNAVAILABLE)
    caller.stand_in.reset()
    assert caller.call("manager", "GET", "/projects").json()["total"] == 0
    assert caller.stand_in.service.azure.blobs == {}
    assert caller.stand_in.service.user(caller.user_id("manager"), "").standing_role is not None


def test_a_start_imports_no_framework() -> None:
    """A sandbox that nobody asks for APEX does not pay for it: what is slow to import is not imported."""
    code = (
        "import sys\n"
        "from sandbox import Sandbox\n"
        "with Sandbox() as sandbox:\n"
        "    sandbox.overlay(), sandbox.environment_variables()\n"
        "print([name for name in ('fastapi', 'uvicorn') if name in sys.modules])"
    )
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert finished.stdout.strip() == "[]"
