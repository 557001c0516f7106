"""The recipes of docs/login-verify.md, run as they stand there against a server of ours: good tokens and bad ones."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from embed.kit_build import node
from login.id_tokens import signed
from login.keys import SigningKey
from tests.browser.conftest import a_free_port
from tests.doubles import an_app, serving
from tests.login.parties import Party, a_party, tokens

PAGE = Path(__file__).resolve().parents[2] / "docs" / "login-verify.md"
Verify = Callable[[str, str | None], dict[str, Any] | None]
RUNNER = """
import { readFileSync } from 'node:fs';
import { verify } from './verify.mjs';
const [token, nonce] = JSON.parse(readFileSync(0, 'utf8'));
console.log(await verify(token, nonce ?? undefined).then(JSON.stringify, () => 'null'));
"""


def recipe(language: str, base: str, client_id: str) -> str:
    """A recipe's code for a server and a client."""
    found = re.search(rf"```{language}\n(.*?)```", PAGE.read_text("utf-8"), re.S)
    assert found
    return (
        found[1]
        .replace("https://HOST", base)
        .replace("CLIENT_ID'", f"{client_id}'")
        .replace('CLIENT_ID"', f'{client_id}"')
    )


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, str]]:
    port = a_free_port()
    app = an_app(tmp_path_factory.mktemp("recipes"), base_url=f"http://127.0.0.1:{port}")
    with serving(app, port) as origin:
        yield app, origin
    app.extensions["handbill"].close()


@pytest.fixture(params=["RS256", "ES256"])
def party(server: tuple[Flask, str], request: pytest.FixtureRequest) -> Party:
    made = a_party(server[0], public=True)
    server[0].extensions["handbill"].sites.configure(made.site.key, login_algorithm=request.param)
    return made


def in_python(base: str, client_id: str, _folder: Path) -> Verify:
    """The Python recipe."""
    names: dict[str, Any] = {}
    exec(compile(recipe("python", base, client_id), "login-verify.md", "exec"), names)  # noqa: S102 -- our own page

    def verify(token: str, nonce: str | None) -> dict[str, Any] | None:
        try:
            return dict(names["verify"](token, nonce))
        except (ValueError, JoseError):
            return None

    return verify


def in_javascript(base: str, client_id: str, folder: Path) -> Verify:
    """The JavaScript recipe, in Node."""
    (folder / "verify.mjs").write_text(recipe("js", base, client_id), "utf-8")
    (folder / "run.mjs").write_text(RUNNER, "utf-8")

    def verify(token: str, nonce: str | None) -> dict[str, Any] | None:
        asked = json.dumps([token, nonce])
        done = subprocess.run(
            [node(), "run.mjs"], cwd=folder, input=asked, capture_output=True, text=True, check=True
        )
        found: dict[str, Any] | None = json.loads(done.stdout)
        return found

    return verify


@pytest.fixture(params=[in_python, in_javascript], ids=["Python", "JavaScript"])
def verify(server: tuple[Flask, str], party: Party, tmp_path: Path, request: pytest.FixtureRequest) -> Verify:
    made: Verify = request.param(server[1], party.site.client_id, tmp_path)
    return made


def test_60_the_token_of_a_login_is_good(server: tuple[Flask, str], party: Party, verify: Verify) -> None:
    token = tokens(server[0].test_client(), party)["id_token"]
    claims = verify(token, party.nonce)
    assert claims
    assert (claims["iss"], claims["aud"], claims["name"]) == (server[1], party.site.client_id, "Ann Example")
    assert verify(token, None) == claims


def encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def test_60_no_other_token_is(server: tuple[Flask, str], party: Party, verify: Verify) -> None:
    """Threat 60: another nonce, client, issuer or time; another signature, key or algorithm; none at all."""
    keys = server[0].extensions["handbill"].logins.keys
    key: SigningKey = keys.signer(party_algorithm(server, party))
    now = int(time.time())
    good = {"iss": server[1], "aud": party.site.client_id, "sub": "s", "iat": now, "exp": now + 600, "nonce": "n"}
    assert verify(signed(key, good), "n") == good
    assert verify(signed(key, good), "other") is None
    changes: list[dict[str, Any]] = [{"aud": "other"}, {"iss": server[1] + "/"}, {"iss": "https://evil.example"}]
    changes += [{"exp": now - 120, "iat": now - 720}, {"iat": now + 600, "exp": now + 1200}, {"sub": ""}]
    changes += [{"exp": None}, {"nonce": None}]
    for change in changes:
        claims = {name: value for name, value in {**good, **change}.items() if value is not None}
        assert verify(signed(key, claims), "n") is None, change
    head, body, signature = signed(key, good).split(".")
    forged = encoded(json.dumps({**good, "sub": "admin"}).encode())
    none, secret = (encoded(json.dumps({"alg": alg, "kid": key.id}).encode()) for alg in ("none", "HS256"))
    public = json.dumps(key.public).encode()
    by_public = encoded(hmac.new(public, f"{secret}.{forged}".encode(), hashlib.sha256).digest())
    stranger = RSAKey.generate_key(2048, {"kid": key.id})
    by_stranger = jwt.encode({"alg": "RS256", "kid": key.id}, good, stranger, ["RS256"])
    for token in (
        f"{head}.{forged}.{signature}", f"{none}.{body}.", f"{secret}.{forged}.{by_public}", by_stranger,
        f"{head}.{body}.", f"{head}.{body}", "", "a.b.c",
        signed(replace(key, id="unknown"), good),
    ):  # fmt: skip
        assert verify(token, "n") is None, token


def party_algorithm(server: tuple[Flask, str], party: Party) -> str:
    """What the site's tokens are signed with."""
    site = server[0].extensions["handbill"].sites.by_key(party.site.key)
    return str(site.options.login_algorithm)
