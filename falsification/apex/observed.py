"""What a running build was seen to do, under each way of giving access; the families of the application's controls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, get_args
from uuid import uuid5

from falsification import catalogue
from falsification.apex.stand_ins import ApexStandIns, Declared
from sandbox.apex import Observed
from sandbox.apex.authentication import people
from sandbox.apex.service import USER_IDS

Family = Literal["SMK", "E2E", "RBAC", "AACE", "BAD", "SLA"]
FAMILIES: tuple[Family, ...] = get_args(Family)
Change = Callable[[ApexStandIns], object]
Violation = catalogue.Violation[ApexStandIns]
Harmless = catalogue.Harmless[ApexStandIns]
Inability = catalogue.Inability[ApexStandIns]


def declares(tables: Declared) -> Change:
    """Let the environment file say something else, by table, of what a deployment declares."""

    def change(stand_ins: ApexStandIns) -> None:
        stand_ins.declared = tables

    return change


def both(first: Change, second: Change) -> Change:
    """Make two changes."""

    def change(stand_ins: ApexStandIns) -> None:
        first(stand_ins)
        second(stand_ins)

    return change


def family_of(control: str) -> Family:
    """Return the family of a control, such as SMK of SMK-01.

    Raises:
        ValueError: It is no control of the application.
    """
    family = control.partition("-")[0]
    if family not in FAMILIES:
        raise ValueError(f"{control} is no control of the application")
    return family


POOL = tuple(f"0b5e0000-0000-4000-8000-{number:012d}" for number in range(1, 4))
IN_POOL: Mapping[str, object] = {"access": {"how": "pool", "project_ids": list(POOL), "restores_archived": True}}
DEEP: Declared = {"application": {"deep": True}}
ACCEPTED: Mapping[str, object] = {"documents": {"manual_review": "accepted"}}
ROLES = {"estimator": 1, "manager": 2, "auditor": 3}


def user_id(name: str) -> str:
    """Return the id of somebody within a build that has ids of its own."""
    return str(uuid5(USER_IDS, people()[name].object_id))


def lay_out_pool(stage: ApexStandIns) -> None:
    """Make the projects of the pool, and give the roles their access to each, as an operator would once."""
    service = stage.apex.service
    users = {name: service.user_id(person.object_id) for name, person in stage.apex.issuer.people.items()}
    for number, project_id in enumerate(POOL, start=1):
        service.store.insert(
            "projects",
            {
                "id": project_id,
                "project_number": f"POOL-{number}",
                "project_name": f"Standing test project {number}",
                "voltage_level": 345.0,
                "line_miles": 15.0,
                "terrain_type": "rolling",
                "status": "draft",
                "created_at": "2025-11-01T00:00:00Z",
                "created_by_id": "0b5e0000-0000-4000-8000-ffffffffffff",
            },
        )
        for name, role_id in ROLES.items():
            grant = {"project_id": project_id, "user_id": users[name], "role_id": role_id}
            service.store.insert("access_grants", grant)


def observed_on(*observed: Observed) -> Change:
    """Let the stand-in behave so, with the pool laid out."""

    def change(stage: ApexStandIns) -> None:
        stage.apex.observed.update(observed)
        lay_out_pool(stage)

    return change


def declared_for(*observed: Observed, pool: bool = False) -> Declared:
    """Return what the environment file of such a build says."""
    middling = ACCEPTED if Observed.DOCUMENTS_ARE_MIDDLING in observed else {}
    # Who may create no project is told no id, and declares it; those of others are found out.
    own = {name: {"user_id": user_id(name)} for name in ("estimator", "auditor")}
    ids = {"identities": own} if Observed.OWN_USER_IDS in observed else {}
    return {"application": {**(IN_POOL if pool else {}), **middling, **ids}}


def _seen(observed: Observed, check: str, *controls: str, pool: bool = False) -> Violation:
    name = f"{observed.value}-{controls[0].partition('-')[0].lower()}"
    change = both(observed_on(observed), declares(declared_for(observed, pool=pool)))
    return Violation(name, observed.seen, change, controls, check)


VIOLATIONS: tuple[Violation, ...] = (
    _seen(Observed.ROLES_PER_PROJECT, "test_role_on_projects", "RBAC-01", pool=True),
    _seen(Observed.UNKNOWN_GRANTEE_CRASHES, "test_bad_grant_is_refused", "BAD-04"),
    _seen(Observed.ESTIMATES_COLLIDE, "test_two_at_once_both_end", "E2E-06"),
    _seen(Observed.JOB_NEVER_AT_100, "test_job_tells_its_progress", "E2E-03", "E2E-05", "E2E-06"),
    _seen(Observed.P80_OF_THE_LEVEL, "test_other_levels_of_confidence", "E2E-07"),
    _seen(Observed.VALIDATED_DELETE_CRASHES, "test_validated_document_is_deleted_whole", "E2E-03"),
    _seen(Observed.CHANGE_CRASHES, "test_bad_project_is_refused", "BAD-01"),
    _seen(Observed.EMPTY_PROJECT_COSTS_NOTHING, "test_bad_estimate_is_refused", "BAD-03"),
    _seen(Observed.REDIRECTS_IN_HTTP, "test_list_stays_within_the_application", "SMK-02"),
    _seen(Observed.ARCHIVED_TAKES_WORK, "test_bad_request_is_refused", "BAD-04"),
    Violation(
        "change-crashes-deep",
        Observed.CHANGE_CRASHES.seen,
        both(observed_on(Observed.CHANGE_CRASHES), declares(DEEP)),
        ("BAD-05", "BAD-01"),
        "test_described_input_does_not_crash",
    ),
)

CALLING: tuple[Family, ...] = ("SMK", "E2E", "RBAC", "AACE", "BAD")
# That a row becomes visible late is told beside the verdicts; it changes none.
DECLARED_OTHERWISE = (
    Observed.OWN_USER_IDS,
    Observed.FACTORS_AS_STORED,
    Observed.VOLTAGE_OPTIONAL,
    Observed.FILE_PATH_MENDED,
    Observed.COMMITTED_10_MS_LATE,
    Observed.COMMITTED_50_MS_LATE,
)
HARMLESS: tuple[Harmless, ...] = (
    *(
        Harmless(mode.value, mode.seen, both(observed_on(mode), declares(declared_for(mode))), CALLING)
        for mode in DECLARED_OTHERWISE
    ),
    Harmless(
        Observed.DOCUMENTS_ARE_MIDDLING.value,
        "Documents are left to a person, which the environment file accepts.",
        both(observed_on(Observed.DOCUMENTS_ARE_MIDDLING), declares(declared_for(Observed.DOCUMENTS_ARE_MIDDLING))),
        ("SMK", "E2E", "RBAC", "BAD"),
    ),
    Harmless("made-up-requests", "Requests are made up from the API's description.", declares(DEEP), ("BAD",)),
    Harmless(
        "standing-pool",
        "The roles have their access on a pool of standing projects.",
        both(observed_on(), declares(declared_for(pool=True))),
        ("RBAC",),
    ),
)
