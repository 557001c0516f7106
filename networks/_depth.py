"""Whether HTML of strangers is fit to be parsed: how deep it may nest, and what else makes parsers slow or large.

A parser that makes a tree takes time that grows with the square of the depth, writes formatting elements that are
never closed anew into every paragraph, and compares each attribute of a tag with all before it: a few thousand bytes
can cost seconds and gigabytes. So what is long is read here first, in one pass that makes no tree. It reckons too
much rather than too little: an end tag counts only where it surely closes what stands open. The rules of tokenizing
and of end tags are those of https://html.spec.whatwg.org/multipage/parsing.html (read 2026-11).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

# Browsers nest 512 deep (https://html.spec.whatwg.org/multipage/parsing.html, read 2026-11); unclosed elements that
# a parser would end by itself may count here as nested too, so some more.
DEEPEST = 1000
# Formatting elements written anew, in all: 335 bytes each were measured with lexbor, so that this is 100 MB.
MOST_REPEATED = 300_000
# Attributes of one tag, and the length from which they are counted. Real tags have some dozens.
MOST_ATTRIBUTES, LONG_TAG = 500, 2000
_BLANK = r"\t\n\f\r "
_ATTRIBUTE = (
    rf"(?:=[^{_BLANK}/>=]*+|[^{_BLANK}/>=]++)"
    rf"(?:[{_BLANK}]*+=[{_BLANK}]*+(?:\"[^\"]*+\"|'[^']*+'|(?![\"'>])[^{_BLANK}>]++))?+"
)
_ATTRIBUTES = rf"(?:[{_BLANK}/]++|{_ATTRIBUTE})*+"
_TOKEN = re.compile(
    rf"<(?:!--(?:-?>|.*?(?:--!?>|\Z))|(?P<cdata>!\[CDATA\[)[^>]*+|[!?][^>]*+|/(?![a-zA-Z])[^>]*+"
    rf"|(?P<end>/?)(?P<name>[a-zA-Z][^{_BLANK}/>]*+)(?P<attributes>{_ATTRIBUTES}))",
    re.DOTALL,
)
_ONE_ATTRIBUTE = re.compile(_ATTRIBUTE)
# What a script goes by that has a comment in it, and in that a script: its end is not the first end tag.
_IN_SCRIPT = re.compile(rf"<!---?>|<!--|-->|</?script(?=[{_BLANK}/>])", re.IGNORECASE)
# https://html.spec.whatwg.org/multipage/syntax.html#void-elements
_VOID = frozenset((
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr",
    "param", "keygen"
))  # fmt: skip
_UNREAD = frozenset(("script", "style"))
_RAW = frozenset(("script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"))
# What the end of one of these ends too, and what its own next start ends.
_ENDING = frozenset((
    "address", "applet", "article", "aside", "blockquote", "button", "center", "dd", "details", "dialog", "dir",
    "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "li",
    "listing", "main", "marquee", "menu", "nav", "object", "ol", "pre", "search", "section", "select",
    "summary", "table", "ul"
))  # fmt: skip
_IMPLIED = frozenset((
    "dd", "dt", "li", "optgroup", "option", "p", "rb", "rp", "rt", "rtc", "tbody", "td", "tfoot", "th", "thead",
    "tr"
))  # fmt: skip
_NEXT_ENDS = frozenset(("dd", "dt", "li", "option", "p", "td", "th", "tr"))
# https://html.spec.whatwg.org/multipage/parsing.html#formatting
_FORMATTING = frozenset((
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"
))  # fmt: skip
# In drawings and formulas most rules are others: void elements are none, scripts are not raw.
_FOREIGN = frozenset(("svg", "math"))
# HTML's own elements end a drawing, whatever stands open in it.
# https://html.spec.whatwg.org/multipage/parsing.html#parsing-main-inforeign
_BREAKING = frozenset((
    "b", "big", "blockquote", "body", "br", "center", "code", "dd", "div", "dl", "dt", "em", "embed", "font",
    "h1", "h2", "h3", "h4", "h5", "h6", "head", "hr", "i", "img", "li", "listing", "menu", "meta", "nobr", "ol",
    "p", "pre", "ruby", "s", "small", "span", "strike", "strong", "sub", "sup", "table", "tt", "u", "ul", "var"
))  # fmt: skip

# In these inside a drawing or a formula, HTML's rules hold again.
_INSIDE = frozenset(("annotation-xml", "desc", "foreignobject", "mi", "mn", "mo", "ms", "mtext", "title"))


def too_deep(html: str) -> bool:
    """Whether HTML may be nested deeper than any post or page is, or would else take a parser too long."""
    return len(html) > LONG_TAG and _Reckoning(html).too_much()


@dataclass
class _Reckoning:
    """What stands open while a document is read, at the most."""

    html: str
    open: list[str] = field(default_factory=list)
    formatting: int = 0
    repeated: int = 0
    foreign: int = 0  # svg and math that stand open
    passing: int = 0  # select and frameset, in which most tags are passed over, raw ones too
    inside: int = 0  # what stands open in those that is HTML again
    broken: bool = False  # whether that drawing may have ended by itself
    lost: bool = False  # whether end tags are no more believed

    def too_much(self) -> bool:
        """Read it to its end, or to where it is too much."""
        at = 0
        while (start := self.html.find("<", at)) >= 0:
            token = _TOKEN.match(self.html, start)
            if token is None:  # a sign alone
                at = start + 1
                continue
            at = token.end()
            if token["cdata"]:
                self.lost |= self.foreign > 0
            elif token["name"]:
                at = self._tag(token, at)
            if len(self.open) > DEEPEST or self.repeated > MOST_REPEATED or at < 0:
                return True
        return False

    def _tag(self, token: re.Match[str], at: int) -> int:
        """Take a tag into account; return where to read on, -1 where it has too many attributes."""
        name, attributes = token["name"].lower(), token["attributes"]
        if len(attributes) > LONG_TAG and _many(attributes):
            return -1
        if token["end"]:
            self._end(name)
            return at
        self._start(name, attributes)
        raw = name in _RAW and not self.foreign and not self.passing
        return _after_raw(self.html, name, at) if raw else at

    def _start(self, name: str, attributes: str) -> None:
        self.repeated += self.formatting
        if name in _VOID and not self.foreign:
            return
        self.broken |= self.foreign > 0 and name in _BREAKING
        if self.foreign and attributes.endswith("/") and not (self.broken or self.inside):
            return
        if name in _NEXT_ENDS and self.open and self.open[-1] == name and not self.foreign:
            return  # the new one for the one before
        self.open.append(name)
        self._count(name, 1)

    def _end(self, name: str) -> None:
        """Take away what an end tag surely ends: the last one opened, with what it ends by implication."""
        self.broken |= self.foreign > 0 and name in ("p", "br")
        last, exact = len(self.open) - 1, name not in _ENDING or self.foreign > 0
        while last >= 0 and self.open[last] != name and self.open[last] in _IMPLIED and not exact:
            last -= 1
        if last < 0 or self.open[last] != name or self.lost:
            return
        del self.open[last:]
        self._count(name, -1)

    def _count(self, name: str, by: int) -> None:
        self.formatting += by * (name in _FORMATTING)
        self.foreign += by * (name in _FOREIGN)
        self.inside += by * (self.foreign > 0 and name in _INSIDE)
        self.broken &= self.foreign > 0
        self.passing += by * (name in ("select", "frameset"))


def _after_raw(html: str, name: str, at: int) -> int:
    """Return where the end tag of an element begins whose content is text."""
    if name == "script":
        return _after_script(html, at)
    end = re.compile(rf"</{name}(?=[{_BLANK}/>])", re.IGNORECASE).search(html, at)
    return end.start() if end else len(html)


def _after_script(html: str, at: int) -> int:
    """A script that stands in a comment in a script ends first (the "double escaped" states)."""
    commented = inner = False
    for found in _IN_SCRIPT.finditer(html, at):
        mark = found[0].lower()
        if mark == "</script" and not inner:
            return found.start()
        inner = commented and (mark == "<script" or (inner and mark == "<!--"))
        commented = mark not in ("-->", "<!-->", "<!--->") and (commented or mark == "<!--")
        inner = inner and commented
    return len(html)


def whole_tags(html: str) -> str:
    """Return HTML without comments, scripts and what is no tag, for a parser that comes back to each of those.

    Python's `html.parser` takes time that grows with the square of the number of tags that never end
    (https://github.com/python/cpython/issues/135462, CVE-2025-6069).
    """
    pieces, at = [], 0
    while (start := html.find("<", at)) >= 0:
        pieces.append(html[at:start])
        token = _TOKEN.match(html, start)
        at = token.end() if token else start + 1
        if token is None:
            pieces.append("&lt;")
        elif not html.startswith(">", at):
            continue  # a comment; or the document ends in it
        elif token["name"] is None:
            at += 1
        else:
            name, raw = token["name"].lower(), at + 1
            at = _after_raw(html, name, raw) if name in _RAW and not token["end"] else raw
            pieces += [html[start:raw], "" if name in _UNREAD else html[raw:at].replace("<", "&lt;")]
    return "".join([*pieces, html[at:]])


def _many(attributes: str) -> bool:
    return sum(1 for _ in _ONE_ATTRIBUTE.finditer(attributes)) > MOST_ATTRIBUTES
