"""Controls of what was agreed: DRF, what was approved.

WVR, the discipline of waivers; and the steps that people attest.
"""

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


WAIVERS = (
    Control(
        id="WVR-01",
        title="Waivers",
        requirement="Each waiver is in force, is about a case that there is, and is still needed.",
        guide_step="Steps 10 and 22, sign-off",
        iso_2022=("5.36", "8.32"),
        iso_2013=("A.18.2.2", "A.12.1.2"),
        severity="medium",
    ),
)


def _attested(step: int, title: str, requirement: str, iso: str = "8.32 5.3", iso_2013: str = "A.12.1.2") -> Control:
    return Control(
        id=f"DEP-{step:02d}",
        title=title,
        requirement=requirement,
        guide_step=f"Step {step}",
        iso_2022=tuple(iso.split()),
        iso_2013=tuple(iso_2013.split()),
        severity="medium",
    )


ATTESTATIONS = (
    _attested(1, "Change approval", "The change is planned, approved by every role, scheduled, and announced."),
    _attested(
        9,
        "Team readiness",
        "The team is complete: two engineers, on-call and incident team.",
        "8.32 5.24",
        "A.16.1.1",
    ),
    _attested(10, "Pre-deployment sign-off", "All four roles signed before the deployment began."),
    _attested(11, "Infrastructure deployment", "The deployment is recorded, was announced, and kept to its window."),
    _attested(21, "Stakeholder notification", "Estimators, managers, auditors and IT leadership know of the success."),
    _attested(22, "Post-deployment sign-off", "Three roles signed that the deployment succeeded."),
    _attested(23, "Rollback decision", "A rollback was decided with authority, for a reason that counts."),
    _attested(
        25, "Post-rollback analysis", "A rollback has its incident report and root cause.", "5.27 8.32", "A.16.1.6"
    ),
    _attested(28, "Retrospective", "The team met within 48 hours of the deployment.", "5.27 8.32", "A.16.1.6"),
    _attested(29, "Deployment metrics", "The nine figures are kept, and agree with the record."),
    _attested(30, "Closure", "The change was closed in form, its evidence kept.", "8.32 5.33", "A.12.1.2 A.18.1.3"),
)
