"""The share widget: the same options and the same result as data, as HTML and as a frame."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.sites import NewSite
from networks import Networks
from networks.intents import Content, intent
from tests.doubles import ORIGIN, a_site

PAGE = "https://blog.example.org/a?b=1&c=%C3%BC#part"
SIX = "facebook x linkedin whatsapp telegram email"


class Links(HTMLParser):
    """The links of a fragment, with their attributes and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[dict[str, str]] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.elements.append((tag, values))
        if tag == "a":
            self.found.append(values)


def asked(client: FlaskClient, kind: str, **options: str) -> str:
    reply = client.get(f"/widgets/share{kind}", query_string=options)
    assert reply.status_code == 200, reply.text
    return reply.text


def test_data_and_html_hold_the_same_addresses(client: FlaskClient) -> None:
    options = {"networks": SIX, "url": PAGE, "text": 'A "title" & more <b>', "hashtags": "a,#b", "via": "x:@me"}
    data = json.loads(asked(client, ".json", **options))
    links = Links(asked(client, ".html", **options)).found
    assert [b["href"] for b in data["buttons"]] == [link["href"] for link in links]
    assert [b["key"] for b in data["buttons"]] == SIX.split()


def test_plain_networks_are_linked_directly_and_the_others_by_the_hop(client: FlaskClient) -> None:
    html = asked(client, ".html", networks="facebook mastodon copy qr print instagram", url=PAGE)
    hrefs = [link["href"] for link in Links(html).found]
    assert hrefs[0] == intent(Networks()["facebook"], Content(PAGE))
    assert all(href.startswith("http://127.0.0.1:8000/share/") for href in hrefs[1:])
    assert all("url=https%3A%2F%2Fblog.example.org%2Fa" in href for href in hrefs[1:])


def test_without_an_address_every_link_goes_by_the_hop_and_tells_it_the_page(client: FlaskClient) -> None:
    links = Links(asked(client, ".html", networks=SIX)).found
    assert all("/share/" in link["href"] for link in links)
    assert {link["referrerpolicy"] for link in links} == {"no-referrer-when-downgrade"}


def test_every_link_has_a_name_and_a_mark(client: FlaskClient) -> None:
    html = asked(client, ".html", networks=SIX + " copy mastodon", url=PAGE, lang="de")
    links = Links(html).found
    assert links[0]["aria-label"].startswith("Auf Facebook teilen")
    assert all(link["aria-label"] for link in links)
    assert html.count("<path d=") == len(links)


def test_the_elements_attributes_are_the_options_given(client: FlaskClient) -> None:
    html = asked(
        client,
        ".html",
        networks="x copy",
        url=PAGE,
        theme="dark",
        labels="on",
        nonsense='"><script>',
        **{"text-x": "Hi"},
    )
    tag, attributes = Links(html).elements[0]
    assert tag == "hb-share"
    assert attributes == {"networks": "x copy", "url": PAGE, "theme": "dark", "labels": "on", "text-x": "Hi"}
    assert "<script" not in html


def test_no_style_attribute_no_handler_no_blocked_name(client: FlaskClient) -> None:
    html = asked(client, ".html", networks=SIX, url=PAGE, labels="on")
    for _, attributes in Links(html).elements:
        assert not {name for name in attributes if name == "style" or name.startswith("on")}
        named = " ".join([attributes.get("class", ""), attributes.get("id", ""), attributes.get("part", "")])
        assert not re.search(r"share|social|btn|addthis", named)


def test_only_the_words_of_one_language_travel(client: FlaskClient) -> None:
    data = json.loads(asked(client, ".json", networks=SIX, lang="fr-CA"))
    assert data["lang"] == "fr"
    assert data["words"]["on"].startswith("Partager")
    assert "copied" not in data["words"], "no button of these copies"
    assert "copied" in json.loads(asked(client, ".json", networks="copy"))["words"]


def test_a_right_to_left_language(client: FlaskClient) -> None:
    data = json.loads(asked(client, ".json", networks="x", lang="ar"))
    assert (data["lang"], data["dir"]) == ("ar", "rtl")


def test_the_dead_are_left_out_with_a_sentence(client: FlaskClient) -> None:
    data = json.loads(asked(client, ".json", networks="pocket x"))
    assert [b["key"] for b in data["buttons"]] == ["x"]
    assert "2025" in data["hints"][0]


def test_an_unknown_option_is_a_hint_not_an_error(client: FlaskClient) -> None:
    data = json.loads(asked(client, ".json", netwroks="x"))
    assert data["hints"] == ["unknown option 'netwroks', did you mean 'networks'?"]


@pytest.mark.parametrize("written", ["x,facebook", "X facebook", " x  facebook ", "x facebook x"])
def test_lists_are_read_as_people_write_them(client: FlaskClient, written: str) -> None:
    data = json.loads(asked(client, ".json", networks=written))
    assert [b["key"] for b in data["buttons"]] == ["x", "facebook"]


def test_a_site_gets_its_origin_and_nobody_elses(client: FlaskClient, site: NewSite) -> None:
    reply = client.get(f"/widgets/share.json?site={site.key}", headers={"Origin": ORIGIN})
    assert reply.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "Origin" in reply.headers["Vary"]
    assert "Access-Control-Allow-Credentials" not in reply.headers
    plain = client.get(f"/widgets/share.json?site={site.key}")
    assert "Origin" in plain.headers["Vary"]
    assert "Access-Control-Allow-Origin" not in plain.headers
    assert client.get("/widgets/share.json").headers["Access-Control-Allow-Origin"] == "*"


def test_a_frame_may_be_held_by_the_sites_origins_only(client: FlaskClient, site: NewSite) -> None:
    reply = client.get(f"/widgets/share/frame?site={site.key}&networks=x&url={ORIGIN}/")
    policy = reply.headers["Content-Security-Policy"]
    assert f"frame-ancestors 'self' {ORIGIN}" in policy
    assert "X-Frame-Options" not in reply.headers
    assert "Set-Cookie" not in reply.headers
    assert "<hb-share" in reply.text
    assert "unsafe" not in policy


def test_counts_show_from_the_minimum_up_and_only_where_the_owner_wants_them(app: Flask, client: FlaskClient) -> None:
    site = a_site(app)
    app.extensions["handbill"].sites.configure(site.key, clicks=True, clicks_minimum=2)
    click = json.dumps({"site": site.key, "network": "x", "url": PAGE})
    query = {"site": site.key, "networks": "x facebook", "url": PAGE, "counts": "on"}

    def shown() -> list[int | None]:
        return [b.get("clicks") for b in json.loads(asked(client, ".json", **query))["buttons"]]

    assert client.post("/api/v1/clicks", data=click, headers={"Origin": ORIGIN}).status_code == 204
    assert shown() == [None, None]
    client.post("/api/v1/clicks", data=click, headers={"Origin": ORIGIN, "Sec-GPC": "1"})
    assert shown() == [None, None], "Global Privacy Control is respected"
    client.post("/api/v1/clicks", data=click, headers={"Origin": ORIGIN})
    assert shown() == [2, None]
    del query["counts"]
    assert shown() == [None, None]


def test_nothing_is_counted_for_a_site_that_did_not_ask(app: Flask, client: FlaskClient, site: NewSite) -> None:
    click = json.dumps({"site": site.key, "network": "x", "url": PAGE})
    assert client.post("/api/v1/clicks", data=click, headers={"Origin": ORIGIN}).status_code == 204
    app.extensions["handbill"].sites.configure(site.key, clicks=True, clicks_minimum=1)
    data = json.loads(asked(client, ".json", site=site.key, networks="x", url=PAGE, counts="on"))
    assert "clicks" not in data["buttons"][0]


@pytest.mark.parametrize("form", [".json", ".html", "/frame"])
def test_caches_know_that_the_words_are_those_of_the_readers_language(client: FlaskClient, form: str) -> None:
    headers = {"Accept-Language": "de"}
    assert "Accept-Language" in client.get(f"/widgets/share{form}", headers=headers).headers["Vary"]
    assert "Accept-Language" not in client.get(f"/widgets/share{form}?lang=de", headers=headers).headers["Vary"]


def test_a_click_needs_an_origin_of_the_site(client: FlaskClient, site: NewSite) -> None:
    click = json.dumps({"site": site.key, "network": "x", "url": PAGE})
    assert client.post("/api/v1/clicks", data=click).status_code == 403
    assert client.post("/api/v1/clicks", data=click, headers={"Origin": "https://evil.example"}).status_code == 403


@pytest.mark.parametrize("utm", ["utm_source={network}", "?utm_source={network}"])
def test_campaign_parameters_name_the_network(client: FlaskClient, utm: str) -> None:
    data = json.loads(asked(client, ".json", networks="facebook", url="https://example.org/a#b", utm=utm))
    assert "https%3A%2F%2Fexample.org%2Fa%3Futm_source%3Dfacebook%23b" in data["buttons"][0]["href"]
