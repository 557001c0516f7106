"""The owner of an account, a network that gives tokens to keep, and a server between them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.services import Services
from networks.account_tables import NetworkAccountRow
from tests.doubles import a_site, an_app, with_http
from tests.login.internet import Asked, Internet
from tests.login.parties import BASE, links_of

CODE = "the-code"
X_TOKEN, X_REVOKE = "https://api.x.com/2/oauth2/token", "https://api.x.com/2/oauth2/revoke"
X_SCOPE = "tweet.read users.read offline.access"
X_ME = {"data": {"id": "2244994945", "username": "ann", "name": "Ann"}}
GRAPH = "https://graph.facebook.com/v24.0"


class Tokens:
    """A token endpoint as X has it: each refresh token is good once, and brings the next."""

    def __init__(self, **more: Any) -> None:
        self.more = more
        self.number = 0
        self.revoked = False

    def __call__(self, asked: Asked) -> Any:
        if asked.form["grant_type"] == "refresh_token":
            if self.revoked or asked.form["refresh_token"] != f"REFRESH-{self.number}-SECRET":
                return 400, {"error": "invalid_grant"}
        else:
            assert asked.form["code"] == CODE
        self.number += 1
        made = {"access_token": f"ACCESS-{self.number}-SECRET", "refresh_token": f"REFRESH-{self.number}-SECRET"}
        return {"token_type": "bearer", "expires_in": 7200, **made, **self.more}


def x_pages(tokens: Any = None, me: Any = X_ME) -> dict[str, Any]:
    """X, as far as it takes to connect an account."""
    return {X_TOKEN: tokens or Tokens(scope=X_SCOPE), "https://api.x.com/2/users/me": me, X_REVOKE: {"revoked": True}}


def page(number: int) -> dict[str, Any]:
    """A Page of Facebook, as /me/accounts tells of it."""
    made = {"id": str(number), "name": f"Page {number}", "username": f"page{number}"}
    return {**made, "access_token": f"PAGE-{number}-SECRET"}


def facebook_pages(*pages: Mapping[str, Any], declined: str = "") -> dict[str, Any]:
    """Facebook: a short token, a long one, and the Pages that somebody manages."""

    def token(asked: Asked) -> Any:
        if asked.query.get("grant_type") == "fb_exchange_token":
            assert asked.query == {**asked.query, "client_id": "id", "client_secret": "secret"}
            assert asked.query["fb_exchange_token"] == "SHORT-SECRET"
            return {"access_token": "LONG-SECRET", "token_type": "bearer"}
        return {"access_token": "SHORT-SECRET", "token_type": "bearer", "expires_in": 3600}

    def accounts(asked: Asked) -> Any:
        assert asked.headers["authorization"] == "Bearer LONG-SECRET"
        return {"data": list(pages)}

    scopes = ("public_profile", "pages_show_list", "pages_read_engagement")
    granted = [{"permission": s, "status": "declined" if s == declined else "granted"} for s in scopes]
    return {
        f"{GRAPH}/oauth/access_token": token,
        f"{GRAPH}/me": {"id": "10158", "name": "Ann Example"},
        f"{GRAPH}/me/permissions": {"data": granted},
        f"{GRAPH}/me/accounts": accounts,
    }


class Owner:
    """An owner with a browser, who is sent an address."""

    def __init__(self, folder: Path, key: str, pages: Mapping[str, Any], **settings: str) -> None:
        self.key = key
        self.base = settings.get("base_url", BASE)
        self.folder = folder
        self.internet = Internet(pages)
        given = {f"{key}_client_id": "id", f"{key}_client_secret": "secret", **settings}
        self.app: Flask = with_http(an_app(folder, **given), self.internet.http())
        self.site = a_site(self.app)
        self.client: FlaskClient = self.app.test_client()

    @property
    def services(self) -> Services:
        services: Services = self.app.extensions["handbill"]
        return services

    def command(self, *words: str) -> Any:
        """Give a command about accounts; return its JSON."""
        with self.app.app_context():
            done = self.app.test_cli_runner().invoke(args=["accounts", *words, "--json"])
        assert done.output, done.exception
        return json.loads(done.output)

    def address(self) -> str:
        """The path of a fresh one-time address."""
        said = self.command("connect", self.key, "--site", self.site.key)
        assert said["address"].startswith(f"{self.base}/accounts/connect/"), said
        return str(said["address"]).removeprefix(self.base)

    def go(self, address: str = "", client: FlaskClient | None = None) -> TestResponse:
        """Open the address and press the button."""
        client = client or self.client
        shown = client.get(address or self.address())
        assert shown.status_code == 200, shown.get_data(as_text=True)
        [link] = [link for link in links_of(shown) if link.startswith("/accounts/connect/")]
        return client.get(link)

    def sent(self, address: str = "") -> dict[str, str]:
        """Go to the network; return what it was sent."""
        reply = self.go(address)
        assert reply.status_code == 303, reply.get_data(as_text=True)
        return {name: found[0] for name, found in parse_qs(urlsplit(reply.headers["Location"]).query).items()}

    def back(self, sent: Mapping[str, str], client: FlaskClient | None = None, **changes: str) -> TestResponse:
        """Come back from the network."""
        fields = {"code": CODE, "state": sent["state"], **changes}
        return (client or self.client).get(f"/login/{self.key}/callback?{urlencode(fields)}")

    def connect(self) -> Any:
        """Connect the account; return its row of `accounts list`."""
        reply = self.back(self.sent())
        assert reply.status_code == 200, reply.get_data(as_text=True)
        return self.command("list")[-1]

    def stored(self, account_id: str) -> NetworkAccountRow:
        with self.services.database.session() as session:
            return session.get_one(NetworkAccountRow, account_id)

    def age(self, account_id: str, share: float) -> None:
        """Let so much of a token's life be over."""
        with self.services.database.session(write=True) as session:
            row = session.get_one(NetworkAccountRow, account_id)
            assert row.expires
            passed = (row.expires - row.renewed) * share
            row.renewed, row.expires = row.renewed - passed, row.expires - passed

    def events(self) -> list[tuple[str, Any]]:
        found: list[tuple[str, Any]] = []
        self.services.events.consume("test", lambda event: found.append((event.kind, event.data)))
        return [(kind, data) for kind, data in found if kind.startswith("account.")]
