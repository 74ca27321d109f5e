"""DRF-01 to DRF-08: nothing has changed since it was approved; the guide's Step 1 demands an approved request."""

from assurance.judging.controls.model import Control, Severity


def _drift(number: int, title: str, requirement: str, iso: str, iso_2013: str, severity: Severity) -> Control:
    return Control(
        id=f"DRF-{number:02d}",
        title=title,
        requirement=requirement,
        guide_step="Steps 1 and 26, between changes",
        iso_2022=tuple(iso.split()),
        iso_2013=tuple(iso_2013.split()),
        severity=severity,
    )


DRIFT = (
    _drift(
        1,
        "Drift of resources",
        "Each resource is as it was when its baseline was approved.",
        "8.9 8.32",
        "A.12.1.2 A.14.2.2",
        "high",
    ),
    _drift(
        2,
        "Drift of security rules",
        "Each network security group decides every packet as it did when its baseline was approved.",
        "8.9 8.20 8.32",
        "A.12.1.2 A.13.1.1",
        "critical",
    ),
    _drift(
        3,
        "Drift of access",
        "Roles, their assignments and the identities that hold them are as approved.",
        "8.9 5.18 8.32",
        "A.12.1.2 A.9.2.5",
        "critical",
    ),
    _drift(
        4,
        "Drift of names",
        "Private zones, their records and links are as approved.",
        "8.9 8.21 8.32",
        "A.12.1.2 A.13.1.2",
        "high",
    ),
    _drift(
        5,
        "Drift of the application",
        "The application, its image, its environment and its registry are as approved.",
        "8.9 8.32",
        "A.12.1.2 A.14.2.2",
        "high",
    ),
    _drift(
        6,
        "Drift of secrets",
        "The names of the secrets, and whether each is enabled and expires, are as approved.",
        "8.9 5.17 8.32",
        "A.12.1.2 A.9.2.4",
        "high",
    ),
    _drift(
        7,
        "Drift of the watch",
        "Defender's plans, the secure score, alert rules and where logs go are as approved.",
        "8.9 8.16 8.32",
        "A.12.1.2 A.12.4.1",
        "high",
    ),
    _drift(
        8,
        "Nothing new",
        "Nothing exists in the deployment beside what was approved.",
        "8.9 5.9 8.32",
        "A.12.1.2 A.8.1.1",
        "critical",
    ),
)
