"""Signing keys: made by themselves, sealed, changed with an overlap; what no key of ours signed. (24 to 26.)"""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey, import_key

from core.database import Database
from core.settings import Settings
from core.vault import Vault
from login.id_tokens import hinted, signed
from login.keys import Keys

ISSUER = "https://hb.example.org"


class Clock:
    """A time that a test moves."""

    def __init__(self) -> None:
        self.at = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def later(self, **by: float) -> None:
        self.at += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def some_keys(database: Database, clock: Clock, *secrets: str) -> Keys:
    return Keys(database, Vault(Settings(secret_key=secrets or ("k" * 40,))), clock)


def names(keys: Keys) -> list[str]:
    """The published keys of the usual algorithm."""
    return [key["kid"] for key in keys.published() if key["alg"] == "RS256"]


def test_there_is_a_key_before_a_site_is_switched_to_its_algorithm(database: Database, clock: Clock) -> None:
    keys = some_keys(database, clock)
    known = {key["kid"] for key in keys.published()}
    assert keys.signer("ES256").id in known
    assert keys.signer("RS256").id in known


def test_25_the_key_set_holds_public_halves_only(database: Database, clock: Clock) -> None:
    keys = some_keys(database, clock)
    published = keys.published()
    assert {(key["kty"], key["alg"], key["use"]) for key in published} == {
        ("RSA", "RS256", "sig"),
        ("EC", "ES256", "sig"),
    }
    for key in published:
        assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & set(key)


def test_25_the_next_key_is_published_a_day_before_it_signs(database: Database, clock: Clock) -> None:
    keys = some_keys(database, clock)
    first = keys.signer()
    keys.rotate()
    assert names(keys) == [first.id]
    clock.later(days=89)
    keys.rotate()
    assert len(names(keys)) == 2
    assert names(keys)[0] == first.id
    assert keys.signer().id == first.id
    clock.later(hours=23)
    assert keys.signer().id == first.id
    clock.later(hours=2)
    second = keys.signer()
    assert second.id == names(keys)[1]
    token = signed(first, {"iss": ISSUER, "sub": "s", "aud": "c"})
    assert hinted(token, keys, ISSUER), "what the old one signed still fits"
    clock.later(days=13)
    keys.rotate()
    assert first.id in names(keys)
    clock.later(days=2)
    keys.rotate()
    assert names(keys) == [second.id]
    assert hinted(token, keys, ISSUER) is None


def test_25_rotation_goes_on_for_years(database: Database, clock: Clock) -> None:
    keys = some_keys(database, clock)
    seen = set()
    for _ in range(365):
        seen.add(keys.signer().id)
        assert 1 <= len(names(keys)) <= 2
        clock.later(days=1)
        keys.rotate()
    assert 4 <= len(seen) <= 5


def test_of_two_processes_that_make_the_next_key_one_succeeds(database: Database, clock: Clock) -> None:
    one, two = some_keys(database, clock), some_keys(database, clock)
    assert one.signer().id == two.signer().id
    clock.later(days=89)
    rows = two._rows
    old = rows()
    two._rows = lambda: old  # type: ignore[method-assign]  # it has looked before the other wrote
    one.make("RS256", clock())
    two.make("RS256", clock())
    assert len(names(some_keys(database, clock))) == 2


def test_26_a_private_half_is_sealed_and_sealed_anew(database: Database, clock: Clock) -> None:
    old, new = "o" * 40, "n" * 40
    key = some_keys(database, clock, old).signer()
    both = some_keys(database, clock, new, old)
    assert both.signer().id == key.id
    assert both.reseal() == 1
    assert both.reseal() == 0
    assert some_keys(database, clock, new).signer().id == key.id


def test_26_without_the_secret_a_key_signs_no_more_and_another_is_made(database: Database, clock: Clock) -> None:
    lost = some_keys(database, clock, "o" * 40).signer()
    clock.later(seconds=1)
    keys = some_keys(database, clock, "n" * 40)
    made = keys.signer()
    assert made.id != lost.id
    assert set(names(keys)) == {lost.id, made.id}, "what it has signed is still good"


def test_26_a_row_moved_to_another_keys_place_does_not_open(database: Database, clock: Clock) -> None:
    from sqlalchemy import text

    keys = some_keys(database, clock)
    one, other = keys.signer("RS256"), keys.signer("ES256")
    with database.session() as session:
        session.execute(
            text("UPDATE login_signing_keys SET private = (SELECT private FROM login_signing_keys WHERE id = :b)"),
            {"b": other.id},
        )
    fresh = some_keys(database, clock)
    assert fresh.signer("ES256").id == other.id
    assert fresh.signer("RS256").id != one.id


def forged(keys: Keys) -> list[Any]:
    """Tokens that look like ours and are not."""
    ours, claims = keys.signer(), {"iss": ISSUER, "sub": "s", "aud": "c"}
    good = signed(ours, claims)
    head, body, signature = good.split(".")
    other = RSAKey.generate_key(2048)
    pem = import_key(ours.public).as_pem(private=False)

    def part_of(value: bytes) -> str:
        return urlsafe_b64encode(value).rstrip(b"=").decode()

    def part(value: dict[str, Any]) -> str:
        return part_of(json.dumps(value).encode())

    confused = f"{part({'alg': 'HS256', 'kid': ours.id})}.{body}"

    mine = {"alg": "RS256", "kid": ours.id}
    embedded = {**mine, "jwk": other.as_dict(private=False)}
    return [
        pytest.param(f"{part({'alg': 'none', 'kid': ours.id})}.{body}.", id="none"),
        pytest.param(f"{head}.{body}.", id="no signature"),
        pytest.param(
            f"{confused}.{part_of(hmac.digest(pem, confused.encode(), 'sha256'))}", id="HS256, our public key"
        ),
        pytest.param(jwt.encode(mine, claims, other, ["RS256"]), id="another key"),
        pytest.param(jwt.encode(embedded, claims, other, ["RS256"]), id="a key in the token"),
        pytest.param(f"{part({**mine, 'crit': ['x'], 'x': 1})}.{body}.{signature}", id="crit"),
        pytest.param(f"{part({**mine, 'jku': 'https://evil.example'})}.{body}.{signature}", id="jku"),
        pytest.param(f"{head}.{part({**claims, 'sub': 'admin'})}.{signature}", id="changed claims"),
        pytest.param(jwt.encode({"alg": "RS256"}, claims, import_key(ours.private), ["RS256"]), id="no key id"),
        pytest.param(signed(ours, {**claims, "iss": "https://evil.example"}), id="another issuer"),
        pytest.param(signed(ours, {"iss": ISSUER, "sub": "s", "aud": ["c", "d"]}), id="two audiences"),
        pytest.param(signed(ours, {"iss": ISSUER, "sub": 1, "aud": "c"}), id="no subject"),
        pytest.param("a.b.c.d.e", id="JWE"),
        pytest.param(good + "A" * 10_000, id="too long"),
        pytest.param("[" * 5000, id="nested"),
        pytest.param("é.é.é", id="not ASCII"),
    ]


def test_24_what_is_forged_is_no_hint(database: Database, clock: Clock) -> None:
    keys = some_keys(database, clock)
    good = signed(keys.signer(), {"iss": ISSUER, "sub": "s", "aud": "c", "exp": 1})
    assert hinted(good, keys, ISSUER) is not None, "an ended one is as good as a hint"
    for case in forged(keys):
        assert hinted(case.values[0], keys, ISSUER) is None, case.id
