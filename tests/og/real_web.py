"""A web whose every host answers with a saved page, a picture or a robots.txt, whatever address is asked for."""

from __future__ import annotations

import contextlib
import io
import socket
import ssl
from pathlib import Path
from typing import Any

from PIL import Image as Pictures

from core.http import Http
from core.netguard import Guard
from tests.core.http_origin import PUBLIC, Origins, _read_request, an_http, reply
from tests.og.agreement import pages, source

ROBOTS = b"User-agent: *\nDisallow: /closed\n"


class RealWeb(Origins):
    """`/page/NAME` is a saved page; what asks for a picture gets one; all else is not there."""

    def __init__(self, corpus: Path) -> None:
        super().__init__()
        self.corpus = corpus
        self.names = {}
        self.picture = _a_picture()

    def resolver(self, host: str, port: int) -> list[str]:  # noqa: ARG002 -- the seam's shape
        return [PUBLIC] if "." in host else []

    def _serve(self, sock: socket.socket, tls: bool) -> None:
        with contextlib.suppress(OSError), contextlib.closing(self._wrapped(sock) if tls else sock) as peer:
            while request := _read_request(peer):
                peer.sendall(self._body(request.split(b" ", 2)[1].decode("latin-1"), request))

    def _body(self, path: str, request: bytes) -> bytes:
        if path.startswith("/page/"):
            return reply(source(self.corpus, path.removeprefix("/page/")), content_type="text/html; charset=utf-8")
        if path == "/robots.txt":
            return reply(ROBOTS, content_type="text/plain")
        if b"image/" in request:
            return reply(self.picture, content_type="image/png")
        return reply(b"", "404 Not Found")

    def client(self) -> Http:
        """A client whose internet this is; certificates are nobody's concern here."""
        context = self.certify("example.org")
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return an_http(self, Guard(), tls=context)

    def urls(self, count: int) -> list[str]:
        """Addresses of saved pages, of every kind from one end of the corpus to the other."""
        names: list[Any] = sorted(pages(self.corpus))
        return [
            f"https://site{n}.example/page/{name}" for n, name in enumerate(names[:: len(names) // count][:count])
        ]


def _a_picture() -> bytes:
    out = io.BytesIO()
    Pictures.new("RGB", (640, 360)).save(out, "PNG")
    return out.getvalue()
