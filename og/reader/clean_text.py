"""Bring the text that pages hold to one form: character references read, white space single, length bounded."""

from __future__ import annotations

import html
import re
from html.entities import html5

# A reference as it may stand in an attribute: without its semicolon only where no letter, digit or "=" follows
# (https://html.spec.whatwg.org/multipage/parsing.html#named-character-reference-state). Addresses depend on it.
_IN_ATTRIBUTE = re.compile(
    r"&(?:#[0-9]{1,20};?|#[xX][0-9a-fA-F]{1,20};?|[a-zA-Z][a-zA-Z0-9]{1,31}(?:;|(?![a-zA-Z0-9=])))"
)
# Those that are most of all, and whose character begins no other reference.
_USUAL = (("&quot;", '"'), ("&#34;", '"'), ("&#39;", "'"), ("&#039;", "'"), ("&lt;", "<"), ("&gt;", ">"))
# What is left where a page's maker escaped a value twice, seen on 1.8 % of real pages.
_STILL_ESCAPED = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
# White space as people see it: also no-break and zero-width spaces, byte order marks, soft line separators.
_SPACES = re.compile("[\\s\u00a0\u200b\u2028\u2029\ufeff\\x00-\\x1f\\x7f-\\x9f]+")
# Bidirectional overrides and isolates let a page's title rewrite the text around it (UAX #9 §2, TR36 §3).
_OVERRIDES = re.compile("[\u202a-\u202e\u2066-\u2069]")
# What JavaScript, Java, Python and Go write for nothing, in exactly these letters: a page may be about NULL or none.
_UNFILLED = frozenset({"null", "undefined", "NaN", "[object Object]", "None", "nil", "<nil>"})
# What the makers of templates write where a value shall stand, and nothing has put one there.
_TEMPLATE = re.compile(r"\{\{[^{}]*\}\}|\$\{[^{}]*\}|<%[^%]*%>")
# A tag that ends an element, or one of those that people leave open.
_WRITTEN_IN = re.compile(r"</[a-z][^<>]*>|<(?:br|p|li|img)\b[^<>]*>", re.IGNORECASE)
_TAGS = re.compile(r"<!--.*?(?:-->|\Z)|</?[a-zA-Z][^<>]*>", re.DOTALL)


def filled(value: str) -> str:
    """Return the value, or the empty string where a program left none: ``undefined``, ``None``, ``{{ title }}``."""
    if value in _UNFILLED or (value.startswith(("{{", "${", "<%")) and _TEMPLATE.fullmatch(value)):
        return ""
    return value


def attribute(raw: bytes) -> str:
    """Return an attribute's value with its character references read."""
    value = raw.decode("utf-8", "replace")
    if "&" not in value:
        return value
    for reference, character in _USUAL:  # whole files of JSON stand in attributes: no call for each quotation mark
        value = value.replace(reference, character)
    return _IN_ATTRIBUTE.sub(_reference, value) if "&" in value else value


def _reference(match: re.Match[str]) -> str:
    text = match[0]
    if text[1] == "#" or text[1:] in html5:
        return html.unescape(text)
    return text


def clean(value: str, longest: int) -> str:
    """Return text for people: what was escaped twice is read, spaces are single, the length is bounded."""
    text = value[: longest * 8]  # nothing is worked on that will be cut anyway
    for _ in range(2):
        if "&" not in text or not _STILL_ESCAPED.search(text):
            break
        text = html.unescape(text)
    text = _OVERRIDES.sub("", _SPACES.sub(" ", text)).strip()
    return cut(text.encode("utf-8", "replace").decode("utf-8"), longest)


def plain(value: str, longest: int) -> str:
    """Return text that is to be written: as `clean` makes it, but what looks like a character reference is meant so.

    Halves of characters (lone surrogates, which JSON can hold and UTF-8 cannot) become U+FFFD.
    """
    text = _SPACES.sub(" ", _OVERRIDES.sub("", value[: longest * 8])).strip()
    return cut(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"), longest)


def cut(text: str, longest: int) -> str:
    """Return at most ``longest`` characters, ended by an ellipsis where something is left out."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def unescaped(raw: bytes) -> str:
    """Return text with its character references read; in a title, tags are text too (HTML §13.1.2.2)."""
    return html.unescape(raw.decode("utf-8", "replace"))


def without_tags(markup: bytes) -> str:
    """Return the text of a short piece of a page."""
    return html.unescape(_TAGS.sub(" ", markup.decode("utf-8", "replace")))


def as_text(text: str) -> str:
    """Return a text without the HTML it is written in; one that only speaks of it (``List<String>``) as it is."""
    return without_tags(text.encode("utf-8", "replace")) if _WRITTEN_IN.search(text) else text
