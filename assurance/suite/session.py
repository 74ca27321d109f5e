"""A run within pytest: its cases, readings, verdicts and reports. Hooks only; each hands over to who does it."""

from __future__ import annotations

import sys
import types
from collections.abc import Generator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, cast

import pytest

from assurance.environment import find, load, load_packed, with_release
from assurance.evidence.comparison import unreached
from assurance.evidence.pack import is_of_pack
from assurance.judging.cases import case_of, subject_of
from assurance.judging.checking import judge
from assurance.judging.nouns import DECLARED, VIEWS, roots, subjects
from assurance.judging.selection import Selection
from assurance.judging.waivers import Waivers
from assurance.reporting.html.report import HtmlReport
from assurance.reporting.html.report import configure as configure_html
from assurance.reporting.model import RunModel, VerdictRecord
from assurance.reporting.writer import HTML, falsifiability_in, write_reports
from assurance.runs.gates import (
    EXIT_STATUSES,
    demands_rollback,
    rollback_commands,
    write_decision,
)
from assurance.runs.run import Run, RunOptions, new_run_id
from assurance.suite.attested import AttestedSelection, change_record_of
from assurance.suite.cleanup import Tidying
from assurance.suite.declared import EverySubject
from assurance.suite.excused import not_applicable, skipped_case
from assurance.suite.expected import ExpectedCases
from assurance.suite.inputs import keep_inputs, with_baseline
from assurance.suite.outcomes import sendable, set_outcome
from assurance.suite.planned import PlanSelection, beside_today, notices
from assurance.suite.prefetch import needs_of, prefetch
from assurance.suite.sealing import PackSealer, admit, shown_from_here
from assurance.suite.selection import SelectedControls, asked_for
from assurance.suite.terminal import write_ending, write_summary
from assurance.suite.waiving import WaiverJudge, waived, waivers_of_run
from assurance.tape import utc_now
from assurance.verdicts import Fact, recording_facts

PROPERTY = "apex_verdict"
FACTS = pytest.StashKey[Sequence[Fact]]()


class RunSession:
    """The hooks of a run, in the process that pytest was started in and in each worker of pytest-xdist."""

    def __init__(
        self, config: pytest.Config, run: Run, overlay: Mapping[str, Any], waivers: Waivers, selected: SelectedControls
    ) -> None:
        self._config = config
        self._run = run
        self._overlay = overlay
        self._waivers = waivers
        self._selected = selected
        self._waiver_judge = WaiverJudge(waivers, run.environment, lambda: self._records, self._tell)
        self._expected = ExpectedCases()
        self._records: list[VerdictRecord] = []
        self._identity = ""
        self._model: RunModel | None = None

    @classmethod
    def begin(cls, config: pytest.Config) -> RunSession:
        """Load the environment, start its stand-in if it has one that is not running, and begin the run.

        Raises:
            UsageError: The command line, the environment file or the tape is wrong.
        """
        from_controller = getattr(config, "workerinput", {})
        path = find(config.getoption("env"), config.rootpath / "environments")
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
        selected = SelectedControls(Selection(asked_for(config.option.markexpr or "")))
        options = RunOptions(
            replay=replay,
            vantage=config.getoption("vantage"),
            reports=config.getoption("reports").absolute(),
            run_id=from_controller.get("apex_run_id") or new_run_id(),
            selection=" ".join(config.invocation_params.args) or " ".join(sys.argv[1:]),
            selected=selected.selection,
            change=change_record_of(config) if replay is None else None,
            allow_writes=config.getoption("allow_writes"),
            plan=config.getoption("plan"),
            plan_parameters=config.getoption("plan_parameters"),
        )
        waivers = waivers_of_run(config, environment, replay)
        signing = None if from_controller else admit(config, environment, options, received=received)
        run = Run(environment, options)
        session = cls(config, run, overlay, replace(waivers, today=run.day), selected)
        run.tell_progress = session._tell_progress
        config.pluginmanager.register(session._waiver_judge, "assurance-waivers")
        config.pluginmanager.register(session._expected, "assurance-expected")
        attested = AttestedSelection(run.selection, lambda: run.given_change.is_given)
        config.pluginmanager.register(attested, "assurance-attested")
        config.pluginmanager.register(selected, "assurance-selection")
        config.pluginmanager.register(PlanSelection(run.plans), "assurance-plan")
        config.hook.pytest_assurance_load_nouns()
        config.pluginmanager.register(_fixture_module(run), "assurance-fixtures")
        config.pluginmanager.register(EverySubject(environment), "assurance-declared")
        if signing is not None:
            session._prepare_reports()
            config.pluginmanager.register(Tidying(run, str(config.getoption("env"))), "assurance-tidying")
            config.pluginmanager.register(PackSealer(run, signing, lambda: session._model), "assurance-pack")
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
        self._waiver_judge.add(output.get("apex_collected", ()))
        if selected := output.get("apex_selected"):
            self._selected.selection = Selection.from_values(selected)

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Make a case for each subject that the environment declares, in the order of their names."""
        for name in metafunc.fixturenames:
            if name in DECLARED:
                found = subjects(name, self._run.environment)
                metafunc.parametrize(name, list(found.values()), ids=list(found))

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
        if distributing or session.config.option.collectonly or session.testsfailed:
            return
        cases = [
            (item.fixturenames, item.callspec.params if hasattr(item, "callspec") else {})
            for item in session.items
            if isinstance(item, pytest.Function) and not item.get_closest_marker("skip")
        ]
        wanted = needs_of(cases)
        needed = frozenset().union(*(roots(name) for name, _ in wanted))
        given = {name: give() for name, give in self._run.roots().items() if name in needed}
        prefetch(given, wanted, self._run.environment.limits.concurrency, self._progress)

    def _progress(self, done: int, total: int) -> None:
        reporter = self._config.pluginmanager.getplugin("terminalreporter")
        if reporter is None or hasattr(self._config, "workerinput"):
            return
        line = f"Reading {self._run.environment.name} ({self._run.source}): {done} of {total}"
        if reporter.isatty:
            reporter.rewrite(line, erase=True)
        if done == total:
            reporter.write_line("" if reporter.isatty else line)

    def _tell_progress(self, line: str) -> None:
        """Say how far something is that takes long; only a terminal is told, which forgets it again."""
        reporter = self._config.pluginmanager.getplugin("terminalreporter")
        if reporter is not None and reporter.isatty and not hasattr(self._config, "workerinput"):
            reporter.rewrite(line, erase=True)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Record the facts that a check asserts."""
        with recording_facts() as facts:
            item.stash[FACTS] = facts
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Turn the end of a case into its verdict, and the verdict into pytest's outcome."""
        report = yield
        mark = item.get_closest_marker("control")
        if mark is None or (call.when != "call" and report.passed):
            return report
        record = self._record(item, call, report, mark.kwargs["id"])
        set_outcome(report, record)
        report.user_properties.append((PROPERTY, sendable(record)))
        return report

    def _record(
        self, item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport, control: str
    ) -> VerdictRecord:
        error = call.excinfo.value if call.excinfo is not None else None
        statement = " ".join((getattr(item, "obj").__doc__ or item.name).split())  # noqa: B009  (pytest types no `obj`)
        skipped = skipped_case(item, self._run) if report.skipped else None
        values: dict[str, Any] = skipped or asdict(judge(item.stash.get(FACTS, []), error))
        record = VerdictRecord(
            check=item.nodeid,
            control=control,
            subject=subject_of(item, self._run.environment),
            statement=statement,
            duration_seconds=round(call.duration, 6),
            **values,
        )
        if self._run.given_plan is not None:
            without = {**self._run.roots(), "estate": lambda: self._run.estate_today}
            record = beside_today(record, item, without)
        case = case_of(item, self._run.environment)
        return waived(record, self._waivers.covering(case) if case is not None else None)

    def _tell(self, record: VerdictRecord) -> None:
        """Bring a verdict that no pytest item came to into the run, as the report of one."""
        place = (record.check.partition("::")[0], None, record.check.partition("::")[2])
        report = pytest.TestReport(record.check, place, {}, "passed", None, "call")
        set_outcome(report, record)
        report.user_properties.append((PROPERTY, sendable(record)))
        self._config.hook.pytest_runtest_logreport(report=report)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Collect verdicts, from this process and from workers."""
        for name, values in report.user_properties:
            if name == PROPERTY and isinstance(values, dict):
                self._records.append(VerdictRecord.from_values(dict(values)))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Seal the tape, write the reports, set the exit status; `assurance.suite.sealing` then seals the pack."""
        if hasattr(self._config, "workerinput"):
            output = cast("Any", self._config).workeroutput
            output["apex_identity"] = self._run.identity()
            output["apex_collected"] = self._waiver_judge.collected()
            output["apex_selected"] = asdict(self._selected.selection)
            return
        collected = self._expected.ids() | self._waiver_judge.expected()
        # No exit status makes a run whole: after some interruptions it is that of a run that has ended.
        has_ended = exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}
        complete = has_ended and bool(collected) and not unreached(collected, (one.check for one in self._records))
        finished = utc_now()
        self._run.selection = self._selected.selection
        if demands_rollback(self._records, self._run.selection.gate):
            # Asked before the tape is sealed: the answer is evidence too.
            self._run.rollback = rollback_commands(self._run.estate)
        if self._run.replayed is not None:
            self._run.copy_tape()
        elif complete:
            self._run.tape.seal(finished)
        keep_inputs(self._run, self._waivers)
        self._run.notices = (*notices(self._records), *self._run.notices)
        identity = self._run.identity() or self._identity
        told = {"finished": finished, "identity": identity}
        self._model = self._run.model(self._records, collected, complete=complete, **told)
        write_reports(self._model, self._run.directory)
        write_decision(self._model, self._run.directory)
        if has_ended and collected and not self._config.option.collectonly:
            session.exitstatus = EXIT_STATUSES[self._model.decision]

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> Generator[None, object, object]:
        """Say what the run came to: what was found before, and the decision after what other plugins say."""
        told = self._model if self._records else None
        if told is not None:
            write_summary(terminalreporter, told)
        result = yield
        if told is not None:
            write_ending(terminalreporter, told, shown_from_here(self._run.directory / "report.html"))
        return result


def _fixture_module(run: Run) -> types.ModuleType:
    """Return a plugin module whose fixtures are the nouns, so that checks take them as arguments."""
    module = types.ModuleType("assurance_generated_fixtures")

    for name, give in run.roots().items():
        setattr(module, name, pytest.fixture(give, name=name))
    for name, function in VIEWS.items():
        setattr(module, name, pytest.fixture(function, name=name))
    return module
