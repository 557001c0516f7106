"""Cards on our own pages: the home page's example, and the builder."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Seen, a_free_port
from tests.doubles import a_site, an_app, serving
from tests.widgets.pages_with_cards import Pages, some_pages


@pytest.fixture(scope="module")
def pages() -> Iterator[Pages]:
    with some_pages() as made:
        yield made


@pytest.fixture(scope="module")
def handbill(tmp_path_factory: pytest.TempPathFactory, pages: Pages) -> Iterator[str]:
    """The application with a site of its own pages, as `make run` has; nobody anonymous may ask."""
    port = a_free_port()
    base_url = f"http://127.0.0.1:{port}"
    app = an_app(tmp_path_factory.mktemp("handbill"), base_url=base_url, http_allow=pages.host)
    a_site(app, name="Demo", origins=(base_url,), return_to=())
    with serving(app, port) as origin:
        yield origin
    app.extensions["handbill"].close()


def test_the_home_page_has_a_card_that_needs_nobody_else(page: Page, handbill: str, seen: Seen) -> None:
    page.goto(handbill + "/")
    expect(page.locator("hb-card [part=label]")).to_have_text("Everything social, from your own server")
    page.wait_for_function("document.querySelector('hb-card').shadowRoot.querySelector('img').naturalWidth > 0")
    page.wait_for_load_state("networkidle")
    assert {urlsplit(url).netloc for url in seen.requests} == {urlsplit(handbill).netloc}
    assert [line for line in seen.console if "violat" in line] == []


def test_the_home_page_has_it_without_scripts(browser: Browser, handbill: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(handbill + "/")
    expect(page.get_by_role("link", name="Everything social, from your own server")).to_be_visible()
    context.close()


def test_the_builder_makes_a_card_and_its_code(page: Page, handbill: str, pages: Pages, seen: Seen) -> None:
    page.goto(handbill + "/builder?widget=card")
    expect(page.get_by_text("Enter a page’s address and its card stands here.")).to_be_visible()
    page.get_by_label("Page address").fill(pages.origin + "/film")
    expect(page.locator("#stage [part=label]")).to_have_text("A film")
    page.get_by_label("Compact", exact=True).check()
    expect(page.locator("#stage .compact")).to_be_visible()
    code = page.locator("#code-html")
    expect(code).to_contain_text('layout="compact"')
    expect(code).to_contain_text(f'<a href="{pages.origin}/film"><img src')
    expect(code).to_contain_text('width="64" height="48" alt=""')
    page.get_by_role("tab", name="CSP").click()
    expect(page.locator("#code-csp")).to_contain_text("frame-src https://www.youtube-nocookie.com;")
    assert not seen.errors
    assert Axe().run(page).response["violations"] == []


def test_the_builders_code_keeps_its_pictures(page: Page, handbill: str, pages: Pages) -> None:
    page.goto(f"{handbill}/builder?widget=card&href={pages.origin}/wide")
    src = page.evaluate("document.querySelector('#code-html').textContent.match(/src=\"([^\"]+webp)/)[1]")
    reply = page.request.get(src)
    assert reply.status == 200
    assert "stale-while-revalidate" in reply.headers["cache-control"]  # no end, as an anonymous caller's has


def test_the_builder_may_show_players_and_says_what_went_wrong(page: Page, handbill: str, pages: Pages) -> None:
    page.context.route("https://www.youtube-nocookie.com/**", lambda route: route.fulfill(body="Playing"))
    page.goto(f"{handbill}/builder?widget=card&href={pages.origin}/film")
    page.get_by_role("button", name="Play from YouTube").click()
    expect(page.frame_locator("iframe").get_by_text("Playing")).to_be_visible()
    page.goto(f"{handbill}/builder?widget=card&href={pages.origin}/bare")
    expect(page.locator("#stage").get_by_role("link", name=pages.host)).to_be_visible()
    expect(page.get_by_text("The page says nothing of itself.")).to_be_visible()
