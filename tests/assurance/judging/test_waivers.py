"""A file of waivers: what is accepted, and how each mistake is refused."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import tomli_w

from assurance.environment import load as load_environment
from assurance.errors import EnvironmentFileError, WaiversRefused
from assurance.judging.checking import Case
from assurance.judging.waivers import MAX_DAYS, Waivers, WaiversFile, judge_waivers, load
from assurance.verdicts import Verdict

ENVIRONMENT = load_environment(Path(__file__).parents[3] / "environments" / "sandbox.toml")
TODAY = datetime.now(UTC).date()


def waiver(**other: object) -> str:
    """Return a file with one waiver, `sql-public`, in force for thirty days; a value of None leaves its key out."""
    values: dict[str, object] = {
        "control": "SEC-06",
        "subject": "sql-apex-sandbox",
        "owner": "Dana Ortiz",
        "approver": "Sam Lee",
        "reason": "The migration tool reaches the server until the cut-over.",
        "ticket": "CR-1234",
        **other,
    }
    kept = {key: value for key, value in values.items() if value is not None and key != "expires"}
    expires = values.get("expires", TODAY + timedelta(days=30))
    return tomli_w.dumps({"waivers": {"sql-public": kept}}) + (f"expires = {expires}\n" if expires is not None else "")


def test_a_good_file_is_read(tmp_path: Path) -> None:
    """A waiver is read with its name, and what a report tells of it holds the days that are left."""
    path = tmp_path / "waivers.toml"
    path.write_text(waiver(), encoding="utf-8")
    waivers = load(path, ENVIRONMENT)
    applied = waivers.named["sql-public"].applied("sql-public", waivers.today)
    assert (applied.owner, applied.approver, applied.ticket) == ("Dana Ortiz", "Sam Lee", "CR-1234")
    assert applied.days_left == 30
    assert "30 days left" in str(applied)


def test_no_file_means_no_waivers(tmp_path: Path) -> None:
    """Where there is no file nothing is waived, unless the file was named."""
    assert load(tmp_path / "none.toml", ENVIRONMENT).named == {}
    with pytest.raises(WaiversRefused, match=r"none\.toml.*cannot be read"):
        load(tmp_path / "none.toml", ENVIRONMENT, needed=True)


def test_the_last_day_counts(tmp_path: Path) -> None:
    """On the day of its expiry, in UTC, a waiver holds; on the next it does not."""
    path = tmp_path / "waivers.toml"
    path.write_text(waiver(expires=TODAY), encoding="utf-8")
    one = load(path, ENVIRONMENT).named["sql-public"]
    assert not one.applied("x", TODAY).has_expired
    assert one.applied("x", TODAY + timedelta(days=1)).has_expired
    assert one.applied("x", TODAY).days_left == 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (waiver(approver="dana  ORTIZ"), "another person must approve"),
        (waiver(expires=TODAY + timedelta(days=MAX_DAYS + 1)), "at most 180 days ahead"),
        (waiver(expires='"2027-01-31"'), "a date such as 2027-01-31 was expected"),
        (waiver(expires="2027-01-31T00:00:00Z"), "a date such as 2027-01-31 was expected"),
        (waiver(expires=None), "waivers.sql-public.expires: is missing"),
        (waiver(owner=None), "waivers.sql-public.owner: is missing"),
        (waiver(ticket=None), "waivers.sql-public.ticket: is missing"),
        (waiver(reason="later"), "waivers.sql-public.reason"),
        (waiver(control="SEC-99"), "there is no control 'SEC-99'"),
        (waiver(control="WVR-01"), "WVR-01 must not be waived"),
        (waiver(subject=None), "waivers.sql-public.subject: is missing"),
        (waiver(subjects="x"), "waivers.sql-public.subjects: is not a known key"),
        ("waivers = 3", "a table was expected"),
        ("[[waiver]]\n", "waiver: is not a known key"),
        ("[waivers", "not valid TOML"),
    ],
)
def test_a_bad_waiver_is_refused(tmp_path: Path, text: str, told: str) -> None:
    """Each mistake is one error that names the file, the waiver and its key, and what was expected."""
    path = tmp_path / "waivers.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WaiversRefused) as refused:
        load(path, ENVIRONMENT)
    assert str(path) in str(refused.value)
    assert told in str(refused.value)


def test_the_longest_waiver_is_accepted(tmp_path: Path) -> None:
    """A waiver for 180 days is granted."""
    path = tmp_path / "waivers.toml"
    path.write_text(waiver(expires=TODAY + timedelta(days=MAX_DAYS)), encoding="utf-8")
    assert load(path, ENVIRONMENT).named


def test_an_unwaivable_control_is_not_waived(tmp_path: Path) -> None:
    """Where the environment file marks a control as unwaivable, a waiver of it is refused."""
    path = tmp_path / "waivers.toml"
    path.write_text(waiver(), encoding="utf-8")
    strict = load_environment(
        Path(__file__).parents[3] / "environments" / "sandbox.toml", {"waivers": {"unwaivable": ["SEC-06"]}}
    )
    with pytest.raises(WaiversRefused, match="SEC-06 must not be waived in sandbox"):
        load(path, strict)


def test_an_unknown_unwaivable_control_is_refused(tmp_path: Path) -> None:
    """A control that there is not, marked as unwaivable, is an error: it would protect nothing."""
    typo = load_environment(
        Path(__file__).parents[3] / "environments" / "sandbox.toml", {"waivers": {"unwaivable": ["SEC-6"]}}
    )
    with pytest.raises(EnvironmentFileError, match="there is no control 'SEC-6'"):
        load(tmp_path / "none.toml", typo)


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
