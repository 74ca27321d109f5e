"""The HTML report: pytest-html makes the file; this plugin puts the run's page into it.

pytest-html generates the file in its own `pytest_sessionfinish`, last of all, and calls `pytest_html_results_summary`
just before. Only then is the model final. Its own table of cases is left empty: it builds every row at once, which
takes a browser many seconds for some thousand cases; ours (`html_data`, report.js) makes the rows that are looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import pytest
from pytest_html.basereport import BaseReport

from assurance.reporting.html.page import page
from assurance.reporting.model import RunModel

PROPERTY = "apex_verdict"
TITLE = "APEX Assurance"


class ReportData(Protocol):
    """What this plugin uses of `pytest_html.report_data.ReportData`; Any: values of pytest-html's JSON."""

    title: str

    @property
    def data(self) -> dict[str, Any]:
        """What its script reads: `tests` (rows by node id), `environment`, `initialSort`, `renderCollapsed`."""


def configure(config: pytest.Config, path: Path) -> None:
    """Make pytest-html write a self-contained report to `path`; to be called before its own `pytest_configure`.

    The style sheet is not handed to it: it would write the sheet's path on this machine into the report.
    """
    config.option.htmlpath = str(path)
    config.option.self_contained_html = True


def silence(config: pytest.Config) -> None:
    """Keep pytest-html from saying where its report is: to be called when the report was taken away."""
    for plugin in config.pluginmanager.get_plugins():
        if isinstance(plugin, BaseReport):
            config.pluginmanager.unregister(plugin)


class HtmlReport:
    """A pytest plugin that fills pytest-html's report; to be registered in the controller only.

    Args:
        model: Returns the final model of the run; called once, when pytest-html is about to generate the page.
        falsifiability: Returns the address of the page that shows that the checks can fail; empty if there is none.
    """

    def __init__(self, model: Callable[[], RunModel], falsifiability: Callable[[], str] = str) -> None:
        self._model = model
        self._falsifiability = falsifiability
        self._report: ReportData | None = None
        self._judged: set[str] = set()
        self._without_verdict: dict[str, None] = {}

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_report_title(self, report: ReportData) -> None:
        """Keep hold of the report's data, and take the facts of this machine out of it."""
        self._report = report
        report.title = TITLE
        report.data["environment"] = {}
        report.data["initialSort"] = "original"
        report.data["renderCollapsed"] = ["all"]

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_row(self, report: pytest.TestReport | pytest.CollectReport, cells: list[str]) -> None:
        """Leave every row out of pytest-html's table, and remember what brings no verdict, such as a broken import."""
        cells.clear()
        if _has_verdict(report):
            self._judged.add(report.nodeid)
        elif _counts(report):
            self._without_verdict[report.nodeid] = None

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_summary(self, prefix: list[str]) -> None:
        """Put the page of the run into pytest-html's."""
        model = self._model()
        if self._report is not None:
            self._report.title = f"{TITLE}: {model.run.environment}"
            self._report.data["tests"] = {}
        lacking = sorted(self._judged - {record.check for record in model.verdicts})
        without = [*self._without_verdict, *lacking]
        prefix.append(page(model, falsifiability=self._falsifiability(), without_verdict=without))


def _has_verdict(report: pytest.TestReport | pytest.CollectReport) -> bool:
    """Whether a verdict is among a report's properties; the report of a collection has none."""
    return any(name == PROPERTY for name, _ in getattr(report, "user_properties", []))


def _counts(report: pytest.TestReport | pytest.CollectReport) -> bool:
    """Whether a report is of a case's call, or of anything that broke: a set-up that passed says nothing."""
    return report.failed or getattr(report, "when", "collect") == "call"
