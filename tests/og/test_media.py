"""The proxy of pictures: fetched once, kept, looked at anew, and served while its origin does not answer."""

from __future__ import annotations

import shutil
import socket
import threading
from pathlib import Path

import pytest
from PIL import Image

from core.errors import AddressRefused, BadReply, Busy, FetchFailed, NotFound, Problem, ReplyTooLarge
from core.netguard import Guard
from core.settings import Settings
from core.vault import Vault
from og.media import FRESH, GONE, MADE, ORIGINAL, STALE, TROUBLE, Described, Media
from og.media_service.address import Addresses
from og.media_service.store import shelf
from og.pictures.workbench import Workbench
from tests.core.cache_doubles import Clock, eventually, refreshing, together
from tests.core.http_origin import Answer, Origins, a_page, moved, reply
from tests.og.pictures import BLUE, RED, opened, photo, saved

URL = "http://good.example/a.jpg"
PHOTO = saved(photo(800, 400), "JPEG")
OTHER = saved(Image.new("RGB", (300, 200), BLUE), "PNG")


class Proxy:
    """A proxy, its origin and its clock."""

    def __init__(self, folder: Path, *answers: Answer) -> None:
        http, self.origin = a_page(*answers)
        self.clock = Clock()
        self.cache = shelf(folder / "media", 50_000_000)
        self.cache._clock = self.clock
        addresses = Addresses(Vault(Settings(secret_key=("k" * 40,))), Guard())
        self.media = Media(http, self.cache, addresses)

    @property
    def asked(self) -> int:
        return len(self.origin.requests)

    def later(self, seconds: float) -> None:
        self.clock.at += seconds

    def settled(self, width: int = 320) -> str:
        """The picture's etag, after what is made behind one's back is made."""
        self.media.picture(URL, width)
        eventually(lambda: not refreshing())
        return self.media.picture(URL, width).etag


def of(body: bytes, **fields: str) -> bytes:
    return reply(body, **fields)


def test_a_picture_is_fetched_once_for_all_its_widths(tmp_path: Path) -> None:
    proxy = Proxy(tmp_path, of(PHOTO, content_type="text/html"))
    sizes = [opened(proxy.media.picture(URL, width).webp).size for width in (48, 320, 1920, 320)]
    assert sizes == [(48, 24), (320, 160), (800, 400), (320, 160)]
    assert proxy.media.describe(URL).at(640) == (640, 320)
    assert proxy.asked == 1
    request = proxy.origin.requests[0]
    assert b"image/webp" in request
    assert not any(word in request.lower() for word in (b"svg", b"cookie", b"referer"))


def test_the_same_request_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = (Proxy(tmp_path / n, of(PHOTO)).media.picture(URL, 320) for n in "ab")
    assert first == second


def test_what_is_known_is_known_without_asking(tmp_path: Path) -> None:
    proxy = Proxy(tmp_path, of(OTHER))
    assert proxy.media.known(URL) is None
    assert proxy.asked == 0
    described = proxy.media.describe(URL)
    assert described == proxy.media.known(URL) == Described(300, 200, "#0a28e6")
    proxy.media.picture(URL, 160)
    assert proxy.asked == 1


@pytest.mark.parametrize(
    ("answer", "kind", "code", "seconds"),
    [
        (of(b"", status="404 Not Found"), NotFound, "picture_gone", GONE),
        (of(b"", status="410 Gone"), NotFound, "picture_gone", GONE),
        (of(b"", status="403 Forbidden"), BadReply, "picture_refused", GONE),
        (of(b"", status="500 Oops"), FetchFailed, "fetch_failed", TROUBLE),
        (of(b"", status="304 Not Modified"), FetchFailed, "fetch_failed", TROUBLE),
        (of(b"<svg/>", content_type="image/png"), BadReply, "not_a_picture", GONE),
        (of(b""), BadReply, "not_a_picture", GONE),
        (of(PHOTO[:-2000]), BadReply, "not_a_picture", GONE),
        (of(b"\xff\xd8\xff" + b"x" * 5_000_000), ReplyTooLarge, "upstream_too_large", GONE),
        (moved("http://127.0.0.1/a.jpg"), AddressRefused, "address_refused", GONE),
        (moved("file:///etc/passwd"), AddressRefused, "address_refused", GONE),
        (b"nonsense\r\n\r\n", BadReply, "upstream_bad_reply", GONE),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_failure_is_remembered_for_a_while(
    tmp_path: Path, answer: Answer, kind: type[Problem], code: str, seconds: float
) -> None:
    proxy = Proxy(tmp_path, answer)
    for _ in range(3):
        with pytest.raises(kind) as caught:
            proxy.media.picture(URL, 320)
        assert caught.value.code == code
    asked = proxy.asked
    proxy.later(seconds - 1)
    with pytest.raises(kind):
        proxy.media.describe(URL)
    assert proxy.asked == asked
    proxy.later(2)
    with pytest.raises(kind):
        proxy.media.picture(URL, 48)
    assert proxy.asked > asked


def test_the_same_after_a_day_is_not_sent_again(tmp_path: Path) -> None:
    unchanged = of(b"", status="304 Not Modified")
    proxy = Proxy(tmp_path, of(PHOTO, ETag='"one"', Last_Modified="Sun, 22 Nov 2026 08:00:00 GMT"), unchanged)
    etag = proxy.settled()
    proxy.later(FRESH + 1)
    assert proxy.media.picture(URL, 320).stale
    eventually(lambda: proxy.asked == 2)
    assert proxy.settled() == etag
    assert not proxy.media.picture(URL, 320).stale
    assert b'If-None-Match: "one"' in proxy.origin.requests[1]
    assert b"If-Modified-Since: Sun, 22 Nov 2026" in proxy.origin.requests[1]
    assert proxy.asked == 2


def test_a_picture_that_changed_is_another_one(tmp_path: Path) -> None:
    proxy = Proxy(tmp_path, of(PHOTO), of(OTHER))
    etag = proxy.settled()
    proxy.later(FRESH + 1)
    assert proxy.settled() != etag
    assert proxy.media.describe(URL).width == 300
    assert opened(proxy.media.picture(URL, 320).webp).size == (300, 200)
    assert proxy.asked == 2


@pytest.mark.parametrize("answer", [of(b"", status="500 Oops"), of(b"<svg/>"), b"nonsense\r\n\r\n"])
def test_an_old_picture_beats_an_error(tmp_path: Path, answer: Answer) -> None:
    proxy = Proxy(tmp_path, of(PHOTO), answer)
    etag = proxy.settled()
    for _ in range(6):
        proxy.later(FRESH - 10)
        assert proxy.settled() == etag
    proxy.later(FRESH + STALE)
    with pytest.raises(FetchFailed):
        proxy.media.picture(URL, 320)


def test_a_picture_that_was_taken_away_is_shown_no_more(tmp_path: Path) -> None:
    proxy = Proxy(tmp_path, of(PHOTO), of(b"", status="404 Not Found"), of(PHOTO))
    etag = proxy.settled()
    proxy.later(FRESH + 1)
    with pytest.raises(NotFound):
        proxy.settled()
    assert proxy.media.known(URL) is None
    assert proxy.asked == 2
    proxy.later(GONE + 1)
    with pytest.raises(NotFound):
        proxy.media.picture(URL, 320)
    assert proxy.media.picture(URL, 320).etag == etag


def test_a_width_nobody_asked_for_in_time_is_fetched_again(tmp_path: Path) -> None:
    proxy = Proxy(tmp_path, of(PHOTO, ETag='"one"'))
    proxy.media.picture(URL, 320)
    proxy.later(ORIGINAL + 1)
    proxy.media.picture(URL, 320)
    assert proxy.asked == 1
    assert opened(proxy.media.picture(URL, 640).webp).size == (640, 320)
    assert proxy.asked == 2
    assert b"If-None-Match" not in proxy.origin.requests[1]


def test_a_width_of_a_picture_that_has_changed_meanwhile(tmp_path: Path) -> None:
    proxy = Proxy(tmp_path, of(PHOTO), of(OTHER))
    etag = proxy.media.picture(URL, 320).etag
    proxy.later(ORIGINAL + 1)
    assert opened(proxy.media.picture(URL, 640).webp).size == (300, 200)
    assert proxy.media.describe(URL).width == 300
    assert proxy.media.picture(URL, 320).etag != etag
    assert proxy.asked == 2


def test_a_width_is_made_anew_after_a_month(tmp_path: Path) -> None:
    proxy = Proxy(tmp_path, of(PHOTO))
    unchanged, whole = of(b"", status="304 Not Modified"), of(PHOTO, ETag='"one"')

    def answer(sock: socket.socket) -> None:
        sock.sendall(unchanged if b"If-None-Match" in proxy.origin.requests[-1] else whole)

    proxy.origin.answers = [answer]
    etag = proxy.settled()
    for _ in range(5):
        proxy.later(MADE / 5 + 1)
        assert proxy.settled() == etag
    whole_ones = [request for request in proxy.origin.requests if b"If-None-Match" not in request]
    assert (len(whole_ones), proxy.asked) == (2, 7)


def test_what_is_forgotten_is_asked_for_again(tmp_path: Path) -> None:
    proxy = Proxy(tmp_path, of(PHOTO), of(b"", status="404 Not Found"))
    proxy.media.picture(URL, 320)
    proxy.media.forget(URL)
    assert proxy.media.known(URL) is None
    with pytest.raises(NotFound):
        proxy.media.picture(URL, 320)


def test_many_at_once_fetch_it_once(tmp_path: Path) -> None:
    held = threading.Event()
    proxy = Proxy(tmp_path, of(PHOTO))
    answer = proxy.origin.answers[0]
    proxy.origin.answers = [lambda sock: (held.wait(20), sock.sendall(answer))[1]]  # type: ignore[list-item, func-returns-value]
    timer = threading.Timer(0.2, held.set)
    timer.start()
    found = together(8, lambda: proxy.media.picture(URL, 320).etag)
    timer.join()
    assert len(set(found)) == 1, found
    assert proxy.asked == 1


def test_widths_at_once_fetch_it_once(tmp_path: Path) -> None:
    proxy = Proxy(tmp_path, of(PHOTO))
    widths = iter((48, 96, 160, 320, 480, 640, 960, 1280))
    found = together(8, lambda: opened(proxy.media.picture(URL, next(widths)).webp).width)
    assert sorted(map(str, found)) == sorted(map(str, (48, 96, 160, 320, 480, 640, 800, 800)))
    assert proxy.asked == 1


def test_a_crowded_workbench_is_not_remembered(tmp_path: Path) -> None:
    proxy = Proxy(tmp_path, of(PHOTO))
    bench = proxy.media._bench = Workbench(places=1, patience=0.02)
    with bench.place(), pytest.raises(Busy):
        proxy.media.picture(URL, 320)
    assert proxy.media.picture(URL, 320).webp


def test_without_its_folder_pictures_are_made_each_time(tmp_path: Path) -> None:
    proxy = Proxy(tmp_path, of(PHOTO))
    shutil.rmtree(tmp_path / "media")
    for _ in range(3):
        assert opened(proxy.media.picture(URL, 48).webp).size == (48, 24)


def test_an_unreachable_origin(tmp_path: Path) -> None:
    proxy = Proxy(tmp_path, of(PHOTO))
    proxy.origin.failing = 100
    with pytest.raises(FetchFailed):
        proxy.media.picture(URL, 320)
    proxy.origin.failing = 0
    proxy.later(TROUBLE + 1)
    assert proxy.media.picture(URL, 320).webp


def test_red_stays_red(tmp_path: Path) -> None:
    proxy = Proxy(tmp_path, of(saved(Image.new("RGB", (64, 64), RED), "GIF")))
    assert opened(proxy.media.picture(URL, 48).webp).convert("RGB").getpixel((24, 24)) == RED
    assert isinstance(proxy.origin, Origins)
