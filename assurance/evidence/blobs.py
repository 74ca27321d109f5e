"""The Blob service, where evidence is kept: its client, a blob, or one sentence on what stands in the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from azure.core.credentials import TokenCredential
from azure.core.exceptions import AzureError, HttpResponseError, ResourceNotFoundError
from azure.storage.blob import BlobClient, ContainerClient, ExponentialRetry

from assurance.errors import NotEvaluated
from assurance.evidence.ledger import LedgerError
from assurance.world.azure.clients import transport_of

MAX_REASON_CHARACTERS = 200
# The client's own waits before it asks again begin with 15 seconds.
RETRIES = ExponentialRetry(initial_backoff=1, increment_base=2, retry_total=3, random_jitter_range=1)
REMEDIES = {
    "AuthorizationPermissionMismatch": "give the identity the role Storage Blob Data Contributor on the container",
    "AuthorizationFailure": "the account's network rules refuse this machine, or the identity has no role there",
    "ContainerNotFound": "make the container, or correct `evidence.container`",
    "BlobImmutableDueToPolicy": "let the container's retention policy allow protected append writes to append blobs",
    "InvalidBlobType": "the ledger there is no append blob: begin it anew by an append blob of the same content",
}


class ContainerError(LedgerError):
    """The container cannot be used."""


def read_blob(blob: BlobClient, most_bytes: int, missing: tuple[bytes, str] | None = None) -> tuple[bytes, str]:
    """Return what a blob holds, and its ETag.

    Args:
        blob: The blob.
        most_bytes: How much of it is read.
        missing: What is returned where there is none; None to refuse that.

    Raises:
        ContainerError: It cannot be read, or is longer.
    """
    with asking(str(blob.url)):
        try:
            # One connection and one ETag: what is longer than a piece is refused where it changes in between.
            stream = blob.download_blob(max_concurrency=1)
        except ResourceNotFoundError as error:
            if missing is None or code_of(error) != "BlobNotFound":
                raise
            return missing
        if stream.size > most_bytes:
            raise ContainerError(f"{blob.url}: it is longer than {most_bytes} bytes")
        return stream.readall(), str(stream.properties.etag)


def code_of(error: HttpResponseError) -> str:
    """Return what the service calls its refusal (Azure Storage, "Status and error codes")."""
    headers: Mapping[str, str] = getattr(error.response, "headers", {})  # azure-core types what it wraps too narrowly
    return str(headers.get("x-ms-error-code") or error.reason or "")


@contextmanager
def asking(what: str) -> Iterator[None]:
    """Tell what stands in the way in one sentence.

    Raises:
        ContainerError: The service refused, did not answer, or nobody could be signed in.
    """
    try:
        yield
    except NotEvaluated as refusal:
        raise ContainerError(f"{what}: {refusal}") from refusal
    except HttpResponseError as error:
        code = code_of(error)
        advice = REMEDIES.get(code, "see what the service says of this code")
        raise ContainerError(f"{what}: the service answered {error.status_code} {code}: {advice}") from error
    except AzureError as error:
        reason = " ".join(str(error).split())[:MAX_REASON_CHARACTERS]
        raise ContainerError(f"{what}: no answer: {reason}") from error


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
