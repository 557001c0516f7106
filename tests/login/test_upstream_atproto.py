"""Logging in on the AT Protocol: pushed requests, proofs with nonces, and who may speak for whom."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from werkzeug.test import TestResponse

from tests.doubles import an_app, with_http
from tests.login.internet import Asked, Internet
from tests.login.parties import a_party, account, follow, form_of, links_of
from tests.login.test_upstream import CODE, fields_of

DID, OTHER = "did:plc:ewvi7nxzyoun6zhxrhs64oiz", "did:plc:z72i7hdynmk6r22z27h6tvur"
HOME, SERVER = "https://home.example.com", "https://entry.example.com"
RESOLVER = "https://public.api.bsky.app/xrpc/com.atproto.identity.resolveHandle"


def document(did: str = DID, handle: str = "ann.example.com", home: str = HOME) -> dict[str, Any]:
    service = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": home}
    return {"id": did, "alsoKnownAs": [f"at://{handle}"], "service": [service]}


def metadata(server: str = SERVER) -> dict[str, Any]:
    return {
        "issuer": server,
        "authorization_endpoint": server + "/oauth/authorize",
        "token_endpoint": server + "/oauth/token",
        "revocation_endpoint": server + "/oauth/revoke",
        "pushed_authorization_request_endpoint": server + "/oauth/par",
        "authorization_response_iss_parameter_supported": True,
    }


class World:
    """A server that holds to the protocol: it wants its nonce in every proof, and the same key all along."""

    def __init__(self, **changes: Any) -> None:
        self.sub, self.scope = DID, "atproto"
        self.keys: list[str] = []
        self.revoked: list[str] = []
        self.pushed: dict[str, str] = {}
        pages = {
            "https://ann.example.com/.well-known/atproto-did": DID.encode(),
            f"https://plc.directory/{DID}": document(),
            HOME + "/.well-known/oauth-protected-resource": {"authorization_servers": [SERVER]},
            SERVER + "/.well-known/oauth-authorization-server": metadata(),
            **self.serve(SERVER),
            RESOLVER: (400, {"error": "InvalidRequest"}),
            "https://public.api.bsky.app/xrpc/app.bsky.actor.getProfile": {
                "did": DID,
                "displayName": "Ann",
                "avatar": "https://cdn.example/ann.jpg",
            },
        }
        self.internet = Internet({**pages, **changes})

    def serve(self, server: str) -> dict[str, Any]:
        """What a server does itself."""
        return {server + f"/oauth/{name}": getattr(self, f"_{name}") for name in ("par", "token", "revoke")}

    def _proven(self, asked: Asked) -> dict[str, Any] | None:
        """The claims of a sound proof; None where the nonce is missing."""
        token = asked.headers["dpop"]
        head = json.loads(_decoded(token.split(".")[0]))
        assert (head["typ"], head["alg"], "d" in head["jwk"]) == ("dpop+jwt", "ES256", False)
        claims = dict(jwt.decode(token, ECKey.import_key(head["jwk"]), ["ES256"]).claims)
        assert (claims["htm"], claims["htu"]) == ("POST", asked.url)
        self.keys.append(head["jwk"]["x"])
        return claims if claims.get("nonce") == "n-1" else None

    def _par(self, asked: Asked) -> Any:
        if self._proven(asked) is None:
            return 400, {"error": "use_dpop_nonce"}, {"DPoP-Nonce": "n-1"}
        self.pushed = asked.form
        return 201, {"request_uri": "urn:ietf:params:oauth:request_uri:1", "expires_in": 299}

    def _token(self, asked: Asked) -> Any:
        if self._proven(asked) is None:
            return 400, {"error": "use_dpop_nonce"}, {"DPoP-Nonce": "n-1"}
        assert asked.form["code"] == CODE
        return {"access_token": "AT_SECRET", "token_type": "DPoP", "sub": self.sub, "scope": self.scope}

    def _revoke(self, asked: Asked) -> Any:
        if self._proven(asked) is None:
            return 400, {"error": "use_dpop_nonce"}, {"DPoP-Nonce": "n-1"}
        self.revoked.append(asked.form["token"])
        return {}


def _decoded(text: str) -> bytes:
    import base64

    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def type_in(
    folder: Path, world: World, typed: str = "ann.example.com", **settings: str
) -> tuple[Flask, FlaskClient, Any]:
    app = with_http(an_app(folder, **settings), world.internet.http())
    client, party = app.test_client(), a_party(app)
    base = app.extensions["handbill"].settings.base_url
    if base.startswith("https"):
        client.environ_base["wsgi.url_scheme"] = "https"
        client.environ_base["HTTP_HOST"] = base.removeprefix("https://")
    reply = follow(client, client.get(party.address(), base_url=base))
    reply = client.get(next(x for x in links_of(reply) if x.startswith("/login/bluesky?")), base_url=base)
    fields = form_of(reply, method="get")[1]
    return app, client, client.get("/login/bluesky", query_string={**fields, "server": typed}, base_url=base)


def back(client: FlaskClient, state: str, iss: str = SERVER, base: str = "http://127.0.0.1:8000") -> TestResponse:
    return client.get(
        "/login/bluesky/callback", query_string={"code": CODE, "state": state, "iss": iss}, base_url=base
    )


@pytest.mark.parametrize("typed", ["ann.example.com", "@Ann.example.com", DID, f"at://{DID}"])
def test_a_login(tmp_path: Path, typed: str) -> None:
    world = World()
    app, client, reply = type_in(tmp_path, world, typed)
    assert reply.status_code == 303, reply.get_data(as_text=True)[:2000]
    sent = fields_of(reply.headers["Location"])
    assert sent["request_uri"] == "urn:ietf:params:oauth:request_uri:1"
    assert sent["client_id"].startswith(
        "http://localhost?redirect_uri=http%3A%2F%2F127.0.0.1%3A8000%2Flogin%2Fbluesky"
    )
    assert set(sent) == {"client_id", "request_uri"}  # everything else was pushed
    assert back(client, world.pushed["state"]).status_code == 303
    found = account(app)
    assert found
    assert (found.subject, found.handle, found.name) == (DID, "ann.example.com", "Ann")
    assert len(set(world.keys)) == 1
    assert world.pushed["code_challenge_method"] == "S256"
    assert world.revoked == ["AT_SECRET"]


def test_on_a_public_server_we_prove_who_we_are(tmp_path: Path) -> None:
    base = "https://hb.example"
    world = World()
    given = {"env": "production", "base_url": base, "secret_key": "k" * 40}
    app, client, reply = type_in(tmp_path, world, **given)
    client_id = fields_of(reply.headers["Location"])["client_id"]
    assert client_id == base + "/login/bluesky/client.json"
    said = client.get("/login/bluesky/client.json", base_url=base).get_json()
    assert said["client_id"] == client_id
    assert said["redirect_uris"] == [base + "/login/bluesky/callback"]
    keys = KeySet.import_key_set(client.get(said["jwks_uri"], base_url=base).get_json())
    claims = jwt.decode(world.pushed["client_assertion"], keys, ["ES256"]).claims
    assert (claims["iss"], claims["sub"], claims["aud"]) == (client_id, client_id, SERVER)
    assert back(client, world.pushed["state"], base=base).status_code == 303
    assert account(app)


def test_39_who_moves_to_another_server_stays_the_same_person(tmp_path: Path) -> None:
    far = "https://far.example.com"
    pages: dict[str, Any] = {far + "/.well-known/oauth-protected-resource": {"authorization_servers": [far]}}
    world = World(**{far + "/.well-known/oauth-authorization-server": metadata(far)}, **pages)
    app, client, _ = type_in(tmp_path, world)
    assert back(client, world.pushed["state"]).status_code == 303
    before = account(app)
    world.internet.pages |= {f"https://plc.directory/{DID}": document(home=far), **world.serve(far)}
    app, client, _ = type_in(tmp_path, world)
    assert back(client, world.pushed["state"], far).status_code == 303
    after = account(app)
    assert before
    assert after
    assert (after.id, after.person_id) == (before.id, before.person_id)


def test_45_a_token_for_something_else_says_nothing_of_who_it_is(tmp_path: Path) -> None:
    """https://atproto.com/specs/oauth: the scope that was given must have `atproto` in it."""
    world = World()
    world.scope = "transition:generic"
    app, client, _ = type_in(tmp_path, world)
    assert back(client, world.pushed["state"]).status_code == 502
    assert account(app) is None


def test_45_somebody_else_comes_back(tmp_path: Path) -> None:
    world = World(**{f"https://plc.directory/{OTHER}": document(OTHER, "bob.example.com")})
    world.sub = OTHER
    app, client, _ = type_in(tmp_path, world)
    assert back(client, world.pushed["state"]).status_code == 502
    assert account(app) is None


def test_45_a_server_speaks_only_for_those_who_live_there(tmp_path: Path) -> None:
    """Whoever types only a server could be told of anybody: the DID says where its owner lives."""
    far = "https://far.example.com"
    pages = {f"https://plc.directory/{OTHER}": document(OTHER, "bob.example.com", far)}
    pages[far + "/.well-known/oauth-protected-resource"] = {"authorization_servers": [far]}
    world = World(**pages)
    world.sub = OTHER
    app, client, reply = type_in(tmp_path, world, "home.example.com")
    assert reply.status_code == 303, reply.get_data(as_text=True)[:1500]
    assert back(client, world.pushed["state"]).status_code == 502
    assert account(app) is None


def test_45_a_handle_that_its_owner_does_not_name(tmp_path: Path) -> None:
    world = World(**{f"https://plc.directory/{DID}": document(handle="other.example.com")})
    _, _, reply = type_in(tmp_path, world)
    assert reply.status_code == 422


def test_what_dns_says_of_a_handle_goes_before_its_site(tmp_path: Path) -> None:
    """https://atproto.com/specs/handle: a host's old file may name somebody who had the name before."""
    old = f"https://plc.directory/{OTHER}"
    site = "https://ann.example.com/.well-known/atproto-did"
    world = World(**{RESOLVER: {"did": DID}, site: OTHER.encode(), old: document(OTHER, "bob.example.com")})
    app, client, _ = type_in(tmp_path, world)
    assert back(client, world.pushed["state"]).status_code == 303
    found = account(app)
    assert found
    assert (found.subject, found.handle) == (DID, "ann.example.com")


def test_a_handle_that_was_lost_is_shown_to_nobody(tmp_path: Path) -> None:
    """Who has lost theirs is ``handle.invalid``: nobody is asked for it."""
    world = World(**{f"https://plc.directory/{DID}": document(handle="handle.invalid"), RESOLVER: {"did": DID}})
    app, client, _ = type_in(tmp_path, world, DID)
    assert back(client, world.pushed["state"]).status_code == 303
    found = account(app)
    assert found
    assert (found.subject, found.handle) == (DID, "")


@pytest.mark.parametrize("iss", ["https://evil.example", ""])
def test_35_another_issuer(tmp_path: Path, iss: str) -> None:
    world = World()
    app, client, _ = type_in(tmp_path, world)
    assert back(client, world.pushed["state"], iss).status_code == 502
    assert account(app) is None


@pytest.mark.parametrize(
    "typed", ["nobody.example.com", "127.0.0.1", "localhost", "did:plc:x", "ann", "did:web:127.0.0.1"]
)
def test_nobody_of_that_name(tmp_path: Path, typed: str) -> None:
    _, _, reply = type_in(tmp_path, World(), typed)
    assert reply.status_code in (422, 502)
    assert "Location" not in reply.headers


@pytest.mark.parametrize(
    "said", [{}, [], {"authorization_servers": []}, {"authorization_servers": [1]}, b"x", (500, {})]
)
def test_a_home_that_says_nothing_of_use(tmp_path: Path, said: Any) -> None:
    world = World(**{HOME + "/.well-known/oauth-protected-resource": said})
    _, _, reply = type_in(tmp_path, world)
    assert reply.status_code in (422, 502)
