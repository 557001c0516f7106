"""Signatures: nobody else's fit, and a new key does not undo what the old one signed."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Misconfigured
from core.settings import Settings
from core.vault import Vault

OLD, NEW = "o" * 40, "n" * 40


def a_vault(*keys: str) -> Vault:
    return Vault(Settings(secret_key=keys))


@given(st.text(max_size=30), st.binary(max_size=100))
def test_what_was_signed_verifies(purpose: str, data: bytes) -> None:
    vault = a_vault(NEW)
    signature = vault.sign(purpose, data)
    assert vault.verify(purpose, data, signature)
    assert len(signature) == 22
    assert signature.replace("-", "a").replace("_", "a").isalnum()


@given(st.text(alphabet=st.characters(), max_size=30))
def test_nothing_else_does(signature: str) -> None:
    vault = a_vault(NEW)
    assert vault.verify("media", b"data", signature) == (signature == vault.sign("media", b"data"))


@pytest.mark.parametrize(
    ("purpose", "data"), [("media", b"datA"), ("medi", b"adata"), ("media", b""), ("other", b"data"), ("", b"data")]
)
def test_a_signature_is_for_one_purpose_and_one_text(purpose: str, data: bytes) -> None:
    vault = a_vault(NEW)
    assert not vault.verify(purpose, data, vault.sign("media", b"data"))


def test_an_old_key_verifies_until_it_is_taken_away() -> None:
    signature = a_vault(OLD).sign("media", b"data")
    assert a_vault(NEW, OLD).verify("media", b"data", signature)
    assert a_vault(NEW, OLD).sign("media", b"data") == a_vault(NEW).sign("media", b"data") != signature
    assert not a_vault(NEW).verify("media", b"data", signature)


@pytest.mark.parametrize("spelling", ["{}=", "{} ", " {}", "{}\n", "{}A", "{}\x00"])
def test_a_signature_has_one_spelling(spelling: str) -> None:
    vault = a_vault(NEW)
    signature = vault.sign("media", b"data")
    assert not vault.verify("media", b"data", spelling.format(signature))
    assert not vault.verify("media", b"data", signature[:-1])
    assert not vault.verify("media", b"data", signature.swapcase())


def test_keys_are_derived_as_rfc_5869_says() -> None:
    extracted = hmac.new(b"handbill", NEW.encode(), hashlib.sha256).digest()
    key = hmac.new(extracted, b"sign:media\x01", hashlib.sha256).digest()
    wanted = urlsafe_b64encode(hmac.new(key, b"data", hashlib.sha256).digest()[:16]).decode().rstrip("=")
    assert a_vault(NEW).sign("media", b"data") == wanted


def test_without_a_key_nothing_is_signed() -> None:
    with pytest.raises(Misconfigured) as caught:
        a_vault().sign("media", b"data")
    assert caught.value.field == "HANDBILL_SECRET_KEY"
