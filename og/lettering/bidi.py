"""The Unicode bidirectional algorithm (UAX 9, revision 50): the level of every character.

Embeddings and overrides (X2-X7) are taken out of the text before (see `og.lettering.clean`); isolates are kept, and
paired brackets follow what they enclose (N0). Mirroring (L4) is HarfBuzz's work. Names of rules stand in brackets.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

# UAX 9, BD2.
MAX_DEPTH = 125
# Brackets open at a time that are still paired (BD16).
_MOST_OPEN = 63
# Whether a text has anything that goes from right to left, or an isolate or mark: else every level is 0.
_STEERED = re.compile(
    "[\u0590-\u08ff\u200f\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
# Blocks whose unassigned code points go from right to left (DerivedBidiClass.txt, @missing lines).
_RIGHT = (
    (0x0590, 0x05FF, "R"), (0x0600, 0x07BF, "AL"), (0x07C0, 0x085F, "R"), (0x0860, 0x08FF, "AL"),
    (0xFB1D, 0xFB4F, "R"), (0xFB50, 0xFDFF, "AL"), (0xFE70, 0xFEFF, "AL"),
    (0x10800, 0x10FFF, "R"), (0x1E800, 0x1EFFF, "R"),
)  # fmt: skip
_STRONG = {"L": 0, "R": 1, "AL": 1}
_ISOLATES = frozenset({"LRI", "RLI", "FSI"})
_NEUTRAL = frozenset({"B", "S", "WS", "ON", "LRI", "RLI", "FSI", "PDI"})
# Pairs that are not neighbours (BidiBrackets.txt), and canonical equals (UAX 9, BD16).
_ODD_PAIRS = {0x298D: 0x2990, 0x298F: 0x298E}
_EQUALS = {"\u232a": "\u3009"}
# Languages written from right to left, for texts without one strong letter (CLDR 48, layout/orientation).
_RTL_LANGUAGES = frozenset({"ar", "ckb", "dv", "fa", "he", "iw", "ks", "nqo", "ps", "sd", "syr", "ug", "ur", "yi"})


def base_level(text: str, lang: str = "") -> int:
    """Return 1 where the first strong letter goes from right to left [P2, P3], else 0; the language decides ties."""
    if _STEERED.search(text):
        found = _first_strong(_classes(text), 0, len(text))
        if found is not None:
            return found
    elif any(character.isalpha() for character in text):
        return 0
    return int(lang.lower().split("-")[0] in _RTL_LANGUAGES)


def levels(text: str, base: int) -> list[int] | None:
    """Return the level of every character, or None where all of them are 0."""
    if not base and not _STEERED.search(text):
        return None
    classes = _classes(text)
    found, partner = _explicit(classes, base)
    for sequence in _sequences(classes, found, partner):
        _resolve(text, classes, found, sequence, base)
    return found


def in_sight_order(levels: Sequence[int]) -> list[int]:
    """Return the indexes of runs from left to right, given each run's level [L2]."""
    order = list(range(len(levels)))
    for level in range(max(levels, default=0), 0, -1):
        start = 0
        while start < len(order):
            end = start
            while end < len(order) and levels[order[end]] >= level:
                end += 1
            order[start:end] = reversed(order[start:end])
            start = max(end, start + 1)
    return order


def _classes(text: str) -> list[str]:
    return [unicodedata.bidirectional(character) or _missing(ord(character)) for character in text]


def _missing(code: int) -> str:
    return next((kind for low, high, kind in _RIGHT if low <= code <= high), "L")


def _first_strong(classes: Sequence[str], start: int, end: int) -> int | None:
    """Return the direction of the first strong character outside of isolates, None if there is none [P2]."""
    depth = 0
    for kind in classes[start:end]:
        if kind in _ISOLATES:
            depth += 1
        elif kind == "PDI":
            depth = max(0, depth - 1)
        elif not depth and kind in _STRONG:
            return _STRONG[kind]
    return None


def _explicit(classes: list[str], base: int) -> tuple[list[int], dict[int, int]]:
    """Return levels by isolates alone [X1, X5a-X6a], and where each isolate ends."""
    ends = _isolate_ends(classes)
    found, stack, overflow, partner = [], [base], 0, {}
    for place, kind in enumerate(classes):
        if kind == "PDI" and overflow:
            overflow -= 1
        elif kind == "PDI" and len(stack) > 1:
            stack.pop()
        found.append(stack[-1])
        if kind not in _ISOLATES:
            continue
        end = ends.get(place, len(classes))
        odd = kind == "RLI" or (kind == "FSI" and _first_strong(classes, place + 1, end) == 1)
        level = (stack[-1] + 1) | 1 if odd else (stack[-1] + 2) & ~1
        if level > MAX_DEPTH or overflow:
            overflow += 1
        else:
            stack.append(level)
            if place in ends:
                partner[place] = end
    return found, partner


def _isolate_ends(classes: Sequence[str]) -> dict[int, int]:
    """Return for the place of each isolate's beginning the place of its end [BD9]."""
    ends, begun = {}, []
    for place, kind in enumerate(classes):
        if kind in _ISOLATES:
            begun.append(place)
        elif kind == "PDI" and begun:
            ends[begun.pop()] = place
    return ends


def _sequences(classes: Sequence[str], levels: Sequence[int], partner: dict[int, int]) -> list[list[int]]:
    """Return the isolating run sequences [X10, BD13] as lists of places, without boundary neutrals [X9]."""
    runs: list[list[int]] = []
    for place, kind in enumerate(classes):
        if kind == "BN":
            continue
        fits = runs and levels[runs[-1][-1]] == levels[place] and runs[-1][-1] not in partner
        # A run ends after an isolate's beginning even where what follows has its level again.
        if fits and classes[runs[-1][-1]] not in _ISOLATES:
            runs[-1].append(place)
        else:
            runs.append([place])
    by_start = {run[0]: run for run in runs}
    joined, taken = [], set()
    for run in runs:
        if run[0] in taken:
            continue
        whole = list(run)
        while whole[-1] in partner and partner[whole[-1]] in by_start:
            taken.add(partner[whole[-1]])
            whole += by_start[partner[whole[-1]]]
        joined.append(whole)
    return joined


def _resolve(text: str, classes: list[str], levels: list[int], places: list[int], base: int) -> None:
    """Set the levels of one isolating run sequence [W1-W7, N0-N2, I1, I2]."""
    level = levels[places[0]]
    before = _level_before(classes, levels, places[0], base)
    after = base if classes[places[-1]] in _ISOLATES else _level_after(classes, levels, places[-1], base)
    start, end = ("R" if max(level, edge) & 1 else "L" for edge in (before, after))
    kinds = _weak([classes[place] for place in places], start)
    _brackets(text, places, kinds, classes, (level, start))
    _neutrals(kinds, level, start, end)
    for place, kind in zip(places, kinds, strict=True):
        if kind == "R":
            levels[place] = level | 1
        elif kind == "L":
            levels[place] = level + (level & 1)
        else:  # a number
            levels[place] = (level + 2) & ~1


def _level_before(classes: Sequence[str], levels: Sequence[int], place: int, base: int) -> int:
    return next((levels[i] for i in range(place - 1, -1, -1) if classes[i] != "BN"), base)


def _level_after(classes: Sequence[str], levels: Sequence[int], place: int, base: int) -> int:
    return next((levels[i] for i in range(place + 1, len(classes)) if classes[i] != "BN"), base)


def _weak(kinds: list[str], start: str) -> list[str]:
    """Return the classes with marks, numbers and their signs resolved [W1-W7]."""
    strong = before = start
    for i, kind in enumerate(kinds):
        if kind == "NSM":  # W1
            kinds[i] = "ON" if before in _ISOLATES or before == "PDI" else before
        elif kind == "EN" and strong == "AL":  # W2
            kinds[i] = "AN"
        before = kinds[i]
        if kind in _STRONG:
            strong = kind
    kinds = ["R" if kind == "AL" else kind for kind in kinds]  # W3
    for i in range(1, len(kinds) - 1):  # W4
        same = kinds[i - 1] == kinds[i + 1]
        if same and (kinds[i], kinds[i + 1]) in (("ES", "EN"), ("CS", "EN"), ("CS", "AN")):
            kinds[i] = kinds[i + 1]
    _terminators(kinds)
    strong = start
    for i, kind in enumerate(kinds):  # W7
        if kind in ("L", "R"):
            strong = kind
        elif kind == "EN" and strong == "L":
            kinds[i] = "L"
    return kinds


def _terminators(kinds: list[str]) -> None:
    """Join signs such as % and currency to the number they stand at; other separators turn neutral [W5, W6]."""
    start = 0
    while start < len(kinds):
        end = start
        while end < len(kinds) and kinds[end] == "ET":
            end += 1
        if end > start and ((start and kinds[start - 1] == "EN") or (end < len(kinds) and kinds[end] == "EN")):
            kinds[start:end] = ["EN"] * (end - start)
        start = max(end, start + 1)
    kinds[:] = ["ON" if kind in ("ES", "ET", "CS") else kind for kind in kinds]


def _brackets(
    text: str, places: Sequence[int], kinds: list[str], classes: Sequence[str], at: tuple[int, str]
) -> None:
    """Give paired brackets the direction of what they enclose, or of what is before them [N0]."""
    level, start = at
    own = "R" if level & 1 else "L"
    for first, last in _pairs(text, places, kinds):
        inside = {_as_strong(kind) for kind in kinds[first + 1 : last]}
        if own in inside:
            found = own
        elif not inside & {"L", "R"}:
            continue
        else:
            found = next((k for k in map(_as_strong, reversed(kinds[:first])) if k in ("L", "R")), start)
        for bracket in (first, last):
            kinds[bracket] = found
            for i in range(bracket + 1, len(kinds)):  # marks on a bracket go with it
                if classes[places[i]] != "NSM":
                    break
                kinds[i] = found


def _as_strong(kind: str) -> str:
    return "R" if kind in ("EN", "AN") else kind


def _pairs(text: str, places: Sequence[int], kinds: Sequence[str]) -> list[tuple[int, int]]:
    """Return the pairs of brackets as indexes into a sequence, in order of the first [BD16]."""
    pairs: list[tuple[int, int]] = []
    begun: list[tuple[str, int]] = []
    for i, place in enumerate(places):
        character = text[place]
        if kinds[i] != "ON" or not unicodedata.mirrored(character):
            continue
        character = _EQUALS.get(character, character)
        category = unicodedata.category(character)
        if category == "Ps":
            if len(begun) == _MOST_OPEN:
                return []
            begun.append((_closing(character), i))
        elif category == "Pe":
            found = next((k for k in range(len(begun) - 1, -1, -1) if begun[k][0] == character), None)
            if found is not None:
                pairs.append((begun[found][1], i))
                del begun[found:]
    return sorted(pairs)


def _closing(opening: str) -> str:
    code = ord("\u3008") if opening == "\u2329" else ord(opening)
    near = _ODD_PAIRS.get(code) or (code + 1 if unicodedata.category(chr(code + 1)) == "Pe" else code + 2)
    return chr(near)


def _neutrals(kinds: list[str], level: int, start: str, end: str) -> None:
    """Give neutral stretches the direction on both sides of them, else the level's [N1, N2]."""
    i = 0
    while i < len(kinds):
        if kinds[i] not in _NEUTRAL:
            i += 1
            continue
        stop = i
        while stop < len(kinds) and kinds[stop] in _NEUTRAL:
            stop += 1
        before = _as_strong(kinds[i - 1]) if i else start
        after = _as_strong(kinds[stop]) if stop < len(kinds) else end
        kinds[i:stop] = [before if before == after else ("R" if level & 1 else "L")] * (stop - i)
        i = stop
