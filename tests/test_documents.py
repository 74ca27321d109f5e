"""Documents cannot lie: the tables of controls, families and steps are held to the code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from assurance.judging.controls import CONTROLS

ROOT = Path(__file__).parents[1]
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
        f"| {one.id} {one.title} | {one.requirement} | {one.guide_step} | "
        f"{', '.join(one.iso_2022)} | {', '.join(one.iso_2013)} |"
        for one in CONTROLS.values()
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
