"""One run: its environment, its tape, its estate, and where its evidence goes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from assurance.change_records.change import GivenChange
from assurance.environment import Environment
from assurance.environment.left_out import left_out
from assurance.environment.network import View
from assurance.environment.values import Vantage
from assurance.errors import NotEvaluated
from assurance.estate import Estate
from assurance.judging.selection import Selection
from assurance.planning import Overlay
from assurance.reporting.model import RunModel, RunRecord, VerdictRecord, in_order
from assurance.runs.basis import RunOptions, begun, read_from, refuse_foreign, source_of, vantage_of, versions_used
from assurance.runs.given_plan import Plans, give_plan, plan_of
from assurance.runs.keeping import Begun, answers, begin_tape, clock_notice, keeping_of
from assurance.tape import Tape, TapeHeader, utc_now
from assurance.tape.redaction import Redactor
from assurance.verdicts import Source
from assurance.world.azure.clients import AzureClients
from assurance.world.azure.credential import SignInOnce, StaticToken
from assurance.world.dns import Resolver
from assurance.world.files import FileReader
from assurance.world.sockets import Dialer

if TYPE_CHECKING:
    from assurance.apex.client import Application, Flows
    from assurance.apex.performance import Measurements
    from assurance.apex.performance.load_running import LoadGenerator
    from assurance.telemetry import Telemetry


class Run:
    """A run in progress.

    Attributes:
        notices: What every report must say beside the verdicts, such as what could not be archived.
        rollback: The commands by which to go back, where the guide demands it.
        selection: What the run selects: the markers from its beginning, the controls once all is collected.
        tell_progress: Takes a line on how far something is that takes long.

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
            refuse_foreign(self.replayed, environment, options.replay)
        self.vantage = vantage_of(environment, options.vantage, self.replayed)
        self.base = source_of(environment, replaying=self.replayed is not None)
        self.redactor = Redactor(salt=f"{environment.subscription_id}/{environment.name}")
        started = self.replayed.header.started if self.replayed is not None else ""
        given = plan_of(options.plan, options.plan_parameters, options.replay)
        self.given_plan = give_plan(given, environment, self.redactor, started) if given is not None else None
        self.source = Source.PLANNED if self.given_plan is not None else self.base
        self.tape = self.replayed or begin_tape(self.directory, self._header())
        self.tape.most_bytes = environment.limits.tape_bytes
        self.keeping = keeping_of(environment, options.reports, replaying=self.replayed is not None)
        if self.replayed is None and self.keeping.ledger is not None:
            self.tape.on_kept = Begun(self.directory, self.tape.header, self.keeping.ledger)
        self.credential = StaticToken("replayed") if self.replayed is not None else SignInOnce(environment)
        self.given_change = GivenChange(self.tape, self.redactor, environment.name, options.change)
        self.plans = Plans(self.given_plan, environment, self.tape, self._files(), self.redactor)
        self.estate = self._estate(self.clients)
        self.notices: tuple[str, ...] = ()
        self.rollback: tuple[str, ...] = ()
        self._failed_elsewhere = False
        self.selection = options.selected
        self.tell_progress: Callable[[str], None] = _tell_nobody

    @cached_property
    def application(self) -> Application:
        """The application's API.

        Raises:
            NotEvaluated: The environment file declares none.
        """
        # Importing httpx costs more than many a run: only where the API is called.
        from assurance.apex.client import Application

        declared = self.environment.application
        if declared is None:
            raise NotEvaluated("The environment file has no table [application].", "Add it.")
        return Application(self.environment, declared, self.tape, self.redactor, tries_sign_in=True)

    @cached_property
    def clients(self) -> AzureClients:
        """The clients of Azure, over this run's tape."""
        lens = Overlay(self.given_plan) if self.given_plan is not None else None
        return AzureClients(self.environment, self.tape, self.redactor, self.credential, lens=lens)

    @cached_property
    def estate_today(self) -> Estate:
        """What is there, without what is planned."""
        return self._estate(AzureClients(self.environment, self.tape, self.redactor, self.credential))

    @cached_property
    def telemetry(self) -> Telemetry:
        """What Application Insights has recorded.

        Raises:
            NotEvaluated: The environment file says nothing of it.
        """
        from assurance.telemetry import Telemetry

        declared = self.environment.telemetry
        if declared is None:
            raise NotEvaluated("The environment file has no table [telemetry].", "Add it.")
        return Telemetry(self.environment, declared, self.clients, self.tape)

    @cached_property
    def measurements(self) -> Measurements:
        """What measures the application, as its client.

        Raises:
            NotEvaluated: The environment file lacks a table that says where and how.
        """
        from assurance.apex.performance import Measurements

        return Measurements(self.application, self.telemetry.declared)

    @cached_property
    def load_generator(self) -> LoadGenerator:
        """What puts the application under load.

        Raises:
            NotEvaluated: The environment file declares no application.
        """
        from assurance.apex.performance.load_running import LoadGenerator

        def tell(line: str) -> None:
            self.tell_progress(line)

        seams = (self.application.declared, self.tape, self.redactor, tell)
        return LoadGenerator(self.environment, *seams, results=self.options.load_results)

    @property
    def day(self) -> date:
        """The day of the run, in UTC: of a live one that in its id, and of a replay that of its recording."""
        return date.fromisoformat(
            self.options.run_id[:8] if self.replayed is None else self.replayed.header.started[:10]
        )

    @property
    def asks_for_load(self) -> bool:
        """Whether the application may be put under load, as far as the run is concerned."""
        return self.replayed_load or self.selection.asks_for_load or self.options.load_results is not None

    @cached_property
    def replayed_load(self) -> bool:
        """Whether this run replays one that put the application under load."""
        return self.replayed is not None and any(reading.kind == "load" for reading in self.replayed.readings())

    @cached_property
    def flows(self) -> Flows:
        """What begins flows that write."""
        from assurance.apex.client import Flows

        return Flows(self.application, may_write=self.may_write)

    @property
    def may_write(self) -> bool:
        """Whether the run may write in the application: in production only where that was said.

        On the command line (`--allow-writes`), or in the environment file (`application.allow_writes`).
        """
        declared = self.environment.application
        is_allowed = self.options.allow_writes or (declared is not None and declared.allow_writes)
        return is_allowed or not ("prod" in self.environment.name and self.source is Source.LIVE)

    def roots(self) -> Mapping[str, Callable[[], object]]:
        """Return what nouns are made of, by name, each made when it is first asked for."""
        return {
            "estate": lambda: self.estate,
            "application": lambda: self.application,
            "flows": lambda: self.flows,
            "telemetry": lambda: self.telemetry,
            "measurements": lambda: self.measurements,
            "load_generator": lambda: self.load_generator,
            "change": lambda: self.given_change.change(),
            **self.plans.roots(),
        }

    @property
    def has_evidence(self) -> bool:
        """Whether the deployment has answered anything: else the run is about nothing.

        Where nobody could sign in, names that were looked up say nothing of the deployment.
        """
        readings = self.tape.readings()
        asked = [reading for reading in readings if reading.kind == "http"]
        return bool(answers(asked) if asked or self.could_not_sign_in else answers(readings))

    @property
    def could_not_sign_in(self) -> bool:
        """Whether this run tried to sign in and could not, in this process or in one that told."""
        return self._failed_elsewhere or (isinstance(self.credential, SignInOnce) and self.credential.has_failed)

    @could_not_sign_in.setter
    def could_not_sign_in(self, value: bool) -> None:
        self._failed_elsewhere = value

    def identity(self) -> str:
        """Return the object id of who is signed in; empty if nobody is, or if it is unknown."""
        return self.credential.identity() if isinstance(self.credential, SignInOnce) else ""

    def close(self) -> None:
        """Let go of the connections to the application, if there were any."""
        if "application" in vars(self):
            self.application.close()

    def copy_tape(self) -> None:
        """Put the replayed tape into this run's pack: a run is its tape."""
        if self.replayed is not None:
            self.replayed.copy_to(self.directory / "tape")

    def model(
        self, records: list[VerdictRecord], collected: Iterable[str], *, finished: str, complete: bool, identity: str
    ) -> RunModel:
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
            versions=versions_used(),
            requests=0 if self.replayed is not None else requests,
            # Words of the command line may hold what must not reach the disk.
            selection=self.redactor.text(self.options.selection),
            selected=self._selected(),
            complete=complete,
            notices=(*clock_notice(self.tape, readings), *self.notices),
            rollback=self.rollback,
            planned=self.plans.reviewed(),
            left_out=tuple(self.redactor.text(sentence) for sentence in left_out(self.environment, self.vantage)),
        )
        return RunModel(record, in_order(records), tuple(readings), tuple(sorted(collected)))

    def _selected(self) -> Selection:
        given, text = self.selection.given, self.redactor.text
        return replace(self.selection, given=replace(given, keyword=text(given.keyword), variable=text(given.variable)))

    def _header(self) -> TapeHeader:
        return TapeHeader(
            environment=self.environment.name,
            subscription_id=self.environment.subscription_id,
            resource_group=self.environment.resource_group,
            source=str(self.base),
            origin=read_from(self.environment, self.base, self.replayed),
            vantage=self.vantage,
            started=self.started,
            run_id=self.options.run_id,
        )

    def _origin(self) -> str:
        return f"{self.plans.laid_over}{read_from(self.environment, self.base, self.replayed)}"

    @cached_property
    def resolvers(self) -> Mapping[Vantage, Resolver]:
        """What resolves names, from each vantage of this run."""
        return {at: Resolver(self.tape, at, self._view(at)) for at in self.vantage}

    @cached_property
    def dialers(self) -> Mapping[Vantage, Dialer]:
        """What opens connections, from each vantage of this run."""
        bundle, seconds = self.environment.cloud.ca_bundle, self.environment.limits.timeout_seconds / 2
        return {at: Dialer(self.tape, at, self._view(at), bundle, seconds, self.redactor) for at in self.vantage}

    def _view(self, vantage: Vantage) -> View:
        return self.environment.views.inside if vantage == "inside" else self.environment.views.outside

    def _estate(self, clients: AzureClients) -> Estate:
        seams = (clients, self.resolvers, self.dialers)
        return Estate(self.environment, *seams, self.vantage, self._files(), begun(self.tape))

    def _files(self) -> FileReader:
        return FileReader(self.tape, self.redactor, self.environment.deployment.artefacts.paths())


def _tell_nobody(_: str) -> None:
    """Tell nobody: who runs may say otherwise."""
