"""A stand-in for the Blob service, and writers of an environment's evidence in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from azure.storage.blob import ExponentialRetry

from assurance.evidence.container import EvidenceContainer
from assurance.evidence.pack import LEDGER
from assurance.world.azure.blobs import container_client
from assurance.world.azure.credential import StaticToken
from sandbox.azure.blob_service import BlobService
from sandbox.network.certificates import CertificateAuthority

TOKEN = "token-of-the-writer"
AT_ONCE = ExponentialRetry(initial_backoff=0, increment_base=0, retry_total=3, random_jitter_range=0)
NAME = f"prod/{LEDGER}"


@dataclass(frozen=True, slots=True)
class Storage:
    """The service, and the file of the certificate to trust it by."""

    blobs: BlobService
    authority: Path

    def container(self, token: str = TOKEN) -> EvidenceContainer:
        """Return what one machine reaches of it."""
        client = container_client(self.blobs.url, StaticToken(token), self.authority, AT_ONCE)
        return EvidenceContainer(client, "prod")

    def lines(self) -> list[bytes]:
        """Return the lines of the ledger that it keeps."""
        return self.blobs.blobs[NAME].content.splitlines()


@contextmanager
def storage(folder: Path) -> Iterator[Storage]:
    """Run a service that keeps its certificate in a folder."""
    authority = CertificateAuthority(folder)
    with BlobService(TOKEN, authority.server_context("127.0.0.1")) as blobs:
        yield Storage(blobs, authority.path)
