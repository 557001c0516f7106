"""Apple's answer, posted from its page; Telegram's signed fields; Meta's signed requests."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import ECKey
from werkzeug.test import TestResponse

from login.tables import GrantRow, SessionRow
from tests.doubles import an_app, with_http
from tests.login.internet import Asked, Internet
from tests.login.parties import a_party, account, follow
from tests.login.test_upstream import CODE, KEY, Peer, come_back, fields_of, go

APPLE = "https://appleid.apple.com"
OURS = ECKey.generate_key("P-256", private=True)
BOT = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"


class Apple:
    """Apple's side, as its documentation has it."""

    def __init__(self) -> None:
        self.nonce = ""
        metadata = {
            "issuer": APPLE,
            "authorization_endpoint": APPLE + "/auth/authorize",
            "token_endpoint": APPLE + "/auth/token",
            "jwks_uri": APPLE + "/auth/keys",
        }
        pages = {
            APPLE + "/.well-known/openid-configuration": metadata,
            APPLE + "/auth/keys": {"keys": [KEY.as_dict(private=False)]},
            APPLE + "/auth/token": self._token,
        }
        self.internet = Internet(pages)

    def _token(self, asked: Asked) -> dict[str, Any]:
        secret = jwt.decode(asked.form["client_secret"], OURS, ["ES256"])
        assert secret.header["kid"] == "KEY1"
        assert (secret.claims["iss"], secret.claims["sub"], secret.claims["aud"]) == (
            "TEAM1",
            "org.example.web",
            APPLE,
        )
        assert secret.claims["exp"] - secret.claims["iat"] <= 600
        now = int(time.time())
        claims = {"iss": APPLE, "aud": "org.example.web", "sub": "001.a", "iat": now, "exp": now + 600}
        claims |= {"nonce": self.nonce, "email": "x@privaterelay.appleid.com", "email_verified": "true"}
        return {"access_token": "AP_SECRET", "id_token": jwt.encode({"alg": "RS256", "kid": "k1"}, claims, KEY)}


def apple_app(folder: Path, apple: Apple) -> Flask:
    pem = OURS.as_pem(private=True).decode().replace("\n", "\\n")
    given = {"client_id": "org.example.web", "team_id": "TEAM1", "key_id": "KEY1", "private_key": pem}
    app = an_app(folder, **{f"apple_{name}": value for name, value in given.items()})
    return with_http(app, apple.internet.http())


def test_51_a_form_from_apples_page(tmp_path: Path) -> None:
    apple = Apple()
    app = apple_app(tmp_path, apple)
    client, party = app.test_client(), a_party(app)
    sent = fields_of(go(client, party, "apple"))
    apple.nonce = sent["nonce"]
    assert (sent["response_mode"], sent["scope"]) == ("form_post", "name email")
    user = json.dumps({"name": {"firstName": "Ann", "lastName": "Example"}, "email": "x@privaterelay.appleid.com"})
    # A form from another site brings no cookie.
    form = {"code": CODE, "state": sent["state"], "user": user}
    reply = app.test_client().post("/login/apple/callback", data=form, headers={"Origin": APPLE})
    assert reply.status_code == 303
    onward = reply.headers["Location"]
    for secret in (CODE, sent["state"], "Ann", "Example"):
        assert secret not in onward
    follow(client, client.get(onward))
    found = account(app)
    assert found
    assert (found.subject, found.name, found.email_verified) == ("001.a", "Ann Example", True)
    assert client.get(onward).status_code == 400


@pytest.mark.parametrize("sealed", ["", "x", "AAAA", "a" * 5000])
def test_51_what_we_did_not_seal_is_nothing(tmp_path: Path, sealed: str) -> None:
    app = apple_app(tmp_path, Apple())
    assert app.test_client().get(f"/login/apple/callback?sealed={sealed}").status_code == 400


def test_other_networks_take_no_form(tmp_path: Path) -> None:
    app = an_app(tmp_path, github_client_id="id", github_client_secret="secret")
    assert app.test_client().post("/login/github/callback", data={"code": "a", "state": "b"}).status_code == 400


# --- Telegram ---


def signed(fields: dict[str, str], token: str = BOT) -> dict[str, str]:
    text = "\n".join(f"{name}={fields[name]}" for name in sorted(fields))
    key = hashlib.sha256(token.encode()).digest()
    return {**fields, "hash": hmac.new(key, text.encode(), hashlib.sha256).hexdigest()}


def telegram(folder: Path) -> tuple[Flask, FlaskClient, str]:
    app = an_app(folder, telegram_bot_token=BOT)
    client = app.test_client()
    sent = fields_of(go(client, a_party(app), "telegram"))
    assert (sent["bot_id"], sent["origin"]) == ("110201543", "http://127.0.0.1:8000")
    return app, client, fields_of(sent["return_to"])["state"]


def back(client: FlaskClient, state: str, fields: dict[str, str]) -> TestResponse:
    return client.get("/login/telegram/callback", query_string={"state": state, **fields})


def some(**changes: str) -> dict[str, str]:
    given = {"id": "42", "first_name": "Ann", "username": "ann", "auth_date": str(int(time.time()))}
    return {**given, **changes}


def test_telegrams_fields(tmp_path: Path) -> None:
    app, client, state = telegram(tmp_path)
    follow(client, back(client, state, signed(some())))
    found = account(app)
    assert found
    assert (found.subject, found.name, found.handle) == ("42", "Ann", "ann")


BAD: dict[str, dict[str, str]] = {
    "changed": {**signed(some()), "id": "43"},
    "no hash": some(),
    "another bot": signed(some(), "1:other"),
    "a line feed": signed(some(first_name="Ann\nid=43")),
    "odd letters": {**signed(some()), "hash": "é" * 64},
}


@pytest.mark.parametrize("kind", BAD)
def test_fields_that_telegram_did_not_sign(tmp_path: Path, kind: str) -> None:
    app, client, state = telegram(tmp_path)
    reply = back(client, state, BAD[kind])
    assert reply.status_code == (200 if kind == "no hash" else 502)  # without a hash they may be behind the #
    assert account(app) is None


@pytest.mark.parametrize("seconds", [-700, 120])
def test_fields_of_another_time(tmp_path: Path, seconds: int) -> None:
    app, client, state = telegram(tmp_path)
    when = signed(some(auth_date=str(int(time.time()) + seconds)))
    assert back(client, state, when).status_code == 400
    assert account(app) is None


# --- Meta's signed requests ---


def a_signed_request(said: dict[str, Any], key: str = "secret") -> str:
    def b64(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    payload = b64(json.dumps(said).encode())
    return b64(hmac.digest(key.encode(), payload.encode(), "sha256")) + "." + payload


def about(user: str = "10158000000000001", **changes: Any) -> dict[str, Any]:
    return {"algorithm": "HMAC-SHA256", "issued_at": int(time.time()), "user_id": user, **changes}


def logged_in(folder: Path) -> tuple[Flask, FlaskClient]:
    peer = Peer("facebook")
    app = peer.app(folder)
    client = app.test_client()
    follow(client, come_back(client, "facebook", fields_of(go(client, a_party(app), "facebook"))))
    return app, client


def test_50_data_is_deleted_on_request(tmp_path: Path) -> None:
    app, client = logged_in(tmp_path)
    given = {"signed_request": a_signed_request(about())}
    said = client.post("/login/facebook/delete-data", data=given).get_json()
    assert said["url"].endswith("/login/facebook/deleted?code=" + said["confirmation_code"])
    assert said["confirmation_code"] in client.get(said["url"].removeprefix("http://127.0.0.1:8000")).get_data(
        as_text=True
    )
    assert account(app) is None
    assert client.post("/login/facebook/delete-data", data=given).get_json() == said  # once more does no harm


def test_50_sessions_end_where_the_app_was_taken_away(tmp_path: Path) -> None:
    app, client = logged_in(tmp_path)
    assert (
        client.post("/login/facebook/deauthorize", data={"signed_request": a_signed_request(about())}).status_code
        == 200
    )
    with app.extensions["handbill"].database.session() as session:
        assert session.query(SessionRow).count() == 0
        assert all(grant.revoked for grant in session.query(GrantRow).all())
    assert account(app)


UNSOUND: dict[str, str] = {
    "nothing": "",
    "no dot": "abc",
    "another secret": a_signed_request(about(), "other"),
    "another way of signing": a_signed_request(about(algorithm="none")),
    "old": a_signed_request(about(issued_at=1)),
    "from the future": a_signed_request(about(issued_at=int(time.time()) + 4000)),
    "nobody": a_signed_request(about(user_id=None)),
    "not an object": a_signed_request([]),  # type: ignore[arg-type]
    "odd letters": "é.é",
    "long": "a" * 9000,
}


@pytest.mark.parametrize("kind", UNSOUND)
def test_50_what_meta_did_not_sign(tmp_path: Path, kind: str) -> None:
    app, client = logged_in(tmp_path)
    for what in ("deauthorize", "delete-data"):
        assert client.post(f"/login/facebook/{what}", data={"signed_request": UNSOUND[kind]}).status_code == 400
    assert account(app)
