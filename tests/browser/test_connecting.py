"""What the owner of an account sees while they connect it: to be read, pressed and left, with and without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import a_free_port
from tests.doubles import serving
from tests.login.owners import Owner, facebook_pages, page


@pytest.fixture(scope="module")
def owner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Owner]:
    port = a_free_port()
    pages = facebook_pages(page(101), page(102))
    made = Owner(tmp_path_factory.mktemp("owner"), "facebook", pages, base_url=f"http://127.0.0.1:{port}")
    with serving(made.app, port):
        yield made


def go(context: BrowserContext, shown: Page, owner: Owner) -> None:
    """Press the button, and come back from the network, which nobody can reach from here."""
    link = shown.get_attribute("a[data-network]", "href")
    away = context.request.get(f"{owner.base}{link}", max_redirects=0)
    state = parse_qs(urlsplit(away.headers["location"]).query)["state"][0]
    shown.goto(f"{owner.base}/login/facebook/callback?code=the-code&state={state}")


def sound(shown: Page) -> None:
    found = Axe().run(shown).response["violations"]
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found] == []
    assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("lang", "width"), [("en", 1280), ("de", 390), ("ar", 320)])
def test_every_page_on_the_way(browser: Browser, owner: Owner, scheme: Any, lang: str, width: int) -> None:
    context = browser.new_context(color_scheme=scheme, locale=lang, viewport={"width": width, "height": 800})
    shown = context.new_page()
    shown.goto(owner.base + owner.address())
    sound(shown)
    go(context, shown, owner)
    expect(shown.locator("form button")).to_have_count(2)
    sound(shown)
    shown.locator("form button").nth(1).press("Enter")
    expect(shown.locator(".lead")).to_contain_text("Page 102")
    sound(shown)
    context.close()


def test_it_takes_no_scripts(browser: Browser, owner: Owner) -> None:
    context = browser.new_context(java_script_enabled=False)
    shown = context.new_page()
    shown.goto(owner.base + owner.address())
    go(context, shown, owner)
    shown.locator("form button").first.click()
    expect(shown.locator("h1")).to_have_text("Facebook is connected")
    shown.reload()
    expect(shown.locator(".lead")).not_to_contain_text("Page 101")
    context.close()
