"""The documents say what is: README, ARCHITECTURE, CONTRIBUTING, and what is generated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from assurance.judging.controls import CONTROLS
from assurance.verdicts import Verdict
from falsification.azure.changes import Violation, drops
from falsification.azure.stage import AzureStage
from falsification.judge import try_violation

ROOT = Path(__file__).parents[1]
MAX_LINES = {"README.md": 120, "ARCHITECTURE.md": 70, "CONTRIBUTING.md": 45}


def test_every_room_is_on_the_map() -> None:
    """Each package of the suite is a row of the table."""
    rooms = {path.parent.name for path in (ROOT / "assurance").glob("*/__init__.py")}
    rows = set(re.findall(r"^\| `(\w+)/` \|", (ROOT / "ARCHITECTURE.md").read_text("utf-8"), re.M))
    assert rows == rooms


@pytest.mark.parametrize("name", ["ARCHITECTURE.md", "CONTRIBUTING.md", "docs/decisions.md", "docs/running.md"])
def test_paths_that_documents_name_are_there(name: str) -> None:
    """A path in code marks exists, from the top or from within the suite."""
    paths = re.findall(r"`((?:[a-z_]+/)+[a-z_]*(?:\.(?:py|toml|json|css|js))?)`", (ROOT / name).read_text("utf-8"))
    missing = [path for path in paths if not (ROOT / path).exists() and not (ROOT / "assurance" / path).exists()]
    assert missing == []


@pytest.mark.parametrize("name", sorted(MAX_LINES))
def test_documents_stay_short(name: str) -> None:
    """What is read first is read whole."""
    assert len((ROOT / name).read_text("utf-8").splitlines()) <= MAX_LINES[name]


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
    assert [result.reporters for result in results] == [("test_service_exists",)]
    assert [survivor for result in results for survivor in result.survivors] == []


def test_it_fits_on_one_screen() -> None:
    """A contributor sees all of it at once."""
    assert len(TEXT.splitlines()) <= SCREEN


STEPS = range(1, 31)
SPAN = re.compile(r"([A-Z][A-Z0-9]+)-(\d\d)(?: to [A-Z0-9]+-(\d\d))?")


def text(name: str) -> str:
    """Return a document."""
    return (ROOT / name).read_text(encoding="utf-8")


def controls_in(cell: str) -> Iterator[str]:
    """Yield the controls that a table's cell names, spans written out."""
    for family, first, last in SPAN.findall(cell):
        for number in range(int(first), int(last or first) + 1):
            yield f"{family}-{number:02d}"


def rows(name: str, start: str) -> list[list[str]]:
    """Return the cells of a document's table rows whose first cell matches `start`."""
    found = re.findall(rf"^\| ({start}) \| (.*) \|$", text(name), re.MULTILINE)
    return [[first, *(cell.strip() for cell in rest.split("|"))] for first, rest in found]


def test_list_of_controls_is_that_of_the_code() -> None:
    """Each control stands in docs/controls.md with title, requirement, step and clauses, and no other does."""
    expected = {
        f"| {control.id} {control.title} | {control.requirement} | {control.guide_step} | "
        f"{', '.join(control.iso_2022)} | {', '.join(control.iso_2013)} |"
        for control in CONTROLS.values()
    }
    lines = re.findall(r"^\| [A-Z][A-Z0-9]+-\d\d .*$", text("docs/controls.md"), re.MULTILINE)
    assert len(lines) == len(set(lines))
    assert set(lines) == expected


def test_families_in_the_readme_are_those_of_the_code() -> None:
    """The README names every family, with its first and its last control."""
    families: dict[str, list[str]] = {}
    for control in sorted(CONTROLS):
        families.setdefault(control.partition("-")[0], []).append(control)
    told = {cells[0]: cells[-1] for cells in rows("README.md", r"[A-Z][A-Z0-9]+")}
    spans = {name: f"{ids[0]} to {ids[-1]}" if len(ids) > 1 else ids[0] for name, ids in families.items()}
    assert told == spans


def test_checklist_covers_all_thirty_steps() -> None:
    """Every step is there, in order, covered by something, and names only controls that there are."""
    steps = rows("docs/checklist.md", r"\d+")
    assert [int(cells[0]) for cells in steps] == list(STEPS)
    for number, _, checked, attested in steps:
        named = list(controls_in(f"{checked} {attested}"))
        assert named, number
        known = [control for control in named if control in CONTROLS or _is_gap(control, checked)]
        assert named == known, number


def _is_gap(control: str, cell: str) -> bool:
    """Whether a control only lies within a span that the document writes."""
    return any(last for family, _, last in SPAN.findall(cell) if control.startswith(f"{family}-"))


def test_checklist_places_every_control_at_its_step() -> None:
    """A control whose catalogue names a step stands in that step's row."""
    placed = {int(cells[0]): set(controls_in(" ".join(cells[2:]))) for cells in rows("docs/checklist.md", r"\d+")}
    for control in CONTROLS.values():
        named = re.match(r"Steps? ([\d, and]+)", control.guide_step)
        numbers = [int(number) for number in re.findall(r"\d+", named.group(1))] if named is not None else []
        if control.id.startswith(("DRF", "WVR")):
            continue  # they stand between the steps: what changes without a deployment, and what is excused
        for number in numbers:
            assert control.id in placed[number], (control.id, number)


def test_every_control_has_checks() -> None:
    """Each control has a check file that names it, and every check file names one that there is."""
    files = sorted((ROOT / "checks").glob("*/test_*.py"))
    named = [re.search(r'control\("([A-Z0-9]+-\d\d)"', file.read_text(encoding="utf-8")) for file in files]
    assert all(named), [file.name for file, match in zip(files, named, strict=True) if match is None]
    ids = [match.group(1) for match in named if match is not None]
    # Server errors and waivers are judged at the end of a run, by what the others came to.
    assert set(ids) == set(CONTROLS) - {"ERR-01", "WVR-01"}


README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_check_that_is_shown_is_real() -> None:
    """The check in the README's first screen stands in the code, to the letter."""
    shown = re.search(r"```python\n(.*?)```", README, re.S)
    assert shown is not None
    source = (ROOT / "checks" / "security" / "test_sec_06_public_access.py").read_text(encoding="utf-8")
    for part in shown.group(1).strip().split("\n\n\n"):
        assert part in source or all(line in source for line in part.splitlines())


def test_the_commands_name_what_exists() -> None:
    """Every make target, file and option that the README names exists."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"\bmake (\w+)", README):
        assert re.search(rf"^{target}:", makefile, re.M), target
    plugin = (ROOT / "assurance" / "suite" / "plugin.py").read_text(encoding="utf-8")
    for option in re.findall(r"(?<![\w-])--(env|replay|vantage|reports)\b", README):
        assert f'"--{option}"' in plugin
    for link in re.findall(r"\]\(([\w./-]+)\)", README):
        assert (ROOT / link).exists(), link
