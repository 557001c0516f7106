"""Rules: what search engines and Pinterest may show, and the structured data they read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from og.checker.positions import Tag
from og.checker.rules import sources as of
from og.checker.rules.parts import Fault, Rule, Subject, gathered, rule
from og.reader.jsonld import loaded, types
from og.robots import header_rules

_ROBOTS = ("robots", "googlebot", "googlebot-news", "bingbot")
# Google's Robots meta tag page, and what Bing and others know.
_KNOWN = re.compile(
    r"all|index|follow|noindex|nofollow|none|noarchive|nocache|nositelinkssearchbox|nosnippet|indexifembedded|"
    r"max-snippet:\s*-?\d+|max-image-preview:\s*(?:none|standard|large)|max-video-preview:\s*-?\d+|notranslate|"
    r"noimageindex|unavailable_after:.*|noodp|noydir|nopreview|noimageclick|noai|noimageai|index-?ifembedded|nopagereadaloud"
)
_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2}(?:[T ]\d{2}:\d{2}.*)?)?)?")
_LONGEST_BLOCK = 500_000  # bytes of one block that are looked at, as og/reader/jsonld.py does


def directives(subject: Subject) -> Iterator[tuple[str, Tag]]:
    """Yield every directive for robots, in lower case, with its tag."""
    for tag in subject.page.named(*_ROBOTS):
        for part in tag.value.lower().split(","):
            if part.strip():
                yield part.strip(), tag
    said = subject.around.headers.get("x-robots-tag", "")
    for word in header_rules(said, "googlebot"):
        yield word, Tag("header", {"name": "X-Robots-Tag"}, 0, 0, 0, f"X-Robots-Tag: {said[:300]}")


def _said(subject: Subject, *words: str) -> Iterator[Fault]:
    for word, tag in directives(subject):
        if word in words:
            yield Fault(tag, f"{tag.keys[0]} says {word}.")
            return


@rule(
    "noindex", "warning", "search", ("google",), of.GOOGLE_ROBOTS,
    what="Search engines may not show this page.", why="noindex keeps it out of all results.",
    fix="Take it out, if the page is meant to be found.",
)  # fmt: skip
def noindex(subject: Subject) -> Iterator[Fault]:
    """noindex or none."""
    yield from _said(subject, "noindex", "none")


@rule(
    "nosnippet", "warning", "search", ("google",), of.GOOGLE_ROBOTS,
    what="Search engines may not show any text of this page.", why="Results then show the title alone.",
    fix="Take it out, or set max-snippet to a length.",
)  # fmt: skip
def nosnippet(subject: Subject) -> Iterator[Fault]:
    """nosnippet, nopreview or max-snippet:0."""
    yield from _said(subject, "nosnippet", "nopreview", "max-snippet:0", "max-snippet: 0")


@rule(
    "image-preview-off", "warning", "search", ("google",), of.GOOGLE_ROBOTS,
    what="Search engines may not show a picture of this page.", why="Neither results nor Discover will have one.",
    fix="Write max-image-preview:large.",
)  # fmt: skip
def image_preview_off(subject: Subject) -> Iterator[Fault]:
    """max-image-preview:none or noimageindex."""
    yield from _said(subject, "max-image-preview:none", "max-image-preview: none", "noimageindex")


@rule(
    "image-preview-small", "hint", "search", ("google",), of.GOOGLE_DISCOVER,
    what="Nothing allows large pictures in Google Discover.",
    why="Discover shows large ones only with max-image-preview:large.",
    fix='Add <meta name="robots" content="max-image-preview:large">.',
)  # fmt: skip
def image_preview_small(subject: Subject) -> Iterator[Fault]:
    """An article with a picture, and no permission."""
    said = [word.replace(" ", "") for word, _ in directives(subject)]
    article = subject.page.value("og:type").lower() == "article"
    if (
        article
        and subject.image
        and not any(word.startswith("max-image-preview") or word == "noindex" for word in said)
    ):
        yield Fault(subject.head)


@rule(
    "robots-unknown", "warning", "search", ("google",), of.GOOGLE_ROBOTS,
    what="A directive for robots is not known.",
    why="It is ignored.",
    fix="Correct its spelling; directives are parted by commas.",
)  # fmt: skip
def robots_unknown(subject: Subject) -> Iterator[Fault]:
    """A word that Google and Bing do not list."""
    for word, tag in directives(subject):
        if not _KNOWN.fullmatch(word[:200]):
            yield Fault(tag, f"“{word[:40]}” is not known.")


@rule(
    "robots-conflict", "warning", "search", ("google",), of.GOOGLE_ROBOTS,
    what="Directives for robots contradict each other.", why="The stricter one counts.", fix="Keep the one you mean.",
)  # fmt: skip
def robots_conflict(subject: Subject) -> Iterator[Fault]:
    """index with noindex, follow with nofollow, of the same robot."""
    said: dict[str, set[str]] = {}
    for word, tag in directives(subject):
        words = said.setdefault(tag.keys[0].lower(), set())
        words.add(word)
        for yes, no in (("index", "noindex"), ("follow", "nofollow"), ("all", "noindex")):
            if word in (yes, no) and {yes, no} <= words:
                yield Fault(tag, f"It says {yes} and {no}.")


@rule(
    "nopin", "warning", "search", ("pinterest",), of.PINTEREST_NOPIN,
    what="Nothing of this page can be saved to Pinterest.",
    why="The page says so.",
    fix="Take the tag out, if saving is welcome.",
)  # fmt: skip
def nopin(subject: Subject) -> Iterator[Fault]:
    """<meta name="pinterest" content="nopin">."""
    for tag in subject.page.by_key.get("pinterest", ()):
        if tag.value.lower() == "nopin":
            yield Fault(tag)


_COMMENT = re.compile(r"\s*(<!\[CDATA\[|<!--|-->|//|/\*)")
# What the parser misses, and what people have written most often where it does.
_MISTAKES = {
    "Expecting property name": "A name in quotation marks is missing here, or the comma before it is one too many.",
    "Expecting value": "A value is missing here, or the comma before it is one too many.",
    "Illegal trailing comma": "The comma here is one too many.",
    "Expecting ',' delimiter": "A comma is missing here, or a quotation mark inside a text has ended it early.",
    "Expecting ':' delimiter": "A colon is missing here, or a quotation mark inside a text has ended it early.",
    "Unterminated string": "The text that begins here never ends.",
    "Extra data": "The JSON has ended before this.",
    "Invalid \\": "A backslash stands where JSON has none.",
}


def _error(tag: Tag) -> Fault | None:
    """Return where a block stops being JSON, or None."""
    try:
        json.loads(tag.text, strict=False, parse_int=float)  # as an int, 5,000 digits are too many for Python
    except RecursionError:
        return Fault(tag, "It is nested too deeply.")
    except json.JSONDecodeError as exc:
        line = tag.line + tag.written.count("\n") + exc.lineno - 1
        column = exc.colno if exc.lineno > 1 else tag.column + len(tag.written) + exc.colno - 1
        shown = tag.text[max(0, exc.pos - 40) : exc.pos + 40].strip()
        return Fault(replace(tag, line=line, column=column, written=shown or tag.written), _mistake(exc))
    return None


def _mistake(exc: json.JSONDecodeError) -> str:
    """Say in plain words what Python's parser says."""
    if comment := _COMMENT.match(exc.doc, exc.pos):
        return f"JSON knows no comments and no “{comment[1]}”."
    return next((said for start, said in _MISTAKES.items() if exc.msg.startswith(start)), f"{exc.msg}.")


def _blocks(subject: Subject) -> Iterator[Tag]:
    for tag in subject.page.json_blocks[:50]:
        if tag.text.strip() and len(tag.text) <= _LONGEST_BLOCK:
            yield tag


@rule(
    "jsonld-broken", "error", "search", ("google", "mastodon", "discord"), of.JSON_LD,
    what="A block of JSON-LD is not JSON.", why="Readers drop the whole block.",
    fix="Write it with a JSON library; a text may hold no bare quotation marks, and nothing may have a comma "
    "after its last item.",
)  # fmt: skip
def jsonld_broken(subject: Subject) -> Iterator[Fault]:
    """json.loads refuses it."""
    for tag in _blocks(subject):
        if fault := _error(tag):
            yield fault


@rule(
    "jsonld-empty", "warning", "search", ("google",), of.JSON_LD,
    what="A block of JSON-LD is empty.", why="Testing tools report it as an error.", fix="Fill it, or take it out.",
)  # fmt: skip
def jsonld_empty(subject: Subject) -> Iterator[Fault]:
    """Nothing but spaces."""
    for tag in subject.page.json_blocks:
        if not tag.text.strip():
            yield Fault(tag)


def _nodes(subject: Subject) -> Iterator[tuple[dict[str, Any], Tag]]:
    """Yield the outermost nodes of the blocks that are JSON."""
    for tag in _blocks(subject):
        if _error(tag):
            continue
        for value in loaded(tag.text.encode()):
            for node in value if isinstance(value, list) else [value]:
                if isinstance(node, dict):
                    yield node, tag


@rule(
    "jsonld-without-context", "error", "search", ("google", "mastodon"), of.JSON_LD,
    what="A block of JSON-LD has no @context.", why="Its words mean nothing without one.",
    fix='Add "@context": "https://schema.org".',
)  # fmt: skip
def jsonld_without_context(subject: Subject) -> Iterator[Fault]:
    """No @context on an outermost node."""
    for node, tag in _nodes(subject):
        if node and "@context" not in node:
            yield Fault(tag)
            return


@rule(
    "jsonld-without-type", "warning", "search", ("google",), of.GOOGLE_STRUCTURED,
    what="A block of JSON-LD has no @type.",
    why="Search engines go by the type.",
    fix='Add "@type", such as "Article".',
)  # fmt: skip
def jsonld_without_type(subject: Subject) -> Iterator[Fault]:
    """Neither @type nor @graph."""
    for node, tag in _nodes(subject):
        if "@context" in node and "@type" not in node and "@graph" not in node:
            yield Fault(tag)
            return


def _articles(subject: Subject) -> Iterator[tuple[dict[str, Any], Tag]]:
    for node, tag in _nodes(subject):
        inner = node.get("@graph")
        for item in inner if isinstance(inner, list) else [node]:
            if isinstance(item, dict) and any(kind.endswith(("Article", "Posting")) for kind in types(item)):
                yield item, tag


@rule(
    "article-incomplete", "hint", "search", ("google",), of.GOOGLE_ARTICLE,
    what="The article's structured data lacks what Google recommends.",
    why="headline, image, datePublished and author are what it shows.",
    fix="Add what is missing.",
)  # fmt: skip
def article_incomplete(subject: Subject) -> Iterator[Fault]:
    """An Article without one of four properties."""
    for node, tag in _articles(subject):
        missing = [key for key in ("headline", "image", "datePublished", "author") if not node.get(key)]
        if missing:
            yield Fault(tag, f"Missing: {', '.join(missing)}.")
            return


@rule(
    "article-date-form", "warning", "search", ("google", "mastodon"), of.GOOGLE_ARTICLE,
    what="A date in the structured data is not in the form of ISO 8601.", why="Google drops it.",
    fix="Write 2026-11-22T09:30:00+01:00.",
)  # fmt: skip
def article_date_form(subject: Subject) -> Iterator[Fault]:
    """datePublished or dateModified in another form."""
    for node, tag in _articles(subject):
        for key in ("datePublished", "dateModified"):
            value = node.get(key)
            if isinstance(value, str) and value.strip() and not _DATE.fullmatch(value.strip()[:60]):
                yield Fault(tag, f"{key} is “{value[:40]}”.")


RULES: tuple[Rule, ...] = gathered(globals())
