"""Networks, and those who pose as them, that do not play their part: nobody is logged in, and a page says so.

The numbers are those of the threats in docs/login-threats.md.
"""

from __future__ import annotations

import base64
import hmac
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.test import TestResponse

from login.tables import AccountRow
from tests.login.parties import a_party, follow, sent_to
from tests.login.test_upstream import CODE, KEY, Peer, come_back, fields_of, go

OTHER_KEY = RSAKey.generate_key(2048, parameters={"kid": "k1"}, private=True)


def nobody(app: Any, reply: TestResponse, status: int) -> None:
    """A page said what went wrong, and no account was made."""
    assert reply.status_code == status, reply.get_data(as_text=True)[:2000]
    assert "<h1>" in reply.get_data(as_text=True)
    with app.extensions["handbill"].database.session() as session:
        assert session.query(AccountRow).count() == 0


def test_33_a_state_is_good_once_in_the_browser_that_began(tmp_path: Path) -> None:
    peer = Peer("github")
    app = peer.app(tmp_path)
    mine, theirs, party = app.test_client(), app.test_client(), a_party(app)
    sent = fields_of(go(mine, party, "github"))
    nobody(app, come_back(theirs, "github", sent), 400)  # 34: another browser, with a session of its own or none
    nobody(app, come_back(mine, "github", sent), 400)  # whoever tried has used it up
    sent = fields_of(go(mine, party, "github"))
    assert come_back(mine, "github", sent).status_code == 303
    assert come_back(mine, "github", sent).status_code == 400


def test_33_a_state_is_good_for_its_network_only(tmp_path: Path) -> None:
    peer = Peer("github")
    app = peer.app(tmp_path, discord_client_id="id", discord_client_secret="secret")
    client, party = app.test_client(), a_party(app)
    nobody(app, come_back(client, "discord", fields_of(go(client, party, "github"))), 400)


def test_33_two_tabs_do_not_disturb_each_other(tmp_path: Path) -> None:
    peer = Peer("github")
    app = peer.app(tmp_path)
    client, one, two = app.test_client(), a_party(app), a_party(app, name="Two")
    first, second = (fields_of(go(client, party, "github")) for party in (one, two))
    for party, sent in ((two, second), (one, first)):
        back = sent_to(follow(client, come_back(client, "github", sent)))
        assert party.exchange(client, back["code"]).status_code == 200


@pytest.mark.parametrize("named", ["https://evil.example", "https://id.example.com/", ""])
def test_35_an_answer_of_another_issuer_is_refused(tmp_path: Path, named: str) -> None:
    peer = Peer("openid", metadata={"authorization_response_iss_parameter_supported": True})
    app = peer.app(tmp_path)
    client = app.test_client()
    sent = peer.sent = fields_of(go(client, a_party(app), "openid"))
    nobody(app, come_back(client, "openid", sent, iss=named or None), 502)
    assert not peer.internet.to(peer.data["tokens"])


def test_35_an_answer_of_the_issuer_itself_is_taken(tmp_path: Path) -> None:
    peer = Peer("openid", metadata={"authorization_response_iss_parameter_supported": True})
    app = peer.app(tmp_path)
    client = app.test_client()
    sent = peer.sent = fields_of(go(client, a_party(app), "openid"))
    assert come_back(client, "openid", sent, iss="https://id.example.com").status_code == 303


def _signed(claims: dict[str, Any], key: Any = KEY, alg: str = "RS256", **header: Any) -> str:
    return jwt.encode({"alg": alg, "kid": "k1", **header}, claims, key, algorithms=[alg])


def _changed(**changes: Any) -> Callable[[dict[str, Any]], str]:
    return lambda claims: _signed({k: v for k, v in {**claims, **changes}.items() if v is not None})


def _with_head(claims: dict[str, Any], head: bytes, sign: Callable[[bytes], bytes]) -> str:
    body = _signed(claims).split(".")[1]
    text = f"{_b64(head)}.{body}"
    return f"{text}.{_b64(sign(text.encode()))}"


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unsigned(claims: dict[str, Any]) -> str:
    return _with_head(claims, b'{"alg":"none"}', lambda _: b"")


def _confused(claims: dict[str, Any]) -> str:
    """Signed with our public key as if it were a shared secret (RFC 8725 §2.1)."""
    public = KEY.as_pem(private=False)
    return _with_head(claims, b'{"alg":"HS256","kid":"k1"}', lambda text: hmac.digest(public, text, "sha256"))


BAD_TOKENS: dict[str, Callable[[dict[str, Any]], str]] = {
    "another nonce": _changed(nonce="other"),
    "no nonce": _changed(nonce=None),
    "another client": _changed(aud="somebody-else"),
    "several clients": _changed(aud=["id", "somebody-else"]),
    "handed on": _changed(azp="somebody-else"),
    "another issuer": _changed(iss="https://evil.example"),
    "over": _changed(exp=int(time.time()) - 61),
    "no end": _changed(exp=None),
    "from the future": _changed(iat=int(time.time()) + 40_000),
    "nobody's": _changed(sub=""),
    "another's": _changed(sub="u-2"),
    "another key": lambda claims: _signed(claims, OTHER_KEY),
    "its own key": lambda claims: _signed(claims, OTHER_KEY, jwk=OTHER_KEY.as_dict(private=False)),
    "unsigned": _unsigned,
    "confused": _confused,
    "not a token": lambda _: "a.b.c",
    "too long": lambda _: "a" * 40_000,
    "none": lambda _: "",
}


@pytest.mark.parametrize("kind", BAD_TOKENS)
def test_37_38_an_unsound_id_token_is_refused(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    peer = Peer("openid")
    app = peer.app(tmp_path)
    client = app.test_client()
    sent = fields_of(go(client, a_party(app), "openid"))
    now = int(time.time())
    claims = {"iss": "https://id.example.com", "aud": "id", "sub": "u-1", "iat": now, "exp": now + 60}
    monkeypatch.setattr(peer, "id_token", lambda: BAD_TOKENS[kind]({**claims, "nonce": sent["nonce"]}))
    nobody(app, come_back(client, "openid", sent), 502)


def test_37_a_new_key_is_fetched_once(tmp_path: Path) -> None:
    peer = Peer("openid")
    app = peer.app(tmp_path)
    client, party = app.test_client(), a_party(app)
    keys = "https://id.example.com/keys"
    peer.internet.pages[keys] = {"keys": [OTHER_KEY.as_dict(private=False)]}
    peer.sent = fields_of(go(client, party, "openid"))
    nobody(app, come_back(client, "openid", peer.sent), 502)
    asked = len(peer.internet.to(keys))
    peer.sent = fields_of(go(client, party, "openid"))
    nobody(app, come_back(client, "openid", peer.sent), 502)
    assert len(peer.internet.to(keys)) == asked  # not again for each token that does not fit


def test_39_the_same_address_at_another_account_is_another_person(tmp_path: Path) -> None:
    peer = Peer("github")
    app = peer.app(tmp_path)
    party = a_party(app)
    for subject, name in ((1, "ann"), (1, "ann-renamed"), (2, "ann")):
        peer.internet.pages["https://api.github.com/user"] = {"id": subject, "login": name}
        client = app.test_client()
        assert come_back(client, "github", fields_of(go(client, party, "github"))).status_code == 303
    with app.extensions["handbill"].database.session() as session:
        rows = session.query(AccountRow).order_by(AccountRow.subject).all()
        assert [(row.subject, row.handle) for row in rows] == [("1", "ann-renamed"), ("2", "ann")]
        assert rows[0].person_id != rows[1].person_id
        assert rows[0].email == rows[1].email == "octocat@example.org"


@pytest.mark.parametrize("error", ["access_denied", "server_error", "<script>alert(1)</script>"])
def test_52_an_error_ends_the_attempt_and_is_not_shown(tmp_path: Path, error: str) -> None:
    peer = Peer("github")
    app = peer.app(tmp_path)
    client, party = app.test_client(), a_party(app)
    sent = fields_of(go(client, party, "github"))
    said = {"code": None, "error": error, "error_description": "<b>bold words</b>"}
    reply = come_back(client, "github", sent, **said)
    nobody(app, reply, 403 if error == "access_denied" else 502)
    assert "bold words" not in reply.get_data(as_text=True)
    assert "error=access_denied" in reply.get_data(as_text=True)  # the way back to the site tells it
    nobody(app, come_back(client, "github", sent), 400)


ODD: dict[str, Any] = {
    "an error with status 200": {"error": "bad_verification_code", "error_description": "x"},
    "no token": {"token_type": "bearer"},
    "a token that is no text": {"access_token": {"a": 1}},
    "an empty token": {"access_token": ""},
    "a list": [],
    "a number": 3,
    "not JSON": b"<html>",
    "a refusal": (401, {"error": "invalid_client"}),
    "a redirect": (302, {}, {"Location": "https://api.github.com/user"}),
    "nothing": (500, b""),
}


@pytest.mark.parametrize("kind", ODD)
def test_a_token_endpoint_that_does_not_give_a_token(tmp_path: Path, kind: str) -> None:
    peer = Peer("github")
    app = peer.app(tmp_path)
    client = app.test_client()
    peer.internet.pages[peer.data["tokens"]] = ODD[kind]
    nobody(app, come_back(client, "github", fields_of(go(client, a_party(app), "github"))), 502)


@pytest.mark.parametrize(
    "said", [{}, [], "x", {"id": None}, {"id": True}, {"id": ["1"]}, (404, {}), b"<!doctype html>"]
)
def test_a_profile_that_names_nobody(tmp_path: Path, said: Any) -> None:
    peer = Peer("github")
    app = peer.app(tmp_path)
    client = app.test_client()
    peer.internet.pages["https://api.github.com/user"] = said
    nobody(app, come_back(client, "github", fields_of(go(client, a_party(app), "github"))), 502)
    assert peer.internet.to(peer.data["tokens"])[0].form["code"] == CODE


def test_a_callback_with_a_field_twice_is_refused(tmp_path: Path) -> None:
    peer = Peer("github")
    app = peer.app(tmp_path)
    client = app.test_client()
    state = fields_of(go(client, a_party(app), "github"))["state"]
    nobody(app, client.get(f"/login/github/callback?code=a&code=b&state={state}"), 400)


def test_a_network_without_credentials_is_not_offered(tmp_path: Path) -> None:
    app = Peer("github").app(tmp_path)
    client = app.test_client()
    nobody(app, client.get("/login/discord/callback?code=a&state=b"), 404)


def test_49_secrets_are_in_no_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    peer = Peer("x")
    app = peer.app(tmp_path, x_client_secret="TOP-SECRET-VALUE")
    client = app.test_client()
    sent = fields_of(go(client, a_party(app), "x"))
    assert come_back(client, "x", sent).status_code == 303
    verifier = peer.internet.to(peer.data["tokens"])[0].form["code_verifier"]
    for secret in (verifier, sent["state"], "X_SECRET", "TOP-SECRET-VALUE", CODE, "ann@example.org"):
        assert secret not in caplog.text
