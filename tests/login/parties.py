"""A browser and a relying party in plain Python: cookies, forms, redirects, and nothing that a browser would add."""

from __future__ import annotations

import base64
import hashlib
import html
import re
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.sites import NewSite
from login.tables import AccountRow
from tests.doubles import ORIGIN, a_site

BASE = "http://127.0.0.1:8000"
BACK = ORIGIN + "/back"
ANN = {"name": "Ann Example", "email": "ann@example.org", "subject": "ann"}
BOB = {"name": "Bob Example", "email": "bob@example.org", "subject": "bob"}


@dataclass
class Party:
    """A site that logs people in, and what it sends."""

    site: NewSite
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    state: str = field(default_factory=lambda: secrets.token_urlsafe(8))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(8))

    @property
    def challenge(self) -> str:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def query(self, **changes: Any) -> str:
        """The query of an authorization request; None leaves a parameter out."""
        given: dict[str, Any] = {
            "response_type": "code",
            "client_id": self.site.client_id,
            "redirect_uri": BACK,
            "scope": "openid profile email",
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": self.challenge,
            "code_challenge_method": "S256",
            **changes,
        }
        return urlencode({name: value for name, value in given.items() if value is not None})

    def address(self, **changes: Any) -> str:
        return f"/oauth/authorize?{self.query(**changes)}"

    def exchange(self, client: FlaskClient, code: str | None, **changes: Any) -> TestResponse:
        """Exchange a code at the token endpoint."""
        given = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": BACK,
            "code_verifier": self.verifier,
        }
        return self.post(client, "/oauth/token", **{**given, **changes})

    def refresh(self, client: FlaskClient, token: str, **changes: Any) -> TestResponse:
        return self.post(client, "/oauth/token", **{"grant_type": "refresh_token", "refresh_token": token, **changes})

    def post(self, client: FlaskClient, address: str, **fields: Any) -> TestResponse:
        """Send a form, proving who we are the way this site does."""
        headers = {}
        if self.site.client_secret:
            pair = f"{self.site.client_id}:{self.site.client_secret}".encode()
            headers["Authorization"] = "Basic " + base64.b64encode(pair).decode()
        else:
            fields = {"client_id": self.site.client_id, **fields}
        data = {name: value for name, value in fields.items() if value is not None}
        return client.post(address, data=data, headers=headers)


def a_party(app: Flask, **changes: Any) -> Party:
    return Party(a_site(app, **changes))


def sent_to(reply: TestResponse) -> dict[str, str]:
    """The parameters that a browser is sent back to the site with."""
    assert reply.status_code in (302, 303), (reply.status_code, reply.get_data(as_text=True)[:2000])
    address = reply.headers["Location"]
    assert address.split("?")[0] == BACK, address
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def form_of(reply: TestResponse, method: str = "post") -> tuple[str, dict[str, str]]:
    """The first form of a page: where it goes, and its fields."""
    text = reply.get_data(as_text=True)
    action = re.search(rf'<form method="{method}" action="([^"]*)"', text)
    assert action, text[:3000]
    fields = {}
    for tag in re.findall(r"<input [^>]*>", text):
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        fields[attributes["name"]] = html.unescape(attributes.get("value", ""))
    return html.unescape(action[1]), fields


def links_of(reply: TestResponse) -> list[str]:
    return [html.unescape(found) for found in re.findall(r'<a [^>]*href="([^"]*)"', reply.get_data(as_text=True))]


def follow(client: FlaskClient, reply: TestResponse) -> TestResponse:
    """Follow redirects as long as they stay with us."""
    while reply.status_code in (302, 303) and not reply.headers["Location"].startswith(ORIGIN):
        reply = client.get(reply.headers["Location"].removeprefix(BASE))
    return reply


def log_in(client: FlaskClient, address: str, who: dict[str, str] = ANN) -> TestResponse:
    """Go to an address, choose the developer network, log in; return the first answer that leaves us, or a page."""
    reply = follow(client, client.get(address))
    if "data-network" in reply.get_data(as_text=True):
        reply = follow(client, client.get(next(x for x in links_of(reply) if x.startswith("/login/developer"))))
    action, fields = form_of(reply)
    assert action == "/login/developer"
    return follow(client, client.post(action, data={**fields, **who}))


def a_code(client: FlaskClient, party: Party, who: dict[str, str] = ANN, **changes: Any) -> str:
    """Log in and return the code."""
    return sent_to(log_in(client, party.address(**changes), who))["code"]


def tokens(client: FlaskClient, party: Party, who: dict[str, str] = ANN, **changes: Any) -> dict[str, Any]:
    """Log in and return what the token endpoint gives."""
    reply = party.exchange(client, a_code(client, party, who, **changes))
    assert reply.status_code == 200, reply.get_data(as_text=True)
    return dict(reply.get_json())


def claims(client: FlaskClient, token: str) -> dict[str, Any]:
    """The claims of an ID token whose signature fits our published keys."""
    from joserfc import jwt
    from joserfc.jwk import KeySet

    keys = KeySet.import_key_set(client.get("/oauth/jwks").get_json())
    return dict(jwt.decode(token, keys, ["RS256", "ES256"]).claims)


def header(token: str) -> dict[str, Any]:
    import json

    part = token.split(".")[0]
    return dict(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))))


def account(app: Flask) -> AccountRow | None:
    """The only account that is stored; None where there is none."""
    with app.extensions["handbill"].database.session() as session:
        found: AccountRow | None = session.query(AccountRow).one_or_none()
        return found
