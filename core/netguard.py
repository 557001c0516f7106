"""Which addresses we connect to: the rules, as tables, with no connection made here.

A stranger's URL is read as browsers read it (WHATWG URL Standard, through ada), so that no second
reading of the same text can reach somewhere else. Then our own rules are stricter: http and https,
four ports, no user names, no local names, and only addresses that anybody on the internet could
reach. The rules are asked twice: for the URL, and for the addresses its name resolves to.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import NoReturn

import ada_url

from core.errors import AddressRefused, Misconfigured

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

# What sitemaps and most browsers' vendors treat as the longest sensible URL:
# https://www.sitemaps.org/protocol.html (2,048).
URL_CHARACTERS = 2048
# RFC 1035 §2.3.4: 253 characters for a name as text, 63 for a label.
NAME_CHARACTERS = 253
# The ports that web servers use; others would let a URL speak to mail, databases, caches.
WEB_PORTS = frozenset({80, 443, 8080, 8443})
DEFAULT_PORTS = {"http": 80, "https": 443}

# Names that mean this machine or this network, so that asking the DNS is already wrong.
LOCAL_NAMES = {
    "localhost": "RFC 6761 §6.3",
    "localdomain": "the usual alias in hosts files",
    "local": "RFC 6762 §3: multicast DNS",
    "internal": "ICANN resolution 2024.07.29.06: private use; clouds' metadata names",
    "home.arpa": "RFC 8375",
    "intranet": "RFC 6762 appendix G",
    "private": "RFC 6762 appendix G",
    "corp": "RFC 6762 appendix G",
    "home": "RFC 6762 appendix G",
    "lan": "RFC 6762 appendix G",
    "svc": "Kubernetes DNS specification: services",
    "invalid": "RFC 6761 §6.4",
    "onion": "RFC 7686 §2",
    "alt": "RFC 9476",
    "i2p": "the I2P overlay",
}

# Addresses we never connect to. IANA registries, read 2026-11-22:
# https://www.iana.org/assignments/iana-ipv4-special-registry
# https://www.iana.org/assignments/iana-ipv6-special-registry
# https://www.iana.org/assignments/ipv6-address-space
# Python's `is_global` alone lets NAT64, 6to4, SIIT and others through, differently in each patch
# release (https://github.com/python/cpython/issues/113171), hence a table of our own.
REFUSED = (
    ("0.0.0.0/8", "this network; 0.0.0.0 is this machine on Linux (RFC 791 §3.2)"),
    ("10.0.0.0/8", "private (RFC 1918)"),
    ("100.64.0.0/10", "shared by carriers, and a cloud's metadata (RFC 6598)"),
    ("127.0.0.0/8", "loopback (RFC 1122 §3.2.1.3)"),
    ("168.63.129.16/32", "Azure's host agent (learn.microsoft.com: what is IP address 168.63.129.16)"),
    ("169.254.0.0/16", "link-local, clouds' metadata (RFC 3927)"),
    ("172.16.0.0/12", "private (RFC 1918)"),
    ("192.0.0.0/24", "IETF protocol assignments (RFC 6890 §2.1)"),
    ("192.0.2.0/24", "documentation (RFC 5737)"),
    ("192.88.99.0/24", "former 6to4 relays (RFC 7526)"),
    ("192.168.0.0/16", "private (RFC 1918)"),
    ("198.18.0.0/15", "benchmarking (RFC 2544)"),
    ("198.51.100.0/24", "documentation (RFC 5737)"),
    ("203.0.113.0/24", "documentation (RFC 5737)"),
    ("224.0.0.0/4", "multicast (RFC 5771)"),
    ("240.0.0.0/4", "reserved, and broadcast (RFC 1112 §4, RFC 919)"),
    ("::/96", "unspecified, loopback, IPv4-compatible (RFC 4291 §2.5)"),
    ("::ffff:0:0:0/96", "IPv4-translated, SIIT (RFC 2765)"),
    ("64:ff9b::/96", "NAT64: the gateway decides where it goes (RFC 6052)"),
    ("64:ff9b:1::/48", "NAT64 for local use (RFC 8215)"),
    ("100::/64", "discard (RFC 6666)"),
    ("100:0:0:1::/64", "dummy prefix (RFC 9780)"),
    ("2001::/32", "Teredo carries an IPv4 address (RFC 4380)"),
    ("2001:2::/48", "benchmarking (RFC 5180)"),
    ("2001:10::/28", "ORCHID (RFC 4843)"),
    ("2001:20::/28", "ORCHIDv2 (RFC 7343)"),
    ("2001::/23", "IETF protocol assignments (RFC 2928)"),
    ("2001:db8::/32", "documentation (RFC 3849)"),
    ("2002::/16", "6to4 carries an IPv4 address (RFC 3056)"),
    ("3ffe::/16", "former 6bone (RFC 3701)"),
    ("3fff::/20", "documentation (RFC 9637)"),
    ("5f00::/16", "segment routing (RFC 9602)"),
    ("fc00::/7", "unique local, clouds' metadata (RFC 4193)"),
    ("fe80::/10", "link-local (RFC 4291 §2.5.6)"),
    ("fec0::/10", "former site-local (RFC 3879)"),
    ("ff00::/8", "multicast (RFC 4291 §2.7)"),
)
# RFC 4291 §2.4 and the IPv6 address space registry: only this block is global unicast so far.
GLOBAL_UNICAST_V6 = "2000::/3"

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# RFC 3986 §3.2 and WHATWG differ on backslashes and on the number of slashes: take only what both read alike.
_AUTHORITY = re.compile(r"https?://([^/\\?#]+)(?=[/?#]|\Z)", re.IGNORECASE)
# RFC 3986 §3.1.
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
# RFC 952 and RFC 1123 §2.1, and underscores, which real names have.
_LABEL = re.compile(r"[a-z0-9_-]{1,63}")


@dataclass(frozen=True)
class Address:
    """A URL that may be asked for, taken apart. ``host`` is ASCII, lower case, IPv6 without brackets."""

    url: str
    scheme: str
    host: str
    port: int
    target: str
    literal: bool

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port (RFC 6454 §4)."""
        return (self.scheme, self.host, self.port)

    @property
    def host_header(self) -> str:
        """The value of the Host field (RFC 9110 §7.2): without the scheme's own port."""
        return _authority(self.scheme, self.host, self.port)


class Guard:
    """The rules. ``own`` are our origins, never fetched; ``allow`` exact ``host:port`` pairs, for tests only."""

    def __init__(self, allow: tuple[str, ...] = (), own: tuple[str, ...] = ()) -> None:
        self._allowed = frozenset(_pair(entry, "HANDBILL_HTTP_ALLOW") for entry in allow)
        self._own = frozenset(place for entry in own for place in _twins(*_pair(entry, "HANDBILL_BASE_URL")))
        self._own_loopback = frozenset(port for host, port in self._own if is_loopback(host))

    def address(self, url: str) -> Address:
        """Return the URL taken apart; raise AddressRefused, before any lookup, where a rule forbids it."""
        if len(url) > URL_CHARACTERS:
            _refuse(f"An address may have {URL_CHARACTERS} characters at most.")
        parsed = _parse(url)
        scheme = parsed.protocol.rstrip(":")
        host = _host(parsed)
        port = int(parsed.port or DEFAULT_PORTS[scheme])
        self._check_place(host, port)
        target = parsed.pathname + parsed.search
        whole = f"{scheme}://{_authority(scheme, host, port)}{target}"
        if len(whole) > URL_CHARACTERS:
            _refuse(f"An address may have {URL_CHARACTERS} characters at most, in its encoded form.")
        return Address(whole, scheme, host, port, target, literal=_literal(host) is not None)

    def follow(self, location: str, base: Address) -> Address:
        """Return where a Location field leads (RFC 9110 §10.2.2): the same rules as for a first address."""
        text = location.strip(" ")
        if text.startswith("//"):
            text = f"{base.scheme}:{text}"
        if _SCHEME.match(text) or len(text) > URL_CHARACTERS or _CONTROL.search(text):
            return self.address(text)
        try:
            return self.address(ada_url.URL(text, base.url).href)
        except ValueError:
            _refuse("The page redirects to something that is not an address.")

    def vet(self, host: str, port: int, ips: Iterable[str]) -> tuple[str, ...]:
        """Return the addresses to connect to, in order; raise AddressRefused if any of them is not public.

        One bad address refuses all: a name with mixed answers is either broken or an attack.
        """
        found = tuple(dict.fromkeys(str(self._vetted(host, port, text)) for text in ips))
        if not found:
            _refuse(f"{host} has no address.")
        return found

    def is_allowed(self, host: str, port: int) -> bool:
        """Whether the pair is one that tests let through."""
        return (host, port) in self._allowed

    def _check_place(self, host: str, port: int) -> None:
        if (host, port) in self._own:
            _refuse("That is this server's own address.")
        literal = _literal(host)
        if literal is not None:
            self.vet(host, port, (host,))
        if self.is_allowed(host, port):
            return
        if port not in WEB_PORTS:
            _refuse(f"Port {port} is not one that we connect to: {', '.join(map(str, sorted(WEB_PORTS)))}.")
        if literal is None:
            _check_name(host)

    def _vetted(self, host: str, port: int, text: str) -> IPAddress:
        ip = _literal(text)
        if ip is None:
            _refuse(f"{host} does not lead to an internet address.")
        if (str(ip), port) in self._own or (ip.is_loopback and port in self._own_loopback):
            _refuse("That is this server's own address.")
        if ip.is_loopback and self.is_allowed(host, port):
            return ip
        if why_refused(ip):
            # The address itself stays unsaid: it would tell strangers what our DNS knows.
            _refuse(f"{host} leads to a private, local or reserved address.")
        return ip


def why_refused(ip: IPAddress) -> str:
    """Return why we never connect to an address, with the source, or the empty string."""
    for network, why in _refused_networks():
        if ip.version == network.version and ip in network:
            return why
    if ip.version == 6 and ip not in ipaddress.ip_network(GLOBAL_UNICAST_V6):
        return "not global unicast (RFC 4291 §2.4)"
    # A second opinion, for registrations that are younger than the table.
    return "" if ip.is_global and not ip.is_multicast else "not global (Python's ipaddress)"


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine (RFC 6761 §6.3, RFC 1122 §3.2.1.3)."""
    ip = _literal(host)
    return ip.is_loopback if ip else host == "localhost" or host.endswith(".localhost")


@cache
def _refused_networks() -> tuple[tuple[IPNetwork, str], ...]:
    return tuple((ipaddress.ip_network(text), why) for text, why in REFUSED)


def _literal(text: str) -> IPAddress | None:
    """Read an address; an IPv4-mapped one is the IPv4 address that the kernel will connect to (RFC 4038 §4.2)."""
    if "%" in text:  # a zone (RFC 6874): only link-local addresses have one
        return None
    try:
        ip = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(ip, "ipv4_mapped", None) or ip


def _parse(url: str) -> ada_url.URL:
    text = url.strip(" ")
    if _CONTROL.search(text):
        _refuse("An address may not contain control characters.")
    authority = _AUTHORITY.match(text)
    if authority is None:
        _refuse("An address must start with http:// or https:// and a host name.")
    if "@" in authority[1]:
        _refuse("An address with a user name or password is not fetched.")
    try:
        return ada_url.URL(text)
    except ValueError:
        _refuse("That is not a valid address.")


def _host(parsed: ada_url.URL) -> str:
    if parsed.username or parsed.password:
        _refuse("An address with a user name or password is not fetched.")
    host = parsed.hostname
    if host.startswith("["):
        return str(_literal(host.strip("[]")) or _refuse("That is not a valid address."))
    host = host.removesuffix(".")
    labels = host.split(".")
    if len(host) > NAME_CHARACTERS or not all(_LABEL.fullmatch(label) for label in labels):
        _refuse("That is not a valid host name.")
    return host


def _check_name(host: str) -> None:
    if "." not in host:
        _refuse(f"{host} is a name of a local network.")
    for ending in LOCAL_NAMES:
        if host == ending or host.endswith("." + ending):
            _refuse(f"{host} is a name of a local network.")


def _authority(scheme: str, host: str, port: int) -> str:
    shown = f"[{host}]" if ":" in host else host
    return shown if port == DEFAULT_PORTS[scheme] else f"{shown}:{port}"


def _pair(entry: str, setting: str) -> tuple[str, int]:
    """Read ``host:port`` or an origin, whatever its spelling, into what ``address`` compares with."""
    try:
        parsed = ada_url.URL(entry if "://" in entry else f"http://{entry}")
        usual = DEFAULT_PORTS[parsed.protocol.rstrip(":")]
        return _host(parsed), int(parsed.port or usual)
    except (ValueError, KeyError, AddressRefused) as exc:
        raise Misconfigured(f"{setting}: {entry!r} is not a host and port.", field=setting) from exc


def _twins(host: str, port: int) -> tuple[tuple[str, int], ...]:
    """Ports 80 and 443 of a host are one site; any other port may be another service, which stays fetchable."""
    return tuple((host, each) for each in (80, 443)) if port in (80, 443) else ((host, port),)


def _refuse(why: str) -> NoReturn:
    raise AddressRefused(why)
