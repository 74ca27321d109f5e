"""Controls of the guide's Step 16: the estimation workflow, AACE classification, the role matrix and bad input."""

from assurance.judging.controls.model import Control, Severity

STEPS = (
    ("Create a project", "A project is created and shown as it was asked for."),
    ("Upload the scope", "A scope document is uploaded, filed under its project and type, and listed."),
    ("Validate the scope", "The scope passes validation by a job that completes; what cannot be read does not pass."),
    ("Upload the drawings", "Engineering drawings are uploaded, filed under their project and type, and listed."),
    ("Validate the drawings", "The drawings pass validation by a job that completes."),
    ("Generate the estimate", "A job with risk factors completes with a classified estimate and ordered percentiles."),
    ("View the estimate", "The estimate's amounts, line items, contingency and texts are complete and consistent."),
    ("Export the estimate", "The export says what the view says, field by field."),
)


def _step(number: int, title: str, requirement: str) -> Control:
    return Control(
        id=f"E2E-{number:02d}",
        title=title,
        requirement=requirement,
        guide_step=f"Step 16, estimation workflow, {number}",
        iso_2022=("8.29", "8.32"),
        iso_2013=("A.14.2.8", "A.14.2.9"),
        severity="critical",
    )


def _class(number: int, title: str, requirement: str) -> Control:
    return Control(
        id=f"AACE-{number:02d}",
        title=title,
        requirement=requirement,
        guide_step="Step 16, AACE classification",
        iso_2022=("8.29", "8.32"),
        iso_2013=("A.14.2.8", "A.14.2.9"),
        severity="high",
    )


def _roles(number: int, title: str, requirement: str) -> Control:
    return Control(
        id=f"RBAC-{number:02d}",
        title=title,
        requirement=requirement,
        guide_step="Step 16, access control",
        iso_2022=("8.3", "5.15", "8.2"),
        iso_2013=("A.9.4.1",),
        severity="critical",
    )


def _input(number: int, title: str, requirement: str, severity: Severity = "high") -> Control:
    return Control(
        id=f"BAD-{number:02d}",
        title=title,
        requirement=requirement,
        guide_step="Step 16, beyond it: what must be refused",
        iso_2022=("8.26", "8.29", "8.28"),
        iso_2013=("A.14.1.2", "A.14.2.8"),
        severity=severity,
    )


END_TO_END = tuple(_step(number, *words) for number, words in enumerate(STEPS, start=1))

CLASSIFICATION = (
    _class(1, "Conceptual estimate", "A project without documents is estimated as CLASS_5."),
    _class(2, "Budget estimate", "A project is estimated as CLASS_3 once its scope is validated, and not before."),
    _class(3, "Bid validation", "A bid document is validated as CLASS_2, and so are estimates with engineering."),
)

ROLE_MATRIX = (
    _roles(1, "Roles on projects", "Each role can do with projects what the role matrix says, and nothing else."),
    _roles(2, "Roles on access", "Managers alone grant and revoke access, and a grant gives its role and no more."),
    _roles(3, "Roles on documents", "Each role can do with documents what the role matrix says, and nothing else."),
    _roles(4, "Roles on estimates", "Each role can do with estimates what the role matrix says, and nothing else."),
    _roles(5, "Roles on jobs", "A job is read by whoever started it, and by nobody else."),
    _roles(6, "No escalation", "Nobody grants themselves access, or reaches another project's objects by their ids."),
    _roles(7, "Complete matrix", "Every operation of the API has its row in the role matrix; health is open to all."),
)

BAD_INPUT = (
    _input(1, "Bad projects", "Projects with impossible values are refused with a 4xx, and nothing is stored."),
    _input(2, "Bad documents", "Files that are too large, of a wrong type or name are refused, and nothing is stored."),
    _input(3, "Bad estimates", "Impossible risk factors and bounds are refused with a 4xx, and nothing is generated."),
    _input(4, "Bad requests", "Ids, pages and bodies that are none are refused with a 4xx that tells nothing inward."),
    _input(5, "Described input", "No request made up from the API's own description ends in a 5xx.", "medium"),
)

WORKFLOW = (*END_TO_END, *CLASSIFICATION, *ROLE_MATRIX, *BAD_INPUT)
