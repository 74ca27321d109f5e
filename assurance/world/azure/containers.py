"""The official SDK's client of a blob container: apart from the others, since importing it takes half a second."""

from __future__ import annotations

from pathlib import Path

from azure.core.credentials import TokenCredential
from azure.storage.blob import ContainerClient, ExponentialRetry

from assurance.world.azure.clients import transport_of

# The client's own waits before it asks again begin with 15 seconds.
RETRIES = ExponentialRetry(initial_backoff=1, increment_base=2, retry_total=3, random_jitter_range=1)


def container_client(
    url: str, credential: TokenCredential, ca_bundle: Path | None, retries: ExponentialRetry = RETRIES
) -> ContainerClient:
    """Return the client of a container.

    Args:
        url: The container, as `https://ACCOUNT.blob.core.windows.net/CONTAINER`.
        credential: Who asks; a token of it goes to that host alone.
        ca_bundle: As `transport_of` takes it.
        retries: When a request without an answer is sent again.
    """
    return ContainerClient.from_container_url(
        url, credential=credential, transport=transport_of(ca_bundle), retry_policy=retries
    )
