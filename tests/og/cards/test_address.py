"""Addresses of cards: what is written is read back, and nothing else is read at all."""

from __future__ import annotations

import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import NotAllowed, NotFound, TooLarge
from core.settings import Settings
from core.vault import Vault
from og.card import Card, read
from og.card_service.address import LARGEST, LONGEST, CardAddresses, _unpacked, digest

OLD, NEW = "o" * 40, "n" * 40
CARD = {"title": "The market moves to the river", "site": "Thursday notes", "theme": {"accent": "#c8321b"}}


class Kept(dict[str, str]):
    """Bodies in memory."""

    def keep(self, key: str, body: str) -> None:
        self[key] = body

    def body(self, key: str) -> str | None:
        return self.get(key)


def addresses(*keys: str, bodies: Kept | None = None, version: str = "1") -> CardAddresses:
    vault = Vault(Settings(secret_key=keys or (OLD,)))
    return CardAddresses(vault, bodies if bodies is not None else Kept(), lambda _layout: version)


def a_card(**changes: Any) -> Card:
    return read({**CARD, **changes})[0]


def parts(path: str) -> tuple[str, str, str, str]:
    layout, rest = path.removeprefix("/og/").split("/")
    payload, signature, ending = rest.split(".")
    return layout, payload, signature, ending


def back(made: CardAddresses, path: str) -> Card:
    return read(made.data(made.read(*parts(path))))[0]


@pytest.mark.parametrize(
    "changes", [{}, {"layout": "quote", "format": "jpeg"}, {"format": "webp", "title": "日本 😀"}]
)
def test_what_is_written_is_read_back(changes: dict[str, str]) -> None:
    made, card = addresses(), a_card(**changes)
    path = made.write(card)
    assert path.startswith(f"/og/{card.layout}/")
    assert path.endswith(f".{card.format}")
    assert back(made, path) == card


@given(
    title=st.text(max_size=300),
    site=st.text(max_size=40),
    facts=st.lists(st.text(max_size=20), max_size=3),
    width=st.integers(64, 1600),
)
def test_any_words_come_back(title: str, site: str, facts: list[str], width: int) -> None:
    made = addresses()
    card = read({"title": title, "site": site, "facts": facts, "width": width})[0]
    assert back(made, made.write(card)) == card


def test_equal_cards_have_one_address() -> None:
    made = addresses()
    one = read({"title": "A", "site": "B", "width": 1200})[0]
    other = read({"site": "B", "title": "A ", "description": None, "format": "PNG"})[0]
    assert made.write(one) == made.write(other)


def test_a_usual_card_is_short() -> None:
    long = a_card(description="From April the stalls stand along the quay, an hour earlier than before. " * 2)
    assert len(addresses().write(a_card())) < 180
    assert len(addresses().write(long)) < 300


def test_every_part_is_signed() -> None:
    made = addresses()
    layout, payload, signature, ending = parts(made.write(a_card()))
    other = parts(made.write(a_card(title="Another")))
    tampered = [
        ("quote", payload, signature, ending),
        (layout, other[1], signature, ending),
        (layout, payload[:-1] + ("A" if payload[-1] != "A" else "B"), signature, ending),
        (layout, payload + "A", signature, ending),
        (layout, payload, other[2], ending),
        (layout, payload, signature[:-1], ending),
        (layout, payload, "", ending),
        (layout, payload, signature, "jpg"),
        (layout, payload, signature, "webp"),
        (layout, "", signature, ending),
        ("é", payload, "\udcff", ending),
        (layout, "A" * (LONGEST + 1), signature, ending),
    ]
    for asked in tampered:
        with pytest.raises(NotAllowed) as caught:
            made.read(*asked)
        assert caught.value.code == "wrong_signature"


def test_keys_take_over_from_each_other() -> None:
    path = addresses(OLD).write(a_card())
    assert back(addresses(NEW, OLD), path) == a_card()
    with pytest.raises(NotAllowed):
        addresses(NEW).read(*parts(path))


def test_a_new_way_of_drawing_has_new_addresses_and_the_old_ones_work() -> None:
    before, after = addresses(version="1"), addresses(version="2")
    assert before.write(a_card()) != after.write(a_card())
    assert back(after, before.write(a_card())) == a_card()


# Eight hundred characters that deflate cannot make small.
NOISE = "".join(chr(0x4E00 + n * 7919 % 20000) for n in range(800))


def test_a_long_card_is_stored_and_its_name_signed() -> None:
    bodies = Kept()
    made, card = addresses(bodies=bodies), a_card(description=NOISE)
    path = made.write(card)
    assert len(path) < 120
    assert made.write(card) == path
    assert len(bodies) == 1
    (key, body), *_ = bodies.items()
    assert digest(body.encode()) == key
    assert made.read(*parts(path)).key == key
    assert back(made, path) == card
    bodies.clear()
    with pytest.raises(NotFound) as caught:
        back(made, path)
    assert caught.value.code == "card_gone"


def test_nothing_is_stored_for_who_may_not() -> None:
    bodies = Kept()
    with pytest.raises(NotAllowed) as caught:
        addresses(bodies=bodies).write(a_card(description=NOISE), store=False)
    assert caught.value.code == "card_too_long"
    assert not bodies


def test_the_digest_does_not_depend_on_where_the_card_stands() -> None:
    made = addresses()
    short, long = a_card(), a_card(description=NOISE)
    for card in (short, long):
        asked = made.read(*parts(made.write(card)))
        assert len(asked.key) == 48
        assert asked.stored == (card is long)


def signed(data: bytes) -> tuple[str, str, str, str]:
    """What only we could have written: a payload of any bytes with a signature that holds."""
    payload = urlsafe_b64encode(data).rstrip(b"=").decode()
    signature = Vault(Settings(secret_key=(OLD,))).sign("card", f"article/{payload}.png".encode())
    return "article", payload, signature, "png"


def test_even_a_signed_payload_inflates_to_a_bound() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = packer.compress(b'"' + b" " * (40 * LARGEST)) + packer.flush()
    assert len(bomb) < 3 * LONGEST
    with pytest.raises(NotFound):
        _unpacked("article", urlsafe_b64encode(b"\x01vvv" + bomb).decode(), "png")


@pytest.mark.parametrize("data", [b"", b"\x01", b"\x01vvv", b"\x01vvvnonsense", b"\x01vvv\x03"])
def test_a_payload_of_another_version_is_not_found(data: bytes) -> None:
    with pytest.raises(NotFound):
        addresses().read(*signed(data))


def test_a_body_that_is_no_json_is_not_found() -> None:
    made = addresses()
    for body in (b"\x00vvv", b"\x00vvv[1", b"\x00vvv\xff", b"\x00vvv" + b"[" * 900):
        asked = made.read(*signed(body))
        with pytest.raises(NotFound):
            made.data(asked)


def test_a_card_beyond_all_bounds_is_refused() -> None:
    huge = Card(title="".join(chr(0x4E00 + n % 20000) for n in range(LARGEST)))
    with pytest.raises(TooLarge):
        addresses().write(huge)


def test_a_payload_is_marked_with_the_version() -> None:
    one, other = (addresses(version=v).write(a_card()) for v in ("1", "2"))
    heads = [urlsafe_b64decode(parts(path)[1][:4] + "==")[:3] for path in (one, other)]
    assert heads[0][:1] == heads[1][:1] == b"\x01"
    assert heads[0] != heads[1]
