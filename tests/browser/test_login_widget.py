"""Log-in buttons on a static site of somebody else's: by redirect, with every promise and every way it goes wrong."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import update

from core.times import utc_now
from login.tables import CodeRow
from tests.browser.conftest import Seen
from tests.browser.login_site import (
    NOTHING,
    Blog,
    Place,
    a_blog,
    a_place,
    click,
    heard,
    log_in,
    ready,
    say_who,
    stored,
    wait_for,
)
from tests.browser.test_promises import CSP, WATCH
from tests.login.parties import claims
from tests.widgets.test_login_recipes import recipe

# --- by redirect ---


def test_somebody_logs_in_from_a_static_page(page: Page, context: BrowserContext, place: Place, seen: Seen) -> None:
    address = place.show()
    ready(page, address + "?a=1#part")
    told = log_in(page)
    assert urlsplit(page.url)._replace(fragment="").geturl() == address
    token = claims(place.app.test_client(), told["id_token"])
    assert told["profile"] == {
        "sub": token["sub"], "name": "Ann Örn", "email": "ada@example.org", "email_verified": False,
        "network": "developer",
    }  # fmt: skip
    assert (token["iss"], token["aud"]) == (place.base, place.site.client_id)
    assert stored(page) == NOTHING
    assert context.cookies(place.blog.origin) == []
    assert seen.errors == []


def test_59_61_no_token_reaches_the_sites_log_or_stays(page: Page, context: BrowserContext, place: Place) -> None:
    """Threats 59 and 61: a code in the address, once; a token of ten minutes; no refresh token."""
    asked: list[str] = []
    context.on("request", lambda r: asked.append(r.url) if r.url.endswith("/oauth/token") else None)
    ready(page, place.show())
    with page.expect_response(lambda r: r.url.endswith("/oauth/token")) as reply:
        told = log_in(page)
    answer = reply.value.json()
    page.reload()
    page.wait_for_selector("hb-login a[slot]", state="attached")
    assert len(asked) == 1
    log = "\n".join(place.blog.log)
    assert "code=hbc_" in log
    assert told["id_token"].split(".")[1] not in log
    assert answer["access_token"] not in log
    assert "hb-login" not in page.url
    assert "refresh_token" not in answer
    token = claims(place.app.test_client(), told["id_token"])
    assert token["exp"] - token["iat"] <= 600
    assert heard(page, "hb-login") == []  # once, and not again when the page is read anew


def test_a_second_login_is_one_click(page: Page, place: Place) -> None:
    ready(page, place.show())
    first = log_in(page, "twice")
    page.evaluate("window.first = true")
    click(page)
    page.wait_for_function("!window.first && window.heard?.length")
    assert page.url == place.blog.origin + "/post"
    assert wait_for(page, "hb-login")["profile"]["sub"] == first["profile"]["sub"]


def test_62_a_strict_policy_and_nothing_before_a_click(
    page: Page, context: BrowserContext, place: Place, seen: Seen
) -> None:
    """Threat 62: script-src by address, no inline code, trusted types; and nobody else is asked, nothing is kept."""
    place.blog.headers["Content-Security-Policy"] = (
        CSP.format(place.base).replace("script-src", "script-src 'nonce-n'").replace("img-src", "img-src data:")
    )
    page.add_init_script(WATCH)
    ready(page, place.show())
    page.hover("hb-login a")
    page.wait_for_load_state("networkidle")
    assert stored(page) == NOTHING
    assert context.cookies() == []
    hosts = {urlsplit(url).netloc for url in seen.requests if not url.startswith("data:")}
    assert hosts == {urlsplit(place.base).netloc, urlsplit(place.blog.origin).netloc}
    log_in(page)
    assert page.evaluate("window.violations") is None
    assert [line for line in seen.console if "policy" in line.lower() and place.base not in line] == []
    assert seen.errors == []


def test_without_scripts_one_is_logged_in_here_and_comes_back_without_a_token(browser: Browser, place: Place) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(place.show())
    page.get_by_role("link", name="Continue with Developer").click()
    expect(page.get_by_text("needs scripts")).to_be_visible()
    say_who(page)
    expect(page.get_by_role("heading", name="A post")).to_be_visible()
    assert page.url == place.blog.origin + "/post"
    page.goto(place.base + "/account")
    expect(page.get_by_text("Ann Örn").first).to_be_visible()
    context.close()


def test_with_a_back_end_the_script_leaves_the_links_alone(page: Page, place: Place) -> None:
    place.blog.show("<h1>Back end</h1>", "/auth/login")
    address = place.show(
        "start=/auth/login networks=developer", inside='<a href="/auth/login?network=developer&n=1">D</a>'
    )
    ready(page, address)
    click(page)
    expect(page.get_by_role("heading", name="Back end")).to_be_visible()
    assert urlsplit(page.url).query == "network=developer&n=1"
    assert stored(page) == NOTHING


@pytest.mark.parametrize(
    "form", ["<hb-login networks=developer></hb-login>", "<div data-hb=login data-networks=developer></div>"]
)
def test_an_empty_element_and_the_division_log_in_too(page: Page, place: Place, form: str) -> None:
    address = place.show(inside="")
    place.blog.pages["/post"] = place.blog.pages["/post"].replace("<hb-login ></hb-login>", form)
    ready(page, address)
    page.click("a[slot=developer]")
    say_who(page)
    wait_for(page, "hb-login")


def test_where_the_page_is_not_registered_the_visitor_comes_back_to_one_that_is(page: Page, place: Place) -> None:
    place.show()
    ready(page, place.show(path="/elsewhere"))
    log_in(page)
    assert page.url == place.blog.origin + "/post"


def test_the_owners_address_to_come_back_to(login_server: tuple[str, Flask], blog: Blog, page: Page) -> None:
    place = a_place(
        login_server[1], login_server[0], blog, return_to=(f"{blog.origin}/post", f"{blog.origin}/in?a=1")
    )
    place.show(path="/in")
    ready(page, place.show(f'return-to="{blog.origin}/in?a=1"', inside=""))
    click(page)
    say_who(page)
    page.wait_for_url("**/in?a=1")
    wait_for(page, "hb-login")
    assert page.url == blog.origin + "/in?a=1"


# --- what people do ---


def test_two_tabs_at_once(page: Page, context: BrowserContext, place: Place) -> None:
    other = context.new_page()
    for tab in (page, other):
        ready(tab, place.show())
        click(tab)
        tab.wait_for_url("**/login/developer**")
    for tab, subject in ((other, "bob"), (page, "ann")):
        say_who(tab, subject)
        wait_for(tab, "hb-login")
        assert stored(tab) == NOTHING


def test_the_back_button_before_and_after(page: Page, place: Place) -> None:
    ready(page, place.show())
    click(page)
    page.wait_for_url("**/login/developer**")
    page.go_back()
    page.wait_for_selector("hb-login a[slot]", state="attached")
    log_in(page)
    page.go_back()  # to the form, whose login is done
    say_who(page)
    page.wait_for_url("**/post*")
    assert wait_for(page, "hb-error")["code"] == "login_failed"
    assert "?" not in page.url
    click(page)  # and once more, from there
    wait_for(page, "hb-login")


def test_a_double_click_is_one_attempt(page: Page, context: BrowserContext, place: Place) -> None:
    asked: list[str] = []
    context.on("request", lambda r: asked.append(r.url) if "/oauth/authorize" in r.url else None)
    ready(page, place.show())
    page.dblclick("hb-login a[slot=developer]", no_wait_after=True)
    say_who(page)
    wait_for(page, "hb-login")
    starts = [url for url in asked if "hb_done" not in url]
    assert len(starts) == 1


def test_by_keyboard_and_by_the_middle_button(page: Page, context: BrowserContext, place: Place) -> None:
    ready(page, place.show())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.slot") == "developer"
    ring = "getComputedStyle(document.querySelector('hb-login').shadowRoot.querySelector('li')).outlineStyle"
    assert page.evaluate(ring) == "solid"
    page.keyboard.press("Enter")
    say_who(page)
    wait_for(page, "hb-login")
    page.click("hb-login a[slot=developer]", button="middle")
    page.wait_for_url("**/post")
    assert len(context.pages) == 1


def test_saying_no(page: Page, place: Place) -> None:
    ready(page, place.show())
    click(page)
    page.get_by_role("link", name="Back to The Daily Example").click()
    assert wait_for(page, "hb-error")["code"] == "access_denied"
    expect(page.get_by_role("alert")).to_have_text("You were not logged in. You can try again or choose another way.")
    assert page.url == place.blog.origin + "/post"
    assert stored(page) == NOTHING
    assert [v["id"] for v in Axe().run(page).response["violations"]] == []
    log_in(page)
    expect(page.get_by_role("alert")).to_have_count(0)


def test_an_attempt_that_took_too_long(page: Page, place: Place) -> None:
    """The code's minute is over when the page brings it."""

    def later() -> None:
        with place.app.extensions["handbill"].database.session(write=True) as session:
            session.execute(update(CodeRow).values(expires=utc_now() - timedelta(seconds=1)))

    place.blog.before = later
    ready(page, place.show("lang=de"))
    click(page)
    page.get_by_role("button").click()
    assert wait_for(page, "hb-error")["code"] == "invalid_grant"
    expect(page.get_by_role("alert")).to_contain_text("hat zu lange gedauert")
    assert page.url == place.blog.origin + "/post"
    assert stored(page) == NOTHING
    assert heard(page, "hb-login") == []


def test_56_somebody_elses_answer_is_not_taken(page: Page, context: BrowserContext, place: Place) -> None:
    """Threat 56: an address with an attacker's code logs nobody in; what is not from this issuer is left alone."""
    attacker = context.browser.new_context().new_page()  # type: ignore[union-attr]
    attacker.route("**/oauth/token", lambda route: route.abort())
    ready(attacker, place.show())
    click(attacker)
    say_who(attacker, "mallory")
    wait_for(attacker, "hb-error")
    attacker.context.close()
    [back] = [line.split()[1] for line in place.blog.log if "?code=" in line.split()[1]]
    page.goto(place.blog.origin + back)
    assert wait_for(page, "hb-error")["code"] == "login_failed"
    assert heard(page, "hb-login") == []
    fields = parse_qs(urlsplit(back).query)
    page.goto(f"{place.blog.origin}/post?code=a&state={fields['state'][0]}&iss=https://evil.example")
    page.wait_for_selector("hb-login a[slot]", state="attached")
    page.wait_for_load_state("networkidle")
    assert "code=a" in page.url
    assert heard(page, "hb-login", "hb-error") == []


def test_pages_without_https_do_what_pages_without_scripts_do(login_server: tuple[str, Flask], page: Page) -> None:
    with a_blog("plain.example") as blog:
        place = a_place(login_server[1], login_server[0], blog)
        ready(page, place.show())
        assert page.evaluate("isSecureContext") is False
        click(page)
        page.wait_for_url("**/login/developer?site=*")
        expect(page.get_by_text("needs scripts")).to_be_visible()


def test_in_a_frame_the_links_are_links(page: Page, place: Place) -> None:
    ready(page, place.show())
    page.goto(place.blog.show(f"<iframe src='{place.blog.origin}/post'></iframe>", "/outside"))
    frame = page.frame_locator("iframe")
    frame.locator("hb-login a[slot]").wait_for(state="attached")
    with page.expect_request("**/login/developer?site=*"):
        frame.locator("hb-login a[slot=developer]").click()
    assert stored(page) == NOTHING


def test_our_own_home_page_logs_somebody_in_at_once(login_server: tuple[str, Flask], page: Page) -> None:
    """As after `make run`: the demo site is there, the developer network needs no key."""
    base, app = login_server
    app.extensions["handbill"].sites.add("Demo", origins=(base,), return_to=(base + "/",), public=True)
    page.goto(base + "/")
    page.click("hb-login a[slot=developer]", no_wait_after=True)
    say_who(page)
    expect(page.get_by_text("Ann Örn may write a note now")).to_be_visible()
    assert page.url == base + "/"
    assert stored(page)[:2] == NOTHING[:2]


def test_60_the_recipe_for_pages_tells_a_good_token_from_a_tampered_one(page: Page, place: Place) -> None:
    """Threat 60: WebCrypto in the page, against the published keys (docs/login-verify.md)."""
    place.blog.scripts["/verify.js"] = recipe("js", place.base, place.site.client_id)
    ready(page, place.show())
    token = log_in(page)["id_token"]
    check = "(token) => import('/verify.js').then((m) => m.verify(token)).then((c) => c.name, (e) => e.message)"
    assert page.evaluate(check, token) == "Ann Örn"
    head, body, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "==="))
    forged = base64.urlsafe_b64encode(json.dumps({**claims, "sub": "admin"}).encode()).decode().rstrip("=")
    assert page.evaluate(check, f"{head}.{forged}.{signature}") == "The signature is wrong."
