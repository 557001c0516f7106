"""The generic OpenID provider: how we prove who we are, and requests that are pushed where they can be."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from login.upstream.door import FORM
from tests.login.parties import a_party, account, links_of
from tests.login.test_upstream import Peer, come_back, fields_of, go
from tests.login.test_upstream_faults import nobody

PAR = "https://id.example.com/par"
SECRET = "a secret that has forty-eight bytes, or one more..."


@pytest.mark.parametrize(
    ("offered", "settings", "proof"),
    [
        (None, {}, "basic"),
        (["client_secret_post", "client_secret_basic"], {}, "basic"),
        (["client_secret_post"], {}, "post"),
        (["client_secret_basic"], {"openid_client_auth": "client_secret_post"}, "post"),
        (["client_secret_basic", "none"], {"openid_client_secret": ""}, "none"),
        (["private_key_jwt", "client_secret_jwt"], {}, "jwt"),
        (["private_key_jwt"], {"openid_client_auth": "private_key_jwt", "openid_client_secret": ""}, "jwt"),
        (["client_secret_jwt"], {"openid_client_secret": SECRET}, "jwt"),
        (["client_secret_post"], {"openid_client_auth": "client_secret_jwt", "openid_client_secret": SECRET}, "jwt"),
    ],
)
def test_the_proof_that_a_provider_takes(tmp_path: Path, offered: Any, settings: dict[str, str], proof: str) -> None:
    peer = Peer("openid", metadata={"token_endpoint_auth_methods_supported": offered})
    app = peer.app(tmp_path, **settings)
    client = app.test_client()
    sent = peer.sent = fields_of(go(client, a_party(app), "openid"))
    assert come_back(client, "openid", sent).status_code == 303
    [asked] = peer.internet.to(peer.data["tokens"])
    found = {
        "basic": "authorization" in asked.headers,
        "post": "client_secret" in asked.form,
        "jwt": "client_assertion" in asked.form,
    }
    assert [name for name, there in found.items() if there] == [proof] * (proof != "none")
    assert asked.form.get("client_id", "id") == "id"


@pytest.mark.parametrize(
    ("taken", "algorithm"), [(None, "HS256"), (["RS256", "HS512", "HS384"], "HS384"), (["HS256", "HS512"], "HS256")]
)
def test_a_proof_that_is_signed_with_the_secret(tmp_path: Path, taken: Any, algorithm: str) -> None:
    offered = {"token_endpoint_auth_methods_supported": ["client_secret_jwt"]}
    offered |= {"token_endpoint_auth_signing_alg_values_supported": taken}
    peer = Peer("openid", metadata=offered)
    client = (app := peer.app(tmp_path, openid_client_secret=SECRET)).test_client()
    peer.sent = fields_of(go(client, a_party(app), "openid"))
    assert come_back(client, "openid", peer.sent).status_code == 303
    [asked] = peer.internet.to(peer.data["tokens"])
    token = jwt.decode(asked.form["client_assertion"], OctKey.import_key(SECRET), [algorithm])
    assert token.claims | {"iat": 0, "exp": 0, "jti": ""} == {
        "iss": "id", "sub": "id", "aud": peer.data["issuer"], "iat": 0, "exp": 0, "jti": "",
    }  # fmt: skip
    assert "client_secret" not in asked.form


def test_how_sure_the_provider_shall_be(tmp_path: Path) -> None:
    peer = Peer("openid")
    client = (app := peer.app(tmp_path, openid_acr_values="eidas1, eidas2")).test_client()
    assert fields_of(go(client, a_party(app), "openid"))["acr_values"] == "eidas1 eidas2"


@pytest.mark.parametrize("wrong", [{"client_auth": "client_secret_jwt"}, {"id_token_alg": "none"}])
def test_what_the_operator_wrote_and_nothing_can_come_of(tmp_path: Path, wrong: dict[str, str]) -> None:
    """Nobody is sent there to learn it."""
    app = Peer("openid").app(tmp_path, **{f"openid_{name}": value for name, value in wrong.items()})
    client = app.test_client()
    link = next(x for x in links_of(client.get(a_party(app).address())) if x.startswith("/login/openid?"))
    nobody(app, client.get(link), 502)


@pytest.mark.parametrize("said", [(400, {"error": "unauthorized_client"}), {}, b"<html>", (500, {})])
@pytest.mark.parametrize("required", [False, True])
def test_a_pushed_request_that_is_refused(tmp_path: Path, said: Any, required: bool) -> None:
    """It goes by the browser where that is allowed too."""
    told = {"pushed_authorization_request_endpoint": PAR, "require_pushed_authorization_requests": required}
    peer = Peer("openid", metadata=told)
    peer.internet.pages[PAR] = said
    app = peer.app(tmp_path)
    client, party = app.test_client(), a_party(app)
    if required:
        link = next(x for x in links_of(client.get(party.address())) if x.startswith("/login/openid?"))
        nobody(app, client.get(link), 502)
        return
    sent = peer.sent = fields_of(go(client, party, "openid"))
    assert "request_uri" not in sent
    assert come_back(client, "openid", sent).status_code == 303
    assert account(app)


def test_a_pushed_request_says_nothing_to_the_browser(tmp_path: Path) -> None:
    peer = Peer("openid", metadata={"pushed_authorization_request_endpoint": PAR})
    peer.internet.pages[PAR] = (201, {"request_uri": "urn:ietf:params:oauth:request_uri:1", "expires_in": 60})
    app = peer.app(tmp_path)
    client = app.test_client()
    sent = fields_of(go(client, a_party(app), "openid"))
    assert sent == {"client_id": "id", "request_uri": "urn:ietf:params:oauth:request_uri:1"}
    [asked] = peer.internet.to(PAR)
    peer.sent = asked.form
    assert asked.headers["authorization"].startswith("Basic ")
    assert (asked.form["code_challenge_method"], "client_secret" in asked.form) == ("S256", False)
    assert come_back(client, "openid", asked.form).status_code == 303


def test_scopes_of_the_operators(tmp_path: Path) -> None:
    """Some providers refuse the usual ones, others want further ones of their own (itsme, FranceConnect)."""
    app = Peer("openid").app(tmp_path, openid_scopes="service:LOGIN,  email")
    sent = fields_of(go(app.test_client(), a_party(app), "openid"))
    assert sent["scope"] == "openid service:LOGIN email"


ODD: dict[str, dict[str, Any]] = {
    "an error with success": {"pages": {"https://id.example.com/userinfo": {"ok": False, "error": "invalid_auth"}}},
    "an issuer that is typed with a slash": {"settings": {"openid_issuer": "https://id.example.com/"}},
    "a form for an answer": {"token": lambda said: (200, urlencode(said).encode(), {"Content-Type": FORM})},
}


@pytest.mark.parametrize("kind", ODD)
def test_providers_with_ways_of_their_own(tmp_path: Path, kind: str) -> None:
    """The ID token says who it is; what else is missing is a gap in the profile."""
    changes = ODD[kind]
    peer = Peer("openid", **{name: value for name, value in changes.items() if not callable(value)})
    if callable(form := changes.get("token")):
        answer = peer._token
        peer.internet.pages[peer.data["tokens"]] = lambda asked: form(answer(asked))
    app = peer.app(tmp_path, **changes.get("settings", {}))
    client = app.test_client()
    peer.sent = fields_of(go(client, a_party(app), "openid"))
    assert come_back(client, "openid", peer.sent).status_code == 303
    found = account(app)
    assert found
    assert (found.subject, found.issuer) == ("u-1", "https://id.example.com")
