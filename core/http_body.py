"""Reading an answer from a server that we do not trust: strict framing, capped headers, capped bodies.

Based on the standard library's reader, made stricter where it is lenient (RFC 9112 §6 and §7.1) and
bounded where it is not: the header block as a whole, decoded bytes, the compression ratio.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPResponse, IncompleteRead, LineTooLong, _read_headers  # type: ignore[attr-defined]
from typing import Any, Protocol

from core.errors import BadReply, ReplyTooLarge
from core.http_deadline import Deadline

# nginx as a client takes 4 to 8 KB by default, so honest servers stay far below:
# https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffer_size
HEADER_BYTES = 64 * 1024
# One line that announces a chunk, with extensions nobody uses (RFC 9112 §7.1.1).
CHUNK_LINE_BYTES = 4096
READ_BYTES = 64 * 1024
# Text compresses 3 to 30 times; gzip can reach 1,030, which is what bombs use (RFC 1951; CWE-409).
RATIO = 100
# Under this many decoded bytes any ratio is harmless: a short page of blanks is not a bomb.
RATIO_FROM = 64 * 1024

_CHUNK_LINE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r?\n")
_LENGTH = re.compile(r"[0-9]{1,15}")  # RFC 9110 §8.6: digits only


class _CappedLines:
    """A file's lines, up to a number of bytes in all; they must not stop half-way (RFC 9112 §8)."""

    def __init__(self, file: Any, left: int) -> None:
        self.file, self._left, self._begun = file, left, False

    def readline(self, size: int) -> bytes:
        line: bytes = self.file.readline(min(size, self._left + 1))
        self._left -= len(line)
        if self._left < 0:
            raise LineTooLong("header block")
        if not line and self._begun:
            raise IncompleteRead(b"")
        self._begun = True
        return line

    def close(self) -> None:
        self.file.close()


class StrictResponse(HTTPResponse):
    """An HTTP/1 response whose header block, interim responses, chunk lines and trailers are bounded."""

    fp: Any
    chunked: bool

    def begin(self) -> None:
        """Read status and headers; raise an HTTPException where they are not HTTP."""
        with self._capped():
            super().begin()

    @contextmanager
    def _capped(self) -> Iterator[None]:
        file = self.fp
        self.fp = _CappedLines(file, HEADER_BYTES)
        try:
            yield
        finally:
            self.fp = file if self.fp is not None else None

    def _read_status(self) -> tuple[str, int, str]:
        """Skip interim responses (RFC 9110 §15.2); the standard library skips 100 only."""
        while True:
            version, status, reason = super()._read_status()  # type: ignore[misc]
            if not 100 <= status < 200 or status == 101:
                return version, status, reason
            _read_headers(self.fp)

    def _read_next_chunk_size(self) -> int:
        """Read a chunk's size (RFC 9112 §7.1); the standard library takes signs and underscores too."""
        match = _CHUNK_LINE.fullmatch(self.fp.readline(CHUNK_LINE_BYTES))
        if match is None:
            self.close()
            raise IncompleteRead(b"")
        return int(match[1], 16)

    def _read_and_discard_trailer(self) -> None:
        with self._capped():
            super()._read_and_discard_trailer()  # type: ignore[misc]


class Decoder(Protocol):
    """Turns bytes of the wire into bytes of the content."""

    def feed(self, data: bytes, room: int) -> bytes:
        """Decode, returning ``room`` bytes at most."""

    def ended(self) -> bool:
        """Whether the content may end here."""


class Identity:
    """No coding."""

    def feed(self, data: bytes, room: int) -> bytes:
        """Return what came, cut."""
        return data[:room]

    def ended(self) -> bool:
        """Always: the framing says where it ends."""
        return True


class Gzip:
    """gzip (RFC 1952), several members too; never inflates beyond the room it is given."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(zlib.MAX_WBITS | 16)
        self._empty = True

    def feed(self, data: bytes, room: int) -> bytes:
        """Inflate; raise zlib.error for what is not gzip. Bytes after the last member are ignored, as by browsers."""
        out = bytearray()
        while data and len(out) < room:
            if self._member.eof:
                if data[:1] != b"\x1f":
                    break
                self._member = zlib.decompressobj(zlib.MAX_WBITS | 16)
            self._empty = False
            out += self._member.decompress(data, room - len(out))
            data = self._member.unused_data or self._member.unconsumed_tail
        return bytes(out)

    def ended(self) -> bool:
        """Whether the last member is whole, or nothing came at all."""
        return self._empty or self._member.eof


def decoder(coding: str) -> Decoder:
    """Return the decoder for a Content-Encoding; raise BadReply for one that we did not ask for."""
    name = coding.strip().lower()
    if name in ("", "identity"):
        return Identity()
    if name in ("gzip", "x-gzip"):  # RFC 9110 §8.4.1.3
        return Gzip()
    raise BadReply("The answer is compressed in a way that we did not ask for.")


@dataclass(frozen=True)
class Body:
    """What was read. ``whole`` says that the connection stands at the start of the next answer."""

    data: bytes
    truncated: bool
    whole: bool


def read_body(reply: StrictResponse, most: int, *, truncate: bool, deadline: Deadline) -> Body:
    """Read and decode up to ``most`` bytes; raise ReplyTooLarge beyond, or cut there if ``truncate``."""
    _check_framing(reply)
    if reply.length == 0:  # HEAD, 204, 304, or said to be empty (RFC 9112 §6.3)
        return Body(b"", truncated=False, whole=not (reply.will_close or reply.chunked))
    coder = decoder(", ".join(reply.headers.get_all("content-encoding", [])))
    if not truncate and isinstance(coder, Identity) and (reply.length or 0) > most:
        raise ReplyTooLarge(f"The answer is larger than the {most:,} bytes that we read.")
    data, wire = bytearray(), 0
    while chunk := reply.read1(READ_BYTES):
        deadline.left()
        wire += len(chunk)
        data += coder.feed(chunk, most + 1 - len(data))
        if len(data) > most or _suspicious(wire, len(data), most):
            if not truncate:
                raise ReplyTooLarge(f"The answer is larger than the {most:,} bytes that we read, or a bomb.")
            return Body(bytes(data[:most]), truncated=True, whole=False)
    deadline.left()  # a connection that the watchdog cut looks like one that ended
    if reply.length or not coder.ended():
        raise BadReply("The answer was cut off before its end.")
    return Body(bytes(data), truncated=False, whole=not reply.will_close)


def _suspicious(wire: int, decoded: int, most: int) -> bool:
    """Whether so many bytes came that no honest answer of that size needs them, or they grew too much."""
    return wire > most + RATIO_FROM or (decoded > RATIO_FROM and decoded > RATIO * wire)


def _check_framing(reply: StrictResponse) -> None:
    """Refuse the answers whose end two readers would see at two places (RFC 9112 §6.3)."""
    codings = reply.headers.get_all("transfer-encoding", [])
    lengths = reply.headers.get_all("content-length", [])
    if codings and [c.strip().lower() for c in codings] not in (["chunked"], ["identity"]):
        raise BadReply("The answer has a transfer coding that we did not ask for.")
    if len({length.strip() for length in lengths}) > 1:
        raise BadReply("The answer gives two lengths.")
    if lengths and not _LENGTH.fullmatch(lengths[0].strip()):
        raise BadReply("The answer gives a length that is not a number.")
    if codings and lengths:
        reply.will_close = True  # one of both is a lie: do not trust where the answer ended
