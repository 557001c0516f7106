"""The keys that a provider signs with: its published set, fetched and kept, and those of it that may fit a token.

RFC 7517. A set may hold keys that we cannot use: of a new kind, for encryption, or written wrongly. They are passed
over, each by itself, so that one of them does not lock everybody out (§5). Shared secrets have no place in a
published set: they are never taken from one (RFC 8725 §3.1).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from core.errors import Problem
from login.problems import LoginFailed
from login.upstream.door import JSON, Door, json_of

if TYPE_CHECKING:
    from joserfc.jwk import Key

Raw = Mapping[str, Any]
# Keys change a few times a year; a set is used for an hour, and a day more where its server is down. Seconds.
FRESH, STALE = 3600.0, 86_400.0
# A key that is not in the set may be new: the set is fetched again, but not for every forged token. Seconds.
AGAIN = 30.0
# More keys than any provider publishes.
MOST_KEYS = 100
# Keys that are tried on one token; OpenID Connect Core §10.1 wants tokens to name theirs where there are several.
MOST_TRIED = 10
# The kind of key by how an algorithm begins, and what makes a public one of it (RFC 7518 §6, RFC 8037 §2).
KINDS = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}
MEMBERS = {"RSA": ("n", "e"), "EC": ("crv", "x", "y"), "OKP": ("crv", "x")}


def published(door: Door, url: str, *, again: bool = False) -> list[Raw]:
    """Return the keys at an address, newly fetched with ``again``. Raises LoginFailed where there are none."""
    name = f"login keys again {url}" if again else f"login keys {url}"
    fresh, stale = (AGAIN, 0.0) if again else (FRESH, STALE)
    try:
        found = door.cache.fetch(name, lambda: _fetched(door, url), fresh=fresh, stale=stale, negative=5)
    except Problem as exc:
        raise LoginFailed("network_failed", f"keys: {exc.message}") from exc
    if again:
        door.cache.set(f"login keys {url}", found.value, FRESH, stale=STALE)
    return [key for key in found.value["keys"] if isinstance(key, dict)]


def fitting(keys: list[Raw], header: Raw) -> Iterator[tuple[Key, Raw]]:
    """Yield the keys that a token may be signed with, each with what the set says of it.

    Those that the token names; where it names none, or the set gives no names, those of the right kind.
    """
    right = [key for key in keys if _may_sign(key, str(header.get("alg")))]
    named = [key for key in right if key.get("kid") == header.get("kid")]
    nameless = [key for key in right if key.get("kid") is None or header.get("kid") is None]
    for raw in (named or nameless)[:MOST_TRIED]:
        if (key := _imported(raw)) is not None:
            yield key, raw


def _may_sign(key: Raw, algorithm: str) -> bool:
    """Return whether a key is of the algorithm's kind, and not said to be for something else, or the private half."""
    kind, said = key.get("kty"), key.get("alg")
    same = {said, algorithm} == {"EdDSA", "Ed25519"}  # two names of one thing (RFC 9864 §2.2)
    meant = said in (None, "", kind, algorithm) or same
    return kind == KINDS.get(algorithm[:2]) and key.get("use") in (None, "", "sig") and meant and "d" not in key


def _imported(raw: Raw) -> Key | None:
    """Return the public half of a key, None where it cannot be read. Only what makes the key is looked at."""
    from joserfc.errors import JoseError
    from joserfc.jwk import JWKRegistry

    members = {name: raw.get(name) for name in MEMBERS[raw["kty"]]}
    if not all(isinstance(value, str) and value for value in members.values()):
        return None
    plain = {name: str(value).rstrip("=").replace("+", "-").replace("/", "_") for name, value in members.items()}
    try:
        return JWKRegistry.import_key({"kty": raw["kty"], **plain})
    except (JoseError, ValueError, KeyError, TypeError):
        return None


def _fetched(door: Door, url: str) -> Any:
    said = json_of(door.ask("GET", url, headers={"Accept": JSON}), "keys")
    if not isinstance(said, dict) or not isinstance(said.get("keys"), list):
        raise LoginFailed("network_failed", "keys: not a key set")
    return {"keys": said["keys"][:MOST_KEYS]}
