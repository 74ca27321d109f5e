"""DEP-01 to DEP-30, as far as people attest them: each has the number of its step in the guide."""

from assurance.judging.controls.model import Control


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
