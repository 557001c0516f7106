"""Read one field of a card: what is of a wrong kind is refused, what is only odd is put right and said.

Texts come from strangers' pages: half characters (lone surrogates), control characters and marks that turn the
direction of text around them are taken out here, so that nothing below meets them.
"""

from __future__ import annotations

import difflib
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from core.errors import Invalid
from og.drawing.colours import parsed

# C0 and C1 controls but for tab and line feed, and the marks of UAX #9 §2 that override or embed a direction.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]")
_SPACES = re.compile(r"\s+")
_BLANK_LINES = re.compile(r"\n\s*\n\s*")
# Marks on one letter: no orthography stacks more than four; the flood of "Zalgo" text would paint over all else.
_MOST_MARKS = 4
# Numbers beyond this are no words for people.
_LARGE = 10**15
# BCP 47 (RFC 5646 §2.1) in so far as we look at it: letters, digits and hyphens.
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8}){0,4}")


def text(data: Mapping[str, Any], name: str, most: int, warnings: list[str], lines: Iterable[str] = ()) -> str:
    """Return a text field, at most ``most`` characters; line ends are kept in the fields that ``lines`` names."""
    value = data.get(name)
    if value is None or value == "":
        return ""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value) if abs(value) < _LARGE else ""
    if not isinstance(value, str):
        raise Invalid(f"{name} is a text.", field=name)
    cleaned = clean(value[: most * 4], keep_lines=name in lines)
    if len(cleaned) > most or len(value) > most * 4:
        warnings.append(f"{name} was cut to {most:,} characters.")
        cleaned = cleaned[:most].rstrip()
    return cleaned


def clean(value: str, *, keep_lines: bool) -> str:
    """Return text without what no card shows: halves of characters, controls, floods of marks."""
    whole = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    whole = whole.replace("\r\n", "\n").replace("\r", "\n")
    whole = few_marks(unicodedata.normalize("NFC", _CONTROLS.sub("", whole)))
    if keep_lines:
        return _BLANK_LINES.sub("\n\n", whole).strip("\n").rstrip() if whole.strip() else ""
    return _SPACES.sub(" ", whole).strip()


def few_marks(value: str) -> str:
    """Return text with at most four combining marks on a letter (Unicode categories Mn and Me)."""
    if value.isascii():
        return value
    kept: list[str] = []
    marks = 0
    for character in value:
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if marks <= _MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def texts(data: Mapping[str, Any], name: str, most: int, count: int, warnings: list[str]) -> tuple[str, ...]:
    """Return a list of short texts; a single text is a list of one."""
    value = data.get(name)
    if value in (None, ""):
        return ()
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, (list, tuple)):
        raise Invalid(f"{name} is a list of texts.", field=name)
    if len(value) > count:
        warnings.append(f"Only the first {count} of {name} are shown.")
    found = (text({name: item}, name, most, warnings) for item in value[:count])
    return tuple(item for item in found if item)


def whole(value: Any, usual: int, name: str, *, code: str = "impossible_size") -> int:
    """Return a whole number; digits in a text count as one."""
    if value in (None, ""):
        return usual
    if isinstance(value, str) and re.fullmatch(r"\d{1,9}", value.strip()):
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    raise Invalid(f"{name} is a whole number.", code=code, field=name)


def percent(value: Any, warnings: list[str]) -> float | None:
    """Return a number from 0 to 100, or None; a percent sign may stand behind it."""
    if value in (None, ""):
        return None
    try:
        number = float(value.strip().removesuffix("%")) if isinstance(value, str) else float(value)
    except (TypeError, ValueError, OverflowError) as exc:
        raise Invalid("progress is a number from 0 to 100.", field="progress") from exc
    if isinstance(value, bool) or not math.isfinite(number):
        raise Invalid("progress is a number from 0 to 100.", field="progress")
    if not 0 <= number <= 100:
        warnings.append("progress goes from 0 to 100.")
    return round(min(100.0, max(0.0, number)), 1)


def language(value: Any, warnings: list[str]) -> str:
    """Return a language tag (BCP 47), or the empty string for what is none."""
    if value in (None, ""):
        return ""
    if isinstance(value, str) and _LANGUAGE.fullmatch(value.strip()):
        return value.strip().replace("_", "-")
    warnings.append("lang is no language tag such as en or pt-BR: it is left out.")
    return ""


def colour(theme: Mapping[str, Any], name: str, warnings: list[str]) -> str:
    """Return a colour as #rrggbb, or the empty string and a warning for what is none."""
    value = theme.get(name)
    if value in (None, ""):
        return ""
    found = parsed(value) if isinstance(value, str) else None
    if found is None:
        warnings.append(f"theme.{name} is no colour we know: the layout's own is used.")
        return ""
    return "#{:02x}{:02x}{:02x}".format(*found)


def choice(data: Mapping[str, Any], name: str, among: tuple[str, ...], warnings: list[str]) -> str:
    """Return one of several words, or the empty string and a warning."""
    value = data.get(name)
    if value in (None, ""):
        return ""
    if isinstance(value, str) and value.lower() in among:
        return value.lower()
    warnings.append(f"theme.{name} is one of {', '.join(among)}: the layout's own is used.")
    return ""


def address(data: Mapping[str, Any], name: str, most: int, warnings: list[str]) -> str:
    """Return the address (or on the command line the path) of a picture; ``{"url": …}`` is read too."""
    value = data.get(name)
    if isinstance(value, Mapping):
        value = value.get("url")
    if value in (None, ""):
        return ""
    if not isinstance(value, str):
        raise Invalid(f"{name} is the address of a picture.", field=name)
    found = value.strip()
    if len(found) > most or _CONTROLS.search(found) or not found.isprintable():
        warnings.append(f"{name}: that is no address of a picture.")
        return ""
    return found


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return a question about the nearest name we know, in brackets, or the empty string."""
    near = difflib.get_close_matches(name[:40], list(known), 1)
    return f" (did you mean {near[0]!r}?)" if near else ""
