"""oidc-client-ts 3, the relying party that single-page applications use, in a page on another origin than ours.

It has no secret, asks the token endpoint from the page, stays logged in with a refresh token, and logs out.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from embed.kit_build import ROOT
from tests.browser.conftest import Seen
from tests.browser.login_site import Blog, Place, a_place, say_who
from tests.login.parties import claims

LIBRARY = ROOT / "node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js"
SCOPE = "openid profile email offline_access"
# What the page does where it is the end of a login in a window, or in a hidden frame.
BACK_IN_A_WINDOW = "if (opener) manager.signinPopupCallback(); if (parent !== window) manager.signinSilentCallback();"


@pytest.fixture
def place(login_server: tuple[str, Flask], blog: Blog) -> Place:
    back = (blog.origin + "/post",)
    return a_place(login_server[1], login_server[0], blog, return_to=back, logout_return_to=back)


def application(place: Place, page: Page, scope: str = SCOPE) -> None:
    """Open a single-page application that logs people in with the library alone."""
    here = place.blog.origin + "/post"
    settings = {
        "authority": place.base,
        "client_id": place.site.client_id,
        "redirect_uri": here,
        "post_logout_redirect_uri": here,
        "scope": scope,
        "loadUserInfo": True,
        "automaticSilentRenew": False,
    }
    place.blog.scripts["/oidc.js"] = LIBRARY.read_text("utf-8")
    script = f"window.manager = new oidc.UserManager({json.dumps(settings)}); {BACK_IN_A_WINDOW}"
    head = f'<link rel=icon href="data:,"><script src=/oidc.js></script><script>{script}</script>'
    page.goto(
        place.blog.show(
            "<h1>An application</h1><button onclick='done = manager.signinPopup()'>Log in</button>", head=head
        )
    )


def choose(page: Page) -> None:
    """Choose the developer network and say who one is."""
    page.locator("a[data-network=developer]").click()
    say_who(page)


def user(page: Page) -> dict[str, Any]:
    """What the library knows of who is logged in."""
    found = page.evaluate("manager.getUser()")
    assert found, page.url
    return dict(found)


def test_an_application_logs_in_renews_and_logs_out(page: Page, place: Place, seen: Seen) -> None:
    application(place, page)
    page.evaluate("void manager.signinRedirect({state: {at: 'ä+ &'}})")
    choose(page)
    page.wait_for_url("**/post?*")
    assert page.evaluate("manager.signinCallback().then((u) => u.state)") == {"at": "ä+ &"}
    first = user(page)
    told = claims(place.app.test_client(), first["id_token"])
    assert (first["profile"]["name"], first["profile"]["sub"]) == ("Ann Örn", told["sub"])
    assert page.evaluate("manager.signinSilent().then((u) => u.expires_in > 3000)")
    second = user(page)
    assert second["access_token"] != first["access_token"]
    assert second["refresh_token"] != first["refresh_token"]
    page.evaluate("manager.revokeTokens(['access_token'])")
    assert place.app.test_client().get(
        "/oauth/userinfo", headers={"Authorization": f"Bearer {second['access_token']}"}
    ).status_code == 401  # fmt: skip
    page.evaluate("void manager.signoutRedirect({state: 'gone'})")
    page.wait_for_url("**/post?state=*")
    page.evaluate("manager.signoutCallback()")
    assert page.evaluate("manager.getUser()") is None
    assert not seen.errors


def test_an_application_logs_in_in_a_window(page: Page, context: BrowserContext, place: Place, seen: Seen) -> None:
    """And without a refresh token it asks in a hidden frame, to which a browser gives no cookie."""
    application(place, page, "openid profile")
    with context.expect_page() as opened:
        page.get_by_role("button", name="Log in").click()
    window = opened.value
    expect(window.locator("a[data-network=developer]")).to_be_visible()
    with window.expect_event("close"):
        choose(window)
    assert page.evaluate("done.then((u) => u.profile.name)") == "Ann Örn"
    answer = page.evaluate(
        "manager.signinSilent({silentRequestTimeoutInSeconds: 5}).catch((e) => e.error || String(e))"
    )
    assert answer == "login_required"
    assert not seen.errors
