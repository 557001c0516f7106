"""Addresses of pictures: ours are read back as they were written, and nobody else can write one."""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import AddressRefused, NotAllowed, NotFound
from core.netguard import URL_CHARACTERS, Guard
from core.settings import Settings
from core.vault import Vault
from og.media_service.address import WIDTHS, Addresses, anonymous_until, width_for

NOW = datetime(2026, 11, 22, 12, 0, 30, tzinfo=UTC)
URL = "https://cdn.example.org/wp-content/uploads/2026/11/photo.jpg?w=1200"


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


def addresses(*keys: str, clock: Clock | None = None) -> Addresses:
    vault = Vault(Settings(secret_key=keys or ("k" * 40,)))
    return Addresses(vault, Guard(), own=("https://hb.example", ""), clock=clock or Clock())


def parts(path: str) -> tuple[str, str, str]:
    found = re.fullmatch(r"/media/([\w-]{22})/(\d+)/([\w-]+)\.webp", path)
    assert found, path
    return found[1], found[2], found[3]


@pytest.mark.parametrize("width", WIDTHS)
def test_an_address_is_read_back(width: int) -> None:
    asked = addresses().read(*parts(addresses().write(URL, width)))
    assert (asked.url, asked.width, asked.until) == (URL, width, None)


@given(st.from_regex(r"https://[a-z]{1,20}\.example/[a-zA-Z0-9/._~-]{0,300}(\?[a-z0-9=&]{0,300})?", fullmatch=True))
def test_any_address_is_read_back(url: str) -> None:
    wanted = Guard().address(url).url
    assert addresses().read(*parts(addresses().write(url, 480))).url == wanted


def test_the_same_is_asked_for_under_the_same_address() -> None:
    assert addresses().write(URL, 480) == addresses().write(URL, 480)
    assert addresses().write(URL, 480) != addresses().write(URL, 640)
    assert addresses().write("HTTPS://CDN.example.org:443/a b.png", 48) == addresses().write(
        "https://cdn.example.org/a%20b.png", 48
    )


def test_the_longest_address_stays_short_enough_for_any_server() -> None:
    room = URL_CHARACTERS - len("https://a.example/")
    url = "https://a.example/" + urlsafe_b64encode(bytes(n * n % 251 for n in range(room))).decode()[:room]
    path = addresses().write(url, 1920, NOW)
    assert len(path) < 2_900
    assert addresses().read(*parts(addresses().write(url, 1920))).url == url


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/a.png", "http://localhost/a.png", "http://169.254.169.254/", "http://[::1]/a.png",
        "file:///etc/passwd", "data:image/png;base64,AAAA", "javascript:alert(1)", "", "//a.example/x.png",
        "https://user:pw@a.example/x.png", "https://a.example:22/x.png", "https://a.example/" + "x" * 3000,
    ],
)  # fmt: skip
def test_what_is_never_fetched_gets_no_address(url: str) -> None:
    with pytest.raises(AddressRefused):
        addresses().write(url, 48)


@pytest.mark.parametrize("width", [0, 1, 47, 641, 1921, 10**9, -48])
def test_there_are_no_other_widths(width: int) -> None:
    with pytest.raises(ValueError, match="widths"):
        addresses().write(URL, width)
    for text in (str(width), f"0{width}"):
        with pytest.raises(NotFound):
            addresses().read("x" * 22, text, "AA")


@pytest.mark.parametrize("text", ["0480", "48٠", "+480", " 480", "480.0", "", "４８０", "4_80"])
def test_a_width_has_one_spelling(text: str) -> None:
    signature, _, key = parts(addresses().write(URL, 480))
    with pytest.raises(NotFound):
        addresses().read(signature, text, key)


def test_nothing_of_an_address_can_be_changed() -> None:
    signature, width, key = parts(addresses().write(URL, 480, NOW + timedelta(minutes=9)))
    tried = [(signature, "640", key), (signature[::-1], width, key), ("", width, key), ("é" * 22, width, key)]
    tried += [(signature, width, key[:n] + ("A" if key[n] != "A" else "B") + key[n + 1 :]) for n in range(len(key))]
    tried += [(signature[:n] + "~" + signature[n + 1 :], width, key) for n in range(len(signature))]
    tried += [(signature, width, key + "="), (signature, width, key + "A"), (signature, width, "")]
    other = parts(addresses().write("https://a.example/other.png", 480))
    tried += [(other[0], width, key), (signature, width, other[2]), parts(addresses("x" * 40).write(URL, 480))]
    for each in tried:
        with pytest.raises(NotAllowed) as caught:
            addresses().read(*each)
        assert caught.value.code == "wrong_signature"


def test_an_address_ends_when_it_was_said_to() -> None:
    clock = Clock()
    path = addresses(clock=clock).write(URL, 480, NOW + timedelta(seconds=60))
    assert addresses(clock=clock).read(*parts(path)).until == NOW + timedelta(seconds=60)
    clock.now = NOW + timedelta(seconds=60)
    with pytest.raises(NotAllowed) as caught:
        addresses(clock=clock).read(*parts(path))
    assert caught.value.code == "signature_expired"


@given(st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2090, 1, 1)))  # noqa: DTZ001 -- given a zone below
def test_somebody_anonymous_has_up_to_ten_minutes(now: datetime) -> None:
    now = now.replace(tzinfo=UTC)
    assert timedelta(minutes=9) <= anonymous_until(now) - now <= timedelta(minutes=10)
    assert anonymous_until(now).second == 0


def test_a_new_key_keeps_old_addresses_alive() -> None:
    path = addresses("o" * 40).write(URL, 480)
    assert addresses("n" * 40, "o" * 40).read(*parts(path)).url == URL


def test_a_picture_of_ours_is_linked_as_it_is() -> None:
    for path in ("/og/article/abc.def.png?x=1", "/media/abc/48/def.webp"):
        assert addresses().write("https://hb.example" + path, 480) == path
    for url in ("https://hb.example/login/x", "https://hb.example/og", "https://hb.example.evil.example/og/x"):
        assert addresses().write(url, 480).startswith("/media/")


def test_what_another_version_signed_is_not_found() -> None:
    vault = Vault(Settings(secret_key=("k" * 40,)))
    for data in (b"", b"\x02", b"\x02\x00\x00", b"\x01\xff\xff\xff", b"\x00\xff\xfe"):
        key = urlsafe_b64encode(data).rstrip(b"=").decode()
        with pytest.raises(NotFound):
            addresses().read(vault.sign("media", f"480/{key}".encode()), "480", key)


@pytest.mark.parametrize(("wanted", "width"), [(1, 48), (48, 48), (49, 96), (700, 960), (1920, 1920), (9999, 1920)])
def test_the_width_that_is_enough(wanted: int, width: int) -> None:
    assert width_for(wanted) == width
