"""The remedies of platform services are the commands of their own kind."""

from __future__ import annotations

import pytest

from assurance.environment.kinds import service_types
from assurance.estate.services.kinds import KINDS

GROUP = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/apex-rg-prod"


@pytest.mark.parametrize(
    ("kind", "command"),
    [
        ("sql", "az sql server update --resource-group apex-rg-prod --name one --enable-public-network false"),
        (
            "storage",
            "az storage account update --resource-group apex-rg-prod --name one --public-network-access Disabled",
        ),
        ("key_vault", "az keyvault update --resource-group apex-rg-prod --name one --public-network-access Disabled"),
        ("cognitive", "az resource update --ids ID --set properties.publicNetworkAccess=Disabled"),
    ],
)
def test_the_remedy_for_public_access_is_that_of_the_kind(kind: str, command: str) -> None:
    """A service that is public is closed by the command of its own kind, with its names filled in."""
    service_id = f"{GROUP}/providers/{service_types()[kind]}/one"
    assert KINDS[kind].closing(service_id) == command.replace("ID", service_id)
