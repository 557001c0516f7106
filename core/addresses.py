"""Read a web address as browsers do (WHATWG URL Standard), and refuse what is not one."""

from __future__ import annotations

import ada_url

from core.errors import Invalid

# Longer ones are cut or refused by servers and share pages alike; the sitemap protocol's limit.
# https://www.sitemaps.org/protocol.html
LONGEST = 2048


def web_address(text: str, field: str = "url") -> str:
    """Return the address in its normal form; raise Invalid, naming the field, where it is not http(s)."""
    if len(text) > LONGEST:
        raise Invalid(f"The address is longer than {LONGEST} characters.", field=field)
    try:
        url = ada_url.URL(text)
    except ValueError as exc:
        raise Invalid("That is not a full web address, such as https://example.org/page.", field=field) from exc
    if url.protocol not in ("http:", "https:"):
        raise Invalid("Only http and https addresses can be used.", field=field)
    if url.username or url.password:
        raise Invalid("An address with a user name or password in it cannot be used.", field=field)
    if len(url.href) > LONGEST:
        raise Invalid(f"The address is longer than {LONGEST} characters.", field=field)
    return str(url.href)


def normal(address: str) -> str:
    """Return a web address as browsers write it, in ASCII; the empty string for what is none (WHATWG URL §4.5)."""
    url = _parsed(address)
    return str(url.href) if url else ""


def origin_of(address: str) -> str:
    """Return scheme://host[:port] of a web address, or the empty string where it has none (WHATWG URL §4.7)."""
    url = _parsed(address)
    return str(url.origin) if url else ""


def _parsed(address: str) -> ada_url.URL | None:
    try:
        url = ada_url.URL(address)
    except ValueError:
        return None
    return url if url.protocol in ("http:", "https:") else None
