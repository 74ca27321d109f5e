"""What a run says of its writing before it writes, and where it must be allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from assurance.environment import load
from assurance.errors import NotEvaluated
from assurance.runs.options import RunOptions, new_run_id
from assurance.runs.run import Run
from assurance.suite.announcing import is_first

ENVIRONMENTS = Path(__file__).parents[3] / "environments"


@pytest.mark.parametrize(
    ("name", "says_file", "says_command", "may"),
    [
        ("prod", False, False, False),
        ("prod", True, False, True),
        ("prod", False, True, True),
        ("staging", False, False, True),
    ],
)
def test_production_is_written_to_only_where_that_was_said(
    name: str, says_file: bool, says_command: bool, may: bool, tmp_path: Path
) -> None:
    """A live run on production writes only with --allow-writes or the file's word; elsewhere it may."""
    environment = load(ENVIRONMENTS / f"{name}.toml", {"application": {"allow_writes": says_file}})
    options = RunOptions(None, None, tmp_path, new_run_id(), "", allow_writes=says_command)
    run = Run(environment, options)
    try:
        assert run.may_write is may
        if not may:
            with pytest.raises(NotEvaluated, match="--allow-writes"):
                run.flows.begin("smoke")
            assert run.flows.begin("roles:reads-liveness", only_reads=True).only_reads
    finally:
        run.close()


def test_the_first_run_is_told_from_later_ones(tmp_path: Path) -> None:
    """A run is the first where none left a tape beside it."""
    own = tmp_path / "20261129T003028Z-8da407"
    (own / "tape").mkdir(parents=True)
    (tmp_path / "index.html").write_text("", encoding="utf-8")
    assert is_first(own)
    (tmp_path / "20261128T003028Z-8da407" / "tape").mkdir(parents=True)
    assert not is_first(own)
