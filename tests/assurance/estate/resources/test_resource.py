"""A resource: its last deployment succeeded, failed, or has not ended."""

from __future__ import annotations

import pytest

from assurance.errors import NotEvaluated
from assurance.estate.resources.resource import Resource
from tests.assurance.estate.documents import NETWORK, READING, resource


def _provisioned(state: object) -> Resource:
    return Resource(NETWORK, resource(NETWORK, provisioningState=state), READING)


# As the specifications of Microsoft.App, Storage, KeyVault, CognitiveServices, Network and Resources list them.
@pytest.mark.parametrize(
    "state",
    ["Waiting", "Updating", "Creating", "Accepted", "InitializationInProgress", "InfrastructureSetupInProgress",
     "InfrastructureSetupComplete", "UpgradeRequested", "ResolvingDNS", "ResolvingDns", "RegisteringDns", "Moving",
     "Provisioning", "InProgress", "Running", "Pending", "updating"],
)  # fmt: skip
def test_a_deployment_under_way_is_not_judged(state: str) -> None:
    """While it has not ended it has neither failed nor succeeded, and there is no error to be read."""
    with pytest.raises(NotEvaluated, match=f"under way: provisioningState is {state}"):
        _ = _provisioned(state).is_provisioned


@pytest.mark.parametrize(
    "state", ["Failed", "Canceled", "Deleting", "ScheduledForDelete", "UpgradeFailed", "Unheard", "", None]
)
def test_what_did_not_succeed_fails(state: str | None) -> None:
    """An end without success, a removal, a state that nobody knows and none at all are told as they stand."""
    fact = _provisioned(state).is_provisioned
    assert (fact.holds, fact.observed) == (False, f"provisioningState is {state or 'absent'}")


@pytest.mark.parametrize("state", ["Succeeded", "succeeded"])
def test_success_holds(state: str) -> None:
    """In any casing."""
    assert _provisioned(state).is_provisioned.holds
