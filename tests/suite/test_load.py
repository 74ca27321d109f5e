"""Whole runs with the load test: only where it is allowed and asked for, and the same again from its tape."""

from __future__ import annotations

from tests.suite.running import RECORDING, RunSuite

FILE = "checks/performance/test_sla_09_load.py"


def test_load_is_opt_in(run_suite: RunSuite) -> None:
    """Without -m load, and where it is not allowed, the load test is not applicable, and says why."""
    asked = run_suite(FILE, "-m", "load", "--env", "prod", "--replay", str(RECORDING))
    assert {verdict["verdict"] for verdict in asked.results["verdicts"]} == {"not_applicable"}, asked.text
    assert all("load.allowed = true" in verdict["reason"] for verdict in asked.results["verdicts"])

    unasked = run_suite(FILE, "--env", "sandbox")
    assert unasked.status == 10, unasked.text
    assert "A load test is run only where it is asked for: -m load." in unasked.words
    # Nothing was read, so there is no evidence to point to.
    assert "no reading came from the deployment" in unasked.words
    assert "report.html" not in unasked.text


def test_a_load_test_replays(run_suite: RunSuite) -> None:
    """What a load test came to is derived again from its samples, whether or not the replay asks for a load."""
    first = run_suite(FILE, "-m", "load", "--env", "sandbox")
    again = run_suite(FILE, "--env", "sandbox", "--replay", str(first.pack), plugin="tests.suite.no_network")

    told = ("check", "verdict", "observed", "reason")
    facts = [[{key: one[key] for key in told} for one in run.results["verdicts"]] for run in (first, again)]
    assert facts[0] == facts[1]
    assert {one["verdict"] for one in facts[0]} != {"not_applicable"}
    assert "Load: percentiles" in (first.pack / "report.html").read_text(encoding="utf-8")
