"""Which planned resources stand in which lists of Azure."""

import pytest

from assurance.planning.paths import is_listed_at, place_of
from tests.assurance.planning.plans import GROUP, SERVER

ON_SERVER = f"{SERVER}/providers/Microsoft.Authorization/roleAssignments/a"
LOCK = f"{GROUP}/providers/Microsoft.Authorization/locks/a"
RULE = f"{SERVER}/firewallRules/a"


@pytest.mark.parametrize(
    ("resource", "kind", "is_listed"),
    [
        (SERVER, "microsoft.sql/servers", True),
        (RULE, "microsoft.sql/servers/firewallrules", False),
        (ON_SERVER, "microsoft.authorization/roleassignments", False),
        (LOCK, "microsoft.authorization/locks", False),
        (f"{SERVER}/providers/Microsoft.Insights/diagnosticSettings/a", "microsoft.insights/diagnosticsettings", False),
        (SERVER.replace("apex-rg", "other-rg"), "microsoft.sql/servers", False),
    ],
)
def test_an_inventory_holds_resources_and_nothing_on_them(resource: str, kind: str, is_listed: bool) -> None:
    """Not what extends one, nor what is granted or locked: Azure lists neither."""
    place = place_of(f"{GROUP}/resources")
    assert place is not None
    assert is_listed_at(resource, kind, place) is is_listed


@pytest.mark.parametrize("has_location", [True, False])
def test_an_inventory_holds_what_is_tracked_below_a_resource(has_location: bool) -> None:
    """A database has a location of its own, and is listed; a proxy resource, such as a firewall rule, has none."""
    place = place_of(f"{GROUP}/resources")
    assert place is not None
    database = f"{SERVER}/databases/db"
    assert is_listed_at(database, "microsoft.sql/servers/databases", place, has_location=has_location) is has_location


def test_a_list_holds_its_own_type() -> None:
    """Below a resource its own, below a scope all of the type."""
    rules, servers = place_of(f"{SERVER}/firewallRules"), place_of(f"{GROUP}/providers/Microsoft.Sql/servers")
    assert rules is not None
    assert servers is not None
    assert is_listed_at(RULE, "microsoft.sql/servers/firewallrules", rules)
    assert not is_listed_at(f"{SERVER}x/firewallRules/a", "microsoft.sql/servers/firewallrules", rules)
    assert is_listed_at(SERVER, "microsoft.sql/servers", servers)
