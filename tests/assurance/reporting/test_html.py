"""The HTML report, as pytest-html makes it in a session of its own."""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
from dataclasses import asdict, dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import assurance
from assurance.reporting.html import PROPERTY, HtmlReport
from assurance.reporting.html_evidence import MOST_APPENDIX_CHARACTERS, appendix
from assurance.reporting.html_page import opening
from assurance.reporting.html_rows import OUTCOMES, row_id
from assurance.reporting.markup import Html, element
from assurance.reporting.model import SUPPORTS
from assurance.reporting.wording import VERDICT_WORDS
from assurance.verdicts import Source, Verdict
from tests.assurance.reporting.sample_run import HOSTILE, HOSTILE_BODY, LONG_BODY, READINGS, reading, sample_model

CONFTEST = """
import json
from dataclasses import asdict
from pathlib import Path

import pytest

from assurance.reporting.html import HtmlReport, configure
from tests.assurance.reporting.sample_run import sample_model

MODEL = sample_model()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    configure(config, Path(__file__).with_name("pack") / "report.html")
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(HtmlReport(lambda: MODEL))


@pytest.fixture(params=MODEL.verdicts, ids=lambda record: record.subject)
def record(request):
    # Between processes only plain types go, and only text that UTF-8 can hold.
    sent = json.dumps(asdict(request.param), ensure_ascii=False).encode("utf-8", "replace")
    request.node.user_properties.append(("apex_verdict", json.loads(sent)))
    return request.param
"""
CASES = """
import pytest


def test_case(record):
    if record.verdict == "waived":
        pytest.xfail(record.reason)
    if record.verdict == "not_applicable":
        pytest.skip(record.reason)
    assert record.verdict == "pass"


def test_without_a_verdict():
    print("captured secret")
    raise RuntimeError("traceback secret")
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the page of a session whose cases come to the sample run's verdicts, made with two workers."""
    directory = tmp_path_factory.mktemp("session")
    (directory / "conftest.py").write_text(CONFTEST)
    (directory / "test_cases.py").write_text(CASES)
    root = Path(assurance.__file__).parents[1]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", "--rootdir", ".", "."]
    ended = subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 1, ended.stdout + ended.stderr
    return (directory / "pack" / "report.html").read_text("utf-8")


class Assets(HTMLParser):
    """Collects what a page would load, and the elements that it has."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.identifiers: list[str] = []
        self.scripts = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        values = dict(attrs)
        self.scripts += tag == "script"
        self.identifiers += [values["id"] or ""] if "id" in values else []
        if tag != "a":
            self.loaded += [value for name in ("src", "href") if (value := values.get(name))]


def data_of(page: str) -> dict[str, Any]:
    """Return what pytest-html's script reads."""
    blob = re.search(r'data-jsonblob="([^"]*)"', page)
    assert blob is not None
    data: dict[str, Any] = json.loads(html.unescape(blob.group(1)))
    return data


def rows_of(page: str) -> list[dict[str, Any]]:
    """Return the rows of the table of cases, in order."""
    return [row for rows in data_of(page)["tests"].values() for row in rows]


def test_page_loads_nothing(page: str) -> None:
    """The page loads no script, style sheet, font or image from anywhere."""
    assert Assets(page).loaded == []
    assert not re.search(r"@import|url\(", page)


def test_page_has_only_the_scripts_of_its_makers(page: str) -> None:
    """Text of an answer that looks like a script is shown as text, in the page and in every row."""
    assert Assets(page).scripts == 2
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;" in page
    for row in rows_of(page):
        assert "<script" not in "".join([*row["resultsTableRow"], *(extra["content"] for extra in row["extras"])])


def test_every_verdict_has_its_row_and_word(page: str) -> None:
    """Each verdict of the model has one row, under pytest-html's outcome for it and with our word."""
    rows = rows_of(page)
    for verdict, number in sample_model().counts().items():
        cells = [row["resultsTableRow"][0] for row in rows if row["result"] == OUTCOMES[verdict]]
        assert len(cells) == number
        assert all(f" {VERDICT_WORDS[verdict]}</span>" in cell for cell in cells)


def test_filters_count_the_rows_in_our_words(page: str) -> None:
    """The filters carry our words, and the numbers of the model."""
    for verdict, number in sample_model().counts().items():
        assert f'<span class="{OUTCOMES[verdict].lower()}">{number} {VERDICT_WORDS[verdict]},</span>' in page
    assert ">1 without verdict<" in page


def test_failures_come_first(page: str) -> None:
    """The rows come in the order of what they demand, whatever the workers' order was."""
    results = [row["result"] for row in rows_of(page)]
    assert results == ["Failed"] * 3 + ["Error"] * 3 + ["XFailed"] + ["Passed"] * 8 + ["Skipped", "Rerun"]


def test_links_lead_somewhere(page: str) -> None:
    """Each link within the page leads to a row or to a reading that is there, once."""
    there = [*Assets(page).identifiers, *(row["testId"] for row in rows_of(page) if row["result"] != "Rerun")]
    contents = page + "".join(extra["content"] for row in rows_of(page) for extra in row["extras"])
    wanted = set(re.findall(r'href="#([^"]+)"', contents))
    assert {f"reading-{one.key}" for one in READINGS} <= wanted
    assert {row_id(record) for record in sample_model().findings()} <= wanted
    assert all(there.count(identifier) == 1 for identifier in wanted)


def test_page_does_not_tell_about_this_machine(page: str) -> None:
    """Neither the environment's table nor a traceback nor captured output enters the page."""
    assert data_of(page)["environment"] == {}
    assert "captured secret" not in page
    assert "traceback secret" not in page


def test_page_has_its_title_and_reservation(page: str) -> None:
    """The title names the environment, and what a pass does not show is said."""
    assert '<h1 id="title">APEX Assurance — sandbox</h1>' in page
    assert SUPPORTS in page
    assert "it is no audit evidence" in page


def test_body_stands_once(page: str) -> None:
    """A body is in the page once, however many rows cite it, and a long one is cut with a note."""
    assert page.count("&quot;vnet-apex&quot;") == 1
    assert len(LONG_BODY) > 4096
    assert "Cut: 4,096 of" in page
    assert html.escape("</pre><script>alert(1)") in page
    assert HOSTILE_BODY.decode() not in page


@pytest.mark.parametrize("source", list(Source))
def test_banner_says_what_the_page_rests_on(source: Source) -> None:
    """The banner names the source, and for all but a live run says that it is no audit evidence, also on paper."""
    text = opening(sample_model(source))
    assert f"<strong>{source}</strong>" in text
    assert ("no audit evidence" in text) is (source is not Source.LIVE)
    assert f'content: "APEX Assurance: {source}' in text


def test_appendix_stays_small() -> None:
    """However many bodies a run has, the page stays of some megabytes, and says where the rest is."""
    readings = tuple(reading(number % 60, f"GET {number}", LONG_BODY) for number in range(2500))
    text = appendix(replace(sample_model(), readings=readings))
    assert len(text) < 3 * MOST_APPENDIX_CHARACTERS
    assert "Left out to keep this page small" in text


def test_text_is_escaped_by_construction() -> None:
    """What is not markup is escaped, in content and in attributes; markup is left as it is."""
    assert element("p", "<b>", Html("<i></i>"), title='"<') == '<p title="&quot;&lt;">&lt;b&gt;<i></i></p>'
    assert "\x00" not in element("p", HOSTILE)


def test_row_ids_differ_for_alike_subjects() -> None:
    """Subjects that differ in punctuation alone have rows of their own."""
    record = sample_model().verdicts[0]
    assert row_id(replace(record, check="a::b[c.d]")) != row_id(replace(record, check="a::b[c-d]"))


def test_every_verdict_has_an_outcome() -> None:
    """No verdict is unknown to the table, and no two share a filter."""
    assert set(OUTCOMES) == set(Verdict)
    assert len(set(OUTCOMES.values())) == len(Verdict)


@dataclass
class ReportData:
    """What the plugin uses of pytest-html's report, with one row without a verdict."""

    title: str
    data: dict[str, Any]
    outcomes: dict[str, dict[str, Any]]


def test_row_without_verdict_stays_beside_the_verdict() -> None:
    """A case that was judged and then broke down in its teardown shows both."""
    model = sample_model()
    check = model.verdicts[0].check
    tests = {check: [{"result": "Error", "resultsTableRow": []}]}
    names = ("passed", "failed", "error", "xfailed", "skipped", "rerun")
    report = ReportData("", {"tests": tests}, {name: {"label": "", "value": 7} for name in names})
    plugin = HtmlReport(lambda: model)
    plugin.pytest_html_report_title(report)
    plugin.pytest_html_results_summary([], [])
    assert [row["result"] for row in report.data["tests"][check]] == ["Passed", "Rerun"]
    assert report.outcomes["error"]["value"] == model.counts()[Verdict.NOT_EVALUATED]
    assert report.outcomes["rerun"] == {"label": "without verdict", "value": 1}


def test_verdict_that_the_model_lacks_keeps_its_row() -> None:
    """A verdict that came with a report is shown even if the model was made without it."""
    record = sample_model().verdicts[0]
    values = {**asdict(record), "verdict": str(record.verdict)}
    case = pytest.TestReport(
        record.check, ("", 0, ""), {}, "passed", None, "call", user_properties=[(PROPERTY, values)]
    )
    report = ReportData(
        "", {"tests": {}}, {name: {} for name in ("passed", "failed", "error", "xfailed", "skipped", "rerun")}
    )
    plugin = HtmlReport(lambda: replace(sample_model(), verdicts=()))
    plugin.pytest_html_report_title(report)
    cells = ["<td>Passed</td>"]
    plugin.pytest_html_results_table_row(case, cells)
    plugin.pytest_html_results_summary([], [])
    assert cells == []
    assert [row["testId"] for row in report.data["tests"][record.check]] == [row_id(record)]
