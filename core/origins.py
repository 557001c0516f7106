"""Origins, hosts and return addresses that a site's owner gives: brought to the form a browser sends, or refused.

Browsers follow the URL standard of the WHATWG (https://url.spec.whatwg.org), so its rules read them here too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import ada_url

from core.errors import Invalid

# As far as search engines go (https://www.sitemaps.org/protocol.html, `loc`), and as our own fetcher does.
URL_MAX = 2048
# A site is read for every widget: its row stays small. Nobody was seen to need more than a few.
ADDRESSES_MAX = 100
_SCHEMES = ("http:", "https:")
# The standard lets more into a name than any name has. Behind a semicolon or comma, what follows would stand in our
# policies as a rule of its own, for these hosts are written into them (CSP Level 3 §2.2.1).
_HOST = re.compile(r"[a-z0-9._-]+|\[[0-9a-f:.]+\]")


def checked_origin(text: str) -> str:
    """Return an origin as browsers send it: lower case, IDNA, no usual port (RFC 6454 §6.2, WHATWG URL §4.7).

    Raises Invalid (field ``origin``) for ``null``, wildcards, other schemes, and anything behind the host and port.
    A plain http origin is taken: such sites exist, but what they load can be changed on the way.
    """
    text = text.strip()
    url = _parsed("origin", text, "An origin looks like https://example.org")
    if url.pathname != "/" or url.search or url.hash or text.endswith(("?", "#")):
        raise Invalid(f"An origin ends after the host and port: {url.origin}", field="origin")
    return str(url.origin)


def checked_addresses(label: str, texts: Iterable[str]) -> list[str]:
    """Return addresses to send visitors back to, exactly as given: they are compared letter by letter later
    (OpenID Connect Core §3.1.2.1, RFC 9700 §2.1). Invalid names ``label``.
    """
    return [_checked_address(label, text.strip()) for text in texts]


def checked_host(text: object) -> str:
    """Return a host name in lower case and IDNA; Invalid (field ``preview_hosts``) for more or less than a host."""
    wanted = "A host looks like example.org, without scheme, port or path"
    if not isinstance(text, str) or not text or set(text) & set("/:?#@\\"):
        raise Invalid(wanted + ".", field="preview_hosts")
    return str(_parsed("preview_hosts", f"https://{text.strip()}", wanted).hostname)


def few(label: str, values: Iterable[str]) -> list[str]:
    """Return each value once, in order; Invalid names ``label`` where they are too many."""
    once = list(dict.fromkeys(values))
    if len(once) > ADDRESSES_MAX:
        raise Invalid(f"At most {ADDRESSES_MAX} addresses.", field=label)
    return once


def _checked_address(label: str, text: str) -> str:
    _parsed(label, text, "An address to return to looks like https://example.org/after-login")
    if "#" in text:
        raise Invalid("An address to return to has no fragment (#…).", field=label)
    return text


def _parsed(label: str, text: str, wanted: str) -> ada_url.URL:
    """Parse an absolute http(s) URL without user, wildcard host, blank or control character."""
    shown = f"{wanted}, not {text[:100]!r}."
    # The standard forgives blanks, missing slashes and backslashes; an owner who typed those meant something else.
    if len(text) > URL_MAX or not text.isprintable() or " " in text or "\\" in text or "://" not in text:
        raise Invalid(shown, field=label)
    try:
        url = ada_url.URL(text)
    except ValueError as exc:
        raise Invalid(shown, field=label) from exc
    if url.protocol not in _SCHEMES or url.username or url.password or not _HOST.fullmatch(url.hostname):
        raise Invalid(shown, field=label)
    return url
