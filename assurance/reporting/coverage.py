"""What a run says of each clause of ISO/IEC 27001:2022, and of each control's completeness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from assurance.judging.controls import CONTROLS, Control
from assurance.reporting.model import ControlSummary, RunModel
from assurance.verdicts import Verdict

THEMES: Mapping[str, str] = MappingProxyType(
    {"5": "Organizational", "6": "People", "7": "Physical", "8": "Technological"}
)


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause of Annex A.

    Attributes:
        number: Its number in the 2022 edition, such as `8.22`.
        title: Its short title.
        iso_2013: The clauses of the 2013 edition that it replaces; empty if it is new.
    """

    number: str
    title: str
    iso_2013: tuple[str, ...]

    @property
    def order(self) -> tuple[int, ...]:
        """What sorts clauses as the standard does: 8.9 before 8.20."""
        return tuple(int(part) for part in self.number.split("."))


_TABLE = """
5.1 Policies for information security | 5.1.1 5.1.2
5.2 Information security roles and responsibilities | 6.1.1
5.3 Segregation of duties | 6.1.2
5.4 Management responsibilities | 7.2.1
5.5 Contact with authorities | 6.1.3
5.6 Contact with special interest groups | 6.1.4
5.7 Threat intelligence |
5.8 Information security in project management | 6.1.5 14.1.1
5.9 Inventory of information and other associated assets | 8.1.1 8.1.2
5.10 Acceptable use of information and other associated assets | 8.1.3 8.2.3
5.11 Return of assets | 8.1.4
5.12 Classification of information | 8.2.1
5.13 Labelling of information | 8.2.2
5.14 Information transfer | 13.2.1 13.2.2 13.2.3
5.15 Access control | 9.1.1 9.1.2
5.16 Identity management | 9.2.1
5.17 Authentication information | 9.2.4 9.3.1 9.4.3
5.18 Access rights | 9.2.2 9.2.5 9.2.6
5.19 Information security in supplier relationships | 15.1.1
5.20 Addressing information security within supplier agreements | 15.1.2
5.21 Managing information security in the ICT supply chain | 15.1.3
5.22 Monitoring, review and change management of supplier services | 15.2.1 15.2.2
5.23 Information security for use of cloud services |
5.24 Information security incident management planning and preparation | 16.1.1
5.25 Assessment and decision on information security events | 16.1.4
5.26 Response to information security incidents | 16.1.5
5.27 Learning from information security incidents | 16.1.6
5.28 Collection of evidence | 16.1.7
5.29 Information security during disruption | 17.1.1 17.1.2 17.1.3
5.30 ICT readiness for business continuity |
5.31 Legal, statutory, regulatory and contractual requirements | 18.1.1 18.1.5
5.32 Intellectual property rights | 18.1.2
5.33 Protection of records | 18.1.3
5.34 Privacy and protection of PII | 18.1.4
5.35 Independent review of information security | 18.2.1
5.36 Compliance with policies, rules and standards for information security | 18.2.2 18.2.3
5.37 Documented operating procedures | 12.1.1
6.1 Screening | 7.1.1
6.2 Terms and conditions of employment | 7.1.2
6.3 Information security awareness, education and training | 7.2.2
6.4 Disciplinary process | 7.2.3
6.5 Responsibilities after termination or change of employment | 7.3.1
6.6 Confidentiality or non-disclosure agreements | 13.2.4
6.7 Remote working | 6.2.2
6.8 Information security event reporting | 16.1.2 16.1.3
7.1 Physical security perimeters | 11.1.1
7.2 Physical entry | 11.1.2 11.1.6
7.3 Securing offices, rooms and facilities | 11.1.3
7.4 Physical security monitoring |
7.5 Protecting against physical and environmental threats | 11.1.4
7.6 Working in secure areas | 11.1.5
7.7 Clear desk and clear screen | 11.2.9
7.8 Equipment siting and protection | 11.2.1
7.9 Security of assets off-premises | 11.2.6
7.10 Storage media | 8.3.1 8.3.2 8.3.3 11.2.5
7.11 Supporting utilities | 11.2.2
7.12 Cabling security | 11.2.3
7.13 Equipment maintenance | 11.2.4
7.14 Secure disposal or re-use of equipment | 11.2.7
8.1 User endpoint devices | 6.2.1 11.2.8
8.2 Privileged access rights | 9.2.3
8.3 Information access restriction | 9.4.1
8.4 Access to source code | 9.4.5
8.5 Secure authentication | 9.4.2
8.6 Capacity management | 12.1.3
8.7 Protection against malware | 12.2.1
8.8 Management of technical vulnerabilities | 12.6.1 18.2.3
8.9 Configuration management |
8.10 Information deletion |
8.11 Data masking |
8.12 Data leakage prevention |
8.13 Information backup | 12.3.1
8.14 Redundancy of information processing facilities | 17.2.1
8.15 Logging | 12.4.1 12.4.2 12.4.3
8.16 Monitoring activities |
8.17 Clock synchronization | 12.4.4
8.18 Use of privileged utility programs | 9.4.4
8.19 Installation of software on operational systems | 12.5.1 12.6.2
8.20 Networks security | 13.1.1
8.21 Security of network services | 13.1.2
8.22 Segregation of networks | 13.1.3
8.23 Web filtering |
8.24 Use of cryptography | 10.1.1 10.1.2
8.25 Secure development life cycle | 14.2.1
8.26 Application security requirements | 14.1.2 14.1.3
8.27 Secure system architecture and engineering principles | 14.2.5
8.28 Secure coding |
8.29 Security testing in development and acceptance | 14.2.8 14.2.9
8.30 Outsourced development | 14.2.7
8.31 Separation of development, test and production environments | 12.1.4 14.2.6
8.32 Change management | 12.1.2 14.2.2 14.2.3 14.2.4
8.33 Test information | 14.3.1
8.34 Protection of information systems during audit testing | 12.7.1
"""


def _clause(line: str) -> Clause:
    named, _, replaced = line.partition("|")
    number, _, title = named.strip().partition(" ")
    return Clause(number, title, tuple(f"A.{clause}" for clause in replaced.split()))


CLAUSES: Mapping[str, Clause] = MappingProxyType(
    {clause.number: clause for clause in map(_clause, _TABLE.strip().splitlines())}
)


FAMILIES = {
    "SEC": "Security of the deployment",
    "SMK": "Smoke",
    "E2E": "End-to-end workflow",
    "RBAC": "Roles within the application",
    "AACE": "AACE classification",
    "BAD": "Bad input",
    "ERR": "Server errors",
    "SLA": "Service levels",
    "DEP": "Deployment",
    "DRF": "Drift",
    "WVR": "Waivers",
}


@dataclass(frozen=True, slots=True)
class ClauseCoverage:
    """What the controls that cite one clause came to; a control stands in exactly one of the tuples.

    Attributes:
        clause: The clause.
        supporting: Controls of which every case that applies was judged and holds.
        contradicting: Controls with a failure.
        waived: Controls without failure, with a waiver in the place of one.
        unjudged: Controls with a case that could not be judged, and no failure.
        absent: Controls that this run did not contain, or that did not apply.
    """

    clause: Clause
    supporting: tuple[str, ...]
    contradicting: tuple[str, ...]
    waived: tuple[str, ...]
    unjudged: tuple[str, ...]
    absent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Completeness:
    """How many cases of a control were expected, rest on something that was read, and were judged."""

    expected: int
    read: int
    judged: int


def clauses(model: RunModel) -> tuple[ClauseCoverage, ...]:
    """Return every clause that the suite's controls cite, in the standard's order."""
    verdicts = {summary.control.id: summary.verdict for summary in model.controls()}
    cited = {number for control in CONTROLS.values() for number in control.iso_2022}
    clauses_cited = (CLAUSES[number] if number in CLAUSES else Clause(number, "", ()) for number in cited)
    return tuple(_coverage(clause, verdicts) for clause in sorted(clauses_cited, key=lambda clause: clause.order))


def uncited() -> tuple[Clause, ...]:
    """Return the clauses of Annex A that no control of the suite cites."""
    cited = {number for control in CONTROLS.values() for number in control.iso_2022}
    return tuple(clause for number, clause in CLAUSES.items() if number not in cited)


def absent_controls(model: RunModel) -> tuple[Control, ...]:
    """Return the controls of the suite that this run did not contain."""
    there = {record.control for record in model.verdicts}
    return tuple(control for control in CONTROLS.values() if control.id not in there)


def by_family(model: RunModel) -> dict[str, tuple[ControlSummary, ...]]:
    """Return the summaries of the controls of this run by family, such as `SEC`, in the order of the catalogue."""
    families: dict[str, list[ControlSummary]] = {}
    for summary in model.controls():
        families.setdefault(family_of(summary.control.id), []).append(summary)
    return {family: tuple(summaries) for family, summaries in families.items()}


def worst_of(some: Sequence[ControlSummary]) -> Verdict | None:
    """Return the worst verdict among controls; None if none has any."""
    order = (Verdict.FAIL, Verdict.NOT_EVALUATED, Verdict.WAIVED, Verdict.PASS, Verdict.NOT_APPLICABLE)
    return next((verdict for verdict in order if any(summary.verdict is verdict for summary in some)), None)


def family_of(control: str) -> str:
    """Return the family of a control: what stands before the hyphen of its id."""
    return control.partition("-")[0]


def ids_in_words(ids: Sequence[str]) -> str:
    """Return ids of controls with runs of three or more drawn together: `DEP-01, SLA-01 to SLA-08`."""
    runs: list[list[str]] = []
    for control_id in ids:
        if runs and _next(runs[-1][-1]) == control_id:
            runs[-1].append(control_id)
        else:
            runs.append([control_id])
    return ", ".join(f"{run[0]} to {run[-1]}" if len(run) > 2 else ", ".join(run) for run in runs)


def completeness(model: RunModel) -> dict[str, Completeness]:
    """Return by control how many of its cases were expected, read and judged."""
    judged = {Verdict.PASS, Verdict.FAIL, Verdict.WAIVED}
    on_tape = {reading.key for reading in model.readings if not reading.failure}
    counts: dict[str, list[int]] = {}
    for record in model.verdicts:
        if record.verdict is Verdict.NOT_APPLICABLE:
            continue
        count = counts.setdefault(record.control, [0, 0, 0])
        count[0] += 1
        count[1] += any(key in on_tape for key in record.readings)
        count[2] += record.verdict in judged
    return {control: Completeness(*count) for control, count in counts.items()}


def _next(control: str) -> str:
    family, _, number = control.rpartition("-")
    return f"{family}-{int(number) + 1:02d}" if number.isdecimal() else ""


def _coverage(clause: Clause, verdicts: dict[str, Verdict | None]) -> ClauseCoverage:
    places: dict[Verdict | None, list[str]] = {verdict: [] for verdict in (*Verdict, None)}
    for control in CONTROLS.values():
        if clause.number in control.iso_2022:
            places[verdicts.get(control.id)].append(control.id)
    return ClauseCoverage(
        clause=clause,
        supporting=tuple(places[Verdict.PASS]),
        contradicting=tuple(places[Verdict.FAIL]),
        waived=tuple(places[Verdict.WAIVED]),
        unjudged=tuple(places[Verdict.NOT_EVALUATED]),
        absent=(*places[Verdict.NOT_APPLICABLE], *places[None]),
    )
