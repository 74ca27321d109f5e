"""Waivers in whole runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from assurance.reporting.json_report import validate
from sandbox import Fault, Sandbox
from tests.assurance.judging.test_waivers import TODAY, waiver
from tests.suite.running import RunSuite

SANDBOX_FILE = Callable[..., Path]
CHECKS = "checks/security/test_sec_06_public_access.py"
FAILING = f"{CHECKS}::test_public_network_access_is_disabled[sql-apex-sandbox]"


@pytest.fixture
def violated() -> Callable[[Sandbox], None]:
    """Open the database server to public networks."""
    return lambda sandbox: sandbox.estate.change("sql-apex-sandbox", "properties.publicNetworkAccess", "Enabled")


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "workers"])
def test_a_covered_failure_is_waived(
    run_suite: RunSuite,
    sandbox_file: SANDBOX_FILE,
    violated: Callable[[Sandbox], None],
    tmp_path: Path,
    workers: tuple[str, ...],
) -> None:
    """A failing case that a waiver covers is waived, told with the days left, and the run is GO, also on workers."""
    waivers = tmp_path / "mine.toml"
    waivers.write_text(waiver(), encoding="utf-8")
    with Sandbox() as sandbox:
        violated(sandbox)
        arguments = (CHECKS, "--env", str(sandbox_file(sandbox)), "--waivers", str(waivers), *workers)
        ended = run_suite(*arguments, variables=sandbox.environment_variables())

    assert ended.status == 0, ended.text
    validate(ended.results)
    verdicts = ended.verdicts()
    assert verdicts[FAILING] == "waived"
    assert verdicts["waivers/sandbox.toml::waiver[sql-public]"] == "pass"
    assert sorted(set(verdicts.values())) == ["not_applicable", "pass", "waived"]
    record = next(one for one in ended.results["verdicts"] if one["check"] == FAILING)
    assert record["waiver"]["days_left"] in {29, 30}
    assert "days left" in ended.words
    assert "publicNetworkAccess is Enabled" in record["observed"]
    assert (ended.pack / "waivers.toml").read_text(encoding="utf-8") == waivers.read_text(encoding="utf-8")
    for name in ("summary.md", "junit.xml", "report.html"):
        assert "CR-1234" in (ended.pack / name).read_text(encoding="utf-8"), name

    # The pack carries its own waivers, and so comes to the same verdicts again.
    again = run_suite(CHECKS, "--env", "sandbox", "--replay", str(ended.pack))
    assert again.verdicts() == verdicts


def test_an_expired_waiver_fails_again(
    run_suite: RunSuite, sandbox_file: SANDBOX_FILE, violated: Callable[[Sandbox], None], tmp_path: Path
) -> None:
    """A failing case whose waiver has expired fails, says so, and the waiver is a finding of its own."""
    waivers = tmp_path / "mine.toml"
    waivers.write_text(waiver(expires=TODAY - timedelta(days=3)), encoding="utf-8")
    with Sandbox() as sandbox:
        violated(sandbox)
        arguments = (CHECKS, "--env", str(sandbox_file(sandbox)), "--waivers", str(waivers))
        ended = run_suite(*arguments, variables=sandbox.environment_variables())

    assert ended.status == 1, ended.text
    validate(ended.results)
    failed = {check for check, verdict in ended.verdicts().items() if verdict == "fail"}
    assert failed == {FAILING, "waivers/sandbox.toml::waiver[sql-public]"}
    assert "expired on" in ended.words


def test_a_waiver_never_covers_what_was_not_judged(
    run_suite: RunSuite, sandbox_file: SANDBOX_FILE, tmp_path: Path
) -> None:
    """A case that could not be judged stays not evaluated, whatever covers it, and the run is INCONCLUSIVE."""
    waivers = tmp_path / "mine.toml"
    waivers.write_text(waiver(), encoding="utf-8")
    with Sandbox() as sandbox:
        sandbox.resource_manager.faults.append(Fault("Microsoft.Sql/servers", status=403))
        arguments = (CHECKS, "--env", str(sandbox_file(sandbox)), "--waivers", str(waivers))
        ended = run_suite(*arguments, variables=sandbox.environment_variables())

    assert ended.status == 10, ended.text
    assert ended.verdicts()[FAILING] == "not_evaluated"
    assert ended.verdicts()["waivers/sandbox.toml::waiver[sql-public]"] == "not_evaluated"


def test_a_waiver_that_is_not_needed_is_a_finding(run_suite: RunSuite, tmp_path: Path) -> None:
    """A waiver whose case passes fails the run under its own control; a selection without its cases says nothing."""
    waivers = tmp_path / "mine.toml"
    waivers.write_text(waiver(), encoding="utf-8")
    ended = run_suite(CHECKS, "--env", "sandbox", "--waivers", str(waivers))
    assert ended.status == 1, ended.text
    assert "no longer needed" in ended.words

    elsewhere = run_suite(
        "checks/security/test_sec_10_defender_for_cloud.py", "--env", "sandbox", "--waivers", str(waivers)
    )
    assert elsewhere.status == 0, elsewhere.text
    narrow = run_suite(CHECKS, "-k", "least_tls or kv-apex", "--env", "sandbox", "--waivers", str(waivers))
    assert narrow.status == 0, narrow.text


def test_a_bad_file_is_one_error(run_suite: RunSuite, tmp_path: Path) -> None:
    """A waiver without approver ends the run before it begins, with exit status 4 and nothing left behind."""
    waivers = tmp_path / "mine.toml"
    waivers.write_text(waiver(approver=None), encoding="utf-8")
    ended = run_suite(CHECKS, "--env", "sandbox", "--waivers", str(waivers))
    assert ended.status == 4, ended.text
    assert "waivers.sql-public.approver: is missing" in ended.text
    assert "Traceback" not in ended.text
    assert not list(ended.reports.glob("**/*"))
