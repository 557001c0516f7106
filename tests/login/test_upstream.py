"""Every network's login, from its button to who it is, against replies of the shapes that its documentation shows."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.test import TestResponse

from login.tables import AccountRow
from tests.doubles import an_app, with_http
from tests.login.internet import Asked, Internet
from tests.login.parties import Party, a_party, claims, follow, links_of, sent_to

DATA: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "networks.json").read_text("utf-8"))
KEY = RSAKey.generate_key(2048, parameters={"kid": "k1"}, private=True)
CODE = "the-code"


class Peer:
    """A network that plays its part, and remembers what was sent along."""

    def __init__(self, key: str, **changes: Any) -> None:
        self.key = key
        self.data = {**DATA[key], **changes}
        self.sent: dict[str, str] = {}
        pages: dict[str, Any] = {self.data["tokens"]: self._token, **self.data["pages"]}
        if "revoke" in self.data:
            pages[self.data["revoke"]] = {}
        if "issuer" in self.data:
            issuer = self.data["issuer"]
            pages[self.data.get("discovery", issuer + "/.well-known/openid-configuration")] = self._discovery
            pages[issuer.partition("/{")[0] + "/keys"] = {"keys": [KEY.as_dict(private=False)]}
        self.internet = Internet(pages)

    def app(self, folder: Path, **settings: str) -> Flask:
        given = {f"{self.key}_{name}": value for name, value in self.data["credentials"].items()}
        return with_http(an_app(folder, **{**given, **settings}), self.internet.http())

    def _discovery(self, _asked: Asked) -> dict[str, Any]:
        data = self.data
        said = {"issuer": data["issuer"], "authorization_endpoint": data["authorize"]}
        said |= {"token_endpoint": data["tokens"], "jwks_uri": data["issuer"].partition("/{")[0] + "/keys"}
        if "userinfo" in data:
            said["userinfo_endpoint"] = data["userinfo"]
        return {**said, "id_token_signing_alg_values_supported": ["RS256"], **data.get("metadata", {})}

    def _token(self, asked: Asked) -> Any:
        assert asked.form["code"] == CODE
        assert asked.form["grant_type"] == "authorization_code"
        said = self.data["token"]
        if "claims" in self.data:
            said = {**said, "id_token": self.id_token()}
        return said

    def id_token(self) -> str:
        now = int(time.time())
        made = {
            "iss": self.data["issuer"],
            "aud": "id",
            "iat": now,
            "exp": now + 300,
            "nonce": self.sent.get("nonce"),
        }
        return jwt.encode({"alg": "RS256", "kid": "k1"}, {**made, **self.data["claims"]}, KEY)


def go(client: FlaskClient, party: Party, key: str) -> str:
    """Choose a network on the log-in page; return where the browser is sent."""
    reply = follow(client, client.get(party.address()))
    link = next((x for x in links_of(reply) if x.startswith(f"/login/{key}?")), "")
    assert link, reply.get_data(as_text=True)[:3000]
    reply = client.get(link)
    assert reply.status_code == 303, reply.get_data(as_text=True)[:3000]
    return reply.headers["Location"]


def fields_of(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def come_back(client: FlaskClient, key: str, sent: dict[str, str], **changes: str | None) -> TestResponse:
    """Come back from a network with what it was sent."""
    fields = {"code": CODE, "state": sent["state"], **changes}
    given = {name: value for name, value in fields.items() if value is not None}
    return client.get(f"/login/{key}/callback?{urlencode(given)}")


@pytest.mark.parametrize("key", DATA)
def test_a_login_with_each_network(key: str, tmp_path: Path) -> None:
    peer = Peer(key)
    app = peer.app(tmp_path)
    client, party = app.test_client(), a_party(app)
    address = go(client, party, key)
    sent = peer.sent = fields_of(address)
    assert address.partition("?")[0] == peer.data["authorize"]
    assert sent["redirect_uri"] == f"http://127.0.0.1:8000/login/{key}/callback"
    for name, value in peer.data["asked"].items():
        assert (sent.get(name) if value != "*" else bool(sent.get(name))) == (value if value != "*" else True), name

    reply = come_back(client, key, sent)
    back = sent_to(follow(client, reply))
    told = party.exchange(client, back["code"]).get_json()
    assert claims(client, told["id_token"])["network"] == key
    assert stored(app) == {**blank(), "network": key, **peer.data["profile"]}
    the_exchange(peer, sent)
    the_questions(peer)


def the_exchange(peer: Peer, sent: dict[str, str]) -> None:
    """The token was asked for as the network wants it."""
    [asked] = peer.internet.to(peer.data["tokens"])
    for name, value in peer.data["form"].items():
        assert asked.form[name] == value
    if peer.data.get("basic"):
        assert asked.headers["authorization"] == "Basic " + base64.b64encode(b"id:secret").decode()
        assert "client_secret" not in asked.form
    if "code_challenge" in sent:
        digest = hashlib.sha256(asked.form["code_verifier"].encode()).digest()
        assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == sent["code_challenge"]
    else:
        assert "code_verifier" not in asked.form


def the_questions(peer: Peer) -> None:
    """The token went where it belongs, proven where the network wants it, and was given back where that is right."""
    token = json.dumps(peer.data["token"]).partition('"access_token": "')[2].partition('"')[0]
    for url in peer.data["pages"]:
        [asked] = peer.internet.to(url)
        assert token in asked.headers.get("authorization", "") + asked.url
        if peer.data.get("proof"):
            proof = hmac.new(b"secret", token.encode(), hashlib.sha256).hexdigest()
            assert asked.query["appsecret_proof"] == proof
    if "revoke" in peer.data:
        [asked] = peer.internet.to(peer.data["revoke"])
        assert asked.form["token"] == token


def blank() -> dict[str, Any]:
    from networks.oauth import Profile

    return {name: value for name, value in asdict(Profile("", "", "")).items() if name != "aliases"}


def stored(app: Flask) -> dict[str, Any]:
    """What is stored of the only account."""
    with app.extensions["handbill"].database.session() as session:
        [row] = session.query(AccountRow).all()
        return {name: getattr(row, name) for name in blank()}


def test_every_oauth_network_is_in_the_data() -> None:
    from networks import BUILT_IN

    plain = {n.key for n in BUILT_IN if n.login and n.login.flow == "oauth2" and not n.login.servers}
    assert plain - {"apple"} == set(DATA)
