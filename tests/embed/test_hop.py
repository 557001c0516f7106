"""The hop: what a visitor without scripts meets between a link and a network."""

from __future__ import annotations

from http.cookies import SimpleCookie
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.errors import Unreachable
from core.sites import NewSite
from networks import Networks
from networks.intents import Content, intent
from tests.doubles import ORIGIN, with_http
from tests.networks.small_web import Web
from tests.widgets.test_share import Links

PAGE = "https://blog.example.org/a?b=1"
PERSON = {"Accept": "text/html", "Accept-Language": "de"}
WEBFINGER = "https://example.social/.well-known/webfinger?resource=https%3A%2F%2Fexample.social%2F"


def direct() -> list[str]:
    return [n.key for n in Networks().values() if n.share and n.share.direct]


@pytest.mark.parametrize("key", direct())
def test_a_plain_network_is_answered_with_its_share_page(client: FlaskClient, key: str) -> None:
    reply = client.get(f"/share/{key}", query_string={"url": PAGE, "text": "A & b"})
    assert reply.status_code == 303
    assert reply.headers["Location"] == intent(Networks()[key], Content(PAGE, "A & b"))
    assert reply.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in reply.headers


def test_without_an_address_it_is_the_page_the_visitor_came_from(client: FlaskClient) -> None:
    reply = client.get("/share/facebook", headers={"Referer": PAGE})
    assert parse_qs(urlsplit(reply.headers["Location"]).query)["u"] == [PAGE]
    own = client.get("/share/facebook", headers={"Referer": "http://127.0.0.1:8000/builder"})
    assert own.status_code == 422


@pytest.mark.parametrize("key", ["copy", "qr", "print", "native", "instagram", "viber", "mastodon", "fediverse"])
def test_a_question_or_an_action_is_a_page_in_the_visitors_language(client: FlaskClient, key: str) -> None:
    reply = client.get(f"/share/{key}", query_string={"url": PAGE, "text": "<b>x</b>"}, headers=PERSON)
    assert reply.status_code == 200
    assert '<html lang="de" dir="ltr"' in reply.text
    assert "<b>x</b>" not in reply.text.replace('<b dir="auto">', "")
    assert reply.text.count("<h1") == 1
    assert "Set-Cookie" not in reply.headers


def test_an_app_is_offered_where_only_an_app_can(client: FlaskClient) -> None:
    reply = client.get("/share/viber", query_string={"url": PAGE}, headers=PERSON)
    assert any(link["href"].startswith("viber://forward?text=") for link in Links(reply.text).found)


def test_the_qr_code_is_a_picture_of_ours(client: FlaskClient) -> None:
    reply = client.get("/share/qr.svg", query_string={"url": PAGE})
    assert reply.mimetype == "image/svg+xml"
    assert reply.data.startswith(b"<svg")
    assert b'viewBox="0 0 ' in reply.data, "or it would be cut off where there is less room"
    assert "sandbox" in reply.headers["Content-Security-Policy"]
    assert "<svg" in client.get("/share/qr", query_string={"url": PAGE}, headers=PERSON).text


def test_a_closed_network_says_when_and_offers_others(client: FlaskClient) -> None:
    reply = client.get("/share/pocket", query_string={"url": PAGE}, headers=PERSON)
    assert reply.status_code == 410
    assert "2025" in reply.text
    assert any("facebook.com" in link["href"] for link in Links(reply.text).found)


def fediverse(app: Flask) -> Flask:
    link = {"rel": "https://w3id.org/fep/3b86/Create", "template": "https://example.social/share?text={content}"}
    return with_http(app, Web({WEBFINGER: {"subject": "x", "links": [link]}}))


def test_the_server_is_asked_for_and_its_page_found(app: Flask) -> None:
    client = fediverse(app).test_client()
    form = client.get("/share/mastodon", query_string={"url": PAGE, "text": "Hi"}, headers=PERSON).text
    assert 'name="server"' in form
    assert f'name="url" value="{PAGE}"' in form
    reply = client.get("/share/mastodon", query_string={"url": PAGE, "text": "Hi", "server": "@me@example.social"})
    assert reply.status_code == 303
    assert reply.headers["Location"].startswith("https://example.social/share?text=Hi%20https%3A%2F%2Fblog")
    assert "Set-Cookie" not in reply.headers, "remembered only if the box was ticked"


def test_the_server_is_remembered_if_the_box_was_ticked(app: Flask) -> None:
    client = fediverse(app).test_client()
    query = {"url": PAGE, "server": "example.social", "remember": "1"}
    reply = client.get("/share/mastodon", query_string=query)
    cookie = SimpleCookie(reply.headers["Set-Cookie"])["hb_server"]
    assert (cookie.value, cookie["samesite"], bool(cookie["httponly"])) == ("example.social", "Lax", True)
    again = client.get("/share/mastodon", query_string={"url": PAGE}, headers=PERSON).text
    assert 'value="example.social"' in again


@pytest.mark.parametrize(
    "server",
    [
        "",
        "nonsense",
        "127.0.0.1",
        "localhost",
        "http://[::1]/",
        "a b",
        "x" * 300,
        "evil.example:22",
        "169.254.169.254",
    ],
)
def test_a_name_that_is_none_is_told_at_the_field(app: Flask, server: str) -> None:
    web = Web({})
    client = with_http(app, web).test_client()
    reply = client.get("/share/mastodon", query_string={"url": PAGE, "server": server}, headers=PERSON)
    assert reply.status_code == (422 if server else 200)
    assert ('aria-invalid="true"' in reply.text) == bool(server)
    assert not web.asked


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "none"}, 303),
        ({"Sec-Fetch-Site": "cross-site"}, 200),
        ({"Sec-Fetch-Site": "cross-site", "Referer": "https://evil.example/"}, 200),
        ({"Sec-Fetch-Site": "cross-site", "Referer": ORIGIN + "/"}, 303),
    ],
)
def test_a_strangers_link_cannot_send_people_through_us(
    app: Flask, site: NewSite, headers: dict[str, str], status: int
) -> None:
    query = {"url": PAGE, "server": "example.social", "site": site.key}
    reply = fediverse(app).test_client().get("/share/mastodon", query_string=query, headers={**PERSON, **headers})
    assert reply.status_code == status
    assert status == 303 or 'value="example.social"' in reply.text


class Nowhere:
    """A web in which nothing answers."""

    def close(self) -> None:
        pass

    def get(self, *_args: object, **_more: object) -> object:
        raise Unreachable("no such name")


def test_a_server_that_does_not_answer_is_told_at_the_field(app: Flask) -> None:
    client = with_http(app, Nowhere()).test_client()
    query = {"url": PAGE, "server": "gone.example.social"}
    reply = client.get("/share/mastodon", query_string=query, headers=PERSON)
    assert reply.status_code == 502
    assert "gone.example.social" in reply.text
    assert 'value="gone.example.social"' in reply.text, "nothing typed is lost"


def test_a_feed_may_be_anywhere_and_nobody_is_sent_there_by_a_stranger(client: FlaskClient) -> None:
    address, anywhere = "/follow/rss?account=https://evil.example/feed", {**PERSON, "Sec-Fetch-Site": "cross-site"}
    reply = client.get(address, headers=anywhere)
    assert reply.status_code == 200
    assert 'value="https://evil.example/feed"' in reply.text
    assert "Location" in client.get(address, headers={**PERSON, "Sec-Fetch-Site": "same-origin"}).headers


def test_following_goes_to_the_profile_or_asks(app: Flask) -> None:
    client = fediverse(app).test_client()
    assert client.get("/follow/github?account=me").headers["Location"] == "https://github.com/me"
    form = client.get("/follow/mastodon?account=@me@example.social", headers=PERSON)
    assert form.status_code == 200
    assert 'name="account" value="@me@example.social"' in form.text
