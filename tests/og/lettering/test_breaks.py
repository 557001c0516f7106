"""Where lines may end: cases by hand, and the rest held against another implementation of UAX 14."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from uniseg.linebreak import line_break_boundaries

from og.lettering.breaks import breaks

# "¦" stands where a line may end, "‖" where it must.
PLACES = [
    "How ¦we ¦cut",
    "e-¦mail ¦and ¦well-¦known",
    "from ¦-5 ¦to ¦10-15 ¦and ¦2026-01-02",
    "https://¦example.org/¦a/¦b?¦c=1",
    "price: ¦$1,299.00 ¦(10%–¦20% ¦off)",
    "“He ¦said ¦(no)”, ¦really?!",
    "« Bonjour » ¦dit-¦il ; ¦puis",
    "first‖second",
    "one‖‖two",
    "no\u00a0break ¦here",
    "zero\u200b¦width",
    "soft\u00ad¦hyphen",
    "我¦们¦说¦“你¦好”¦吗？¦（是¦的）",
    "行¦頭¦に¦「、」¦や¦「っ」¦が",
    "キャッ¦シュ¦の¦デー¦タ",
    "Flask¦ア¦プ¦リ¦を",
    "브라우저 ¦없이 ¦이미지를",
    "מדריך ¦ל-Flask",
    "कैसे ¦बनाएँ। ¦फिर",
    "👩🏽‍💻¦👨‍👩‍👧¦🇩🇪¦🇯🇵",
    "ภาษาไทย¦ไม่¦มี¦ช่อง¦ว่าง",
    "C++ ¦C# ¦and ¦.NET ¦in ¦/usr : ¦x",
    "Donau‐¦dampf",
    "npm ¦--save-¦dev ¦and ¦--env=x ¦a--¦b",
]


def marked(text: str) -> str:
    """The text with its places marked."""
    out, last = "", 0
    for item in breaks(text)[:-1]:
        out += text[last : item.next].replace("\n", "") + ("‖" if item.must else "¦")
        last = item.next
    return out + text[last:]


@pytest.mark.parametrize("expected", PLACES)
def test_lines_may_end(expected: str) -> None:
    text = expected.replace("¦", "").replace("‖", "\n")
    assert marked(text) == expected


@given(st.text("abc XYZ 123,.:!?/%$()[]{}-“”'\"—…漢字かナ。、「」ー\u00a0\u200b", max_size=30))
def test_the_places_are_those_of_another_implementation(text: str) -> None:
    text = " ".join(text.split())
    theirs = {place for place in line_break_boundaries(text) if 0 < place < len(text)}
    ours = {item.next for item in breaks(text)[:-1]}
    # Ours is the smaller rule set: what it must never do is part what the standard keeps together after a letter.
    odd = {place for place in ours - theirs if text[place - 1].isalpha() and text[place].isalpha()}
    assert not odd


@pytest.mark.parametrize("phrases", ["jp", "sc", "tc"])
def test_titles_break_between_phrases_only(phrases: str) -> None:
    text = (
        "ブラウザーを使わずに画像の描画時間を短縮する"
        if phrases == "jp"
        else "我们如何在没有浏览器的情况下缩短图片渲染时间"
    )
    few, many = breaks(text, phrases), breaks(text)
    assert {item.next for item in few} < {item.next for item in many}
    assert len(few) > 2


def test_a_soft_hyphen_shows_only_where_the_line_ends() -> None:
    assert [item.hyphen for item in breaks("soft\u00adhyphen word")] == [True, False, False]
