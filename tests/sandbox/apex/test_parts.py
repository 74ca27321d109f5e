"""Documents, estimates, jobs and switches of the stand-in, and its telemetry."""

from __future__ import annotations

import io
import math
import subprocess
import sys
import threading
import time
import zipfile
from decimal import Decimal
from typing import Any

import pytest

from assurance.apex.estimation.sample_documents import paper
from sandbox.apex import Switch
from sandbox.apex.cost_model import base_cost, line_items, simulate
from sandbox.apex.inspection import inspect
from sandbox.apex.permissions import Operation, Role, is_allowed
from sandbox.apex.telemetry import Span
from tests.sandbox.apex.calling import Caller
from tests.sandbox.apex.conftest import SETTINGS

BASE = 1000.0
MANY = 100_000


def _simulated(*factors: dict[str, Any], level: float = 0.80) -> Any:  # noqa: ANN401 - a Simulation, told in short
    return simulate(BASE, factors, confidence_level=level, iterations=MANY, seed="1")


def test_percentiles_are_those_of_the_distribution() -> None:
    """Percentiles of a uniform, a normal and a lognormal factor are what mathematics says, within 1 %."""
    uniform = _simulated({"distribution": "uniform", "min_value": 0.0, "max_value": 1.0})
    assert (uniform.p50, uniform.p80, uniform.p95) == pytest.approx((1500, 1800, 1950), rel=0.01)
    normal = _simulated({"distribution": "normal", "mean": 0.0, "std_dev": 0.1})
    assert (normal.p50, normal.p95) == pytest.approx((1000, 1164.5), rel=0.01)
    lognormal = _simulated({"distribution": "lognormal", "mean": 1.0, "std_dev": 0.1})
    assert lognormal.p50 == pytest.approx(BASE + BASE / math.sqrt(1.01), rel=0.01)


def test_a_pert_leans_to_its_most_likely_value() -> None:
    """A PERT between the same ends is narrower than a triangle."""
    ends = {"min_value": -0.5, "most_likely": 0.0, "max_value": 0.5}
    triangular, pert = (_simulated({"distribution": name, **ends}) for name in ("triangular", "pert"))
    assert pert.p50 == pytest.approx(BASE, rel=0.01)
    assert pert.p95 < triangular.p95


def test_the_level_of_confidence_is_a_percentile() -> None:
    """At 0.95 the cost is P95, and without risk every percentile is the base cost."""
    risky = _simulated({"distribution": "uniform", "min_value": 0.0, "max_value": 1.0}, level=0.95)
    assert risky.at_confidence == risky.p95
    sure = _simulated()
    assert (sure.p50, sure.p95, sure.at_confidence) == (BASE, BASE, BASE)


def test_an_unknown_distribution_is_an_error() -> None:
    """A distribution that is not known is not simulated as something else."""
    with pytest.raises(ValueError, match="cauchy"):
        _simulated({"distribution": "cauchy"})


@pytest.mark.parametrize("miles", [0, 0.1, 33.333, 1000])
def test_line_items_sum_to_the_cent(miles: float) -> None:
    """Parents are the sum of their children, and the base cost of the highest items, at odd quantities too."""
    items = line_items({"voltage_level": 138.5, "line_miles": miles, "terrain_type": "mountainous"})
    tops = [item for item in items if item["parent_line_item_id"] is None]
    for top in tops:
        parts = [Decimal(item["total_cost"]) for item in items if item["parent_line_item_id"] == top["id"]]
        assert sum(parts) == Decimal(top["total_cost"])
    assert base_cost(items) == sum(Decimal(top["total_cost"]) for top in tops) > 0


def test_a_pdf_is_read() -> None:
    """Pages and text of a real PDF are found."""
    inspection = inspect(paper("scope", "READ-1").content)
    assert inspection.pages == 6
    assert "READ-1" in inspection.text
    assert inspection.words > 100


def test_a_word_file_is_read() -> None:
    """The text of a Word file is found, without its markup."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", "<w:p><w:t>voltage of the line</w:t></w:p>")
    assert inspect(file.getvalue()).text == "voltage of the line"


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 cut off", b"PK\x03\x04 no archive", b"plain text"])
def test_what_cannot_be_read_has_no_page(content: bytes) -> None:
    """A file that is cut off or something else has no page and no text."""
    assert inspect(content).pages == 0


def test_roles_add_up() -> None:
    """Who has two roles may do what either may, and who has none may do nothing."""
    assert not is_allowed(Operation.UPLOAD, {Role.AUDITOR}, set())
    assert is_allowed(Operation.UPLOAD, {Role.AUDITOR, Role.ESTIMATOR}, set())
    assert not any(is_allowed(operation, set(), set()) for operation in Operation if operation != "create a project")


def test_a_span_continues_the_trace_it_came_with() -> None:
    """A traceparent gives trace and parent; a wrong one, or one of zeros, begins a new trace."""
    span = Span.of_traceparent(f"00-{'a' * 32}-{'b' * 16}-01")
    assert (span.trace_id, span.parent_id) == ("a" * 32, "b" * 16)
    for header in (None, "", "nonsense", f"00-{'0' * 32}-{'b' * 16}-01"):
        assert Span.of_traceparent(header).trace_id not in ("a" * 32, "0" * 32)
        assert Span.of_traceparent(header).parent_id == ""


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
