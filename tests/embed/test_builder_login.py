"""Log-in buttons in the builder: which networks, what is missing, and code that works as it stands."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.sites import NewSite
from tests.doubles import a_site, an_app
from tests.widgets.test_share import Links

BASE = "http://127.0.0.1:8000"


@pytest.fixture
def demo(app: Flask) -> NewSite:
    """The site that `make run` registers for our own pages."""
    return app.extensions["handbill"].sites.add("Demo", origins=(BASE,), return_to=(BASE + "/",), public=True)


def shown(client: FlaskClient, **query: str) -> str:
    reply = client.get("/builder", query_string={"widget": "login", **query})
    assert reply.status_code == 200
    return reply.get_data(as_text=True)


def code(page: str, tab: str = "html") -> str:
    """The code of a tab, as it is copied."""
    found = re.search(rf'id="code-{tab}".*?<code>(.*?)</code>|id="code-{tab}"[^>]*>(.*?)</code>', page, re.S)
    assert found
    return html.unescape(re.sub(r"<[^>]+>", "", found[1] or found[2]))


def test_every_network_of_this_server_is_ticked_and_shown(client: FlaskClient, demo: NewSite) -> None:
    page = shown(client)
    made = code(page)
    assert '<hb-login networks="mastodon bluesky indieauth developer">' in made
    links = Links(made).found
    assert [link["href"].partition("?")[0] for link in links] == [
        f"{BASE}/login/{key}" for key in ("mastodon", "bluesky", "indieauth", "developer")
    ]
    assert all(f"site={demo.key}" in link["href"] for link in links)
    assert made.count('<svg width="0" height="44"></svg>') == 4
    assert f'data-site="{demo.key}"' in made


def test_networks_without_a_login_or_a_key_are_not_offered(client: FlaskClient, demo: NewSite) -> None:
    page = shown(client, networks="developer google rss")
    assert '<hb-login networks="developer">' in code(page)
    assert 'id="net-google"' not in page
    assert 'id="net-rss"' not in page


def test_with_a_back_end_the_links_go_there(client: FlaskClient, demo: NewSite) -> None:
    page = shown(client, networks="developer", start="/auth/login")
    assert [link["href"] for link in Links(code(page)).found] == ["/auth/login?network=developer"]
    assert 'start="/auth/login"' in code(page)
    assert [link["href"] for link in Links(code(page, "plain")).found] == ["/auth/login?network=developer"]
    assert "<svg" not in code(page, "plain")


@pytest.mark.parametrize("start", ["javascript:alert(1)", "//evil.example"])
def test_a_bad_start_is_told_at_its_field(client: FlaskClient, demo: NewSite, start: str) -> None:
    page = shown(client, networks="developer", start=start)
    assert re.search(r'id="wrong-start"[^>]*data-for="start">', page)
    assert start not in code(page)


def test_a_site_with_a_secret_is_told_at_its_field(app: Flask, client: FlaskClient, demo: NewSite) -> None:
    page = shown(client, networks="developer", site=a_site(app).key)
    assert "This site has a client secret" in page
    assert 'id="code-html"' not in page


def test_a_public_server_asks_which_site(tmp_path: Path) -> None:
    app = an_app(tmp_path, env="production", secret_key="k" * 40, base_url="https://hb.example")
    client = app.test_client()
    assert "say which site this is" in shown(client)
    assert 'id="code-html"' in shown(client, start="/in")
    assert "hb-login" not in client.get("/").get_data(as_text=True)
    site = a_site(app, public=True)
    assert f"site={site.key}" in code(shown(client, site=site.key))
    app.extensions["handbill"].close()


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    made = an_app(tmp_path)
    yield made
    made.extensions["handbill"].close()
