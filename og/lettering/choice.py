"""Which font draws which cluster: the style's own, else a bundled one, else one of the machine."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from og.lettering.fonts import BUNDLED, Face, bundled
from og.lettering.system import Installed, installed, standard_folders

# Characters that draw nothing of their own and that a font need not have (Default_Ignorable_Code_Point, the ones
# that `clean` lets through).
_SINGLE = (0xA, 0xAD, 0x34F, 0x61C, 0x180E, 0x3164, 0xFFA0)
_RANGES = ((0x180B, 0x180E), (0x200B, 0x2010), (0x2060, 0x2070), (0xFE00, 0xFE10), (0xE0000, 0xE1000))
IGNORABLE = frozenset(chain(_SINGLE, *(range(*ends) for ends in _RANGES)))
# Scripts written together with Han: one run, so that a Japanese sentence is not cut at every change (UAX 24 §3.1).
_HAN_LIKE = {"Hira": "Hani", "Kana": "Hani", "Bopo": "Hani"}
HAN_SCRIPTS = frozenset({"Hani", "Hang"})


class Choice(NamedTuple):
    """What draws a cluster: a face (None: no font has it), and whether that paints pictures."""

    face: Face | None
    emoji: bool = False


class Folders:
    """The folders of the operator's fonts, in force for the whole process."""

    own: tuple[Path, ...] = ()
    standard: bool = True


def use(folders: Sequence[Path], *, standard: bool = True) -> None:
    """Look for fonts in these folders first; ``standard`` says whether the machine's usual folders are read too."""
    if (Folders.own, Folders.standard) != (tuple(folders), standard):
        Folders.own, Folders.standard = tuple(folders), standard
        fonts_here.cache_clear()
        choose.cache_clear()


@lru_cache(maxsize=1)
def fonts_here() -> Installed:
    """Return the fonts of the machine, by name; found once."""
    return installed([*Folders.own, *(standard_folders() if Folders.standard else [])])


@lru_cache(maxsize=8192)
def choose(cluster: str, family: str, script: str, weight: int, region: str) -> Choice:
    """Return what draws a cluster in a family ("sans" or "mono"), a script (ISO 15924) and a Han region."""
    codes = tuple(code for code in map(ord, cluster) if code not in IGNORABLE)
    if not codes:
        return Choice(bundled(family))
    if any(map(_is_private, codes)):
        return Choice(None)  # each font has something of its own there
    picture = fonts_here().find_emoji(codes) if is_emoji(cluster) else None
    if picture is None:
        parts = tuple(map(ord, unicodedata.normalize("NFD", "".join(map(chr, codes)))))
        face = _text_face(codes, (family, script), weight, region)
        face = face or (_text_face(parts, (family, script), weight, region) if parts != codes else None)
        if face is not None:
            return Choice(face)
        picture = fonts_here().find_emoji(codes)  # a symbol that only the emoji font has
    return Choice(picture, emoji=picture is not None)


def _text_face(codes: tuple[int, ...], first: tuple[str, str], weight: int, region: str) -> Face | None:
    for key in dict.fromkeys((*first, *BUNDLED)):
        if key in BUNDLED and all(code in bundled(key).covers for code in codes):
            return bundled(key)
    return fonts_here().find(codes, weight, region if first[1] in HAN_SCRIPTS else "")


def _is_private(code: int) -> bool:
    return 0xE000 <= code <= 0xF8FF or code >= 0xF0000


def _parts(codes: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(map(ord, unicodedata.normalize("NFD", "".join(map(chr, codes)))))


@lru_cache(maxsize=8192)
def script_of(character: str) -> str:
    """Return a character's script (ISO 15924), "" for one that goes with any; HarfBuzz has the table (UAX 24)."""
    import uharfbuzz as hb  # type: ignore[import-untyped]

    buffer = hb.Buffer()
    buffer.add_codepoints([ord(character)])
    buffer.guess_segment_properties()
    script = buffer.script or ""
    return "" if script in ("Zyyy", "Zinh", "Zzzz") else _HAN_LIKE.get(script, script)


@lru_cache(maxsize=4096)
def is_emoji(cluster: str) -> bool:
    """Return whether a cluster is shown as a picture (UTS 51 §2): by itself, or as a selector or joiner asks."""
    if "\ufe0e" in cluster or max(cluster) < "\u20e3":
        return False
    return _emoji_pattern().match(cluster) is not None


@lru_cache(maxsize=1)
def _emoji_pattern():  # type: ignore[no-untyped-def] # noqa: ANN202 -- regex is loaded when a text needs it
    import regex

    return regex.compile(
        r"\p{Emoji_Presentation}|\p{Emoji}\ufe0f|[0-9#*]\u20e3"
        r"|\p{Extended_Pictographic}\p{Emoji_Modifier}|\p{Extended_Pictographic}\u200d\p{Extended_Pictographic}"
    )


def region_of(lang: str, text: str) -> str:
    """Return which forms of Han characters a text wants: by its language, else by the letters beside them."""
    parts = lang.lower().replace("_", "-").split("-")
    if parts[0] in ("ja", "ko"):
        return {"ja": "jp", "ko": "kr"}[parts[0]]
    if parts[0] in ("zh", "yue", "wuu", "hak", "nan"):
        if "hk" in parts or "mo" in parts or parts[0] == "yue":
            return "hk"
        return "tc" if {"hant", "tw"} & set(parts) or parts[0] in ("hak", "nan") else "sc"
    scripts = {_kind(character) for character in text}
    return "jp" if "kana" in scripts else "kr" if "hangul" in scripts else "sc"


def _kind(character: str) -> str:
    if "\u3040" <= character <= "\u30ff":
        return "kana"
    return "hangul" if "\uac00" <= character <= "\ud7a3" else ""
