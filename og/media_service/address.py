"""Our addresses for other people's pictures: `/media/<signature>/<width>/<id>.webp`.

The id holds the picture's address itself, and the signature is ours, so that nothing has to be stored and nobody can
have us fetch what we did not choose to show. Signed are the width and the id: another width is another signature.

An id is base64url (RFC 4648 §5) of one byte of marks, four bytes of the time it ends if it does (seconds since 1970),
four bytes of the seconds it may be kept if they are few, and the address, deflated (RFC 1951) where that is shorter.
Before the address may stand, with a line feed behind it, whose picture it is: who is told when it has expired.
"""

from __future__ import annotations

import binascii
import struct
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from core.errors import NotAllowed, NotFound
from core.netguard import URL_CHARACTERS, Guard
from core.times import utc_now
from core.vault import Vault

# The widths in pixels that there are: each is a decoding and a file. Icons, small cards, cards, large cards, each
# also at the density of phones; 1,920 is what a large card in full width needs on a usual screen.
WIDTHS = (48, 96, 160, 320, 480, 640, 960, 1280, 1920)
# How long an address given to somebody anonymous is good. The contract's word.
ANONYMOUS = timedelta(minutes=10)
# Addresses given out in the same minute are the same, so that a browser can use what it has.
_GRAIN = 60
PREFIX = "/media/"
# What of ours may be a picture: it is linked as it is, since we do not fetch from ourselves.
OWN_PICTURES = (PREFIX, "/og/")
_PURPOSE = "media"
_DEFLATED, _ENDS, _HELD, _OWNED = 1, 2, 4, 8
# What addresses of pictures often hold, for deflate to point at. Changing it breaks every address given out.
_WORDS = (
    b"?auto=format&fit=crop&quality=80&width=1200&height=630.svg.gif.avif.webp.jpeg.png.jpg/static/assets/media/"
    b"wp-content/uploads/202/images/img.cdn.www..org/.net/.com/http://https://"
)


def width_for(width: int) -> int:
    """Return the smallest width there is that is at least so many pixels, else the largest."""
    return next((w for w in WIDTHS if w >= width), WIDTHS[-1])


def anonymous_until(now: datetime) -> datetime:
    """Return when an address given to somebody anonymous ends: within ten minutes, at a full minute."""
    end = int((now + ANONYMOUS).timestamp())
    return datetime.fromtimestamp(end - end % _GRAIN, UTC)


@dataclass(frozen=True)
class Asked:
    """What an address of ours asks for. ``until`` is when it ends, None for never.

    ``hold`` is how long the picture may be kept here, as its network allows: None as long as any other, zero not at
    all, it is only passed on. ``owner`` names the source of a feed that has the picture, where its address expires.
    """

    url: str
    width: int
    until: datetime | None
    hold: timedelta | None = None
    owner: str = ""


class Addresses:
    """Writes the addresses and reads them back. ``own`` are our origins."""

    def __init__(
        self, vault: Vault, guard: Guard, own: tuple[str, ...] = (), clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._vault = vault
        self._guard = guard
        self._own = tuple(origin.rstrip("/") for origin in own if origin)
        self._clock = clock

    def write(
        self,
        url: str,
        width: int,
        expires: datetime | None = None,
        *,
        hold: timedelta | None = None,
        owner: str = "",
    ) -> str:
        """Return our path for a picture at a width of the ladder; a picture of our own is its own path.

        What it says beside the picture is as in `Asked`. Raises AddressRefused for what would never be fetched, by
        its spelling, and ValueError for another width.
        """
        if width not in WIDTHS:
            raise ValueError(f"{width} is not one of the widths {WIDTHS}")
        for origin in self._own:
            if url.startswith(tuple(origin + path for path in OWN_PICTURES)):
                return url.removeprefix(origin)
        key = _packed(self._guard.address(url).url, expires, hold, owner)
        return f"{PREFIX}{self._vault.sign(_PURPOSE, _signed(width, key))}/{width}/{key}.webp"

    def read(self, signature: str, width: str, key: str) -> Asked:
        """Return what the parts of an address ask for.

        Raises NotFound for a width that there is not, NotAllowed for a signature that is not ours or has ended.
        """
        pixels = _LADDER.get(width)
        if pixels is None:
            raise NotFound("There are no pictures of this width.", code="no_such_width")
        if not self._vault.verify(_PURPOSE, _signed(pixels, key), signature):
            raise NotAllowed("This address was not made by this server.", code="wrong_signature")
        asked = _unpacked(key, pixels)
        if asked.until and asked.until <= self._clock():
            raise NotAllowed("This address has ended: ask for a new one.", code="signature_expired")
        return asked


_LADDER = {str(width): width for width in WIDTHS}


def _signed(width: int, key: str) -> bytes:
    return f"{width}/{key}".encode("utf-8", "surrogatepass")


def _packed(url: str, expires: datetime | None, hold: timedelta | None, owner: str) -> str:
    plain, marks, end = f"{owner}\n{url}".encode() if owner else url.encode("utf-8"), _OWNED if owner else 0, b""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, zdict=_WORDS)
    deflated = packer.compress(plain) + packer.flush()
    if len(deflated) < len(plain):
        plain, marks = deflated, marks | _DEFLATED
    if expires is not None:
        marks, end = marks | _ENDS, struct.pack(">I", int(expires.timestamp()))
    if hold is not None:
        marks, end = marks | _HELD, end + struct.pack(">I", int(hold.total_seconds()))
    return urlsafe_b64encode(bytes([marks]) + end + plain).rstrip(b"=").decode("ascii")


def _unpacked(key: str, width: int) -> Asked:
    """Read an id whose signature was ours. One that cannot be read was signed by another version of this program."""
    try:
        data = urlsafe_b64decode(key + "=" * (-len(key) % 4))
        at, until, hold = 1, None, None
        if data[0] & _ENDS:
            at, until = at + 4, datetime.fromtimestamp(struct.unpack_from(">I", data, at)[0], UTC)
        if data[0] & _HELD:
            at, hold = at + 4, timedelta(seconds=struct.unpack_from(">I", data, at)[0])
        body = data[at:]
        if data[0] & _DEFLATED:
            body = zlib.decompressobj(-zlib.MAX_WBITS, zdict=_WORDS).decompress(body, 4 * URL_CHARACTERS)
        owner, _, url = body.decode("utf-8").rpartition("\n") if data[0] & _OWNED else ("", "", body.decode("utf-8"))
        return Asked(url, width, until, hold, owner)
    except (binascii.Error, LookupError, struct.error, zlib.error, ValueError) as exc:
        raise NotFound("This address is of another version of this server.") from exc
