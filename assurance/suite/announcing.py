"""Says at a run's beginning where it will write, in full the first time; and while it reads, how far it is."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol, cast

import pytest

from assurance.environment.values import Vantage
from assurance.estate.network.vantage import doubted_vantages
from assurance.judging.nouns import roots
from assurance.reporting.ending import hanging
from assurance.runs.run import Run
from assurance.suite.terminal import width_of_terminal

TOLD_SECONDS = 1.0
"""A shorter wait is not worth a line."""
DOUBT = "apex_doubt"
"""The property of a report that carries a doubt from a worker."""
_CONTROL = re.compile(r"(?:^|/)test_([a-z0-9]+)_\d+_[^/]*$")
LOOKING_FROM: dict[str, Vantage] = {"inside_flow": "inside", "outside_flow": "outside"}
"""The views that look from a vantage."""


class Announcing:
    """A pytest plugin, for the process that pytest was started in.

    Args:
        run: The run.
        given: The environment as it was named on the command line.
    """

    def __init__(self, run: Run, given: str) -> None:
        self._run = run
        self._given = given
        self._is_told = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """Say what is written and where, before anything is."""
        if session.config.getoption("dist", "no") == "no" and not session.config.option.collectonly:
            self._announce(session.config, frozenset(_family(item) for item in _writing(session.items)))

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: Sequence[str]) -> None:  # noqa: ANN401  (pytest-xdist types no worker)
        """Say it when the first worker has collected: the files of checks are named by their controls."""
        if not self._is_told:
            matches = [_CONTROL.search(node_id.partition("::")[0]) for node_id in ids]
            known = [match[1].upper() for match in matches if match is not None]
            self._announce(node.config, frozenset(known) if len(known) == len(matches) else None)

    def _announce(self, config: pytest.Config, families: frozenset[str] | None) -> None:
        """Say what these families write; of families that are not known, what all of them do."""
        self._is_told = True
        declared = self._run.environment.application
        reporter = config.pluginmanager.getplugin("terminalreporter")
        if declared is None or reporter is None or self._run.replayed is not None:
            return
        if families == frozenset() or not self._run.may_write:
            return
        # Importing this costs more than many a run.
        from assurance.apex.client.plans import described, on_which_projects, planned

        with_load = self._run.asks_for_load and self._run.options.load_results is None
        plans = planned(self._run.environment, families, with_load=with_load)
        if not plans:
            return
        where = f"{declared.base_url}{declared.api_prefix}"
        if not is_first(self._run.directory):
            names = ", ".join(plan.name for plan in plans)
            lines = [f"Writes to {where}: {names} (apex-assurance writes --env {self._given})."]
        else:
            lines = [f"The first run on {self._run.environment.name} from here. It writes to {where}:"]
            for plan in plans:
                lines.append(f"  {plan.name}{f', in objects named {plan.prefix}-RUN' if plan.prefix else ''}")
                lines += [f"    {line}" for line in described(plan)]
            lines.append(f"  {on_which_projects(declared)} All of it is archived at the end.")
        for line in lines:
            for part in hanging(line, " " * 8, width_of_terminal()):
                reporter.write_line(part)


class Doubts:
    """A pytest plugin, in every process: says before anything is judged that a run looks from elsewhere than declared.

    Args:
        config: pytest's, of this process.
        run: The run.
    """

    def __init__(self, config: pytest.Config, run: Run) -> None:
        self._config = config
        self._run = run
        self._found: list[str] = []
        self._told: set[str] = set()

    def look(self, views: Iterable[str]) -> None:
        """Look from the vantages of these views; a worker has its controller say what it found."""
        self._found = [f"{doubt} What rests on it is not evaluated." for doubt in seen_from_elsewhere(self._run, views)]
        if not hasattr(self._config, "workerinput"):
            self._tell(self._found)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Send what was found with the first report, and take it from there."""
        if hasattr(self._config, "workerinput"):
            report.user_properties += [(DOUBT, doubt) for doubt in self._found]
            self._found = []
        else:
            self._tell(str(value) for name, value in report.user_properties if name == DOUBT)

    def _tell(self, doubts: Iterable[str]) -> None:
        reporter = self._config.pluginmanager.getplugin("terminalreporter")
        for doubt in doubts:
            if reporter is not None and doubt not in self._told:
                self._told.add(doubt)
                reporter.ensure_newline()
                for line in hanging(doubt, "  ", width_of_terminal()):
                    reporter.write_line(line)


class Reporter(Protocol):
    """Who writes to the terminal, as pytest's reporter does.

    Attributes:
        isatty: Whether it is one, and no file.
    """

    isatty: object

    def write_line(self, line: str) -> None:
        """Write a line."""

    def rewrite(self, line: str, **_: bool) -> None:
        """Write a line in the place of the last."""


class Progress:
    """Says how far a run is; a terminal forgets each line at the next.

    Args:
        reporter: Returns who writes: pytest's own, which comes later than this; None in a worker.
        name: What is read.
    """

    def __init__(self, reporter: Callable[[], Reporter | None], name: str) -> None:
        self._reporter = reporter
        self._name = name
        self._read = (0, 0)
        self._told_until = 0.0
        self._guard = threading.Lock()

    def read(self, done: int, total: int) -> None:
        """Say how much of what is wanted was asked; what came is told where the run ends."""
        self._read = (done, total)
        line = f"Asked {self._name}: {done} of {total} questions"
        self.tell(line)
        if done == total:
            self.say("" if self._on_terminal else line)

    def throttled(self, seconds: float) -> None:
        """Say that the run waits because a service throttles it, once for waits that overlap."""
        with self._guard:
            now = time.monotonic()
            if seconds < TOLD_SECONDS or now < self._told_until:
                return
            self._told_until = now + seconds
            done, total = self._read
            line = f"throttled: waiting {seconds:.0f} s{f', {done} of {total}' if total else ''}"
            (self.tell if self._on_terminal else self.say)(line)

    def say(self, line: str) -> None:
        """Write a line that stays."""
        reporter = self._reporter()
        if reporter is not None:
            reporter.write_line(line)

    def tell(self, line: str) -> None:
        """Write a line that the next replaces, where there is a terminal."""
        reporter = self._reporter()
        if reporter is not None and reporter.isatty:
            reporter.rewrite(line, erase=True)

    @property
    def _on_terminal(self) -> bool:
        reporter = self._reporter()
        return reporter is not None and bool(reporter.isatty)


def reporter_of(config: pytest.Config) -> Reporter | None:
    """Return who writes for pytest; None in a worker, whose lines nobody sees."""
    if hasattr(config, "workerinput"):
        return None
    reporter: Reporter | None = config.pluginmanager.getplugin("terminalreporter")
    return reporter


def seen_from_elsewhere(run: Run, views: Iterable[str]) -> list[str]:
    """Return a sentence for each vantage that the run has by its own word alone, of those that the views look from."""
    wanted = [vantage for view, vantage in LOOKING_FROM.items() if view in views]
    return doubted_vantages(run.estate, wanted) if wanted else []


def is_first(directory: Path) -> bool:
    """Tell whether no run has left anything beside this one's directory."""
    return not any((other / "tape").is_dir() for other in directory.parent.glob("*") if other != directory)


def _writing(items: Iterable[pytest.Item]) -> Iterable[pytest.Function]:
    for item in items:
        if not isinstance(item, pytest.Function) or item.get_closest_marker("skip") is not None:
            continue
        if any({"flows", "load_generator"} & roots(noun) for noun in item.fixturenames):
            yield item


def _family(item: pytest.Item) -> str:
    mark = item.get_closest_marker("control")
    return cast("str", mark.kwargs["id"]).partition("-")[0] if mark is not None else ""
