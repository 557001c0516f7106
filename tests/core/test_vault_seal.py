"""Seals: only this server reads them, only where they were put, and keys are changed without a loss. (Threat 47.)"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Misconfigured
from core.settings import Settings
from core.vault import SealBroken, Vault

OLD, NEW = "o" * 40, "n" * 40
HERE, THERE = "accounts/1/github/ann", "accounts/2/github/ann"


def a_vault(*keys: str) -> Vault:
    return Vault(Settings(secret_key=keys))


@given(st.binary(max_size=200), st.text(max_size=30), st.text(max_size=30))
def test_what_was_sealed_opens_in_its_place(data: bytes, purpose: str, context: str) -> None:
    vault = a_vault(NEW)
    record = vault.seal(purpose, data, context)
    assert vault.open(purpose, record, context) == data
    assert not vault.worn(purpose, record)


def test_a_record_is_version_key_nonce_and_ciphertext() -> None:
    record = a_vault(NEW).seal("account", b"a token", HERE)
    raw = urlsafe_b64decode(record + "=" * (-len(record) % 4))
    assert raw[0] == 1
    assert len(raw) == 1 + 4 + 12 + len(b"a token") + 16
    assert b"a token" not in raw
    assert "a token" not in record


def test_the_same_text_is_sealed_differently_each_time() -> None:
    vault = a_vault(NEW)
    assert len({vault.seal("account", b"a token", HERE) for _ in range(50)}) == 50


def test_a_record_moved_to_another_row_or_purpose_does_not_open() -> None:
    vault = a_vault(NEW)
    mine, yours = vault.seal("account", b"mine", HERE), vault.seal("account", b"yours", THERE)
    for record, purpose, context in ((mine, "account", THERE), (yours, "account", HERE), (mine, "other", HERE)):
        with pytest.raises(SealBroken):
            vault.open(purpose, record, context)


def test_no_changed_byte_opens() -> None:
    vault = a_vault(NEW)
    record = vault.seal("account", b"a token", HERE)
    raw = urlsafe_b64decode(record + "=" * (-len(record) % 4))
    for at in range(len(raw)):
        changed = raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
        with pytest.raises(SealBroken):
            vault.open("account", urlsafe_b64encode(changed).rstrip(b"=").decode(), HERE)


@pytest.mark.parametrize(
    "record", ["", "A", "AQ", "é", "AQ==", "A" * 40, "not a record at all, not a record", "AB\x00"]
)
def test_what_is_no_record_is_refused(record: str) -> None:
    with pytest.raises(SealBroken):
        a_vault(NEW).open("account", record, HERE)


def test_a_new_key_seals_and_the_old_one_opens_until_it_is_taken_away() -> None:
    record = a_vault(OLD).seal("account", b"a token", HERE)
    both = a_vault(NEW, OLD)
    assert both.open("account", record, HERE) == b"a token"
    assert both.worn("account", record)
    again = both.seal("account", both.open("account", record, HERE), HERE)
    assert not both.worn("account", again)
    assert a_vault(NEW).open("account", again, HERE) == b"a token"
    with pytest.raises(SealBroken, match="no key"):
        a_vault(NEW).open("account", record, HERE)


def test_without_a_key_nothing_is_sealed() -> None:
    with pytest.raises(Misconfigured):
        a_vault().seal("account", b"data", HERE)
