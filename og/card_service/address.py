"""Our addresses for preview pictures: `/og/<layout>/<payload>.<signature>.<png|jpg|webp>`.

The payload says what is on the picture, and the signature is ours, so that nothing has to be stored and nobody can
have us draw what we did not agree to. Signed are the layout, the payload and the ending: a changed character, another
layout or another ending is another signature.

A payload is base64url (RFC 4648 §5) of one byte of marks, three bytes that name the version of the drawing it was
signed for, and the card without layout and format as canonical JSON, deflated (RFC 1951) where that is shorter. Where
all that is longer than `LONGEST`, the JSON is kept in the database and its digest stands in its place.

The version is there so that a better drawing gets a new address, which platforms fetch; an old address keeps working
and gets the better drawing too.
"""

from __future__ import annotations

import binascii
import hashlib
import json
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from core.errors import NotAllowed, NotFound, TooLarge
from core.vault import Vault
from og.card import Card, canonical

PREFIX = "/og/"
# Characters. With host, layout and signature an address stays under the 2,048 that servers and platforms agree on
# (https://www.sitemaps.org/protocol.html, `loc`).
LONGEST = 1500
# Bytes of JSON that a payload may inflate to: the text that a card may hold (og.card) fits in several times over.
LARGEST = 64 * 1024
# Bytes of a digest: 2^96 cards before two meet by chance, and as many tries for whoever wants them to.
DIGEST = 24
_PURPOSE = "card"
_DEFLATED, _STORED = 1, 2
_HEAD = 4
# What cards often hold, for deflate to point at. Changing it breaks every address given out: add another mark then.
_WORDS = (
    b'"max_bytes":300000,"progress":"qr":"https://"value":"date":"202"badge":"","facts":["","],"name":"dark","light","pattern":'
    b'"dots","grid","lines","waves","rings","gradient":"#"height":1920,"width":1080,"height":1500,"width":1000,'
    b'"height":1200,"width":1200,"lang":"ar","lang":"ja","lang":"fr","lang":"de","picture":"https://'
    b"?auto=format&fit=crop&quality=80&width=1200&height=630/assets/static/media/avatars/wp-content/uploads/images/202"
    b'.webp.jpeg.png.jpghttp://cdn.img.www..io/.org/.net/.com/{"author":"","avatar":"https://'
    b'","background":"https://","description":"","lang":"en","logo":"https://'
    b'","site":"","theme":{"accent":"#","background":"#","color":"#"},"title":"The How to and for with of in a '
)


class Bodies(Protocol):
    """Where descriptions too long for an address are kept: see `og.card_service.store`."""

    def keep(self, key: str, body: str) -> None:
        """Keep a body under its digest; keeping it again changes nothing."""

    def body(self, key: str) -> str | None:
        """Return the body, None where it is not there."""


@dataclass(frozen=True)
class Asked:
    """What an address asks for. ``key`` is the digest of the description, which is ``body`` unless it is stored."""

    layout: str
    format: str
    key: str
    body: bytes = b""
    stored: bool = False


class CardAddresses:
    """Writes the addresses and reads them back. ``version`` tells that of the drawing, for a layout."""

    def __init__(self, vault: Vault, bodies: Bodies, version: Callable[[str], str]) -> None:
        self._vault = vault
        self._bodies = bodies
        self._version = version

    def write(self, card: Card, *, store: bool = True) -> str:
        """Return our path for a card. A long one is stored, unless ``store`` is False: then NotAllowed is raised."""
        body = described(card)
        mark = hashlib.sha256(self._version(card.layout).encode()).digest()[:3]
        payload = _packed(body, mark)
        if len(payload) > LONGEST:
            if not store:
                raise NotAllowed(
                    "This card is too long for an address. With an API key its text is kept here, and it gets one.",
                    code="card_too_long",
                )
            payload = self._kept(body, mark)
        signature = self._vault.sign(_PURPOSE, _signed(card.layout, payload, card.format))
        return f"{PREFIX}{card.layout}/{payload}.{signature}.{card.format}"

    def _kept(self, body: bytes, mark: bytes) -> str:
        if len(body) > LARGEST:
            raise TooLarge(f"A card is at most {LARGEST} bytes of JSON.", code="card_too_large")
        key = digest(body)
        self._bodies.keep(key, body.decode("utf-8"))
        return _coded(bytes([_STORED]) + mark + bytes.fromhex(key))

    def read(self, layout: str, payload: str, signature: str, ending: str) -> Asked:
        """Return what the parts of an address ask for.

        Raises NotAllowed for a signature that is not ours, NotFound for an address of another version of ours.
        """
        signed = len(payload) <= LONGEST and self._vault.verify(_PURPOSE, _signed(layout, payload, ending), signature)
        if not signed:
            raise NotAllowed("This address was not made by this server.", code="wrong_signature")
        return _unpacked(layout, payload, ending)

    def data(self, asked: Asked) -> dict[str, Any]:
        """Return the card as JSON has it; raise NotFound where its description is not kept any more."""
        body: bytes | str | None = self._bodies.body(asked.key) if asked.stored else asked.body
        if body is None:
            raise NotFound("What this picture showed is not kept any more: sign its card again.", code="card_gone")
        try:
            found = json.loads(body)
        except (ValueError, RecursionError) as exc:
            raise _of_another_version() from exc
        return {**found, "layout": asked.layout, "format": asked.format}


def described(card: Card) -> bytes:
    """Return a card without layout and format, as the same bytes for equal cards."""
    rest = {name: value for name, value in canonical(card).items() if name not in ("layout", "format")}
    return json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")


def digest(body: bytes) -> str:
    """Return the digest that names a description."""
    return hashlib.sha256(body).hexdigest()[: 2 * DIGEST]


def _signed(layout: str, payload: str, ending: str) -> bytes:
    return f"{layout}/{payload}.{ending}".encode("utf-8", "surrogatepass")


def _coded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _packed(body: bytes, version: bytes) -> str:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, zdict=_WORDS)
    deflated = packer.compress(body) + packer.flush()
    if len(deflated) < len(body):
        return _coded(bytes([_DEFLATED]) + version + deflated)
    return _coded(b"\x00" + version + body)


def _unpacked(layout: str, payload: str, ending: str) -> Asked:
    """Read a payload whose signature was ours. One that cannot be read is of another version of this program."""
    try:
        data = urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
        marks, body = data[0], data[_HEAD:]
        if marks & _STORED:
            return Asked(layout, ending, body.hex(), stored=True)
        if marks & _DEFLATED:
            body = _inflated(body)
    except (binascii.Error, LookupError, zlib.error, ValueError) as exc:
        raise _of_another_version() from exc
    return Asked(layout, ending, digest(body), body)


def _inflated(data: bytes) -> bytes:
    """Return deflated bytes as they were; ValueError where they are more than we ever sign."""
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS, zdict=_WORDS)
    body = unpacker.decompress(data, LARGEST)
    if not unpacker.eof:
        raise ValueError("too large, or cut off")
    return body


def _of_another_version() -> NotFound:
    return NotFound("This address is of another version of this server.")
