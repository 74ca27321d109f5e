"""A build as it runs: with each behaviour on those speak who should, and nobody is accused of another's fault."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import count

import httpx
import pytest

from assurance.verdicts import Verdict
from falsification.apex import observed
from falsification.apex.modes import (
    EVERYTHING,
    TRUE_OF_ROLES,
    How,
    declared_under,
    granting,
    judged,
    reasons,
    told_otherwise,
    wrongly_told,
)
from falsification.apex.observed import Change, Family, Violation, both, declares
from falsification.apex.stage import ApexStage
from falsification.apex.stand_ins import ApexStandIns
from falsification.apex.switches import restarted, switches_on
from falsification.judge import Judged, try_violation
from falsification.score import stage
from sandbox.apex import Observed, Switch

# During which of its requests nothing listens, by family.
DOWN: tuple[tuple[Family, range], ...] = (("E2E", range(30, 36)), ("BAD", range(20, 26)))

# After how many of its requests a token expires, by family.
EXPIRING: tuple[tuple[Family, int], ...] = (("SMK", 40), ("E2E", 10), ("RBAC", 150), ("BAD", 30))

# In one run, for what one family has made is there when the next begins. The others have nothing to do with access.
FAMILIES: Sequence[Family] = ("SMK", "RBAC", "BAD")
REFUSED_GRANT = "The manager cannot grant access to a new project: "
NO_ACCESS = "The manager has no access to a project that the estimator creates: "
ON_STANDING = (
    "What a manager is allowed to change is not tried on the standing project.",
    "What a manager sends is not tried on the standing project.",
    "Nothing is granted on the standing project.",
)
LEFT_OPEN: dict[How, tuple[str, ...]] = {
    "granted": (REFUSED_GRANT, NO_ACCESS),
    "standing": (*ON_STANDING, NO_ACCESS),
    "pool": (NO_ACCESS,),
    "command": (),
}


def the_stage() -> ApexStage:
    """Return this process's stage."""
    found = stage("apex")
    assert isinstance(found, ApexStage)
    return found


def _failing_in(outcomes: Judged) -> set[str]:
    return {case.id for case, outcome in outcomes if outcome.verdict is Verdict.FAIL}


def _failing(family: Family, *seen: Observed) -> tuple[set[str], set[str]]:
    change = both(observed.observed_on(*seen), declares(observed.declared_for(*seen)))
    return _told(family, change)


def _told(family: Family, change: Change) -> tuple[set[str], set[str]]:
    """Return the cases of a family that fail, and the reasons for which others are not evaluated."""
    outcomes = stage("apex").outcomes(change, family)
    failing = {case.id for case, one in outcomes if one.verdict is Verdict.FAIL}
    return failing, {one.reason for _, one in outcomes if one.verdict is Verdict.NOT_EVALUATED}


@pytest.mark.parametrize("violation", observed.VIOLATIONS, ids=lambda one: one.name)
def test_who_should_speak_speaks(violation: Violation) -> None:
    """Each wrong behaviour is reported by the controls that it names, and by no others of their family."""
    assert [told for one in try_violation(stage("apex"), violation) for told in one.survivors] == []


@pytest.mark.parametrize("delay", [Observed.COMMITTED_10_MS_LATE, Observed.COMMITTED_50_MS_LATE])
@pytest.mark.parametrize("family", observed.CALLING)
def test_late_rows_change_no_verdict(family: Family, delay: Observed) -> None:
    """Rows that become visible after the answer change no verdict of a role or a step."""
    assert _failing(family, delay) == (set(), set())


def test_read_only_still_does_the_pure_reads() -> None:
    """Where nothing may be written, health, the description and the standing projects are read all the same."""
    access = {**observed.declared_for(pool=True)["application"], "read_only": True}
    change = both(observed.observed_on(), declares({"application": access}))
    outcomes = stage("apex").outcomes(change, "RBAC")
    passing = {(case.check, case.subject.partition("-")[2]) for case, one in outcomes if one.verdict is Verdict.PASS}
    assert passing == {
        ("test_every_operation_has_its_row", ""),
        *(("test_role_on_service", name) for name in ("reads-liveness", "reads-readiness")),
        *(("test_role_on_projects", name) for name in ("lists-projects", "reads-project")),
    }
    assert not {case.id for case, one in outcomes if one.verdict is Verdict.FAIL}


def test_a_pool_that_may_not_be_used_up_says_so() -> None:
    """Where archived projects do not come back, a manager's archiving is not tried; the rest of the pool is judged."""
    access = {"how": "pool", "project_ids": list(observed.POOL)}
    change = both(observed.observed_on(), declares({"application": {"access": access}}))
    failing, reasons = _told("RBAC", change)
    assert failing == set()
    assert reasons == {"Archiving would use up a project of the pool."}


@pytest.mark.parametrize("family", ["SMK", "RBAC", "AACE"])
def test_an_expired_token_is_one_reason(family: Family) -> None:
    """With the manager's token expired nothing is written, one reason is given, and no role is accused."""
    manager = {"kind": "token", "token_variable": "APEX_SANDBOX_TOKEN_EXPIRED"}
    failing, reasons = _told(family, declares({"application": {"identities": {"manager": manager}}}))
    assert failing == set()
    (reason,) = reasons
    assert reason.startswith("Nothing was written: the token of the role manager has expired at ")
    judged = stage("apex")
    assert isinstance(judged, ApexStage)
    assert judged.stand_ins.apex.service.store.rows("projects") == []


@pytest.mark.parametrize("role", ["estimator", "manager"])
@pytest.mark.parametrize(("family", "asked_before"), EXPIRING)
def test_a_token_that_expires_in_mid_run_is_one_reason(family: Family, asked_before: int, role: str) -> None:
    """From the moment on from which a role's token is refused, there is one reason, and no role or step is accused."""
    asked, held = count(1), os.environ[f"APEX_SANDBOX_TOKEN_{role.upper()}"]

    def expire(request: httpx.Request) -> bool:
        if next(asked) > asked_before and request.headers.get("authorization") == f"Bearer {held}":
            request.headers["authorization"] = f"Bearer {os.environ['APEX_SANDBOX_TOKEN_EXPIRED']}"
        return False

    def change(stand_ins: ApexStandIns) -> None:
        stand_ins.is_down = expire

    failing, reasons = _told(family, change)
    assert failing == set()
    assert len(reasons) <= 1
    assert all(reason.startswith(f"The token of the role {role} is not accepted any more: ") for reason in reasons)
    assert next(asked) < 2000


@pytest.mark.parametrize(("family", "down"), DOWN)
def test_a_restart_in_mid_run_accuses_nobody(family: Family, down: range) -> None:
    """With the application down for a while, what could not be asked has one reason, and no role or step is accused."""
    asked = count(1)

    def change(stand_ins: ApexStandIns) -> None:
        stand_ins.is_down = lambda _: next(asked) in down

    failing, reasons = _told(family, change)
    assert failing == set()
    assert reasons == {"No answer from apex.invalid: [Errno 111] Connection refused"}


def test_a_restart_that_calls_outlast_costs_no_role_anything() -> None:
    """Killed while a job runs and back while calls are repeated: all of the matrix is judged, and nobody accused."""
    assert _told("RBAC", restarted()) == (set(), set())


def test_a_restart_that_calls_do_not_outlast_is_one_reason() -> None:
    """Where nothing is asked a second time, what could not be asked has one reason, and no role is accused."""
    failing, reasons = _told("RBAC", switches_on(Switch.RESTARTED_IN_MID_JOB))
    assert failing == set()
    assert reasons == {"No answer from apex.invalid: [Errno 111] Connection refused"}


@pytest.mark.parametrize("how", LEFT_OPEN)
def test_nobody_is_accused_of_anothers_fault(how: How) -> None:
    """Only what is true of the build fails; each way leaves open what it must; a replay of the tape tells the same."""
    outcomes = judged(the_stage(), how, EVERYTHING, FAMILIES)
    assert wrongly_told(how, EVERYTHING, outcomes) == ()
    assert {case for case in _failing_in(outcomes) if case.startswith("RBAC")} == TRUE_OF_ROLES[how]
    assert {one for one in reasons(outcomes) if not one.startswith(LEFT_OPEN[how])} == set()
    assert len(reasons(outcomes)) == len(LEFT_OPEN[how])
    assert told_otherwise(outcomes, the_stage().outcomes_replayed()) == ()


@pytest.mark.parametrize(
    ("how", "switch", "blamed"),
    [
        ("standing", Switch.ESTIMATOR_GRANTS_ACCESS, "estimator"),
        ("pool", Switch.AUDITOR_UPDATES_PROJECT, "auditor"),
        ("pool", Switch.AUDITOR_GENERATES, "auditor"),
    ],
)
def test_a_defect_is_put_down_to_whose_it_is(how: How, switch: Switch, blamed: str) -> None:
    """Amid everything else the role that does what it must not is found, and no other."""
    also: Change = lambda stand_ins: stand_ins.apex.switches.add(switch)  # noqa: E731  (a change is a function)
    found = _failing_in(judged(the_stage(), how, EVERYTHING, ("RBAC",), also)) - TRUE_OF_ROLES[how]
    assert found
    rows = {case.partition("[")[2] for case in found if "[" in case}
    assert {row.partition("-")[0] for row in rows} == {blamed}


def test_who_gets_in_without_a_token_is_the_only_one_accused() -> None:
    """What they have changed nobody can change again: who may do so is tried on a project of its own."""
    also: Change = lambda stand_ins: stand_ins.apex.switches.add(Switch.ANONYMOUS_ACCEPTED)  # noqa: E731  (as above)
    failing = _failing_in(judged(the_stage(), "granted", (), ("RBAC",), also))
    rows = {case.partition("[")[2] for case in failing if "[" in case}
    assert {row.partition("-")[0] for row in rows} == {"anonymous"}


def test_a_command_that_gives_nothing_is_one_reason() -> None:
    """It is waited for once in each family, not once for each project, and nobody is accused."""
    with granting(the_stage().stand_ins.apex.service) as command:
        idle = [*command[:3], "-c", "pass", "{project_id}"]
        declared = declared_under("command", EVERYTHING, idle)
        change = both(observed.observed_on(*EVERYTHING), declares(declared))
        outcomes = the_stage().outcomes_together(change, ("RBAC", "BAD"))
    assert {one for one in _failing_in(outcomes) if one.startswith("RBAC")} == TRUE_OF_ROLES["command"]
    told = {reason.partition(",")[0] for reason in reasons(outcomes)}
    assert told == {f"access.command ended well for the role {role}" for role in ("manager", "auditor")}
