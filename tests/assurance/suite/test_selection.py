"""What a run selects, found out by pytest's own reading of the marker expression."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from assurance.errors import UsageError
from assurance.judging.selection import Selection
from assurance.suite.selection import asked_for

FIRST = """
import pytest
pytestmark = pytest.mark.control(id="SEC-01")
def test_first(): pass
@pytest.mark.parametrize("name", ["a", "b"])
def test_second(name): pass
"""
SECOND = """
import pytest
pytestmark = [pytest.mark.control(id="SEC-03"), pytest.mark.nightly]
def test_first(): pass
"""
# A run of pytest of its own, which tells at its end what was selected.
RUN = """
import json, sys
import pytest
from assurance.judging.selection import Selection
from assurance.suite.selection import SelectedControls
selected = SelectedControls(Selection())
pytest.main(["-q", "-p", "no:cacheprovider", *sys.argv[1:]], plugins=[selected])
print()
print(json.dumps([selected.selection.whole, selected.selection.part]))
"""


@pytest.mark.parametrize(
    ("expression", "marks"),
    [
        ("", ()),
        ("pre_deployment", ("pre_deployment",)),
        ("not pre_deployment", ()),
        ("not(nightly)", ()),
        ("not not nightly", ("nightly",)),
        ("post_deployment and not nightly", ("post_deployment",)),
        ("post_deployment and load", ("post_deployment", "load")),
        ("post_deployment and not (load or deep)", ("post_deployment",)),
        ("nightly or not nightly", ()),
        ("control(id='SEC-01')", ()),
        ("control(id='SEC-01') and nightly", ("nightly",)),
        ("closing", ("closing",)),
    ],
)
def test_a_marker_is_asked_for_if_a_check_is_selected_for_its_sake(expression: str, marks: tuple[str, ...]) -> None:
    """Negation, brackets and parameters are read as pytest reads them."""
    assert asked_for(expression) == marks


@pytest.mark.parametrize("expression", ["not(", "nightly and", " or ".join(f"m{number}" for number in range(20))])
def test_what_is_no_expression_is_refused(expression: str) -> None:
    """A broken expression, or one that names more markers than there are, is a usage error."""
    with pytest.raises(UsageError, match="-m"):
        asked_for(expression)


@pytest.mark.parametrize(
    ("marks", "gate", "belongs"),
    [
        (("pre_deployment",), "pre_deployment", True),
        (("pre_deployment", "post_deployment"), "post_deployment", True),
        (("nightly",), "", False),
        (("closing",), "", True),
    ],
)
def test_gate_and_change_follow_from_the_markers(marks: tuple[str, ...], gate: str, belongs: bool) -> None:
    """Of both gates the later one decides; what closes a change belongs to one, and is no gate."""
    selection = Selection(marks)
    assert (selection.gate, selection.belongs_to_a_change) == (gate, belongs)


@pytest.mark.parametrize(
    ("arguments", "whole", "part"),
    [
        ([], ("SEC-01", "SEC-03"), ()),
        (["-k", "test_first"], ("SEC-03",), ("SEC-01",)),
        (["test_sec_01.py::test_second[a]"], (), ("SEC-01",)),
        (["-m", "not nightly"], ("SEC-01",), ()),
        (["test_sec_01.py"], ("SEC-01",), ()),
    ],
)
def test_controls_are_selected_in_whole_or_in_part(
    tmp_path: Path, arguments: list[str], whole: tuple[str, ...], part: tuple[str, ...]
) -> None:
    """A control is whole if every case that its file has was selected, by path, name or marker."""
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n    control\n    nightly\n", "utf-8")
    (tmp_path / "test_sec_01.py").write_text(FIRST, "utf-8")
    (tmp_path / "test_sec_03.py").write_text(SECOND, "utf-8")
    (tmp_path / "run.py").write_text(RUN, "utf-8")
    words = [sys.executable, "run.py", *arguments]
    ended = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert json.loads(ended.stdout.splitlines()[-1]) == [list(whole), list(part)], ended.stdout + ended.stderr
