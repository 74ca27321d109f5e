"""What raw samples of a load test come to, and when they say nothing because the generator measured itself."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from assurance.apex.performance.load_level import LoadLevel, counted
from assurance.apex.performance.load_running import progress
from assurance.apex.performance.load_samples import (
    ASIDE,
    LoadRecord,
    Process,
    Sample,
    Second,
    record_of,
    record_of_others,
)
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


HEADER = (
    "timeStamp,elapsed,label,responseCode,responseMessage,threadName,dataType,success,failureMessage,bytes,sentBytes,"
    "grpThreads,allThreads,URL,Latency,IdleTime,Connect"
)
ROW = "{at},{elapsed},GET /projects,{code},OK,t 1-1,text,{success},,900,130,10,10,u,20,0,1"


def jmeter(*rows: str) -> str:
    """Return a result file with these rows behind a minute of requests by ten users, one each tenth of a second."""
    told = [
        ROW.format(at=1_764_000_000_000 + 100 * at, elapsed=at % 90 + 20, code=200, success="true") for at in range(800)
    ]
    return "\n".join([HEADER, *told, *rows, ""])


def test_results_of_azure_load_testing_are_judged(tmp_path: Path) -> None:
    """JMeter's result files, alone, in a folder or in a ZIP, come to the same; a transaction sums up other rows."""
    summed = "1764000070000,60000,all,200,Number of samples in transaction : 3,t 1-1,,true,,0,0,10,10,null,0,0,0"
    (tmp_path / "engine1_results.csv").write_text(jmeter(summed), encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "csv.zip", "w") as archive:
        archive.write(tmp_path / "engine1_results.csv", "engine1_results.csv")
    found = [
        level(record_of_others(path)) for path in (tmp_path / "engine1_results.csv", tmp_path, tmp_path / "csv.zip")
    ]

    facts = [one.percentile_is_below(95, 500.0) for one in found]
    assert facts[0] == facts[1] == facts[2]
    assert facts[0].holds
    assert "P95 of" in facts[0].observed
    assert "how busy the generator was, its result files do not say" in facts[0].observed
    whole = record_of_others(tmp_path)
    assert record_of(whole.body(), ()) == whole
    assert whole.users == 10


def test_failures_in_results_of_others_are_failures(tmp_path: Path) -> None:
    """No answer, a server error, and an answer that an assertion refused were not served."""
    rows = [
        ROW.format(at=1_764_000_030_000 + number, elapsed=5, code=code, success="false")
        for number in range(50)
        for code in ("503", "Non HTTP response code: java.net.SocketException", "200")
    ]
    (tmp_path / "results.csv").write_text(jmeter(*rows), encoding="utf-8")

    fact = level(record_of_others(tmp_path / "results.csv")).error_rate_is_below(1.0)
    assert not fact.holds
    assert "150 of" in fact.observed


@pytest.mark.parametrize(
    ("declared", "reason"), [({"users": 11}, "10 users and 80 s; 11 users"), ({"seconds": 300}, "300 s with all")]
)
def test_a_smaller_load_than_declared_is_not_evaluated(tmp_path: Path, declared: dict[str, int], reason: str) -> None:
    """Results of fewer users, or of a shorter time, say nothing of the load that was declared."""
    (tmp_path / "results.csv").write_text(jmeter(), encoding="utf-8")
    with pytest.raises(NotEvaluated, match=reason):
        level(record_of_others(tmp_path), DECLARED.model_copy(update=declared))


@pytest.mark.parametrize(
    "content", ["", "a,b\n1,2\n", HEADER + "\nx,y\n", "\0"], ids=["empty", "other", "cut", "binary"]
)
def test_what_is_no_result_file_is_not_evaluated(tmp_path: Path, content: str) -> None:
    """A file that is none is told as that, and so is a folder or a ZIP without one."""
    for name in ("results.csv", "results.zip"):
        (tmp_path / name).write_text(content, encoding="utf-8")
        with pytest.raises(NotEvaluated, match="no result files"):
            record_of_others(tmp_path / name)
    with pytest.raises(NotEvaluated, match="no result files"):
        record_of_others(tmp_path / "missing")
