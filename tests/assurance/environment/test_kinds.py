"""Kinds of services: one table, and further ones that an environment file describes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assurance.environment import load
from assurance.environment.kinds import judged_kinds, service_types
from assurance.errors import EnvironmentFileError

SMALLEST = Path(__file__).parents[3] / "environments" / "smallest.toml"
KUSTO: dict[str, Any] = {"type": "Microsoft.Kusto/clusters", "api_version": "2023-08-15"}
CLUSTER: dict[str, Any] = {
    "kind": "kusto",
    "name": "dec-apex",
    "fqdn": "dec-apex.eastus.kusto.windows.net",
    "private_endpoint": {
        "name": "pe-dec-apex",
        "subnet": "snet-privateendpoints",
        "group_id": "cluster",
        "zone": "privatelink.eastus.kusto.windows.net",
    },
}


def test_every_kind_is_judged_by_code_or_by_its_description() -> None:
    """The kinds with code of their own are the guide's four; all others are described."""
    assert service_types().keys() - judged_kinds().keys() == {"sql", "storage", "cognitive", "key_vault"}


def test_a_file_describes_a_kind_of_its_own() -> None:
    """A service of a described kind has the described type, and is judged by the description."""
    environment = load(SMALLEST, {"kinds": {"kusto": KUSTO}, "services": {"kusto": CLUSTER}})
    assert environment.type_of("kusto") == "Microsoft.Kusto/clusters"
    described = environment.described("kusto")
    assert described is not None
    assert described.public_access == "properties.publicNetworkAccess"
    assert environment.described("key_vault") is None


@pytest.mark.parametrize(
    ("overlay", "told"),
    [
        ({"services": {"kusto": CLUSTER}}, "services.kusto.kind: names 'kusto'"),
        ({"kinds": {"redis": KUSTO}}, "kinds.redis: the suite knows this kind already"),
        ({"kinds": {"kusto": {**KUSTO, "type": "clusters"}}}, "kinds.kusto.type"),
        ({"kinds": {"kusto": {**KUSTO, "api_version": "newest"}}}, "kinds.kusto.api_version"),
    ],
)
def test_a_wrong_kind_is_refused_with_its_key(overlay: dict[str, Any], told: str) -> None:
    """A kind that nothing describes, one that the suite has, and one that is not a kind of Azure's."""
    with pytest.raises(EnvironmentFileError) as refused:
        load(SMALLEST, overlay)
    assert told in str(refused.value)
