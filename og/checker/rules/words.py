"""Rules: the words of title, description and site name: their length, their sense, their characters."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from itertools import pairwise
from unicodedata import bidirectional

from networks.counting import graphemes
from og.checker.positions import Tag
from og.checker.rules import sources as of
from og.checker.rules.parts import EVERY, IMAGE_KEYS, Fault, Rule, Subject, gathered, rule

_WORDS = (
    "og:title", "og:description", "og:site_name", "og:image:alt", "twitter:title", "twitter:description",
    "twitter:image:alt", "description",
)  # fmt: skip
_X_TITLE, _X_TEXT, _X_ALT = 70, 200, 420  # X, Cards markup
_DISCORD_TITLE, _DISCORD_TEXT, _DISCORD_SITE, _DISCORD_ALT = 70, 350, 256, 4096  # Discord, Link Previews, Limits
_WHATSAPP_TEXT = 80  # "80 characters will suffice": WhatsApp Link Previews
_SHORT_TITLE, _SHORT_TEXT = 8, 40  # below these a card looks empty: advice
# Google cuts by width, at about 600 pixels of a title: some 65 letters (advice of many guides, no promise).
_GOOGLE_TITLE, _GOOGLE_TEXT = 65, 160

_ESCAPED = re.compile(
    r"&(?:amp|lt|gt|quot|apos|nbsp|hellip|ndash|mdash|[lr]s?dquo|[lr]squo|#\d{2,6}|#x[0-9a-fA-F]{2,5});"
)
_MARKUP = re.compile(
    r"</?(?:p|br|b|i|em|strong|span|div|a|img|h[1-6]|ul|li|script|style)(?:\s[^<>]*)?/?>", re.IGNORECASE
)
_LEFT_OVER = re.compile(
    r"\{\{.{0,60}?\}\}|\{%.{0,60}?%\}|\$\{.{0,60}?\}|<%.{0,60}?%>|%%\w{1,40}%%|\[object Object\]"
    r"|\A(?:undefined|null|none|nan|untitled|untitled document|title|test|lorem ipsum.{0,200}|n/a|page title)\Z",
    re.IGNORECASE,
)
# UTF-8 read as windows-1252: a lead byte as Ã, Â, â€ and a continuation byte after it.
_MOJIBAKE = re.compile(r"[ÃÂ][\u0080-\u00bf\u2018-\u203a\u20ac\u2122]|â€[\u0080-\uffff]|ï»¿|\ufffd")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_SEPARATORS = re.compile(r"\s+[|·•–—:»/-]+\s+")


def said(subject: Subject) -> Iterator[tuple[str, Tag]]:
    """Yield the page's words by key, each with its tag."""
    for key in _WORDS:
        for tag in subject.page.by_key.get(key, ()):
            if tag.value:
                yield key, tag
    for tag in subject.page.titles[:1]:
        yield "title", tag


def text_of(key: str, tag: Tag) -> str:
    """Return the words of a tag, spaces single."""
    return " ".join((tag.text if key == "title" else tag.value).split())


def _first(subject: Subject, *keys: str) -> tuple[Tag | None, str]:
    """Return the first of these that says something: the tag, and its words."""
    for key in keys:
        tags = subject.page.titles[:1] if key == "title" else subject.page.by_key.get(key, ())
        for tag in tags:
            if text := text_of(key, tag):
                return tag, text
    return None, ""


_TITLE = ("og:title", "twitter:title", "title")
_TEXT = ("og:description", "twitter:description", "description")


@rule(
    "title-long-x", "warning", "words", ("x",), of.X_MARKUP,
    what="The title is too long for X.", why="X takes 70 characters of a title.",
    fix="Give X a shorter one in twitter:title, or shorten og:title.",
)  # fmt: skip
def title_long_x(subject: Subject) -> Iterator[Fault]:
    """More than 70 characters."""
    tag, text = _first(subject, "twitter:title", "og:title")
    if len(text) > _X_TITLE:
        yield Fault(tag, f"The title has {len(text)} characters; X takes {_X_TITLE}.")


@rule(
    "description-long-x", "warning", "words", ("x",), of.X_MARKUP,
    what="The description is too long for X.", why="X takes 200 characters of a description.",
    fix="Say what matters in the first 200 characters, or give X its own in twitter:description.",
)  # fmt: skip
def description_long_x(subject: Subject) -> Iterator[Fault]:
    """More than 200 characters."""
    tag, text = _first(subject, "twitter:description", "og:description")
    if len(text) > _X_TEXT:
        yield Fault(tag, f"The description has {len(text)} characters; X takes {_X_TEXT}.")


@rule(
    "title-long-discord", "warning", "words", ("discord",), of.DISCORD,
    what="The title is cut on Discord.",
    why="Discord shows 70 bytes of a title: fewer letters where they take two or three.",
    fix="Shorten og:title, or put what matters first.",
)  # fmt: skip
def title_long_discord(subject: Subject) -> Iterator[Fault]:
    """More than 70 bytes."""
    tag, text = _first(subject, *_TITLE)
    if (size := len(text.encode())) > _DISCORD_TITLE:
        yield Fault(tag, f"The title has {size} bytes; Discord shows {_DISCORD_TITLE}.")


@rule(
    "description-long-discord", "warning", "words", ("discord",), of.DISCORD,
    what="The description is cut on Discord.", why="Discord shows 350 bytes of a description.",
    fix="Shorten og:description, or put what matters first.",
)  # fmt: skip
def description_long_discord(subject: Subject) -> Iterator[Fault]:
    """More than 350 bytes."""
    tag, text = _first(subject, *_TEXT)
    if (size := len(text.encode())) > _DISCORD_TEXT:
        yield Fault(tag, f"The description has {size} bytes; Discord shows {_DISCORD_TEXT}.")


@rule(
    "site-name-long", "error", "words", ("discord",), of.DISCORD,
    what="The site name is so long that Discord shows no preview.",
    why="Above 256 characters Discord drops the whole card.",
    fix="Give og:site_name the site's name only.",
)  # fmt: skip
def site_name_long(subject: Subject) -> Iterator[Fault]:
    """More than 256 characters."""
    for tag in subject.page.by_key.get("og:site_name", ())[:1]:
        if len(tag.value) > _DISCORD_SITE:
            yield Fault(tag, f"The site name has {len(tag.value)} characters.")


@rule(
    "alt-long-discord", "error", "picture", ("discord",), of.DISCORD,
    what="The picture's description is so long that Discord shows no preview.",
    why="Above 4,096 characters Discord drops the whole card.", fix="Say in a sentence what the picture shows.",
)  # fmt: skip
def alt_long_discord(subject: Subject) -> Iterator[Fault]:
    """An alternative text above 4,096 characters."""
    for tag in subject.page.named("og:image:alt", "twitter:image:alt"):
        if len(tag.value) > _DISCORD_ALT:
            yield Fault(tag)


@rule(
    "alt-long-x", "warning", "picture", ("x",), of.X_MARKUP,
    what="The picture's description is too long for X.", why="X takes 420 characters of twitter:image:alt.",
    fix="Say in a sentence what the picture shows.",
)  # fmt: skip
def alt_long_x(subject: Subject) -> Iterator[Fault]:
    """An alternative text above 420 characters."""
    tag, text = _first(subject, "twitter:image:alt", "og:image:alt")
    if len(text) > _X_ALT:
        yield Fault(tag, f"It has {len(text)} characters; X takes {_X_ALT}.")


@rule(
    "description-long-whatsapp", "hint", "words", ("whatsapp",), of.WHATSAPP,
    what="WhatsApp shows only the beginning of the description.",
    why="One or two lines fit; Meta says that 80 characters suffice.",
    fix="Put what matters into the first 80 characters.",
)  # fmt: skip
def description_long_whatsapp(subject: Subject) -> Iterator[Fault]:
    """Twice what Meta says suffices, and no sentence that ends before."""
    tag, text = _first(subject, "og:description")
    if len(text) > 2 * _WHATSAPP_TEXT and not re.search(r"[.!?…。！？](?:\s|$)", text[: 2 * _WHATSAPP_TEXT]):
        yield Fault(tag)


@rule(
    "title-long-google", "hint", "words", ("google",), of.GOOGLE_TITLE,
    what="Google will probably cut the title.",
    why="Title links are cut to the width of the screen: at about 65 letters.",
    fix="Put what matters first; the site's name last.",
)  # fmt: skip
def title_long_google(subject: Subject) -> Iterator[Fault]:
    """A title element of more than 65 characters."""
    tag, text = _first(subject, "title")
    if len(text) > _GOOGLE_TITLE:
        yield Fault(tag, f"<title> has {len(text)} characters; about {_GOOGLE_TITLE} fit.")


@rule(
    "description-long-google", "hint", "words", ("google",), of.GOOGLE_SNIPPET,
    what="Google will probably cut the description.",
    why="Snippets are cut to the width of the screen: at about 160 letters.",
    fix="Put what matters first.",
)  # fmt: skip
def description_long_google(subject: Subject) -> Iterator[Fault]:
    """A meta description of more than 160 characters and a half."""
    tag, text = _first(subject, "description")
    if len(text) > _GOOGLE_TEXT * 3 // 2:
        yield Fault(tag, f"The description has {len(text)} characters; about {_GOOGLE_TEXT} fit.")


@rule(
    "title-short", "hint", "words", EVERY, of.PRACTICE,
    what="The title is very short.", why="It has to make sense away from the site.",
    fix="Say what the page is about in four to ten words.",
)  # fmt: skip
def title_short(subject: Subject) -> Iterator[Fault]:
    """Fewer than eight characters, in a script of letters."""
    tag, text = _first(subject, *_TITLE)
    if 0 < len(text) < _SHORT_TITLE and text.isascii():
        yield Fault(tag)


@rule(
    "description-short", "hint", "words", EVERY, of.PRACTICE,
    what="The description is very short.", why="There is room for one or two sentences on most platforms.",
    fix="Say in a sentence what a reader gets.",
)  # fmt: skip
def description_short(subject: Subject) -> Iterator[Fault]:
    """Fewer than forty characters, in a script of letters."""
    tag, text = _first(subject, *_TEXT)
    if 0 < len(text) < _SHORT_TEXT and text.isascii():
        yield Fault(tag)


@rule(
    "site-name-in-title", "hint", "words", ("imessage", "whatsapp"), of.APPLE,
    what="og:title repeats the site's name.",
    why="Apple and WhatsApp ask for the title without branding: the site is shown beside it.",
    fix="Leave the site's name to og:site_name.",
)  # fmt: skip
def site_name_in_title(subject: Subject) -> Iterator[Fault]:
    """The title ends or begins with the site name after a separator."""
    tag, text = _first(subject, "og:title")
    site = subject.page.value("og:site_name").casefold()
    parts = [part.casefold() for part in _SEPARATORS.split(text)]
    if site and len(parts) > 1 and site in (parts[0], parts[-1]):
        yield Fault(tag)


@rule(
    "title-is-site-name", "warning", "words", EVERY, of.GOOGLE_TITLE,
    what="The title is only the site's name.",
    why="Every page of the site then looks the same when it is shared or found.",
    fix="Give the page a title of its own.",
)  # fmt: skip
def title_is_site_name(subject: Subject) -> Iterator[Fault]:
    """A page below the home page whose title is the site name."""
    tag, text = _first(subject, *_TITLE)
    site = subject.page.value("og:site_name")
    path = re.sub(r"^https?://[^/?#]*", "", subject.url, flags=re.IGNORECASE)
    if site and text.casefold() == site.casefold() and len(path.strip("/")) > 3:
        yield Fault(tag)


@rule(
    "description-is-title", "hint", "words", EVERY, of.GOOGLE_SNIPPET,
    what="The description repeats the title.", why="A card shows them one below the other.",
    fix="Say in the description what the title does not.",
)  # fmt: skip
def description_is_title(subject: Subject) -> Iterator[Fault]:
    """Title and description are the same words."""
    tag, text = _first(subject, *_TEXT)
    _, title = _first(subject, *_TITLE)
    if text and text.casefold() == title.casefold():
        yield Fault(tag)


@rule(
    "escaped-twice", "warning", "words", EVERY, of.HTML_SYNTAX,
    what="A value is escaped twice.", why="What is left of it, such as “&amp;”, is taken as it stands.",
    fix="Escape the value once, where the page is written.",
)  # fmt: skip
def escaped_twice(subject: Subject) -> Iterator[Fault]:
    """Character references that are left after reading them once."""
    for key, tag in said(subject):
        if match := _ESCAPED.search(text_of(key, tag)):
            yield Fault(tag, f"{key} shows “{match[0]}” instead of “{html.unescape(match[0]).strip() or ' '}”.")
    for tag in {tag.start: tag for tag in subject.page.named("og:url", *IMAGE_KEYS)}.values():
        if "&amp;" in tag.value:
            yield Fault(tag, f"{tag.keys[0]} holds “&amp;” instead of “&”: it leads to another address.")


@rule(
    "markup-in-text", "warning", "words", EVERY, of.DISCORD,
    what="There are HTML tags in a text.", why="Platforms show plain text: the tags appear as they are written.",
    fix="Write plain text.",
)  # fmt: skip
def markup_in_text(subject: Subject) -> Iterator[Fault]:
    """Tags of HTML in a value."""
    for key, tag in said(subject):
        if match := _MARKUP.search(text_of(key, tag)[:2000]):
            yield Fault(tag, f"{key} shows {match[0][:40]} as text.")


@rule(
    "left-over", "warning", "words", EVERY, of.GOOGLE_TITLE,
    what="A value looks like a placeholder that was never filled.", why="It is shown as it is.",
    fix="Fill it where the page is made, or leave the tag out.",
)  # fmt: skip
def left_over(subject: Subject) -> Iterator[Fault]:
    """Template marks, “undefined”, “[object Object]”."""
    for key, tag in said(subject):
        if match := _LEFT_OVER.search(text_of(key, tag)[:1000]):
            yield Fault(tag, f"{key} says “{match[0][:60]}”.")


@rule(
    "broken-letters", "warning", "words", EVERY, of.HTML_CHARSET,
    what="Letters are broken.", why="Text was written in one encoding and read in another.",
    fix="Store and send everything as UTF-8, and say so in the first line of the head.",
)  # fmt: skip
def broken_letters(subject: Subject) -> Iterator[Fault]:
    """The marks of UTF-8 read as something else."""
    for key, tag in said(subject):
        if match := _MOJIBAKE.search(text_of(key, tag)):
            yield Fault(tag, f"{key} holds “{match[0]}”.")


@rule(
    "bidi-control", "warning", "words", EVERY, of.BIDI,
    what="A value holds characters that turn the writing direction around.",
    why="They can garble the text beside the card; readers take them out or refuse them.",
    fix="Remove them; use dir on the page instead.",
)  # fmt: skip
def bidi_control(subject: Subject) -> Iterator[Fault]:
    """Overrides and isolates of UAX 9."""
    for key, tag in said(subject):
        if match := _BIDI.search(text_of(key, tag)):
            yield Fault(tag, f"{key} holds U+{ord(match[0]):04X}.")


@rule(
    "cut-in-character", "hint", "words", ("discord",), of.DISCORD,
    what="Discord's limit falls inside an emoji or a letter of several parts.",
    why="The limit counts bytes: what is left of the character shows as a box or as another one.",
    fix="Move the emoji to the front, or shorten the title.",
)  # fmt: skip
def cut_in_character(subject: Subject) -> Iterator[Fault]:
    """A cluster of several code points across byte 67 of a title that is cut."""
    tag, text = _first(subject, *_TITLE)
    if len(text.encode()) <= _DISCORD_TITLE:
        return
    ends = [0]
    for cluster in graphemes(text[:_DISCORD_TITLE]):
        ends.append(ends[-1] + len(cluster.encode()))
    if any(a < _DISCORD_TITLE - 3 < b and b - a > 4 for a, b in pairwise(ends)):
        yield Fault(tag)


@rule(
    "mixed-direction", "hint", "words", EVERY, of.BIDI,
    what="The title begins in one writing direction and goes on in the other.",
    why="Cards take the direction from the first letter: the ellipsis and the punctuation move to the wrong end.",
    fix="Begin the title with a word of its main direction.",
)  # fmt: skip
def mixed_direction(subject: Subject) -> Iterator[Fault]:
    """The first strong letter goes one way, most letters the other."""
    tag, text = _first(subject, *_TITLE)
    ways = ["r" if bidirectional(c) in ("R", "AL") else "l" for c in text if bidirectional(c) in ("L", "R", "AL")]
    if ways and ways.count(ways[0]) * 2 < len(ways):
        yield Fault(tag)


RULES: tuple[Rule, ...] = gathered(globals())
