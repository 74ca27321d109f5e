"""Reports of a pipeline that cannot be judged: whatever contradicts itself, looked at nothing or is another thing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from assurance.environment.deployment import DeclaredRelease
from assurance.errors import BrokenReading
from assurance.estate.deployment.inventory import GitTags, SchemaState
from assurance.estate.deployment.quality import BanditReport, Coverage, ImageScan, PipelineRun
from assurance.world.files import Artefact

DIGEST = f"sha256:{'a' * 64}"
COMMIT = "b" * 40
RELEASE = DeclaredRelease(tag="1.0.0", commit=COMMIT, image_digest=DIGEST, schema_revision="abcd1234")


def _file(content: str | dict[str, Any] | list[Any]) -> Artefact:  # Any: values of JSON
    text = content if isinstance(content, str) else json.dumps(content)
    return Artefact("report", "report.txt", text.encode(), ("k",))


def _bandit(**changes: Any) -> dict[str, Any]:  # noqa: ANN401  (values of JSON)
    totals = {"SEVERITY.HIGH": 0, "SEVERITY.MEDIUM": 0, "SEVERITY.LOW": 0, "SEVERITY.UNDEFINED": 0, "loc": 10}
    return {"errors": [], "results": [], "metrics": {"_totals": {**totals, **changes.pop("totals", {})}}, **changes}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "<coverage",
        "<testsuites/>",
        "<coverage/>",
        '<coverage line-rate="0.9" lines-covered="0" lines-valid="0"/>',
        '<coverage line-rate="0.9" lines-covered="50" lines-valid="100"/>',
        '<coverage line-rate="2" lines-covered="200" lines-valid="100"/>',
        '<coverage line-rate="0.9" lines-covered="x" lines-valid="100"/>',
        '<coverage line-rate="nan" lines-covered="90" lines-valid="100"/>',
        '<!DOCTYPE c [<!ENTITY e "x">]><coverage line-rate="1" lines-covered="1" lines-valid="1"/>',
    ],
)
def test_coverage_that_cannot_be_judged(content: str) -> None:
    """A report of no lines, of contradicting figures, or with entities is no coverage report."""
    with pytest.raises(BrokenReading, match=r"report\.txt"):
        _ = Coverage(_file(content)).is_at_least(0.8)


def test_coverage_at_the_limit_is_enough() -> None:
    """Exactly 80 % is at least 80 %, and one line less is not."""
    enough = Coverage(_file('<coverage line-rate="0.8" lines-covered="800" lines-valid="1000"/>'))
    less = Coverage(_file('<coverage line-rate="0.799" lines-covered="799" lines-valid="1000"/>'))
    assert enough.is_at_least(0.8).holds
    assert not less.is_at_least(0.8).holds


@pytest.mark.parametrize(
    "report",
    [
        {},
        [],
        _bandit(errors=[{"filename": "a.py", "reason": "syntax error while parsing AST from file"}]),
        _bandit(totals={"loc": 0}),
        _bandit(totals={"SEVERITY.HIGH": 1}),
        _bandit(results=[{"issue_severity": "HIGH"}]),
        _bandit(results=[{"issue_severity": "TERRIBLE"}]),
        _bandit(results=[{}]),
    ],
)
def test_bandit_report_that_cannot_be_judged(report: dict[str, Any]) -> None:  # Any: values of JSON
    """A report that read nothing, not everything, or whose totals are not its results, cannot be judged."""
    with pytest.raises(BrokenReading):
        _ = BanditReport(_file(report)).has_nothing_severe


@pytest.mark.parametrize(
    "report",
    [
        {"ArtifactType": "filesystem", "Results": [{}]},
        {"ArtifactType": "container_image"},
        {"ArtifactType": "container_image", "Results": []},
        {"ArtifactType": "container_image", "Results": [{"Vulnerabilities": [{"Severity": "SEVERE"}]}]},
    ],
)
def test_image_scan_that_cannot_be_judged(report: dict[str, Any]) -> None:  # Any: values of JSON
    """A scan of files, of nothing, or with a severity that Trivy does not have, cannot be judged."""
    with pytest.raises(BrokenReading):
        ImageScan(_file(report)).finds_nothing_severe(RELEASE, "r.azurecr.io/app")


@pytest.mark.parametrize("report", [{}, {"headSha": COMMIT}, {"headSha": COMMIT, "headBranch": "main", "status": 1}])
def test_pipeline_run_that_cannot_be_judged(report: dict[str, Any]) -> None:  # Any: values of JSON
    """A run that does not tell its branch, status and result cannot be judged."""
    with pytest.raises(BrokenReading):
        PipelineRun(_file(report)).passed_for(RELEASE)


@pytest.mark.parametrize("content", ["", "INFO  [alembic] Context impl MSSQLImpl.", "FAILED: Can't locate revision"])
def test_schema_that_cannot_be_judged(content: str) -> None:
    """What Alembic prints when it fails, or nothing, tells of no revision."""
    with pytest.raises(BrokenReading):
        SchemaState(_file(content)).is_at("abcd1234")


@pytest.mark.parametrize("content", ["", "fatal: not a git repository", f"{COMMIT}\trefs/heads/main"])
def test_tags_that_cannot_be_judged(content: str) -> None:
    """What Git prints when it fails, or of anything but tags, tells of no tag."""
    with pytest.raises(BrokenReading):
        GitTags(_file(content)).have("v1.0.0", COMMIT)
