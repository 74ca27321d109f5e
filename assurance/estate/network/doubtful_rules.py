"""What a group's rules come to where it is not known what some of them match.

A prefix may be unreadable, and the members of an application security group are not known here. What the other rules
decide is judged all the same: each question is asked of the rules with every doubt resolved against its answer, then in
its favour. Where both agree the doubt does not matter; where they differ the question cannot be judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from assurance.errors import NotEvaluated
from assurance.estate.network.packet_regions import AddressTerm, ApplicationGroup, parse_address, parse_range
from assurance.estate.network.rule_documents import Flow, Matcher, SecurityRule
from assurance.estate.network.security_rules import Blocking, Denial, Opening, RuleSet

Terms = tuple[AddressTerm, ...]
_REMEDY = "Correct the rule, or name addresses in it where the members of an application security group matter."


@dataclass(frozen=True, slots=True)
class JudgedRules:
    """The rules of a group, judged with what is not known of them."""

    rules: RuleSet

    def admits_from_internet(self) -> tuple[Opening, ...]:
        """Return everything allowed inbound from a public address.

        Raises:
            NotEvaluated: It rests on a rule of which it is not known what it matches.
        """
        return self._openings("Inbound", lambda rules: rules.admits_from_internet())

    def undeclared(self, direction: str, permitted: Sequence[Flow]) -> tuple[Opening, ...]:
        """Return everything allowed in a direction beyond the permitted flows.

        Raises:
            NotEvaluated: As above; also where it rests on the members of an application security group.
        """
        openings = self._openings(direction, lambda rules: rules.undeclared(direction, permitted))
        for placed in self._placed(direction, permitted) if openings else ():
            if not placed.undeclared(direction, permitted):
                raise self._refusal(direction)
        return openings

    def blocked(self, flow: Flow) -> tuple[Blocking, ...]:
        """Return the parts of a flow that are not open.

        Raises:
            NotEvaluated: As above.
        """
        surely = self._with(flow.direction, allow=self._everything, deny=None, groups=True).blocked(flow)
        if surely:
            return surely
        if self._with(flow.direction, allow=None, deny=self._everything).blocked(flow):
            raise self._refusal(flow.direction)
        return ()

    def explicit_deny_all(self, direction: str) -> Denial:
        """Return whether custom rules deny everything in a direction.

        Raises:
            NotEvaluated: As above.
        """
        surely = self._with(direction, allow=None, deny=None).explicit_deny_all(direction)
        widest = self._with(direction, allow=None, deny=self._everything)
        if not surely.holds and self._doubts(direction) and widest.explicit_deny_all(direction).holds:
            raise self._refusal(direction)
        return surely

    def _openings(self, direction: str, question: Callable[[RuleSet], tuple[Opening, ...]]) -> tuple[Opening, ...]:
        surely = question(self._with(direction, allow=None, deny=self._everything))
        if surely or not self._doubts(direction):
            return surely
        if question(self._with(direction, allow=self._everything, deny=None)):
            raise self._refusal(direction)
        return ()

    def _with(
        self,
        direction: str,
        *,
        allow: Callable[[SecurityRule], Matcher] | None,
        deny: Callable[[SecurityRule], Matcher] | None,
        groups: bool = False,
    ) -> RuleSet:
        """Return the rules with those in doubt as an Allow and as a Deny are to be taken; None leaves them out."""
        taken: list[SecurityRule] = []
        for rule in self.rules.rules:
            if not (rule.doubt or (groups and _groups(rule))) or not _heads(rule, direction):
                taken.append(rule)
                continue
            matched = allow if rule.access == "Allow" else deny
            if matched is not None:
                taken.append(replace(rule, matcher=matched(rule)))
        return replace(self.rules, rules=tuple(taken))

    def _everything(self, rule: SecurityRule) -> Matcher:
        """Return what a rule matches at most: the members of a group may be anywhere in the virtual network."""
        widest = rule.widest or rule.matcher
        network: Terms = tuple(parse_range(prefix) for prefix in self.rules.virtual_network)
        return replace(widest, source=_spread(widest.source, network), destination=_spread(widest.destination, network))

    def _placed(self, direction: str, permitted: Sequence[Flow]) -> Iterator[RuleSet]:
        """Return the rules with the members of their groups at the ends of each permitted flow.

        Who may come in is known by address only: a group that is the source of inbound traffic stays where it is.
        """
        if not any(_groups(rule) and _heads(rule, direction) for rule in self.rules.rules):
            return
        for flow in permitted:
            source = (parse_address(flow.source),) if direction.casefold() == "outbound" else None
            destination = (parse_address(flow.destination),)
            yield replace(self.rules, rules=tuple(_narrowed(rule, source, destination) for rule in self.rules.rules))

    def _doubts(self, direction: str) -> list[str]:
        rules = [rule for rule in self.rules.rules if _heads(rule, direction)]
        doubts = [f"rule {rule.name!r}: {rule.doubt}" for rule in rules if rule.doubt]
        return doubts + [
            f"rule {rule.name!r} names application security group {group.label}, whose members are not known"
            for rule in rules
            for group in _groups(rule)
        ]

    def _refusal(self, direction: str) -> NotEvaluated:
        return NotEvaluated(
            f"What passes rests on what cannot be known: {'; '.join(self._doubts(direction))}.", _REMEDY
        )


def _heads(rule: SecurityRule, direction: str) -> bool:
    return rule.direction.casefold() == direction.casefold()


def _groups(rule: SecurityRule) -> list[ApplicationGroup]:
    terms = (*rule.matcher.source, *rule.matcher.destination)
    return [term for term in terms if isinstance(term, ApplicationGroup)]


def _spread(terms: Terms, network: Terms) -> Terms:
    return (*terms, *network) if any(isinstance(term, ApplicationGroup) for term in terms) else terms


def _narrowed(rule: SecurityRule, source: Terms | None, destination: Terms) -> SecurityRule:
    def placed(terms: Terms, place: Terms | None) -> Terms:
        others = tuple(term for term in terms if not isinstance(term, ApplicationGroup))
        return (*others, *place) if place is not None and len(others) < len(terms) else terms

    matcher = rule.matcher
    return replace(
        rule,
        matcher=replace(
            matcher, source=placed(matcher.source, source), destination=placed(matcher.destination, destination)
        ),
    )
