"""What pytest meets: announcements, selection, completeness, and what ends a run."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pytest

from assurance.environment import load
from assurance.errors import BaselineRefused, NotEvaluated, Unwritable, UsageError
from assurance.home import PACKAGES
from assurance.judging.controls import CONTROLS
from assurance.judging.selection import Given, Selection
from assurance.runs.basis import RunOptions, new_run_id
from assurance.runs.run import Run
from assurance.suite.announcing import Progress, is_first
from assurance.suite.completeness import refuse_uncounted
from assurance.suite.interruptions import Interruptions, ending
from assurance.suite.plugin import joined
from assurance.suite.selection import SelectedControls, asked_for
from assurance.tape.redaction import Redactor

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


@pytest.mark.parametrize(("count", "sizes"), [(5, [5]), (6, [2, 3]), (1, []), (1, [0]), (1, [4, 0])])
def test_as_many_cases_as_subjects_are_right(count: int, sizes: list[int]) -> None:
    """Of several families every combination is a case; a family without subjects leaves one, to be skipped."""
    refuse_uncounted("test_x", count, sizes)


@pytest.mark.parametrize(("count", "sizes"), [(4, [5]), (6, [5]), (0, [1])])
def test_any_other_number_is_refused(count: int, sizes: list[int]) -> None:
    """A subject that took another's place, or is judged twice, ends the run before it begins."""
    with pytest.raises(UsageError, match=f"subjects are declared, and {count} would be judged"):
        refuse_uncounted("test_x", count, sizes)


CONFTEST = """
import sys

def pytest_addoption(parser):
    parser.addoption("--env")

def pytest_unconfigure(config):
    print("LOADED", sorted(name for name in sys.modules if name.startswith("assurance.")))
"""
CHECK = """
import pytest

@pytest.mark.control(id="SEC-01")
def test_of_another_project(pytestconfig):
    assert pytestconfig.getoption("--env") in {None, "staging"}
"""


@pytest.mark.parametrize("words", [(), ("--env", "staging")], ids=["bare", "its own --env"])
def test_another_project_is_left_alone(tmp_path: Path, words: tuple[str, ...]) -> None:
    """A project with an `--env` and a mark `control` of its own gets no option, no hook and no other module."""
    (tmp_path / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (tmp_path / "test_other.py").write_text(CHECK, encoding="utf-8")
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words],
        cwd=tmp_path, env=variables, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "LOADED ['assurance.suite', 'assurance.suite.early']" in ended.stdout


REDACTOR = Redactor("")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (BaselineRefused("the baseline is another's"), "the baseline is another's"),
        (Unwritable(OSError(errno.ENOSPC, "No space left"), Path("/r")), "/r: No space left; the run cannot be kept"),
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device; the run cannot be kept: free"),
        (PermissionError(errno.EACCES, "Permission denied", "/r"), "/r: Permission denied; the run cannot be kept"),
    ],
)
def test_what_the_user_can_mend_is_wrong_usage(error: Exception, told: str) -> None:
    """Pytest tells a usage error in one line, with status 4."""
    found = ending(error, REDACTOR)
    assert isinstance(found, pytest.UsageError)
    assert str(found).startswith(told)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (RuntimeError("a hook broke"), "The run broke down: RuntimeError: a hook broke. Nothing"),
        (KeyError("manifest"), "The run broke down: KeyError: 'manifest'. Nothing"),
        (ConnectionResetError(errno.ECONNRESET, "reset"), "The run broke down: ConnectionResetError: [Errno"),
        (NotEvaluated("Azure did not say."), "The run broke down: NotEvaluated: Azure did not say.. Nothing"),
        (ValueError(), "The run broke down: ValueError: . Nothing"),
        (ValueError("two\nlines"), "The run broke down: ValueError: lines. Nothing"),
    ],
)
def test_all_else_is_a_breakdown(error: Exception, told: str) -> None:
    """It is one line without a traceback, and ends pytest with status 3."""
    found = ending(error, REDACTOR)
    assert isinstance(found, pytest.exit.Exception)
    assert found.msg.startswith(told)
    assert "\n" not in found.msg
    assert found.returncode == 3


def test_where_it_broke_is_told() -> None:
    """The line names the function and the file's line."""
    with pytest.raises(ValueError, match="broke") as raised:
        break_down()
    assert "down in break_down (test_suite.py:" in str(ending(raised.value, REDACTOR))


def break_down() -> None:
    """Raise what nobody foresaw."""
    raise ValueError("broke")


def worker_internal_error(formatted: str) -> None:
    """Raise as pytest-xdist does what broke in a worker."""
    raise AssertionError(f"{formatted}\nassert False")


def test_what_broke_in_a_worker_is_told_by_its_last_line() -> None:
    """The controller has a whole traceback as the text of an assertion."""
    with pytest.raises(AssertionError) as raised:
        worker_internal_error("Traceback (most recent call last):\n  ...\nRuntimeError: a hook broke")
    assert str(ending(raised.value, REDACTOR)).startswith("The run broke down in a worker: RuntimeError: a hook broke.")


def test_secrets_do_not_stand_in_the_line() -> None:
    """An error's words may hold what was sent."""
    secret = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
    assert secret not in str(ending(RuntimeError(f"Authorization: Bearer {secret}"), REDACTOR))


def _without_line() -> pytest.ExceptionInfo[BaseException]:
    """Return an interruption that came where the compiler has noted no line."""
    code = compile("raise KeyboardInterrupt", "somewhere.py", "exec")
    # In the table of PEP 626, 0xF8 + n - 1 says of n instructions that they have no line.
    lineless = code.replace(co_linetable=bytes([0x80 | (15 << 3) | 7] * 8))
    try:
        exec(lineless)  # noqa: S102  (code of this test's own)
    except KeyboardInterrupt as error:
        return pytest.ExceptionInfo.from_exception(error)
    raise AssertionError


def test_an_interruption_at_no_line_can_be_shown() -> None:
    """The places with a line stay; pytest itself breaks down at one that has none."""
    excinfo = _without_line()
    with pytest.raises(TypeError):
        excinfo.getrepr()
    Interruptions().pytest_keyboard_interrupt(excinfo)
    shown = excinfo.getrepr()
    assert shown.reprcrash is not None
    assert "KeyboardInterrupt" in shown.reprcrash.message


SECURITY = tuple(control for control in CONTROLS if control.startswith("SEC-"))
SMOKE = sum(control.startswith("SMK-") for control in CONTROLS)
DEPLOYMENT = sum(control.startswith("DEP-") for control in CONTROLS)
SECURITY_OF_DEPLOYMENT = tuple(control for control in CONTROLS if control.startswith("DEP"))[:5]


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


@dataclass
class Written:
    """A reporter that keeps what is written."""

    isatty: object
    lines: list[str] = field(default_factory=list)

    def write_line(self, line: str) -> None:
        """Keep a line that stays."""
        self.lines.append(line)

    def rewrite(self, line: str, **how: bool) -> None:
        """Keep a line that the next replaces."""
        self.lines.append(f"({line})" if how["erase"] else line)


@pytest.mark.parametrize(
    ("on_terminal", "told"),
    [(False, "throttled: waiting 8 s, 40 of 142"), (True, "(throttled: waiting 8 s, 40 of 142)")],
)
def test_a_wait_because_of_throttling_is_told_once(on_terminal: bool, told: str) -> None:
    """A file gets a line that stays, a terminal one that goes; waits that overlap, and short ones, are told once."""
    reporter = Written(isatty=on_terminal)
    progress = Progress(lambda: reporter, "sandbox (SANDBOX)")
    progress.read(40, 142)
    progress.throttled(0.2)
    progress.throttled(8.0)
    progress.throttled(7.5)
    assert reporter.lines[-1] == told
    assert sum("throttled" in line for line in reporter.lines) == 1


def test_a_worker_says_nothing() -> None:
    """Where nobody writes nothing is said."""
    progress = Progress(lambda: None, "sandbox")
    progress.read(1, 1)
    progress.throttled(8.0)


def test_an_option_and_its_path_are_one_word_for_workers() -> None:
    """A worker, which starts when the folder of reports is there, takes no option's value for a path of tests."""
    words = ["checks", "--env", "prod.toml", "--reports", "new", "-n", "2", "--vantage", "inside", "--replay=tape"]
    assert joined(words) == [
        *("checks", "--env=prod.toml", "--reports=new", "-n", "2", "--vantage", "inside", "--replay=tape")
    ]
    assert joined(["--env"]) == ["--env"]
