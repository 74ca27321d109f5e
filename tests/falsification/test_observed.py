"""A build as it runs: with each behaviour on those speak who should, and nobody is accused of another's fault."""

from __future__ import annotations

from itertools import count

import pytest

from assurance.verdicts import Verdict
from falsification.apex import observed
from falsification.apex.observed import Change, Family, Violation, both, declares
from falsification.apex.stage import ApexStage
from falsification.apex.stand_ins import ApexStandIns
from falsification.judge import try_violation
from falsification.score import stage
from sandbox.apex import Observed
from tests.granting_operator import granting

# What nobody but the role matrix may complain of in a build that does everything: it lets auditors create projects.
TRUE_OF_ROLES = {"RBAC-01 test_role_on_projects[auditor-creates-project]"}
# During which of its requests nothing listens, by family.
DOWN: tuple[tuple[Family, range], ...] = (("RBAC", range(200, 206)), ("E2E", range(30, 36)), ("BAD", range(20, 26)))
REFUSED_GRANT = "RBAC-02 test_role_on_access[manager-grants-access]"


def _failing(family: Family, *seen: Observed, pool: bool) -> tuple[set[str], set[str]]:
    change = both(observed.observed_on(*seen), declares(observed.declared_for(*seen, pool=pool)))
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
    assert _failing(family, delay, pool=False) == (set(), set())


def test_no_role_is_blamed_in_a_pool() -> None:
    """With everything at once, on a pool, all cells are judged, and only what is true of roles fails."""
    assert _failing("RBAC", *Observed, pool=True) == (TRUE_OF_ROLES, set())


def test_no_role_is_blamed_under_a_command() -> None:
    """With everything at once, where the operator's command grants, all cells are judged; only what is true fails."""
    judged = stage("apex")
    assert isinstance(judged, ApexStage)
    with granting(judged.stand_ins.apex.service) as command:
        declared = observed.declared_for(*Observed)["application"]
        access = {"how": "command", "command": command}
        change = both(
            lambda stand_ins: stand_ins.apex.observed.update(Observed),
            declares({"application": {**declared, "access": access}}),
        )
        assert _told("RBAC", change) == (TRUE_OF_ROLES, set())


def test_a_refused_grant_is_one_finding() -> None:
    """With everything at once, where managers should grant, one cell fails for it and all others give one reason."""
    failing, reasons = _failing("RBAC", *Observed, pool=False)
    assert failing == TRUE_OF_ROLES | {REFUSED_GRANT}
    assert len(reasons) == 1
    assert "The manager cannot grant access to a new project" in reasons.pop()


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


@pytest.mark.parametrize(("family", "down"), DOWN)
def test_a_restart_in_mid_run_accuses_nobody(family: Family, down: range) -> None:
    """With the application down for a while, what could not be asked has one reason, and no role or step is accused."""
    asked = count(1)

    def change(stand_ins: ApexStandIns) -> None:
        stand_ins.is_down = lambda _: next(asked) in down

    failing, reasons = _told(family, change)
    assert failing == set()
    assert reasons == {"No answer from apex.invalid: [Errno 111] Connection refused"}
