"""Names by what they stand for: production and staging come to the same text where their architecture is the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from assurance.drift.comparison.cases import differing_cases
from assurance.drift.comparison.roles import Roles
from assurance.environment import load
from assurance.verdicts import Verdict

ROOT = Path(__file__).parents[4]
PRODUCTION = Roles(load(ROOT / "environments" / "prod.toml"))
STAGING = Roles(load(ROOT / "environments" / "staging.toml"))


@pytest.mark.parametrize(
    ("production", "staging", "role"),
    [
        ("sql-apex-prod", "sql-apex-staging", "{sql}"),
        ("stapexprod4k7x", "STAPEXSTAGING4k7x", "{storage}"),
        ("pe-sql-apex-prod", "pe-sql-apex-staging", "{private endpoint of sql}"),
        ("/resourceGroups/apex-rg-prod/x", "/resourceGroups/rg-apex-staging/x", "/resourceGroups/{resource group}/x"),
        ("alert-cpu-prod", "alert-cpu-staging", "alert-cpu-{environment}"),
        ("logs4k7x", "logs4k7x", "logs{suffix}"),
        ("at 10.0.2.5", "at 10.0.2.9", "at {address in snet-privateendpoints}"),
        ("8.8.8.8", "8.8.8.8", "8.8.8.8"),
        (
            "[redacted token 0123456789abcdef]",
            "[redacted token fedcba9876543210]",
            "[redacted token]",
        ),
    ],
)
def test_names_come_to_their_role(production: str, staging: str, role: str) -> None:
    """Either environment's name gives the same role, in any casing."""
    assert PRODUCTION.of(production) == STAGING.of(staging) == role


def test_a_longer_word_is_no_name() -> None:
    """The environment's name within another word stays, and a built-in role's definition keeps its id."""
    role = "/providers/microsoft.authorization/roledefinitions/4633458b-17de-408a-b874-0445c86b69e6"
    assert PRODUCTION.of("product") == "product"
    assert PRODUCTION.of(role) == role
    assert PRODUCTION.of("principal 4633458b-17de-408a-b874-0445c86b69e6") == "principal {id}"


def record(check: str, verdict: str) -> dict[str, str]:
    """Return a verdict as results hold it."""
    told = {"observed": f"seen in {check}", "reason": ""}
    return {"check": f"checks/x.py::{check}", "control": "SEC-06", "verdict": verdict, **told}


def test_cases_are_held_together_by_role() -> None:
    """What staging passes and production fails is one difference, told first; a case that one lacks is another."""
    before = [record("test_a[sql-apex-staging]", "pass"), record("test_b", "pass"), record("test_c", "pass")]
    after = [record("test_a[sql-apex-prod]", "fail"), record("test_b", "pass")]
    first, second = differing_cases(before, after, STAGING.of, PRODUCTION.of)
    assert (first.case, first.before, first.after) == ("test_a[{sql}]", Verdict.PASS, Verdict.FAIL)
    assert (second.case, second.before, second.after) == ("test_c", Verdict.PASS, None)


def test_cases_that_roles_make_alike_are_all_kept() -> None:
    """Two cases whose names differ only in an id that Azure made up are compared each, and none is lost."""
    ids = ("11111111-1111-4111-8111-111111111119", "11111111-1111-4111-8111-111111111118")
    both = [record(f"test_a[{one}]", "pass") for one in ids]
    [found] = differing_cases(both, both[:1], PRODUCTION.of, PRODUCTION.of)
    assert found.case == "test_a[{id}] #2"
