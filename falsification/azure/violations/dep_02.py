"""DEP-02: ways in which a release does not pass its quality gates."""
# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

from falsification.azure.changes import Violation, all_of, says
from falsification.azure.world import Change

UNIT = "test_unit_tests_cover_enough"
INTEGRATION = "test_integration_tests_cover_enough"
SOURCE = "test_source_has_nothing_severe"
IMAGE = "test_image_has_nothing_severe"
PIPELINE = "test_pipeline_passed"

_LOW = '"issue_severity": "LOW"'
_DIGEST = "7c1f0a5be2d94836a1c7f3e08b5d29664fa0c3d18e7b52946d3a9f10c8e7b4d2"


def _of(name: str, wrong: str, check: str, change: Change) -> Violation:
    return Violation(name, wrong, change, ("DEP-02",), check)


def _covers(file: str, covered: int, rate: str) -> Change:
    old = ("3690", "0.8824") if file.startswith("unit") else ("3107", "0.7429")
    return all_of(says(file, f'lines-covered="{old[0]}"', f'lines-covered="{covered}"'), says(file, old[1], rate))


def _finds(severity: str) -> Change:
    return all_of(
        says("bandit.json", _LOW, f'"issue_severity": "{severity}"'),
        says("bandit.json", '"SEVERITY.LOW": 1', '"SEVERITY.LOW": 0'),
        says("bandit.json", f'"SEVERITY.{severity}": 0', f'"SEVERITY.{severity}": 1'),
    )


VIOLATIONS = (
    _of("unit-coverage-just-below", "Unit tests cover 79.9 % of the lines.", UNIT, _covers("unit-coverage.xml", 3342, "0.7991")),
    _of("unit-coverage-low", "Unit tests cover half of the lines.", UNIT, _covers("unit-coverage.xml", 2091, "0.5")),
    _of("unit-coverage-none", "Unit tests cover no line.", UNIT, _covers("unit-coverage.xml", 0, "0.0")),
    _of("integration-coverage-just-below", "Integration tests cover 69.9 % of the lines.", INTEGRATION, _covers("integration-coverage.xml", 2925, "0.6994")),
    _of("integration-coverage-low", "Integration tests cover a tenth of the lines.", INTEGRATION, _covers("integration-coverage.xml", 418, "0.1")),
    _of("bandit-medium", "Bandit found an issue of medium severity.", SOURCE, _finds("MEDIUM")),
    _of("bandit-high", "Bandit found an issue of high severity.", SOURCE, _finds("HIGH")),
    _of("trivy-high", "Trivy found a vulnerability of high severity.", IMAGE, says("trivy.json", '"Severity": "LOW"', '"Severity": "HIGH"')),
    _of("trivy-critical", "Trivy found a critical vulnerability.", IMAGE, says("trivy.json", '"Severity": "LOW"', '"Severity": "CRITICAL"')),
    _of("trivy-critical-in-lower-case", "Trivy found a critical vulnerability, in other casing.", IMAGE, says("trivy.json", '"Severity": "LOW"', '"Severity": "critical"')),
    _of("trivy-of-another-image", "The scan is of an image with another digest.", IMAGE, says("trivy.json", _DIGEST, "0" * 64)),
    _of("trivy-without-digest", "The scan does not tell the image's digest.", IMAGE, says("trivy.json", "RepoDigests", "RepoTagsToo")),
    _of("pipeline-failed", "The pipeline failed.", PIPELINE, says("ci-run.json", '"success"', '"failure"')),
    _of("pipeline-cancelled", "The pipeline was cancelled.", PIPELINE, says("ci-run.json", '"success"', '"cancelled"')),
    _of("pipeline-still-running", "The pipeline is not over.", PIPELINE, says("ci-run.json", '"completed"', '"in_progress"')),
    _of("pipeline-of-a-branch", "The pipeline ran on a branch.", PIPELINE, says("ci-run.json", '"main"', '"feature/new-risk-model"')),
    _of("pipeline-of-a-branch-of-similar-name", "The pipeline ran on a branch whose name ends like main.", PIPELINE, says("ci-run.json", '"main"', '"fix/main"')),
    _of("pipeline-of-another-commit", "The pipeline ran for another commit.", PIPELINE, says("ci-run.json", "3f9a1c7e", "4f9a1c7e")),
)  # fmt: skip
