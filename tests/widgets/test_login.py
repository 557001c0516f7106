"""The login widget: which networks it offers, where its links lead, and what it refuses to draw."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.sites import NewSite
from networks import Networks
from tests.doubles import ORIGIN, a_site, an_app
from tests.widgets.test_share import Links
from widgets.login import ink

BASE, BACK = "http://127.0.0.1:8000", ORIGIN + "/back"
KEYS = {
    "google_client_id": "g",
    "google_client_secret": "s",
    "microsoft_client_id": "m",
    "microsoft_client_secret": "s",
}


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    made = an_app(tmp_path, **KEYS)
    yield made
    made.extensions["handbill"].close()


@pytest.fixture
def site(app: Flask) -> NewSite:
    return a_site(app, public=True)


def asked(client: FlaskClient, **options: str) -> dict[str, Any]:
    reply = client.get("/widgets/login.json", query_string={name.replace("_", "-"): v for name, v in options.items()})
    return {**json.loads(reply.text), "status": reply.status_code}


def keys(data: dict[str, Any]) -> list[str]:
    return [button["key"] for button in data["buttons"]]


# --- with a back end ---


@pytest.mark.parametrize(
    ("start", "href"),
    [
        ("/auth/login", "/auth/login?network=google"),
        ("/auth?next=%2Fa", "/auth?next=%2Fa&network=google"),
        ("/auth#form", "/auth?network=google#form"),
        ("https://api.example/in", "https://api.example/in?network=google"),
    ],
)
def test_with_a_back_end_every_link_goes_there(client: FlaskClient, start: str, href: str) -> None:
    assert asked(client, networks="google", start=start)["buttons"][0]["href"] == href
    html = client.get("/widgets/login.html", query_string={"networks": "google", "start": start}).text
    assert Links(html).found[0]["href"] == href


@pytest.mark.parametrize(
    "start",
    ["javascript:alert(1)", "//evil.example/", "/\\evil.example", "data:text/html,x", "auth", "ftp://a.example"],
)
def test_a_start_that_is_no_address_is_refused(client: FlaskClient, start: str) -> None:
    data = asked(client, networks="google", start=start)
    assert (data["status"], data["error"]["field"]) == (422, "start")


# --- without one ---


def test_without_a_back_end_links_lead_to_our_page_and_back(client: FlaskClient, site: NewSite) -> None:
    data = asked(client, networks="google mastodon", site=site.key)
    address = urlsplit(data["buttons"][1]["href"])
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{BASE}/login/mastodon"
    assert parse_qs(address.query) == {"site": [site.key], "return_to": [BACK]}
    reply = client.get(f"{address.path}?{address.query}")
    assert reply.status_code == 200
    assert "needs scripts" in reply.text


def test_the_page_is_told_what_a_client_must_know(client: FlaskClient, site: NewSite) -> None:
    reply = client.get(f"/widgets/login/client.json?site={site.key}&lang=ar", headers={"Origin": ORIGIN})
    said = reply.get_json()
    assert (said["issuer"], said["client_id"], said["back"]) == (BASE, site.client_id, [BACK])
    assert (said["lang"], said["dir"]) == ("ar", "rtl")
    assert set(said["words"]) == {"denied", "failed"}
    assert reply.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "Set-Cookie" not in reply.headers


def test_an_address_to_come_back_to_must_be_registered(app: Flask, client: FlaskClient) -> None:
    site = a_site(app, public=True, return_to=(BACK, ORIGIN + "/other"))
    href = asked(client, networks="google", site=site.key, return_to=ORIGIN + "/other")["buttons"][0]["href"]
    assert href.endswith("%2Fother")
    data = asked(client, networks="google", site=site.key, return_to=ORIGIN + "/Other")
    assert (data["status"], data["error"]["code"], data["error"]["field"]) == (422, "wrong_return", "return-to")


def test_a_site_with_a_secret_and_no_site_at_all_are_told_what_to_do(app: Flask, client: FlaskClient) -> None:
    secret = a_site(app)
    data = asked(client, networks="google", site=secret.key)
    assert (data["status"], data["error"]["code"]) == (422, "site_not_public")
    assert asked(client, networks="google")["error"]["field"] == "site"
    assert asked(client, networks="google", site="nosuchkey123")["status"] == 403
    assert client.get("/widgets/login/client.json").status_code == 422
    assert client.get(f"/widgets/login/client.json?site={secret.key}").status_code == 422


def test_56_pages_of_other_origins_are_not_served(tmp_path: Path) -> None:
    """Threat 56. (On a laptop any loopback origin may ask: here is production.)"""
    app = an_app(tmp_path, env="production", secret_key="k" * 40, base_url="https://hb.example", **KEYS)
    site, client = a_site(app, public=True), app.test_client()
    for address in ("/widgets/login.json", "/widgets/login/client.json"):
        reply = client.get(f"{address}?site={site.key}", headers={"Origin": "https://evil.example"})
        assert (reply.status_code, reply.get_json()["error"]["code"]) == (403, "origin_not_allowed")
        assert client.get(f"{address}?site={site.key}", headers={"Origin": ORIGIN}).status_code == 200
    app.extensions["handbill"].close()


# --- which networks ---


def test_only_what_works_here_is_offered(client: FlaskClient, site: NewSite) -> None:
    data = asked(client, networks="github Google gogle rss mastodon", site=site.key)
    assert keys(data) == ["google", "mastodon"]
    github, typo, never = data["hints"]
    assert "GitHub is not set up" in github
    assert "did you mean 'google'" in typo
    assert "nobody can log in" in never
    assert keys(asked(client, site=site.key)) == [n.key for n in offered(client, None)]


def offered(client: FlaskClient, site: Any) -> Any:
    return client.application.extensions["handbill"].logins.offered(site)


def test_a_site_may_offer_fewer(app: Flask, client: FlaskClient, site: NewSite) -> None:
    app.extensions["handbill"].sites.configure(site.key, login_networks=["developer", "google"])
    assert keys(asked(client, site=site.key)) == ["developer", "google"]
    assert keys(asked(client, site=site.key, networks="mastodon google")) == ["google"]


def test_the_developer_network_is_not_for_the_public(tmp_path: Path) -> None:
    app = an_app(tmp_path, env="production", secret_key="k" * 40, base_url="https://hb.example", **KEYS)
    assert "developer" not in keys(asked(app.test_client(), start="/in"))
    app.extensions["handbill"].close()


# --- words and looks ---


def test_buttons_say_what_the_brands_prescribe(client: FlaskClient) -> None:
    labels = {b["key"]: b["label"] for b in asked(client, start="/in")["buttons"]}
    assert labels["google"] == "Continue with Google"
    assert labels["microsoft"] == "Sign in with Microsoft"
    assert labels["indieauth"] == "Continue with your own website"
    german = {b["key"]: b["label"] for b in asked(client, start="/in", lang="de")["buttons"]}
    assert german["microsoft"] == "Mit Microsoft anmelden"
    assert german["indieauth"] == "Weiter mit der eigenen Website"


def test_html_has_a_line_as_high_as_a_button_for_each_network(client: FlaskClient, site: NewSite) -> None:
    html = client.get(f"/widgets/login.html?networks=google+mastodon&site={site.key}&color=brand").text
    made = Links(html)
    assert [values["height"] for tag, values in made.elements if tag == "svg"] == ["44", "44"]
    assert [tag for tag, _ in made.elements].count("br") == 2
    assert "Continue with Google" in html
    assert made.elements[0] == ("hb-login", {"networks": "google mastodon", "site": site.key, "color": "brand"})
    assert all("target" not in link for link in made.found)


@pytest.mark.parametrize("network", [n for n in Networks().values() if n.login], ids=lambda n: n.key)
def test_brand_colours_can_be_read(network: Any) -> None:
    """Contrast of at least 4.5 (WCAG 2.2, 1.4.3), and no other ink would be better."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    def contrast(colour: str) -> float:
        light, dark = sorted((luminance(network.colour), luminance(colour)), reverse=True)
        return (light + 0.05) / (dark + 0.05)

    chosen = ink(network.colour)
    assert contrast(chosen) >= 4.5
    assert contrast(chosen) == max(contrast("000000"), contrast("ffffff"))


def test_colours_come_only_where_they_are_wanted(client: FlaskClient) -> None:
    plain, brand = (asked(client, start="/in", networks="google", color=c)["buttons"][0] for c in ("mono", "brand"))
    assert "color" not in plain
    assert (brand["color"], brand["ink"]) == (Networks()["google"].colour, ink(Networks()["google"].colour))


def test_a_page_may_not_ask_for_what_it_cannot_keep(client: FlaskClient) -> None:
    data = asked(client, start="/in", scope="openid offline_access")
    assert (data["status"], data["error"]["field"]) == (422, "scope")
