"""Hostile networks: what they say of people, and what stays of their tokens. Threats 23, 40, 47, 70."""

from __future__ import annotations

import copy
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.http import Http, Reply
from networks import BUILT_IN
from networks.oauth import Told
from tests.doubles import with_http
from tests.login.parties import BASE, a_party, account, claims, follow, links_of, sent_to
from tests.login.test_upstream import DATA, Peer, come_back, fields_of, go
from tests.login.test_upstream_faults import nobody

EVIL = "https://evil.example"
ISSUER = "https://id.example.com"


def test_23_a_network_that_writes_our_own_claims_changes_none(tmp_path: Path) -> None:
    """A hostile provider fills its signed token and its userinfo with every claim that we make ourselves."""
    ours = {
        "aud": ["id", "other"], "nonce": "theirs", "sid": "theirs", "at_hash": "theirs", "auth_time": 1, "exp": 9**11,
        "iat": 1, "network": "google", "origin": EVIL, "azp": "theirs", "events": {}, "jti": "theirs", "amr": ["x"],
    }  # fmt: skip
    person = {
        "sub": "u-1",
        "iss": EVIL,
        "name": {"iss": EVIL},
        "picture": ["x"],
        "locale": 7,
        "email": ["a@b.example"],
    }
    peer = Peer("openid")
    peer.data["claims"] = {
        **{k: v for k, v in ours.items() if k in ("network", "origin", "sid", "amr")},
        "sub": "u-1",
    }
    peer.internet.pages[ISSUER + "/userinfo"] = {**ours, **person, "email_verified": True}
    app = peer.app(tmp_path)
    client, party = app.test_client(), a_party(app)
    peer.sent = fields_of(go(client, party, "openid"))
    back = sent_to(follow(client, come_back(client, "openid", peer.sent)))
    told = party.exchange(client, back["code"]).get_json()
    found = claims(client, told["id_token"])
    assert (found["iss"], found["aud"], found["nonce"]) == (BASE, party.site.client_id, party.nonce)
    assert (found["network"], found["exp"] - found["iat"]) == ("openid", 600)
    assert found["sub"] != "u-1"
    assert not {"origin", "azp", "events", "jti", "amr", "email", "email_verified", "picture"} & set(found)
    assert "theirs" not in json.dumps(found)
    said = client.get("/oauth/userinfo", headers={"Authorization": "Bearer " + told["access_token"]}).get_json()
    assert said["sub"] == found["sub"]
    assert EVIL not in json.dumps([found, said])


# --- 40: whose word counts for an e-mail address ---

# What a network may write where its word for "checked" stands, and whether that is the word.
WORDS: list[tuple[Any, bool]] = [
    (True, True), ("true", True), ("TRUE", True), (False, False), ("false", False), (None, False), ("", False),
    (0, False), (1, False), ("1", False), ("yes", False), ([True], False), ({"verified": True}, False),
]  # fmt: skip


def at(said: Any, *path: Any) -> Callable[[Any], Any]:
    """Return what writes a word into a copy of an answer."""

    def write(word: Any) -> Any:
        made = copy.deepcopy(said)
        place = made
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = word
        return made

    return write


def pages(key: str) -> tuple[Any, ...]:
    return tuple(DATA[key]["pages"].values())


def told_by(key: str, word: Any) -> Told:
    """All that a network tells, with a word in the place where it says that an address was checked."""
    ids = {"google": "g", "linkedin": "l", "twitch": "t", "openid": "o", "apple": "a"}
    if key in ids:
        said = {"sub": ids[key], "email": "ann@example.org", "email_verified": word}
        return Told(claims=said, replies=({},), issuer="https://issuer.example")
    if key == "microsoft":
        return Told(claims={"tid": "t", "oid": "o", "email": "ann@example.org", "xms_edov": word})
    if key == "github":
        user, mails = pages("github")
        return Told(replies=(user, at(mails, next(i for i, m in enumerate(mails) if m["primary"]), "verified")(word)))
    [page] = pages(key)
    return Told(replies=(at({**page, "email": "ann@example.org"}, "verified")(word),))


PROFILES = {network.key: network.login.profile for network in BUILT_IN if network.login}


@pytest.mark.parametrize("key", ["google", "linkedin", "twitch", "openid", "apple", "github", "discord", "microsoft"])
def test_40_an_address_is_checked_where_the_network_says_so_in_its_own_words(key: str) -> None:
    for word, good in WORDS:
        # Microsoft writes its optional claim as 1 too: https://learn.microsoft.com/entra/identity-platform/optional-claims
        wanted = good or (key == "microsoft" and word in (1, "1") and not isinstance(word, bool))
        assert PROFILES[key](told_by(key, word)).email_verified is wanted, word


@pytest.mark.parametrize("key", ["facebook", "x"])
def test_40_a_word_that_the_network_does_not_have_counts_for_nothing(key: str) -> None:
    [page] = pages(key)
    inner = page["data"] if key == "x" else page
    for name in ("email_verified", "verified", "verified_email", "is_email_verified"):
        said = {**inner, "email": "boss@victim.example", name: True}
        said.pop("confirmed_email", None)
        found = PROFILES[key](Told(replies=({"data": said} if key == "x" else said,)))
        assert not found.email_verified


def test_40_an_address_of_an_administrators_making_proves_nothing() -> None:
    """nOAuth (2023): an administrator of any tenant writes the victim's address into the token."""
    said = {"tid": "t", "oid": "o", "email": "boss@victim.example", "email_verified": True, "verified": True}
    said |= {"upn": "boss@victim.example", "preferred_username": "boss@victim.example"}
    found = PROFILES["microsoft"](Told(claims=said))
    assert (found.subject, found.email_verified) == ("o", False)
    listed = {**said, "verified_primary_email": ["other@victim.example"]}
    assert not PROFILES["microsoft"](Told(claims=listed)).email_verified


def test_40_what_was_checked_is_the_address_beside_the_word() -> None:
    """A signed token with one address, an answer of userinfo with another that was checked."""
    signed = {"sub": "s", "email": "boss@victim.example"}
    answer = {"sub": "s", "email": "eve@evil.example", "email_verified": True}
    found = PROFILES["openid"](Told(claims=signed, replies=(answer,), issuer=ISSUER))
    assert (found.email, found.email_verified) == ("boss@victim.example", False)
    same = {**answer, "email": "boss@victim.example"}
    assert PROFILES["openid"](Told(claims=signed, replies=(same,), issuer=ISSUER)).email_verified
    denied = {**signed, "email_verified": False}
    assert not PROFILES["openid"](Told(claims=denied, replies=(same,), issuer=ISSUER)).email_verified


# --- 47: what stays of a visitor's tokens ---


@pytest.mark.parametrize("key", ["github", "x", "openid", "discord", "facebook", "tiktok"])
def test_47_nothing_of_a_visitors_tokens_is_left(key: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """After the login no file of the data folder and no log has a token, a code, a state or a verifier of it."""
    caplog.set_level(logging.DEBUG)
    peer = Peer(key)
    app = peer.app(tmp_path)
    client, party = app.test_client(), a_party(app)
    peer.sent = fields_of(go(client, party, key))
    follow(client, come_back(client, key, peer.sent))
    assert account(app)
    said = peer.data["token"]
    given = {**said, **said["data"][0]} if isinstance(said.get("data"), list) else said
    secrets = {str(given[name]) for name in ("access_token", "refresh_token") if name in given}
    secrets |= {asked.form["code_verifier"] for asked in peer.internet.asked if "code_verifier" in asked.form}
    secrets |= {peer.sent["state"], peer.data["credentials"].get("client_secret", "secret-of-nobody")} - {"secret"}
    app.extensions["handbill"].close()
    files = b"".join(path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file())
    assert len(secrets) >= 2
    for secret in secrets:
        assert secret.encode() not in files
        assert secret not in caplog.text


# --- 70: without TLS ---


class Noted:
    """A client that notes every address that it is told to ask."""

    def __init__(self, http: Http) -> None:
        self.urls: list[str] = []
        self.guard = http.guard
        self._http = http

    def request(self, method: str, url: str, **given: Any) -> Reply:
        self.urls.append(url)
        return self._http.request(method, url, **given)


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint", ""])
def test_70_nothing_is_told_to_a_network_without_tls(tmp_path: Path, name: str) -> None:
    """A document, or a setting, that leads to plain http: nobody is sent there, and no secret is."""
    plain = "http://id.example.com/plain"
    peer = Peer("openid", metadata={name: plain} if name else {})
    http = Noted(peer.internet.http())
    app = with_http(peer.app(tmp_path, **({} if name else {"openid_issuer": "http://id.example.com"})), http)
    client, party = app.test_client(), a_party(app)
    link = next(x for x in links_of(client.get(party.address())) if x.startswith("/login/openid?"))
    reply = client.get(link)
    if name in ("authorization_endpoint", ""):
        nobody(app, reply, 502)
    else:
        peer.sent = fields_of(reply.headers["Location"])
        reply = come_back(client, "openid", peer.sent)
        if name == "userinfo_endpoint":  # the signed token says who it is: the rest is missing
            assert follow(client, reply).status_code == 303
            assert account(app)
        else:
            nobody(app, reply, 502)
    assert [url for url in http.urls if not url.startswith("https://")] == []
