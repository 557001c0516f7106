"""What is wrong with the XML of real feeds, put right before a parser gives up on it: bytes in, bytes out.

Entities that a document declares itself can grow without end ("billion laughs"): such a document is refused. Only
those that stand for one character are put in its place, so that no parser sees a declaration. HTML's own entities,
ampersands that stand for themselves, numbers of no character and an encoding that is not the one in use make a
document that no strict parser reads, though every person does.
XML 1.0 §2.2, §4.1 and §4.3.3: https://www.w3.org/TR/xml/ (read 2026-11).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from html.entities import html5
from itertools import islice

from networks._errors import problem

# HTML 4 has 252 entities, which some feeds declare one by one.
MOST_ENTITIES = 300
# What stands before a document's first element: its declaration, a stylesheet, a doctype with HTML's entities.
MOST_PROLOGUE = 50_000
_ENTITY = re.compile(rb"<!ENTITY", re.I)
# One that stands for a character, or names a list of such (HTML's), which is not fetched.
_HARMLESS = re.compile(
    rb"""<!ENTITY\s+(?:%\s+[\w.-]{1,40}\s+PUBLIC\s+"[^"<>]{0,200}"\s+"[^"<>]{0,200}"|"""
    rb"""([\w.-]{1,40})\s+["'](&\#\w{1,7};)["'])\s*>""",
    re.I,
)
_REFERENCE = re.compile(rb"&(?:(#[xX][0-9a-fA-F]{1,12}|#[0-9]{1,12}|[A-Za-z][A-Za-z0-9]{0,31});)?")
_CHARSET = re.compile(r"charset\s{0,9}=\s{0,9}[\"']?([\w.:-]{1,40})", re.I)
_DECLARED = re.compile(rb"\A\s*<\?xml\b[^>]{0,200}?\bencoding\s{0,9}=\s{0,9}[\"']?\s{0,9}([\w.:-]{1,40})")
_OF_XML = frozenset((b"lt", b"gt", b"amp", b"quot", b"apos"))
_DECLARATION, _DOCTYPE = re.compile(rb"\s{0,99}<\?xml\b[^<>]{0,200}\?>"), re.compile(rb"<!doctype", re.I)
_START = re.compile(rb"(<[^\s<>\"'!?/][^\s<>\"']*+)(?:[^<>\"']|\"[^\"<]*+\"|'[^'<]*+')*+>")
_VALUE = re.compile(rb"=\s*+[\"']")
# Attributes of one element; roots that name all of podcasting's namespaces have 30. Python's XML reader looks at all
# of them for each of them.
MOST_ATTRIBUTES = 100
# Tags of one document; the largest real feeds of the corpus have 1,600. feedparser takes 30 microseconds for each
# where a document is only nearly XML.
MOST_TAGS = 100_000
# How many in words marked as text count as one: the largest document has no more than three times as many.
TEXT_TAGS = 3
# What XML 1.0 §2.2 has no place for, and some programs leave in words pasted into them; ESC begins letters of
# ISO-2022, SO and SI change them.
_CONTROLS = bytes(one for one in range(1, 32) if one not in b"\t\n\r\x0e\x0f\x1b")
_ELEMENT, _BLANKS = re.compile(rb"<\w"), re.compile(rb"\s\s+")
_ITEM, _ITEM_END = (re.compile(rb"<%s(?:\w{1,20}:)?(?:item|entry)(?=[\s>])" % end, re.I) for end in (b"", b"/"))
_OPENS, _CLOSES = b"<![CDATA[", b"]]>"
_ASIDE, _ENDS = re.compile(rb"<!--|<!\[CDATA\["), {b"<!--": b"-->", _OPENS: _CLOSES}
_BOMS = ((codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"),
         (codecs.BOM_UTF16_BE, "utf-16"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"),
         (b"\x4c\x6f\xa7\x94", "cp037"))  # fmt: skip
# What UTF-7 and escapes write in another way, and encodings that have no ASCII in them do too.
_ASCII = b'<!ENTITY "+AGE-" \\x61'
# Encodings whose letters are ASCII bytes, or take more than one of them.
_NOT_BYTES = re.compile(rb"utf|ucs|unicode|iso-?2022|hz", re.I)


def readable(body: bytes) -> bytes:
    """Return a document that a parser can read if anything can; raise BadReply where it declares what could grow."""
    body = _in_bytes(body).lstrip().translate(None, _CONTROLS)
    body = _START.sub(_with_few, _without_blanks(body))
    body = b"".join(_outspoken(body)) if _ENTITY.search(body) and b"\x1b" not in body else body
    declared = _entities(body)
    body = _HARMLESS.sub(b" ", body) if _ENTITY.search(body) else body
    return b"".join(_parts(body, declared)) if b"\x1b" not in body else body  # ISO-2022-JP has & inside of letters


def _with_few(start: re.Match[bytes]) -> bytes:
    """Return a start tag without its attributes where they are too many."""
    tag = start[0]
    if tag.count(b"=") <= MOST_ATTRIBUTES or len(_VALUE.findall(tag)) <= MOST_ATTRIBUTES:
        return tag
    return start[1] + (b"/>" if tag.endswith(b"/>") else b">")


def _without_blanks(body: bytes) -> bytes:
    """Return a document with single line ends before its first element, and one doctype: feedparser looks for the end
    of one from each line on.
    """
    first = _ELEMENT.search(body)
    if not first:
        return body
    prologue, rest = body[: first.start()], body[first.start() :]
    if len(prologue) > MOST_PROLOGUE or len(_DOCTYPE.findall(prologue)) > 1:
        found = _DECLARATION.match(prologue)
        return (found[0] if found else b"") + rest
    return _BLANKS.sub(b"\n", prologue) + rest


def few_tags(body: bytes) -> bytes:
    """Return a document without what is behind its first `MOST_TAGS`; of the item that they end in, nothing is left.

    What is marked as text (CDATA) has none; but what is a mark for us may be a comment's or a value's words for a
    parser, so that what looks like tags there counts for a part of one.
    """
    at, left = 0, MOST_TAGS * TEXT_TAGS
    while at < len(body):
        opens = body.find(_OPENS, at)
        closes = body.find(_CLOSES, opens) if opens >= 0 else -1
        until, onward = (opens, closes + len(_CLOSES)) if closes >= 0 else (len(body), len(body))
        tags, words = body.count(b"<", at, until) * TEXT_TAGS, body.count(b"<", until, onward)
        if tags > left:
            starts = re.compile(b"<").finditer(body, at, until)
            return _until(body, next(islice(starts, left // TEXT_TAGS, None)).start())
        if tags + words > left:
            return _until(body, until)
        left -= tags + words
        at = onward
    return body


def _until(body: bytes, end: int) -> bytes:
    """Return a document up to the last item that ends before a place, or to there where none does."""
    ends = [found.start() for found in _ITEM_END.finditer(body, 0, end)]
    return body[: body.find(b">", ends[-1]) + 1] if ends else body[:end]


def shortened(body: bytes, most: int) -> bytes:
    """Return a document without the items behind the first so many, which nobody would read, but with its end."""
    at = next((found.start() for number, found in enumerate(_ITEM.finditer(body)) if number == most), len(body))
    ends = _ITEM_END.findall(body[at:])
    return body[:at] + (body[body.rfind(ends[-1]) + len(ends[-1]) + 1 :] if ends else b"")


def _in_bytes(body: bytes) -> bytes:
    """Return a document in an encoding that has ASCII in it, and says which it is."""
    kind = next((kind for mark, kind in _BOMS if body.startswith(mark)), "")
    if kind:
        return _named_utf8(body.decode(kind, "replace").encode("utf-8", "replace"))
    found = _DECLARED.match(body)
    if found and (_hides_ascii(found[1].decode()) or (not _NOT_BYTES.search(found[1]) and _is_utf8(body))):
        return _named_utf8(body)  # whoever changed the letters forgot the declaration
    return body


def typed(mime: str) -> str:
    """Return a media type, without the encoding that it names where that is not the one of a `readable` document."""
    found = _CHARSET.search(mime)
    return mime.partition(";")[0] if found and _hides_ascii(found[1]) else mime


def _hides_ascii(encoding: str) -> bool:
    """Whether markup may be written otherwise than in ASCII, where nobody would look for it; then UTF-8 is read."""
    try:
        shown = _ASCII.decode(encoding, "replace")
    except (LookupError, ValueError):
        return encoding.lower().startswith(("unicode", "ucs", "iso-10646"))  # nobody's, and ASCII to be read
    return len(shown) != len(_ASCII) or not shown.startswith('<!ENTITY "+AGE-"')


def _named_utf8(body: bytes) -> bytes:
    found = _DECLARED.match(body)
    return body[: found.start(1)] + b"utf-8" + body[found.end(1) :] if found else body


def _is_utf8(body: bytes) -> bool:
    """Whether a document has letters beyond ASCII, and is UTF-8."""
    try:
        return bool(not body.isascii() and body.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _entities(body: bytes) -> dict[bytes, bytes]:
    """Return the entities that a document declares, by name, as the character's number; raise BadReply where one is
    more than a character.
    """
    seen = body.replace(b"\0", b"")
    declared = [_HARMLESS.match(seen, found.start()) for found in _ENTITY.finditer(seen)]
    if len(declared) > MOST_ENTITIES or not all(declared) or (declared and seen != body):
        raise problem("bad_reply", "The document declares entities.")
    return {found[1]: found[2] for found in declared if found and found[1]}


def _outspoken(body: bytes) -> Iterator[bytes]:
    """Yield a document whose CDATA sections that speak of ``<!ENTITY`` are the same text, escaped, and whose comments
    that do are gone: what declares nothing is no reason to refuse it, and a parser sees no such letters anyway.
    """
    at = 0
    while opens := _ASIDE.search(body, at):
        ending, (start, inner) = _ENDS[opens[0]], opens.span()
        end = body.find(ending, inner)
        if end < 0:
            break  # cut, or no section at all
        yield body[at:start]
        at = end + len(ending)
        said = body[inner:end]
        if not _ENTITY.search(said):
            yield body[start:at]
        elif ending == _CLOSES:
            yield said.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;")
        else:
            yield b"<!-- -->"
    yield body[at:]


def _parts(body: bytes, declared: Mapping[bytes, bytes]) -> Iterator[bytes]:
    """Yield a document with references that a parser knows, what is marked as text (CDATA) as it is."""
    at = 0
    while (opens := body.find(_OPENS, at)) >= 0:
        yield _referring(body[at:opens], declared)
        closes = body.find(_CLOSES, opens)
        if closes < 0:
            yield body[opens:] + _CLOSES  # the document was cut
            return
        at = closes + len(_CLOSES)
        yield body[opens:at]
    yield _referring(body[at:], declared)


def _referring(part: bytes, declared: Mapping[bytes, bytes]) -> bytes:
    return _REFERENCE.sub(lambda found: _reference(found, declared), part) if b"&" in part else part


def _reference(found: re.Match[bytes], declared: Mapping[bytes, bytes]) -> bytes:
    """Return a reference by number, or its letters where it means none."""
    named = found[1]
    if not named:
        return b"&amp;"
    if named.startswith(b"#"):
        number = int(named[2:], 16) if named[1:2] in b"xX" else int(named[1:])
        return found[0] if _is_character(number) else b""
    if named in _OF_XML:
        return found[0]
    if named in declared:
        return _REFERENCE.sub(lambda number: _reference(number, {}), declared[named])
    letters = html5.get(named.decode() + ";")
    return "".join(f"&#{ord(letter)};" for letter in letters).encode() if letters else b"&amp;" + named + b";"


def _is_character(number: int) -> bool:
    """Whether XML 1.0 §2.2 knows the character."""
    return number in (9, 10, 13) or 32 <= number < 0xD800 or 0xE000 <= number < 0xFFFE or 0xFFFF < number < 0x110000


def without_prologue(body: bytes) -> bytes:
    """Return a document from its first element on: comments, instructions and a doctype may stand before it."""
    found = re.match(rb"(?s)(?:\s*(?:<!--.*?-->|<\?.*?\?>|<!doctype\b[^>\[]*(?:\[.*?\]\s*)?>))*\s*", body, re.I)
    return body[found.end() if found else 0 :]


def without_prefix(body: bytes) -> bytes:
    """Return a document whose elements carry a prefix that nothing declares, without it; else nothing.

    Some programs write ``<rss:item>`` inside a plain ``<rss>`` and a broken XML declaration before it.
    """
    found = re.search(rb"<(\w{1,20}:)(?:item|entry)\b", body)
    if not found:
        return b""
    named = _DECLARED.match(body)
    bare = without_prologue(body).replace(b"</" + found[1], b"</").replace(b"<" + found[1], b"<")
    return b'<?xml version="1.0" encoding="' + (named[1] if named else b"utf-8") + b'"?>' + bare
