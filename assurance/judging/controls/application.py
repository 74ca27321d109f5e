"""Controls of the running application.

Smoke tests (Step 14), the workflow and its classes (Step 16), roles, bad input, load (Step 17), server errors.
"""

from assurance.judging.controls.model import Control, Severity


def _smoke(number: int, title: str, requirement: str, iso: str, iso_2013: str, severity: Severity) -> Control:
    return Control(
        id=f"SMK-{number:02d}",
        title=title,
        requirement=requirement,
        guide_step="Steps 13 and 14" if number == 1 else "Step 14",
        iso_2022=tuple(iso.split()),
        iso_2013=tuple(iso_2013.split()),
        severity=severity,
    )


SMOKE = (
    _smoke(
        1,
        "Liveness and readiness",
        "The application says that it is alive and ready, and that each of its dependencies is healthy.",
        "8.29 8.32",
        "A.14.2.8 A.14.2.9",
        "critical",
    ),
    _smoke(
        2,
        "Authentication",
        "Who has a valid token gets the list of projects, page by page; who has none, or another, gets nothing.",
        "8.5 8.3 5.17",
        "A.9.4.1 A.9.4.2",
        "critical",
    ),
    _smoke(
        3,
        "Project creation",
        "A project can be created, is stored as it was sent, is found again, and can be archived.",
        "8.29 8.32",
        "A.14.2.8 A.14.2.9",
        "critical",
    ),
    _smoke(
        4,
        "Document upload",
        "A document can be uploaded and is stored.",
        "8.29 8.32",
        "A.14.2.8 A.14.2.9",
        "critical",
    ),
    _smoke(
        5,
        "Azure service integration",
        "The application really uses Blob Storage, Azure SQL, Azure OpenAI, Document Intelligence and Key Vault.",
        "8.29 8.16 8.32",
        "A.14.2.8 A.12.4.1",
        "critical",
    ),
)

APPLICATION = (*SMOKE,)


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


SERVER_ERRORS = (
    Control(
        id="ERR-01",
        title="Server errors",
        requirement="No call of the application's API that a run makes is answered by a server error.",
        guide_step="Step 16, beyond it: whatever is called",
        iso_2022=("8.29", "8.26"),
        iso_2013=("A.14.2.8", "A.14.1.2"),
        severity="high",
    ),
)


def _service_level(number: int, title: str, requirement: str, guide_step: str, severity: Severity) -> Control:
    return Control(
        id=f"SLA-{number:02d}",
        title=title,
        requirement=requirement,
        guide_step=guide_step,
        iso_2022=("8.6", "8.14", "8.16"),
        iso_2013=("A.12.1.3", "A.17.2.1", "A.12.4.1"),
        severity=severity,
    )


MONITORED = "Steps 17 and 26"

SERVICE_LEVELS = (
    _service_level(1, "Availability", "The application is available at least 99.9 % of the time.", MONITORED, "high"),
    _service_level(2, "Median response time", "Half of all requests take less than 500 ms.", MONITORED, "medium"),
    _service_level(3, "Response time, P95", "95 % of all requests take less than 2 s.", MONITORED, "high"),
    _service_level(4, "Response time, P99", "99 % of all requests take less than 5 s.", MONITORED, "medium"),
    _service_level(5, "Error rate", "Less than 1 % of all requests fail.", MONITORED, "high"),
    _service_level(6, "Failed requests", "Fewer than ten requests fail in an hour.", MONITORED, "high"),
    _service_level(
        7,
        "Telemetry that can be relied on",
        "Logs and metrics, which are counted apart, tell the same of each window.",
        "Steps 17 and 19",
        "medium",
    ),
    _service_level(
        8, "List baseline", "95 % of the project list's requests take less than 500 ms.", "Step 14", "medium"
    ),
    _service_level(
        9, "Load", "With fifty users at work at once, the service level holds.", "Step 17 (optional)", "medium"
    ),
)
