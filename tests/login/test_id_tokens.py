"""ID tokens as providers sign and encrypt them, and the key sets they publish: what is read, and what never is.

The cases are shapes of real ones: PayPal's key set with a padded X25519 key, LINE's HS256 beside a document that says
ES256, Salesforce's header with members of its own, oidc-provider's claims in the header of what it encrypts.
"""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from itertools import count
from typing import Any

import pytest
from joserfc import jwe, jwt
from joserfc.jwe import JWERegistry
from joserfc.jwk import ECKey, Key, OctKey, RSAKey
from joserfc.jws import JWSRegistry

from login.problems import LoginFailed
from login.upstream import id_tokens
from login.upstream.discovery import Endpoints
from login.upstream.door import Client, Door
from networks.openid import LOGIN
from tests.doubles import an_app
from tests.login.internet import Internet

SECRET = "s" * 48
ISSUER, SERVER = "https://id.example.com", "https://keys.example.com"
MICROSOFT = "https://login.microsoftonline.com/{tenantid}/v2.0"
ONE, TWO = (RSAKey.generate_key(2048, {"kid": name}, private=True) for name in ("a", "b"))
CURVE = ECKey.generate_key("P-256", {"kid": "c"}, private=True)
LOOSE = JWSRegistry(algorithms=["RS256", "RS512"], strict_check_header=False)
LOOSE.max_header_length = 9000
NUMBERS = count()
Read = Callable[..., Any]


@pytest.fixture(scope="module")
def internet() -> Internet:
    return Internet({SERVER + "/": {}})


@pytest.fixture(scope="module")
def door(internet: Internet, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    app = an_app(tmp_path_factory.mktemp("app"))
    cache = app.extensions["handbill"].cache
    yield Door("openid", LOGIN, Client("id"), "https://hb.example", "", "", internet.http(), cache, issuer=ISSUER)
    app.extensions["handbill"].close()


@pytest.fixture
def read(internet: Internet, door: Door) -> Read:
    """Read a token of a provider that publishes these keys, with what the operator has set."""

    def of(
        token: str, *keys: Any, algorithms: tuple[str, ...] = ("RS256",), issuer: str = ISSUER, **values: str
    ) -> Any:
        url = f"{SERVER}/{next(NUMBERS)}"
        internet.pages[url] = {"keys": list(keys)}
        given = {"CLIENT_SECRET": SECRET, "ID_TOKEN_ALG": "", **values}
        where = Endpoints("", "", issuer=issuer, jwks=url, algorithms=algorithms)
        return id_tokens.claims_of(replace(door, client=Client("id", given)), where, token, "n")

    return of


def said(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    return {"iss": ISSUER, "aud": "id", "sub": "u-1", "iat": now, "exp": now + 60, "nonce": "n", **changes}


def signed(key: Key = ONE, alg: str = "RS256", claims: dict[str, Any] | None = None, **header: Any) -> str:
    head = {"alg": alg, **({"kid": key.kid} if key.kid else {}), **header}
    return jwt.encode({k: v for k, v in head.items() if v}, claims or said(), key, algorithms=[alg])


def by_secret(alg: str = "HS256", secret: str = SECRET) -> str:
    return signed(OctKey.import_key(secret), alg)


def public(key: Key = ONE, **changes: Any) -> dict[str, Any]:
    return {name: value for name, value in {**key.as_dict(private=False), **changes}.items() if value != ""}


# --- signed with the client's secret (OpenID Connect Core §10.1) ---


@pytest.mark.parametrize("alg", ["HS256", "HS384"])
def test_by_the_secret_where_the_operator_says_so(read: Read, alg: str) -> None:
    """LINE's document says ES256, and what it gives to websites is signed with HS256."""
    assert read(by_secret(alg), algorithms=("ES256",), ID_TOKEN_ALG=alg)["sub"] == "u-1"


def test_by_the_secret_where_the_document_offers_nothing_else(read: Read) -> None:
    assert read(by_secret(), algorithms=("HS256",))["sub"] == "u-1"


def as_if_secret(key: bytes) -> str:
    """Our public key, or none at all, as if it were a secret (RFC 8725 §2.1)."""
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"a"}').rstrip(b"=").decode()
    text = f"{head}.{signed().split('.')[1]}"
    return f"{text}.{base64.urlsafe_b64encode(hmac.digest(key, text.encode(), 'sha256')).rstrip(b'=').decode()}"


PEM = ONE.as_pem(private=False)
OCT = {"kty": "oct", "kid": "a", "k": base64.urlsafe_b64encode(b"p" * 32).decode().rstrip("=")}
HS = {"ID_TOKEN_ALG": "HS256"}
# Token, the document's algorithms, settings, the published keys.
REFUSED: dict[str, tuple[str, tuple[str, ...], dict[str, str], list[Any]]] = {
    "nobody chose it": (by_secret(), ("RS256",), {}, [public()]),
    "the document offers it too": (by_secret(), ("RS256", "HS256"), {}, [public()]),
    "a public key": (as_if_secret(PEM), ("RS256", "HS256"), {}, [public()]),
    "a public key, where a secret was chosen": (as_if_secret(PEM), ("RS256", "HS256"), HS, [public()]),
    "nothing for a secret": (as_if_secret(b""), ("RS256",), {**HS, "CLIENT_SECRET": ""}, []),
    "nothing for a secret, and nothing else offered": (as_if_secret(b""), ("HS256",), {"CLIENT_SECRET": ""}, []),
    "a published secret": (as_if_secret(b"p" * 32), ("RS256", "HS256"), HS, [OCT]),
    "a key pair, where a secret was chosen": (signed(), ("RS256",), HS, [public()]),
    "another length than was chosen": (by_secret("HS384"), ("RS256",), HS, []),
    "another key pair than was chosen": (
        signed(CURVE, "ES256"),
        ("ES256",),
        {"ID_TOKEN_ALG": "RS256"},
        [public(CURVE)],
    ),
    "a secret that is too short": (by_secret("HS512"), ("RS256",), {"ID_TOKEN_ALG": "HS512"}, []),
    "nothing was chosen": (signed(), ("RS256",), {"ID_TOKEN_ALG": "none"}, [public()]),
}


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
@pytest.mark.parametrize("kind", REFUSED)
def test_24_what_was_not_agreed(read: Read, kind: str) -> None:
    token, algorithms, settings, keys = REFUSED[kind]
    with pytest.raises(LoginFailed):
        read(token, *keys, algorithms=algorithms, **settings)


# --- encrypted to us (§10.2) ---


def wrapped(inner: str, key: Key, way: str, content: str = "A128CBC-HS256", **header: Any) -> str:
    registry = JWERegistry(algorithms=[way, content, "DEF"], strict_check_header=False)
    return jwe.encrypt_compact({"alg": way, "enc": content, **header}, inner, key, registry=registry)


def shared(bits: int = 256) -> OctKey:
    return OctKey.import_key(sha256(SECRET.encode()).digest()[: bits // 8])


@pytest.mark.parametrize(
    ("key", "way"), [(TWO, "RSA-OAEP"), (CURVE, "ECDH-ES+A128KW"), (shared(), "dir"), (shared(128), "A128KW")]
)
def test_encrypted(read: Read, key: Key, way: str) -> None:
    """What stands in its header besides is of no account (RFC 7519 §5.3)."""
    pem = "" if isinstance(key, OctKey) else key.as_pem(private=True).decode().replace("\n", "\\n")
    token = wrapped(signed(), key, way, iss=ISSUER, aud="id")
    assert read(token, public(), PRIVATE_KEY=pem)["sub"] == "u-1"


UNSIGNED = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode() + "." + signed().split(".")[1] + "."
OURS = TWO.as_pem(private=True).decode()
UNREADABLE = {
    "not signed": (wrapped(json.dumps(said()), shared(), "dir"), ""),
    "signed by nobody": (wrapped(UNSIGNED, shared(), "dir"), ""),
    "signed by another": (wrapped(signed(TWO), shared(), "dir"), ""),
    "compressed": (wrapped(signed(), shared(), "dir", zip="DEF"), ""),
    "by a password": (wrapped(signed(), OctKey.import_key(SECRET), "PBES2-HS256+A128KW"), ""),
    "no key for it": (wrapped(signed(), TWO, "RSA-OAEP"), ""),
    "another key": (wrapped(signed(), ONE, "RSA-OAEP"), OURS),
    "no key at all": (wrapped(signed(), TWO, "RSA-OAEP"), "-----BEGIN"),
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_24_encrypting_proves_nothing(read: Read, kind: str) -> None:
    token, key = UNREADABLE[kind]
    with pytest.raises(LoginFailed):
        read(token, public(), PRIVATE_KEY=key)


# --- userinfo that is signed (§5.3.2) ---


def test_userinfo_as_the_document_says_of_userinfo(internet: Internet, door: Door) -> None:
    """Providers may sign it otherwise than their ID tokens (Discovery §3, userinfo_signing_alg_values_supported)."""
    internet.pages[url := f"{SERVER}/userinfo"] = {"keys": [public(CURVE)]}
    where = Endpoints("", "", issuer=ISSUER, jwks=url, algorithms=("RS256",))
    token = signed(CURVE, "ES256")
    with pytest.raises(LoginFailed, match="not agreed"):
        id_tokens.signed_of(door, where, token)
    assert id_tokens.signed_of(door, replace(where, userinfo_algorithms=("ES256",)), token)["sub"] == "u-1"


@pytest.mark.parametrize("alg", ["HS256", "none"])
def test_24_userinfo_by_no_key_of_the_provider(internet: Internet, door: Door, alg: str) -> None:
    """That the document offers it does not make a shared secret, or nothing, the provider's word."""
    internet.pages[url := f"{SERVER}/userinfo/{alg}"] = {"keys": [public()]}
    where = Endpoints("", "", issuer=ISSUER, jwks=url, userinfo_algorithms=(alg,))
    client = Client("id", {"CLIENT_SECRET": SECRET, "ID_TOKEN_ALG": ""})
    with pytest.raises(LoginFailed, match="not agreed"):
        id_tokens.signed_of(replace(door, client=client), where, by_secret() if alg == "HS256" else UNSIGNED)


# --- key sets, and what tokens say of theirs ---

PADDED = {"kty": "OKP", "crv": "X25519", "kid": "x", "x": "IA0SO6bFK5u0O1ij3b0yXbAMEqJkaSZiDu6qxoEOnHY="}
SETS: dict[str, list[Any]] = {
    "another key that cannot be read": [PADDED, public()],
    "a curve that nobody knows": [{"kty": "EC", "crv": "P-999", "x": "AA", "y": "AA", "kid": "y"}, public()],
    "a kind that nobody knows": [{"kty": "AKP", "alg": "ML-DSA-44", "pub": "AA", "kid": "q"}, 3, None, public()],
    "a name that is a number": [{"kty": "EC", "kid": 1}, public()],
    "padding": [public(n=public()["n"] + "==")],
    "no use": [public(use=None)],
    "the kind for an algorithm": [public(alg="RSA")],
    "certificates that are none": [public(x5c="abc")],
    "no names": [public(kid="")],
    "one name for two": [public(TWO, kid="a"), public()],
    "for encryption under the same name": [public(TWO, kid="a", use="enc"), public(use="sig")],
}


@pytest.mark.parametrize("kind", SETS)
def test_a_set_in_which_the_key_is(read: Read, kind: str) -> None:
    assert read(signed(), *SETS[kind])["sub"] == "u-1"


def test_a_token_that_names_no_key(read: Read) -> None:
    assert read(signed(kid=""), public(TWO), public(CURVE), public())["sub"] == "u-1"


WITHOUT: dict[str, list[Any]] = {
    "none": [],
    "another": [public(TWO)],
    "for encryption": [public(use="enc")],
    "for another algorithm": [public(alg="RS512")],
    "for wrapping keys": [public(alg="RSA-OAEP")],
    "the private half, which everybody has now": [ONE.as_dict(private=True)],
}


@pytest.mark.parametrize("kind", WITHOUT)
def test_a_set_in_which_it_is_not(read: Read, kind: str) -> None:
    with pytest.raises(LoginFailed):
        read(signed(), *WITHOUT[kind])


@pytest.mark.parametrize("more", [{"tnk": "core/prod", "ver": "1.0"}, {"x5c": ["A" * 4000]}])
def test_a_header_with_more_than_we_know(read: Read, more: dict[str, Any]) -> None:
    """RFC 7515 §4: what is not understood is ignored; `crit` is the exception (threat 24)."""
    token = jwt.encode({"alg": "RS256", "kid": "a", **more}, said(), ONE, registry=LOOSE)
    assert read(token, public())["sub"] == "u-1"


@pytest.mark.parametrize(
    ("tenant", "key_of", "sound"), [("t-1", "", True), ("t-1", "t-2", False), ("t-2", "t-2", True)]
)
def test_a_key_of_microsofts_is_for_its_tenant(read: Read, tenant: str, key_of: str, sound: bool) -> None:
    claims = said(tid=tenant, iss=MICROSOFT.replace("{tenantid}", tenant))
    key = public(issuer=MICROSOFT.replace("{tenantid}", key_of) if key_of else MICROSOFT)
    if sound:
        assert read(signed(claims=claims), key, issuer=MICROSOFT)["tid"] == tenant
        return
    with pytest.raises(LoginFailed):
        read(signed(claims=claims), key, issuer=MICROSOFT)
