"""A site that wants its answer posted (OAuth 2.0 Form Post Response Mode), in a browser, with scripts and without."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.login_site import Place, say_who
from tests.login.parties import Party


@pytest.mark.parametrize("scripts", [True, False])
def test_the_answer_is_posted_to_the_site(browser: Browser, place: Place, scripts: bool) -> None:
    party = Party(place.site)
    changes = {"redirect_uri": place.blog.origin + "/post", "response_mode": "form_post", "network": "developer"}
    place.show()
    context = browser.new_context(java_script_enabled=scripts)
    page = context.new_page()
    page.goto(place.base + party.address(**changes))
    say_who(page)
    if not scripts:
        page.get_by_role("button", name="Continue").click()
    expect(page).to_have_url(place.blog.origin + "/post")
    [sent] = [line for line in place.blog.log if line.startswith("POST")]
    assert "code=hbc_" in sent
    assert urlencode({"iss": place.base}) in sent
    assert f"'Origin': '{place.base}'" in sent, "the site can tell who posts"
    assert "Referer" not in sent.replace(f"'Referer': '{place.base}/'", ""), "and not from which page"
    context.close()
