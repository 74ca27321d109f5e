"""The last lines of a run: what it came to, what is worst, what to type, where the rest is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assurance.reporting import ending
from assurance.reporting.model import RunModel
from assurance.verdicts import Source, Verdict
from tests.assurance.reporting.sample_run import DENIED, GRANT, HOSTILE, STORAGE, model_of, record, sample_model

REPORT = "reports/sandbox/RUN/report.html"


def told(model: RunModel, width: int = 80) -> list[str]:
    """Return the last lines of a run."""
    return ending.lines(model, REPORT, width)


def many() -> RunModel:
    """Return a run with thirty findings, a long remedy each, and with commands by which to go back."""
    one = record("SEC-06", "test_it", "st", Verdict.FAIL)
    remedy = f"az storage account update --ids {STORAGE} --public-network-access Disabled"
    records = tuple(
        replace(one, check=f"{one.check}{n}", subject=f"st{n}", observed="it " * 99, remedy=f"{remedy} --name st{n}")
        for n in range(30)
    )
    model = sample_model()
    rollback = ("az containerapp revision activate --name ca --revision ca--r1", "az containerapp ingress show")
    return replace(model, verdicts=records, run=replace(model.run, rollback=rollback, notices=("told " * 60,)))


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("model", [sample_model(), many(), model_of(Verdict.PASS), model_of(*Verdict), model_of()])
def test_the_last_lines_are_few(model: RunModel, width: int) -> None:
    """At most ten lines, the last of which says where the report is; with a heading and pytest's line, twelve."""
    lines = told(model, width)
    assert 2 <= len(lines) <= ending.MAX_LINES
    assert lines[-1] == f"report    {REPORT}"


def test_worst_findings_are_named_with_what_to_type() -> None:
    """The worst are named, the first with its command, and the others are counted."""
    lines = told(many(), 120)
    named = [line for line in lines if line.startswith("CRITICAL  SEC-06  st")]
    assert len(named) == 2
    assert lines[lines.index(named[0]) + 1].lstrip().startswith("az storage account update")
    assert "and 28 more findings, in the report" in lines
    assert any(line.startswith("roll back az containerapp revision activate") for line in lines)


def test_to_stop_is_never_cut_off() -> None:
    """However long the sentence of what was judged is, a failing smoke test is told first and in full."""
    one = replace(record("SEC-06", "test_it", "ready", Verdict.FAIL), control="SMK-01")
    model = sample_model()
    long = replace(model, verdicts=(one,), run=replace(model.run, notices=("told " * 60,)))
    assert told(long)[0] == "A smoke test failed (SMK-01): STOP and initiate the rollback (guide, Step 14)."


def test_without_findings_the_reasons_are_named() -> None:
    """Where nothing fails, what kept cases from being judged is named, with its remedy."""
    one = replace(record("SEC-08", "test_role", "Reader", Verdict.NOT_EVALUATED), reason=DENIED, remedy=GRANT)
    lines = told(replace(sample_model(), verdicts=(one,)))
    assert any(line.startswith(("HIGH", "CRITICAL")) for line in lines)
    assert any("az role assignment create" in line for line in lines)


def test_no_text_forges_a_line() -> None:
    """A hostile text stays on its line."""
    one = replace(record("SEC-06", "test_it", "st", Verdict.FAIL), subject=HOSTILE, observed=f"x\nGO\r\n{HOSTILE}")
    lines = told(replace(sample_model(), verdicts=(one,)))
    assert "GO" not in lines
    assert "\x1b" not in "".join(lines)


def test_the_heading_says_what_it_is_worth() -> None:
    """Only a whole live run is told without a reservation."""
    live = sample_model(Source.LIVE)
    assert ending.heading(live) == "sandbox: NO-GO"
    assert ending.heading(sample_model()) == "sandbox: NO-GO (SANDBOX: no audit evidence)"
    assert "INCOMPLETE" in ending.heading(replace(live, run=replace(live.run, complete=False)))
