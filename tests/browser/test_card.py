"""Cards on somebody else's page: what a visitor sees, whom the page talks to, and when a player comes."""

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
from tests.doubles import an_app, serving
from tests.widgets.pages_with_cards import TEXT, Pages, some_pages

# DESIGN.md, "Budgets": the kit with a card that has a player, in bytes as brotli 11.
BUDGET = 2500
PLAYER = "https://www.youtube-nocookie.com"
CSP = (
    "default-src 'none'; script-src {0}; connect-src {0}; img-src {0}; style-src 'nonce-n'; frame-src "
    + PLAYER
    + "; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
STYLES = {
    "browser's own": "",
    "usual": "body { font: 17px/1.6 serif; max-width: 44rem } img { max-width: 100%; height: auto }",
    "tight": "body { font: 14px/1.2 sans-serif; margin: 0 } p { margin: 0 } img { display: block }",
    "loud links": "a { display: inline-block !important; padding: 8px 16px !important; background: red }",
    "narrow": "body { width: 340px } img { max-width: 100%; height: auto }",
}


@pytest.fixture(scope="module")
def pages() -> Iterator[Pages]:
    with some_pages() as made:
        yield made


@pytest.fixture(scope="module")
def handbill(tmp_path_factory: pytest.TempPathFactory, pages: Pages) -> Iterator[str]:
    """The application, which may read those pages."""
    port = a_free_port()
    folder = tmp_path_factory.mktemp("handbill")
    app = an_app(folder, base_url=f"http://127.0.0.1:{port}", http_allow=pages.host, preview_anonymous="on")
    with serving(app, port) as origin:
        yield origin
    app.extensions["handbill"].close()


def ready(page: Page, address: str) -> None:
    """Open a page and wait for its cards."""
    page.goto(address)
    page.wait_for_selector("[part=card]", state="attached")


def card(pages: Pages, path: str, inside: str | None = None, **options: str) -> str:
    """The element, with a plain link in it."""
    written = "".join(f' {name}="{value}"' for name, value in options.items())
    href = pages.origin + path
    inside = f'<a href="{href}">Read this</a>' if inside is None else inside
    return f'<hb-card href="{href}"{written}>{inside}</hb-card>'


def play(page: Page) -> list[str]:
    """Answer for the player's server; return what it is asked for."""
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(content_type="text/html", body="<!doctype html><title>player</title><p>Playing</p>")

    page.context.route(f"{PLAYER}/**", answer)
    return asked


# --- what is shown ---


@pytest.mark.parametrize("form", ["<hb-card href='{0}'>{1}</hb-card>", "<div data-hb=card data-href='{0}'>{1}</div>"])
@pytest.mark.parametrize("inside", ["", "<a href='{0}'>Read this</a>", "<p>See <a href='{0}'>this</a></p>"])
def test_a_card_has_picture_title_text_and_site(
    page: Page, host: HostPage, script: str, pages: Pages, form: str, inside: str
) -> None:
    href = pages.origin + "/wide"
    ready(page, host.show(form.format(href, inside.format(href)), head=script))
    expect(page.locator("[part=label]")).to_have_text("The market moves")
    expect(page.get_by_text(TEXT)).to_be_visible()
    expect(page.get_by_text("The River Post")).to_be_visible()
    expect(page.get_by_role("link")).to_have_count(1)
    expect(page.get_by_role("link", name="The market moves")).to_have_attribute("href", href)
    page.wait_for_function("""(() => { const images = [...document.querySelector('hb-card, div').shadowRoot
      .querySelectorAll('img')]; return images.length == 2 && images.every((i) => i.naturalWidth > 0); })()""")


def test_the_whole_card_is_the_pages_own_link(page: Page, host: HostPage, script: str, pages: Pages) -> None:
    inside = f'<a href="{host.origin}/goal?from=card" onclick="window.clicked = 1; return false">Read</a>'
    ready(page, host.show(card(pages, "/wide", inside), head=script))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.search") == "?from=card"
    for part in ("media", "label", "post"):
        page.evaluate("window.clicked = 0")
        box = page.locator(f"[part={part}]").bounding_box()
        assert box
        page.mouse.click(box["x"] + 20, box["y"] + box["height"] / 2)
        assert page.evaluate("window.clicked") == 1, part


def test_a_link_inside_says_which_page(page: Page, host: HostPage, script: str, pages: Pages) -> None:
    ready(page, host.show(f"<hb-card><a href='{pages.origin}/wide'>Read</a></hb-card>", head=script))
    expect(page.locator("[part=label]")).to_have_text("The market moves")


def test_late_markup_and_late_changes_come_alive(page: Page, host: HostPage, script: str, pages: Pages) -> None:
    page.goto(host.show("<main></main>" + script))
    page.wait_for_function("!!window.handbill?.scan")
    page.evaluate(f"document.querySelector('main').innerHTML = `{card(pages, '/wide', layout='list')}`")
    page.wait_for_selector(".list")
    page.evaluate(f"document.querySelector('hb-card').setAttribute('href', '{pages.origin}/words')")
    expect(page.locator("[part=label]")).to_have_text("Words only")
    assert page.locator("[part=media]").count() == 0
    page.evaluate(f"document.querySelector('hb-card').setAttribute('href', '{pages.origin}/nowhere')")
    expect(page.locator("[part=label]")).to_have_text(pages.host)


def test_right_to_left(page: Page, host: HostPage, script: str, pages: Pages) -> None:
    body = f"<main dir=rtl lang=ar>{card(pages, '/ar', layout='list')}{card(pages, '/film')}</main>"
    ready(page, host.show(body, head=script))
    page.wait_for_selector("label")
    boxes = [page.locator(f".list [part={part}]").bounding_box() for part in ("media", "post")]
    assert boxes[0]["x"] > boxes[1]["x"]
    assert "YouTube" in page.locator("label").inner_text()
    assert page.locator("label").get_attribute("lang") == "ar"


# --- what a host page keeps ---


@pytest.mark.parametrize("style", STYLES)
def test_with_the_servers_html_nothing_moves(
    page: Page, host: HostPage, script: str, pages: Pages, handbill: str, style: str
) -> None:
    host.headers["Content-Security-Policy"] = CSP.format(handbill)
    page.add_init_script(WATCH)
    held: list[Route] = []
    page.route("**/widgets/**", lambda route: held.append(route))  # the HTML is painted before the card comes
    for path, layout in [("/wide", "large"), ("/film", "large"), ("/wide", "list"), ("/wide", "compact"),
                         ("/words", "large")]:  # fmt: skip
        query = f"href={pages.origin}{path}&layout={layout}"
        reply = page.request.get(f"{handbill}/widgets/card.html?{query}")
        body = f"<h1>A page</h1><div class=w>{reply.text()}</div><p id=after>What follows.</p>" + "<p>More.</p>" * 5
        with page.expect_request("**/widgets/**"):
            page.goto(host.show(body, head=f"<style nonce=n>{STYLES[style]}</style>{script}"))
        page.wait_for_load_state("load")
        before = page.evaluate(TOP)
        held.pop().continue_()
        page.wait_for_selector("[part=card]", state="attached")
        page.wait_for_timeout(60)  # a frame or two, for a shift to be reported
        assert page.evaluate(f"{TOP} - {before}") == pytest.approx(0, abs=0.5), (path, layout)
        assert page.evaluate("window.violations") is None
        assert page.evaluate("window.shift") < 0.01, page.evaluate("window.moved")
        assert page.locator("hb-card > a").count() == 1


def test_only_we_are_asked_before_a_click_and_nothing_is_kept(
    page: Page, host: HostPage, script: str, pages: Pages, handbill: str, seen: Seen
) -> None:
    host.headers["Content-Security-Policy"] = CSP.format(handbill)
    page.add_init_script(WATCH)
    body = card(pages, "/film") + card(pages, "/wide", layout="list", theme="dark") + card(pages, "/sound")
    ready(page, host.show(body, head=script))
    page.wait_for_selector("label")
    page.wait_for_load_state("networkidle")
    page.hover("button >> nth=0")
    assert {urlsplit(url).netloc for url in seen.requests} == {urlsplit(u).netloc for u in (handbill, host.origin)}
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
    assert page.context.cookies() == []
    assert page.evaluate("window.violations") is None
    assert not seen.errors
    assert [line for line in seen.console if not line.startswith("verbose")] == []


def test_what_a_card_with_a_player_weighs(
    page: Page, host: HostPage, script: str, pages: Pages, handbill: str, seen: Seen
) -> None:
    ready(page, host.show(card(pages, "/film"), head=script))
    page.wait_for_load_state("networkidle")
    weights = seen.weights(handbill + "/kit/")
    assert len(weights) == 2
    assert sum(weights.values()) <= BUDGET, weights


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, host: HostPage, script: str, pages: Pages, scheme: Any) -> None:
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    style = "<style>@media (prefers-color-scheme: dark) { body { background: #15130f; color: #f1ece2 } }</style>"
    cards = "".join(card(pages, path, layout=layout) for path in ("/film", "/wide") for layout in
                    ("large", "list", "compact"))  # fmt: skip
    body = f"<main><h1>A page</h1>{cards}{card(pages, '/wide', theme='light')}{card(pages, '/sound', theme='dark')}"
    ready(page, host.show(body + "</main>", head=style + script))
    page.wait_for_load_state("networkidle")
    found = Axe().run(page)
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found.response["violations"]] == []
    for role in ("link", "button", "checkbox"):
        assert page.get_by_role(role).count() == page.get_by_role(role, name=re.compile(r"\w")).count() > 0
    context.close()


def test_no_name_of_ours_is_on_a_block_list(
    page: Page, host: HostPage, script: str, pages: Pages, handbill: str, seen: Seen
) -> None:
    ready(page, host.show(card(pages, "/film"), head=script))
    page.wait_for_selector("label")
    names = page.evaluate("""[...document.querySelector('hb-card').shadowRoot.querySelectorAll('*')]
      .flatMap((e) => [e.className, e.id, e.getAttribute('part')]).filter(Boolean)""")
    files = [urlsplit(url).path for url in seen.requests if url.startswith(handbill + "/kit/")]
    assert names
    assert files
    assert [name for name in [*names, *files] if BLOCKED.search(name)] == []


# --- the player ---


def test_a_click_plays_and_nothing_is_remembered(
    page: Page, host: HostPage, script: str, pages: Pages, handbill: str
) -> None:
    host.headers["Content-Security-Policy"] = CSP.format(handbill)
    asked = play(page)
    page.add_init_script(WATCH + "addEventListener('hb-load', (e) => (window.loaded = e.type))")
    ready(page, host.show(card(pages, "/film"), head=script))
    room = page.locator("[part=media]").bounding_box()
    page.get_by_role("button", name="Play from YouTube: A film").click()
    expect(page.frame_locator("iframe").get_by_text("Playing")).to_be_visible()
    assert asked == [f"{PLAYER}/embed/dQw4w9WgXcQ?autoplay=1"]
    assert page.locator("[part=media]").bounding_box() == room
    frame = page.locator("iframe")
    sandbox = set((frame.get_attribute("sandbox") or "").split())
    assert "allow-scripts" in sandbox
    assert not sandbox & {"allow-top-navigation", "allow-forms", "allow-modals", "allow-downloads"}
    assert frame.get_attribute("referrerpolicy") == "strict-origin-when-cross-origin"
    assert "autoplay" in frame.get_attribute("allow")
    expect(frame).to_have_attribute("title", "A film")
    expect(frame).to_be_focused()
    assert page.evaluate("window.loaded") == "hb-load"
    assert page.evaluate("window.violations") is None
    assert page.evaluate("localStorage.length") == 0


@pytest.mark.parametrize("layout", ["list", "compact"])
def test_a_small_picture_makes_room_for_the_player(
    page: Page, host: HostPage, script: str, pages: Pages, layout: str
) -> None:
    play(page)
    ready(page, host.show(card(pages, "/film", layout=layout), head=script))
    page.get_by_role("button", name="Play from YouTube").click()
    box = page.locator("iframe").bounding_box()
    assert box["width"] > 500
    assert box["width"] / box["height"] == pytest.approx(16 / 9, abs=0.02)
    expect(page.get_by_label("Always load YouTube on this device")).to_be_visible()


def test_what_is_remembered_on_request_is_forgotten_on_request(
    page: Page, host: HostPage, script: str, pages: Pages
) -> None:
    asked = play(page)
    address = host.show(card(pages, "/film"), head=script)
    ready(page, address)
    box = page.get_by_label("Always load YouTube on this device")
    box.check()
    assert page.evaluate("Object.entries(localStorage)") == [["hb-player-youtube", "1"]]
    assert not asked
    ready(page, address)
    expect(page.locator("iframe")).to_be_visible()
    assert asked == [f"{PLAYER}/embed/dQw4w9WgXcQ"]  # it does not play by itself
    expect(box).to_be_checked()
    box.uncheck()
    assert page.evaluate("localStorage.length") == 0
    ready(page, address)
    page.wait_for_selector("button")
    assert page.locator("iframe").count() == 0


@pytest.mark.parametrize("early", [True, False], ids=["before", "after"])
def test_a_consent_tool_may_speak_for_the_visitor(
    page: Page, host: HostPage, script: str, pages: Pages, early: bool
) -> None:
    asked = play(page)
    setup = "<script>handbill = {q: [(h) => h.consent.set('youtube', true)]}</script>" if early else ""
    ready(page, host.show(card(pages, "/film") + card(pages, "/sound"), head=setup + script))
    page.wait_for_selector("label")
    if not early:
        assert page.locator("iframe").count() == 0
        page.evaluate("handbill.consent.set('youtube', true)")
    expect(page.locator("iframe")).to_have_count(1)
    page.wait_for_load_state("networkidle")
    assert asked == [f"{PLAYER}/embed/dQw4w9WgXcQ"]
    assert page.evaluate("localStorage.length") == 0


def test_a_consent_tool_that_says_no_is_heard(page: Page, host: HostPage, script: str, pages: Pages) -> None:
    page.add_init_script("localStorage.setItem('hb-player-youtube', '1')")
    setup = "<script>handbill = {q: [(h) => h.consent.set('youtube', false)]}</script>"
    ready(page, host.show(card(pages, "/film"), head=setup + script))
    page.wait_for_selector("button")
    assert page.locator("iframe").count() == 0


def test_closed_storage_is_no_error(page: Page, host: HostPage, script: str, pages: Pages, seen: Seen) -> None:
    page.add_init_script(
        """Object.defineProperty(window, 'localStorage', { get() { throw new Error('closed'); } });"""
    )
    ready(page, host.show(card(pages, "/film"), head=script))
    page.get_by_label("Always load YouTube on this device").check()
    expect(page.get_by_role("button")).to_be_visible()
    assert not seen.errors


# --- when something is missing ---


@pytest.mark.parametrize("inside", ["<a href='/there'>Read this</a>", ""])
def test_a_page_that_cannot_be_shown_is_a_plain_link(
    page: Page, host: HostPage, script: str, pages: Pages, seen: Seen, inside: str
) -> None:
    page.add_init_script("addEventListener('hb-error', (e) => (window.failed = e.detail))")
    page.goto(host.show(card(pages, "/nowhere", inside), head=script))
    page.wait_for_function("window.failed")
    assert page.evaluate("window.failed.message")
    expect(page.get_by_role("link", name="Read this" if inside else pages.host)).to_be_visible()
    assert page.locator("[part=card]").count() == 0
    assert not seen.errors


@pytest.mark.parametrize("inside", ["<a href='/there'>Read this</a>", ""])
def test_when_the_server_is_gone_the_link_is_not(
    page: Page, host: HostPage, script: str, pages: Pages, handbill: str, inside: str
) -> None:
    page.route(handbill + "/widgets/**", lambda route: route.abort())
    page.add_init_script("addEventListener('hb-error', (e) => (window.failed = e.detail))")
    page.goto(host.show(card(pages, "/wide", inside), head=script))
    page.wait_for_function("window.failed")
    expect(page.get_by_role("link", name="Read this" if inside else pages.host)).to_be_visible()


def test_without_scripts_there_are_link_picture_and_words(
    browser: Browser, host: HostPage, script: str, pages: Pages, handbill: str
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    html = page.request.get(f"{handbill}/widgets/card.html?href={pages.origin}/film").text()
    page.goto(host.show(html, head=script))
    expect(page.get_by_role("link", name="A film")).to_have_attribute("href", pages.origin + "/film")
    expect(page.get_by_text(TEXT)).to_be_visible()
    assert page.locator("a img").bounding_box()["height"] == 360
    context.close()


def test_a_frame_plays_under_its_own_policy(
    page: Page, host: HostPage, pages: Pages, handbill: str, seen: Seen
) -> None:
    asked = play(page)
    address = f"{handbill}/widgets/card/frame?href={pages.origin}/film"
    page.goto(host.show(f"<iframe src='{address}' width=500 height=500 title=card allow=autoplay></iframe>"))
    inner = page.frame_locator("iframe")
    inner.get_by_role("button", name="Play from YouTube").click()
    expect(inner.frame_locator("iframe").get_by_text("Playing")).to_be_visible()
    assert len(asked) == 1
    assert not [line for line in seen.console if "Security" in line]


def test_the_pinned_bundle_runs_alone(page: Page, host: HostPage, pages: Pages, handbill: str, seen: Seen) -> None:
    document = json.loads((ROOT / "static" / "kit" / version() / "integrity.json").read_text("utf-8"))
    file = document["bundles"]["card"]
    sri = document["files"][file]["integrity"]
    tag = f'<script async src="{handbill}/kit/{version()}/{file}" integrity="{sri}" crossorigin=anonymous></script>'
    ready(page, host.show(card(pages, "/film"), head=tag))
    assert document["files"][file]["brotli"] <= BUDGET
    assert [urlsplit(url).path.rpartition("/")[2] for url in seen.requests if "/kit/" in url] == [file]
    assert not seen.errors
