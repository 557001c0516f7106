"""Feeds on somebody else's page: what visitors see, whom the page talks to, what the page keeps."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from embed.kit_build import ROOT, version
from tests.browser.conftest import HostPage, Seen
from tests.browser.feed_site import LAYOUTS, Server, element, inside, ready
from tests.browser.test_promises import BLOCKED, CSP, TOP, WATCH

# DESIGN.md, "Budgets": the kit with all of the feed's script and style, in bytes as brotli 11.
BUDGET = 6000
STYLES = {
    "browser's own": "",
    "usual": "body { font: 17px/1.6 serif; max-width: 44rem } img { max-width: 100%; height: auto }",
    "narrow": "body { width: 340px; font: 14px/1.2 sans-serif } img { max-width: 100%; height: auto }",
}
SCHEMES = "<style>:root { color-scheme: light dark }</style>"


@pytest.fixture
def server(feed_server: Server) -> Server:
    return feed_server


@pytest.fixture
def handbill(server: Server) -> str:
    return server.origin


@pytest.mark.parametrize("layout", LAYOUTS)
def test_twenty_posts_under_a_strict_policy_from_us_alone(
    page: Page, host: HostPage, script: str, server: Server, seen: Seen, layout: str
) -> None:
    host.headers["Content-Security-Policy"] = CSP.format(server.origin)
    page.add_init_script(WATCH)
    ready(page, host.show(element(server, layout), head=script))
    page.wait_for_load_state("networkidle")
    expect(page.locator("hb-feed [part=post]")).to_have_count(20)
    assert {urlsplit(url).netloc for url in seen.requests} == {
        urlsplit(u).netloc for u in (server.origin, host.origin)
    }
    assert page.evaluate("window.violations") is None
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
    assert page.context.cookies() == []
    assert not seen.errors
    assert [line for line in seen.console if not line.startswith("verbose")] == []


@pytest.mark.parametrize(
    "form", ["<hb-feed feed='{0}' count=3></hb-feed>", "<div data-hb=feed data-feed='{0}' data-count=3></div>"]
)
def test_both_forms_late_markup_and_changed_options(
    page: Page, host: HostPage, script: str, server: Server, form: str
) -> None:
    page.goto(host.show("<main></main>" + script))
    page.wait_for_function("!!window.handbill?.scan")
    page.evaluate(f"document.querySelector('main').innerHTML = `{form.format(server.feed.id)}`")
    expect(page.locator("[part=post]")).to_have_count(3)
    name = "data-layout" if "data-hb" in form else "layout"
    page.evaluate(f"document.querySelector('main').firstChild.setAttribute('{name}', 'grid')")
    expect(page.locator(".grid [part=post]")).to_have_count(3)


def test_times_are_said_as_the_page_speaks(page: Page, host: HostPage, script: str, server: Server) -> None:
    for tag, said in (("en", "30 minutes ago"), ("de", "vor 30 Minuten"), ("ar", "قبل 30 دقيقة")):
        ready(page, host.show(f"<main lang={tag}>{element(server, count='1')}</main>", head=script))
        assert re.sub(r"\d+", "30", page.locator("time").inner_text()) == said
        assert page.locator("time").get_attribute("title")


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_with_the_servers_html_nothing_moves(
    page: Page, host: HostPage, script: str, server: Server, layout: str, style: str
) -> None:
    host.headers["Content-Security-Policy"] = CSP.format(server.origin)
    page.add_init_script(WATCH)
    held: list[Route] = []
    page.route("**/widgets/**", lambda route: held.append(route))  # the HTML is painted before the posts come
    text = page.request.get(f"{server.origin}/widgets/feed.html?feed={server.feed.id}&layout={layout}").text()
    body = f"<h1>A page</h1>{text}<p id=after>What follows.</p>" + "<p>More.</p>" * 30
    with page.expect_request("**/widgets/**"):
        page.goto(host.show(body, head=f"<style nonce=n>{STYLES[style]}</style>{script}"))
    page.wait_for_load_state("load")
    before = page.evaluate(TOP)
    held.pop().continue_()
    page.wait_for_selector("hb-feed .bar, hb-feed .more", state="attached")
    page.wait_for_timeout(400)  # a frame or two, for a shift to be reported, and pictures
    if layout in ("carousel", "ticker"):
        assert page.evaluate(f"{TOP} - {before}") == pytest.approx(0, abs=0.5)
    assert page.evaluate("window.violations") is None
    assert page.evaluate("window.shift") < 0.01, page.evaluate("window.moved")


def test_a_height_keeps_the_room_of_the_builders_snippet(
    page: Page, host: HostPage, script: str, server: Server
) -> None:
    page.add_init_script(WATCH)
    held: list[Route] = []
    page.route("**/widgets/**", lambda route: held.append(route))
    link = '<a href="/there"><svg width="0" height="600"></svg>Posts</a><br>'
    with page.expect_request("**/widgets/**"):
        page.goto(host.show(element(server, "list", link, height="600") + "<p id=after>After</p>", head=script))
    before = page.evaluate(TOP)
    held.pop().continue_()
    page.wait_for_selector("hb-feed .more", state="attached")
    page.wait_for_timeout(200)
    assert page.evaluate(f"{TOP} - {before}") == pytest.approx(0, abs=0.5)
    assert page.evaluate("window.shift") < 0.01
    assert inside(page, "root.querySelector('.posts').scrollHeight") > 1000


def test_what_a_feed_weighs(page: Page, host: HostPage, script: str, server: Server, seen: Seen) -> None:
    ready(page, host.show(element(server, "carousel", autoplay=""), head=script))
    page.locator(".large").first.click()
    page.wait_for_load_state("networkidle")
    weights = seen.weights(server.origin + "/kit/")
    assert len(weights) == 2
    assert sum(weights.values()) <= BUDGET, weights


def test_the_pinned_bundle_runs_alone(page: Page, host: HostPage, server: Server, seen: Seen) -> None:
    document = json.loads((ROOT / "static" / "kit" / version() / "integrity.json").read_text("utf-8"))
    file = document["bundles"]["feed"]
    sri = document["files"][file]["integrity"]
    src = f"{server.origin}/kit/{version()}/{file}"
    tag = f'<script async src="{src}" integrity="{sri}" crossorigin=anonymous></script>'
    ready(page, host.show(element(server), head=tag))
    assert document["files"][file]["brotli"] <= BUDGET
    assert [urlsplit(url).path.rpartition("/")[2] for url in seen.requests if "/kit/" in url] == [file]
    assert not seen.errors


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_axe_finds_nothing(
    browser: Browser, host: HostPage, script: str, server: Server, layout: str, scheme: Any
) -> None:
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    ready(page, host.show(f"<main><h1>A page</h1>{element(server, layout)}</main>", head=SCHEMES + script))
    page.wait_for_load_state("networkidle")
    found = Axe().run(page)
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found.response["violations"]] == []
    for role in ("link", "button"):
        assert page.get_by_role(role).count() == page.get_by_role(role, name=re.compile(r"\S")).count()
    context.close()


def test_no_name_of_ours_is_on_a_block_list(page: Page, host: HostPage, script: str, server: Server) -> None:
    ready(page, host.show(element(server, "carousel"), head=script))
    names = inside(
        page,
        """[...root.querySelectorAll('*')].flatMap((e) =>
      [e.getAttribute('class'), e.id, e.getAttribute('part')]).filter(Boolean)""",
    )
    assert names
    assert [name for name in names if BLOCKED.search(name)] == []


def test_right_to_left_and_long_words(page: Page, host: HostPage, script: str, server: Server) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    for layout in LAYOUTS:
        ready(page, host.show(f"<main dir=rtl lang=ar>{element(server, layout)}</main>", head=script))
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, layout
        boxes = [page.locator(f"hb-feed {part}").first.bounding_box() for part in (".face", ".who b")]
        assert boxes[0]["x"] > boxes[1]["x"]


# --- without scripts, and in a frame ---


@pytest.mark.parametrize("layout", LAYOUTS)
def test_without_scripts_a_frame_has_twenty_posts(
    browser: Browser, host: HostPage, server: Server, layout: str
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    address = f"{server.origin}/widgets/feed/frame?feed={server.feed.id}&layout={layout}"
    page.goto(host.show(f"<iframe src='{address}' width=600 height=800 title=feed></iframe>"))
    frame = page.frame_locator("iframe")
    expect(frame.locator("article")).to_have_count(20)
    expect(frame.get_by_role("link", name="Ada Lovelace").first).to_be_visible()
    assert frame.locator(".face").first.bounding_box()["width"] < 50  # it has its style
    context.close()


def test_without_scripts_the_servers_html_reads_well(browser: Browser, host: HostPage, server: Server) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    text = page.request.get(f"{server.origin}/widgets/feed.html?feed={server.feed.id}").text()
    page.goto(host.show(text))
    expect(page.get_by_text("Passed on with thanks.")).to_be_visible()
    expect(page.locator("article")).to_have_count(20)
    page.get_by_role("link", name="More posts").click()
    expect(page.locator("article")).to_have_count(15)
    context.close()


def test_a_frame_works_under_its_own_policy(page: Page, host: HostPage, server: Server, seen: Seen) -> None:
    address = f"{server.origin}/widgets/feed/frame?feed={server.feed.id}&layout=carousel"
    page.goto(host.show(f"<iframe src='{address}' width=600 height=600 title=feed></iframe>"))
    frame = page.frame_locator("iframe")
    frame.get_by_role("button", name="Next").click()
    frame.get_by_role("link", name="Picture 1").press("Enter")
    expect(frame.get_by_role("dialog")).to_be_visible()
    assert not [line for line in seen.console if "Security" in line]
