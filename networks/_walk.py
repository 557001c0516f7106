"""Read what strangers' JSON says without ever trusting its form: each function takes anything, and none raises.

A value of another type than the one asked for counts as absent. Text comes out without what cannot be written as
UTF-8 and without the characters that turn the direction of what stands after them (U+202A-202E, U+2066-2069).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

from core.errors import BadReply
from core.link_header import links

# No name of a person or a feed is longer anywhere: Mastodon allows 30 characters, YouTube 100, Facebook 75.
LONGEST_NAME = 300
# Signed picture addresses at Meta run to some 700 characters; RFC 9110 §4.1 asks for 8,000 to be taken.
LONGEST_ADDRESS = 8000
# The parameters that carry a credential: Graph API, Google, OAuth 2 (RFC 6750 §2.3).
SECRETS = frozenset({"access_token", "appsecret_proof", "key", "client_secret", "refresh_token", "oauth_token"})

# Controls but tab and line ends, halves of surrogate pairs, and what turns the direction of the text behind it.
_UNWANTED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
# Marks on one letter: no orthography stacks more than four; floods of them ("Zalgo" text) paint over all around. The
# blocks of combining diacritical marks (https://www.unicode.org/charts/, Unicode 17).
_MARK = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_FLOOD = re.compile(rf"({_MARK}{{4}}){_MARK}++")
# A name (of any script), an IPv4 address, or what stands in the brackets of an IPv6 address. A name has at most 253
# characters, each of its parts 63 (RFC 1035 §3.1).
_HOST = re.compile(r"(?=.{1,254}\Z)(?:(?:[\w-]{1,63}\.)*[\w-]{1,63}\.?|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)")
_UNSAFE = re.compile(r"[^!#$%&'()*+,\-./:;=?@\[\]_~0-9A-Za-z]")


def loaded(body: bytes) -> Any:
    """Return the JSON of a body (RFC 8259), a byte order mark allowed; raise BadReply where it is none."""
    try:
        return json.loads(body.decode("utf-8-sig"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as exc:
        raise BadReply("The answer is not JSON.", code="bad_reply") from exc


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def record(value: Any) -> Mapping[str, Any]:
    """Return an object, or an empty one."""
    return value if isinstance(value, dict) else {}


def records(value: Any) -> list[Mapping[str, Any]]:
    """Return the objects of a list, or of one object alone."""
    if isinstance(value, dict):
        return [value]
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def every(value: Any) -> list[Any]:
    """Return a list as it is, nothing as an empty one, anything else as a list of it."""
    return value if isinstance(value, list) else [] if value is None else [value]


def dig(value: Any, *path: str | int) -> Any:
    """Return what lies at the end of a path of names and numbers, or None."""
    for step in path:
        if isinstance(value, dict) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def text(value: Any) -> str:
    """Return a string without what must not be in one, lines kept; of anything else the empty string."""
    return few_marks(_UNWANTED.sub("", value.replace("\r\n", "\n")).strip()) if isinstance(value, str) else ""


def few_marks(words: str) -> str:
    """Return words with at most four marks upon a letter."""
    return words if words.isascii() else _FLOOD.sub(r"\1", words)


def name(value: Any) -> str:
    """Return a string on one line, as names and titles are."""
    return " ".join(text(value).split())[:LONGEST_NAME].strip()


def line(value: Any) -> str:
    """Return a string on one line, however long: what a picture shows, in words."""
    return " ".join(text(value).split())


def ident(value: Any) -> str:
    """Return an id: a string, or a whole number written as one."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < 10**30 else ""
    return name(value)


def digest(*parts: str) -> str:
    """Return an id for an item that has none: the same words are the same post; without words there is no post."""
    words = "\n".join(parts)
    return "sha256:" + hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:32] if words.strip() else ""


def whole(value: Any) -> int | None:
    """Return a whole number that is not negative, also from a string of digits; else None."""
    if isinstance(value, str):
        return int(value) if re.fullmatch(r"[0-9]{1,18}", value.strip()) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        return None
    return int(value) if 0 <= value < 10**18 else None


def size(value: Any) -> int:
    """Return a number of pixels, 0 where there is none."""
    return whole(value) or 0


def web(value: Any, base: str = "") -> str:
    """Return an absolute http(s) address with a host and without a password, or the empty string."""
    if not isinstance(value, str) or not 0 < len(value := value.strip()) <= LONGEST_ADDRESS:
        return ""
    value = _UNWANTED.sub("", re.sub(r"[\t\r\n]", "", value))
    try:
        parts = urlsplit(urljoin(base, value) if base else value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc or not _HOST.fullmatch(host):
        return ""
    return _UNSAFE.sub(_quoted, urlunsplit(parts))


def _quoted(found: re.Match[str]) -> str:
    """Percent-encode what an address may not hold; letters of other scripts stay readable (RFC 3987)."""
    return found[0] if ord(found[0]) > 0xA0 and not found[0].isspace() else quote(found[0])


def query(url: str) -> dict[str, str]:
    """Return an address's parameters."""
    try:
        return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True, max_num_fields=200))
    except ValueError:
        return {}


def stored(mapping: Any, key: str) -> Any:
    """Read a key without feedparser's stand-ins, which give `published` for `updated` and warn about it."""
    return dict.get(mapping, key) if isinstance(mapping, dict) else None


def with_query(url: str, **values: str | None) -> str:
    """Return an address with parameters set, or taken off where they are None; credentials are always taken off."""
    address = web(url)
    if not address:
        return ""
    parts = urlsplit(address)
    kept = {key: value for key, value in query(address).items() if key.lower() not in SECRETS}
    kept = {key: value for key, value in {**kept, **values}.items() if value is not None}
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(kept), ""))


def next_of_link(field: str, base: str) -> str | None:
    """Return the next page's address in a Link field (RFC 8288), without credentials: None where it tells of none,
    empty where what it names is no address.
    """
    told = next((link for link in links(field, base) if "next" in link.relations), None)
    return with_query(web(told.target, base)) if told else None


def origin(url: str) -> str:
    """Return scheme, host and port of an address, or the empty string."""
    address = web(url)
    return "{0.scheme}://{0.netloc}".format(urlsplit(address)) if address else ""


def host_of(url: str) -> str:
    """Return an address's host and port without a leading www, or the empty string."""
    return urlsplit(web(url)).netloc.lower().removeprefix("www.")


def counted(**values: Any) -> dict[str, int]:
    """Return the numbers among values."""
    found = {key: whole(value) for key, value in values.items()}
    return {key: value for key, value in found.items() if value is not None}


def objects(value: Any, depth: int = 6) -> Iterator[Mapping[str, Any]]:
    """Yield every object in a value, outer ones first, down to a depth."""
    if depth and isinstance(value, dict):
        yield value
    if depth and isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from objects(one, depth - 1)
