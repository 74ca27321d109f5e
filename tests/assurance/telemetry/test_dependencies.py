"""Calls of our own requests: waited for within a bound, asked for in order, and the same again from the tape."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from falsification.azure.seams import MemoryTape
from sandbox.kql import Value
from tests.assurance.telemetry.telemetry_world import TelemetryWorld, header

TRACE = "0af7651916cd43dd8448eb211c80319c"
OTHER = "ffffffffffffffffffffffffffffffff"


def called(world: TelemetryWorld, trace: str, target: str, *, succeeded: bool = True) -> None:
    """Let the application have called somebody."""
    row: dict[str, Value] = {
        "OperationId": trace,
        "Target": target,
        "DependencyType": "SQL",
        "Name": "SELECT",
        "Success": succeeded,
    }
    world.store.sink("AppDependencies", {**row, "DurationMs": 4.5})


def test_calls_of_our_traces_are_found() -> None:
    """Rows of the trace ids that are asked for come, with what they called and whether it succeeded; others do not."""
    world = TelemetryWorld(None)
    since = datetime.now(UTC)
    called(world, TRACE, "sql-apex-sandbox.database.windows.net|db-apex-sandbox")
    called(world, TRACE, "stapexsandbox4k7x.blob.core.windows.net", succeeded=False)
    called(world, OTHER, "elsewhere.example.com")
    found = world.telemetry().dependencies([TRACE], since, lambda found: len(found.calls) == 2)

    assert [(one.operation_id, one.target, one.type, one.succeeded) for one in found.calls] == [
        (TRACE, "sql-apex-sandbox.database.windows.net|db-apex-sandbox", "SQL", True),
        (TRACE, "stapexsandbox4k7x.blob.core.windows.net", "SQL", False),
    ]
    assert found.calls[0].milliseconds == 4.5
    assert found.readings
    assert found.asked == 1


def test_it_waits_until_rows_have_arrived() -> None:
    """Rows that take a while are found, by asking again; each asking is a reading of its own."""
    world = TelemetryWorld(None, declared={"poll_seconds": 0.1, "arrival_seconds": 60.0})
    world.store.arrival_seconds = 0.5
    called(world, TRACE, "db")
    found = world.telemetry().dependencies([TRACE], datetime.now(UTC), lambda found: bool(found.calls))

    assert found.asked > 1
    assert len(world.tape.readings()) == found.asked == len(world.logs.queries)


def test_it_waits_no_longer_than_its_bound() -> None:
    """Rows that never come end the wait at the bound, with what there is."""
    world = TelemetryWorld(None, declared={"poll_seconds": 0.1, "arrival_seconds": 0.5})
    began = time.monotonic()
    found = world.telemetry().dependencies([TRACE], datetime.now(UTC), lambda found: bool(found.calls))

    assert found.calls == ()
    assert 0.4 < time.monotonic() - began < 30


def test_the_tape_gives_the_same_without_waiting() -> None:
    """What was asked in order is answered in order from the tape: the same calls after as many askings, at once."""
    world = TelemetryWorld(None, declared={"poll_seconds": 0.2, "arrival_seconds": 60.0})
    world.store.arrival_seconds = 0.6
    since = datetime.now(UTC)
    called(world, TRACE, "db")
    first = world.telemetry().dependencies([TRACE], since, lambda found: bool(found.calls))
    known = {reading.key: reading for reading in world.tape.readings()}
    replayed = TelemetryWorld(
        None, declared={"poll_seconds": 0.2, "arrival_seconds": 60.0}, tape=MemoryTape(header(), known)
    )
    again = replayed.telemetry().dependencies([TRACE], since, lambda found: bool(found.calls))

    assert (again.calls, again.asked, again.readings) == (first.calls, first.asked, first.readings)
    assert replayed.logs.queries == []
