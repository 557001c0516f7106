"""Who is asking, by address: the nearest place on a request's way that is not one of our proxies (RFC 7239 §5.2)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

# RFC 7239 §6: an IPv6 address stands in brackets, an IPv4 address before the colon of its port.
_PLACE = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::[0-9]{1,5})?|([0-9.]+):[0-9]{1,5}")


def caller(nearest: str, forwarded: str, proxies: Iterable[str]) -> str:
    """Return whom to count a request for.

    ``nearest`` is who has connected to us, ``forwarded`` the X-Forwarded-For field that those of ``proxies`` wrote
    on. Of IPv6 it is the network of 64 bits, all of which one customer has at least (RFC 6177 §2): whoever is counted
    shall not be somebody else with each request.
    """
    networks = tuple(proxies)
    chain = [*(_without_port(part.strip()) for part in forwarded.split(",") if part.strip()), nearest]
    address = _plain(chain.pop())
    while chain and _is_in(address, networks):
        address = _plain(chain.pop())
    return _customer(address)


def _without_port(place: str) -> str:
    """Return an address without the port that some proxies write behind it: each connection has another one.

    https://azure.microsoft.com/blog/rewrite-http-headers-with-azure-application-gateway/ (read 2026-11): "IP:Port".
    """
    found = _PLACE.fullmatch(place)
    return found[1] or found[2] if found else place


def _plain(address: str) -> str:
    """Return an IPv4 address as one: sockets of both kinds write it inside of an IPv6 one (RFC 4291 §2.5.5.2)."""
    try:
        return str(ipaddress.IPv6Address(address).ipv4_mapped or address)
    except ValueError:
        return address


def _customer(address: str) -> str:
    try:
        return str(ipaddress.ip_network((int(ipaddress.IPv6Address(address)), 64), strict=False))
    except ValueError:
        return address


def _is_in(address: str, networks: tuple[str, ...]) -> bool:
    try:
        ip = ipaddress.ip_address(address)
        return any(ip in ipaddress.ip_network(net, strict=False) for net in networks)
    except (ValueError, TypeError):
        return False
