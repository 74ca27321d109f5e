"""DEP-02 to DEP-27: those of the guide's thirty steps that a machine can judge; a control's number is its step's.

DEP-31 to DEP-34 are the guide's "Operational Procedures", "Required Azure Services" and "Security Hardening", which
stand beside the steps. Steps that only people can vouch for are none; Steps 3, 14, 16, 17 and 18 have their own.
"""

from assurance.judging.controls.model import Control, Severity


def _deployment(
    number: int, title: str, requirement: str, step: str, iso: str, iso_2013: str, severity: Severity
) -> Control:
    return Control(
        id=f"DEP-{number:02d}",
        title=title,
        requirement=requirement,
        guide_step=step,
        iso_2022=tuple(iso.split()),
        iso_2013=tuple(iso_2013.split()),
        severity=severity,
    )


DEPLOYMENT = (
    _deployment(
        2,
        "Quality gates",
        "Tests cover what they must, scans find nothing severe, and the pipeline passed on main for this commit.",
        "Step 2",
        "8.32 8.29 8.8",
        "A.14.2.2 A.14.2.8 A.12.1.2",
        "high",
    ),
    _deployment(
        4,
        "Configuration secrets",
        "The Key Vault holds each required secret, enabled and not expired.",
        "Step 4",
        "8.9 5.17 8.32",
        "A.12.1.2 A.9.2.4",
        "high",
    ),
    _deployment(
        5,
        "Backup before the migration",
        "The database can be restored to before the migration, and staging has been migrated.",
        "Step 5",
        "8.13 8.32 8.31",
        "A.12.3.1 A.12.1.2",
        "critical",
    ),
    _deployment(
        6,
        "Deployment artefacts",
        "The image of the release is in the registry, under its tag and its digest.",
        "Step 6",
        "8.32 8.9 8.31",
        "A.12.1.2 A.14.2.2",
        "high",
    ),
    _deployment(
        7,
        "Monitoring and alerting",
        "Telemetry goes to the workspace, and the guide's five alerts measure what they must and reach somebody.",
        "Step 7",
        "8.16 8.15",
        "A.12.4.1",
        "high",
    ),
    _deployment(
        8,
        "Rollback plan",
        "The revision that a rollback returns to is known, and is healthy.",
        "Step 8",
        "8.32 5.30",
        "A.12.1.2 A.14.2.2",
        "critical",
    ),
    _deployment(
        13,
        "Application deployment",
        "The new revision is ready, runs the release's image, and is configured as declared.",
        "Step 13",
        "8.32 8.9",
        "A.12.1.2 A.14.2.2",
        "high",
    ),
    _deployment(
        15,
        "Traffic shifting",
        "Traffic goes to the revisions as planned, and those that have some are healthy.",
        "Step 15",
        "8.32 8.14",
        "A.12.1.2 A.17.2.1",
        "critical",
    ),
    _deployment(
        19,
        "Monitoring dashboard",
        "The dashboard shows what the guide lists.",
        "Step 19",
        "8.16 8.15",
        "A.12.4.1",
        "medium",
    ),
    _deployment(
        20,
        "Production inventory",
        "The inventory tells what is deployed, and the release is tagged in Git.",
        "Step 20",
        "8.9 8.32 5.37",
        "A.12.1.2 A.12.1.1",
        "medium",
    ),
    _deployment(
        24,
        "Execute rollback",
        "Once a new revision serves, an older one can take the traffic back.",
        "Step 24",
        "8.32 5.30",
        "A.12.1.2 A.14.2.2",
        "critical",
    ),
    _deployment(
        26,
        "Stability window",
        "The new revision has run for 24 hours without restarts and without a critical alert.",
        "Step 26",
        "8.16 8.32",
        "A.12.4.1 A.12.1.2",
        "high",
    ),
    _deployment(
        27,
        "Old revision deactivated",
        "The old revision is kept for 24 hours, and after them only the new one is active.",
        "Steps 15 and 27",
        "8.32 8.9",
        "A.12.1.2 A.14.2.2",
        "medium",
    ),
    _deployment(
        31,
        "Scaling",
        "The application scales between the declared numbers of replicas, by concurrent requests.",
        "Operational Procedures, Scaling Configuration",
        "8.6 8.14",
        "A.12.1.3 A.17.2.1",
        "medium",
    ),
    _deployment(
        32,
        "Backup and disaster recovery",
        "Deleted blobs and containers can be recovered for 14 days, and the database for 7 to 35.",
        "Operational Procedures, Backup and Disaster Recovery",
        "8.13 5.30",
        "A.12.3.1",
        "high",
    ),
    _deployment(
        33,
        "Service tiers",
        "Each service has the SKU that is declared.",
        "Prerequisites, Required Azure Services",
        "8.6 8.9",
        "A.12.1.3",
        "medium",
    ),
    _deployment(
        34,
        "HTTPS only",
        "Storage and the application refuse plain HTTP.",
        "Security Hardening, 3",
        "8.20 8.24 8.9",
        "A.13.1.1 A.10.1.1",
        "high",
    ),
)
