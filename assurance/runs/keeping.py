"""Where the evidence of a run is kept beside its own directory: its ledger, and a container of packs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from assurance.environment import Environment
from assurance.evidence.ledger import LocalLedger, Place
from assurance.evidence.pack import LEDGER
from assurance.runs.basis import is_loopback, source_of
from assurance.verdicts import Source
from assurance.world.azure.credential import SignInOnce

if TYPE_CHECKING:
    from assurance.evidence.container import EvidenceContainer


@dataclass(frozen=True, slots=True)
class Keeping:
    """Where the evidence of a run is kept.

    Attributes:
        ledger: The ledger that the run is entered in; None where it stands in none.
        container: What keeps its pack; None where it stays in its directory alone.
    """

    ledger: Place | None
    container: EvidenceContainer | None = None


def keeping_of(environment: Environment, reports: Path, *, replaying: bool) -> Keeping:
    """Return where the evidence of a run is kept.

    A container holds what was judged live, and stand-ins keep theirs in a stand-in. Of such an environment a replay
    stands in no ledger: it asks nobody, and a line of its own here would begin a second chain.

    Args:
        environment: What is judged.
        reports: Where packs go.
        replaying: Whether a tape is judged again.
    """
    url = environment.evidence.container
    copy = reports / environment.name / LEDGER
    if url is None:
        return Keeping(LocalLedger(copy))
    source = source_of(environment, replaying=replaying)
    stands_in = source is Source.SANDBOX and is_loopback(urlsplit(url).hostname or "")
    if source is not Source.LIVE and not stands_in:
        return Keeping(None)
    container = open_container(environment)
    return Keeping(container.ledger(copy), container)


def open_container(environment: Environment) -> EvidenceContainer:
    """Return what keeps the packs of an environment that declares a container; nothing is asked yet.

    It signs in by itself: what is refused to it says nothing of the readings.
    """
    # The client costs most of a second to import: only where a container is declared.
    from assurance.evidence.container import EvidenceContainer
    from assurance.world.azure.blobs import container_client

    url = environment.evidence.container or ""
    client = container_client(url, SignInOnce(environment), environment.cloud.ca_bundle)
    return EvidenceContainer(client, environment.name)
