"""The guard's rules: two tables of cases, then what depends on how it was made."""

from __future__ import annotations

import ipaddress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import AddressRefused, Misconfigured
from core.netguard import REFUSED, URL_CHARACTERS, Guard, why_refused

DATA = Path(__file__).parent / "data"
GOOD = "93.184.215.14"


def rows(name: str) -> list[list[str]]:
    lines = (DATA / name).read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize(("verdict", "ip", "why"), rows("addresses.tsv"))
def test_address(verdict: str, ip: str, why: str) -> None:
    if verdict == "allow":
        assert Guard().vet("good.example", 443, (ip,)) == (ip.removeprefix("::ffff:"),)
        return
    with pytest.raises(AddressRefused) as caught:
        Guard().vet("good.example", 443, (ip,))
    assert ip not in caught.value.message


@pytest.mark.parametrize(("verdict", "written", "host"), rows("urls.tsv"))
def test_url(verdict: str, written: str, host: str) -> None:
    url = written.encode("ascii").decode("unicode_escape")
    if verdict == "deny":
        with pytest.raises(AddressRefused):
            Guard().address(url)
        return
    address = Guard().address(url)
    assert address.host == host
    assert Guard().address(address.url) == address


def test_a_url_is_taken_apart() -> None:
    address = Guard().address("HTTPS://Good.Example:8443/a/../b?c=ä#d")
    assert address.url == "https://good.example:8443/b?c=%C3%A4"
    assert (address.origin, address.target) == (("https", "good.example", 8443), "/b?c=%C3%A4")
    assert address.host_header == "good.example:8443"
    assert Guard().address("https://[2606:4700:4700::1111]:443/").host_header == "[2606:4700:4700::1111]"


def test_the_table_of_ranges_is_sound() -> None:
    for network, source in REFUSED:
        parsed = ipaddress.ip_network(network)
        assert why_refused(parsed[0])
        assert why_refused(parsed[-1])
        assert source


@given(st.ip_addresses())
def test_whatever_python_calls_private_is_refused(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if not ip.is_global or ip.is_multicast:
        assert why_refused(ip)


@given(st.ip_addresses(v=4))
def test_an_address_inside_another_is_refused_in_every_dress(ip: ipaddress.IPv4Address) -> None:
    number = int(ip)
    dresses = (number, 0xFFFF << 32 << 16 | number, 0x64FF9B << 96 | number, 0x2002 << 112 | number << 80)
    for dress in dresses:
        with pytest.raises(AddressRefused):
            Guard().vet("good.example", 443, (str(ipaddress.IPv6Address(dress)),))


def test_one_bad_answer_refuses_all() -> None:
    for ips in ((GOOD, "10.0.0.1"), ("10.0.0.1", GOOD), (GOOD, "::1"), (GOOD, "nonsense"), ()):
        with pytest.raises(AddressRefused):
            Guard().vet("good.example", 443, ips)
    assert Guard().vet("good.example", 443, (GOOD, GOOD, "1.1.1.1")) == (GOOD, "1.1.1.1")


def test_the_length_is_of_what_is_sent_too() -> None:
    start = "https://good.example/"
    assert Guard().address(start + "a" * (URL_CHARACTERS - len(start))).target.endswith("a")
    for url in (
        start + "a" * (URL_CHARACTERS - len(start) + 1),
        start + "ä" * 400,
        "https://" + "a." * 130 + "example",
    ):
        with pytest.raises(AddressRefused):
            Guard().address(url)


OWN = Guard(own=("https://Social.example", "http://192.0.3.7:8080", "http://127.0.0.1:8000"))


@pytest.mark.parametrize(
    "url",
    [
        "https://social.example/",
        "https://SOCIAL.example.:443/x",
        "http://social.example/",
        "http://social.example:443/",
        "https://%73ocial.example/",
        "https://ｓocial.example/",
        "http://192.0.3.7:8080/",
        "http://0xc0000307:8080/",
        "http://[::ffff:192.0.3.7]:8080/",
    ],
)
def test_our_own_address_is_refused_however_it_is_spelled(url: str) -> None:
    with pytest.raises(AddressRefused, match="own"):
        OWN.address(url)


def test_another_service_on_our_host_is_not_ours() -> None:
    assert OWN.address("https://social.example:8443/").port == 8443
    assert OWN.address("http://192.0.3.7/").port == 80
    assert OWN.address("https://blog.social.example/")


def test_a_name_that_leads_to_our_own_address_is_refused() -> None:
    with pytest.raises(AddressRefused, match="own"):
        OWN.vet("alias.example", 8080, ("192.0.3.7",))
    assert OWN.vet("alias.example", 80, ("192.0.3.7",))


RIG = Guard(allow=("127.0.0.1:7650", "rig.test:7651", "[::1]:7652", "localhost:7653"), own=("http://127.0.0.1:8000",))


def test_an_allowed_pair_lets_loopback_through_for_itself_only() -> None:
    assert RIG.address("http://127.0.0.1:7650/").literal
    assert RIG.address("http://0x7f.1:7650/").host == "127.0.0.1"
    assert RIG.vet("rig.test", 7651, ("127.0.0.1", "::1"))
    assert RIG.address("http://[::1]:7652/").host == "::1"
    assert RIG.address("http://localhost:7653/").host == "localhost"
    for url in ("http://127.0.0.1:7651/", "http://127.0.0.2:7650/", "http://[::1]:7650/", "http://localhost:7650/"):
        with pytest.raises(AddressRefused):
            RIG.address(url)
    for host, port, ip in (("rig.test", 80, "127.0.0.1"), ("x.example", 7651, "::1"), ("rig.test", 7651, "10.0.0.1")):
        with pytest.raises(AddressRefused):
            RIG.vet(host, port, (ip,))


def test_our_own_loopback_port_stays_closed_even_where_it_is_allowed() -> None:
    guard = Guard(allow=("localhost:8000", "127.0.0.1:8000"), own=("http://127.0.0.1:8000",))
    with pytest.raises(AddressRefused, match="own"):
        guard.address("http://127.0.0.1:8000/")
    with pytest.raises(AddressRefused, match="own"):
        guard.vet("localhost", 8000, ("::1",))


@pytest.mark.parametrize("entry", ["", ":", "a b:1", "127.0.0.1:x", "gopher://a:1"])
def test_a_pair_that_is_none_is_named(entry: str) -> None:
    with pytest.raises(Misconfigured, match="HANDBILL_HTTP_ALLOW"):
        Guard(allow=(entry,))


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/x", "https://good.example/x"),
        ("x?y", "https://good.example/a/x?y"),
        ("//other.example/x", "https://other.example/x"),
        ("http://other.example:8080", "http://other.example:8080/"),
        ("/\\other.example/x", "https://other.example/x"),
        ("?\u00fc", "https://good.example/a/b?%C3%BC"),
    ],
)
def test_a_location_is_read_as_browsers_do(location: str, url: str) -> None:
    assert Guard().follow(location, Guard().address("https://good.example/a/b")).url == url


@pytest.mark.parametrize(
    "location",
    ["//127.0.0.1", "/\\127.0.0.1", "http:x", "http://a@good.example", "javascript:1", "/\n", "//", "x" * 2049],
)
def test_a_location_takes_the_same_door(location: str) -> None:
    with pytest.raises(AddressRefused):
        Guard().follow(location, Guard().address("https://good.example/a/b"))


@given(st.text(max_size=60) | st.from_regex(r"https?://[^/]{0,20}(:\d{0,5})?/.{0,9}", fullmatch=True))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        address = Guard().address(text)
    except AddressRefused:
        return
    assert Guard().address(address.url) == address
    assert address.url.isascii()
    assert address.port in {80, 443, 8080, 8443}
