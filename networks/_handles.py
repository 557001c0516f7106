"""Read what a visitor types for a fediverse server: its name, an address on it, or a handle."""

from __future__ import annotations

import re
from dataclasses import dataclass

import ada_url

from core.errors import Invalid
from networks.intents import encode

# White space and the invisible marks that copying a name from a page brings along (Unicode 17 §23.2, §23.8).
_AROUND = (
    " \t\r\n\f\v\u00a0\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u2060\u2066\u2067\u2068\u2069\ufeff"
)
# Twice the longest name of a host (RFC 1035 §2.3.4) is more than any handle needs.
LONGEST_TYPED = 500
# Ports besides 443 that core/netguard.py lets through and that may speak TLS.
_PORTS = frozenset({"", "8080", "8443"})
# RFC 1035 §2.3.1 and RFC 3696 §2: labels of letters, digits and hyphens; the last one is never all digits.
_NAME = re.compile(
    r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?!\d+\Z)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
)
_USER = re.compile(r"[^\s@/:?#\\%&<>\"'\x00-\x1f\x7f]{1,100}")
# What ends a host's name in an address, for browsers too, and what never stands in one.
_END = re.compile(r"[/?#\\]")
_TEXT = re.compile(r"[^\s%\[\]<>^`|{}\x00-\x1f\x7f]+")
_SCHEME = re.compile(r"https?://", re.IGNORECASE)


@dataclass(frozen=True)
class Place:
    """A server, and the name on it where one was typed. ``server`` is lower-case ASCII, with a port if it is odd."""

    server: str
    user: str = ""

    @property
    def handle(self) -> str:
        """``me@example.social``, as acct: addresses have it (RFC 7565 §3)."""
        return f"{self.user}@{self.server}"


def place(text: str, *, allow: tuple[str, ...] = (), field: str = "server") -> Place:
    """Read a server's name, its address, a profile's address or a handle. ``allow`` are hosts that tests let through.

    Raises Invalid, naming the field, for anything else: user names in addresses, numeric addresses, local names.
    """
    if len(text) > LONGEST_TYPED:
        raise Invalid("That is too long for the name of a server.", field=field)
    text = text.strip(_AROUND).replace("\uff20", "@")  # the full-width @ of Japanese keyboards
    scheme = _SCHEME.match(text)
    text = text[scheme.end() :] if scheme else re.sub(r"\A(?:acct:)?@?", "", text, flags=re.IGNORECASE)
    head = _END.split(text, maxsplit=1)[0]
    path = text[len(head) :]
    user, at, server = head.rpartition("@")
    if at and (scheme or path.strip("/") or not _USER.fullmatch(user)):
        raise Invalid("Type the name of your server, or your handle, such as @me@mastodon.social.", field=field)
    return Place(_host(server, allow, field), user or _profile_name(path))


def _profile_name(path: str) -> str:
    """Return whose page an address leads to; pages of accounts from elsewhere (/@me@example.org) tell nothing."""
    found = re.fullmatch(r"/@([^/@]+)/?", path)
    return found[1] if found and _USER.fullmatch(found[1]) else ""


def _host(text: str, allow: tuple[str, ...], field: str) -> str:
    if text.lower() in allow:
        return text.lower()
    try:
        if not _TEXT.fullmatch(text):
            raise ValueError(text)
        parsed = ada_url.URL(f"https://{text}")
    except ValueError as exc:
        raise Invalid("Type the name of your server, such as mastodon.social.", field=field) from exc
    name = parsed.hostname.removesuffix(".")
    if not _NAME.fullmatch(name):
        raise Invalid("A server has a name with a dot in it, such as mastodon.social.", field=field)
    if parsed.port not in _PORTS:
        raise Invalid("Leave out the number after the colon: the name of the server is enough.", field=field)
    return f"{name}:{parsed.port}" if parsed.port else name


def tidy_server(text: str, *, allow: tuple[str, ...] = ()) -> str:
    """Return the host that a visitor meant, lower-case, in punycode; raise Invalid with a plain sentence."""
    return place(text, allow=allow).server


def account(text: str, *, allow: tuple[str, ...] = ()) -> Place:
    """Read an account, ``@me@example.social``; raise Invalid where the name or the server is missing."""
    at = place(text, allow=allow, field="account")
    if not at.user:
        raise Invalid("An account is written @name@server, such as @me@mastodon.social.", field="account")
    return at


def profile(text: str, *, allow: tuple[str, ...] = ()) -> str:
    """Return the usual address of an account's page, as Mastodon, Misskey and most others have it."""
    at = account(text, allow=allow)
    return f"https://{at.server}/@{encode(at.user)}"
