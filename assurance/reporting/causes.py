"""Findings: the failing cases of a run by what causes them, the worst first.

One cause is often seen by several controls: a server that was opened to public networks fails SEC-06, and it is drift
(DRF-01). That is one finding, with the others named in it. Two failing cases are taken to have one cause where

1. one remedy mends both, or one command of Azure's in it, or
2. they are about one resource and name the same property of it, or about one network security group, whose rules
   decide together, or
3. one is drift of a resource that the other is about, or of one that the other's command changes.

Pure, and linear in the number of cases.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assurance.judging.controls import CONTROLS
from assurance.reporting.model import RunModel, VerdictRecord
from assurance.verdicts import Verdict

SEVERITIES = ("critical", "high", "medium")
"""The worst first, as `assurance.judging.controls.model.Severity` has them."""

DRIFT, SMOKE = "DRF-", "SMK-"
_PLACES = {control: place for place, control in enumerate(CONTROLS)}
# A command of Azure's that names what it changes.
_CHANGING = re.compile(r"^az .*\b(?:delete|remove|update|create|approve|reject|set|assign)\b.*--(?:ids?|name)\b")
DECIDED_TOGETHER = "/networksecuritygroups/"
# A property of an Azure resource as an answer spells it: `publicNetworkAccess`, the last part of a path.
_PROPERTY = re.compile(r"\b[a-z]+(?:[A-Z][a-z0-9]+)+\b")
_COMMAND = re.compile(r"(?:^|(?<=: ))(?:az|apex-assurance|pytest|curl|git|openssl|dig) [^\n]*", re.MULTILINE)
_REQUEST = re.compile(r" \(request [^()]{1,100}\)")
# What is said about a command behind it, in its line.
_REMARK = re.compile(r",? \(|; (?!az |apex-assurance )|\.(?= [A-Z]|$)|, or | with an? |: ")


@dataclass(frozen=True, slots=True)
class Finding:
    """The failing cases of one cause.

    Attributes:
        records: The cases, the worst first; at least one.
    """

    records: tuple[VerdictRecord, ...]

    @property
    def lead(self) -> VerdictRecord:
        """The case that stands for all: no drift if there is another, and of those the worst."""
        return self.records[0]

    @property
    def others(self) -> tuple[VerdictRecord, ...]:
        """The cases that the same cause makes fail."""
        return self.records[1:]

    @property
    def severity(self) -> str:
        """The worst severity of the controls that see it."""
        return SEVERITIES[min(map(rank_of, self.records))]

    @property
    def seen(self) -> str:
        """What was observed in the leading case, or what it states, without ids of requests, which the report has."""
        return _REQUEST.sub("", self.lead.observed or self.lead.statement)

    @property
    def controls(self) -> tuple[str, ...]:
        """The controls that see it, that of the leading case first."""
        return tuple(dict.fromkeys(record.control for record in self.records))

    @property
    def command(self) -> str:
        """The command that mends it: of the leading case, or of another where that has no remedy; else empty."""
        remedy = next((record.remedy for record in self.records if record.remedy), "")
        return next(iter(commands_of(remedy)), "")


def severity_of(control: str) -> str:
    """Return the severity of a control; the worst for one that this version does not know."""
    return CONTROLS[control].severity if control in CONTROLS else SEVERITIES[0]


def rank_of(record: VerdictRecord) -> int:
    """Return the place of a case's severity, 0 for the worst."""
    return SEVERITIES.index(severity_of(record.control))


def commands_of(remedy: str) -> tuple[str, ...]:
    """Return the commands within a remedy, at most one a line, without what is said about them."""
    return tuple(_without_remark(command.group()) for command in _COMMAND.finditer(remedy))


def _without_remark(line: str) -> str:
    """Return the command that a line begins with; within quotes nothing is a remark."""
    for remark in _REMARK.finditer(line):
        before = line[: remark.start()]
        if before.count('"') % 2 == 0 and before.count("'") % 2 == 0:
            return before.strip()
    return line.strip()


def findings_of(model: RunModel) -> tuple[Finding, ...]:
    """Return the findings of a run, the worst first."""
    return by_cause([record for record in model.verdicts if record.verdict is Verdict.FAIL])


def by_cause(failed: Sequence[VerdictRecord]) -> tuple[Finding, ...]:
    """Return failing cases by their cause, the worst first; each stands in exactly one finding."""
    ordered = sorted(failed, key=_order)
    plain = [record for record in ordered if not record.control.startswith(DRIFT)]
    groups = _grouped(plain)
    concerned: dict[str, list[list[VerdictRecord]]] = defaultdict(list)
    for group in groups:
        for thing in {thing for record in group for thing in _things(record)}:
            concerned[thing].append(group)
    alone: list[VerdictRecord] = []
    for record in ordered:
        if record.control.startswith(DRIFT):
            near = [group for thing in _things(record) for group in concerned[thing]]
            (max(near, key=lambda group: _shared(group, record)) if near else alone).append(record)
    findings = [Finding(tuple(group)) for group in [*groups, *_grouped(alone)]]
    return tuple(sorted(findings, key=lambda finding: (SEVERITIES.index(finding.severity), _order(finding.lead))))


def worst_first(records: Iterable[VerdictRecord]) -> list[VerdictRecord]:
    """Return cases with those of the worst severity first."""
    return sorted(records, key=_order)


def _order(record: VerdictRecord) -> tuple[int, bool, bool, int, str, str, str]:
    """Return the place of a case: by severity; then smoke tests, which stop a deployment; then as the guide goes."""
    control = record.control
    place = _PLACES.get(control, len(_PLACES))
    first = not control.startswith(SMOKE)
    return rank_of(record), control.startswith(DRIFT), first, place, control, record.subject, record.check


def _things(record: VerdictRecord) -> tuple[str, ...]:
    """Return what a case is about: its resources, and what its remedy changes in Azure."""
    return (*(resource.casefold() for resource in record.resources), *_changing(record.remedy))


def _changing(remedy: str) -> tuple[str, ...]:
    return tuple(command for command in commands_of(remedy) if _CHANGING.search(command))


def _grouped(records: Sequence[VerdictRecord]) -> list[list[VerdictRecord]]:
    """Return records in groups that share a remedy, or a property of a resource."""
    group_of: dict[tuple[str, str], list[VerdictRecord]] = {}
    groups: dict[int, list[VerdictRecord]] = {}
    for record in records:
        keys = _keys(record)
        near = {id(group_of[key]): group_of[key] for key in keys if key in group_of}
        merged = next(iter(near.values()), [])
        for other in list(near.values())[1:]:
            merged.extend(other)
            del groups[id(other)]
            for key in [key for record in other for key in _keys(record)]:
                group_of[key] = merged
        merged.append(record)
        groups[id(merged)] = merged
        group_of.update(dict.fromkeys(keys, merged))
    return [sorted(group, key=_order) for group in groups.values()]


def _keys(record: VerdictRecord) -> list[tuple[str, str]]:
    keys = [("", remedy) for remedy in (record.remedy, *_changing(record.remedy)) if remedy]
    keys += [(resource.casefold(), name) for resource in record.resources for name in _properties(record)]
    return keys + [
        (resource.casefold(), "") for resource in record.resources if DECIDED_TOGETHER in resource.casefold()
    ]


def _properties(record: VerdictRecord) -> set[str]:
    return set(_PROPERTY.findall(record.expected[:2_000])) & set(_PROPERTY.findall(record.observed[:2_000]))


def _shared(group: Sequence[VerdictRecord], drift: VerdictRecord) -> int:
    """Return how many properties a group and a case of drift both name."""
    named = set(_PROPERTY.findall(drift.observed[:10_000]))
    return len(named & {name for record in group for name in _PROPERTY.findall(record.observed[:2_000])})
