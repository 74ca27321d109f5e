"""What a change of security rules comes to: the traffic that is newly allowed or newly denied, if any."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assurance.drift.classify import Change, Weight
from assurance.drift.normalise import Values
from assurance.estate.network.security_rules import Opening, RuleSet, SecurityRule
from assurance.world.azure.document import Document

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
        allowed = (Change("", f"newly allowed: {one}", Weight.SECURITY, ALLOWED) for one in _some(self.allowed))
        denied = (Change("", f"newly denied: {one}", Weight.OPERATIONAL, DENIED) for one in _some(self.denied))
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
    allowed = [told for one in DIRECTIONS for told in _told(now.allows_beyond(was, one), one)]
    denied = [told for one in DIRECTIONS for told in _told(was.allows_beyond(now, one), one)]
    return Effect(tuple(dict.fromkeys(allowed)), tuple(dict.fromkeys(denied)))


def concerns_rules(path: str) -> bool:
    """Tell whether a path is about the rules of a group."""
    return path.startswith(tuple(f"properties.{name}" for name in RULES))


def _rules(values: Mapping[str, Values]) -> tuple[SecurityRule, ...]:
    properties = Document(values, (), "the security group").within("properties")
    found: list[SecurityRule] = []
    for name in RULES:
        table = properties.within(name) if properties is not None else None
        for rule in (table.values if table is not None else {}).values():
            if isinstance(rule, Mapping):
                found.append(SecurityRule.parse(_as_sent(rule), default=name == RULES[1]))
    return tuple(found)


def _as_sent(value: Values) -> Values:
    """Return normalised values as Azure sends them: tables that were made of lists are lists again."""
    if not isinstance(value, Mapping):
        return value
    if value and all(str(key).startswith("[") for key in value):
        return [_as_sent(one) for one in value.values()]
    return {key: _as_sent(one) for key, one in value.items()}


def _told(openings: tuple[Opening, ...], direction: str) -> list[str]:
    # Which rule lets it pass stands among the differences of the rules.
    return [f"{direction.lower()}, {opening.description.partition(', allowed by')[0]}" for opening in openings]


def _some(told: tuple[str, ...]) -> tuple[str, ...]:
    left = len(told) - MAX_TOLD
    return (*told[:MAX_TOLD], f"and {left} more") if left > 0 else told
