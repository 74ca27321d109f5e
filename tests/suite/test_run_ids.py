"""`--run-id` names a pack, and never one that there is."""

from __future__ import annotations

from pathlib import Path

from tests.suite.running import RunSuite

RUN_ID = "20261129T003028Z-8da407"
CHECK = "checks/security/test_sec_01_virtual_network.py"


def test_a_pack_bears_the_given_id(run_suite: RunSuite) -> None:
    """Who starts many runs finds each one's pack by it."""
    ended = run_suite(CHECK, "--env=sandbox", f"--run-id={RUN_ID}")
    assert ended.pack.name == ended.results["run"]["id"] == RUN_ID


def test_an_id_that_is_taken_is_refused(run_suite: RunSuite, tmp_path: Path) -> None:
    """A pack is never written to again by another run."""
    # The fixture numbers the folder of reports by what stands in the temporary folder: that folder itself.
    taken = tmp_path / "reports-1" / "sandbox" / RUN_ID
    taken.mkdir(parents=True)
    ended = run_suite(CHECK, "--env=sandbox", f"--run-id={RUN_ID}")
    assert ended.status == 4
    assert f"--run-id {RUN_ID}: there is a run of this id" in ended.words
    assert list(taken.iterdir()) == []


def test_an_id_of_another_form_is_refused(run_suite: RunSuite) -> None:
    """It becomes the name of a folder: none leads out of the reports."""
    ended = run_suite(CHECK, "--env=sandbox", "--run-id=../elsewhere")
    assert ended.status == 4
    assert "is no run's id" in ended.words
