"""What a running build of the public application was seen to do (November 2025): some wrong, some only different.

`ApexStandIn.observed` holds what is on. Wrong is what names the family of controls that must speak of it; of the rest
nothing that judges APEX may complain.
"""

from __future__ import annotations

from enum import StrEnum


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
