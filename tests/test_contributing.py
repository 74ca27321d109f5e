"""CONTRIBUTING.md cannot lie: its check is added, passes, and is seen to fail."""

from __future__ import annotations

import re
from pathlib import Path

from assurance.verdicts import Verdict
from falsification.azure.changes import Violation, drops
from falsification.azure.stage import AzureStage
from falsification.judge import try_violation

TEXT = (Path(__file__).parents[1] / "CONTRIBUTING.md").read_text(encoding="utf-8")
HEAD = """from __future__ import annotations

from assurance.judging.checking import control

pytestmark = control("SEC-06")


"""
SCREEN = 45


def test_the_check_that_is_shown_passes_and_fails(tmp_path: Path) -> None:
    """The check passes on the compliant world, and the violation that is shown makes it fail, and nothing else."""
    check, violation = re.findall(r"```python\n(.*?)```", TEXT, re.S)
    (tmp_path / "test_added.py").write_text(HEAD + check, encoding="utf-8")
    stage = AzureStage((tmp_path,))
    assert {outcome.verdict for outcome in stage.compliant.values()} == {Verdict.PASS}
    assert {case.check for case in stage.cases} == {"test_service_exists"}

    shown = eval(violation, {"Violation": Violation, "drops": drops})  # noqa: S307  (the document is our own)
    results = try_violation(stage, shown)
    assert [one.reporters for one in results] == [("test_service_exists",)]
    assert [survivor for one in results for survivor in one.survivors] == []


def test_it_fits_on_one_screen() -> None:
    """A contributor sees all of it at once."""
    assert len(TEXT.splitlines()) <= SCREEN
