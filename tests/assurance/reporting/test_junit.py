"""The JUnit report."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest

from assurance.reporting import junit
from assurance.verdicts import Verdict
from tests.assurance.reporting.sample_run import sample_model


@pytest.fixture
def root(tmp_path: Path) -> ElementTree.Element:
    """Return the sample run's report, as a parser reads it."""
    junit.write(sample_model(), tmp_path / "junit.xml")
    return ElementTree.fromstring((tmp_path / "junit.xml").read_bytes())  # noqa: S314  (our own file)


def case(root: ElementTree.Element, name: str) -> ElementTree.Element:
    """Return the test case called `name`."""
    return next(one for one in root.iter("testcase") if one.get("name") == name)


def test_totals_are_those_of_the_cases(root: ElementTree.Element) -> None:
    """The numbers on each suite, and on the whole, are those of the elements that stand within."""
    told_by = {"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"}
    for suite in [root, *root.iter("testsuite")]:
        for attribute, tag in told_by.items():
            assert int(suite.get(attribute, "-1")) == len(list(suite.iter(tag)))


def test_verdicts_are_told_by_their_elements(root: ElementTree.Element) -> None:
    """A failure, an error and a skip stand for fail, not evaluated, and waived or not applicable."""
    counts = sample_model().counts()
    told = Counter(element.get("type") for element in root.iter() if element.tag in junit.ELEMENTS.values())
    assert told == {str(verdict): number for verdict, number in counts.items() if verdict is not Verdict.PASS}


def test_suites_are_the_controls(root: ElementTree.Element) -> None:
    """There is one suite for each control, in order."""
    names = [suite.get("name", "") for suite in root.iter("testsuite")]
    assert names == [f"{one.control.id} {one.control.title}" for one in sample_model().controls()]


def test_case_names_function_subject_and_file(root: ElementTree.Element) -> None:
    """A test case is named by its function with the subject in brackets, and its class by the file."""
    found = case(root, "test_public_access_is_off[stapexsandbox]")
    assert found.get("classname") == "checks/security/test_sec_06_public_access.py"


def test_case_has_control_clauses_and_verdict(root: ElementTree.Element) -> None:
    """A test case carries its control, its severity, its ISO clauses and its verdict as properties."""
    found = case(root, "test_role_is_assigned[Key Vault Secrets User]")
    properties = {one.get("name"): one.get("value") for one in found.iter("property")}
    assert properties == {
        "control": "SEC-08",
        "severity": "high",
        "iso": "5.15 5.18 8.2 5.3",
        "verdict": "not_evaluated",
    }


def test_text_that_xml_cannot_hold_is_named(root: ElementTree.Element) -> None:
    """Control characters and lone surrogates stand as their code points; markup is read back as text."""
    message = case(root, "test_public_access_is_off[stapexsandbox-x]").find("failure")
    assert message is not None
    assert '<script>alert("x")</script> a|b `c` <U+0000><U+001B>[31m @team [link](x) <U+DCFF>' in message.get(
        "message", ""
    )
