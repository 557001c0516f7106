"""Who may send a form: the token of this browser, and the word of whoever sends it where it comes from."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from flask import Flask
from flask.testing import FlaskClient

from login.tables import AccountRow
from tests.doubles import ORIGIN
from tests.login.parties import ANN, BASE, a_party, follow, form_of, links_of, log_in, sent_to

SAME = {"Sec-Fetch-Site": "same-origin"}
# What a sender says, and whether a form that logs in, and one that changes what is stored, are taken from it.
SAID: dict[str, tuple[Mapping[str, str], bool, bool]] = {
    "a browser": ({"Origin": BASE, **SAME}, True, True),
    "an older browser": ({"Origin": BASE}, True, True),
    "a browser told to keep its referrer to itself": ({"Origin": "null", **SAME}, True, True),
    "only where from": (SAME, True, True),
    "nothing, as a plain client": ({}, True, False),
    "an empty origin": ({"Origin": ""}, True, False),
    "another site": ({"Origin": ORIGIN, "Sec-Fetch-Site": "cross-site"}, False, False),
    "another site's older browser": ({"Origin": ORIGIN}, False, False),
    "a neighbour": ({"Origin": "http://127.0.0.1:8001", "Sec-Fetch-Site": "same-site"}, False, False),
    "a frame without an origin": ({"Origin": "null", "Sec-Fetch-Site": "cross-site"}, False, False),
    "an older browser's frame": ({"Origin": "null"}, False, False),
    "our origin, from elsewhere": ({"Origin": BASE, "Sec-Fetch-Site": "cross-site"}, False, False),
    "no origin, from elsewhere": ({"Sec-Fetch-Site": "cross-site"}, False, False),
    "typed in": ({"Sec-Fetch-Site": "none"}, False, False),
    "our origin in another letter": ({"Origin": BASE.upper()}, False, False),
}


def accounts(app: Flask) -> int:
    with app.extensions["handbill"].database.session() as session:
        return session.query(AccountRow).count()


def test_10_forms_on_the_way_in(app: Flask) -> None:
    party = a_party(app)
    for who, (headers, allowed, _) in SAID.items():
        client, before = app.test_client(), accounts(app)
        action, fields = form_of(follow(client, client.get(party.address(network="developer"))))
        reply = client.post(action, data={**fields, **ANN, "subject": who}, headers=dict(headers))
        assert reply.status_code == (303 if allowed else 403), who
        assert accounts(app) == before + allowed, who


def test_10_two_tabs_opened_at_one_moment(app: Flask) -> None:
    """Both were asked for without a cookie, so each brought its own; the later one stands, both forms end well."""
    party, tabs = a_party(app), [app.test_client(), app.test_client()]
    forms = [form_of(follow(tab, tab.get(party.address(network="developer")))) for tab in tabs]
    browser = tabs[1]
    for (action, fields), who in zip(forms, ("ann", "bob"), strict=True):
        reply = browser.post(action, data={**fields, **ANN, "subject": who}, headers={"Origin": BASE, **SAME})
        if who == "ann":
            assert reply.status_code == 422
            action, fields = form_of(reply)
            assert f'value="{who}"' in reply.get_data(as_text=True)
            reply = browser.post(action, data={**fields, **ANN, "subject": who}, headers={"Origin": BASE, **SAME})
        assert reply.status_code == 303
        assert sent_to(follow(browser, reply))["code"]


def test_10_the_form_that_agrees(app: Flask, client: FlaskClient) -> None:
    log_in(client, "/login/developer")
    for who, (headers, allowed, _) in SAID.items():
        action, fields = form_of(follow(client, client.get(a_party(app).address())))
        reply = client.post(action, data={**fields, "answer": "allow"}, headers=dict(headers))
        assert bool(sent_to(reply)["code"]) if allowed else reply.status_code == 403, who


def test_10_forms_that_delete(app: Flask) -> None:
    for who, (headers, _, allowed) in SAID.items():
        client = app.test_client()
        log_in(client, "/login/developer", {**ANN, "subject": who})
        before, page = accounts(app), client.get("/account").get_data(as_text=True)
        token = page.partition('name="token" value="')[2].partition('"')[0]
        reply = client.post("/account/delete", data={"token": token, "sure": "yes"}, headers=dict(headers))
        assert reply.status_code == (200 if allowed else 403), who
        assert accounts(app) == before - allowed, who


@pytest.mark.parametrize(
    ("place", "status"), [("", 200), ("same-origin", 200), ("none", 200), ("same-site", 403), ("cross-site", 403)]
)
def test_the_export_is_not_for_other_sites_pages_to_start(
    app: Flask, client: FlaskClient, place: str, status: int
) -> None:
    log_in(client, "/login/developer")
    assert "/account/export" in links_of(client.get("/account"))
    headers = {"Sec-Fetch-Site": place} if place else {}
    reply = client.get("/account/export", headers=headers)
    assert reply.status_code == status
    assert reply.headers["Cross-Origin-Resource-Policy"] if status != 200 else "attachment" in str(reply.headers)
