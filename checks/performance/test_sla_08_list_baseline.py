"""SLA-08: 95 % of the project list's requests take less than 500 ms."""

from assurance.apex.performance import ListBaseline
from assurance.judging.checking import control
from assurance.telemetry.window import Targets

pytestmark = control("SLA-08", "post_deployment", "nightly")


def test_project_list_is_quick(list_baseline: ListBaseline) -> None:
    """The 95th percentile of the project list, as a client sees it, is below its threshold, and surely so."""
    assert list_baseline.is_below_its_threshold


def test_threshold_is_not_looser_than_the_guides(sla_targets: Targets) -> None:
    """The declared threshold is not above the guide's 500 ms."""
    assert sla_targets.is_not_looser("list_p95_milliseconds")
