"""Time, names, TLS and reuse: what a connection to a stranger may cost, and where it may lead."""

from __future__ import annotations

import gzip
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
import trustme

from core.errors import AddressRefused, FetchFailed, TooSlow, Unreachable
from core.http import Http
from core.http_connection import IDLE, IDLE_EACH, Lookups, resolve
from core.http_deadline import Deadline, Watchdog
from core.netguard import Guard
from tests.core.http_origin import PUBLIC, Origins, a_canary, a_page, an_http, drip, moved, reply

URL = "http://good.example/"
HEAD = b"HTTP/1.1 200 OK\r\n"


def threads() -> list[threading.Thread]:
    return [t for t in threading.enumerate() if t.name.startswith("handbill")]


# --- time ---


DRIPS = {
    "silence": drip(b"", b"", 1),
    "status line": drip(b"", b"H"),
    "header lines": drip(HEAD, b"X-A: b\r\n"),
    "one header": drip(HEAD + b"X-A: ", b"b"),
    "interim answers": drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "body of a length": drip(HEAD + b"Content-Length: 1000000\r\n\r\n"),
    "body without length": drip(HEAD + b"\r\n", b"x"),
    "chunks": drip(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    "chunk extension": drip(HEAD + b"Transfer-Encoding: chunked\r\n\r\n1;", b"x"),
    "trailers": drip(HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n"),
    "gzip": drip(HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(os.urandom(9999)), b"\0"),
}


@pytest.mark.parametrize("what", DRIPS)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_whatever_drips_is_cut_off_at_the_deadline(scheme: str, what: str) -> None:
    origins = Origins([DRIPS[what]], {"good.example": [[PUBLIC]]})
    http = an_http(origins, tls=origins.certify("good.example"))
    begun = time.monotonic()
    with pytest.raises(TooSlow):
        http.get(f"{scheme}://good.example/", deadline=0.3)
    assert time.monotonic() - begun < 0.3 + 2


def test_an_endless_body_ends_at_the_cap_long_before_the_deadline() -> None:
    http, _ = a_page(drip(HEAD + b"\r\n", b"x" * 65536, 0))
    assert len(http.get(URL, truncate=True, max_bytes=1_000_000, deadline=60).body) == 1_000_000


def test_all_hops_share_one_deadline() -> None:
    def slowly(sock: socket.socket) -> None:
        time.sleep(0.2)
        sock.sendall(moved(f"/{time.monotonic_ns()}"))

    with pytest.raises(TooSlow):
        a_page(slowly)[0].get(URL, deadline=0.5)


def test_a_handshake_that_drips_is_cut_off() -> None:
    mine, theirs = socket.socketpair()
    threading.Thread(target=lambda: _quietly(drip(b"\x16\x03\x03\x40\x00", b"\0"), theirs), daemon=True).start()
    http = Http(Guard(), resolver=lambda *_: [PUBLIC], connect=lambda *_: mine)
    with pytest.raises((TooSlow, Unreachable)):
        http.get("https://good.example/", deadline=0.3)
    assert mine.fileno() == -1
    theirs.close()


def _quietly(act: Callable[[socket.socket], None], sock: socket.socket) -> None:
    try:
        act(sock)
    except OSError:
        return


def test_a_resolver_that_hangs_holds_nobody() -> None:
    let_go = threading.Event()

    def hanging(host: str, port: int) -> list[str]:
        let_go.wait(30)
        return [PUBLIC]

    lookups = Lookups(hanging, most=2)
    for _ in range(4):  # the last two find no room
        with pytest.raises(TooSlow):
            lookups.find("good.example", 80, Deadline(0.1))
    assert len([t for t in threads() if t.name == "handbill-lookup"]) == 2
    let_go.set()
    assert lookups.find("good.example", 80, Deadline(5)) == (PUBLIC,)


@pytest.mark.parametrize("error", [socket.gaierror, UnicodeError, OSError])
def test_a_name_that_leads_nowhere_is_unreachable(error: type[Exception]) -> None:
    def failing(host: str, port: int) -> list[str]:
        raise error("nowhere")

    with pytest.raises(Unreachable):
        Http(Guard(), resolver=failing).get(URL, deadline=5)


def test_the_machines_resolver_is_asked_for_the_whole_name(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda *given, **_: asked.append(given[0]) or [(2, 1, 6, "", (PUBLIC, 80))]
    )
    assert resolve("good.example", 80) == [PUBLIC]
    assert resolve("localhost", 80) == [PUBLIC]
    assert asked == [b"good.example.", b"localhost"]


def test_the_watchdog_never_acts_on_what_has_ended() -> None:
    watchdog, acts = Watchdog(), []
    for _ in range(300):
        with watchdog.watching(Deadline(30), lambda: acts.append(1)):
            pass
    with watchdog.watching(Deadline(0.05), lambda: acts.append(2)):
        time.sleep(0.2)
    assert acts == [2]
    assert len(watchdog._due) < 100


# --- addresses ---


def test_the_next_vetted_address_is_tried_up_to_a_number() -> None:
    many = [f"93.184.215.{n}" for n in range(1, 200)]
    for failing, seen in ((0, 1), (1, 2), (3, 4)):
        origins = Origins(names={"good.example": [many]})
        origins.failing = failing
        assert an_http(origins).get(URL).body == b"hello"
        assert origins.connected == many[:seen]
    origins.failing = 99
    with pytest.raises(Unreachable):
        an_http(origins).get(URL)
    assert len(origins.connected) == 4 + 4


def test_mixed_answers_are_refused_whatever_their_order() -> None:
    for answer in ([PUBLIC, "10.0.0.1"], ["::1", PUBLIC]):
        origins = Origins(names={"good.example": [answer]})
        with pytest.raises(AddressRefused):
            an_http(origins).get(URL)
        assert not origins.connected


# --- reuse ---


def test_a_connection_is_kept_and_used_again() -> None:
    http, origins = a_page()
    for _ in range(3):
        assert http.get(URL).body == b"hello"
    assert (len(origins.connected), len(origins.looked_up), len(origins.requests)) == (1, 1, 3)


def test_a_name_that_turns_private_reaches_its_old_address_only() -> None:
    http, origins = a_page()
    origins.names["good.example"] = [[PUBLIC], ["169.254.169.254"]]
    assert [http.get(URL).status for _ in range(2)] == [200, 200]
    http.close()
    with pytest.raises(AddressRefused):
        http.get(URL)
    assert origins.connected == [PUBLIC]


def test_a_kept_connection_serves_its_own_origin_only() -> None:
    http, origins = a_page()
    origins.names["other.example"] = [["1.1.1.1"]]
    for url in (URL, "http://other.example/", "http://good.example:8080/"):
        http.get(url)
    assert origins.connected == [PUBLIC, "1.1.1.1", PUBLIC]


DOUBTFUL: dict[str, Any] = {
    "closing": reply(b"x", Connection="close"),
    "old": b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx",
    "two framings": HEAD + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
    "more than said": lambda sock: (sock.sendall(reply(b"x")), time.sleep(0.01), drip(reply(b"smuggled"))(sock)),
    "cut by us": reply(b"x" * 9000),
    "304 with chunks": b"HTTP/1.1 304 X\r\nTransfer-Encoding: chunked\r\n\r\n",
    "redirect with a body": moved("/b").replace(b"Content-Length: 0", b"Content-Length: 3") + b"abc",
}


@pytest.mark.parametrize("what", DOUBTFUL)
def test_a_connection_whose_end_is_in_doubt_is_not_kept(what: str) -> None:
    http, origins = a_page(DOUBTFUL[what], reply(b"second"))
    http.request("GET", URL, max_bytes=5000, truncate=True, redirects=0)
    time.sleep(0.1)  # for what was sent too much to arrive
    assert http.get(URL).body == b"second"
    assert len(origins.connected) == 2


def test_a_connection_that_the_other_side_closed_is_replaced_unseen() -> None:
    def once(sock: socket.socket) -> None:
        return  # closes without a word

    http, origins = a_page(reply(b"1"), once, reply(b"3"))
    assert http.get(URL).body == b"1"
    assert http.get(URL).body == b"3"
    assert len(origins.requests) == 3


def test_a_post_is_never_sent_twice() -> None:
    http, origins = a_page(reply(b"1"), lambda _: None)
    http.get(URL)
    with pytest.raises(Unreachable):
        http.post(URL, body=b"x", content_type="text/plain")
    assert len(origins.requests) == 2


def test_few_connections_are_kept() -> None:
    origins = Origins(names={f"h{n}.example": [[PUBLIC]] for n in range(100)})
    http = an_http(origins)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: http.get(f"http://h{n}.example/"), range(100)))
        list(pool.map(lambda _: http.get("http://h1.example/"), range(20)))
    kept = http._idle._links
    assert len(kept) == IDLE
    assert len([link for link in kept if link.origin[1] == "h1.example"]) <= IDLE_EACH
    http.close()
    assert not kept or not http._idle._links


# --- on real sockets ---


@contextmanager
def a_server(answer: Callable[[socket.socket], None], tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """A server on a port of this machine."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:

        def serve(sock: socket.socket) -> None:
            try:
                with tls.wrap_socket(sock, server_side=True) if tls else sock as peer:
                    peer.recv(65536)
                    answer(peer)
            except OSError:
                sock.close()

        def listen() -> None:
            while True:
                try:
                    sock, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=serve, args=(sock,), daemon=True).start()

        threading.Thread(target=listen, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def rig(port: int, name: str = "rig.test", **changes: object) -> Http:
    return Http(Guard(allow=(f"{name}:{port}",)), resolver=lambda *_: ["127.0.0.1"], **changes)  # type: ignore[arg-type]


def test_the_certificate_must_be_good_for_the_name() -> None:
    ca, context, seen = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), list[str]()
    ca.issue_cert("rig.test").configure_cert(context)
    context.sni_callback = lambda _sock, name, _context: seen.append(name)
    ours = ssl.create_default_context()
    ca.configure_trust(ours)
    with a_server(lambda s: s.sendall(reply(b"hello")), context) as port:
        assert rig(port, tls=ours).get(f"https://rig.test:{port}/").body == b"hello"
        assert seen == ["rig.test"]
        with pytest.raises(Unreachable, match="certificate"):
            rig(port, "other.test", tls=ours).get(f"https://other.test:{port}/")
        with pytest.raises(Unreachable, match="certificate"):
            rig(port).get(f"https://rig.test:{port}/")
        with pytest.raises(FetchFailed):
            rig(port).get(f"http://rig.test:{port}/")


def test_a_redirect_to_this_machine_reaches_nobody() -> None:
    with a_canary() as (canary, hits):
        for target in ("127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]", "[::1]", "0.0.0.0", "rig.test"):
            to = moved(f"http://{target}:{canary}/")
            with a_server(lambda sock, to=to: sock.sendall(to)) as port, pytest.raises(AddressRefused):  # type: ignore[misc]
                rig(port).get(f"http://rig.test:{port}/")
        time.sleep(0.1)
        assert not hits


def test_a_closed_port_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(Unreachable):
        rig(port).get(f"http://rig.test:{port}/", deadline=5)


def test_fifty_threads_share_one_client_and_leave_nothing_behind() -> None:
    def answer(sock: socket.socket) -> None:
        time.sleep(0.01)
        sock.sendall(reply(b"x" * 10_000, Connection="close"))

    with a_server(answer) as port:
        http = rig(port)
        with ThreadPoolExecutor(50) as pool:
            got = list(pool.map(lambda n: len(http.get(f"http://rig.test:{port}/{n}").body), range(200)))
        assert got == [10_000] * 200
        assert [t.name for t in threads()].count("handbill-lookup") == 0
        assert not http._watchdog._acts
        assert len(http._idle._links) == 0
