"""Our own pages in a real browser: accessible, still, silent towards others, and whole without scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Seen, go

SHARED = "url=https://example.org/notes%3Fa%3Db&text=Notes"
PAGES = [
    "/",
    "/builder",
    "/builder?labels=on&url=x:y&theme=dark",
    "/builder?layout=menu&color=brand",
    "/builder?networks=",
    "/builder?widget=follow&account-mastodon=me&account-github=me",
    "/check",
    "/check?url=x:y",
    "/docs",
    "/cards",
    "/cards?layout=statistic&title=Tickets&value=3&size=custom&width=9&height=630",
    f"/share/mastodon?{SHARED}",
    f"/share/mastodon?{SHARED}&server=not+a+server&lang=ar",
    f"/share/copy?{SHARED}",
    f"/share/qr?{SHARED}&lang=he",
    f"/share/print?{SHARED}",
    f"/share/native?{SHARED}&lang=de",
    f"/share/pocket?{SHARED}&lang=ja",
    "/no/such/page",
]
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
EXPECTED_FAILURE = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")


@pytest.fixture
def plain(browser: Browser, handbill: str) -> Iterator[Page]:
    """A page of a browser whose scripts are off, as wide as a phone."""
    context = browser.new_context(java_script_enabled=False, viewport=NARROW, base_url=handbill)  # type: ignore[arg-type]
    yield context.new_page()
    context.close()


def found_by_axe(page: Page) -> list[tuple[str, str]]:
    return [(v["id"], v["nodes"][0]["html"][:200]) for v in Axe().run(page).response["violations"]]


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_in_either_scheme_at_either_width(page: Page, handbill: str, path: str) -> None:
    page.emulate_media(reduced_motion="reduce")  # a colour on its way to another has no contrast to judge
    page.goto(handbill + path)
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            assert found_by_axe(page) == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_talks_to_nobody_else_and_keeps_nothing(page: Page, seen: Seen, handbill: str, path: str) -> None:
    page.goto(handbill + path)
    page.wait_for_load_state("networkidle")
    assert {f"{urlsplit(u).scheme}://{urlsplit(u).netloc}" for u in seen.requests} == {handbill}
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
    assert page.context.cookies() == []
    assert [line for line in seen.console if not EXPECTED_FAILURE.search(line)] == []
    assert seen.errors == []


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_cut_off_on_a_small_phone_or_with_large_text(page: Page, handbill: str, path: str) -> None:
    page.goto(handbill + path)
    for width, size in ((320, "100%"), (390, "200%"), (1280, "200%")):
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate("size => { document.documentElement.style.fontSize = size }", size)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, (width, size)


@pytest.mark.parametrize(
    "path", ["/", "/builder", "/builder?widget=follow", "/check", "/docs", "/cards", f"/share/copy?{SHARED}"]
)
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_nothing_shifts_while_a_page_loads(page: Page, handbill: str, path: str, size: Any) -> None:
    page.set_viewport_size(size)
    page.goto(handbill + path)
    page.wait_for_load_state("networkidle")
    moved = page.evaluate(
        """() => new Promise((done) => new PerformanceObserver((list) => done(
             list.getEntries().map((e) => [e.value, ...e.sources.map((s) => s.node?.outerHTML?.slice(0, 80))])))
             .observe({ type: 'layout-shift', buffered: true }) || setTimeout(() => done([]), 300))"""
    )
    assert moved == []


def test_every_page_has_one_main_part_one_heading_and_a_name(page: Page, handbill: str) -> None:
    for path in PAGES:
        page.goto(handbill + path)
        assert page.locator("main").count() == page.locator("h1").count() == 1, path
        assert page.title() not in ("", "Handbill"), path


# --- home ---


def test_home_answers_in_one_screen(page: Page, handbill: str) -> None:
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    page.goto(handbill)
    for part in ("h1", "#snippet", ".specimen hb-share", ".specimen hb-follow", "text=Build yours"):
        box = page.locator(part).bounding_box()
        assert box
        assert box["y"] + box["height"] <= WIDE["height"], part


def test_the_snippet_is_copied_and_that_is_said(page: Page, handbill: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(handbill)
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("status")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("<script async src=")
    assert copied.endswith("</hb-share>")


def test_the_scheme_is_kept_only_once_it_is_chosen(page: Page, handbill: str) -> None:
    page.emulate_media(color_scheme="light")
    page.goto(handbill)
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    page.get_by_role("button", name="Dark colours").click()
    dark = page.evaluate(paper)
    page.reload()
    assert page.evaluate(paper) == dark != light
    page.get_by_role("button", name="Dark colours").click()
    assert page.evaluate(paper) == light
    assert page.evaluate("localStorage.length") == 0


def test_the_first_tab_stop_leads_past_the_navigation(page: Page, handbill: str) -> None:
    page.goto(handbill)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


# --- the builder ---


def order(page: Page) -> list[str]:
    return page.locator(".picked input[name=networks]").evaluate_all("boxes => boxes.map((b) => b.value)")


def code(page: Page) -> str:
    return page.locator(".panel:not([hidden]) pre").inner_text()


def build(page: Page, handbill: str, query: str = "networks=facebook+x+copy") -> None:
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    page.goto(f"{handbill}/builder?{query}")


def test_a_choice_is_seen_at_once_in_preview_code_and_address(page: Page, handbill: str) -> None:
    build(page, handbill)
    page.get_by_text("More networks").click()
    page.get_by_role("checkbox", name="Reddit").check()
    expect(page.locator("#stage hb-share")).to_have_attribute("networks", "facebook x copy reddit")
    assert 'networks="facebook x copy reddit"' in code(page)
    page.get_by_role("radio", name="Vertical").check()
    expect(page.locator("#stage hb-share")).to_have_attribute("layout", "vertical")
    page.get_by_label("Page address").fill("https://example.org/a?b=c&d")
    expect(page.locator(".panel:not([hidden]) pre")).to_contain_text("sharer.php?u=https%3A%2F%2Fexample.org%2Fa")
    page.reload()
    assert order(page) == ["facebook", "x", "copy", "reddit"]
    assert 'layout="vertical"' in code(page)


def test_the_preview_is_the_element_itself_and_not_made_anew(page: Page, handbill: str) -> None:
    build(page, handbill)
    page.evaluate("document.querySelector('#stage hb-share').marked = true")
    page.get_by_role("checkbox", name="Show names beside the marks").check()
    expect(page.locator("#stage hb-share")).to_have_attribute("labels", "on")
    assert page.evaluate("document.querySelector('#stage hb-share').marked")


def test_networks_are_put_in_order_by_keyboard(page: Page, handbill: str) -> None:
    build(page, handbill)
    page.get_by_role("button", name="Move X up").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("X moved up")
    assert order(page) == ["x", "facebook", "copy"]
    expect(page.get_by_role("button", name="Move X down")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#stage hb-share")).to_have_attribute("networks", "facebook x copy")
    expect(page.get_by_role("button", name="Move X down")).to_be_focused()


def test_networks_are_put_in_order_by_dragging(page: Page, handbill: str) -> None:
    build(page, handbill)
    grip = page.locator(".picked [data-grip]").first.bounding_box()
    last = page.locator(".picked li").last.bounding_box()
    assert grip
    assert last
    page.mouse.move(grip["x"] + 9, grip["y"] + 9)
    page.mouse.down()
    page.mouse.move(last["x"] + 9, last["y"] + last["height"], steps=6)
    page.mouse.up()
    expect(page.locator("#stage hb-share")).to_have_attribute("networks", "x copy facebook")


def test_a_wrong_value_is_told_at_its_field_and_forgiven(page: Page, handbill: str) -> None:
    build(page, handbill)
    field = page.get_by_label("Page address")
    field.fill("javascript:alert(1)")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#wrong-url")).to_contain_text("http")
    assert "javascript" not in code(page)
    field.fill("https://example.org/")
    expect(field).not_to_have_attribute("aria-invalid", "true")
    expect(page.locator("#wrong-url")).to_be_hidden()
    expect(field).to_be_focused()


def test_tabs_follow_the_keyboard(page: Page, handbill: str) -> None:
    build(page, handbill)
    tabs = page.get_by_role("tab")
    assert tabs.all_inner_texts() == ["HTML", "Exact version", "No script", "data-hb", "CSP"]
    tabs.first.focus()
    for key, chosen in (("ArrowLeft", 4), ("ArrowRight", 0), ("ArrowRight", 1), ("End", 4), ("Home", 0)):
        page.keyboard.press(key)
        expect(tabs.nth(chosen)).to_be_focused()
        expect(tabs.nth(chosen)).to_have_attribute("aria-selected", "true")
        expect(page.get_by_role("tabpanel")).to_have_count(1)
    page.keyboard.press("End")
    assert code(page).startswith("script-src ")
    page.get_by_role("checkbox", name="Copy link").uncheck()
    expect(page.locator("#stage hb-share")).to_have_attribute("networks", "facebook x")
    expect(tabs.nth(4)).to_have_attribute("aria-selected", "true")


@pytest.mark.parametrize(
    "query", ["", "layout=floating", "widget=follow&accounts=github:me", "layout=vertical&tab=sri"]
)
def test_the_code_is_never_below_the_fold(page: Page, handbill: str, query: str) -> None:
    build(page, handbill, query)
    for scrolled in (0, 400):
        page.evaluate("y => scrollTo(0, y)", scrolled)
        box = page.locator(".panel:not([hidden]) pre").bounding_box()
        assert box
        assert box["y"] >= 0
        assert box["y"] + min(box["height"], 120) <= WIDE["height"]


def test_an_account_is_added_and_asked_for(page: Page, handbill: str) -> None:
    build(page, handbill, "widget=follow")
    expect(page.locator("#taken")).to_contain_text("as soon as there is an account")
    page.get_by_label("Add an account on").select_option("youtube")
    field = page.get_by_role("textbox", name="YouTube")
    expect(field).to_be_focused()
    page.keyboard.type("example")
    expect(page.locator("#stage hb-follow")).to_have_attribute("accounts", "youtube:example")
    expect(field).to_be_focused()
    page.get_by_role("textbox", name="Mastodon").fill("nobody")
    expect(page.locator(".picked .wrong").first).to_contain_text("@me@example.social")


# --- with scripts off ---


def test_the_builder_is_whole_without_scripts(plain: Page) -> None:
    plain.goto("/builder?networks=facebook+x+copy")
    go(plain, plain.get_by_role("button", name="Move X up"))
    assert order(plain) == ["x", "facebook", "copy"]
    plain.get_by_text("More networks").click()
    plain.get_by_role("checkbox", name="Reddit").check()
    plain.get_by_label("Page address").fill("https://example.org/")
    go(plain, plain.get_by_role("button", name="Show the result"))
    assert order(plain) == ["x", "facebook", "copy", "reddit"]
    assert "u=https%3A%2F%2Fexample.org%2F" in code(plain)
    go(plain, plain.get_by_role("link", name="CSP"))
    assert code(plain).startswith("script-src ")
    assert order(plain) == ["x", "facebook", "copy", "reddit"]


def test_enter_in_a_field_shows_the_result_and_moves_nothing(plain: Page) -> None:
    plain.goto("/builder?networks=facebook+x+copy")
    plain.get_by_label("Words to share").fill("Hello")
    with plain.expect_navigation():
        plain.keyboard.press("Enter")
    assert order(plain) == ["facebook", "x", "copy"]
    assert 'text="Hello"' in code(plain)


def test_accounts_are_added_and_removed_without_scripts(plain: Page) -> None:
    plain.goto("/builder?widget=follow&accounts=github:me")
    plain.get_by_label("Add an account on").select_option("youtube")
    go(plain, plain.get_by_role("button", name="Add", exact=True))
    plain.get_by_role("textbox", name="YouTube").fill("example")
    go(plain, plain.get_by_role("button", name="Remove GitHub"))
    assert 'accounts="youtube:example"' in code(plain)


def test_nothing_that_needs_scripts_is_shown_without_them(plain: Page) -> None:
    for path in ("/", "/builder", f"/share/copy?{SHARED}"):
        plain.goto(path)
        assert plain.locator(".needs-script:visible").count() == 0
    plain.goto("/")
    links = plain.locator(".specimen a").evaluate_all("links => links.map((a) => a.href)")
    assert len(links) >= 8
    assert all(re.match(r"https?:|mailto:", href) for href in links)


def test_the_question_for_a_server_works_without_scripts(plain: Page) -> None:
    plain.goto(f"/share/mastodon?{SHARED}&lang=de")
    assert plain.locator("html").get_attribute("lang") == "de"
    field = plain.locator("#server")
    field.fill("kein server")
    go(plain, plain.get_by_role("button"))
    expect(plain.locator("#server")).to_have_attribute("aria-invalid", "true")
    expect(plain.locator("#server")).to_have_value("kein server")
    assert "lang=de" in plain.url
    assert plain.context.cookies() == []


def test_the_form_may_lead_to_a_server_elsewhere(page: Page, handbill: str) -> None:
    """Chromium stops a redirect that follows a form unless `form-action` names where it goes."""
    reply = page.goto(f"{handbill}/share/mastodon?{SHARED}")
    assert reply
    assert re.search(r"form-action 'self' https:", reply.headers["content-security-policy"])


def test_hop_pages_read_from_right_to_left(page: Page, handbill: str) -> None:
    page.goto(f"{handbill}/share/qr?{SHARED}&lang=ar")
    heading, arrow = page.locator("h1").bounding_box(), page.locator(".back svg").bounding_box()
    words = page.locator(".back span").bounding_box()
    assert heading
    assert arrow
    assert words
    assert arrow["x"] > words["x"]
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).direction") == "rtl"
