"""The check page in a real browser: what it shows, what it does not ask for, and whole without scripts."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from og.checker.platforms import platforms
from tests.browser.conftest import Seen, go
from tests.og.check.pages import URL, whole
from tests.og.check.test_check import GOOD

WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
HOSTILE = whole(
    '<title>A &lt;img src=x onerror=document.title="broken"&gt;</title>'
    '<meta property="og:title" content="&quot;&gt;&lt;script&gt;document.title=&#39;broken&#39;&lt;/script&gt;">'
    '<meta property="og:image" content="https://elsewhere.example/spy.gif"><img src="https://elsewhere.example/b.gif">'
    '<link rel="icon" href="https://elsewhere.example/icon.png"><meta name="theme-color" content="#c31">'
)


def check(page: Page, handbill: str, html: str, url: str = URL) -> None:
    """Paste a page and have it checked."""
    page.goto(f"{handbill}/check")
    page.get_by_text("Paste HTML instead").click()
    page.get_by_label("The page’s HTML").fill(html)
    page.get_by_label("Its address").fill(url)
    go(page, page.get_by_role("button", name="Check this HTML"))
    page.wait_for_selector("#looks")


@pytest.fixture
def plain(browser: Browser, handbill: str) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=False, viewport=NARROW, base_url=handbill)  # type: ignore[arg-type]
    yield context.new_page()
    context.close()


def found_by_axe(page: Page) -> list[tuple[str, str]]:
    return [(v["id"], v["nodes"][0]["html"][:200]) for v in Axe().run(page).response["violations"]]


@pytest.mark.parametrize("html", [GOOD, HOSTILE, ""], ids=["good", "hostile", "bare"])
def test_axe_finds_nothing_in_either_scheme_at_either_width(page: Page, handbill: str, html: str) -> None:
    page.emulate_media(reduced_motion="reduce")
    check(page, handbill, whole(html) if html is GOOD else html or "<p>Words</p>")
    for details in page.locator(".look summary").all()[:2]:
        details.click()
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            assert found_by_axe(page) == []


def test_axe_finds_nothing_before_anything_is_asked(page: Page, handbill: str) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{handbill}/check")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert found_by_axe(page) == []


def test_the_cards_keep_their_contrast_against_the_scheme(page: Page, handbill: str) -> None:
    """Dark cards on a light page, and the other way round."""
    page.emulate_media(reduced_motion="reduce")
    check(page, handbill, whole(GOOD))
    for scheme, look in (("light", "Dark"), ("dark", "Light")):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.get_by_role("radio", name=look).check(force=True)
        assert found_by_axe(page) == []


def test_nothing_of_a_page_runs_or_is_fetched(page: Page, seen: Seen, handbill: str) -> None:
    check(page, handbill, HOSTILE)
    page.wait_for_load_state("networkidle")
    assert {f"{urlsplit(u).scheme}://{urlsplit(u).netloc}" for u in seen.requests} == {handbill}
    assert "broken" not in page.title()
    assert seen.errors == []
    assert [line for line in seen.console if "Failed to load resource" not in line] == []
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]


def test_every_platform_has_its_card_before_the_findings(page: Page, handbill: str) -> None:
    check(page, handbill, whole(GOOD))
    assert page.locator("figure.look").count() == len(platforms())
    last = page.locator("figure.look").last.bounding_box()
    findings = page.locator("#findings").bounding_box()
    assert last
    assert findings
    assert last["y"] < findings["y"]


def test_a_card_says_what_its_platform_reads(page: Page, handbill: str) -> None:
    head = '<meta property="og:title" content="Graph"><meta name="twitter:title" content="Card">'
    check(page, handbill, whole(head + '<meta name="twitter:card" content="summary">'))
    expect(page.locator("#look-facebook .screen")).to_contain_text("Graph")
    expect(page.locator("#look-x .screen").first).to_contain_text("Card")


def test_colours_and_width_are_switched_without_a_reload(page: Page, handbill: str) -> None:
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    page.emulate_media(color_scheme="light")
    check(page, handbill, whole(GOOD))
    colour = "getComputedStyle(document.querySelector('#look-facebook .screen')).backgroundColor"
    width = "document.querySelector('#look-facebook .card').offsetWidth"
    light, wide = page.evaluate(colour), page.evaluate(width)
    page.get_by_role("radio", name="Dark").check(force=True)
    page.get_by_role("radio", name="Phone").check(force=True)
    assert page.evaluate(colour) != light
    assert page.evaluate(width) < wide


def test_findings_are_narrowed_to_a_platform(page: Page, handbill: str) -> None:
    check(page, handbill, whole('<meta property="og:title" content=""><meta name="pinterest" content="nopin">'))
    page.get_by_label("Show what concerns").select_option("pinterest")
    shown = page.locator(".finding:visible").evaluate_all("items => items.map((i) => i.dataset.platforms)")
    assert shown
    assert all("pinterest" in text.split() for text in shown)
    page.get_by_label("Show what concerns").select_option("")
    assert page.locator(".finding:visible").count() > len(shown)


def test_the_tags_to_paste_are_copied_whole(page: Page, handbill: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    check(page, handbill, whole('<title>Fish &amp; "bread"</title>'))
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("status")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.splitlines()[0] == '<title>Fish &amp; "bread"</title>'
    assert '<meta property="og:title" content="Fish &amp; &quot;bread&quot;">' in copied


def test_html_pasted_into_the_address_finds_its_field(page: Page, handbill: str) -> None:
    page.goto(f"{handbill}/check")
    page.get_by_label("Page address").focus()
    page.evaluate(
        """() => {
          const clipboardData = new DataTransfer();
          clipboardData.setData('text', '<title>Market</title>');
          const paste = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
          document.activeElement.dispatchEvent(paste);
        }"""
    )
    expect(page.get_by_label("The page’s HTML")).to_have_value("<title>Market</title>")
    expect(page.get_by_label("Page address")).to_have_value("")


def test_the_page_is_whole_without_scripts(plain: Page, handbill: str) -> None:
    check(plain, handbill, whole(GOOD))
    assert plain.locator(".needs-script:visible").count() == 0
    assert plain.locator("figure.look").count() == len(platforms())
    expect(plain.locator("#tags")).to_contain_text("og:title")


def test_a_mistake_is_told_at_its_field(plain: Page) -> None:
    plain.goto("/check?url=file:///etc/passwd")
    expect(plain.get_by_label("Page address")).to_have_attribute("aria-invalid", "true")
    expect(plain.locator("#wrong-url")).to_be_visible()
    expect(plain.get_by_label("Page address")).to_have_value("file:///etc/passwd")


def real_pages(corpus: Path) -> list[dict[str, Any]]:
    lines = (corpus / "pages/index.jsonl").read_text("utf-8").splitlines()
    return [page for line in lines if (page := json.loads(line))["bytes"] < 100_000][::30][:10]


def test_real_pages_fit_every_screen(page: Page, handbill: str, corpus: Path) -> None:
    page.route("**/media/**", lambda route: route.abort())  # their servers are not there to ask
    for saved in real_pages(corpus):
        html = gzip.decompress((corpus / "pages" / saved["file"]).read_bytes()).decode("utf-8", "replace")
        check(page, handbill, html, saved["url"])
        for width, size in ((320, "100%"), (390, "200%"), (1280, "100%")):
            page.set_viewport_size({"width": width, "height": 800})
            page.evaluate("size => { document.documentElement.style.fontSize = size }", size)
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, (saved["name"], width)
        page.evaluate("document.documentElement.style.fontSize = ''")
