"""``lang`` and ``dir``: the page's language as BCP 47 has it, and the direction it is written in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from og.reader.document import Document
from og.rule import Candidate, Rule, jsonld, meta, odd_meta

_TAG = re.compile(r"[a-zA-Z]{2,3}(?:-[a-zA-Z0-9]{2,8}){0,3}")
# Languages whose usual script runs from right to left (CLDR, layout.orientation).
RIGHT_TO_LEFT = frozenset(
    {"ar", "arc", "ary", "arz", "azb", "ckb", "dv", "fa", "glk", "he", "iw", "ku-arab", "lrc", "mzn", "nqo", "pnb"}
    | {"ps", "sd", "syr", "ug", "ur", "uz-arab", "yi"}
)


def _tag(value: str, _document: Document) -> str:
    """Return the language tag: ``de_AT.UTF-8`` is ``de-AT``, of ``en, de`` the first counts."""
    text = value.split(",")[0].split(".")[0].strip().replace("_", "-")
    return text if _TAG.fullmatch(text) and text.lower() not in ("und", "mul", "zxx") else ""


def _html(name: str) -> Candidate:
    return Candidate(f"html:{name}", lambda document: [document.tags.html.get(name, "")])


def _of_language(document: Document) -> Iterator[str]:
    tag, _ = LANG.choose(document)
    if tag:
        lower = str(tag).lower()
        yield "rtl" if lower in RIGHT_TO_LEFT or lower.split("-")[0] in RIGHT_TO_LEFT else "ltr"


def _direction(value: str, _document: Document) -> str:
    text = value.strip().lower()
    return text if text in ("ltr", "rtl") else ""


LANG = Rule(
    "lang",
    "lang",
    (_html("lang"), _html("xml:lang"), *meta("og:locale", "http-equiv:content-language", "content-language"),
     *meta("dc.language", "dcterms.language", "language"), *odd_meta("og:locale"),
     jsonld("inLanguage", "alternateName", "name")),
    _tag,
)  # fmt: skip
DIR = Rule("dir", "dir", (_html("dir"), Candidate("lang", _of_language)), _direction)
