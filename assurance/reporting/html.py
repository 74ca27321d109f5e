"""The HTML report: pytest-html makes the page and its table of cases; this plugin puts the run's model into it.

pytest-html generates the page in its own `pytest_sessionfinish`, last of all, and calls `pytest_html_results_summary`
just before. Only then is the model final, so every row with a verdict is made there, and not as the reports come in.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

import pytest

from assurance.reporting.html_evidence import appendix
from assurance.reporting.html_page import opening
from assurance.reporting.html_rows import HEADER, OUTCOMES, WITHOUT_VERDICT, row_of, without_verdict
from assurance.reporting.html_script import SCRIPT
from assurance.reporting.markup import Html
from assurance.reporting.model import RunModel, VerdictRecord
from assurance.reporting.wording import VERDICT_WORDS
from assurance.verdicts import Verdict

PROPERTY = "apex_verdict"
TITLE = "APEX Assurance"
STYLE_SHEET = Path(__file__).with_name("report.css")
# The order of the rows: what demands something comes first.
ORDER = (Verdict.FAIL, Verdict.NOT_EVALUATED, Verdict.WAIVED, Verdict.PASS, Verdict.NOT_APPLICABLE)


class ReportData(Protocol):
    """What this plugin uses of `pytest_html.report_data.ReportData`; Any: values of pytest-html's JSON."""

    title: str

    @property
    def data(self) -> dict[str, Any]:
        """What its script reads: `tests` (rows by node id), `environment`, `initialSort`, `renderCollapsed`."""

    @property
    def outcomes(self) -> dict[str, dict[str, Any]]:
        """The label and the number of each outcome, by pytest-html's name for it."""


def configure(config: pytest.Config, path: Path) -> None:
    """Make pytest-html write a self-contained report to `path`; to be called before its own `pytest_configure`."""
    config.option.htmlpath = str(path)
    config.option.self_contained_html = True
    # The report repeats the style sheet's path in a comment; a relative one does not tell how this machine is laid out.
    # The user's own sheets follow ours, and so prevail.
    config.option.css = [_relative(STYLE_SHEET), *config.option.css]


def _relative(path: Path) -> str:
    try:
        return os.path.relpath(path)
    except ValueError:  # another drive
        return str(path)


class HtmlReport:
    """A pytest plugin that fills pytest-html's report; to be registered in the controller only.

    Args:
        model: Returns the final model of the run; called once, when pytest-html is about to generate the page.
    """

    def __init__(self, model: Callable[[], RunModel]) -> None:
        self._model = model
        self._report: ReportData | None = None
        self._recorded: dict[str, VerdictRecord] = {}

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_report_title(self, report: ReportData) -> None:
        """Keep hold of the report's data, and take the facts of this machine out of it."""
        self._report = report
        report.title = TITLE
        report.data["environment"] = {}
        report.data["initialSort"] = "original"
        report.data["renderCollapsed"] = ["all"]
        for verdict, outcome in OUTCOMES.items():
            report.outcomes[outcome.lower()]["label"] = VERDICT_WORDS[verdict]
        report.outcomes[WITHOUT_VERDICT.lower()]["label"] = "without verdict"

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_header(self, cells: list[str]) -> None:
        """Name the columns."""
        cells[:] = HEADER

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_row(self, report: pytest.TestReport | pytest.CollectReport, cells: list[str]) -> None:
        """Keep the verdict that a case brings, for its row at the end; a row without cells is left out.

        What brings no verdict, such as a file that could not be imported, keeps its row.
        """
        verdict = _verdict_of(report)
        if verdict is None:
            cells[:] = without_verdict(cells, report.nodeid)
        else:
            self._recorded[verdict.check] = verdict
            cells.clear()

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_html(self, report: object, data: list[str]) -> None:  # noqa: ARG002  (pytest-html's names)
        """Leave out tracebacks and captured output: nothing has redacted them."""
        data[:] = ["The traceback and the captured output stand in the terminal's output of this run."]

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_summary(self, prefix: list[str], postfix: list[str]) -> None:
        """Put the model into the page."""
        model = self._model()
        if self._report is not None:
            self._report.title = f"{TITLE} — {model.run.environment}"
            self._fill(self._report, model)
        prefix.append(Html(f"<script>{SCRIPT}</script>") + opening(model))
        postfix.append(appendix(model))

    def _fill(self, report: ReportData, model: RunModel) -> None:
        """Put one row for each verdict before the rows without one, and count them."""
        known = {record.check for record in model.verdicts}
        records = [*model.verdicts, *(record for check, record in self._recorded.items() if check not in known)]
        rows: dict[str, list[dict[str, Any]]] = {}
        for record in sorted(records, key=lambda record: ORDER.index(record.verdict)):
            rows.setdefault(record.check, []).append(row_of(record, model))
        without = {check: found for check, found in report.data["tests"].items() if found}
        for row in chain.from_iterable(without.values()):
            row["result"] = WITHOUT_VERDICT
        report.data["tests"] = {check: rows.get(check, []) + without.get(check, []) for check in [*rows, *without]}
        shown = Counter(row["result"].lower() for found in report.data["tests"].values() for row in found)
        for outcome, values in report.outcomes.items():
            values["value"] = shown[outcome]


def _verdict_of(report: pytest.TestReport | pytest.CollectReport) -> VerdictRecord | None:
    """Return the last verdict among a report's properties; between processes pairs may have become lists."""
    properties = getattr(report, "user_properties", [])
    found = [value for name, value in properties if name == PROPERTY]
    return VerdictRecord.from_values(found[-1]) if found else None
