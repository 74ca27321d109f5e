"""What builds of APEX do differently without being wrong.

What a running build was seen to do, and all switches as a person reads them.
"""

from __future__ import annotations

import difflib
from enum import StrEnum
from itertools import groupby

from sandbox.apex.switches import Switch


class Quirk(StrEnum):
    """One harmless difference.

    Attributes:
        difference: What is different then, in one sentence.
    """

    difference: str

    def __new__(cls, value: str, difference: str) -> Quirk:
        """Make a member that carries its sentence."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.difference = difference
        return member

    CREATED_ROW_LATE = "created-row-late", "The first read of a row just created answers 404."
    FIRST_READ_DROPPED = (
        "first-read-dropped",
        "The first read of a row just created answers 500 and ends the connection.",
    )
    MISSING_CREDENTIALS_403 = "missing-credentials-403", "A request without credentials gives 403 instead of 401."
    SLASH_CANONICAL = "slash-canonical", "Collections have a trailing slash; without it they redirect with 307."
    SLASH_TOLERATED = "slash-tolerated", "With a trailing slash a path is answered without a redirect."
    HEALTH_UNDER_PREFIX = "health-under-prefix", "The health endpoints are under the API's prefix only."
    LIST_OLDEST_FIRST = "list-oldest-first", "Lists begin with the oldest instead of the newest."
    LINE_ITEMS_SHUFFLED = "line-items-shuffled", "Line items come in another order."
    FURTHER_FIELDS = "further-fields", "Answers have fields that the contract does not name."
    MONEY_AS_NUMBERS = "money-as-numbers", "Money in the view of an estimate is a number, as in its export."
    JOB_STARTS_AT_ONCE = "job-starts-at-once", "A job is announced as running, never as pending."
    TIMES_WITH_OFFSET = "times-with-offset", "Times end in +00:00 instead of Z."
    ERRORS_AS_DETAIL = "errors-as-detail", "Every error has the shape of a detail text."


class Observed(StrEnum):
    """One behaviour.

    Attributes:
        family: The family of controls that must speak of it; empty where it is only different.
        seen: What is seen then, in one sentence.
    """

    family: str
    seen: str

    def __new__(cls, value: str, family: str, seen: str) -> Observed:
        """Make a member that carries its family and its sentence."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.family = family
        member.seen = seen
        return member

    ROLES_PER_PROJECT = (
        "roles-per-project",
        "RBAC",
        "Roles are held on one project each: whoever signs in may create, and nobody becomes a first manager.",
    )
    OWN_USER_IDS = "own-user-ids", "", "The id of a user is APEX's own, not the directory's object id."
    UNKNOWN_GRANTEE_CRASHES = "unknown-grantee-crashes", "BAD", "Granting access to an unknown user answers 500."
    COMMITTED_10_MS_LATE = (
        "committed-10-ms-late",
        "",
        "A row becomes visible 10 ms after the answer that tells of it.",
    )
    COMMITTED_50_MS_LATE = (
        "committed-50-ms-late",
        "",
        "A row becomes visible 50 ms after the answer that tells of it.",
    )
    ESTIMATES_COLLIDE = (
        "estimates-collide",
        "E2E",
        "Of two estimates of one project that are asked for within a second, one never ends.",
    )
    JOB_NEVER_AT_100 = "job-never-at-100", "E2E", "A job completes at 55 % (validation) or 90 % (estimate)."
    P80_OF_THE_LEVEL = "p80-of-the-level", "E2E", "P80 is the percentile of the level of confidence that is asked for."
    FACTORS_AS_STORED = (
        "factors-as-stored",
        "",
        "The view names risk factors as they are stored: factor_name, param_min, param_likely, param_max.",
    )
    VALIDATED_DELETE_CRASHES = (
        "validated-delete-crashes",
        "E2E",
        "Deleting a validated document answers 500 after its file is gone, and the row stays.",
    )
    CHANGE_CRASHES = "change-crashes", "BAD", "Changing a project to null, 0 or a negative number answers 500."
    VOLTAGE_OPTIONAL = (
        "voltage-optional",
        "",
        "A project may be created without a voltage, and the description says so.",
    )
    EMPTY_PROJECT_COSTS_NOTHING = (
        "empty-project-costs-nothing",
        "BAD",
        "A project without voltage or length completes with an estimate of zero.",
    )
    DOCUMENTS_ARE_MIDDLING = "documents-are-middling", "", "The model leaves every document manual_review, score 60."
    REDIRECTS_IN_HTTP = "redirects-in-http", "SMK", "Behind an ingress that ends TLS, redirects are built with http."
    ARCHIVED_TAKES_WORK = "archived-takes-work", "BAD", "An archived project takes documents and makes estimates."
    FILE_PATH_MENDED = "file-path-mended", "", "A path in a file's name is made harmless, and the file is stored."


LATE_COMMITS_SECONDS = {Observed.COMMITTED_10_MS_LATE: 0.010, Observed.COMMITTED_50_MS_LATE: 0.050}


_BROKEN = {
    "SMK": "must be caught by the smoke tests",
    "E2E": "by the estimation workflow",
    "RBAC": "by the role matrix",
    "AACE": "by the classification",
    "BAD": "by bad input",
    "SLA": "by the service levels",
}


class UnknownNameError(ValueError):
    """There is no switch and no quirk of that name."""


def named(name: str) -> Switch | Quirk | Observed:
    """The switch, the quirk, or the observed behaviour of that name.

    Raises:
        UnknownNameError: There is none; the message has those that look like it.
    """
    known: dict[str, Switch | Quirk | Observed] = {str(bend): bend for bend in (*Switch, *Quirk, *Observed)}
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    expected = f"perhaps {' or '.join(near)}" if near else "one of the catalogue was expected"
    raise UnknownNameError(f"the sandbox's APEX has no switch {name!r}; {expected} (--list-breaks lists them all)")


def catalogue_text() -> str:
    """All switches by family, and all quirks, one a line."""
    width = max(len(bend) for bend in (*Switch, *Quirk, *Observed))
    lines = []
    ordered = sorted(Switch, key=lambda switch: list(_BROKEN).index(switch.family))
    for family, switches in groupby(ordered, key=lambda switch: switch.family):
        lines += [f"{family}: {_BROKEN[family]}", *(f"  {switch:{width}}  {switch.wrong}" for switch in switches), ""]
    lines += ["Not wrong, only different:", *(f"  {quirk:{width}}  {quirk.difference}" for quirk in Quirk), ""]
    lines += [
        "Seen in a running build (--as-it-runs turns all on):",
        *(f"  {bend:{width}}  {bend.seen}" for bend in Observed),
    ]
    return "\n".join(lines)
