"""Cards of posts on somebody else's page: what is drawn, whom the page talks to, and that nothing moves."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from embed.kit_build import ROOT, version
from tests.browser.conftest import HostPage, Seen, a_free_port
from tests.browser.test_promises import BLOCKED, TOP, WATCH
from tests.doubles import an_app, serving, with_http
from tests.login.internet import Internet
from tests.widgets import networks_with_posts as posts

# Kit, card and post in bytes as brotli 11; in one file no more than a feed may have (DESIGN.md, "Budgets").
BUDGET, BUNDLE = 6200, 6000
CSP = (
    "default-src 'none'; script-src {0}; connect-src {0}; img-src {0}; style-src 'nonce-n'; frame-src "
    "https://www.tiktok.com; require-trusted-types-for 'script'; trusted-types 'none'"
)
DARK = "<style>@media (prefers-color-scheme: dark) { body { background: #15130f; color: #f1ece2 } }</style>"
STYLES = {
    "browser's own": "",
    "usual": "body { font: 17px/1.6 serif; max-width: 44rem } img { max-width: 100%; height: auto }",
    "tight": "body { font: 14px/1.2 sans-serif; margin: 0 } p { margin: 0 } img { display: block }",
    "narrow": "body { width: 340px } img { max-width: 100%; height: auto }",
}

KINDS = [("toot", "large"), ("picture", "large"), ("poll", "list"), ("x", "large"), ("long", "compact")]
KINDS += [("warning", "large")]


@pytest.fixture(scope="module")
def handbill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The application in a small internet of networks."""
    port = a_free_port()
    app = an_app(tmp_path_factory.mktemp("handbill"), base_url=f"http://127.0.0.1:{port}", preview_anonymous="on")
    with_http(app, Internet(posts.pages()).http())
    with serving(app, port) as origin:
        yield origin
    app.extensions["handbill"].close()


def card(kind: str, layout: str = "large", theme: str = "auto") -> str:
    href = posts.SHOWN[kind]
    return f'<hb-card href="{href}" layout="{layout}" theme="{theme}"><a href="{href}">A post</a></hb-card>'


def drawn(page: Page, cards: int = 1) -> None:
    """Wait for so many drawn cards, asking from outside: the page's policy forbids what a waiting script would do."""
    for _ in range(200):
        if page.evaluate("[...document.querySelectorAll('hb-card')].filter((c) => c.shadowRoot).length") == cards:
            return
        page.wait_for_timeout(50)
    pytest.fail("The cards were not drawn.")


def ready(page: Page, address: str, cards: int = 1) -> None:
    page.goto(address)
    drawn(page, cards)
    page.wait_for_load_state("networkidle")


def test_only_we_are_asked_and_all_policies_hold(
    page: Page, host: HostPage, script: str, handbill: str, seen: Seen
) -> None:
    host.headers["Content-Security-Policy"] = CSP.format(handbill)
    page.add_init_script(WATCH)
    ready(page, host.show("".join(map(card, posts.SHOWN)), head=script), len(posts.SHOWN))
    assert page.locator("article").count() == len(posts.SHOWN)
    assert {urlsplit(url).netloc for url in seen.requests} == {urlsplit(u).netloc for u in (handbill, host.origin)}
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
    assert page.evaluate("window.violations") is None
    assert not seen.errors
    weights = seen.weights(handbill + "/kit/")
    assert len(weights) == 3
    assert sum(weights.values()) <= BUDGET, weights
    names = page.evaluate("""[...document.querySelectorAll('hb-card')].flatMap((card) =>
      [...card.shadowRoot.querySelectorAll('*')].flatMap((e) => [e.className, e.id, e.getAttribute('part')]))""")
    assert [name for name in [*names, *weights] if name and BLOCKED.search(str(name))] == []
    # A stranger's markup came as words.
    assert page.evaluate("document.querySelectorAll('script').length") == 1
    assert page.locator("article script, article [onerror], article a[href^=javascript]").count() == 0


def test_the_post_is_whats_read_and_its_links_work(page: Page, host: HostPage, script: str) -> None:
    ready(page, host.show(card("picture") + card("x") + card("sensitive"), head=script), 3)
    first = page.locator("hb-card").first
    expect(first.get_by_role("link", name="Ada Lovelace")).to_have_attribute("href", f"{posts.TOOTS}/@ada")
    expect(first.get_by_role("link", name="Mastodon")).to_have_attribute("href", posts.SHOWN["picture"])
    expect(first.get_by_text("12 likes")).to_be_visible()
    first.get_by_role("link", name="Stalls along the quay").click()
    expect(page.get_by_role("dialog").get_by_role("img")).to_be_visible()
    page.keyboard.press("Escape")
    x = page.locator("hb-card").nth(1)
    expect(x.get_by_text("just setting up my twttr")).to_be_visible()
    expect(x.get_by_role("link", name="View on X")).to_have_count(2)  # the mark at the top, and the words below
    veiled = page.locator("hb-card").nth(2)
    assert veiled.locator("details > div").evaluate("(e) => e.inert")
    veiled.get_by_text("Show sensitive content").click()
    expect(veiled.get_by_role("img", name="Stalls along the quay")).to_be_visible()
    expect(veiled.locator("details > div")).to_have_js_property("inert", False)


def test_a_film_plays_after_a_click(page: Page, host: HostPage, script: str, seen: Seen) -> None:
    page.context.route("https://www.tiktok.com/**", lambda route: route.fulfill(body="<p>Playing</p>"))
    page.add_init_script("addEventListener('hb-load', (e) => (window.loaded = e.type))")
    ready(page, host.show(card("film"), head=script))
    assert not [url for url in seen.requests if "tiktok.com" in urlsplit(url).netloc]
    page.locator("[data-as]").click()
    expect(page.frame_locator("iframe").get_by_text("Playing")).to_be_visible()
    assert "allow-top-navigation" not in (page.locator("iframe").get_attribute("sandbox") or "allow-top-navigation")
    assert page.evaluate("window.loaded") == "hb-load"


@pytest.mark.parametrize("style", STYLES)
def test_with_the_servers_html_nothing_moves(
    page: Page, host: HostPage, script: str, handbill: str, style: str
) -> None:
    host.headers["Content-Security-Policy"] = CSP.format(handbill)
    page.add_init_script(WATCH)
    held: list[Route] = []
    page.route("**/widgets/card.html?*", lambda route: held.append(route))
    for kind, layout in KINDS:
        query: dict[str, str | float | bool] = {"href": posts.SHOWN[kind], "layout": layout}
        html = page.request.get(f"{handbill}/widgets/card.html", params=query).text()
        body = f"<h1>A page</h1><div class=w>{html}</div><p id=after>What follows.</p>" + "<p>More.</p>" * 5
        with page.expect_request("**/widgets/card.html?*"):
            page.goto(host.show(body, head=f"<style nonce=n>{STYLES[style]}</style>{script}"))
        page.wait_for_load_state("load")
        before = page.evaluate(TOP)
        held.pop().continue_()
        drawn(page)
        page.wait_for_timeout(60)  # a frame or two, for a shift to be reported
        assert page.evaluate(f"{TOP} - {before}") == pytest.approx(0, abs=0.5), (kind, layout)
        assert page.evaluate("window.shift") < 0.01, (kind, page.evaluate("window.moved"))
        assert page.evaluate("window.violations") is None


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, host: HostPage, script: str, scheme: Any) -> None:
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    kinds = ["toot", "picture", "poll", "card", "warning", "x", "quote", "release", "film", "arabic"]
    body = "".join(card(kind, layout) for kind in kinds for layout in ("large", "compact"))
    body += card("picture", "list", "light") + card("toot", "list", "dark")
    ready(page, host.show(f"<main><h1>A page</h1>{body}</main>", head=DARK + script), 22)
    found = Axe().run(page)
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found.response["violations"]] == []
    for role in ("link", "img"):
        assert page.get_by_role(role).count() == page.get_by_role(role, name=re.compile(r"\w")).count() > 0
    context.close()


def test_what_is_gone_says_so_and_what_may_not_be_shown_is_a_page(page: Page, host: HostPage, script: str) -> None:
    hrefs = [posts.GONE["toot"], posts.AS_A_PAGE["private"]]
    body = "".join(f'<hb-card href="{href}"><a href="{href}">A post</a></hb-card>' for href in hrefs)
    ready(page, host.show(f"<main dir=rtl lang=de>{body}</main>", head=script), 2)
    expect(page.get_by_role("link", name="Diesen Beitrag gibt es nicht mehr")).to_have_attribute("href", hrefs[0])
    expect(page.get_by_role("link", name="The page itself")).to_have_attribute("href", hrefs[1])


@pytest.mark.parametrize(("bundle", "articles"), [("card", 0), ("card_post", 1)])
def test_a_pinned_bundle_fetches_nothing_more_that_runs(
    page: Page, host: HostPage, handbill: str, seen: Seen, bundle: str, articles: int
) -> None:
    document = json.loads((ROOT / "static" / "kit" / version() / "integrity.json").read_text("utf-8"))
    file = document["bundles"][bundle]
    sri = document["files"][file]["integrity"]
    tag = f'<script async src="{handbill}/kit/{version()}/{file}" integrity="{sri}" crossorigin=anonymous></script>'
    ready(page, host.show(card("toot"), head=tag))
    assert page.locator("article").count() == articles
    assert document["files"][file]["brotli"] <= BUNDLE
    assert [urlsplit(url).path.rpartition("/")[2] for url in seen.requests if "/kit/" in url] == [file]
    expect(page.get_by_text("The market moves to")).to_be_visible()
    assert not seen.errors
