"""What log-in buttons weigh, that nothing moves when they come, and that everybody can see and press them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page

from core.sites import Site
from embed.snippet import links, snippets
from networks import Networks
from tests.browser.conftest import Seen
from tests.browser.login_site import Blog, Place, a_place, ready
from tests.browser.test_promises import BLOCKED, WATCH
from widgets import Widgets
from widgets.base import Context, parse
from widgets.login import LoginOptions, data
from widgets.words import Catalog

# Must hold: the kit with the buttons of three networks, and what they are made of (docs/architecture.md, budgets).
BUDGET = 3000
THREE = "google github mastodon"
KEYS = {f"{key}_{name}": "x" for key in ("google", "github") for name in ("client_id", "client_secret")}


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Flask]]:
    """A server with the keys of the networks that the budget names."""
    from tests.browser.conftest import a_free_port
    from tests.doubles import an_app, serving

    port = a_free_port()
    app = an_app(tmp_path_factory.mktemp("three"), base_url=f"http://127.0.0.1:{port}", **KEYS)
    with serving(app, port) as origin:
        yield origin, app
    app.extensions["handbill"].close()


@pytest.fixture
def place(three: tuple[str, Flask], blog: Blog) -> Place:
    return a_place(three[1], three[0], blog)


def server_html(place: Place, **options: str) -> str:
    """The element as /widgets/login.html has it."""
    query = {"site": place.site.key, "networks": THREE, **options}
    return place.app.test_client().get("/widgets/login.html", query_string=query).text


def builders_code(place: Place) -> str:
    """The element as the builder writes it."""
    services = place.app.extensions["handbill"]
    site: Site = services.sites.by_key(place.site.key)
    words = Catalog().words("en")
    context = Context(Networks(), words, place.base, site, offered=services.logins.offered)
    options, _ = parse(LoginOptions, {"networks": THREE, "site": site.key}, Networks())
    made = links(data(options, context), page_known=True)
    code = snippets("login", {"networks": THREE}, made, site.key, place.base, "1.0.0", {}, {})[0].code
    return code.partition("</script>")[2]


@pytest.mark.parametrize("start", ["", "/auth/login"], ids=["a page alone", "with a back end"])
@pytest.mark.parametrize("links", ["server HTML", "an empty element"])
def test_what_three_buttons_weigh(page: Page, place: Place, start: str, links: str, seen: Seen) -> None:
    address = place.show()
    element = (
        server_html(place, start=start) if links == "server HTML" else f'<hb-login networks="{THREE}"></hb-login>'
    )
    if start:
        element = element.replace("<hb-login", f"<hb-login start={start}", 1)
    place.blog.pages["/post"] = place.blog.pages["/post"].replace(place.fragment(""), element)
    ready(page, address)
    page.wait_for_load_state("networkidle")
    assert page.locator("hb-login a[slot]").count() == 3
    weights = seen.weights(place.base)
    assert len(weights) == 3, weights
    assert sum(weights.values()) <= BUDGET, (sum(weights.values()), weights)


STYLES = {
    "browser's own": "",
    "tight lines": "body { font: 14px/1.1 sans-serif }",
    "large type": "body { font: 22px/1.8 serif }",
    "loud links": "a { display: inline-block !important; padding: 2px 16px !important; background: red }",
    "reset": "* { margin: 0; padding: 0; box-sizing: border-box } svg { display: block; vertical-align: middle }",
    "centred": ".w { text-align: center }",
    "narrow": "body { width: 240px; font-size: 14px }",  # a label just fits its line, in wide fonts too
}
TOP = "document.querySelector('#after').getBoundingClientRect().top"


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("source", ["server", "builder"])
def test_nothing_moves(page: Page, place: Place, style: str, source: str) -> None:
    page.add_init_script(WATCH)
    element = server_html(place) if source == "server" else builders_code(place)
    address = place.show(head=f"<style>{STYLES[style]}</style>")
    place.blog.pages["/post"] = place.blog.pages["/post"].replace(place.fragment(""), f"<div class=w>{element}</div>")
    held: list[Any] = []
    page.route("**/widgets/login.json*", lambda route: held.append(route))
    with page.expect_request("**/widgets/login.json*"):
        page.goto(address)
    before = page.evaluate(TOP)
    held.pop().continue_()
    page.wait_for_selector("hb-login a[slot]", state="attached")
    page.wait_for_timeout(60)
    assert page.evaluate(f"{TOP} - {before}") == pytest.approx(0, abs=0.5)
    assert page.evaluate("window.shift") < 0.01, page.evaluate("window.moved")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("look", ["", "color=brand", "theme=light", "theme=dark", "lang=ar"])
def test_axe_finds_nothing(browser: Browser, place: Place, scheme: Any, look: str) -> None:
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    style = "<style>@media (prefers-color-scheme: dark) { body { background: #15130f; color: #f1ece2 } }</style>"
    address = place.show(head=style)
    element = f'<hb-login networks="{THREE} developer indieauth bluesky" {look}></hb-login>'
    place.blog.pages["/post"] = place.blog.pages["/post"].replace(place.fragment(""), element)
    ready(page, address)
    page.wait_for_load_state("networkidle")
    found = Axe().run(page).response["violations"]
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found] == []
    names = page.evaluate("[...document.querySelectorAll('hb-login a')].map((a) => a.ariaLabel)")
    assert len(set(names)) == 6
    assert all(names)
    context.close()


@pytest.mark.parametrize("lang", ["en", "ar", "ko", "el"])
def test_a_finger_finds_them_in_every_direction(browser: Browser, place: Place, lang: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    page = context.new_page()
    address = place.show(head="<meta name=viewport content='width=device-width'>")
    rtl = "dir=rtl " if lang == "ar" else ""
    html = place.blog.pages["/post"].replace(place.fragment(""), f'<hb-login networks="{THREE}"></hb-login>')
    place.blog.pages["/post"] = html.replace("<html lang=en", f"<html {rtl}lang={lang}")
    ready(page, address)
    boxes = page.evaluate("""[...document.querySelectorAll('hb-login a')].map((a) => a.getBoundingClientRect())
      .map((r) => [r.width, r.height, r.top, r.bottom])""")
    assert all(width >= 200 and height >= 42 for width, height, _, _ in boxes)
    faces = page.evaluate("""[...document.querySelector('hb-login').shadowRoot.querySelectorAll('li')].map((li) =>
      [li.getBoundingClientRect().height, li.querySelector('svg').getBoundingClientRect().left,
       li.querySelector('span').getBoundingClientRect().left])""")
    assert all(height >= 44 for height, _, _ in faces)
    assert all((mark > words) == (lang == "ar") for _, mark, words in faces)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()


def test_the_pages_own_mark_text_and_links_are_kept(page: Page, place: Place) -> None:
    own = '<svg viewBox="0 0 9 9"><path fill="#EA4335" d="M0 0h9v9z"/></svg>'
    href = f"{place.base}/login/google?site={place.site.key}&return_to={place.blog.origin}/post"
    inside = f'Log in with <a href="{href}">{own}Google</a> or <a href="/password">a password</a>'
    ready(page, place.show('networks="google mastodon"', inside=inside))
    shadow = "document.querySelector('hb-login').shadowRoot"
    assert page.evaluate(f"{shadow}.querySelector('path').getAttribute('fill')") == "#EA4335"
    assert page.get_by_role("link", name="a password").is_visible()
    assert page.get_by_text("Log in with").is_visible()
    assert page.evaluate("document.querySelector('[slot=google]').ariaLabel") == "Continue with Google"


def test_no_name_of_ours_is_on_a_block_list(page: Page, place: Place) -> None:
    files: list[str] = []
    page.on("request", lambda r: files.append(urlsplit(r.url).path) if "/kit/" in r.url else None)
    ready(page, place.show())
    page.hover("hb-login a")
    page.wait_for_load_state("networkidle")
    assert len(files) == 3
    names = page.evaluate("""[...document.querySelector('hb-login').shadowRoot.querySelectorAll('*')]
      .flatMap((e) => [e.className.baseVal ?? e.className, e.id, e.getAttribute('part')]).filter(Boolean)""")
    assert [name for name in [*names, *files] if BLOCKED.search(name)] == []


def test_widgets_and_their_options_are_known() -> None:
    assert Widgets()["login"].options is LoginOptions


def test_an_attribute_that_changes_is_seen(page: Page, place: Place) -> None:
    ready(page, place.show('networks="google"', inside=""))
    page.evaluate("document.querySelector('hb-login').setAttribute('networks', 'mastodon github')")
    page.wait_for_selector("hb-login a[slot=github]", state="attached")
    labels = page.evaluate(
        "[...document.querySelector('hb-login').shadowRoot.querySelectorAll('li')].map((l) => l.innerText)"
    )
    assert labels == ["Continue with Mastodon", "Continue with GitHub"]
