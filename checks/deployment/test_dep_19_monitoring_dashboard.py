"""DEP-19: the dashboard shows what the guide lists."""

from assurance.checking import control
from assurance.estate.dashboard import Dashboard, TileDemand

pytestmark = control("DEP-19", "post_deployment", "nightly")


def test_dashboard_shows_it(dashboard: Dashboard, tile_demand: TileDemand) -> None:
    """A tile of the dashboard shows it, of the right resource, by metric or query."""
    assert dashboard.shows(tile_demand)
