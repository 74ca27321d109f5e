"""Pages of the HTML report for the tests in a browser, made by pytest-html as in a run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from assurance.judging.controls import CONTROLS
from assurance.reporting.model import RunModel, in_order
from assurance.tape import Reading, key_of, sha256
from assurance.verdicts import Verdict
from tests.assurance.reporting.sample_run import GRANT, READINGS, SUBSCRIPTION, record, sample_model

ROOT = Path(__file__).parents[2]
CASES = 10_000
SPREAD = (Verdict.FAIL, *(Verdict.PASS,) * 7, Verdict.NOT_EVALUATED, Verdict.PASS)
CONFTEST = """
from pathlib import Path

import pytest

from assurance.reporting.html.report import HtmlReport, configure
from tests.browser import pages

MODEL = pages.{maker}()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    configure(config, Path(__file__).with_name("report.html"))
    config.pluginmanager.register(HtmlReport(lambda: MODEL))
"""


def sample() -> RunModel:
    """Return the sample run: every verdict, several readings and hostile text."""
    return sample_model()


def large() -> RunModel:
    """Return a run of ten thousand cases, a tenth of them failures with texts of their own, on a thousand readings."""
    readings = tuple(_reading(number) for number in range(1_000))
    model = sample_model()
    controls = list(CONTROLS)
    records = [
        replace(
            record("SEC-01", "test_subnet_is_declared", f"resource-{number:05d}", SPREAD[number % len(SPREAD)]),
            control=controls[number % len(controls)],
            readings=(readings[number % len(readings)].key, readings[(number * 7) % len(readings)].key),
            resources=(f"{SUBSCRIPTION}/providers/Microsoft.Network/virtualNetworks/resource-{number:05d}",),
        )
        for number in range(CASES)
    ]
    told = [
        replace(
            one,
            observed=f"publicNetworkAccess = 'Enabled' on {one.subject}",
            remedy=f"az resource update --name {one.subject}",
        )
        if one.verdict is Verdict.FAIL
        else replace(one, reason="The answer was 403.", remedy=GRANT)
        if one.verdict is Verdict.NOT_EVALUATED
        else one
        for one in records
    ]
    return replace(model, verdicts=in_order(told), readings=readings)


def _reading(number: int) -> Reading:
    question = f"GET https://management.azure.com{SUBSCRIPTION}/providers/Microsoft.Network/things/{number}"
    body = json.dumps({"id": number, "properties": {"values": list(range(number, number + 300))}}).encode()
    return replace(
        READINGS[0], key=key_of("http", question), question=question, body=body, sha256=sha256(body), status=200
    )


def make(maker: str, directory: Path) -> Path:
    """Write the report of one of the runs above and return its path."""
    (directory / "conftest.py").write_text(CONFTEST.format(maker=maker))
    (directory / "test_one.py").write_text("def test_one():\n    pass\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", ".", "."]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return directory / "report.html"
