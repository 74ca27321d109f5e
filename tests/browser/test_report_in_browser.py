"""The HTML report as its readers use it: by keyboard, on a phone, in the dark, on paper, without script."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, ViewportSize, expect

from assurance.judging.controls import CONTROLS
from assurance.reporting.html.parts import case_id
from assurance.verdicts import Verdict
from tests.assurance.reporting.sample_run import READINGS, STORAGE, sample_model
from tests.browser import pages
from tests.browser.conftest import DESKTOP, PHONE

Scheme = Literal["light", "dark"]
MAX_BYTES = 10_000_000
MAX_SHEETS_BEFORE_ANNEX = 10
# The bound is 1 second on an idle machine (README); a tenfold slack keeps a loaded one from failing it.
MAX_MILLISECONDS = 10_000
SERIOUS = {"serious", "critical"}


def serious_violations(page: Page) -> list[str]:
    """Return what axe-core finds wrong on a page that keeps somebody from using it."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found if one["impact"] in SERIOUS]


def sheets(content: bytes) -> int:
    """Return the number of pages of a PDF document."""
    return len(re.findall(rb"/Type\s*/Page\b", content))


def test_ten_thousand_cases_stay_small_and_quick(context: BrowserContext, large_page: Path) -> None:
    """With ten thousand cases the page is under 10 MB, and soon shows its findings and filters its cases."""
    assert large_page.stat().st_size < MAX_BYTES
    page = context.new_page()
    page.goto(large_page.as_uri())
    expect(page.locator("#finding-cards article").first).to_be_visible()
    expect(page.locator("#filter-text")).to_be_editable()
    usable = page.evaluate("() => performance.getEntriesByName('report-usable')[0].startTime")
    assert usable < MAX_MILLISECONDS
    page.locator("#filter-text").fill("resource-00010")
    expect(page.locator(".count")).to_have_text(f"1 of {pages.CASES:,} cases")


def test_rows_are_made_as_they_are_looked_at(context: BrowserContext, large_page: Path) -> None:
    """A page of rows is made at a time; the next one follows on demand, and every finding can be had."""
    page = context.new_page()
    page.goto(large_page.as_uri())
    assert page.locator("tr.case").count() == 50
    first = page.locator("tr.case").first.get_attribute("id")
    page.get_by_role("button", name="Next").click()
    assert page.locator("tr.case").first.get_attribute("id") != first
    expect(page.locator(".pager p")).to_have_text("Page 2 of 200")
    before = page.locator("#finding-cards article").count()
    page.locator("#more-findings").click()
    assert page.locator("#finding-cards article").count() == before + 100


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_nobody_is_kept_from_using_it(browser: Browser, sample_page: Path, scheme: Scheme, size: ViewportSize) -> None:
    """With everything opened, axe-core finds nothing serious, light and dark, on a desktop and on a phone."""
    context = browser.new_context(color_scheme=scheme, viewport=size)
    page = context.new_page()
    page.goto(sample_page.as_uri())
    page.evaluate("() => document.querySelectorAll('summary').forEach((one) => one.click())")
    page.evaluate("() => document.querySelectorAll('.opener').forEach((one) => one.click())")
    page.evaluate("() => document.querySelectorAll('.body-button').forEach((one) => one.click())")
    assert serious_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    context.close()


def test_filters_combine(report: Page) -> None:
    """Verdict, control and words narrow the list together, and the number of cases is told."""
    count = report.locator(".count")
    expect(count).to_have_text("All 16 cases")
    report.locator("#filter-control").select_option("SEC-10")
    expect(count).to_have_text("3 of 16 cases")
    report.locator(".case-filters input[data-verdict=waived]").uncheck()
    expect(count).to_have_text("2 of 16 cases")
    report.locator("#filter-text").fill("billed ANOTHER")
    expect(count).to_have_text("1 of 16 cases")
    report.locator("#filter-text").fill("nothing is like that")
    expect(report.locator(".nothing")).to_be_visible()


def test_case_opens_by_keyboard_down_to_the_body(report: Page) -> None:
    """With the keyboard alone a case opens, then the reading behind it, then the redacted body."""
    opener = report.locator(f"#{case_id(sample_model().findings()[0])} .opener")
    opener.focus()
    report.keyboard.press("Enter")
    expect(opener).to_have_attribute("aria-expanded", "true")
    details = report.locator("tr.details")
    expect(details).to_contain_text("Demanded by")
    details.locator("summary").focus()
    report.keyboard.press("Enter")
    expect(details).to_contain_text(READINGS[1].sha256)
    expect(details).to_contain_text(READINGS[1].request_id)
    details.get_by_role("button", name="Show the body").focus()
    report.keyboard.press("Space")
    expect(details.locator("pre.body")).to_contain_text('"rule-0"')
    opener.focus()
    report.keyboard.press("Enter")
    expect(details).to_have_count(0)


def test_links_lead_to_the_case_and_to_the_reading(report: Page) -> None:
    """A finding's heading opens its case even if a filter hides it, and its evidence opens the reading."""
    finding = sample_model().findings()[0]
    report.locator("#filter-text").fill("snet-apps")
    expect(report.locator(".count")).to_have_text("2 of 16 cases")
    report.locator("#findings article h3 a").first.click()
    expect(report.locator(f"#{case_id(finding)} .opener")).to_have_attribute("aria-expanded", "true")
    report.locator("#findings article dd a").first.click()
    expect(report.locator("#R2")).to_have_attribute("open", "")
    expect(report.locator("#R2")).to_contain_text(READINGS[1].key)
    report.locator("#controls a.to-cases", has_text="SEC-08").click()
    expect(report.locator(".count")).to_have_text("2 of 16 cases")


def test_only_the_command_is_copied(report: Page) -> None:
    """What stands beside the button is the command, without what is said about it."""
    block = report.locator("#findings .copyable", has_text="az storage account update").first
    assert block.locator("pre").inner_text() == f"az storage account update --ids {STORAGE}"


def test_worst_findings_stand_on_the_cover(report: Page) -> None:
    """The cover names the worst findings with their severity, each a link to its case, and what was not judged."""
    first = report.locator("#worst li").first
    expect(first).to_contain_text("SEC-02")
    expect(first.locator(".severity")).to_have_text("critical")
    first.locator("a").click()
    finding = sample_model().findings()[0]
    expect(report.locator(f"#{case_id(finding)} .opener")).to_have_attribute("aria-expanded", "true")
    expect(report.locator("#not-judged")).to_contain_text("2 cases of SEC-08")


def test_families_are_folded_where_all_is_well(report: Page) -> None:
    """A family with a failure is open; it can be folded by keyboard."""
    family = report.locator("details.family").first
    expect(family).to_have_attribute("open", "")
    family.locator("summary").focus()
    report.keyboard.press("Enter")
    expect(family).not_to_have_attribute("open", "")


def test_text_of_an_answer_never_becomes_markup(context: BrowserContext, sample_page: Path) -> None:
    """No script of an answer runs, whatever is opened: no dialog, no element of its own."""
    page = context.new_page()
    dialogs: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    page.goto(sample_page.as_uri())
    for selector in (".opener", "summary", ".body-button"):
        page.evaluate(f"() => document.querySelectorAll('{selector}').forEach((one) => one.click())")
        page.wait_for_timeout(50)
    assert dialogs == []
    assert page.locator("main script").count() == 0
    assert '<script>alert("x")</script>' in page.locator("#findings").inner_text()


def test_without_script_it_can_be_read(browser: Browser, sample_page: Path) -> None:
    """Without JavaScript the decision, the findings with their remedies, the controls and the clauses are there."""
    context = browser.new_context(java_script_enabled=False, viewport=DESKTOP)
    page = context.new_page()
    page.goto(sample_page.as_uri())
    expect(page.locator("#decision")).to_contain_text("NO-GO")
    assert page.locator("#findings article").count() == sample_model().counts()[Verdict.FAIL]
    expect(page.locator("#findings")).to_contain_text("az storage account update")
    expect(page.locator("#controls")).to_contain_text(CONTROLS["SEC-06"].title)
    expect(page.locator("#clauses")).to_contain_text("Segregation of networks")
    # Chromium parses `noscript` as if scripts ran when a debugger turns them off; its text is there nevertheless.
    assert "results.csv" in page.content().partition('id="cases"')[2].partition("</noscript>")[0]
    context.close()


def test_paper_has_every_finding_and_every_case(context: BrowserContext, large_page: Path) -> None:
    """Before it is printed every finding, every case and every reading is written out; afterwards a page of them is."""
    page = context.new_page()
    page.goto(large_page.as_uri())
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    failed = pages.CASES // len(pages.SPREAD)
    assert page.locator("#finding-cards article").count() == failed
    assert page.locator("tr.case").count() == pages.CASES
    assert page.locator(".printed tbody tr").count() == 1_000
    page.evaluate("() => dispatchEvent(new Event('afterprint'))")
    assert page.locator("tr.case").count() == 50
    assert page.locator(".printed").count() == 0


def test_it_prints(report: Page) -> None:
    """The sample report prints on several sheets of A4, upright."""
    content = report.pdf(prefer_css_page_size=True)
    assert sheets(content) >= 3
    report.add_style_tag(content="@media print { .annex, .annex ~ * { display: none !important } }")
    assert sheets(report.pdf(prefer_css_page_size=True)) <= MAX_SHEETS_BEFORE_ANNEX
    boxes = {tuple(map(float, box.split())) for box in re.findall(rb"/MediaBox\s*\[([^\]]+)\]", content)}
    assert all(abs(box[2] - 595) < 2 and abs(box[3] - 842) < 2 for box in boxes)
