"""The blob container that keeps an environment's ledger and packs, wherever its runs happen.

`ENVIRONMENT/ledger.jsonl` is an append blob: the service itself lets nobody rewrite what stands in it, also under a
retention policy that protects it (Azure Storage, "Allow protected append writes"). Who appends holds its lease and
names the ETag that was read, so that a race that is lost all the same changes nothing and is run again.
`ENVIRONMENT/RUN/FILE` are the files of a pack, of which none is ever overwritten; `manifest.json` is kept last.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from azure.core import MatchConditions
from azure.core.exceptions import AzureError, HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.storage.blob import BlobClient, BlobLeaseClient, ContainerClient

from assurance.errors import NotEvaluated
from assurance.evidence import ledger, pack
from assurance.evidence.blobs import ContainerError, asking, code_of, read_blob
from assurance.evidence.ledger import Held, LostRace
from assurance.evidence.pack import LEDGER, MANIFEST

LEASE_SECONDS = 60
"""How long a writer that died keeps others out; the longest that the service grants for a time (Lease Blob)."""
LONGEST_WAIT_SECONDS = 90.0
PAUSE_SECONDS = 0.5
MAX_BLOCK_BYTES = 4 * 1024 * 1024
MAX_LEDGER_BYTES = 256 * 1024 * 1024
MAX_FILE_BYTES = 512 * 1024 * 1024
BLOBS_AT_ONCE = 8
PRECONDITION_FAILED = 412


class EvidenceContainer:
    """What is kept of one environment.

    Args:
        client: The container's client.
        environment: The environment's name.
    """

    def __init__(self, client: ContainerClient, environment: str) -> None:
        self._client = client
        self._environment = environment

    def __str__(self) -> str:
        return f"{self._client.url}/{self._environment}"

    def ledger(self, copy: Path) -> ContainerLedger:
        """Return the environment's ledger.

        Args:
            copy: Where this machine has a copy of it, which a run leaves and `verify` and `history` read.
        """
        return ContainerLedger(self._client.get_blob_client(f"{self._environment}/{LEDGER}"), copy)

    def keep(self, directory: Path) -> None:
        """Keep a sealed pack.

        Raises:
            ContainerError: A file of it cannot be kept, or another one of its name is kept already.
        """
        names = [name for name in pack.files_of(directory) if name != MANIFEST]
        with ThreadPoolExecutor(BLOBS_AT_ONCE) as pool:
            list(pool.map(lambda name: self._keep_file(directory, name), names))
        self._keep_file(directory, MANIFEST)

    def _keep_file(self, directory: Path, name: str) -> None:
        content = (directory / name).read_bytes()
        blob = self._client.get_blob_client(f"{self._environment}/{directory.name}/{name}")
        with asking(blob.url):
            try:
                blob.upload_blob(content, overwrite=False)
            except ResourceExistsError:
                # An attempt whose answer was lost may have kept it.
                if blob.download_blob(max_concurrency=1).readall() != content:
                    raise

    def fetch(self, run: str, reports: Path) -> Path:
        """Return the directory of a pack that is kept, fetched whole or not at all; one that is here is left as it is.

        Args:
            run: The run's id.
            reports: The directory of the environment's packs.

        Raises:
            ContainerError: It is not kept, cannot be read, or has a name that leads elsewhere.
        """
        directory, prefix = reports / run, f"{self._environment}/{run}/"
        with asking(f"{self}/{run}"):
            names = [blob.name.removeprefix(prefix) for blob in self._client.list_blobs(name_starts_with=prefix)]
        if MANIFEST not in names:
            raise ContainerError(f"{self}/{run}: the pack is lost: it was entered in the ledger, and is not kept whole")
        if wrong := [name for name in [run, *names] if not _is_plain(name)]:
            raise ContainerError(f"{self}/{run}: the name {wrong[0]!r} leads out of the pack")
        if directory.exists():
            return directory
        reports.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".fetching-", dir=reports) as folder, ThreadPoolExecutor(BLOBS_AT_ONCE) as pool:
            list(pool.map(lambda name: self._fetch_file(f"{prefix}{name}", Path(folder) / run / name), names))
            (Path(folder) / run).rename(directory)
        return directory

    def _fetch_file(self, name: str, path: Path) -> None:
        content, _ = read_blob(self._client.get_blob_client(name), MAX_FILE_BYTES)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def runs(self) -> list[str]:
        """Return the runs of which something is kept, by their ids.

        Raises:
            ContainerError: They cannot be listed.
        """
        prefix = f"{self._environment}/"
        with asking(str(self)):
            names = [blob.name for blob in self._client.walk_blobs(name_starts_with=prefix, delimiter="/")]
        return sorted(name.removeprefix(prefix).rstrip("/") for name in names if name.endswith("/"))


def _is_plain(name: str) -> bool:
    """Tell whether a file of that name lies in the folder that it is written to, on any machine."""
    parts = name.split("/")
    return not any(part in {"", ".", ".."} or "\\" in part or ":" in part for part in parts)


class ContainerLedger:
    """A ledger in a blob; see the module.

    Args:
        blob: The blob's client.
        copy: The copy on this machine, always a beginning of what the blob holds.
    """

    def __init__(self, blob: BlobClient, copy: Path) -> None:
        self._blob = blob
        self._copy = copy

    def __str__(self) -> str:
        return str(self._blob.url)

    def demand_usable(self) -> None:
        """Refuse a ledger that could not be continued, and leave its copy as it is now.

        Raises:
            LedgerError: It cannot be read, its last line is no entry, or the copy here is of another chain.
        """
        content, _ = self._read()
        ledger.last_digest(self, content)
        self._demand_same_chain(content)
        with ledger.locked(self._copy):
            self._write_copy(content)

    @contextmanager
    def holding(self) -> Iterator[Held]:
        """Hold the blob's lease, and the copy's lock, so that processes of one machine wait here and not there."""
        with ledger.locked(self._copy), self._leased() as lease:
            content, etag = self._read()
            self._demand_same_chain(content)
            held = _HeldBlob(self._blob, lease, content, etag)
            if not content and self._copy.exists():
                # The first run that keeps its ledger in the container: what this machine has goes on there.
                held.add(self._copy.read_bytes())
            try:
                yield held
            finally:
                self._write_copy(held.content)

    @contextmanager
    def _leased(self) -> Iterator[BlobLeaseClient]:
        # The client chooses the lease's id, so that an attempt whose answer was lost finds its own lease.
        lease = BlobLeaseClient(self._blob)
        deadline = time.monotonic() + LONGEST_WAIT_SECONDS
        while not self._acquired(lease):
            if time.monotonic() > deadline:
                raise ContainerError(f"{self}: another run has held it for {LONGEST_WAIT_SECONDS:g} seconds: run again")
            time.sleep(PAUSE_SECONDS * random.uniform(1, 2))  # noqa: S311  (it spreads requests, and keeps no secret)
        try:
            yield lease
        finally:
            with suppress(AzureError, NotEvaluated):  # it ends by itself
                lease.release()

    def _acquired(self, lease: BlobLeaseClient) -> bool:
        with asking(str(self)):
            try:
                lease.acquire(lease_duration=LEASE_SECONDS)
            except ResourceNotFoundError as error:
                if code_of(error) != "BlobNotFound":
                    raise
                with suppress(ResourceExistsError):
                    self._blob.create_append_blob(match_condition=MatchConditions.IfMissing)
                return False
            except ResourceExistsError as error:
                if code_of(error) != "LeaseAlreadyPresent":
                    raise
                return False
        return True

    def _read(self) -> tuple[bytes, str]:
        """Return what the blob holds, and its ETag; nothing, and none, where it is not there yet."""
        return read_blob(self._blob, MAX_LEDGER_BYTES, missing=(b"", ""))

    def _demand_same_chain(self, content: bytes) -> None:
        here = self._copy.read_bytes() if self._copy.exists() else b""
        if content and not content.startswith(here):
            raise ContainerError(
                f"{self._copy}: this ledger is not a beginning of the one that the environment keeps in {self}; "
                "find out which is right, and move this one aside"
            )

    def _write_copy(self, content: bytes) -> None:
        if len(content) > (self._copy.stat().st_size if self._copy.exists() else 0):
            pack.write_whole(self._copy, content)


class _HeldBlob:
    """A ledger's blob while its lease is held."""

    def __init__(self, blob: BlobClient, lease: BlobLeaseClient, content: bytes, etag: str) -> None:
        self.content = content
        self._blob = blob
        self._lease = lease
        self._etag = etag

    def add(self, line: bytes) -> None:
        """Append a line, in the service's own operation for it, if the blob is still the one that was read."""
        for start in range(0, len(line), MAX_BLOCK_BYTES):
            self._append(line[start : start + MAX_BLOCK_BYTES])

    def _append(self, block: bytes) -> None:
        with asking(str(self._blob.url)):
            try:
                answer = self._blob.append_block(
                    block, lease=self._lease, etag=self._etag, match_condition=MatchConditions.IfNotModified
                )
                self._etag = str(answer["etag"])
            except HttpResponseError as error:
                if error.status_code != PRECONDITION_FAILED:
                    raise
                self._demand_appended(block)
            except AzureError:
                self._demand_appended(block)
        self.content += block

    def _demand_appended(self, block: bytes) -> None:
        """Find out whether an attempt without an answer, or one that was repeated, has appended it after all."""
        content, etag = read_blob(self._blob, MAX_LEDGER_BYTES)
        if not content.startswith(self.content + block):
            raise LostRace
        self._etag = etag
