"""Charts and figures of the HTML report, and its controls."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from assurance.apex.performance.load_samples import ASIDE, LoadRecord, Sample
from assurance.reporting.html.controls import in_words, role_and_operation, role_grid
from assurance.reporting.html.figures import (
    FIGURES,
    NAME_WIDTH,
    NUMBER_WIDTH,
    WIDTH,
    cases_by_control,
    drawn,
    list_latencies,
    load_percentiles,
    load_response_times,
    load_throughput,
    response_times,
    throughput,
)
from assurance.reporting.model import RunModel
from assurance.tape import Call, Reading, sha256
from assurance.telemetry.result import query
from assurance.telemetry.window import window_before
from assurance.verdicts import Verdict
from tests.assurance.reporting.sample_run import model_of, record, sample_model

LOAD_FIGURES = (load_response_times, load_throughput, load_percentiles)


def run_with(body: bytes) -> RunModel:
    """Return a run that holds one reading of a load test."""
    reading = Reading("load", "load", "LOAD x", "2026-03-02T15:00:00.000Z", 1, sha256=sha256(body), body=body)
    return replace(model_of(Verdict.PASS), readings=(reading,))


def test_load_is_drawn_from_raw_samples() -> None:
    """Each figure is drawn, names its numbers in words, and leaves out what is no part of the load."""
    samples = [
        Sample(1000 + 0.5 * number, 100.0, 50.0, "GET /projects", 500 if number % 7 == 0 else 200, 10)
        for number in range(200)
    ]
    aside = Sample(1000, 9000.0, 0.0, f"{ASIDE}make a project", 201, 10)
    drawn = [draw(run_with(LoadRecord((), (aside, *samples)).body())) for draw in LOAD_FIGURES]

    told = "".join(str(one) for one in drawn)
    assert all(one is not None and ElementTree.fromstring(one) is not None for one in drawn)  # noqa: S314  (our own)
    assert "200 in all" in told
    assert "all 200 requests, from raw samples" in told


def test_a_run_without_load_has_no_such_figures() -> None:
    """Where no load was put on the application, or its samples cannot be read, nothing is drawn."""
    assert [draw(model_of(Verdict.PASS)) for draw in LOAD_FIGURES] == [None, None, None]
    assert [draw(run_with(b"nothing")) for draw in LOAD_FIGURES] == [None, None, None]


COLUMNS = query("requests_over_time").columns
WINDOW = window_before("2026-03-02T15:03:20.000Z", 60.0, 30)


def over_time(rows: list[list[object]]) -> Reading:
    """A reading of the requests over time."""
    columns = [{"name": name, "type": kind} for name, kind in COLUMNS.items()]
    body = json.dumps({"tables": [{"name": "PrimaryResult", "columns": columns, "rows": rows}]}).encode()
    text = query("requests_over_time").over(WINDOW, "workspace", "/x")
    call = Call(
        "",
        "",
        "",
        0,
        "",
        json.dumps({"query": text, "timespan": f"{WINDOW.since.isoformat()}/{WINDOW.until.isoformat()}"}),
    )
    return Reading(
        "overtime", "http", "POST https://logs/query", "2026-03-02T15:03:20.000Z", 5, 200, call=call, body=body
    )


def draw(number: int, milliseconds: int) -> Reading:
    """A reading of one request of the list baseline."""
    call = Call("estimator", "", "list-baseline", number, "", "")
    question = "GET https://apex/api/v1/projects"
    return Reading(f"draw{number}", "http", question, "2026-03-02T15:03:21.000Z", milliseconds, 200, call=call)


ROWS: list[list[object]] = [
    ["2026-03-02T14:30:00Z", 9, 90, 1, 60, 1, 100.0, 250.0],
    ["2026-03-02T14:45:00Z", 9, 90, 0, 60, 0, 110.0, "NaN"],
]


def test_requests_over_time_are_drawn() -> None:
    """Response times and throughput are drawn from the reading, with the window in words."""
    model = replace(sample_model(), readings=(over_time(ROWS),))
    times, requests = response_times(model), throughput(model)

    assert times is not None
    assert requests is not None
    assert "2026-03-02 14:30 to 2026-03-02 15:00 UTC" in times
    assert times.count("<path") == 2
    # Two intervals with requests, one with a failed one, and two columns of the legend.
    assert requests.count("<rect") == 5


def test_list_latencies_are_drawn_in_order() -> None:
    """Each request of the list baseline is one point."""
    figure = list_latencies(replace(sample_model(), readings=tuple(draw(number, 10 * number) for number in (2, 1, 3))))

    assert figure is not None
    assert figure.count("<circle") == 3
    assert "3 requests of the project list" in figure
    assert "P95 is 30 ms" in figure


def test_nothing_is_drawn_of_nothing() -> None:
    """A run without such readings, or with one that could not be judged, has no such figure."""
    bare = replace(sample_model(), readings=())
    broken = replace(bare, readings=(replace(over_time(ROWS), body=b"<html>"),))
    empty = replace(bare, readings=(over_time([]),))

    for model in (bare, broken, empty):
        assert response_times(model) is None
        assert throughput(model) is None
        assert list_latencies(model) is None


def test_bars_are_as_long_as_their_cases() -> None:
    """The longest bar fills its place, and each part of a bar is as long as its share of the cases."""
    figure = cases_by_control(sample_model())
    assert figure is not None
    root = ElementTree.fromstring(figure)  # noqa: S314  (our own markup)
    lengths = [sum(float(part.get("width", "nan")) for part in bar.iter("rect")) for bar in root.iter("g")]
    cases = [sum(summary.counts.values()) for summary in sample_model().controls()]
    unit = (WIDTH - NAME_WIDTH - NUMBER_WIDTH) / max(cases)
    assert all(abs(length - number * unit) < 1 for length, number in zip(lengths, cases, strict=True))


def test_figure_is_told_in_words() -> None:
    """A figure has a name for who cannot see it, and each of its bars says its numbers."""
    figure = cases_by_control(sample_model())
    assert figure is not None
    assert 'role="img"' in figure
    assert "<title>SEC-08: 2 not evaluated</title>" in figure


def test_run_without_cases_has_no_figures() -> None:
    """Where there is nothing to draw there is no section."""
    assert drawn(model_of()) == ""
    assert all(callable(figure) for figure in FIGURES)
    assert 'id="figures"' in drawn(model_of(Verdict.PASS))


@pytest.mark.parametrize(
    ("subject", "split"),
    [
        ("auditor-uploads-document", ("auditor", "uploads-document")),
        ("no-token-reads-project", ("no-token", "reads-project")),
        ("outsider-reads-project", ("outsider", "reads-project")),
        ("steward-reads-project", ("steward", "reads-project")),
        ("prod", ("any role", "prod")),
    ],
)
def test_subject_names_role_and_operation(subject: str, split: tuple[str, str]) -> None:
    """A subject begins with its role, which may have a hyphen of its own; what is left is the operation."""
    assert role_and_operation(subject) == split


def test_grid_has_a_cell_for_each_case() -> None:
    """Rows are operations, columns roles; a combination without a case is a dash, and a case links to its row."""
    one = replace(record("SEC-01", "test_it", "x", Verdict.PASS), control="RBAC-03")
    subjects = {
        "manager-reads-project": Verdict.PASS,
        "auditor-reads-project": Verdict.FAIL,
        "manager-uploads-document": Verdict.NOT_EVALUATED,
    }
    records = tuple(
        replace(one, subject=subject, check=f"checks/roles/test_x.py::test_it[{subject}]", verdict=verdict)
        for subject, verdict in subjects.items()
    )
    grid = role_grid(replace(sample_model(), verdicts=records))
    assert re.findall(r'<th scope="col"[^>]*>([^<]*)</th>', grid) == ["Operation", "manager", "auditor"]
    assert re.findall(r'<th scope="row"[^>]*>([^<]*)</th>', grid) == ["reads project", "uploads document"]
    assert grid.count('href="#case-') == 3
    assert grid.count(">—</td>") == 1


@pytest.mark.parametrize(
    ("expected", "observed", "verdict", "words"),
    [
        ("x: allowed, and it takes effect", "answers 201 (request 1)", Verdict.PASS, "may"),
        ("x: refused with 403, and no trace of it", "answers 403 {}", Verdict.PASS, "refused, 403"),
        ("x: refused with 401 or 403", "answers 200", Verdict.FAIL, "must be refused: 200"),
        ("x: allowed", "answers 403 {}", Verdict.FAIL, "must be allowed: 403"),
        ("x: allowed or refused with 403", "answers 201", Verdict.PASS, "may"),
        ("x: refused with 403", "", Verdict.NOT_EVALUATED, "not evaluated"),
        ("something else", "answers 200", Verdict.PASS, "pass"),
    ],
)
def test_cell_says_what_a_role_may_do(expected: str, observed: str, verdict: Verdict, words: str) -> None:
    """A cell says may or refused, with the status; where that is not as agreed, what must be."""
    one = replace(record("SEC-01", "test_it", "x", verdict), expected=expected, observed=observed)
    assert in_words(one) == words


def test_run_without_roles_has_no_grid() -> None:
    """Where no case is about a role, there is no grid."""
    assert role_grid(model_of(Verdict.PASS)) == ""
