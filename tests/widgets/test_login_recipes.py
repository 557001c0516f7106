"""The recipes of docs/login-verify.md, run as they stand there against a server of ours: good tokens and bad ones."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import shutil
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
from tests.doubles import ORIGIN, an_app, serving
from tests.login.parties import Party, a_code, a_party, tokens

PAGE = Path(__file__).resolve().parents[2] / "docs" / "login-verify.md"
Verify = Callable[..., dict[str, Any] | None]
RUNNER = """
import { readFileSync } from 'node:fs';
import { verify } from './verify.mjs';
const [token, nonce, origin] = JSON.parse(readFileSync(0, 'utf8'));
console.log(await verify(token, nonce ?? undefined, origin ?? undefined).then(JSON.stringify, () => 'null'));
"""
PHP_RUNNER = """<?php
error_reporting(E_ALL);
set_error_handler(fn ($level, $text) => throw new Error($text)); // the recipe gives no warning
require 'verify.php';
[$token, $nonce, $origin] = json_decode(file_get_contents('php://stdin'));
try {
    echo json_encode(verify($token, $nonce, $origin));
} catch (UnexpectedValueException) {
    echo 'null';
}
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

    def verify(token: str, nonce: str | None, origin: str | None = None) -> dict[str, Any] | None:
        try:
            return dict(names["verify"](token, nonce, origin))
        except (ValueError, JoseError):
            return None

    return verify


def in_javascript(base: str, client_id: str, folder: Path) -> Verify:
    """The JavaScript recipe, in Node."""
    (folder / "verify.mjs").write_text(recipe("js", base, client_id), "utf-8")
    (folder / "run.mjs").write_text(RUNNER, "utf-8")

    def verify(token: str, nonce: str | None, origin: str | None = None) -> dict[str, Any] | None:
        asked = json.dumps([token, nonce, origin])
        done = subprocess.run(
            [node(), "run.mjs"], cwd=folder, input=asked, capture_output=True, text=True, check=True
        )
        found: dict[str, Any] | None = json.loads(done.stdout)
        return found

    return verify


def in_php(base: str, client_id: str, folder: Path) -> Verify:
    """The PHP recipe."""
    (folder / "verify.php").write_text(recipe("php", base, client_id), "utf-8")
    (folder / "run.php").write_text(PHP_RUNNER, "utf-8")

    def verify(token: str, nonce: str | None, origin: str | None = None) -> dict[str, Any] | None:
        asked = json.dumps([token, nonce, origin])
        done = subprocess.run(["php", "run.php"], cwd=folder, input=asked, capture_output=True, text=True, check=True)
        found: dict[str, Any] | None = json.loads(done.stdout)
        return found

    return verify


# Each in the language it is for, where that is on the machine: Python and Node always are, PHP seldom.
RECIPES = {"Python": in_python, "JavaScript": in_javascript}
RECIPES |= {"PHP": in_php} if shutil.which("php") else {}


@pytest.fixture(params=RECIPES.values(), ids=RECIPES)
def verify(server: tuple[Flask, str], party: Party, tmp_path: Path, request: pytest.FixtureRequest) -> Verify:
    made: Verify = request.param(server[1], party.site.client_id, tmp_path)
    return made


def test_60_the_token_of_a_login_is_good(server: tuple[Flask, str], party: Party, verify: Verify) -> None:
    token = tokens(server[0].test_client(), party)["id_token"]
    claims = verify(token, party.nonce)
    assert claims
    assert (claims["iss"], claims["aud"], claims["name"]) == (server[1], party.site.client_id, "Ann Example")
    assert verify(token, None) == claims


def test_56_a_token_of_another_page_is_told_from_ones_own(
    server: tuple[Flask, str], party: Party, verify: Verify
) -> None:
    client = server[0].test_client()
    client.environ_base["HTTP_ORIGIN"] = ORIGIN
    code = a_code(server[0].test_client(), party)
    token = party.exchange(client, code).get_json()["id_token"]
    claims = verify(token, party.nonce, ORIGIN)
    assert claims
    assert claims["origin"] == ORIGIN
    assert verify(token, party.nonce, "https://shop.example.org") is None
    by_server = tokens(server[0].test_client(), party)["id_token"]
    assert verify(by_server, party.nonce)
    assert verify(by_server, party.nonce, ORIGIN) is None, "no page asked for it"


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
