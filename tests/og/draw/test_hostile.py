"""Cards made to do harm: a clear error or a card, soon, and within the memory a worker has."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from core.errors import Invalid
from og.draw import draw
from og.layouts import BUILT_IN

ROOT = Path(__file__).resolve().parents[3]
ZALGO = "Z" + "".join(chr(0x300 + n % 0x70) for n in range(400))
TEXTS = {
    "a megabyte": "word " * 200_000,
    "one long word": "W" * 1_000_000,
    "zero width": "a" + "\u200b\u200d\u2060\ufeff" * 20_000 + "b",
    "zero width only": "\u200b" * 5000,
    "marks": ZALGO * 50,
    "overrides": "\u202e\u2066" * 5000 + "abc",
    "isolates in turn": "a\u2067b\u2069" * 600,
    "surrogates": "\ud800" * 5000,
    "controls": "".join(map(chr, range(32))) * 100,
    "families": "👨‍👩‍👧‍👦" * 300,
    "joiners": "👩" + "\u200d👩" * 700,
    "flags": "🇩" * 1999,
    "line feeds": "\n" * 5000 + "a",
    "lines": "a\n" * 1000,
    "tags": "\U000e0041" * 2000,
    "noncharacters": "\ufffe\uffff\U0010ffff" * 600,
    "private": "\ue000\U00100000" * 900,
    "arabic letters without a space": "ب" * 2000,
    "both ways": "אa" * 1000,
    "devanagari": "क्" * 900,
    "hangul letters": "\u1100\u1161\u11a8" * 600,
    "formats": "{title}{0.__class__} %s {{7*7}} ${x} <script>",
}
WORDS = ("title", "description", "site", "author", "badge")
FIELDS = ("title", "progress", "facts", "theme", "avatar", "lang", "format", "date", "qr", "size")
# Seconds for one card of each layout: a sleeping machine is not a hang, which would be minutes.
SOON = 60.0


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_made_to_do_harm_is_a_card_soon(name: str) -> None:
    begun = time.monotonic()
    for layout in ("article", "code", "post"):
        made = draw({"layout": layout, **dict.fromkeys(WORDS, TEXTS[name])})
        assert made.width == 1200
        assert len(made.alt) <= 420
    assert time.monotonic() - begun < SOON


@pytest.mark.parametrize(("width", "height"), [(10**9, 10**9), (10**9, 1), (2**63, 2**63), (-1, -1), (65, 63)])
def test_an_impossible_size_is_an_error(width: int, height: int) -> None:
    with pytest.raises(Invalid):
        draw({"title": "A", "width": width, "height": height})


@pytest.mark.parametrize("value", [{"a": 1}, ["x"], True, 1e308, float("inf")])
@pytest.mark.parametrize("field", FIELDS)
def test_any_json_is_a_card_or_an_error(field: str, value: Any) -> None:
    refused = ""
    try:
        draw({"title": "A", field: value})
    except Invalid as problem:
        refused = problem.field
    assert refused in ("", field)


def test_dates_that_are_none() -> None:
    for date in ("2026-99-99", "0000-00-00", "2026-02-30T99:99", "1" * 200, "٢٠٢٦-١٢-٣١"):
        assert draw({"layout": "event", "title": "A", "date": date, "lang": "xx-nonsense"}).data


def test_what_a_template_language_would_run_is_only_shown() -> None:
    made = draw({"title": "{site}", "site": "{title}{description}"})
    assert made.alt == "{site}"


# A process's own peak: getrusage would tell that of the process it was forked from, where that is larger.
GROWTH = """
import re, resource, sys
from pathlib import Path
sys.path.insert(0, {root!r})
from og.card import SIZES
from og.draw import draw
from og.layouts import BUILT_IN
kinds, sizes = ("png", "jpg", "webp"), list(SIZES)
for n in range(90):
    colour = "#%06x" % (n * 99991 % 0xffffff)
    draw({{"title": "A title %d " % n * (n % 9 + 1), "layout": BUILT_IN[n % 13], "format": kinds[n % 3],
          "size": sizes[n % len(sizes)], "theme": {{"background": colour}}}})
status = Path("/proc/self/status")
if status.exists():
    print(re.search(r"VmHWM:\\s+(\\d+)", status.read_text())[1])
else:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_all_sizes_layouts_and_many_colours_stay_within_the_memory() -> None:
    """120 MB for the whole process, interpreter and fonts included (the budget of the drawing)."""
    assert len(BUILT_IN) == 13
    code = GROWTH.format(root=str(ROOT))
    out = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT)
    assert int(out.stdout) < 120_000
