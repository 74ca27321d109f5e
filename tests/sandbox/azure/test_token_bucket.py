"""The bucket by which the stand-in for Azure Resource Manager throttles."""

import ssl
import time

import httpx
import pytest

from sandbox import Sandbox
from sandbox.azure.errors import ArmError
from sandbox.azure.token_bucket import TokenBucket

REMAINING = "x-ms-ratelimit-remaining-subscription-reads"


def test_a_burst_is_let_through_and_the_next_is_refused() -> None:
    """As many as it holds pass at once; the refusal says how long to wait, in whole seconds."""
    bucket = TokenBucket(2, 0.25)
    bucket.take()
    assert bucket.remaining == 1
    bucket.take()
    with pytest.raises(ArmError) as refused:
        bucket.take()
    assert (refused.value.answer.status, refused.value.answer.headers["Retry-After"]) == (429, "4")
    assert (bucket.admitted, bucket.refused, bucket.remaining) == (2, 1, 0)


def test_it_fills_at_its_rate_and_no_further_than_it_holds() -> None:
    """What was taken comes back, and no more."""
    bucket = TokenBucket(3, 100)
    for _ in range(3):
        bucket.take()
    time.sleep(0.1)
    assert bucket.remaining == 3


def test_the_resource_manager_throttles_as_azure_does() -> None:
    """Each answer says what remains; beyond, a 429 in the words of Azure, until there is no bucket any more."""
    with Sandbox() as sandbox:
        manager = sandbox.resource_manager
        trusted = ssl.create_default_context(cafile=str(sandbox.authority.path))
        headers = {"Authorization": f"Bearer {sandbox.token}"}
        url = f"{manager.url}{sandbox.estate.parameters['resource_group_id']}?api-version=2026-03-01"
        with httpx.Client(verify=trusted, headers=headers) as client:
            manager.bucket = TokenBucket(2, 0.01)
            answers = [client.get(url) for _ in range(3)]
            manager.bucket = None
            after = client.get(url)
    assert [(answer.status_code, answer.headers[REMAINING]) for answer in answers] == [
        (200, "1"),
        (200, "0"),
        (429, "0"),
    ]
    assert answers[-1].json()["error"]["code"] == "SubscriptionRequestsThrottled"
    assert (after.status_code, int(after.headers[REMAINING]) > 1000) == (200, True)
