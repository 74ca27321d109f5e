"""One APEX in process for all tests of a worker, and what its telemetry has taken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.apex import ApexStandIn, Settings
from tests.sandbox.apex.calling import Caller

Rows = list[tuple[str, dict[str, Any]]]
SETTINGS = Settings(maximum_upload_bytes=65536, job_step_seconds=0.0, slow_seconds=0.3)


@pytest.fixture(scope="session")
def rows() -> Rows:
    """The rows of telemetry, in the order in which they came."""
    return []


@pytest.fixture(scope="session")
def shared_caller(rows: Rows) -> Iterator[Caller]:
    """Calls the one APEX; whoever uses it puts it back."""
    stand_in = ApexStandIn(sink=lambda table, row: rows.append((table, row)), settings=SETTINGS)
    caller = Caller(stand_in)
    yield caller
    caller.close()
    stand_in.stop()


@pytest.fixture
def caller(shared_caller: Caller, rows: Rows) -> Caller:
    """The one APEX, empty and compliant."""
    shared_caller.stand_in.reset()
    rows.clear()
    return shared_caller
