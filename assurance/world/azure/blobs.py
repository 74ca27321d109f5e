"""The official client of a blob container, where evidence is kept: it writes, and nothing of it is a reading."""

from __future__ import annotations

from pathlib import Path

from azure.core.credentials import TokenCredential
from azure.core.pipeline.transport import RequestsTransport
from azure.storage.blob import ContainerClient, ExponentialRetry

CONNECTION_SECONDS = 10
ANSWER_SECONDS = 60
# The client's own waits before it asks again begin with 15 seconds.
RETRIES = ExponentialRetry(initial_backoff=1, increment_base=2, retry_total=3, random_jitter_range=1)


def transport_of(ca_bundle: Path | None) -> RequestsTransport:
    """Return what sends for a client that changes something: proxies and certificates as the machine names them.

    Args:
        ca_bundle: Certificates to trust; None for those that the machine names.
    """
    verify = str(ca_bundle) if ca_bundle is not None else True
    return RequestsTransport(
        connection_verify=verify, connection_timeout=CONNECTION_SECONDS, read_timeout=ANSWER_SECONDS
    )


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
