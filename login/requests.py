"""An authorization request (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1) while it waits for somebody to log in.

It is carried along as its own query string, in addresses and forms of our own pages, so nothing has to be stored for
somebody who only looks. Whatever comes back is checked again from the beginning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from login.problems import LoginFailed

if TYPE_CHECKING:
    from core.sites import Site, Sites

SCOPES = ("openid", "profile", "email", "offline_access")
# How an answer gets to the site. Nothing but a code is ever in it, so the address will do (RFC 6749 §4.1.2). Scripts
# of pages ask for it in the fragment, which no server's log keeps (OAuth 2.0 Multiple Response Types §2.1).
RESPONSE_MODES = ("query", "fragment", "form_post")
# A client may name several things that it wants a token for (RFC 8707 §2): here they make no difference.
MAY_REPEAT = frozenset({"resource"})
# Our own mark on a request that somebody has logged in for; see `login.service`.
DONE = "hb_done"
# The longest request that is carried along: twice encoded it stays under what is taken of any query (core.web).
LONGEST = 4096
# More parameters than the standards have names for is no honest request.
MOST_FIELDS = 50


@dataclass(frozen=True)
class AuthRequest:
    """A request as it came. ``text`` is its query string, without our own mark."""

    pairs: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        """The request as a query string."""
        return urlencode(self.pairs)

    @cached_property
    def fields(self) -> Mapping[str, str]:
        """Each parameter's value, the first of repeated ones; an empty one is as good as none (RFC 6749 §3.1)."""
        found: dict[str, str] = {}
        for name, value in self.pairs:
            if value:
                found.setdefault(name, value)
        return found

    def get(self, name: str) -> str:
        """Return a parameter's value, or the empty string."""
        return self.fields.get(name, "")

    @property
    def scopes(self) -> frozenset[str]:
        """The scopes asked for that there are; others are passed over (OpenID Connect Core §3.1.2.1)."""
        return frozenset(self.get("scope").split()) & frozenset(SCOPES)

    @property
    def prompts(self) -> frozenset[str]:
        """The words of ``prompt``."""
        return frozenset(self.get("prompt").split())

    @property
    def wants_new(self) -> bool:
        """Whether somebody has to log in anew: a mark of having done so is not good for ever."""
        return "login" in self.prompts or bool(self.get("max_age"))

    @property
    def posted(self) -> bool:
        """Whether the answer is to come as a form (OAuth 2.0 Form Post Response Mode §2), and not in the address."""
        return self.get("response_mode") == "form_post"

    @property
    def max_age(self) -> int | None:
        """Seconds since the last login that are borne; None for any. ValueError where it is no number."""
        text = self.get("max_age")
        if not text:
            return None
        if not text.isascii() or not text.isdigit() or len(text) > 10:
            raise ValueError("max_age is not a number of seconds")
        return int(text)


def twice(fields: Mapping[str, Sequence[str]]) -> bool:
    """Return whether a parameter is there twice that may not be (RFC 6749 §3.1, §3.2)."""
    return any(len(values) > 1 for name, values in fields.items() if name not in MAY_REPEAT)


def read(pairs: Iterable[tuple[str, str]]) -> AuthRequest:
    """Return a request of its parameters. Raises LoginFailed for one that is longer than anybody needs."""
    kept = tuple((name, value) for name, value in pairs if name != DONE)
    made = AuthRequest(kept)
    if len(kept) > MOST_FIELDS or len(made.text) > LONGEST:
        raise LoginFailed("bad_request", f"The request is longer than {LONGEST} characters.")
    if any("\0" in name + value for name, value in kept):
        raise LoginFailed("bad_request", "The request has characters that cannot be used.")
    return made


def read_text(text: str) -> AuthRequest:
    """Return a request that was carried along."""
    return read(parse_qsl(text[: 4 * LONGEST], keep_blank_values=True))


def scopes_of(text: str) -> frozenset[str]:
    """Return the scopes that a request that was carried along asks for."""
    return read_text(text).scopes


def site_of(asked: AuthRequest, sites: Sites) -> Site:
    """Return the site that asks, having checked that it may be answered where it wants to be.

    Only then may a browser be sent there, with an error too (RFC 6749 §4.1.2.1). The address is compared letter by
    letter with the registered ones (RFC 9700 §2.1). Raises LoginFailed, to be told on a page of ours.
    """
    names = [name for name, _ in asked.pairs]
    if any(names.count(name) > 1 for name in ("client_id", "redirect_uri", "state")):
        raise LoginFailed("bad_request", "A parameter is there twice.")
    site = sites.by_client_id(asked.get("client_id"))
    if site is None:
        raise LoginFailed("unknown_site", "No site has this client_id.")
    if asked.get("redirect_uri") not in site.return_to:
        raise LoginFailed("wrong_return", "This redirect_uri is not registered for the site.")
    return site
