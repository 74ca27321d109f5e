"""The role grid of the HTML report: which role may do what, as this run saw it, drawn from the results alone.

The cases of the family RBAC are about a role and an operation, and say so in their subject: `auditor-uploads-document`.
"""

from __future__ import annotations

import re

from assurance.reporting.coverage import family_of
from assurance.reporting.fit import cut
from assurance.reporting.html.markup import Content, Html, element, join
from assurance.reporting.html.parts import SYMBOLS, case_id, section, table, verdict_style
from assurance.reporting.model import RunModel, VerdictRecord
from assurance.reporting.wording import VERDICT_WORDS
from assurance.verdicts import Verdict

FAMILY = "RBAC"
MAX_TITLE_CHARACTERS = 300
_STATUS = re.compile(r"\banswers (\d{3})\b")
# In the order in which they may less and less; a role that is not here follows, in the order of its name.
ROLES = ("manager", "estimator", "auditor", "outsider", "no-access", "no-token", "anonymous")


def role_grid(model: RunModel) -> Html:
    """Return the grid of roles and operations, or nothing if the run has no such case."""
    cells: dict[str, dict[str, list[VerdictRecord]]] = {}
    for record in model.verdicts:
        # A case about the environment as a whole is about no single role.
        if family_of(record.control) == FAMILY and record.subject != model.run.environment:
            role, operation = role_and_operation(record.subject)
            cells.setdefault(operation, {}).setdefault(role, []).append(record)
    if not cells:
        return Html()
    roles = sorted({role for row in cells.values() for role in row}, key=_rank)
    rows = (
        (_words(operation), *(_cell(row[role]) if role in row else "—" for role in roles))
        for operation, row in cells.items()
    )
    note = element(
        "p",
        "Each cell says what the role may do, with a tick where that is as agreed and a cross where it is not; a dash "
        "is a combination that this run did not try.",
        class_="note",
    )
    listed = table("Operations by role", ("Operation", *map(_words, roles)), rows, "grid")
    return section("roles", "Roles and operations", listed, note)


def role_and_operation(subject: str) -> tuple[str, str]:
    """Return the role and the operation that a subject such as `no-token-reads-project` names."""
    for role in ROLES:
        if subject.startswith(f"{role}-"):
            return role, subject.removeprefix(f"{role}-")
    role, hyphen, operation = subject.partition("-")
    return (role, operation) if hyphen else ("any role", subject)


def _rank(role: str) -> tuple[int, str]:
    return (ROLES.index(role) if role in ROLES else len(ROLES), role)


def _words(name: str) -> str:
    return name.replace("-", " ").replace("_", " ")


def _cell(records: list[VerdictRecord]) -> Html:
    parts: list[Content] = []
    for record in records:
        symbol = element("span", SYMBOLS[record.verdict], aria_hidden="true")
        told = cut(record.expected or record.reason or VERDICT_WORDS[record.verdict], MAX_TITLE_CHARACTERS)
        label = f"{VERDICT_WORDS[record.verdict]}: {told}"
        style = f"verdict {verdict_style(record.verdict)}"
        words = join(in_words(record), " ", symbol)
        parts.append(element("a", words, class_=style, href=f"#{case_id(record)}", title=label))
    return join(*parts)


def in_words(record: VerdictRecord) -> str:
    """Return what a role may do, as it was seen: `may`, `refused, 403`; and where it should be otherwise, that."""
    demanded = _demanded(record.expected)
    if record.verdict not in {Verdict.PASS, Verdict.FAIL, Verdict.WAIVED} or not demanded:
        return VERDICT_WORDS[record.verdict]
    status = next(iter(_STATUS.findall(record.observed)), "")
    if record.verdict is Verdict.PASS:
        refused = demanded == "refused" or (demanded == "either" and status.startswith("4"))
        return f"refused, {status}" if refused and status else "refused" if refused else "may"
    should = {"refused": "must be refused", "allowed": "must be allowed", "either": "must be as agreed"}[demanded]
    return f"{should}: {status}" if status else should


def _demanded(expected: str) -> str:
    """Return what the role matrix demands, as `assurance.apex.roles` words it; empty for another requirement."""
    _, _, demanded = expected.partition(": ")
    if demanded.startswith("allowed or refused"):
        return "either"
    return next((word for word in ("allowed", "refused") if demanded.startswith(word)), "")
