"""What a run selects, found out by pytest's own reading of the marker expression."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from assurance.errors import UsageError
from assurance.home import PACKAGES
from assurance.judging.controls import CONTROLS
from assurance.judging.selection import Given, Selection
from assurance.suite.selection import SelectedControls, asked_for

SECURITY = tuple(control for control in CONTROLS if control.startswith("SEC-"))
SMOKE = sum(control.startswith("SMK-") for control in CONTROLS)
DEPLOYMENT = sum(control.startswith("DEP-") for control in CONTROLS)
SECURITY_OF_DEPLOYMENT = tuple(one for one in CONTROLS if one.startswith("DEP"))[:5]


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
    ("expression", "told"),
    [
        ("control(id='SEC-99')", r"control SEC-99, which there is not; did you mean SEC-09"),
        ("nightly or control(id='SEC-01') or control(id='SECURITY')", "control SECURITY"),
        ("nightly and control(id='sec-01')", r"sec-01, which there is not"),
    ],
)
def test_a_control_that_does_not_exist_is_told(expression: str, told: str) -> None:
    """A mistyped control selects nothing, which must not look like a run without failures."""
    with pytest.raises(UsageError, match=told):
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
        (["-k", "first"], ("SEC-03",), ("SEC-01",)),
        (["test_sec_01.py::test_second[a]"], (), ("SEC-01",)),
        (["-m", "not nightly"], ("SEC-01",), ()),
        (["test_sec_01.py"], ("SEC-01",), ()),
    ],
)
def test_controls_are_selected_in_whole_or_in_part(
    tmp_path: Path, arguments: list[str], whole: tuple[str, ...], part: tuple[str, ...]
) -> None:
    """A control is whole if every case that its file has was selected, by path, name or marker."""
    first = "import pytest\npytestmark = pytest.mark.control(id='SEC-01')\ndef test_first(): pass\n"
    second = "@pytest.mark.parametrize('name', ['a', 'b'])\ndef test_second(name): pass\n"
    (tmp_path / "test_sec_01.py").write_text(first + second, encoding="utf-8")
    marks = "import pytest\npytestmark = [pytest.mark.control(id='SEC-03'), pytest.mark.nightly]\n"
    (tmp_path / "test_sec_03.py").write_text(f"{marks}def test_first(): pass\n", encoding="utf-8")
    selected = SelectedControls(Selection())
    run_pytest(tmp_path, arguments or ["."], selected)
    assert (selected.selection.whole, selected.selection.part) == (whole, part)


def run_pytest(root: Path, words: list[str], plugin: object) -> None:
    """Run pytest within this process on paths below a root, with nothing of this repository's settings."""
    settings = root / "pytest.ini"
    settings.write_text("[pytest]\nmarkers =\n    control\n    nightly\n", encoding="utf-8")
    is_path = [word == "." or word.startswith(("checks", "test_")) for word in words]
    given = [str(root / word) if path else word for word, path in zip(words, is_path, strict=True)]
    given += [] if any(is_path) else [str(root)]
    known = set(sys.modules)
    pytest.main(
        ["-q", "-pno:cacheprovider", "--import-mode=importlib", f"-c{settings}", f"--rootdir={root}", *given],
        plugins=[plugin],
    )
    # Its folders are imported as packages, of which one is called `checks`, as the suite's own is.
    for name in [name for name in sys.modules.keys() - known if name.partition(".")[0] in PACKAGES]:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("selection", "scope"),
    [
        (Selection(cases=1, of_cases=569, part=("SEC-06",)), "in part: 1 of 569 cases; no decision on any control"),
        (Selection(whole=SECURITY, cases=141), "for SEC: 11 of 11 controls, 141 cases"),
        (Selection(whole=("SEC-01",), cases=9), "for SEC-01: 1 of 11 controls, 9 cases"),
        (
            Selection(whole=(*SECURITY, *SECURITY_OF_DEPLOYMENT), cases=150),
            (
                f"for SEC and DEP (5 of {DEPLOYMENT}): "
                f"{len(SECURITY) + 5} of {len(SECURITY) + DEPLOYMENT} controls, 150 cases"
            ),
        ),
        (
            Selection(whole=(*SECURITY, "SMK-01"), part=("SMK-02",), cases=150),
            (
                f"for SEC and SMK-01: {len(SECURITY) + 1} of {len(SECURITY) + SMOKE} controls, 150 cases; "
                "no decision on SMK-02, judged in part"
            ),
        ),
    ],
)
def test_a_scope_is_whole_families_or_controls_or_a_part(selection: Selection, scope: str) -> None:
    """A decision says what it is about; of what was judged in part it says that nothing is decided."""
    assert selection.scope == scope


def test_a_selection_is_read_as_it_was_written() -> None:
    """What a worker sends, and what stands in results, gives the same value again."""
    given = Given(("checks/security",), "sql", "nightly", ("checks/a.py::test_b",), "-k x", by_id=True)
    selection = Selection(("nightly",), ("SEC-01",), ("SEC-02",), 3, 9, ("nightly",), given)
    assert Selection.from_values(json.loads(json.dumps(asdict(selection)))) == selection


@pytest.mark.parametrize(
    ("arguments", "everything", "left_out"),
    [
        (["checks"], True, ""),
        (["checks", "-m", "nightly"], True, ""),
        (["checks", "-k", "first"], False, "checks/test_sec_01.py::test_second"),
        (["checks/test_sec_01.py"], False, "test_sec_03.py"),
    ],
)
def test_everything_of_a_moment_is_selected_or_what_is_left_out_is_known(
    tmp_path: Path, arguments: list[str], everything: bool, left_out: str
) -> None:
    """All check files are looked through, and no case with the marker is left out: else a gate names what is."""
    for number, names in (("01", ("first", "second")), ("03", ("first",))):
        path = tmp_path / "checks" / f"test_sec_{number}.py"
        path.parent.mkdir(exist_ok=True)
        marks = f"import pytest\npytestmark = [pytest.mark.control(id='SEC-{number}'), pytest.mark.nightly]\n"
        path.write_text(marks + "".join(f"def test_{name}(): pass\n" for name in names), encoding="utf-8")
    selected = SelectedControls(Selection(), tmp_path / "checks")
    run_pytest(tmp_path, arguments, selected)

    assert ("nightly" in selected.selection.everything) is everything
    assert [*selected.left_out("nightly"), *selected.unread()] == ([left_out] if left_out else [])
