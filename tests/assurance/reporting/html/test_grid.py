"""The role grid."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from assurance.reporting.html.grid import in_words, role_and_operation, role_grid
from assurance.verdicts import Verdict
from tests.assurance.reporting.sample_run import model_of, record, sample_model


@pytest.mark.parametrize(
    ("subject", "split"),
    [
        ("auditor-uploads-document", ("auditor", "uploads-document")),
        ("no-token-reads-project", ("no-token", "reads-project")),
        ("outsider-reads-project", ("outsider", "reads-project")),
        ("steward-reads-project", ("steward", "reads-project")),
        ("prod", ("any role", "prod")),
    ],
)
def test_subject_names_role_and_operation(subject: str, split: tuple[str, str]) -> None:
    """A subject begins with its role, which may have a hyphen of its own; what is left is the operation."""
    assert role_and_operation(subject) == split


def test_grid_has_a_cell_for_each_case() -> None:
    """Rows are operations, columns roles; a combination without a case is a dash, and a case links to its row."""
    one = replace(record("SEC-01", "test_it", "x", Verdict.PASS), control="RBAC-03")
    subjects = {
        "manager-reads-project": Verdict.PASS,
        "auditor-reads-project": Verdict.FAIL,
        "manager-uploads-document": Verdict.NOT_EVALUATED,
    }
    records = tuple(
        replace(one, subject=subject, check=f"checks/roles/test_x.py::test_it[{subject}]", verdict=verdict)
        for subject, verdict in subjects.items()
    )
    grid = role_grid(replace(sample_model(), verdicts=records))
    assert re.findall(r'<th scope="col"[^>]*>([^<]*)</th>', grid) == ["Operation", "manager", "auditor"]
    assert re.findall(r'<th scope="row"[^>]*>([^<]*)</th>', grid) == ["reads project", "uploads document"]
    assert grid.count('href="#case-') == 3
    assert grid.count(">—</td>") == 1


@pytest.mark.parametrize(
    ("expected", "observed", "verdict", "words"),
    [
        ("x: allowed, and it takes effect", "answers 201 (request 1)", Verdict.PASS, "may"),
        ("x: refused with 403, and no trace of it", "answers 403 {}", Verdict.PASS, "refused, 403"),
        ("x: refused with 401 or 403", "answers 200", Verdict.FAIL, "must be refused: 200"),
        ("x: allowed", "answers 403 {}", Verdict.FAIL, "must be allowed: 403"),
        ("x: allowed or refused with 403", "answers 201", Verdict.PASS, "may"),
        ("x: refused with 403", "", Verdict.NOT_EVALUATED, "not evaluated"),
        ("something else", "answers 200", Verdict.PASS, "pass"),
    ],
)
def test_cell_says_what_a_role_may_do(expected: str, observed: str, verdict: Verdict, words: str) -> None:
    """A cell says may or refused, with the status; where that is not as agreed, what must be."""
    one = replace(record("SEC-01", "test_it", "x", verdict), expected=expected, observed=observed)
    assert in_words(one) == words


def test_run_without_roles_has_no_grid() -> None:
    """Where no case is about a role, there is no grid."""
    assert role_grid(model_of(Verdict.PASS)) == ""
