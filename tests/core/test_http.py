"""What `Http` promises: redirects, fields, caps, framing, errors; against origins behind the two seams."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import (
    AddressRefused,
    BadReply,
    FetchFailed,
    ReplyTooLarge,
    TooManyRedirects,
    Unreachable,
)
from core.http import Http, Reply
from core.netguard import Guard
from tests.core.http_origin import PUBLIC, Origins, a_page, an_http, moved, reply

URL = "http://good.example/"


def test_a_reply_says_what_came() -> None:
    http, origins = a_page(reply(b"caf\xe9", "404 Not Found", Content_Type='Text/HTML; x=1; Charset="ISO-8859-1"'))
    got = http.get(URL + "a?b#c", accept="text/html", headers={"Accept-Language": "de"})
    assert (got.url, got.status, got.body, got.truncated, got.hops) == (URL + "a?b", 404, b"caf\xe9", False, ())
    assert got.media_type == "text/html"
    assert origins.requests[0].split(b"\r\n") == [
        b"GET /a?b HTTP/1.1", b"Host: good.example", b"User-Agent: Handbill/1.0 (+https://hb.example)",
        b"Accept-Encoding: gzip", b"Accept: text/html", b"Accept-Language: de", b"", b"",
    ]  # fmt: skip


def test_fields_are_read_once_without_cookies() -> None:
    fields = b"X-A: 1\r\nx-a: 2\r\nSet-Cookie: a=b\r\nX-B: long\r\n  folded\r\nContent-Length: 0\r\n"
    got = a_page(b"HTTP/1.1 200 OK\r\n" + fields + b"\r\n")[0].get(URL)
    assert got.headers == {"x-a": "1, 2", "x-b": "long folded", "content-length": "0"}


def test_interim_answers_are_skipped() -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
    assert a_page(early + reply(b"page"))[0].get(URL).body == b"page"


def test_json_is_json_or_a_bad_reply() -> None:
    assert Reply(URL, 200, {}, '{"a": "ä"}'.encode()).json() == {"a": "ä"}
    for body in (b"", b"<html>", b"\xff", b"[" * 100_000, b"NaN", b"1" * 5000):
        with pytest.raises(BadReply):
            Reply(URL, 200, {}, body).json()


def test_an_unchanged_page_is_asked_for_politely() -> None:
    http, origins = a_page(b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n")
    assert http.get(URL, etag='W/"1"', last_modified="Sun, 06 Nov 1994 08:49:37 GMT").status == 304
    assert b'\r\nIf-None-Match: W/"1"\r\nIf-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n' in origins.requests[0]
    http.get(URL, etag='"\r\nX-Injected: 1', last_modified="ü")
    assert b"If-" not in origins.requests[1]
    assert b"Injected" not in origins.requests[1]


def test_a_body_is_sent_as_it_is() -> None:
    http, origins = a_page()
    assert http.post(URL, body=b"a=\xff", content_type="application/x-www-form-urlencoded").body == b"hello"
    head, _, body = origins.requests[0].partition(b"\r\n\r\n")
    assert body == b"a=\xff"
    assert b"\r\nContent-Length: 3" in head
    assert b"\r\nContent-Type: application/x-www-form-urlencoded" in head


@pytest.mark.parametrize(
    "headers",
    [{"A": "b\r\nC: d"}, {"A b": "c"}, {"A": "\u0100"}, {"Host": "x"}, {"cookie": "a=b"}, {"Content-Length": "1"}],
)
def test_a_field_that_is_not_the_callers_is_not_sent(headers: dict[str, str]) -> None:
    http, origins = a_page()
    with pytest.raises(FetchFailed):
        http.get(URL, headers=headers)
    assert not origins.connected


def test_a_method_is_one_word() -> None:
    with pytest.raises(FetchFailed):
        a_page()[0].request("GET /x HTTP/1.1\r\n\r\n", URL)


# --- redirects ---


def test_hops_are_told() -> None:
    http, origins = a_page(moved("/b"), moved("//other.example/c", "308 X"), reply(b"end"))
    origins.names["other.example"] = [[PUBLIC]]
    got = http.get(URL + "a")
    assert (got.url, got.hops, got.body) == ("http://other.example/c", (URL + "a", URL + "b"), b"end")


def test_five_hops_are_followed_and_six_are_not() -> None:
    steps = [moved(f"/{n}") for n in range(6)]
    assert a_page(*steps[:5], reply(b"end"))[0].get(URL).body == b"end"
    with pytest.raises(TooManyRedirects):
        a_page(*steps, reply(b"end"))[0].get(URL)


def test_a_loop_ends_at_once() -> None:
    http, origins = a_page(moved("/b"), moved("/"))
    with pytest.raises(TooManyRedirects):
        http.get(URL)
    assert len(origins.requests) == 2


def test_a_redirect_to_itself_after_a_post_is_no_loop() -> None:
    http, origins = a_page(moved("/", "303 See Other"), reply(b"done"))
    assert http.post(URL, body=b"x", content_type="text/plain").body == b"done"
    assert [request.split(b" ")[0] for request in origins.requests] == [b"POST", b"GET"]
    assert b"Content-" not in origins.requests[1]


@pytest.mark.parametrize(
    ("status", "method"), [(301, "GET"), (302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")]
)
def test_a_post_is_redirected_as_by_browsers(status: int, method: str) -> None:
    http, origins = a_page(moved("/b", f"{status} X"), reply())
    http.post(URL, body=b"x", content_type="text/plain")
    assert origins.requests[1].startswith(f"{method} /b ".encode())
    assert origins.requests[1].endswith(b"\r\n\r\nx" if method == "POST" else b"\r\n\r\n")


def test_secrets_stay_with_the_origin_they_were_for() -> None:
    names = {"good.example": [[PUBLIC]], "other.example": [[PUBLIC]]}
    for to, same in (("/b", True), ("http://other.example/", False), ("http://good.example:8080/", False)):
        origins = Origins([moved(to), reply()], names)
        an_http(origins).get(URL, headers={"Authorization": "Bearer s", "X-Api-Key": "s", "Accept-Language": "de"})
        assert (b"Bearer" in origins.requests[1], b"X-Api-Key" in origins.requests[1]) == (same, same)
        assert b"Accept-Language: de" in origins.requests[1]


def test_a_body_never_goes_from_https_to_http() -> None:
    http, origins = _with_tls(moved("http://good.example/", "307 X"), reply())
    with pytest.raises(BadReply):
        http.post("https://good.example/", body=b"secret", content_type="text/plain")
    assert len(origins.requests) == 1
    assert (
        _with_tls(moved("http://good.example/"), reply(b"in clear"))[0].get("https://good.example/").body
        == b"in clear"
    )


def _with_tls(*answers: bytes) -> tuple[Http, Origins]:
    origins = Origins(answers, {"good.example": [[PUBLIC]]})
    return an_http(origins, tls=origins.certify("good.example")), origins


def test_a_redirect_without_a_place_is_an_answer() -> None:
    assert a_page(reply(b"where?", "302 Found"))[0].get(URL).body == b"where?"
    assert a_page(moved(""))[0].get(URL).status == 302
    assert a_page(reply(b"many", "300 X", Location="/a"))[0].get(URL).status == 300


def test_one_request_can_be_made_alone() -> None:
    http, origins = a_page(moved("http://127.0.0.1/"))
    got = http.send("PUT", URL, {"X-A": "b"}, b"body", 5.0)
    assert (got.status, got.headers["location"]) == (302, "http://127.0.0.1/")
    assert origins.requests[0].startswith(b"PUT / ")


def test_a_location_in_utf8_arrives_whole() -> None:
    http, _ = a_page(moved("/ü".encode().decode("latin-1")), reply())
    assert http.get(URL).url == URL + "%C3%BC"


# --- caps ---


def bomb(size: int) -> bytes:
    return gzip.compress(b" " * size, 9, mtime=0)


def test_gzip_is_read_in_parts_too() -> None:
    text = bytes(range(256)) * 40
    two = gzip.compress(text, mtime=0) + gzip.compress(text, mtime=0) + b"\0\0padding"
    assert a_page(reply(two, Content_Encoding="GZIP"))[0].get(URL).body == text * 2


def test_a_short_page_of_blanks_is_no_bomb() -> None:
    assert len(a_page(reply(bomb(60_000), Content_Encoding="gzip"))[0].get(URL).body) == 60_000


@pytest.mark.parametrize("size", [200_000, 50_000_000])
def test_a_bomb_is_not_inflated(size: int) -> None:
    answer = reply(bomb(size), Content_Encoding="gzip")
    with pytest.raises(ReplyTooLarge):
        a_page(answer)[0].get(URL, max_bytes=100_000_000)
    got = a_page(answer)[0].get(URL, max_bytes=70_000, truncate=True)
    assert (len(got.body), got.truncated) == (70_000, True)


def test_members_that_hold_nothing_end_too() -> None:
    with pytest.raises(ReplyTooLarge):
        a_page(reply(gzip.compress(b"", mtime=0) * 20_000, Content_Encoding="gzip"))[0].get(URL, max_bytes=1000)


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize("answer", [reply(b"x" * 5000), CHUNKED + b"1388\r\n" + b"x" * 5000 + b"\r\n0\r\n\r\n"])
def test_more_than_asked_for_is_an_error_or_cut(answer: bytes) -> None:
    with pytest.raises(ReplyTooLarge):
        a_page(answer)[0].get(URL, max_bytes=4999)
    got = a_page(answer)[0].get(URL, max_bytes=4999, truncate=True)
    assert (len(got.body), got.truncated) == (4999, True)
    assert a_page(answer)[0].get(URL, max_bytes=5000).truncated is False


def test_headers_are_capped_as_a_whole() -> None:
    line = b"X: " + b"y" * 6000 + b"\r\n"
    assert a_page(b"HTTP/1.1 204 X\r\n" + line * 10 + b"\r\n")[0].get(URL).status == 204
    for head in (line * 11, b"X: " + b"y" * 70_000 + b"\r\n", b"A: b\r\n" * 101):
        with pytest.raises(BadReply):
            a_page(b"HTTP/1.1 204 X\r\n" + head + b"\r\n")[0].get(URL)
    with pytest.raises(BadReply):
        a_page((b"HTTP/1.1 100 Continue\r\n" + line + b"\r\n") * 20 + reply())[0].get(URL)
    with pytest.raises(BadReply):
        a_page(CHUNKED + b"0\r\n" + line * 20 + b"\r\n")[0].get(URL)


# --- framing ---

_GZIP = "HTTP/1.1 200 OK\r\nContent-Encoding: {}\r\nConnection: close\r\n\r\n"


def closing(data: bytes) -> Callable[..., None]:
    return lambda sock: sock.sendall(data)


@pytest.mark.parametrize(
    "data",
    [
        b"220 ftp ready\r\n",
        b"<html>no head</html>",
        b"HTTP/9 200 OK\r\n\r\n",
        b"HTTP/1.1 99 OK\r\n\r\n",
        b"HTTP/1.1 2xx OK\r\n\r\n",
        b"HTTP/1.1 200 O",
        b"",
        b"\0" * 70_000,
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfour",
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nfour",
        b"HTTP/1.1 200 OK\r\nContent-Length: -4\r\n\r\nfour",
        b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\nfour",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        CHUNKED,
        CHUNKED + b"nothex\r\nabc",
        CHUNKED + b"-4\r\nfour\r\n0\r\n\r\n",
        CHUNKED + b"+4\r\nfour\r\n0\r\n\r\n",
        CHUNKED + b"0x4\r\nfour\r\n0\r\n\r\n",
        CHUNKED + b"1_0\r\n" + b"x" * 16 + b"\r\n0\r\n\r\n",
        CHUNKED + b"5\r\nfour",
        CHUNKED + b"4;" + b"x" * 5000 + b"\r\nfour\r\n0\r\n\r\n",
        CHUNKED + b"ffffffffffffffff\r\nfour",
        _GZIP.format("gzip").encode() + b"plain text",
        _GZIP.format("gzip").encode() + bomb(1000)[:-9],
        _GZIP.format("br").encode() + b"x",
        _GZIP.format("gzip, gzip").encode() + bomb(10),
        _GZIP.format("deflate").encode() + zlib.compress(b"x"),
    ],
)
def test_what_is_not_an_answer_is_one_clear_error(data: bytes) -> None:
    with pytest.raises((BadReply, Unreachable)):
        a_page(closing(data))[0].get(URL, deadline=5)


def test_an_answer_without_a_length_ends_with_the_connection() -> None:
    assert a_page(closing(b"HTTP/1.0 200 OK\r\n\r\nold"))[0].get(URL).body == b"old"
    assert a_page(closing(_GZIP.format("identity").encode() + b"x"))[0].get(URL).body == b"x"
    assert a_page(closing(_GZIP.format("gzip").encode()))[0].get(URL).body == b""


@pytest.mark.parametrize("status", ["204 X", "304 X"])
def test_an_answer_that_has_no_body_is_not_waited_for(status: str) -> None:
    answer = f"HTTP/1.1 {status}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    assert a_page(answer)[0].get(URL, deadline=5).body == b""
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Encoding: gzip\r\n\r\n"
    assert a_page(head)[0].request("HEAD", URL, deadline=5).headers["content-length"] == "5"


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=200), st.sampled_from([b"", CHUNKED, b"HTTP/1.1 200 OK\r\n", _GZIP.format("gzip").encode()])
)
def test_any_bytes_are_an_answer_or_a_clear_error(data: bytes, start: bytes) -> None:
    try:
        a_page(closing(start + data))[0].get(URL, deadline=5)
    except FetchFailed:
        return


@settings(max_examples=200, deadline=None)
@given(
    st.text(max_size=40) | st.text(max_size=30).map("http://".__add__) | st.text(max_size=20).map((URL + "{}").format)
)
def test_any_text_as_address_is_an_answer_or_a_clear_error(url: str) -> None:
    http, origins = a_page()
    try:
        http.get(url, deadline=5)
    except FetchFailed:
        return
    assert origins.requests


def test_a_guard_refusal_comes_before_any_lookup() -> None:
    http, origins = a_page(guard=Guard(own=("http://good.example",)))
    with pytest.raises(AddressRefused):
        http.get(URL)
    assert not origins.looked_up
