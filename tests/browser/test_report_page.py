"""The report in Chromium: nothing fails, nothing is asked of a network, and everyone can read it in both themes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from stacks.report.page import page as page_of
from tests.stacks.reports import GROUP, fifty_tenants

if TYPE_CHECKING:
    from playwright.sync_api import Page

playwright = pytest.importorskip(
    "playwright.sync_api", reason="playwright is not installed: run `python3 tasks.py browser` for these tests"
)
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-core is not installed, as playwright")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on the PATH")


@pytest.fixture(params=["light", "dark"])
def shown(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Page]:
    """Open the report of fifty tenants; what the page asks for or complains about fails the test."""
    file = tmp_path / "report.html"
    file.write_text(page_of(fifty_tenants(tmp_path), {"2027-03": 4, "2027-04": 9}, {GROUP: "Pilot"}), encoding="utf-8")
    said: list[str] = []
    with playwright.sync_playwright() as running:
        root = hasattr(os, "geteuid") and os.geteuid() == 0
        browser = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"] if root else [])
        opened = browser.new_page(color_scheme=request.param)
        opened.on("console", lambda message: said.append(message.text))
        opened.on("pageerror", lambda error: said.append(str(error)))
        opened.on("request", lambda asked: said.append(asked.url) if asked.url != file.as_uri() else None)
        opened.goto(file.as_uri())
        yield opened
        browser.close()
    assert said == []


def test_page_has_no_violation_that_axe_finds(shown: Page) -> None:
    """Contrast, names, order of headings, regions that scroll by keyboard."""
    # The policy of the page forbids any other script: the tool's own is put in beside it.
    session = shown.context.new_cdp_session(shown)
    session.send("Page.setBypassCSP", {"enabled": True})
    shown.reload()
    found: Any = axe.Axe().run(shown)
    assert [(one["id"], one["nodes"][0]["html"]) for one in found.response["violations"]] == []


def test_filter_is_used_by_keyboard_alone(shown: Page) -> None:
    """Tab comes to it; what is typed leaves the rows that have it; emptied, all rows are there."""
    for _ in range(40):
        shown.keyboard.press("Tab")
        if shown.evaluate("document.activeElement.id") == "filter":
            break
    shown.keyboard.type("t05")
    rows = shown.locator("#matrix tbody tr:visible")
    assert rows.count() == 1
    assert shown.locator("#found").inner_text() == "1 of 50 tenants"
    for _ in "t05":
        shown.keyboard.press("Backspace")
    assert rows.count() == 50


def test_page_is_whole_without_script(shown: Page, tmp_path: Path) -> None:
    """The filter is an enhancement: all else is there for everyone."""
    browser = shown.context.browser
    assert browser is not None
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto((tmp_path / "report.html").as_uri())
    assert plain.locator("#matrix tbody tr").count() == 50
    context.close()
