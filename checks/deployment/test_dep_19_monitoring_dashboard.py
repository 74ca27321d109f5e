"""DEP-19: the dashboard shows what the guide lists."""

from assurance.estate.monitoring.dashboard import Dashboard, TileDemand
from assurance.judging.checking import control

pytestmark = control("DEP-19", "post_deployment", "nightly")


def test_dashboard_shows_it(dashboard: Dashboard, tile_demand: TileDemand) -> None:
    """A tile of the dashboard shows it, of the right resource, by metric or query."""
    assert dashboard.shows(tile_demand)
