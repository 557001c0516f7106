"""Using the buttons: pointer, keyboard, dialogs, menus, events, and what is counted."""

from __future__ import annotations

import json
from contextlib import nullcontext
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.conftest import HostPage
from tests.browser.test_share import CANONICAL, POST, ready

EVENTS = """for (const type of ['hb-ready', 'hb-share', 'hb-copy', 'hb-error', 'hb-consent'])
  addEventListener(type, (e) => (window.events ||= []).push([type, e.detail]));"""


@pytest.fixture(autouse=True)
def _nobody_else(context: BrowserContext, handbill: str) -> None:
    """Networks' pages are made up here: nothing leaves this machine."""

    def answer(route: Route) -> None:
        if route.request.url.startswith("http://127.0.0.1:"):
            route.fallback()
        else:
            route.fulfill(content_type="text/html", body="<!doctype html><title>network</title>")

    context.route("**/*", answer)
    context.add_init_script(EVENTS)


def put(page: Page, host: HostPage, script: str, attributes: str, inside: str = "") -> None:
    """Open a page with one element."""
    ready(
        page,
        host.show(f"<p>Before</p><hb-share {attributes}>{inside}</hb-share><p>After</p>", head=CANONICAL + script),
    )


def test_a_click_opens_a_window_of_the_networks_size(
    page: Page, context: BrowserContext, host: HostPage, script: str
) -> None:
    put(page, host, script, "networks=x")
    with context.expect_page() as opened:
        page.click("a[slot=x]")
    window = opened.value
    window.wait_for_load_state()
    assert window.url.startswith("https://x.com/intent/tweet?text=A%20page&url=")
    assert window.evaluate("opener") is None
    assert page.evaluate("events.at(-1)") == ["hb-share", {"network": "x", "url": POST, "text": "A page"}]


def test_a_cancelled_share_does_nothing(page: Page, context: BrowserContext, host: HostPage, script: str) -> None:
    put(page, host, script, 'networks="x copy"')
    page.evaluate("addEventListener('hb-share', (e) => e.preventDefault())")
    for key in ("x", "copy"):
        page.click(f"a[slot={key}]")
    page.wait_for_function("events.length >= 3")
    page.wait_for_timeout(300)
    assert len(context.pages) == 1
    assert [name for name, _ in page.evaluate("events")] == ["hb-ready", "hb-share", "hb-share"]


def test_enter_on_the_keyboard_is_a_click(page: Page, context: BrowserContext, host: HostPage, script: str) -> None:
    put(page, host, script, 'networks="facebook x"')
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.slot") == "x"
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    with context.expect_page() as opened:
        page.keyboard.press("Enter")
    assert "x.com" in opened.value.url or opened.value.url == "about:blank"


def test_copy_says_so_and_raises_an_event(page: Page, context: BrowserContext, host: HostPage, script: str) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    put(page, host, script, "networks=copy")
    page.click("a[slot=copy]")
    expect(page.get_by_role("status")).to_have_text("Link copied")
    assert page.evaluate("navigator.clipboard.readText()") == POST
    assert page.evaluate("events.at(-1)") == ["hb-copy", {"url": POST}]
    assert len(context.pages) == 1


def test_copy_without_the_clipboards_leave(page: Page, host: HostPage, script: str) -> None:
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    put(page, host, script, "networks=copy")
    page.click("a[slot=copy]")
    expect(page.get_by_role("status")).to_have_text("Link copied")


def test_the_qr_code_is_a_dialog_that_escape_closes(page: Page, host: HostPage, script: str) -> None:
    put(page, host, script, "networks=qr")
    page.click("a[slot=qr]")
    expect(page.get_by_role("dialog", name="QR code for this page")).to_be_visible()
    page.wait_for_function(
        "document.querySelector('hb-share').shadowRoot.querySelector('dialog img').naturalWidth > 0"
    )
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.evaluate("document.activeElement.slot") == "qr"


@pytest.mark.parametrize(
    "typed", ["m.example.social", "@me@m.example.social", " https://m.example.social/home ", "M.Example.Social"]
)
def test_the_server_is_asked_for(
    page: Page, context: BrowserContext, host: HostPage, script: str, handbill: str, typed: str
) -> None:
    context.route(handbill + "/share/**", lambda route: route.fulfill(body="ok"))
    put(page, host, script, "networks=mastodon text=Hi")
    page.click("a[slot=mastodon]")
    expect(page.get_by_role("dialog", name="Which server are you on?")).to_be_visible()
    page.get_by_label("Your server").fill(typed)
    with context.expect_page() as opened:
        page.keyboard.press("Enter")
    opened.value.wait_for_url("**/share/mastodon?*")
    asked = urlsplit(opened.value.url)
    assert parse_qs(asked.query) == {"url": [POST], "text": ["Hi"], "server": ["m.example.social"]}
    assert page.evaluate("localStorage.length") == 0


@pytest.mark.parametrize("typed", ["nonsense", "a b.c", "javascript:alert(1)", "@me", "http://"])
def test_a_server_that_is_none_is_refused_at_the_field(page: Page, host: HostPage, script: str, typed: str) -> None:
    put(page, host, script, "networks=mastodon")
    page.click("a[slot=mastodon]")
    field = page.get_by_label("Your server")
    field.fill(typed)
    page.keyboard.press("Enter")
    assert field.evaluate("(f) => f.validationMessage") == "That does not look like a server’s name."


def test_the_server_is_remembered_only_on_request(
    page: Page, context: BrowserContext, host: HostPage, script: str, handbill: str
) -> None:
    context.route(handbill + "/share/**", lambda route: route.fulfill(body="ok"))
    put(page, host, script, "networks=mastodon")
    page.click("a[slot=mastodon]")
    page.get_by_label("Your server").fill("m.example.social")
    page.get_by_label("Remember").check()
    with context.expect_page():
        page.get_by_role("button", name="Continue").click()
    assert page.evaluate("localStorage.getItem('hb-server')") == "m.example.social"
    page.click("a[slot=mastodon]")
    expect(page.get_by_label("Your server")).to_have_value("m.example.social")
    page.get_by_label("Remember").uncheck()
    with context.expect_page():
        page.get_by_role("button", name="Continue").click()
    assert page.evaluate("localStorage.length") == 0


def test_native_opens_the_devices_sheet(page: Page, host: HostPage, script: str) -> None:
    page.add_init_script("navigator.share = async (what) => { window.shared = what; }")
    put(page, host, script, "networks=native text=Hi")
    page.click("a[slot=native]")
    page.wait_for_function("window.shared")
    assert page.evaluate("window.shared") == {"title": "A page", "text": "Hi", "url": POST}


def test_native_is_not_shown_where_there_is_no_sheet(page: Page, host: HostPage, script: str) -> None:
    page.add_init_script("Navigator.prototype.share = undefined")
    put(page, host, script, 'networks="native x instagram"', '<a href="https://example.org/share/native">Share</a>')
    expect(page.locator("hb-share li:visible")).to_have_count(2)
    expect(page.locator("a[slot=native]")).to_be_hidden()


@pytest.mark.parametrize("key", ["instagram", "messenger"], ids=["no intent", "an app for phones"])
def test_without_an_intent_and_a_sheet_the_link_is_copied(page: Page, host: HostPage, script: str, key: str) -> None:
    page.add_init_script("Navigator.prototype.share = undefined")
    put(page, host, script, f"networks={key}")
    page.click(f"a[slot={key}]")
    expect(page.get_by_role("status")).to_have_text("Link copied")


def test_the_menu_by_keyboard(page: Page, host: HostPage, script: str) -> None:
    put(page, host, script, 'networks="facebook x copy" layout=menu')
    button = page.get_by_role("button", name="Share…")
    expect(button).to_have_attribute("aria-expanded", "false")
    expect(page.locator("a[slot=x]")).to_be_hidden()
    button.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.slot") == "facebook"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.slot") == "facebook"
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.slot") == "copy"
    page.keyboard.press("Escape")
    expect(button).to_have_attribute("aria-expanded", "false")
    expect(button).to_be_focused()


def test_the_menu_on_a_phone_is_the_devices_sheet(
    browser_type_launch_args: dict[str, object], page: Page, host: HostPage, script: str
) -> None:
    page.add_init_script(
        "navigator.share = async (what) => { window.shared = what; };"
        "const old = matchMedia; window.matchMedia = (q) => q.includes('coarse') ? { matches: true } : old(q);"
    )
    put(page, host, script, 'networks="facebook x" layout=menu')
    page.get_by_role("button", name="Share…").click()
    page.wait_for_function("window.shared")
    expect(page.locator("a[slot=x]")).to_be_hidden()


def test_the_queue_and_the_api(page: Page, context: BrowserContext, host: HostPage, script: str) -> None:
    early = """<script>window.handbill = window.handbill || {q: []};
      const again = ['scan'];
      handbill.q.push(again, (h) => (window.called = h.scan && again.length));
      handbill.q.push(['nonsense'], (h) => h.consent.set('youtube', true),
      ['share', {network: 'x', url: 'https://a.example/', text: 'T'}])"""
    with context.expect_page() as opened:
        page.goto(host.show("<p>text</p>", head=early + "</script>" + script))
    opened.value.wait_for_load_state()
    assert opened.value.url == "https://x.com/intent/tweet?text=T&url=https%3A%2F%2Fa.example%2F"
    assert page.evaluate("window.called") == 1, "a page may push the same command again"
    assert page.evaluate("handbill.consent.youtube") is True
    assert ["hb-consent", {"provider": "youtube", "allowed": True}] in page.evaluate("events")


@pytest.mark.parametrize("private", [False, True], ids=["counted", "global privacy control"])
def test_clicks_are_counted_only_where_the_owner_counts(
    page: Page, host: HostPage, script: str, handbill: str, private: bool
) -> None:
    def count(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "count": True})

    sent: list[str] = []
    page.route(
        "**/api/v1/clicks", lambda route: (sent.append(route.request.post_data or ""), route.fulfill(status=204))
    )
    page.route("**/widgets/share.json**", count)
    if private:
        page.add_init_script("Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })")
    put(page, host, script, "networks=copy")
    with nullcontext() if private else page.expect_request_finished(lambda r: r.url.endswith("/api/v1/clicks")):
        page.click("a[slot=copy]")
    expect(page.get_by_role("status")).to_have_text("Link copied")
    assert [json.loads(text) for text in sent] == ([] if private else [{"network": "copy", "url": POST}])


def test_strangers_html_does_not_pass_for_our_script(page: Page, host: HostPage, script: str) -> None:
    """An image of that name stands for `document.currentScript`: parts would be loaded from where it is."""
    image = "https://elsewhere.example/kit/1/kit.js"
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    named = f'<img name="currentScript" alt="" src="{image}">'
    named += '<script type=text/plain src="https://elsewhere.example/ui/kit/uikit.js"></script>'
    ready(page, host.show(f"{named}{script}<hb-share networks=x></hb-share>", head=CANONICAL))
    assert [url for url in asked if "elsewhere.example" in url] == [image]
