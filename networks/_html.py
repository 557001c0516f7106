"""The one sanitiser: HTML of strangers in, HTML that may stand in any page out; and text made of it.

What comes out: the tags below and no other; links to http, https and mailto only, absolute, with
``rel="nofollow noopener ugc"``; no attribute but ``href``, ``title``, ``lang``, ``dir``, and the few classes that
Mastodon's links need (https://docs.joinmastodon.org/spec/activitypub/#sanitization, read 2026-11). No pictures: those
become the post's media. Characters that turn the direction of the text behind them are dropped.

ammonia does the work (`nh3`). Two things it does not do are done here: addresses such as ``//evil`` are resolved
against the page and checked anew, and its settings are fixed, since a wrong one ends in a panic that no
``except Exception`` catches.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape, unescape
from typing import TYPE_CHECKING, Any

from networks._depth import too_deep
from networks._walk import few_marks, text, web

if TYPE_CHECKING:
    import nh3

# Words and blocks; headings, since articles have them. No picture, no frame, no form, nothing that loads.
TAGS = frozenset(
    [
        "a",
        "abbr",
        "b",
        "bdi",
        "blockquote",
        "br",
        "cite",
        "code",
        "dd",
        "del",
        "div",
        "dl",
        "dt",
        "em",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "ins",
        "kbd",
        "li",
        "mark",
        "ol",
        "p",
        "pre",
        "q",
        "rp",
        "rt",
        "ruby",
        "s",
        "samp",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "u",
        "ul",
        "var",
        "wbr",
    ]
)
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}, "abbr": {"title"}, "*": {"lang", "dir"}}
SCHEMES = frozenset({"http", "https", "mailto"})
REL = "nofollow noopener ugc"
# What Mastodon writes around the parts of a link that it hides or cuts, and around names.
CLASSES = {"a": {"mention", "hashtag", "u-url"}, "span": {"invisible", "ellipsis", "h-card"}}
# Whose words are not for readers; all other tags that are dropped leave theirs.
SILENT = frozenset(
    [
        "script",
        "style",
        "template",
        "iframe",
        "object",
        "embed",
        "noscript",
        "noembed",
        "noframes",
        "textarea",
        "select",
        "title",
        "svg",
        "math",
    ]
)
# A post longer than this is an article, cut for a feed; Ghost's and WordPress's longest posts stay under it.
LONGEST = 200_000
# What relative addresses may add to a post when they are made absolute; a thousand links of a long path are 100 KB.
MOST_ADDED = 1_000_000
# Blocks that are dropped, whose words would run into those beside them.
_DROPPED_BLOCK = re.compile(
    r"<(/?)(?:address|article|aside|center|details|dialog|fieldset|figcaption|figure|footer|form|header|hgroup|legend|"
    r"main|menu|nav|section|summary)(?=[\s/>])",
    re.I,
)
_LINE = re.compile(r"<br\s*/?>", re.I)
_BLOCK = re.compile(r"</?(?:tr|li|dt|dd|div)\b[^>]*>", re.I)
_PARAGRAPH = re.compile(r"</?(?:p|h[1-6]|blockquote|ul|ol|dl|table|hr|pre)\b[^>]*>", re.I)
# Marks that of_clean wrote, with the white space around them. A run of it is looked at from its first character only.
_PARAGRAPHS_END = re.compile(r"(?<![\s\x01])[\s\x01]*+\x02[\x01\x02\s]*")
_LINES_END = re.compile(r"(?<!\s)\s*+\x01[\x01\s]*")
_CELL = re.compile(r"</t[dh]>")
_TAG = re.compile(r"<[^>]*>")
_MARKED = re.compile(
    rf"</(?:{'|'.join(sorted({*TAGS, *SILENT, 'audio', 'big', 'center', 'figure', 'font', 'img', 'video'}))})\s*>|"
    r"<(?:br|hr|img|p|wbr)\b[^<>]*>|"
    r"&(?:[a-zA-Z][a-zA-Z0-9]{1,30}|#\d{1,6}|#x[0-9a-fA-F]{1,5});",
    re.I,
)
_RAW_TAG = re.compile(r"<[^<>]*>")
_OUTER_BREAKS = re.compile(r"\A(?:\s*<br>)+|(?<!<br>)(?<!\s)(?:\s*+<br>)++\s*\Z")
# Levels of empty elements that are taken out: Substack has five around each picture.
DEEPEST_SHELL = 6
_EMPTY = re.compile(r"<(p|div|span|em|strong|b|i|li|ul|ol|blockquote|h[1-6])>\s*</\1>")
# A link that nobody could read or name, as around a picture that was taken out, or a heading's own address.
_NAMELESS = re.compile(r'<a\b(?:\s+[a-z]+="[^"]*")*>\s*</a>')


def sanitised(html: Any, base: str = "") -> str:
    """Return HTML that may stand in any page. ``base`` is what relative addresses are meant against."""
    if not isinstance(html, str) or not html.strip():
        return ""
    html = _DROPPED_BLOCK.sub(r"<\1div", text(html[:LONGEST]))
    if too_deep(html):
        return of_text(text(unescape(_RAW_TAG.sub(" ", html))))
    if len(base) * html.lower().count("href") > MOST_ADDED:
        base = ""  # nobody's post has so many links; those that need the page's address are none then
    clean = few_marks(_cleaner(base).clean(html))  # they may have been written as references
    return _without_shells(clean.replace(' class=""', "")).strip()


def _without_shells(clean: str) -> str:
    """Return HTML without what is left around things taken out: links and blocks that hold nothing."""
    for _ in range(DEEPEST_SHELL):
        left = _EMPTY.sub("", _NAMELESS.sub("", clean))
        if left == clean:
            break
        clean = left
    return _OUTER_BREAKS.sub("", clean)


@lru_cache(maxsize=256)
def _cleaner(base: str) -> nh3.Cleaner:
    """Return the sanitiser for pages under an address; nothing else that a caller says gets into its settings."""
    import nh3

    return nh3.Cleaner(
        tags=set(TAGS),
        clean_content_tags=set(SILENT),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        attribute_filter=lambda _tag, attribute, value: _address(value, base) if attribute == "href" else value,
        url_schemes=set(SCHEMES),
        allowed_classes={tag: set(names) for tag, names in CLASSES.items()},
        link_rel=REL,
        strip_comments=True,
    )


def _address(address: str, base: str) -> str | None:
    if address.lower().startswith("mailto:"):
        return address if re.fullmatch(r"mailto:[^\s<>\"'\\]{3,300}", address, re.I) else None
    return web(address, base) or None


def plain(html: Any) -> str:
    """Return the text of HTML as a person would copy it: paragraphs apart, one line break for a `br`."""
    return of_clean(sanitised(html))


def of_clean(html: str) -> str:
    """Return the text of HTML that `sanitised` made."""
    html = html if "<pre" in html else html.replace("\n", " ")
    html = _PARAGRAPH.sub("\x02", _BLOCK.sub("\x01", _LINE.sub("\n", html)))
    words = unescape(_TAG.sub("", _CELL.sub(" ", html))).replace("\xa0", " ")
    words = _LINES_END.sub("\n", _PARAGRAPHS_END.sub("\n\n", words))
    lines = (" ".join(line.split()) for line in words.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def of_text(words: str) -> str:
    """Return plain text as HTML: paragraphs where lines are empty, breaks where lines end."""
    return paragraphs(escape(words, quote=False))


def paragraphs(html: str) -> str:
    """Return inline HTML with line ends in it as paragraphs."""
    parts = [part.strip() for part in re.split(r"\n\s*\n", html)]
    return "".join(f"<p>{part.replace(chr(10), '<br>')}</p>" for part in parts if part)


def anchor(address: str, words: str) -> str:
    """Return a link as the sanitiser would write it, or its words alone where the address is none."""
    address = web(address)
    shown = escape(words, quote=False)
    return f'<a href="{escape(address)}" rel="{REL}">{shown}</a>' if address else shown


def looks_like_html(words: str) -> bool:
    """Whether text has tags or character references in it, as feeds that do not say so often do."""
    return bool(re.search(r"<(?:/?[a-zA-Z][^<>]*|!--)>|&(?:[a-zA-Z]{2,8}|#\d{1,6}|#x[0-9a-fA-F]{1,5});", words))


def is_marked_up(words: str) -> bool:
    """Whether text is HTML beyond doubt: it ends an element, has one that needs no end, or names a character.

    ``vector<int>`` and ``the <div> element`` are words about markup, not marked up.
    """
    return bool(_MARKED.search(words))


def unwrapped(words: str) -> str:
    """Return words without what programs put around them once too often: a CDATA mark, or escaping of all markup."""
    words = words.replace("<![CDATA[", "").replace("]]>", "") if "<![CDATA[" in words else words
    if "<" not in words and words.startswith("&lt;") and words.endswith("&gt;") and "&lt;/" in words:
        return unescape(words)
    return words
