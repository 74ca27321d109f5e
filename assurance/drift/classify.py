"""What a difference means: security-relevant, operational or cosmetic, by kind and path; what traffic newly passes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import TypeAdapter

from assurance.drift.compare import Difference
from assurance.drift.normalise import IDENTITY_KEYS, Values, matches
from assurance.environment.suite_tables import ExpectedChange
from assurance.estate.network.security_rules import Opening, RuleSet, SecurityRule
from assurance.world.azure.document import Document

MAX_CHARACTERS = 200
UNKNOWN = "No rule knows it, and what is not known to be harmless is not taken as such."
CASING = "Only the casing differs, of which Azure is not careful."


class Weight(StrEnum):
    """How much a difference matters, the heaviest first."""

    SECURITY = "security"
    OPERATIONAL = "operational"
    EXPECTED = "expected"
    COSMETIC = "cosmetic"

    @property
    def is_finding(self) -> bool:
        """Whether a difference of this weight fails its check."""
        return self in {Weight.SECURITY, Weight.OPERATIONAL}

    @property
    def word(self) -> str:
        """What a report calls it."""
        return "security-relevant" if self is Weight.SECURITY else str(self)


@dataclass(frozen=True, slots=True)
class Change:
    """A classified difference.

    Attributes:
        path: Where it is; empty for the resource as a whole.
        told: What was and what is, in words.
        weight: How much it matters.
        reason: Why.
        difference: The difference itself; None where the change is one of effect, or of the whole resource.
    """

    path: str
    told: str
    weight: Weight
    reason: str
    difference: Difference | None = None

    def __str__(self) -> str:
        return f"{self.weight.word}: {self.path + ' ' if self.path else ''}{self.told}"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of `rules.toml`; see there."""

    reason: str
    type: str = "*"
    path: str = "*"
    when: Literal["rises", "falls", "image"] | None = None
    change: Literal["added", "removed"] | None = None
    # Named as the file names it.
    class_: Literal["security", "operational", "cosmetic"] = "operational"

    def fits(self, difference: Difference) -> bool:
        """Tell whether a difference is of the kind that the rule is about."""
        before, after = difference.before, difference.after
        if self.when == "image":
            return _repository(before) != _repository(after)
        if self.when is None:
            return True
        if not _is_number(before) or not _is_number(after):
            return False
        return bool(after > before) if self.when == "rises" else bool(after < before)


@cache
def rules() -> dict[str, tuple[Rule, ...]]:
    """Return the rules that ship with the suite, for properties and for the presence of whole resources."""
    document = tomllib.loads(files(__package__).joinpath("rules.toml").read_text("utf-8"))
    named = {kind: [{**rule, "class_": rule.pop("class")} for rule in document[kind]] for kind in document}
    return TypeAdapter(dict[str, tuple[Rule, ...]]).validate_python(named)


def classified(difference: Difference, resource_type: str) -> Change:
    """Return what a difference of a resource of this type means; of a whole table, what its heaviest property means."""
    heaviest = max(
        (_one(leaf, resource_type) for leaf in difference.leaves()), key=lambda change: -_order(change.weight)
    )
    return Change(difference.path, told(difference), heaviest.weight, heaviest.reason, difference)


def presence(resource_type: str, change: Literal["added", "removed"], told_so: str) -> Change:
    """Return what it means that a whole resource came or went."""
    for rule in rules()["presence"]:
        if rule.change in {None, change} and matches(rule.type, resource_type):
            return Change("", told_so, Weight(rule.class_), rule.reason)
    return Change("", told_so, Weight.OPERATIONAL, UNKNOWN)


def expected(change: Change, resource_name: str, declared: Iterable[ExpectedChange]) -> Change:
    """Return the change as expected, if it is operational and the environment declares that it is."""
    if change.weight is not Weight.OPERATIONAL:
        return change
    for exception in declared:
        if matches(exception.resource or "*", resource_name) and matches(exception.path, change.path):
            return Change(change.path, change.told, Weight.EXPECTED, exception.reason, change.difference)
    return change


def heaviest(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Return changes, the heaviest first, then by path."""
    return tuple(sorted(changes, key=lambda change: (_order(change.weight), change.path, change.told)))


def told(difference: Difference) -> str:
    """Return what was and what is, in words."""
    if difference.before is None:
        return f"was added: {_brief(difference.after)}"
    if difference.after is None:
        return f"was removed: {_brief(difference.before)}"
    return f"was {_brief(difference.before)}, is {_brief(difference.after)}"


def _one(difference: Difference, resource_type: str) -> Change:
    if difference.is_casing_only:
        return Change(difference.path, "", Weight.COSMETIC, CASING)
    for rule in rules()["property"]:
        if matches(rule.type, resource_type) and matches(rule.path, difference.path) and rule.fits(difference):
            return Change(difference.path, "", Weight(rule.class_), rule.reason)
    return Change(difference.path, "", Weight.OPERATIONAL, UNKNOWN)


def _order(weight: Weight) -> int:
    return list(Weight).index(weight)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _repository(image: object) -> str:
    """Return an image's registry and repository, without its tag and digest."""
    text = image if isinstance(image, str) else ""
    return re.sub(r":[^/:]*$", "", text.partition("@")[0])


def _own(table: Mapping[str, Values]) -> Mapping[str, Values]:
    """Return what a table holds beside its identity, which its path tells; `properties` are taken as its own."""
    own = {key: value for key, value in table.items() if key not in IDENTITY_KEYS}
    inner = own.get("properties")
    return (
        {**{key: value for key, value in own.items() if key != "properties"}, **inner}
        if isinstance(inner, dict)
        else own
    )


def _brief(value: object) -> str:
    if isinstance(value, dict):
        text = ", ".join(f"{key} {_brief(item)}" for key, item in _own(value).items())
    elif isinstance(value, list):
        text = ", ".join(_brief(item) for item in value)
    else:
        text = "true" if value is True else "false" if value is False else str(value)
    return text if len(text) <= MAX_CHARACTERS else f"{text[:MAX_CHARACTERS]} ..."


SECURITY_GROUP = "microsoft.network/networksecuritygroups"
RULES = ("securityRules", "defaultSecurityRules")
DIRECTIONS = ("Inbound", "Outbound")
MAX_TOLD = 4
SAME = "The rules differ, and decide every packet as before."
ALLOWED = "Traffic passes that did not."
DENIED = "Traffic is stopped that was not."


@dataclass(frozen=True, slots=True)
class Effect:
    """What two sets of rules decide differently, in words, by direction."""

    allowed: tuple[str, ...]
    denied: tuple[str, ...]

    def changes(self) -> tuple[Change, ...]:
        """Return the effect as changes: newly allowed is security-relevant, newly denied is operational."""
        allowed = (Change("", f"newly allowed: {box}", Weight.SECURITY, ALLOWED) for box in _some(self.allowed))
        denied = (Change("", f"newly denied: {box}", Weight.OPERATIONAL, DENIED) for box in _some(self.denied))
        return (*allowed, *denied)

    def weighed(self, change: Change) -> Change:
        """Return a difference between the rules themselves with the weight of what all of them come to."""
        if self.allowed:
            return Change(change.path, change.told, Weight.SECURITY, ALLOWED, change.difference)
        if self.denied:
            return Change(change.path, change.told, Weight.OPERATIONAL, DENIED, change.difference)
        return Change(change.path, change.told, Weight.COSMETIC, SAME, change.difference)


def effect(before: Mapping[str, Values], after: Mapping[str, Values], virtual_network: tuple[str, ...]) -> Effect:
    """Return what the rules of a group decide otherwise than before.

    Args:
        before: The group's normalised values in the baseline.
        after: The same now.
        virtual_network: The prefixes that the tag VirtualNetwork stands for.

    Raises:
        BrokenReading: Rules cannot be read, or leave packets undecided.
    """
    was, now = (RuleSet(_rules(values), virtual_network) for values in (before, after))
    allowed = [sentence for direction in DIRECTIONS for sentence in _told(now.allows_beyond(was, direction), direction)]
    denied = [sentence for direction in DIRECTIONS for sentence in _told(was.allows_beyond(now, direction), direction)]
    return Effect(tuple(dict.fromkeys(allowed)), tuple(dict.fromkeys(denied)))


def concerns_rules(path: str) -> bool:
    """Tell whether a path is about the rules of a group."""
    return path.startswith(tuple(f"properties.{name}" for name in RULES))


def _rules(values: Mapping[str, Values]) -> tuple[SecurityRule, ...]:
    properties = Document(values, (), "the security group").within("properties")
    rules: list[SecurityRule] = []
    for name in RULES:
        table = properties.within(name) if properties is not None else None
        for rule in (table.values if table is not None else {}).values():
            if isinstance(rule, Mapping):
                rules.append(SecurityRule.parse(_as_sent(rule), default=name == RULES[1]))
    return tuple(rules)


def _as_sent(value: Values) -> Values:
    """Return normalised values as Azure sends them: tables that were made of lists are lists again."""
    if not isinstance(value, Mapping):
        return value
    if value and all(str(key).startswith("[") for key in value):
        return [_as_sent(item) for item in value.values()]
    return {key: _as_sent(item) for key, item in value.items()}


def _told(openings: tuple[Opening, ...], direction: str) -> list[str]:
    # Which rule lets it pass stands among the differences of the rules.
    return [f"{direction.lower()}, {opening.description.partition(', allowed by')[0]}" for opening in openings]


def _some(told: tuple[str, ...]) -> tuple[str, ...]:
    left = len(told) - MAX_TOLD
    return (*told[:MAX_TOLD], f"and {left} more") if left > 0 else told
