"""Find a page's encoding in the order of the WHATWG, and give the page as UTF-8.

Order (https://html.spec.whatwg.org/multipage/parsing.html#determining-the-character-encoding, 2026-11):
byte order mark, the charset of the HTTP header, what the page declares, detection. Only labels of the Encoding
Standard count (https://encoding.spec.whatwg.org/#names-and-labels): ``latin1`` and ``ascii`` mean windows-1252.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from functools import cache
from itertools import islice

from og.reader.scan import ATTRIBUTES, Attributes, attributes

# The standard looks at 1,024 bytes, browsers go on and read again when a declaration comes late; so far do we look.
PRESCAN = 65_536
# Bytes with a declared encoding missing that detection is given: more than enough letters, little time.
SAMPLE = 32_768
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_BE, "utf-16be"), (codecs.BOM_UTF16_LE, "utf-16le"))
_XML = re.compile(rb"<\?xml[^>]{0,200}?\sencoding\s*=\s*[\"']([\w.:-]{1,40})[\"']")
_META = re.compile(rb"<meta(?=[\t\n\f\r />])", re.IGNORECASE)
_REST = re.compile(f"({ATTRIBUTES})>".encode())
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
# Metas looked at: the declaration is among the first, and each may take some time.
MOST_METAS = 100
_COMMENT = re.compile(rb"<!--[^-]*+(?:-(?!->)[^-]*+)*+(?:-->|\Z)")
_ASCII = bytes(range(128))
_HEADER = re.compile(r";\s*charset\s*=\s*[\"']?([^\s\"';]{1,40})", re.IGNORECASE)

# Each line: the standard's name, Python's codec, then the labels; a line that is set in goes on.
_TABLE = """
utf-8 utf-8 unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf8 x-unicode20utf8
ibm866 cp866 866 cp866 csibm866
iso-8859-2 iso8859-2 csisolatin2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2 latin2
iso-8859-3 iso8859-3 csisolatin3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3 latin3
iso-8859-4 iso8859-4 csisolatin4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 l4 latin4
iso-8859-5 iso8859-5 csisolatincyrillic cyrillic iso-ir-144 iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988
iso-8859-6 iso8859-6 arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6-e iso-8859-6-i
    iso-ir-127 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987
iso-8859-7 iso8859-7 csisolatingreek ecma-118 elot_928 greek greek8 iso-ir-126 iso8859-7 iso88597 iso_8859-7
    iso_8859-7:1987 sun_eu_greek
iso-8859-8 iso8859-8 csiso88598e csisolatinhebrew hebrew iso-8859-8-e iso-ir-138 iso8859-8 iso88598 iso_8859-8
    iso_8859-8:1988 visual
iso-8859-8-i iso8859-8 csiso88598i logical
iso-8859-10 iso8859-10 csisolatin6 iso-ir-157 iso8859-10 iso885910 l6 latin6
iso-8859-13 iso8859-13 iso8859-13 iso885913
iso-8859-14 iso8859-14 iso8859-14 iso885914
iso-8859-15 iso8859-15 csisolatin9 iso8859-15 iso885915 iso_8859-15 l9
iso-8859-16 iso8859-16
koi8-r koi8-r cskoi8r koi koi8 koi8_r
koi8-u koi8-u koi8-ru
macintosh mac-roman csmacintosh mac x-mac-roman
windows-874 cp874 dos-874 iso-8859-11 iso8859-11 iso885911 tis-620
windows-1250 cp1250 cp1250 x-cp1250
windows-1251 cp1251 cp1251 x-cp1251
windows-1252 cp1252 ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1
    iso88591 iso_8859-1 iso_8859-1:1987 l1 latin1 us-ascii x-cp1252
windows-1253 cp1253 cp1253 x-cp1253
windows-1254 cp1254 cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 l5
    latin5 x-cp1254
windows-1255 cp1255 cp1255 x-cp1255
windows-1256 cp1256 cp1256 x-cp1256
windows-1257 cp1257 cp1257 x-cp1257
windows-1258 cp1258 cp1258 x-cp1258
x-mac-cyrillic mac-cyrillic x-mac-ukrainian
gbk gb18030 chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 iso-ir-58 x-gbk
gb18030 gb18030
big5 big5hkscs big5-hkscs cn-big5 csbig5 x-x-big5
euc-jp euc-jp cseucpkdfmtjapanese x-euc-jp
iso-2022-jp iso2022-jp csiso2022jp
shift_jis cp932 csshiftjis ms932 ms_kanji shift-jis sjis windows-31j x-sjis
euc-kr cp949 cseuckr csksc56011987 iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 windows-949
utf-16be utf-16-be unicodefffe
utf-16le utf-16-le csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16
x-user-defined cp1252
"""


@cache
def labels() -> dict[str, tuple[str, str]]:
    """Return the standard's name and Python's codec by label. Those it maps to ``replacement`` are left out."""
    found: dict[str, tuple[str, str]] = {}
    for line in _TABLE.replace("\n    ", " ").strip().splitlines():
        name, codec, *others = line.split()
        for label in (name, *others):
            found[label] = (name, codec)
    return found


def named(label: str) -> str:
    """Return the standard's name for a label, or the empty string."""
    found = labels().get(label.strip(" \t\n\f\r").lower())
    return found[0] if found else ""


def charset_in(content_type: str) -> str:
    """Return the label in a Content-Type value, or the empty string."""
    match = _HEADER.search(content_type)
    return match[1] if match else ""


def is_xml(content_type: str) -> bool:
    """Tell whether a page was sent as XHTML, the one type of HTML that is XML (RFC 3236)."""
    return content_type.partition(";")[0].strip().lower() == "application/xhtml+xml"


def marked(html: bytes) -> str:
    """Return the encoding that a byte order mark names, or the empty string."""
    return next((name for mark, name in _BOMS if html.startswith(mark)), "")


def encoding_of(html: bytes, content_type: str = "") -> str:
    """Return the standard's name of a page's encoding; never empty."""
    return marked(html) or named(charset_in(content_type)) or _believed(_declared(html), html) or _detected(html)


def as_utf8(html: bytes, content_type: str = "") -> tuple[bytes, str]:
    """Return the page in UTF-8 without a byte order mark, and the name of the encoding it came in."""
    name = encoding_of(html, content_type)
    if name == "utf-8":
        return html.removeprefix(codecs.BOM_UTF8), name
    text = html.decode(labels()[name][1], "replace").removeprefix("\ufeff")
    return text.encode("utf-8", "replace"), name


def _declared(html: bytes) -> str:
    """Return what the page itself says. One that says UTF-16 in bytes we could read is UTF-8 (HTML §13.2.3.2)."""
    start = html[:PRESCAN]
    if b"<!--" in start:
        start = _COMMENT.sub(b"", start)
    name = next((known for label in _labels_in(start) if (known := named(label))), "")
    if name.startswith("utf-16"):
        return "utf-8"
    return "windows-1252" if name == "x-user-defined" else name


def _labels_in(start: bytes) -> Iterator[str]:
    """Yield what a page says of its encoding; a description that speaks of ``charset=`` says nothing of its own."""
    if match := _XML.match(start):
        yield match[1].decode("ascii", "replace")
    for place in islice(_META.finditer(start), MOST_METAS):
        if match := _REST.match(start, place.end()):
            yield _label_of(attributes(match[1]))


def _label_of(found: Attributes) -> str:
    content = (found.get("content") or found.get("value", "")).strip()
    typed = found.get("http-equiv", "").strip().lower() == "content-type" or content.startswith("text/")
    said = _CHARSET.search(content) if typed else None
    return found.get("charset", "").strip() or (said[1] if said else "")


def _believed(declared: str, html: bytes) -> str:
    """Return UTF-8 where the bytes are that although the page says otherwise: it was re-encoded, its tag was not.

    Text of another encoding that happens to be sound UTF-8 over several letters does not occur by chance.
    """
    if declared in ("", "utf-8") or html.isascii():
        return declared
    letters = len(html[:PRESCAN].translate(None, _ASCII))
    return "utf-8" if letters > 8 and _is_utf8(html) else declared


def _detected(html: bytes) -> str:
    """Return UTF-8 where the bytes are that, else what the letters look like, else windows-1252."""
    if html.isascii() or _is_utf8(html):
        return "utf-8"
    import chardet

    first = next((i for i, byte in enumerate(html[:PRESCAN]) if byte > 127), 0)
    start = max(0, first - 1024)
    name = _of_codec(chardet.detect(html[start : start + SAMPLE])["encoding"] or "")
    return name if name and not name.startswith("utf") else "windows-1252"


def _of_codec(guess: str) -> str:
    """Return the standard's name for what a detector calls an encoding, or the empty string."""
    if found := named(guess):
        return found
    try:
        codec = codecs.lookup(guess).name
    except LookupError:
        return ""
    return next((name for name, python in labels().values() if codecs.lookup(python).name == codec), "")


def _is_utf8(html: bytes) -> bool:
    """Tell whether the bytes are UTF-8; a character cut at the very end does not count."""
    try:
        html.decode("utf-8")
    except UnicodeDecodeError as exc:
        return exc.start >= len(html) - 3 and exc.reason == "unexpected end of data"
    return True
