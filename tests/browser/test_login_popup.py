"""Log-in buttons with a window of their own: messages, windows that are cut off, blocked, forged at, or left open."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Route, expect

from tests.browser.conftest import Seen
from tests.browser.login_site import (
    NOTHING,
    Place,
    a_blog,
    click,
    gone,
    heard,
    log_in,
    pop_up,
    ready,
    say_who,
    stored,
    wait_for,
)
from tests.login.parties import claims

POPUP = "mode=popup"
# The page keeps the window, and what it was opened with, for the test to look at.
KEEP = "void (open => (window.open = (...given) => (window.given = given, window.w = open(...given))))(open)"


def test_the_page_stays_and_the_window_tells_it(
    page: Page, context: BrowserContext, place: Place, seen: Seen
) -> None:
    address = place.show(POPUP)
    ready(page, address)
    window = pop_up(page, context)
    assert parse_qs(urlsplit(window.url).query)["request"]
    assert stored(page) == NOTHING
    with window.expect_event("close"):
        say_who(window)
    told = wait_for(page, "hb-login")
    token = claims(place.app.test_client(), told["id_token"])
    assert (token["sub"], token["aud"]) == (told["profile"]["sub"], place.site.client_id)
    assert page.url == address
    assert stored(page) == NOTHING
    assert not [url for url in seen.requests if url.endswith("/oauth/popup")]  # nothing was asked for in vain
    assert not [line for line in place.blog.log if "code=" in line.splitlines()[0]]
    assert seen.errors == []


def test_55_the_message_is_a_code_for_this_page_alone(page: Page, context: BrowserContext, place: Place) -> None:
    """Threat 55: what another page that opens the same window hears is nothing."""
    ready(page, place.show(POPUP))
    page.evaluate("addEventListener('message', (e) => (window.messages ||= []).push([e.origin, e.data]))")
    asked: list[str] = []
    context.on("request", lambda r: asked.append(r.url) if "/oauth/authorize" in r.url else None)
    say_who(pop_up(page, context))
    wait_for(page, "hb-login")
    [[origin, message]] = page.evaluate("window.messages")
    assert origin == place.base
    assert set(message) == {"code", "state", "iss"}
    with a_blog("evil.localhost") as evil:
        thief = context.new_page()
        thief.goto(evil.show("<h1>Evil</h1>"))
        thief.evaluate("addEventListener('message', (e) => (window.messages ||= []).push(e.data))")
        with context.expect_page() as opened:
            thief.evaluate("(url) => void (window.w = open(url, 'x', 'popup'))", asked[0])
        opened.value.wait_for_event("close")
        thief.wait_for_timeout(300)
        assert thief.evaluate("window.messages") is None


def test_55_forged_messages_are_not_heard(page: Page, context: BrowserContext, place: Place) -> None:
    """Threat 55: right words from the wrong window, from the wrong origin, or with the wrong state."""
    with a_blog("evil.localhost") as evil:
        frame = evil.show("<script>onmessage = (e) => parent.postMessage(e.data, '*')</script>", "/frame")
        address = place.show(POPUP, head=f"<base href='{place.blog.origin}/post'>")
        place.blog.pages["/post"] += f"<iframe src='{frame}'></iframe>"
        ready(page, address)
        page.evaluate("addEventListener('message', (e) => (window.messages ||= []).push([e.origin, e.data.code]))")
        window = pop_up(page, context)
        request = parse_qs(parse_qs(urlsplit(window.url).query)["request"][0])
        forged = {"code": "forged", "state": request["state"][0], "iss": place.base}
        page.evaluate("(m) => frames[0].postMessage(m, '*')", forged)
        page.evaluate("(m) => postMessage(m, '*')", forged)
        # From our own origin, but from a frame: the kit's page in an iframe of an attacker's making.
        window.evaluate("(m) => opener.postMessage({ ...m, state: 'another' }, '*')", forged)
        page.wait_for_function("window.messages?.length >= 3")
        origins = {origin for origin, _ in page.evaluate("window.messages")}
        assert origins == {evil.origin, place.blog.origin, place.base}
        assert heard(page, "hb-login", "hb-error") == []
        say_who(window)
        assert wait_for(page, "hb-login")["profile"]["name"] == "Ann Örn"


@pytest.mark.parametrize("policy", ["same-origin", "same-origin-allow-popups"])
def test_57_a_host_page_with_an_opener_policy(page: Page, context: BrowserContext, place: Place, policy: str) -> None:
    """Threat 57: under COOP the window reads as closed from the start, and the page asks instead."""
    place.blog.headers["Cross-Origin-Opener-Policy"] = policy
    place.blog.headers["Cross-Origin-Embedder-Policy"] = "unsafe-none"
    ready(page, place.show(POPUP))
    page.evaluate(KEEP)
    window = pop_up(page, context)
    assert page.evaluate("window.w.closed") is (policy == "same-origin")
    assert window.evaluate("opener === null") is (policy == "same-origin")
    page.wait_for_timeout(2500)
    assert heard(page, "hb-error") == []  # nobody takes it for closed
    say_who(window)
    assert wait_for(page, "hb-login")["profile"]["name"] == "Ann Örn"
    assert stored(page) == NOTHING


def test_57_a_page_on_the_way_with_an_opener_policy(page: Page, context: BrowserContext, place: Place) -> None:
    """Threat 57: a network's own page cuts the window off from the page."""

    def strict(route: Route) -> None:
        reply = route.fetch()
        route.fulfill(response=reply, headers={**reply.headers, "cross-origin-opener-policy": "same-origin"})

    ready(page, place.show(POPUP))
    context.route("**/oauth/authorize?*", lambda route: route.continue_())
    context.route("**/login/developer?*", strict)
    with context.expect_page() as opened:
        click(page)
    window = opened.value
    expect(window.get_by_role("button", name="Log in")).to_be_visible()
    window.goto(window.url)  # routes see no redirects: this time the page comes with the policy
    assert window.evaluate("opener === null")
    say_who(window)
    assert wait_for(page, "hb-login")["profile"]["name"] == "Ann Örn"


def test_57_a_window_that_cannot_close_says_what_to_do(page: Page, context: BrowserContext, place: Place) -> None:
    place.blog.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    ready(page, place.show(POPUP))
    window = pop_up(page, context)
    window.add_init_script("window.close = () => {}")
    say_who(window)
    expect(window.get_by_text("You can close this window.")).to_be_visible()
    wait_for(page, "hb-login")


def test_where_windows_are_blocked_the_login_happens_in_this_one(page: Page, place: Place) -> None:
    page.add_init_script("window.open = () => null")
    ready(page, place.show(POPUP))
    log_in(page)
    assert stored(page) == NOTHING


@pytest.mark.parametrize("inside", ["Mobile/15E148 [FBAN/FBIOS;FBAV/480]", "(Pixel 8; wv)", "Instagram 350.0"])
def test_apps_with_a_browser_inside_have_one_window(browser: Browser, place: Place, inside: str) -> None:
    context = browser.new_context(user_agent=f"Mozilla/5.0 AppleWebKit/605.1.15 {inside}")
    page = context.new_page()
    ready(page, place.show(POPUP))
    log_in(page)
    assert len(context.pages) == 1
    context.close()


def test_a_window_that_was_closed_is_no_error_and_the_button_works_again(
    page: Page, context: BrowserContext, place: Place
) -> None:
    ready(page, place.show(POPUP))
    pop_up(page, context).close()
    page.wait_for_timeout(2500)
    assert heard(page, "hb-error") == []
    say_who(pop_up(page, context))
    wait_for(page, "hb-login")
    assert len(heard(page, "hb-login")) == 1


def test_a_double_click_is_one_window(page: Page, context: BrowserContext, place: Place) -> None:
    ready(page, place.show(POPUP))
    with context.expect_page() as opened:
        page.dblclick("hb-login a[slot=developer]")
    say_who(opened.value)
    wait_for(page, "hb-login")
    gone(opened.value)
    assert len(context.pages) == 1
    assert heard(page, "hb-error") == []


def test_saying_no_in_the_window(page: Page, context: BrowserContext, place: Place) -> None:
    ready(page, place.show(POPUP))
    window = pop_up(page, context)
    window.get_by_role("link", name="Back to The Daily Example").click(no_wait_after=True)
    assert wait_for(page, "hb-error")["code"] == "access_denied"
    expect(page.get_by_role("alert")).to_contain_text("You were not logged in.")
    gone(window)


def test_58_our_window_keeps_its_opener_and_has_nothing_to_be_led_to(
    page: Page, context: BrowserContext, place: Place
) -> None:
    """Threat 58: no noopener, no COOP of ours; an opener that leads the window elsewhere ends this login, no more."""
    ready(page, place.show(POPUP))
    page.evaluate(KEEP)
    window = pop_up(page, context)
    assert "noopener" not in page.evaluate("window.given[2]")
    assert window.evaluate("opener !== null")
    with window.expect_navigation():
        page.evaluate("void (window.w.location = 'about:blank')")
    window.close()
    page.wait_for_timeout(2300)
    assert heard(page, "hb-login") == []


# --- third-party cookies ---


@pytest.fixture
def careful(
    playwright: Playwright, browser_type_launch_args: dict[str, Any], tmp_path: Path
) -> Iterator[BrowserContext]:
    """A browser that blocks third-party cookies, as its settings page would have it."""
    profile = tmp_path / "profile" / "Default"
    profile.mkdir(parents=True)
    settings = {"profile": {"cookie_controls_mode": 1, "block_third_party_cookies": True}}
    profile.joinpath("Preferences").write_text(json.dumps(settings), "utf-8")
    made = playwright.chromium.launch_persistent_context(str(profile.parent), **browser_type_launch_args)
    yield made
    made.close()


@pytest.mark.parametrize("mode", ["redirect", "popup"])
def test_63_third_party_cookies_are_not_needed(careful: BrowserContext, place: Place, mode: str) -> None:
    """Threat 63. First a proof that they are blocked: a frame of another site does not get its cookie back."""
    with a_blog("other.localhost") as other:
        other.headers["Set-Cookie"] = "probe=1; SameSite=None; Secure"
        frame = other.show("frame", "/frame")
        page = careful.new_page()
        address = place.show(f"mode={mode}")
        place.blog.pages["/post"] += f"<iframe src='{frame}'></iframe>"
        ready(page, address)
        page.wait_for_load_state("networkidle")
        with page.expect_response("**/frame?again"):
            page.evaluate("void (document.querySelector('iframe').src += '?again')")
        assert [line for line in other.log if "/frame?again" in line]
        assert not [line for line in other.log if "probe=1" in line]
        if mode == "redirect":
            log_in(page)
        else:
            say_who(pop_up(page, careful))
            wait_for(page, "hb-login")
        assert stored(page) == NOTHING
