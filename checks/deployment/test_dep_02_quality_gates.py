"""DEP-02: tests cover what they must, scans find nothing severe, and the pipeline passed on main for this commit."""

from assurance.environment.deployment import DeclaredRelease
from assurance.estate.deployment.quality import (
    MIN_INTEGRATION_COVERAGE,
    MIN_UNIT_COVERAGE,
    BanditReport,
    Coverage,
    ImageScan,
    PipelineRun,
)
from assurance.judging.checking import control

pytestmark = control("DEP-02", "pre_deployment")


def test_unit_tests_cover_enough(unit_coverage: Coverage) -> None:
    """The unit tests run at least 80 % of the lines."""
    assert unit_coverage.is_at_least(MIN_UNIT_COVERAGE)


def test_integration_tests_cover_enough(integration_coverage: Coverage) -> None:
    """The integration tests run at least 70 % of the lines."""
    assert integration_coverage.is_at_least(MIN_INTEGRATION_COVERAGE)


def test_source_has_nothing_severe(bandit_report: BanditReport) -> None:
    """Bandit finds nothing of medium or high severity in the source."""
    assert bandit_report.has_nothing_severe


def test_image_has_nothing_severe(image_scan: ImageScan, release: DeclaredRelease, repository: str) -> None:
    """Trivy finds nothing of high or critical severity in the release's image."""
    assert image_scan.finds_nothing_severe(release, repository)


def test_pipeline_passed(pipeline_run: PipelineRun, release: DeclaredRelease) -> None:
    """The pipeline passed on main for the release's commit."""
    assert pipeline_run.passed_for(release)
