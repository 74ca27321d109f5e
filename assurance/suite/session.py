"""A run within pytest: its cases, readings, verdicts and reports. Hooks only; each hands over to who does it."""

from __future__ import annotations

import sys
import types
from collections.abc import Generator, Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest

from assurance.environment import find, load, load_packed, with_release
from assurance.errors import NotEvaluated
from assurance.evidence.explanation import unreached
from assurance.evidence.pack import is_of_pack
from assurance.home import as_asked, suite_root
from assurance.judging.nouns import DECLARED, VIEWS, roots, subjects
from assurance.judging.selection import Selection
from assurance.judging.waivers import Waivers
from assurance.reporting import json_report
from assurance.reporting.html.report import HtmlReport
from assurance.reporting.html.report import configure as configure_html
from assurance.reporting.model import RunModel
from assurance.reporting.writer import HTML, RESULTS, falsifiability_in, write_reports
from assurance.runs.basis import RunOptions, new_run_id
from assurance.runs.gates import (
    EXIT_STATUSES,
    demands_rollback,
    rollback_commands,
    write_decision,
)
from assurance.runs.run import Run
from assurance.suite.announcing import Announcing, Doubts, Progress, reporter_of
from assurance.suite.cleanup import Tidying
from assurance.suite.completeness import EverySubject, ExpectedCases
from assurance.suite.inputs import keep_inputs, with_baseline
from assurance.suite.interruptions import Breakdowns, Interruptions, end_with_parent
from assurance.suite.not_applicable import AttestedSelection, PlanSelection, change_record_of, not_applicable, notices
from assurance.suite.prefetch import needs_of, prefetch
from assurance.suite.recording import ServerErrorJudge, VerdictRecorder
from assurance.suite.sealing import PackSealer, admit, shown_from_here
from assurance.suite.selection import SelectedControls, WholeGate, asked_for, given_by, is_gate
from assurance.suite.terminal import write_ending, write_summary
from assurance.suite.waiving import WaiverJudge, waivers_of_run
from assurance.suite.workplace import complete, reports_of, workplace
from assurance.tape import Tape, utc_now

JUDGING_AGAIN = "assurance.evidence.rederiving"
"""The plugin of a run that judges a pack again: it makes no pack, and of its reports only the results are read."""


class RunSession:
    """The hooks of a run, in the process that pytest was started in and in each worker of pytest-xdist."""

    def __init__(
        self, config: pytest.Config, run: Run, overlay: Mapping[str, Any], waivers: Waivers, selected: SelectedControls
    ) -> None:
        self._config = config
        self._run = run
        self._judges_again = config.pluginmanager.hasplugin(JUDGING_AGAIN)
        self._overlay = overlay
        self._waivers = waivers
        self._selected = selected
        self._recorder = VerdictRecorder(config, run, waivers)
        self._records = self._recorder.records
        self._waiver_judge = WaiverJudge(waivers, run.environment, lambda: self._records, self._recorder.tell)
        self._server_errors = ServerErrorJudge(run, lambda: self._records, self._recorder.tell)
        self._expected = ExpectedCases()
        self._progress = Progress(lambda: reporter_of(config), f"{run.environment.name} ({run.source})")
        self._doubts = Doubts(config, run)
        self._identity = ""
        self._model: RunModel | None = None

    @classmethod
    def begin(cls, config: pytest.Config) -> RunSession:
        """Load the environment, start its stand-in if it has one that is not running, and begin the run.

        Raises:
            UsageError: The command line, the environment file or the tape is wrong.
        """
        complete(config)
        from_controller = getattr(config, "workerinput", {})
        interruptions = Interruptions()
        if from_controller:
            end_with_parent()
        else:
            interruptions.sweep = partial(config.hook.pytest_assurance_ends_at_once, config=config)
            interruptions.install()
            config.add_cleanup(interruptions.uninstall)
        path = find(config.getoption("env"), workplace(config) / "environments")
        overlay = from_controller.get("apex_overlay") or with_release({}, config.getoption("release"))
        replay: Path | None = config.getoption("replay")
        received = replay is not None and is_of_pack(path, replay)
        read = load_packed if received else load
        environment = read(path, overlay)
        if replay is None and environment.cloud.resource_manager.rstrip("/").endswith(".invalid"):
            stand_in = config.hook.pytest_assurance_stand_in(config=config, environment=environment.name) or {}
            overlay = with_release(stand_in, config.getoption("release"))
            environment = load(path, overlay)
        if not from_controller:
            overlay = with_baseline(config, environment, overlay)
            environment = read(path, overlay)
        asked = Selection(asked_for(config.option.markexpr or ""), given=given_by(config))
        selected = SelectedControls(asked, suite_root() / "checks")
        options = RunOptions(
            replay=replay,
            vantage=config.getoption("vantage"),
            reports=reports_of(config, environment),
            run_id=from_controller.get("apex_run_id") or config.getoption("run_id") or new_run_id(),
            selection=as_asked(config.invocation_params.args or sys.argv[1:]),
            selected=selected.selection,
            change=change_record_of(config) if replay is None else None,
            allow_writes=config.getoption("allow_writes"),
            plan=config.getoption("plan"),
            plan_parameters=config.getoption("plan_parameters"),
            load_results=config.getoption("load_results"),
        )
        waivers = waivers_of_run(config, environment, replay)
        makes_no_pack = bool(from_controller) or config.pluginmanager.hasplugin(JUDGING_AGAIN)
        signing = None if makes_no_pack else admit(config, environment, options, received=received)
        run = Run(environment, options)
        session = cls(config, run, overlay, replace(waivers, today=run.day), selected)
        run.tell_progress = session._progress.tell
        run.tape.is_shared = bool(from_controller) or config.getoption("dist", "no") != "no"
        run.tape.on_throttled = session._progress.throttled
        config.pluginmanager.register(session._recorder, "assurance-recorder")
        config.pluginmanager.register(session._waiver_judge, "assurance-waivers")
        config.pluginmanager.register(session._server_errors, "assurance-server-errors")
        config.pluginmanager.register(session._expected, "assurance-expected")
        config.pluginmanager.register(session._doubts, "assurance-doubts")
        attested = AttestedSelection(run.selection, lambda: run.given_change.is_given)
        planned = PlanSelection(run.plans)
        selected.leaves_out = lambda item: attested.leaves_out(item) or planned.leaves_out(item)
        config.pluginmanager.register(attested, "assurance-attested")
        config.pluginmanager.register(selected, "assurance-selection")
        config.pluginmanager.register(planned, "assurance-plan")
        if is_gate(config, selected.selection) and not config.getoption("allow_not_live"):
            config.pluginmanager.register(WholeGate(config, selected), "assurance-gate")
        config.hook.pytest_assurance_load_nouns()
        config.pluginmanager.register(_fixture_module(run), "assurance-fixtures")
        config.pluginmanager.register(EverySubject(environment), "assurance-declared")
        if signing is not None:
            sealer = PackSealer(run, signing, lambda: session._model)
            interruptions.withdraw = sealer.withdraw
            given = str(config.getoption("env"))
            config.pluginmanager.register(Announcing(run, given), "assurance-announcing")
            if not config.option.collectonly:
                session._prepare_reports()
                config.pluginmanager.register(Tidying(run, given, interruptions.seconds_left), "assurance-tidying")
            config.pluginmanager.register(sealer, "assurance-pack")
        if not from_controller:
            # Last of those that end a run, and so around them: signals wait meanwhile.
            config.pluginmanager.register(interruptions, "assurance-interruptions")
        # Last, and so around all others.
        config.pluginmanager.register(Breakdowns(config, run.redactor), "assurance-breakdowns")
        return session

    def _prepare_reports(self) -> None:
        """Hand pytest-html its report, and keep pytest's own sections of tracebacks out of the way of ours."""
        config = self._config
        self._run.directory.mkdir(parents=True, exist_ok=True)
        configure_html(config, self._run.directory / HTML)
        report = HtmlReport(self._finished_model, lambda: falsifiability_in(self._run.directory))
        config.pluginmanager.register(report, "assurance-html")
        if config.option.tbstyle == "auto":
            config.option.tbstyle = "no"
            config.option.reportchars = "N"

    def _finished_model(self) -> RunModel:
        if self._model is None:
            raise RuntimeError("the report was asked for before the run had ended")
        return self._model

    @property
    def tape(self) -> Tape:
        """The readings of the run."""
        return self._run.tape

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:  # noqa: ANN401  (pytest-xdist types no worker)
        """Send a worker what it needs to join this run."""
        node.workerinput["apex_run_id"] = self._run.options.run_id
        node.workerinput["apex_overlay"] = dict(self._overlay)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:  # noqa: ANN401  (as above)
        """Take from a worker who was signed in, and what it collected."""
        output = getattr(node, "workeroutput", {})
        self._identity = output.get("apex_identity", "") or self._identity
        self._run.could_not_sign_in |= not output.get("apex_signed_in", True)
        self._waiver_judge.add(output.get("apex_collected", ()))
        if selected := output.get("apex_selected"):
            self._selected.selection = Selection.from_values(selected)

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Make a case for each subject that the environment declares, in the order of their names."""
        for name in metafunc.fixturenames:
            if name in DECLARED:
                subjects_of_noun = subjects(name, self._run.environment)
                metafunc.parametrize(name, list(subjects_of_noun.values()), ids=list(subjects_of_noun))

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Skip what the environment declares not to apply."""
        for item in items:
            declared = not_applicable(item, self._run)
            if declared is not None:
                item.add_marker(pytest.mark.skip(reason=declared.reason))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """Obtain all readings before the first check, in every process that runs checks."""
        distributing = self._config.getoption("dist", "no") != "no" and not hasattr(self._config, "workerinput")
        option = session.config.option
        if distributing or option.collectonly or option.setuponly or session.testsfailed:
            return
        cases = [
            (item.fixturenames, item.callspec.params if hasattr(item, "callspec") else {})
            for item in session.items
            if isinstance(item, pytest.Function) and not item.get_closest_marker("skip")
        ]
        wanted = needs_of(cases)
        needed = frozenset().union(*(roots(name) for name, _ in wanted))
        given: dict[str, object] = {}
        for name in needed & self._run.roots().keys():
            with suppress(NotEvaluated):  # the checks that need it will say so
                given[name] = self._run.roots()[name]()
        prefetch(given, wanted, self._run.environment.limits.concurrency, self._progress.read)
        self._doubts.look([name for name, _ in wanted])

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Seal the tape, write the reports, set the exit status; `assurance.suite.sealing` then seals the pack."""
        if hasattr(self._config, "workerinput"):
            output = cast("Any", self._config).workeroutput
            output["apex_identity"] = self._run.identity()
            output["apex_signed_in"] = not self._run.could_not_sign_in
            output["apex_collected"] = self._waiver_judge.collected()
            output["apex_selected"] = asdict(self._selected.selection)
            return
        if self._config.option.collectonly:
            return
        collected = self._expected.ids() | self._waiver_judge.expected() | self._server_errors.expected()
        # By ids alone. An exit status can say neither: after some interruptions it is that of a run that has ended, and
        # one that comes when every case has its verdict takes nothing from them. What keeps pytest from collecting to
        # the end leaves cases without a verdict too: a file that failed is missed by its own id, and whatever breaks
        # collection off also keeps every case from being run.
        complete = bool(collected) and not unreached(collected, (record.check for record in self._records))
        has_ended = exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}
        finished = utc_now()
        self._run.selection = self._selected.selection
        if demands_rollback(self._records, self._run.selection.gate):
            # Asked before the tape is sealed: the answer is evidence too.
            self._run.rollback = rollback_commands(self._run.estate)
        if not self._judges_again and self._run.replayed is None and complete:
            self._run.tape.seal(finished)
        self._run.notices = (*notices(self._records), *self._run.notices)
        identity = self._run.identity() or self._identity
        facts = {"finished": finished, "identity": identity}
        self._model = self._run.model(self._records, collected, complete=complete, **facts)
        if self._judges_again:
            self._run.directory.mkdir(parents=True, exist_ok=True)
            json_report.write(self._model, self._run.directory / RESULTS)
        else:
            self._write_pack(self._model)
        if has_ended and collected:
            session.exitstatus = EXIT_STATUSES[self._model.decision]

    def _write_pack(self, model: RunModel) -> None:
        if self._run.replayed is not None:
            self._run.copy_tape()
        keep_inputs(self._run, self._waivers)
        write_reports(model, self._run.directory)
        write_decision(model, self._run.directory)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> Generator[None, object, object]:
        """Say what the run came to: what was found before, and the decision after what other plugins say."""
        model = self._model if self._records else None
        if model is not None:
            write_summary(terminalreporter, model)
        result = yield
        if model is not None:
            report = self._run.directory / HTML
            write_ending(terminalreporter, model, shown_from_here(report) if report.is_file() else None)
        return result


def _fixture_module(run: Run) -> types.ModuleType:
    """Return a plugin module whose fixtures are the nouns, so that checks take them as arguments."""
    module = types.ModuleType("assurance_generated_fixtures")

    for name, give in run.roots().items():
        setattr(module, name, pytest.fixture(give, name=name))
    for name, function in VIEWS.items():
        setattr(module, name, pytest.fixture(function, name=name))
    return module
