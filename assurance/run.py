"""One run: its environment, its tape, its estate, and where its evidence goes."""

from __future__ import annotations

import importlib.metadata
import platform
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import assurance
from assurance.azure.clients import AzureClients
from assurance.azure.credential import SignInOnce, StaticToken
from assurance.environment import Environment
from assurance.environment.base import Vantage
from assurance.errors import TapeRefused
from assurance.estate import Estate
from assurance.probes.dialer import Dialer
from assurance.probes.resolver import Resolver
from assurance.redaction import Redactor
from assurance.reporting.model import RunModel, RunRecord, VerdictRecord, in_order
from assurance.tape import Tape, TapeHeader, utc_now
from assurance.verdicts import Source

DISTRIBUTIONS = (
    "pytest", "pytest-html", "pytest-xdist", "azure-core", "azure-identity", "azure-mgmt-network", "azure-mgmt-sql",
    "azure-mgmt-storage", "azure-mgmt-security", "dnspython", "httpx", "pydantic",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What the command line asks for.

    Attributes:
        replay: The directory of a tape or pack to replay; None for a live run.
        vantage: The vantage that overrides the environment file's; None to keep it.
        reports: Where evidence packs go.
        run_id: The run's id; workers join the run of their controller.
        selection: The pytest arguments, for the record.
    """

    replay: Path | None
    vantage: Vantage | None
    reports: Path
    run_id: str
    selection: str


def new_run_id() -> str:
    """Return a new run id: the time in UTC, so that packs sort, and something unique."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{uuid4().hex[:6]}"


class Run:
    """A run in progress.

    Raises:
        TapeRefused: The tape to replay is of another environment, cut or edited.
    """

    def __init__(self, environment: Environment, options: RunOptions) -> None:
        self.environment = environment
        self.options = options
        self.started = utc_now()
        self.directory = options.reports / environment.name / options.run_id
        self.replayed = Tape.open(options.replay) if options.replay is not None else None
        if self.replayed is not None:
            _refuse_foreign(self.replayed, environment, options.replay)
        self.vantage = _vantage(environment, options, self.replayed)
        self.source = _source(environment, self.replayed)
        self.tape = self.replayed or Tape.create(self.directory / "tape", self._header())
        self.credential = StaticToken("replayed") if self.replayed is not None else SignInOnce(environment)
        self.redactor = Redactor(salt=f"{environment.subscription_id}/{environment.name}")
        self.estate = self._estate()

    def identity(self) -> str:
        """Return the object id of who is signed in; empty if nobody is, or if it is unknown."""
        return self.credential.identity() if isinstance(self.credential, SignInOnce) else ""

    def copy_tape(self) -> None:
        """Put the replayed tape into this run's pack: a run is its tape."""
        if self.replayed is not None:
            shutil.copytree(self.replayed.directory, self.directory / "tape", ignore=shutil.ignore_patterns("locks"))

    def model(self, records: list[VerdictRecord], *, finished: str, complete: bool, identity: str) -> RunModel:
        """Return the run as the reports have it."""
        readings = self.tape.readings()
        requests = sum(reading.attempts for reading in readings if reading.kind == "http")
        record = RunRecord(
            id=self.options.run_id,
            environment=self.environment.name,
            source=self.source,
            origin=self._origin(),
            vantage=self.vantage,
            started=self.started,
            finished=finished,
            identity=identity,
            versions=_versions(),
            requests=0 if self.replayed is not None else requests,
            selection=self.options.selection,
            complete=complete,
        )
        return RunModel(record, in_order(records), tuple(readings))

    def _header(self) -> TapeHeader:
        return TapeHeader(
            environment=self.environment.name,
            subscription_id=self.environment.subscription_id,
            resource_group=self.environment.resource_group,
            source=str(self.source),
            origin=self._origin(),
            vantage=self.vantage,
            started=self.started,
        )

    def _origin(self) -> str:
        if self.replayed is not None:
            header = self.replayed.header
            return f"recorded {header.started} from {header.origin}"
        if self.source is Source.SANDBOX:
            return "stand-ins for Azure, DNS and the network, on this machine"
        return f"Azure, at {urlsplit(self.environment.cloud.resource_manager).netloc}"

    def _estate(self) -> Estate:
        environment = self.environment
        views = {"inside": environment.views.inside, "outside": environment.views.outside}
        clients = AzureClients(environment, self.tape, self.redactor, self.credential)
        resolvers: dict[Vantage, Resolver] = {}
        dialers: dict[Vantage, Dialer] = {}
        for vantage in self.vantage:
            resolvers[vantage] = Resolver(self.tape, vantage, views[vantage])
            dialers[vantage] = Dialer(
                self.tape,
                vantage,
                views[vantage],
                environment.cloud.ca_bundle,
                environment.limits.timeout_seconds / 2,
                self.redactor,
            )
        return Estate(environment, clients, resolvers, dialers, self.vantage)


def _refuse_foreign(tape: Tape, environment: Environment, directory: Path | None) -> None:
    header = tape.header
    told = (header.environment, header.subscription_id.casefold(), header.resource_group.casefold())
    wanted = (environment.name, environment.subscription_id.casefold(), environment.resource_group.casefold())
    if told != wanted:
        raise TapeRefused(
            f"{directory}: the tape is of environment {header.environment!r} (resource group {header.resource_group}, "
            f"subscription {header.subscription_id}), not of {environment.name!r} ({environment.resource_group}, "
            f"{environment.subscription_id}); give the tape of this environment, or --env {header.environment}"
        )


def _vantage(environment: Environment, options: RunOptions, replayed: Tape | None) -> tuple[Vantage, ...]:
    """Return from where the run looks: a replayed tape looked from where it was recorded."""
    if options.vantage is not None:
        return (options.vantage,)
    known: tuple[Vantage, ...] = ("inside", "outside")
    if replayed is not None:
        return tuple(vantage for vantage in known if vantage in replayed.header.vantage)
    return environment.vantage


def _source(environment: Environment, replayed: Tape | None) -> Source:
    """Return what the run rests on; whatever answers on this machine's loopback is no live Azure."""
    if replayed is not None:
        return Source.RECORDED
    host = urlsplit(environment.cloud.resource_manager).hostname or ""
    on_loopback = host in {"localhost", "::1"} or host.startswith("127.")
    return Source.SANDBOX if environment.stand_in is not None or on_loopback else Source.LIVE


def _versions() -> dict[str, str]:
    versions = {"apex-assurance": assurance.__version__, "python": platform.python_version()}
    return versions | {name: importlib.metadata.version(name) for name in DISTRIBUTIONS}
