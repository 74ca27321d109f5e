"""What raw samples of a load test come to, and when they say nothing because the generator measured itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assurance.apex.performance.load_level import LoadLevel, counted
from assurance.apex.performance.load_running import progress
from assurance.apex.performance.load_samples import ASIDE, LoadRecord, Process, Sample, Second, record_of
from assurance.environment.application_tables import DeclaredLoad
from assurance.errors import BrokenReading, NotEvaluated

DECLARED = DeclaredLoad(users=10, seconds=60, spawn_rate=5.0, minimum_requests=180, think_seconds=(1.0, 5.0))
IDLE = Process(tuple(Second(1000.0 + at, 0.2, 5.0) for at in range(65)), ended=True)


def record(*samples: Sample, processes: tuple[Process, ...] = (IDLE,)) -> LoadRecord:
    """Return a record of these samples."""
    came = [Sample(1000.0 + 0.2 * number, 50.0, 0.0, f"{ASIDE}make a project", 201, 10) for number in range(10)]
    return LoadRecord(processes, (*came, *samples))


def steady(count: int = 1000, elapsed: float = 100.0, status: int = 200) -> list[Sample]:
    """Return requests that are sent evenly over a minute after all users have arrived, each on time."""
    return [Sample(1007.5 + 54 * number / count, elapsed, 0.0, "GET /projects", status, 10) for number in range(count)]


def level(found: LoadRecord, declared: DeclaredLoad = DECLARED) -> LoadLevel:
    """Return what a record shows."""
    return LoadLevel.of(found, declared, "/api/v1", ("reading",))


def test_a_percentile_is_of_raw_samples() -> None:
    """A value just above a threshold is above it: nothing is rounded to buckets."""
    found = level(record(*steady(elapsed=2004.0)))

    assert not found.percentile_is_below(95, 2000.0).holds
    assert found.percentile_is_below(95, 2004.5).holds


def test_requests_that_were_due_in_a_pause_count() -> None:
    """Of an application that stalls, few requests are slow, and many wait for them: all of them count as waited for."""
    waiting = [
        replace(one, late_milliseconds=4000.0) if number % 10 == 0 else one for number, one in enumerate(steady())
    ]
    fact = level(record(*waiting)).percentile_is_below(95, 2000.0)

    assert not fact.holds
    assert "4,100 ms from when they were due, 100 ms from when they were sent" in fact.observed


def test_what_failed_was_never_served() -> None:
    """A quick refusal is no quick answer: it counts as slow, and as an error."""
    failing = [
        replace(one, status=503, elapsed_milliseconds=1.0) if number % 10 == 0 else one
        for number, one in enumerate(steady())
    ]
    found = level(record(*failing))

    assert not found.percentile_is_below(95, 2000.0).holds
    errors = found.error_rate_is_below(1.0)
    assert not errors.holds
    assert "100 of 1,000 requests failed, 10.00 % (GET /projects: 503)" in errors.observed


def test_only_the_load_itself_counts() -> None:
    """Requests that prepare, and those sent while users still arrive, are not judged."""
    early = Sample(1002.0, 9000.0, 0.0, "GET /projects", 200, 10)
    aside = Sample(1010.0, 9000.0, 0.0, f"{ASIDE}archive a project", 204, 0)

    assert len(counted(record(early, *steady(), aside), DECLARED)) == 1000


@pytest.mark.parametrize(
    ("processes", "reason"),
    [
        ((), "1 processes were to send, 0 began"),
        ((replace(IDLE, ended=False),), "1 began and 0 ended"),
        ((IDLE, IDLE), "2 began"),
        ((Process(tuple(Second(1000.0 + at, 0.97, 5.0) for at in range(65)), ended=True),), "saturated: 97 %"),
        ((Process(tuple(Second(1000.0 + at, 0.5, 400.0) for at in range(65)), ended=True),), "400 ms late"),
        ((Process((), ended=True),), "did not say how busy it was"),
    ],
    ids=["none", "lost", "one-too-many", "busy", "late", "silent"],
)
def test_a_generator_that_is_not_up_to_it_measures_itself(processes: tuple[Process, ...], reason: str) -> None:
    """A lost process, a busy processor or a late heartbeat makes the test not evaluated, however good its figures."""
    with pytest.raises(NotEvaluated, match=reason):
        level(record(*steady(), processes=processes))


def test_too_few_requests_say_nothing() -> None:
    """With fewer requests than declared, nothing is judged."""
    with pytest.raises(NotEvaluated, match=r"50 requests are too few.*10 of 10 users came to work"):
        level(record(*steady(50)))


def test_requests_that_could_not_be_sent_count() -> None:
    """An application so slow that users get nowhere is not spared for the requests that it was never sent."""
    found = level(record(*steady(60)), DECLARED.model_copy(update={"minimum_requests": 100}))
    fact = found.percentile_is_below(95, 2000.0)

    assert found.unsent == int(0.9 * 10 * 55 / 3) - 60
    assert not fact.holds
    assert "more were due and could not be sent" in fact.observed


def test_a_record_survives_the_tape() -> None:
    """What is written on the tape is what was measured."""
    found = record(*steady(200), Sample(1070.0, 3.5, 1.25, "POST /documents/upload", 0, 0))

    assert record_of(found.body(), ("reading",)) == found
    for broken in (b"", b"[]", b"{}", b'{"processes": [], "names": [], "samples": [[1, 2, 3, 4, 5, 6]]}'):
        with pytest.raises(BrokenReading):
            record_of(broken, ("reading",))


def test_progress_tells_requests_errors_and_p95() -> None:
    """The line of progress has what there is by now."""
    assert progress(LoadRecord((), ()), 62) == "Load: users arrive"
    told = progress(record(*steady(500), *steady(500, 300.0, 500)), 62)
    assert "1,000 requests, 500 errors, P95 so far 300 ms" in told
