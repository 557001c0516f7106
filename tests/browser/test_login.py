"""Logging in in a real browser: the page that asks, the developer's form, one's own data; without scripts too."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from core.sites import NewSite
from tests.browser.conftest import HostPage, Seen, a_free_port
from tests.doubles import a_site, an_app, serving
from tests.login.parties import Party

WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Flask]]:
    port = a_free_port()
    app = an_app(tmp_path_factory.mktemp("login"), base_url=f"http://127.0.0.1:{port}")
    with serving(app, port) as origin:
        yield origin, app
    app.extensions["handbill"].close()


@pytest.fixture
def site(provider: tuple[str, Flask], host: HostPage) -> NewSite:
    """The website on another origin, registered; it has a page to come back to."""
    host.show("<h1>Back at the blog</h1>", "/back")
    return a_site(
        provider[1],
        name="The Daily Example",
        origins=(host.origin,),
        return_to=(host.origin + "/back",),
        logout_return_to=(host.origin + "/back",),
    )


@pytest.fixture
def asking(provider: tuple[str, Flask], site: NewSite, host: HostPage) -> str:
    """The address that the website sends people to."""
    return f"{provider[0]}{Party(site).address(redirect_uri=host.origin + '/back')}"


def found_by_axe(page: Page) -> list[tuple[str, str]]:
    return [(v["id"], v["nodes"][0]["html"][:200]) for v in Axe().run(page).response["violations"]]


def choose(page: Page, asking: str) -> None:
    page.goto(asking)
    page.get_by_role("link", name="Continue with Developer").click()


def log_in(page: Page, asking: str, subject: str = "ann") -> None:
    choose(page, asking)
    page.get_by_label("Id").fill(subject)
    page.get_by_role("button", name="Log in").click()


def test_from_the_blog_and_back(page: Page, seen: Seen, asking: str, host: HostPage) -> None:
    log_in(page, asking)
    expect(page.get_by_role("heading", name="Back at the blog")).to_be_visible()
    assert set(parse_qs(urlsplit(page.url).query)) == {"code", "state", "iss"}
    assert seen.errors == []
    assert [line for line in seen.console if "violates" in line] == []
    page.goto(asking)
    expect(page.get_by_role("heading", name="Back at the blog")).to_be_visible()


def test_without_scripts(browser: Browser, asking: str, provider: tuple[str, Flask]) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=NARROW)  # type: ignore[arg-type]
    page = context.new_page()
    log_in(page, asking, "no scripts")
    expect(page.get_by_role("heading", name="Back at the blog")).to_be_visible()
    page.goto(asking + "&prompt=consent")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Back at the blog")).to_be_visible()
    page.goto(provider[0] + "/account")
    expect(page.get_by_text("The Daily Example")).to_be_visible()
    page.get_by_role("button", name="Disconnect").click()
    expect(page.get_by_text("No site yet.")).to_be_visible()
    page.get_by_role("button", name="Yes, delete everything").click()
    expect(page.get_by_role("heading", name="Everything about you is deleted")).to_be_visible()
    context.close()


def test_with_the_keyboard_alone(page: Page, asking: str) -> None:
    page.goto(asking)
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.network") == "developer":
            break
    page.keyboard.press("Enter")
    page.wait_for_selector("#subject")
    page.get_by_label("Id").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Back at the blog")).to_be_visible()


def test_saying_no_goes_back_with_nothing(page: Page, asking: str) -> None:
    page.goto(asking)
    page.get_by_role("link", name="Back to The Daily Example").click()
    expect(page.get_by_role("heading", name="Back at the blog")).to_be_visible()
    assert parse_qs(urlsplit(page.url).query)["error"] == ["access_denied"]


def test_two_tabs_at_once(page: Page, asking: str) -> None:
    other = page.context.new_page()
    choose(page, asking)
    choose(other, asking)
    for tab in (page, other):
        tab.get_by_role("button", name="Log in").click()
        expect(tab.get_by_role("heading", name="Back at the blog")).to_be_visible()


def test_the_back_button_and_a_second_login(page: Page, asking: str) -> None:
    log_in(page, asking)
    expect(page.get_by_role("heading", name="Back at the blog")).to_be_visible()
    page.go_back()
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Back at the blog")).to_be_visible()


def test_a_double_click_is_one_login(page: Page, asking: str) -> None:
    choose(page, asking)
    page.get_by_role("button", name="Log in").dblclick(no_wait_after=True)
    expect(page.get_by_role("heading", name="Back at the blog")).to_be_visible()


def test_an_error_is_a_page_with_a_way_on(page: Page, asking: str) -> None:
    page.goto(asking.replace("client_id=", "client_id=x"))
    expect(page.get_by_role("heading", name="We do not know the site that sent you here")).to_be_visible()
    assert found_by_axe(page) == []


def test_the_form_of_a_stranger_is_not_taken(page: Page, provider: tuple[str, Flask], host: HostPage) -> None:
    address = host.show(f'<form method="post" action="{provider[0]}/login/developer"><button>Win</button></form>')
    page.goto(address)
    page.get_by_role("button", name="Win").click()
    expect(page.get_by_role("heading", name="That form is too old")).to_be_visible()


def test_logging_out(page: Page, provider: tuple[str, Flask], asking: str, host: HostPage, site: NewSite) -> None:
    log_in(page, asking)
    page.goto(
        f"{provider[0]}/oauth/end_session?client_id={site.client_id}&post_logout_redirect_uri={host.origin}/back"
    )
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="Back at the blog")).to_be_visible()
    page.goto(asking)
    expect(page.get_by_role("heading", name="Log in to The Daily Example")).to_be_visible()


def test_a_name_that_is_one_long_word_stays_on_the_page(
    page: Page, provider: tuple[str, Flask], asking: str, site: NewSite
) -> None:
    provider[1].extensions["handbill"].sites.change(site.key, name="Donau" * 20)
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    for more in ("", "&network=developer"):
        page.goto(asking + more)
        expect(page.get_by_role("link", name="Back to Donau")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.parametrize("lang", ["en", "de", "ar"])
def test_axe_finds_nothing_and_nothing_overflows(
    page: Page, provider: tuple[str, Flask], asking: str, lang: str
) -> None:
    page.emulate_media(reduced_motion="reduce")
    log_in(page, asking, "axe")
    pages = ("&prompt=login", "&prompt=consent", "&prompt=login&network=developer", "&prompt=select_account")
    addresses = [f"{asking}{more}&ui_locales={lang}" for more in pages]
    addresses += [f"{provider[0]}/account?ui_locales={lang}", f"{provider[0]}/oauth/end_session?ui_locales={lang}"]
    for address in addresses:
        page.goto(address)
        for size in (WIDE, NARROW):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                assert found_by_axe(page) == [], address
        page.set_viewport_size({"width": 320, "height": 800})
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, address
        page.evaluate("document.documentElement.style.fontSize = ''")
