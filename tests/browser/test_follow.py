"""Follow buttons, and the two widgets and their exact-version bundles on one page."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from embed.kit_build import ROOT, version
from tests.browser.conftest import SIX, HostPage, Seen
from tests.browser.test_share import CANONICAL, LINKS

ACCOUNTS = "mastodon:@me@example.social github:me mastodon:@other@example.social"


def open_page(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_selector(":is(hb-follow, [data-hb=follow]) li", state="attached")


@pytest.mark.parametrize(
    "form", ["<hb-follow accounts='{}'></hb-follow>", "<div data-hb=follow data-accounts='{}'></div>"]
)
def test_accounts_become_links_that_networks_can_verify(page: Page, host: HostPage, script: str, form: str) -> None:
    open_page(page, host.show(form.format(ACCOUNTS), head=script))
    links = page.evaluate("[...document.querySelectorAll('a')].map((a) => [a.href, a.rel, a.target])")
    assert links == [
        ["https://example.social/@me", "me noopener", "_blank"],
        ["https://github.com/me", "me noopener", "_blank"],
        ["https://example.social/@other", "me noopener", "_blank"],
    ]
    names = page.evaluate("[...document.querySelectorAll('a')].map((a) => a.ariaLabel)")
    assert "GitHub" in names[1]
    assert len(set(names)) == 3


def test_two_accounts_of_one_network_are_told_apart(page: Page, host: HostPage, script: str) -> None:
    open_page(page, host.show(f"<hb-follow labels accounts='{ACCOUNTS}'></hb-follow>", head=script))
    shown = page.evaluate(
        "[...document.querySelector('hb-follow').shadowRoot.querySelectorAll('li')].map((l) => l.innerText)"
    )
    assert shown == ["@me@example.social", "GitHub", "@other@example.social"]


def test_the_pages_own_profile_links_are_kept(page: Page, host: HostPage, script: str) -> None:
    body = "<hb-follow accounts='github:me'><a href='https://github.com/me'>Code</a></hb-follow>"
    open_page(page, host.show(body, head=script))
    assert page.evaluate("document.querySelector('hb-follow').textContent") == "Code"


def test_following_from_ones_own_server(page: Page, context: BrowserContext, host: HostPage, script: str) -> None:
    context.route("**/follow/**", lambda route: route.fulfill(body="which server?"))
    open_page(page, host.show(f"<hb-follow accounts='{ACCOUNTS}'></hb-follow>", head=script))
    with context.expect_page() as opened:
        page.click("hb-follow a >> nth=0")
    asked = urlsplit(opened.value.url)
    assert asked.path == "/follow/mastodon"
    assert parse_qs(asked.query)["account"] == ["@me@example.social"]


@pytest.mark.parametrize("widget", ["share", "follow"])
def test_a_pinned_bundle_runs_alone(page: Page, host: HostPage, handbill: str, seen: Seen, widget: str) -> None:
    document = json.loads((ROOT / "static" / "kit" / version() / "integrity.json").read_text("utf-8"))
    file = document["bundles"][widget]
    sri = document["files"][file]["integrity"]
    script = (
        f'<script async src="{handbill}/kit/{version()}/{file}" integrity="{sri}" crossorigin=anonymous></script>'
    )
    options = f"networks='{SIX} qr'" if widget == "share" else "accounts='github:me'"
    element = f"<hb-{widget} labels {options}>{LINKS if widget == 'share' else ''}</hb-{widget}>"
    page.goto(host.show(element, head=CANONICAL + script))
    page.wait_for_selector(f"hb-{widget} li", state="attached")
    if widget == "share":
        page.click("a[slot=qr]")
        expect(page.get_by_role("dialog")).to_be_visible()
    kit = [url for url in seen.requests if "/kit/" in url]
    assert [urlsplit(url).path.rpartition("/")[2] for url in kit] == [file]
    assert not seen.errors


def test_a_bundle_of_other_bytes_does_not_run(page: Page, host: HostPage, handbill: str) -> None:
    script = (
        f'<script async src="{handbill}/kit/{version()}/s.kit.js" integrity="sha384-{"A" * 64}" crossorigin></script>'
    )
    page.goto(host.show(f"<hb-share networks='{SIX}'>{LINKS}</hb-share>", head=script))
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.handbill") is None
    expect(page.get_by_text("LinkedIn")).to_be_visible()


def test_a_part_that_does_not_come_leaves_links_that_work(
    page: Page, context: BrowserContext, host: HostPage, script: str
) -> None:
    """The part that handles clicks is gone: the link does what links do."""

    def answer(route: Route) -> None:
        if route.request.url.startswith("http://127.0.0.1:"):
            route.abort() if route.request.url.endswith("/c.js") else route.fallback()
        else:
            route.fulfill(content_type="text/html", body="<!doctype html><title>network</title>")

    context.route("**/*", answer)
    page.goto(host.show(f"<hb-share networks='{SIX}'>{LINKS}</hb-share>", head=CANONICAL + script))
    page.wait_for_selector("hb-share li", state="attached")
    with context.expect_page() as opened:
        page.click("a[slot=telegram]")
    opened.value.wait_for_load_state()
    assert opened.value.url.startswith("https://t.me/share/url")
