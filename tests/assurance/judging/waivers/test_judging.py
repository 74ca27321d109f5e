"""Which cases a waiver covers, and what it comes to itself."""

from __future__ import annotations

import tomllib
from datetime import timedelta

import pytest

from assurance.judging.cases import Case
from assurance.judging.waivers.judging import judge_waivers
from assurance.judging.waivers.loading import WaiversFile
from assurance.judging.waivers.model import Waivers
from assurance.verdicts import Verdict
from tests.assurance.judging.waivers.writing import TODAY, waiver

CASES = (
    *(
        Case(f"checks/x.py::{check}[{subject}]", "SEC-06", check, subject)
        for check in ("test_public", "test_firewall")
        for subject in ("sql-apex", "sql-apex-2", "kv-apex")
    ),
    Case("checks/y.py::test_public[sql-apex]", "SEC-03", "test_public", "sql-apex"),
)
READING = ("0123456789abcdef01234567",)


def _waivers(**other: object) -> Waivers:
    return Waivers("waivers/x.toml", "", WaiversFile.model_validate(tomllib.loads(waiver(**other))).waivers, TODAY)


@pytest.mark.parametrize(
    ("other", "covered"),
    [
        ({"subject": "sql-apex"}, 2),
        ({"subject": "SQL-Apex"}, 2),
        ({"subject": "sql-*"}, 4),
        ({"subject": "sql-apex-?"}, 2),
        ({"subject": "sql-[a]pex"}, 0),
        ({"subject": "*", "check": "test_public"}, 3),
        ({"subject": "*", "check": "test_pub"}, 0),
        ({"subject": "*", "control": "SEC-03"}, 1),
    ],
)
def test_a_waiver_covers_exactly_what_it_names(other: dict[str, object], covered: int) -> None:
    """A subject is exact but for `*` and `?`, in any casing; control and check are exact."""
    waivers = _waivers(**other)
    assert sum(waivers.covering(case) is not None for case in CASES) == covered


def test_of_two_waivers_the_longer_one_counts() -> None:
    """A case that an expired waiver and one in force cover is covered by the one in force."""
    old, new = (_waivers(expires=TODAY + timedelta(days=days)).named["sql-public"] for days in (-5, 5))
    both = Waivers("waivers/x.toml", "", {"a-old": old, "b-new": new}, TODAY)
    case = Case("checks/x.py::test_public[sql-apex-sandbox]", "SEC-06", "test_public", "sql-apex-sandbox")
    found = both.covering(case)
    assert found is not None
    assert (found.name, found.days_left) == ("b-new", 5)


@pytest.mark.parametrize(
    ("other", "came_to", "verdict", "told"),
    [
        ({}, {"test_public": Verdict.WAIVED, "test_firewall": Verdict.PASS}, Verdict.PASS, "covers 1 of 2 cases"),
        ({}, {"test_public": Verdict.WAIVED}, Verdict.PASS, "covers 1 of 2 cases"),
        ({}, {"test_public": Verdict.PASS, "test_firewall": Verdict.PASS}, Verdict.FAIL, "no longer needed"),
        ({}, {"test_public": Verdict.PASS, "test_firewall": Verdict.NOT_APPLICABLE}, Verdict.FAIL, "no longer needed"),
        ({"expires": TODAY - timedelta(days=2)}, {"test_public": Verdict.FAIL}, Verdict.FAIL, "expired on"),
        ({"subject": "nobody"}, {"test_public": Verdict.FAIL}, Verdict.FAIL, "there is no subject 'nobody'"),
        ({"check": "test_typo"}, {"test_public": Verdict.FAIL}, Verdict.FAIL, "SEC-06 has no check 'test_typo'"),
        ({}, {"test_public": Verdict.PASS, "test_firewall": Verdict.NOT_EVALUATED}, Verdict.NOT_EVALUATED, "cannot be"),
    ],
)
def test_a_waiver_is_judged(other: dict[str, object], came_to: dict[str, Verdict], verdict: Verdict, told: str) -> None:
    """A waiver holds while it is in force and needed; what expired, matches nothing or is not needed is a finding."""
    waivers = _waivers(**{"subject": "sql-apex", **other})
    verdicts = {f"checks/x.py::{check}[sql-apex]": (one, READING) for check, one in came_to.items()}
    outcome = judge_waivers(waivers, CASES, verdicts)["sql-public"]
    assert outcome.verdict is verdict
    assert told in outcome.observed + outcome.reason
    assert verdict is not Verdict.FAIL or "waivers/x.toml, [waivers.sql-public]" in outcome.remedy


@pytest.mark.parametrize("came_to", [{}, {"test_public": Verdict.PASS}])
def test_what_the_selection_does_not_cover_is_not_judged(came_to: dict[str, Verdict]) -> None:
    """Where only some of its cases ran and none fails, or its control was not collected, a waiver is not judged."""
    verdicts = {f"checks/x.py::{check}[sql-apex]": (one, READING) for check, one in came_to.items()}
    assert judge_waivers(_waivers(subject="sql-apex"), CASES, verdicts) == {}
    assert judge_waivers(_waivers(subject="sql-apex", control="SEC-01"), CASES, verdicts) == {}
