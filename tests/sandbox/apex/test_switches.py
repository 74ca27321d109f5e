"""Each switch changes the behaviour that it names, and nothing else that can be seen of APEX.

A portrait of the whole service takes a second, so one portrait shows several switches, of which no two change the same
area. What a switch changes is in `expected_changes.py`; whatever else a portrait shows changed fails its switches.
"""

from __future__ import annotations

from functools import partial

import pytest

from sandbox.apex import Switch
from tests.sandbox.apex import portrait_of_access, portrait_of_input, portrait_of_work
from tests.sandbox.apex.calling import Caller
from tests.sandbox.apex.conftest import Rows
from tests.sandbox.apex.expected_changes import EXPECTED
from tests.sandbox.apex.portrait import Painter, Portrait

PAINTERS = (
    portrait_of_access.paint_health,
    portrait_of_access.paint_tokens,
    portrait_of_access.paint_projects,
    portrait_of_access.paint_roles,
    portrait_of_work.paint_documents,
    portrait_of_work.paint_jobs,
    portrait_of_work.paint_estimate,
    portrait_of_work.paint_levels,
    portrait_of_work.paint_classes,
    portrait_of_work.paint_telemetry,
    portrait_of_input.paint_projects_refused,
    portrait_of_input.paint_files_refused,
    portrait_of_input.paint_estimates_refused,
)
JUDGED = tuple(switch for switch in Switch if switch.family != "SLA")


def _covers(expected: str, name: str) -> bool:
    return name == expected or (expected.endswith(".") and name.startswith(expected))


def _areas(switch: Switch) -> set[str]:
    """What a switch meddles with: the whole of an estimate, a role, an operation, a kind of input."""
    areas = set()
    for name in EXPECTED[switch]:
        area, *rest = name.rstrip(".").split(".")
        if area == "role":
            areas |= set(rest[:2] or portrait_of_access.PEOPLE)
        elif area == "bad":
            areas.add(f"bad.{rest[0]}")
        else:
            areas.add("estimate" if area in ("item", "export") else area)
    return areas


def _batches() -> list[tuple[Switch, ...]]:
    """The switches in as few groups as possible in which no two meddle with the same area."""
    batches: list[list[Switch]] = []
    # Whoever meddles with most finds its place first.
    for switch in sorted(JUDGED, key=lambda one: (-len(_areas(one)), one)):
        for batch in batches:
            if not any(_areas(switch) & _areas(other) for other in batch):
                batch.append(switch)
                break
        else:
            batches.append([switch])
    return [tuple(batch) for batch in batches]


BATCHES = _batches()


@pytest.fixture(scope="session")
def gallery() -> dict[tuple[Switch, ...], Portrait]:
    """The portraits that have been painted, by the switches that were on."""
    return {}


def _painted(
    caller: Caller, rows: Rows, gallery: dict[tuple[Switch, ...], Portrait], switches: tuple[Switch, ...]
) -> Portrait:
    if switches not in gallery:
        caller.stand_in.reset()
        painter = Painter(caller, rows, set(switches))
        caller.stand_in.switches.update(switches)
        for paint in PAINTERS:
            paint(painter)
        gallery[switches] = painter.seen
    return gallery[switches]


@pytest.mark.parametrize("switch", JUDGED, ids=str)
def test_a_switch_changes_what_it_names(
    caller: Caller, rows: Rows, gallery: dict[tuple[Switch, ...], Portrait], switch: Switch
) -> None:
    """With the switch on, all that it names is different, and nothing is that no switch of its portrait names."""
    batch = next(batch for batch in BATCHES if switch in batch)
    painted = partial(_painted, caller, rows, gallery)
    honest, broken = painted(()), painted(batch)
    changed = {name for name in honest.keys() | broken.keys() if _shown(honest, name) != _shown(broken, name)}
    for expected in EXPECTED[switch]:
        assert any(_covers(expected, name) for name in changed), f"{expected} is as it was"
    named = [expected for one in batch for expected in EXPECTED[one]]
    assert {name for name in changed if not any(_covers(expected, name) for expected in named)} == set()


def _shown(portrait: Portrait, name: str) -> object:
    return portrait.get(name, "nothing")


def test_every_switch_has_an_expectation() -> None:
    """The table names each switch but those for service levels, and each changes something."""
    assert EXPECTED.keys() == set(JUDGED)
    assert all(EXPECTED.values())


def test_the_honest_portrait_is_the_same_again(
    caller: Caller, rows: Rows, gallery: dict[tuple[Switch, ...], Portrait]
) -> None:
    """Two portraits of the compliant service agree, so that a difference is a switch's doing."""
    first = _painted(caller, rows, gallery, ())
    assert _painted(caller, rows, {}, ()) == first
    assert len(first) > 150


def test_the_catalogue_is_described() -> None:
    """There are at least 70 switches; each has a sentence of its own and a family that must catch it."""
    assert len(Switch) >= 70
    assert len({switch.wrong for switch in Switch}) == len(Switch)
    assert all(switch.wrong.endswith(".") for switch in Switch)
    assert {switch.family for switch in Switch} == {"SMK", "E2E", "RBAC", "AACE", "BAD", "SLA"}
