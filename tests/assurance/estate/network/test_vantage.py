"""The vantage is found out: one name that leads elsewhere is a finding, all of them are another machine."""

from __future__ import annotations

import pytest

from assurance.environment.base import Vantage
from assurance.estate.network.vantage import VantageAsFound
from assurance.world.dns import Resolution

PRIVATE, PUBLIC, NOTHING = ("10.0.2.4",), ("203.0.113.4",), ()
BOTH = ("10.0.2.4", "203.0.113.4")
OUTSIDE = "Declared inside, looks like outside: {} of {} service names lead to a public address, none to a private one."
INSIDE = "Declared outside, looks like inside: {} of {} service names lead to a private address, none to a public one."


def seen(declared: Vantage, *addresses: tuple[str, ...]) -> VantageAsFound:
    """Return what names with these addresses tell of a vantage."""
    names = (Resolution(f"{i}.example", bool(one), (), one, f"name-{i}") for i, one in enumerate(addresses))
    return VantageAsFound(declared, tuple(names))


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (seen("inside", PUBLIC, PUBLIC), OUTSIDE.format(2, 2)),
        (seen("inside", PUBLIC, NOTHING, PUBLIC), OUTSIDE.format(2, 3)),
        (seen("inside", PUBLIC, NOTHING), OUTSIDE.format(1, 2)),
        (seen("outside", PRIVATE, PRIVATE), INSIDE.format(2, 2)),
        (seen("outside", PRIVATE, NOTHING), INSIDE.format(1, 2)),
    ],
)
def test_names_tell_another_vantage(found: VantageAsFound, reason: str) -> None:
    """Where no name leads where it should and one leads where it would from elsewhere, that is what is told."""
    assert found.doubt is not None
    assert found.doubt.reason == reason
    assert f"--vantage {'outside' if found.declared == 'inside' else 'inside'}" in found.doubt.remedy
    assert found.doubt.readings == tuple(one.reading for one in found.names)


def test_names_that_lead_nowhere_tell_another_resolver() -> None:
    """Where no name exists at all from inside, it is the resolver that is doubted."""
    doubt = seen("inside", NOTHING, NOTHING, NOTHING).doubt
    assert doubt is not None
    assert doubt.reason.startswith("None of the 3 service names resolves from inside: either nothing exists or this")


@pytest.mark.parametrize(
    "found",
    [
        seen("inside", PRIVATE, PRIVATE),
        seen("inside", PUBLIC, PUBLIC, PRIVATE),
        seen("inside", NOTHING, NOTHING, PRIVATE),
        seen("inside", BOTH, PUBLIC),
        seen("inside", PUBLIC),
        seen("inside", NOTHING),
        seen("inside"),
        seen("outside", PUBLIC, PUBLIC),
        seen("outside", PRIVATE, PRIVATE, PUBLIC),
        seen("outside", BOTH, PRIVATE),
        seen("outside", NOTHING, NOTHING),
        seen("outside", PRIVATE),
    ],
)
def test_one_name_tells_of_its_service(found: VantageAsFound) -> None:
    """One name that leads where it should holds the vantage to be what it is declared; one name alone tells nothing."""
    assert found.doubt is None
