"""The HTML report: pytest-html makes the file.

This plugin puts the run's page into it, from its cover to the last reading.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, Protocol

import pytest
from pytest_html.basereport import BaseReport

from assurance.reporting.html.controls import clauses, controls, role_grid
from assurance.reporting.html.cover import cover, printed_on_every_page
from assurance.reporting.html.data import embedded, embedded_bodies
from assurance.reporting.html.estate_figure import estate_section
from assurance.reporting.html.figures import drawn
from assurance.reporting.html.findings import findings, not_applicable, unjudged, waived
from assurance.reporting.html.parts import Html, element, join, section
from assurance.reporting.model import RunModel
from assurance.reporting.wording import counted

STYLE_FILE = "report.css"
SCRIPT_FILE = "report.js"
VIEWPORT = '<meta name="viewport" content="width=device-width, initial-scale=1">'
CONTENTS = (
    ("decision", "Decision"),
    ("findings", "Findings"),
    ("not-evaluated", "Not judged"),
    ("waived", "Waived"),
    ("network", "Network"),
    ("controls", "Controls"),
    ("clauses", "ISO 27001"),
    ("roles", "Roles"),
    ("figures", "Figures"),
    ("cases", "Every case"),
    ("readings", "Readings"),
)
NEEDS_SCRIPT = "This list needs JavaScript; results.csv and results.json beside this page hold the same."


def page(model: RunModel, *, falsifiability: str = "", without_verdict: Sequence[str] = ()) -> Html:
    """Return the whole page.

    Args:
        model: The run.
        falsifiability: Address of the page that shows that the checks can fail; empty if it is not beside the report.
        without_verdict: Node ids of what broke down without a verdict, such as a file that could not be imported.
    """
    body = join(
        cover(model, falsifiability),
        _without_verdict(without_verdict),
        findings(model),
        unjudged(model),
        waived(model),
        estate_section(model),
        annex(),
        not_applicable(model),
        controls(model),
        clauses(model),
        role_grid(model),
        drawn(model),
        _cases(model),
        _readings(model),
    )
    head = join(Html(f"{VIEWPORT}<style>{shipped(STYLE_FILE)}</style>"), printed_on_every_page(model))
    data = join(embedded(model), Html(f"<script>{shipped(SCRIPT_FILE)}</script>"), embedded_bodies(model))
    return join(head, _contents(body), element("main", body, lang="en"), data)


def shipped(name: str) -> str:
    """Return the text of a file that stands beside this module: the page's style sheet or its script."""
    return files(__package__).joinpath(name).read_text("utf-8")


def annex() -> Html:
    """Return what stands on paper before all that is not decision, findings or network."""
    return element("p", "Annex: controls, clauses, roles, figures, every case and reading.", class_="annex")


def _contents(body: Html) -> Html:
    there = [(place, name) for place, name in CONTENTS if f'id="{place}"' in body]
    links = (element("li", element("a", name, href=f"#{place}")) for place, name in there)
    return element("nav", element("ul", *links), aria_label="Contents", lang="en", class_="contents")


def _without_verdict(node_ids: Sequence[str]) -> Html:
    if not node_ids:
        return Html()
    listed = element("ul", *(element("li", element("code", node_id)) for node_id in node_ids))
    remark = "The traceback and the captured output stand in this run's terminal: nothing has redacted them."
    return section("without-verdict", f"Without a verdict ({len(node_ids):,})", element("p", remark), listed)


def _cases(model: RunModel) -> Html:
    introduction = element("p", f"{counted(len(model.verdicts), 'case')}; open one to see what it rests on.")
    place = element("div", id="case-list")
    return section("cases", "Every case", introduction, element("noscript", NEEDS_SCRIPT), place)


def _readings(model: RunModel) -> Html:
    introduction = element(
        "p",
        f"{counted(len(model.readings), 'reading')}, in the order in which they were begun. Secrets and personal data "
        "were taken out before a body was written and digested; its digest is its file's name in the tape's bodies/.",
    )
    place = element("div", id="reading-list")
    return section("readings", "Readings", introduction, element("noscript", NEEDS_SCRIPT), place)


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
