"""Fonts of the machine: found by their files' names, opened only when a character needs one.

Bundled fonts win over these, so that a picture of Latin, Greek, Cyrillic, Arabic, Hebrew, Devanagari or Thai text is
the same everywhere. See docs/fonts.md for what to install.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from og.lettering.fonts import Face, opened

# Where Debian, Fedora, Alpine and people put fonts (XDG Base Directory 0.8; fonts.conf(5)).
FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts")
# A full desktop has some 3,000; what comes after is not looked at.
MOST_FILES = 4_000
_SUFFIXES = frozenset({".ttf", ".otf", ".ttc", ".otc"})
_WEIGHTS = {
    "thin": 100, "hairline": 100, "extralight": 200, "ultralight": 200, "light": 300, "regular": 400, "book": 400,
    "normal": 400, "medium": 500, "semibold": 600, "demibold": 600, "bold": 700, "extrabold": 800, "ultrabold": 800,
    "black": 900, "heavy": 900,
}  # fmt: skip
_STYLE = re.compile(
    r"[-_ ]?((?:extra|ultra|semi|demi)?(?:bold|light)|thin|hairline|regular|book|normal|medium|black|heavy)$"
)
# Slanted and narrow cuts never stand in for upright ones, and these draw every character as a box.
_UNWANTED = re.compile("italic|oblique|condensed|lastresort|tofu|adobeblank|notdef")
# What is tried late: it looks odd between letters of Inter.
_LATE = (
    re.compile("unifont|bitmap|fallback"),
    re.compile("mono|code|typewriter"),
    re.compile("serif|kufi|nastaliq|song|ming"),
)
_REGION = re.compile(r"(?:cjk|sans|serif|gothic)[ _-]?(sc|tc|hk|jp|kr|cn|tw|ko|ja)(?![a-z])|(?:cjk)(sc|tc|hk|jp|kr)")
_REGIONS = {"cn": "sc", "tw": "tc", "ko": "kr", "ja": "jp"}


@dataclass(frozen=True)
class Family:
    """Files of one family by weight; a variable font stands at 400."""

    name: str
    files: dict[int, Path] = field(default_factory=dict)

    def nearest(self, weight: int) -> list[Path]:
        """Return the files, the nearest weight first; of two as near, the heavier (CSS Fonts 4 §5.2 for bold)."""
        return [self.files[w] for w in sorted(self.files, key=lambda w: (abs(w - weight), -w))]


@dataclass(frozen=True, eq=False)
class Installed:
    """What was found: families for text and families for emoji, the better first."""

    text: tuple[Family, ...] = ()
    emoji: tuple[Family, ...] = ()
    opened: dict[tuple[int, str], list[Face]] = field(default_factory=dict)

    def find(self, codes: Sequence[int], weight: int, region: str = "") -> Face | None:
        """Return the first face that has every code point; ``region`` ("sc", "tc", "hk", "jp", "kr") goes first."""
        faces = self.opened.get((weight, region))
        if faces is None:
            families = _by_region(self.text, region)
            found = (_of_region(path, region) for family in families for path in family.nearest(weight))
            faces = self.opened[weight, region] = [face for face in found if face is not None]
        return _having(faces, codes)

    def find_emoji(self, codes: Sequence[int]) -> Face | None:
        """Return the first face with pictures for every code point."""
        faces = self.opened.get((0, "emoji"))
        if faces is None:
            found = (opened(path, 0) for family in self.emoji for path in family.nearest(400))
            faces = self.opened[0, "emoji"] = [face for face in found if face is not None and face.has_pictures]
        return _having(faces, codes)


def _having(faces: Sequence[Face], codes: Sequence[int]) -> Face | None:
    for face in faces:
        covers = face.covers
        if codes[0] in covers and all(code in covers for code in codes):
            return face
    return None


def installed(folders: Sequence[Path]) -> Installed:
    """Return the fonts below folders, earlier folders first; what cannot be read is left out."""
    text: dict[tuple[int, str], Family] = {}
    emoji: dict[tuple[int, str], Family] = {}
    for order, path in _files(folders):
        stem = path.stem.lower().partition("[")[0]
        if _UNWANTED.search(stem):
            continue
        match = _STYLE.search(stem)
        weight, name = (_WEIGHTS[match[1]], stem[: match.start()]) if match else (400, stem)
        kept = emoji if "emoji" in stem else text
        kept.setdefault((order, name), Family(name)).files.setdefault(weight, path)
    return Installed(_ranked(text), _ranked(emoji))


def _ranked(families: dict[tuple[int, str], Family]) -> tuple[Family, ...]:
    return tuple(families[key] for key in sorted(families, key=lambda key: (key[0], *_rank(key[1]), key[1])))


def _rank(name: str) -> tuple[int, int]:
    late = next((len(_LATE) - i for i, pattern in enumerate(_LATE) if pattern.search(name)), 0)
    return late, 0 if "noto" in name else 1


def _files(folders: Sequence[Path]) -> Iterator[tuple[int, Path]]:
    left = MOST_FILES
    for order, folder in enumerate(folders):
        for path in _below(folder):
            left -= 1
            if left < 0:
                return
            yield order, path


def _below(folder: Path) -> Iterator[Path]:
    """Yield a folder's font files in an order that is the same on every file system."""
    for place, below, files in os.walk(folder, followlinks=False):
        below.sort()
        for name in sorted(files):
            if os.path.splitext(name)[1].lower() in _SUFFIXES:  # noqa: PTH122 -- thousands of names
                yield Path(place, name)


def standard_folders() -> list[Path]:
    """Return the usual folders; a process without a home has none of its own."""
    found = []
    for folder in FOLDERS:
        try:
            found.append(Path(folder).expanduser())
        except RuntimeError:
            continue
    return found


def _by_region(families: Sequence[Family], region: str) -> Sequence[Family]:
    """Return the families, without those of other regions before those of the wanted one."""
    if not region:
        return families
    return sorted(families, key=lambda family: _region(family.name) not in (region, ""))


def _region(name: str) -> str:
    match = _REGION.search(name)
    found = (match[1] or match[2]) if match else ""
    return _REGIONS.get(found, found)


def _of_region(path: Path, region: str) -> Face | None:
    """Return a file's face; of a collection (Noto Sans CJK) the one for the region."""
    first = opened(path, 0)
    if first is None or path.suffix.lower() not in (".ttc", ".otc") or not region:
        return first
    for index in range(min(first.siblings, 32)):
        face = opened(path, index)
        if face is not None and _region(face.family.lower()) == region and "mono" not in face.family.lower():
            return face
    return first
