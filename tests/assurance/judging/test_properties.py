"""Every property of the SDK's models is accounted for, once, and in agreement with drift."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assurance.drift.classify import Weight, classified
from assurance.drift.compare import Difference
from assurance.drift.normalise import normalised
from assurance.judging.properties import Kind, kinds

CHECKS = Path(__file__).parents[3] / "checks"
DEEPER = {
    "properties",
    "properties.networkAcls",
    "properties.configuration",
    "properties.configuration.ingress",
    "properties.vnetConfiguration",
    "properties.template",
}
"""Objects whose own properties are accounted for one by one."""
KINDS = pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.type.replace("/", "-"))


def fields(model: Any) -> dict[str, str]:  # noqa: ANN401  (a class of the SDK, of either of its generations)
    """Return what Azure calls each field of a model, with the field's type in words."""
    older: dict[str, dict[str, str]] = getattr(model, "_attribute_map", {})
    found = {one["key"]: one["type"] for one in older.values()}
    for base in reversed(model.__mro__):
        types = inspect.get_annotations(base)
        for name, value in base.__dict__.items():
            if type(value).__name__ == "_RestField":
                found[value._rest_name_input or name] = str(types.get(name, ""))
    return found


def paths(module: Any, model: Any, above: str = "") -> Iterator[str]:  # noqa: ANN401  (as above)
    """Return the path of every property of a model."""
    for name, told in fields(model).items():
        path = f"{above}{name}"
        named = (getattr(module, word, None) for word in re.findall(r"\w+", told))
        inner = next((one for one in named if isinstance(one, type) and fields(one)), None)
        if path in DEEPER and inner is not None:
            yield from paths(module, inner, f"{path}.")
        else:
            yield path


def properties(kind: Kind) -> list[str]:
    """Return the properties of a kind, as the installed SDK has them."""
    module_name, model = kind.model.split(":")
    module = importlib.import_module(module_name)
    return list(paths(module, getattr(module, model)))


@KINDS
def test_every_property_is_accounted_for(kind: Kind) -> None:
    """What a new version of the SDK brings must be looked at by somebody, who says what becomes of it."""
    found = properties(kind)
    assert len(found) > 10
    assert [path for path in found if not kind.accounts_for(path)] == []


@KINDS
def test_no_property_is_accounted_for_that_there_is_not(kind: Kind) -> None:
    """A line about a property that the SDK does not know is about nothing."""
    found = properties(kind)
    own = {**kind.judged, **kind.unjudged}
    assert [path for path in own if not any(one == path or one.startswith(f"{path}.") for one in found)] == []


@KINDS
def test_each_property_has_one_line(kind: Kind) -> None:
    """A property is judged, irrelevant or unjudged, and only one of these."""
    lines = [*kind.judged, *kind.irrelevant, *kind.unjudged]
    assert sorted(lines) == sorted(set(lines))


@KINDS
def test_each_judged_property_names_a_check(kind: Kind) -> None:
    """The check that judges a property exists, in the file of its control."""
    for path, told in kind.judged.items():
        control, check = told.split()
        [file] = CHECKS.glob(f"*/test_{control.lower().replace('-', '_')}_*.py")
        assert f"def {check}(" in file.read_text(encoding="utf-8"), f"{path}: {told}"


@KINDS
def test_drift_agrees(kind: Kind) -> None:
    """What drift calls security-relevant is judged, or it is said why not: never irrelevant."""
    heavy = [
        path
        for path in kind.irrelevant
        if path.startswith("properties.")
        and _is_compared(path, kind.type.casefold())
        and classified(Difference(path, "a", "b"), kind.type.casefold()).weight is Weight.SECURITY
    ]
    assert heavy == []


def _is_compared(path: str, resource_type: str) -> bool:
    """Tell whether drift compares a property at all: noise it leaves out."""
    value: object = "a"
    for key in reversed(path.split(".")):
        value = {key: value}
    assert isinstance(value, dict)
    return bool(normalised(value, resource_type))
