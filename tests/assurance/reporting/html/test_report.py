"""The HTML report, and its charts."""

from __future__ import annotations

import html
import json
import math
import os
import re
import subprocess
import sys
from dataclasses import asdict, dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given
from hypothesis import strategies as st

import assurance
from assurance.reporting.html.charts import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    Chart,
    Series,
    drawing,
    figure,
    ticks,
)
from assurance.reporting.html.cover import cover, printed_on_every_page
from assurance.reporting.html.findings import MAX_FINDINGS, findings
from assurance.reporting.html.parts import Html, case_id, element, with_names
from assurance.reporting.html.report import PROPERTY, HtmlReport
from assurance.reporting.html.report import page as page_of
from assurance.reporting.model import SUPPORTS
from assurance.verdicts import Source, Verdict
from tests.assurance.reporting.sample_run import HOSTILE, READINGS, record, sample_model


def drawn(chart: Chart) -> Xml.Element:
    """Return the drawing as XML: it must be well-formed."""
    return Xml.fromstring(f"<svg>{drawing(chart)}</svg>")  # noqa: S314  (of our own making)


def test_points_stand_where_their_values_are() -> None:
    """The first value stands at the left edge, the last at the right; 0 at the bottom, the highest tick at the top."""
    circles = drawn(Chart("ms", [Series("a", "points", [(0, 0.0), (5, 50.0), (10, 100.0)])], [])).findall("circle")

    assert [float(circle.attrib["cx"]) for circle in circles] == [LEFT, (LEFT + WIDTH - RIGHT) / 2, WIDTH - RIGHT]
    assert [float(circle.attrib["cy"]) for circle in circles] == [HEIGHT - BOTTOM, (TOP + HEIGHT - BOTTOM) / 2, TOP]


def test_a_gap_interrupts_a_line() -> None:
    """Where a value is missing the line ends, and begins again at the next; nothing is drawn between."""
    points = [(0.0, 1.0), (1.0, 2.0), (2.0, None), (3.0, 3.0), (4.0, 1.0)]
    path = drawn(Chart("ms", [Series("a", "line", points)], [])).find("path")
    assert path is not None

    assert re.sub(r"[\d. ]", "", path.attrib["d"]) == "MhLMhL"


def test_columns_stand_on_the_floor() -> None:
    """A column reaches from the floor to its value; one of nothing is not drawn."""
    columns = drawn(Chart("", [Series("a", "columns", [(0, 10.0), (1, 0.0), (2, None)])], [])).findall("rect")
    [column, legend] = columns

    assert float(column.attrib["y"]) + float(column.attrib["height"]) == pytest.approx(HEIGHT - BOTTOM)
    assert legend.attrib["height"] == "10"


def test_a_limit_is_drawn_and_named() -> None:
    """A limit above all values is within the drawing, and has its name."""
    chart = drawn(Chart("ms", [Series("a", "points", [(0, 10.0)])], [(0, "now")], (500.0, "threshold")))
    limit = next(line for line in chart.findall("line") if line.attrib["class"] == "limit")

    assert TOP <= float(limit.attrib["y1"]) < HEIGHT - BOTTOM
    assert {"threshold", "now", "a", "500 ms"} <= {text.text for text in chart.findall("text")}


def test_texts_are_escaped() -> None:
    """Whatever a name holds, it is text."""
    html = figure("<b>", "5 < 6 & more", Chart("ms", [Series("<script>", "points", [(0, 1.0)])], []))

    assert "<script>" not in html
    assert "<b>" not in html
    assert "5 &lt; 6 &amp; more" in html


def test_nothing_is_no_chart() -> None:
    """Without a value there is nothing to draw, and that is an error of who asks."""
    with pytest.raises(ValueError, match="needs a value"):
        drawing(Chart("ms", [Series("a", "line", [(0, None)])], []))


@given(highest=st.floats(1e-6, 1e12))
def test_ticks_are_round_and_reach_the_highest(highest: float) -> None:
    """There are few ticks, evenly apart, from 0 to no less than the highest value, and not far beyond it."""
    found = ticks(highest)
    step = found[1]

    assert found[0] == 0
    assert 2 <= len(found) <= 8
    assert highest * (1 - 1e-6) <= found[-1] <= highest + step * (1 + 1e-6)
    assert round(step / 10 ** math.floor(math.log10(step) + 1e-9), 3) in {1, 2, 2.5, 5, 10}


@pytest.mark.parametrize(
    ("highest", "expected"),
    [
        (0, (0, 1)),
        (10, (0, 2, 4, 6, 8, 10)),
        (487, (0, 100, 200, 300, 400, 500)),
        (0.3, (0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3)),
    ],
)
def test_ticks_of_known_values(highest: float, expected: tuple[float, ...]) -> None:
    """Ticks are what a person would draw."""
    assert ticks(highest) == pytest.approx(expected)


CONFTEST = """
import json
from dataclasses import asdict
from pathlib import Path

import pytest

from assurance.reporting.html.report import HtmlReport, configure
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
        self.links: list[str] = []
        self.scripts = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        values = {name: value or "" for name, value in attrs}
        self.scripts += tag == "script"
        self.identifiers += [values["id"]] if "id" in values else []
        self.links += [values["href"]] if tag == "a" and "href" in values else []
        if tag != "a":
            self.loaded += [value for name in ("src", "href") if (value := values.get(name))]


def embedded(page: str) -> dict[str, Any]:
    """Return what the page's script reads."""
    found = re.search(r'<script type="application/json" id="apex-data">(.*?)</script>', page, re.S)
    assert found is not None
    data: dict[str, Any] = json.loads(found.group(1))
    return data


def test_page_loads_nothing(page: str) -> None:
    """The page loads no script, style sheet, font or image from anywhere."""
    assert Assets(page).loaded == []
    assert not re.search(r"@import|url\(", page)


def test_page_has_only_the_scripts_of_its_makers(page: str) -> None:
    """Text of an answer that looks like a script is shown as text; the scripts are ours, our data, pytest-html's."""
    assert Assets(page).scripts == 4
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;" in page


def test_no_row_is_made_in_advance(page: str) -> None:
    """pytest-html's own table stays empty: its script builds every row at once."""
    blob = re.search(r'data-jsonblob="([^"]*)"', page)
    assert blob is not None
    assert json.loads(html.unescape(blob.group(1)))["tests"] == {}


def test_links_lead_somewhere(page: str) -> None:
    """Each link within the page leads to an element that is there once, or to a row that the script makes."""
    assets, data = Assets(page), embedded(page)
    made = {f"case-{case[0]}" for case in data["cases"]} | {f"R{n + 1}" for n in range(len(data["readings"]))}
    made |= {f"cases:{control[0]}" for control in data["controls"]}
    wanted = {link.removeprefix("#") for link in assets.links if link.startswith("#")}
    assert {case_id(finding) for finding in sample_model().findings()} <= wanted
    assert all(link in made or assets.identifiers.count(link) == 1 for link in wanted)


def test_page_does_not_tell_about_this_machine(page: str) -> None:
    """Neither the environment's table nor a traceback nor captured output nor a path enters the page."""
    assert "captured secret" not in page
    assert "traceback secret" not in page
    assert str(Path(assurance.__file__).parents[1]) not in page


def test_what_brought_no_verdict_is_named(page: str) -> None:
    """A test that brought no verdict stands in a list of its own, not among the cases."""
    assert 'id="without-verdict"' in page
    assert "<code>test_cases.py::test_without_a_verdict</code>" in page
    assert len(embedded(page)["cases"]) == len(sample_model().verdicts)


def test_page_has_its_title_and_reservation(page: str) -> None:
    """The title names the environment, and what a pass does not show is said."""
    assert '<h1 id="title">APEX Assurance: sandbox</h1>' in page
    assert SUPPORTS in page
    assert "it is no audit evidence" in page


def test_decision_and_findings_stand_in_the_markup(page: str) -> None:
    """Without any script a reader sees the decision, each finding with its remedy, the controls and the clauses."""
    markup = re.sub(r"<script.*?</script>", "", page, flags=re.S)
    assert '<p class="word">NO-GO</p>' in markup
    for finding in sample_model().findings():
        assert str(element("code", finding.subject)) in markup or case_id(finding) in markup
    assert "az storage account update" in markup
    assert 'id="controls"' in markup
    assert "Segregation of networks" in markup


def test_waiver_says_who_answers_for_it(page: str) -> None:
    """A waived case shows owner, approver, ticket and the days that are left."""
    markup = re.sub(r"<script.*?</script>", "", page, flags=re.S)
    for told in ("Platform team", "Security officer", "CHG-1042", "2026-06-30, 121 days left"):
        assert told in markup


@pytest.mark.parametrize("source", list(Source))
def test_banner_says_what_the_page_rests_on(source: Source) -> None:
    """The banner names the source, and for all but a live run that it is no audit evidence, also on every sheet."""
    model = sample_model(source)
    assert f"<strong>{source}</strong>" in cover(model, "")
    assert ("no audit evidence" in cover(model, "")) is (source is not Source.LIVE)
    sheet = printed_on_every_page(model)
    assert f'content: "{source}' in sheet
    assert "age of the oldest reading: 11 s" in sheet


def test_environment_cannot_break_out_of_the_printed_line() -> None:
    """A name with quotes and markup ends neither the style sheet's text nor the style sheet."""
    model = sample_model()
    hostile = replace(model, run=replace(model.run, environment='x"; } </style><script>'))
    sheet = printed_on_every_page(hostile)
    assert sheet.count("<") == 2
    assert sheet.count('"') == 10


def test_interrupted_run_is_called_incomplete() -> None:
    """An interrupted run says INCOMPLETE beside its source, and at the head of every printed page."""
    model = sample_model()
    model = replace(model, run=replace(model.run, complete=False))
    assert "<strong>INCOMPLETE</strong>" in cover(model, "")
    assert "INCOMPLETE" in printed_on_every_page(model)


def test_proof_is_linked_only_where_it_is() -> None:
    """The cover links the page that shows that the checks can fail, and says so where it is missing."""
    assert 'href="falsifiability.html"' in cover(sample_model(), "falsifiability.html")
    assert "not beside this report" in cover(sample_model(), "")


def test_many_findings_stay_readable_without_script() -> None:
    """What the page does not show as a card stands in a table within noscript, and the button says how many."""
    model = sample_model()
    failed = record("SEC-01", "test_it", "x", Verdict.FAIL)
    many = tuple(replace(failed, subject=f"subject-{n}", check=f"a::b[{n}]") for n in range(MAX_FINDINGS + 5))
    section = findings(replace(model, verdicts=many))
    assert section.count("<article") == MAX_FINDINGS
    assert "Show 5 more" in section
    assert "subject-9" in section.partition("<noscript>")[2]


def test_findings_without_script_stay_bounded() -> None:
    """However many and however long the findings are, the table without script stays of some megabytes."""
    model = sample_model()
    failed = replace(record("SEC-01", "test_it", "x", Verdict.FAIL), observed="long " * 2_000)
    many = tuple(replace(failed, check=f"a::b[{n}]") for n in range(9_000))
    section = findings(replace(model, verdicts=many))
    assert len(section) < 5_000_000
    assert "more findings stand in results.csv" in section


def test_text_is_escaped_by_construction() -> None:
    """What is not markup is escaped, in content and in attributes; markup is left as it is."""
    assert element("p", "<b>", Html("<i></i>"), title='"<') == '<p title="&quot;&lt;">&lt;b&gt;<i></i></p>'
    assert "\x00" not in element("p", HOSTILE)


def test_page_cites_each_reading_once() -> None:
    """A body stands in the page once, however many cases cite its reading."""
    text = page_of(sample_model())
    assert text.count('\\"name\\": \\"vnet-apex\\"') == 1
    assert all(reading.key in text for reading in READINGS)


@dataclass
class ReportData:
    """What the plugin uses of pytest-html's report."""

    title: str
    data: dict[str, Any]


def test_broken_teardown_stays_beside_the_verdict() -> None:
    """A case that was judged and then broke down in its teardown is named as such, and keeps its verdict."""
    model = sample_model()
    check = model.verdicts[0].check
    plugin = HtmlReport(lambda: model)
    plugin.pytest_html_report_title(ReportData("", {"tests": {}}))
    broken = pytest.TestReport(check, ("", 0, ""), {}, "failed", None, "teardown")
    plugin.pytest_html_results_table_row(broken, ["<td>Error</td>"])
    prefix: list[str] = []
    plugin.pytest_html_results_summary(prefix)
    assert f"<li><code>{html.escape(check)}</code></li>" in prefix[0]
    assert len(embedded(prefix[0])["cases"]) == len(model.verdicts)


def test_verdict_that_the_model_lacks_is_named() -> None:
    """A verdict that came with a report, but is not in the model, does not vanish."""
    one = sample_model().verdicts[0]
    values = {**asdict(one), "verdict": str(one.verdict)}
    case = pytest.TestReport(one.check, ("", 0, ""), {}, "passed", None, "call", user_properties=[(PROPERTY, values)])
    plugin = HtmlReport(lambda: replace(sample_model(), verdicts=()))
    plugin.pytest_html_report_title(ReportData("", {"tests": {}}))
    cells = ["<td>Passed</td>"]
    plugin.pytest_html_results_table_row(case, cells)
    prefix: list[str] = []
    plugin.pytest_html_results_summary(prefix)
    assert cells == []
    assert html.escape(one.check) in prefix[0]


@given(st.text(alphabet="ab-/ .&<\n", max_size=40))
def test_a_name_is_kept_whole_and_the_text_as_it_is(text: str) -> None:
    """Whatever stands in a text, it is copied as it was; a name with hyphens is one piece, a path breaks at slashes."""
    marked = with_names(text)
    assert html.unescape(re.sub(r"</?(?:span|wbr)[^>]*>", "", marked)) == text
    pieces = re.findall(r'<span class="name">(.*?)</span>', marked)
    assert [html.unescape(piece) for piece in pieces] == re.findall(r"[^\s/]*-[^\s/]*", text)
