"""Turn what a page writes as an address into a full http(s) address, as browsers do, or into nothing."""

from __future__ import annotations

import re

import ada_url

# Longer ones are cut or refused by servers; pictures behind signed delivery networks reach 2,500.
LONGEST = 4096
# Addresses that are whole already and hold nothing a browser would rewrite: most of them, and joining costs time.
_PLAIN = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+/(?!.*/\.)[\w!$&'()*+,;=:@/?#%~.\-]*", re.ASCII)
# Paths from the root of the site, of which the same holds.
_ROOTED = re.compile(r"/(?!/)(?!.*/\.)[\w!$&'()*+,;=:@/?#%~.\-]*", re.ASCII)
_ORIGIN = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+(?=/)", re.ASCII)
_HTTP = ("http:", "https:")


def absolute(value: str, base: str) -> str:
    """Return the address in full, or the empty string for what is no http(s) address (WHATWG URL §4.4).

    ``javascript:``, ``data:`` and the like, addresses with a password in them, and overlong ones are nothing.
    """
    text = value.strip()
    if not text or len(text) > LONGEST:
        return ""
    if _PLAIN.fullmatch(text):
        return text
    if _ROOTED.fullmatch(text) and (origin := _ORIGIN.match(base)):
        return origin[0] + text
    try:
        url = ada_url.URL(text, base)
    except (ValueError, UnicodeError):
        return ""
    if url.protocol not in _HTTP or url.username or url.password or not url.hostname:
        return ""
    href = str(url.href)
    return href if len(href) <= LONGEST else ""


def page_address(value: str) -> str:
    """Return a page's own address in normal form, or the empty string."""
    return absolute(value, "https://invalid.invalid/") if "://" in value else ""


def host_of(address: str) -> str:
    """Return the host name of an address, without ``www.``, or the empty string."""
    try:
        return str(ada_url.URL(address).hostname).removeprefix("www.")
    except (ValueError, UnicodeError):
        return ""
