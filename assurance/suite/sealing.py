"""The evidence pack within a run: who may begin one, its mark while the run lasts, and its seal when all is written."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assurance.environment import Environment
from assurance.errors import AssuranceError, UsageError
from assurance.evidence import pack
from assurance.evidence.outcome import Basis, oldest_of, refuse_as_gate
from assurance.evidence.pack import ENVELOPE, MANIFEST
from assurance.evidence.sealing import Seal, seal, write_environment
from assurance.evidence.signing import Signing, SigningError, prepare
from assurance.reporting.history.page import write_index
from assurance.reporting.history.reading import Period, read_history
from assurance.reporting.html.report import silence
from assurance.reporting.model import RunModel
from assurance.reporting.writer import DECISION, HTML, JUNIT, OSCAL, RESULTS, SUMMARY, TABLE
from assurance.runs.basis import RunOptions, source_of
from assurance.runs.keeping import keeping_of
from assurance.runs.run import Run
from assurance.suite.selection import is_gate
from assurance.tape import Tape, utc_now
from assurance.verdicts import Source

# All that says what a run came to.
CLAIMS = (RESULTS, JUNIT, SUMMARY, TABLE, OSCAL, HTML, DECISION, MANIFEST, ENVELOPE)
NO_PACK = "There is no evidence pack of this run: {}"
NO_ANSWER = "no reading came from the deployment"
NAMES_ALONE = ": that its names were looked up says nothing of it"
NOTHING_SELECTED = "nothing was selected; one control is: -m \"control(id='SEC-06')\""
UNCHAINED = "none: the environment's ledger is kept in a container, which holds what was judged live"
DIGEST_USE = "keep it elsewhere: it shows later that the pack is still this one"


def admit(config: pytest.Config, environment: Environment, options: RunOptions, *, received: bool) -> Signing:
    """Refuse, before anything is written, a run that could not decide or could not be sealed; return its signer.

    Args:
        config: pytest's, of this run.
        environment: What is judged.
        options: What the command line asks for.
        received: Whether the environment is that of a pack that is replayed: no key is used that it names.

    Raises:
        GateRefused: It is a gate, and would rest on what a gate must not rest on.
        LedgerError: The environment's ledger cannot be continued.
        SigningError: A live run is to be signed, and its key cannot be used. Others go unsigned, and say why.
        TapeRefused: The tape to replay is cut or edited.
        UsageError: There is a pack of the run's id.
    """
    replay, reports = options.replay, options.reports
    source = source_of(environment, replaying=replay is not None)
    if is_gate(config, options.selected):
        oldest = oldest_of(Tape.open(replay).readings()) if replay is not None else ""
        allowed: bool = config.getoption("allow_not_live")
        refuse_as_gate(Basis(source, oldest), environment.evidence, allow_not_live=allowed, now=utc_now())
    if (reports / environment.name / options.run_id).exists():
        raise UsageError(
            f"--run-id {options.run_id}: there is a run of this id in {reports / environment.name} already"
        )
    keeping = keeping_of(environment, reports, replaying=replay is not None)
    if keeping.ledger is not None and not config.option.collectonly:
        keeping.ledger.demand_usable()
    if received:
        return Signing(None, reason="a pack is judged again by its own environment, whose keys are not this machine's")
    try:
        return prepare(environment.evidence, os.environ, reports)
    except SigningError as error:
        if source is Source.LIVE:
            raise
        return Signing(None, reason=str(error))


class PackSealer:
    """A pytest plugin, for the process that writes the reports: it seals the pack after every other file is written.

    Args:
        run: The run.
        signing: Who signs.
        model: Returns the final model of the run; None before its end.
    """

    def __init__(self, run: Run, signing: Signing, model: Callable[[], RunModel | None]) -> None:
        self._run = run
        self._signing = signing
        self._model = model
        self._seal: Seal | None = None
        self._failure = ""
        self._kept = ""
        self._index = ""
        pack.begin(run.directory)
        write_environment(run.environment, run.directory)

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> Generator[None, object, object]:
        """Seal the pack: within this hook pytest-html, last of all, writes its report."""
        try:
            result = yield
            self._end(session, exitstatus)
        except BaseException:
            self.withdraw()
            raise
        return result

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self) -> None:
        """Leave nothing of a run that had no answer from the deployment: of a list of fixtures, or before it began."""
        if self._seal is None and not self._run.tape.readings():
            self._remove()

    def _end(self, session: pytest.Session, exitstatus: int) -> None:
        if not self._run.has_evidence or session.config.option.collectonly:
            asked = self._model() is not None and not session.config.option.collectonly
            if asked and exitstatus != pytest.ExitCode.USAGE_ERROR:
                nothing = exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED
                unanswered = f"{NO_ANSWER}{NAMES_ALONE if self._run.tape.readings() else ''}"
                self._failure = NO_PACK.format(NOTHING_SELECTED if nothing else unanswered)
            self._remove()
            silence(session.config)
            return
        try:
            self._seal = seal(self._run.directory, self._signing, self._run.keeping.ledger)
        except (AssuranceError, OSError) as error:
            self._failure = NO_PACK.format(error)
            session.exitstatus = pytest.ExitCode.INTERNAL_ERROR
            return
        # Its report is written, and told below: pytest-html need not say where.
        silence(session.config)
        if self._run.keeping.ledger is not None:
            self._index = _write_history(self._run.directory.parent)
        self._keep(session)

    def _keep(self, session: pytest.Session) -> None:
        """Have a whole pack kept in the container; where it cannot be, nobody else can see what the run came to."""
        container = self._run.keeping.container
        if container is None or pack.is_marked_incomplete(self._run.directory):
            return
        try:
            container.keep(self._run.directory)
            self._kept = f"{container}/{self._run.directory.name}"
        except (AssuranceError, OSError) as error:
            self._failure = f"The pack is sealed and in the ledger, but not kept in the container: {error}"
            session.exitstatus = pytest.ExitCode.INTERNAL_ERROR

    def _remove(self) -> None:
        """Take the run's directory away, and those above it that hold nothing else."""
        shutil.rmtree(self._run.directory, ignore_errors=True)
        for directory in (self._run.directory.parent, self._run.options.reports):
            with suppress(OSError):
                directory.rmdir()

    def withdraw(self) -> None:
        """Take back the files that tell what a run came to whose end broke: they call it whole, and nothing seals it.

        The mark stands already, unless sealing had ended and only what came after it broke.
        """
        if self._seal is None and pack.is_marked_incomplete(self._run.directory):
            for name in CLAIMS:
                (self._run.directory / name).unlink(missing_ok=True)

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say where the pack is, by which digest it can be told, and who signed it."""
        write = terminalreporter.write_line
        if self._failure:
            write(self._failure, red=True)
        if self._seal is None:
            return
        write(f"pack      {shown_from_here(self._run.directory)}")
        write(f"manifest  sha256:{self._seal.manifest}")
        write(f"          {DIGEST_USE}")
        write(f"history   {self._index or UNCHAINED}")
        if self._kept:
            write(f"kept      {self._kept}")
        if self._seal.unsigned:
            declared = self._run.environment.evidence.signer != "none"
            write(f"unsigned  {self._seal.unsigned}", yellow=True, bold=declared)
        else:
            write(f"signed    by key {self._seal.fingerprint}")


def _write_history(directory: Path) -> str:
    """Write the page that links all packs, from the ledger alone, and return where it is, or why it is not.

    The run is sealed by now: a history that cannot be told takes nothing from it.
    """
    try:
        history = read_history(directory, Period(None, datetime.now(UTC)), open_packs=False)
        return str(shown_from_here(write_index(directory, history)))
    except (AssuranceError, OSError) as error:
        return f"could not be written: {error}"


def shown_from_here(path: Path) -> Path:
    """Return a path as it is shortest to write from here."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
