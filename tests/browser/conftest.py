"""A browser for the tests of the report's page: Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from tests.browser import pages

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# No sandbox of its own, since it may run as root in a container; and nothing that reaches for the network.
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
DESKTOP = ViewportSize(width=1280, height=900)
PHONE = ViewportSize(width=390, height=844)


# Of a module, not of the session: Playwright keeps an event loop running, and other tests of this process have theirs.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The browser, started once for a module."""
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed: apt-get install chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def sample_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the sample run."""
    return pages.make("sample", tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="session")
def large_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a run of ten thousand cases."""
    return pages.make("large", tmp_path_factory.mktemp("large"))


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A window of a desktop, without network."""
    made = browser.new_context(viewport=DESKTOP, offline=True)
    yield made
    made.close()


@pytest.fixture
def report(context: BrowserContext, sample_page: Path) -> Iterator[Page]:
    """The sample report, opened; nothing may go wrong in its scripts."""
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.goto(sample_page.as_uri())
    yield page
    assert not wrong
