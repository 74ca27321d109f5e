"""The charts of a load test."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

from assurance.apex.performance.load_samples import ASIDE, LoadRecord, Sample
from assurance.reporting.html.load_figures import load_percentiles, load_response_times, load_throughput
from assurance.reporting.model import RunModel
from assurance.tape import Reading, sha256
from assurance.verdicts import Verdict
from tests.assurance.reporting.sample_run import model_of

FIGURES = (load_response_times, load_throughput, load_percentiles)


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
    drawn = [draw(run_with(LoadRecord((), (aside, *samples)).body())) for draw in FIGURES]

    told = "".join(str(one) for one in drawn)
    assert all(one is not None and ElementTree.fromstring(one) is not None for one in drawn)  # noqa: S314  (our own)
    assert "200 in all" in told
    assert "all 200 requests, from raw samples" in told


def test_a_run_without_load_has_no_such_figures() -> None:
    """Where no load was put on the application, or its samples cannot be read, nothing is drawn."""
    assert [draw(model_of(Verdict.PASS)) for draw in FIGURES] == [None, None, None]
    assert [draw(run_with(b"nothing")) for draw in FIGURES] == [None, None, None]
