"""Controls of the running application: smoke tests (Step 14), and the workflow, the roles and bad input (Step 16)."""

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
