"""The ten security controls of the guide's Steps 3 (before a deployment) and 18 (after it), and what they leave out.

SEC-11 is no control of the guide: it holds that the ten are about everything that there is.
"""

from assurance.judging.controls.model import Control, Severity


def _security(number: int, title: str, requirement: str, iso: str, iso_2013: str, severity: Severity) -> Control:
    return Control(
        id=f"SEC-{number:02d}",
        title=title,
        requirement=requirement,
        guide_step=f"Steps 3 and 18, control {number}",
        iso_2022=tuple(iso.split()),
        iso_2013=tuple(iso_2013.split()),
        severity=severity,
    )


SECURITY = (
    _security(
        1,
        "Virtual network",
        "The virtual network exists with the declared address space, subnets, delegation and endpoint policies.",
        "8.22 8.20 8.9",
        "A.13.1.3 A.13.1.1",
        "high",
    ),
    _security(
        2,
        "Network security groups",
        "Nothing enters from the Internet, nothing undeclared passes, and the declared flows are open.",
        "8.20 8.22",
        "A.13.1.1",
        "critical",
    ),
    _security(
        3,
        "Private endpoints",
        "Each service has an approved private endpoint to it in the declared subnet.",
        "8.22 8.20 5.14",
        "A.13.1.3 A.13.2.1",
        "critical",
    ),
    _security(
        4,
        "Private DNS zones",
        "Each service's name is held by a private zone, linked to this network, at its endpoint's own address.",
        "8.21 8.20",
        "A.13.1.2",
        "high",
    ),
    _security(
        5,
        "Container Apps in the virtual network",
        "The application runs in an internal environment within the declared subnet.",
        "8.22 5.23 8.9",
        "A.13.1.3",
        "critical",
    ),
    _security(
        6,
        "Public network access disabled",
        "No platform service accepts connections from public networks.",
        "8.20 8.3 8.12",
        "A.13.1.1 A.9.4.1",
        "critical",
    ),
    _security(
        7,
        "Managed identity",
        "The application authenticates with its user-assigned identity, and holds no secret in plain text.",
        "5.16 5.17 8.5",
        "A.9.2.1 A.9.2.4",
        "high",
    ),
    _security(
        8,
        "Role assignments",
        "The identity has the roles that it needs, and nothing broader.",
        "5.15 5.18 8.2 5.3",
        "A.9.1.1 A.9.2.2 A.9.2.3 A.9.2.5",
        "high",
    ),
    _security(
        9,
        "Network flows",
        "Each service is reached by its private address from inside, and not at all from outside.",
        "8.22 8.20 8.16",
        "A.13.1.3 A.13.2.1",
        "critical",
    ),
    _security(
        10,
        "Microsoft Defender for Cloud",
        "The declared plans are on, no severe alert is open, and the secure score is not below its floor.",
        "8.16 5.25 8.7 8.8",
        "A.12.4.1 A.16.1.4",
        "high",
    ),
    Control(
        "SEC-11",
        "Nothing else",
        "Whatever exists in the environment is judged or named in its file, and lets no public network in.",
        "Steps 3 and 18, beyond the ten controls",
        ("5.9", "8.9", "8.20"),
        ("A.8.1.1", "A.13.1.1"),
        "critical",
    ),
)

THE_TEN = frozenset(control.id for control in SECURITY if control.id != "SEC-11")
"""The ids of the guide's ten."""
