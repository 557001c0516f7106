"""The languages: every file whole and well written, the nearest one found, values filled in safely."""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets.share import ACTION_WORDS, WORDS
from widgets.words import (
    DEFAULT,
    FOLDER,
    KEYS,
    Catalog,
    Words,
    accepted,
    direction,
    plural_categories,
)

ROOT = Path(__file__).resolve().parents[2]
CATALOG = Catalog()
# Issue 2 names these.
PROMISED = (
    "en de fr es pt pt-BR it nl pl cs sv tr ru uk el ar he fa hi zh-Hans zh-Hant ja ko id vi".split()  # noqa: SIM905
)
# Loanwords that several languages write as English does.
LOANS = {"name_email", "name_fediverse", "name_qr", "text"}
# JSON of what six buttons with "copy" need; a Devanagari or Greek letter takes two or three bytes.
SUBSET_BYTES = 400
FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"

every_language = pytest.mark.parametrize("tag", CATALOG.languages)


def raw(tag: str) -> dict[str, str | dict[str, str]]:
    return json.loads((FOLDER / f"{tag}.json").read_text(encoding="utf-8"))


def values(tag: str) -> list[tuple[str, str]]:
    found = []
    for key, entry in raw(tag).items():
        found += [(key, entry)] if isinstance(entry, str) else [(f"{key}.{k}", v) for k, v in entry.items()]
    return found


def slots(text: str) -> list[str]:
    return sorted(re.findall(r"\{\w+\}", text))


# --- every file ---


def test_the_promised_languages_are_there():
    assert set(CATALOG.languages) >= set(PROMISED)


@every_language
def test_a_language_has_the_keys_of_english_in_their_order(tag):
    assert list(raw(tag)) == list(raw(DEFAULT))


def test_every_key_has_a_note_for_translators():
    assert set(KEYS) == set(raw(DEFAULT))


@every_language
def test_nothing_is_left_in_english(tag):
    english = dict(values(DEFAULT))
    same = {key for key, value in values(tag) if english.get(key) == value}
    assert tag == DEFAULT or same <= LOANS


@every_language
def test_placeholders_are_those_of_english(tag):
    for key, entry in raw(tag).items():
        if isinstance(entry, str):
            assert slots(entry) == slots(str(raw(DEFAULT)[key])), key
            assert not set(re.sub(r"\{\w+\}", "", entry)) & set("{}"), key


@every_language
def test_plural_forms_are_those_of_cldr(tag):
    words = CATALOG.words(tag)
    counted = {key: forms for key, forms in raw(tag).items() if isinstance(forms, dict)}
    assert set(counted) == {key for key, entry in raw(DEFAULT).items() if isinstance(entry, dict)} >= {"shares"}
    for key, forms in counted.items():
        assert list(forms) == plural_categories(words)
        for category, form in forms.items():
            meant = [n for n in range(500) if words.locale.plural_form(n) == category]
            assert slots(form) == ["{n}"] or (slots(form) == [] and len(meant) == 1), (key, category)


@every_language
def test_values_are_clean(tag):
    for key, value in values(tag):
        assert value == value.strip(), key
        assert unicodedata.is_normalized("NFC", value), key
        assert not re.search(r"[!！¡<>&\"\n\t'\u200e\u200f\u202a-\u202e\u2066-\u2069]|\.\.\.|  ", value), key


@every_language
def test_sentences_end_where_the_english_ones_do(tag):
    """A missing full stop, or one too many, is seen at once when two messages stand below each other."""
    ends = re.compile(r"[.。।]$")
    english = dict(values(DEFAULT))
    for key, value in values(tag):
        if key in english:
            assert bool(ends.search(value)) == bool(ends.search(english[key])), key


@every_language
def test_questions_have_the_mark_of_the_language(tag):
    marks = {"el": ";", "ar": "؟", "fa": "؟", "zh-Hans": "？", "zh-Hant": "？", "ja": "？", "fr": "\u202f?"}
    assert str(raw(tag)["server_title"]).endswith(marks.get(tag, "?"))


@every_language
def test_a_short_label_stands_in_what_the_button_does(tag):
    """WCAG 2.2, 2.5.3 Label in Name."""
    words = CATALOG.words(tag)
    for key in ("email", "sms", "fediverse", "copy", "print", "qr", "native"):
        assert words.name(key, "?").casefold() in words.share_label(key, "?").casefold(), key
    for key in ("rss", "email"):
        assert words.name(key, "?").casefold() in words.follow_label(key, "?", "me").casefold(), key
    assert words.name("x", "X") == "X"
    assert "Facebook" in words.share_label("facebook", "Facebook")
    assert "GitHub" in words.follow_label("github", "GitHub", "me")


@pytest.mark.parametrize(("one", "other"), [("pt", "pt-BR"), ("zh-Hans", "zh-Hant")])
def test_variants_differ_where_their_speakers_do(one, other):
    first, second = dict(values(one)), dict(values(other))
    differing = sum(first[key] != second[key] for key in first)
    assert differing > len(first) / 2


# Characters that only the other script has.
@pytest.mark.parametrize(
    ("tag", "foreign"),
    [("zh-Hans", "連結複製開關閉體頁應這訂閱電郵碼顯請選"), ("zh-Hant", "连结复开关闭体页应这订阅电邮码显请选")],
)
def test_chinese_is_of_one_script(tag, foreign):
    assert not {char for _, value in values(tag) for char in value} & set(foreign)


# --- direction ---


@every_language
def test_direction_is_that_of_cldr(tag):
    words = CATALOG.words(tag)
    assert words.dir == {"left-to-right": "ltr", "right-to-left": "rtl"}[words.locale.character_order]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Share", "ltr"), ("12 שיתוף", "rtl"), ("…", "ltr"), ("", "ltr"), ("مشاركة X", "rtl")],
)
def test_direction_is_that_of_the_first_strong_character(text, expected):
    assert direction(text) == expected


def test_values_in_right_to_left_words_are_isolated():
    said = CATALOG.words("he").text("follow_on", account="@me@example.social", network="X")
    assert said == "מעקב אחרי \u2068@me@example.social\u2069 ב-\u2068X\u2069"


def test_right_to_left_values_in_left_to_right_words_are_isolated_and_others_are_not():
    assert CATALOG.words("en").text("share_on", network="X") == "Share on X"
    assert CATALOG.words("en").text("share_on", network="בלוג") == "Share on \u2068בלוג\u2069"


@pytest.mark.parametrize("tag", ["en", "ar"])
def test_a_value_cannot_turn_the_sentence_around_it(tag):
    said = CATALOG.words(tag).text("server_unreachable", server="\u202eevil\u2069\u2066.example")
    assert "evil.example" in said
    assert said.count(FIRST_STRONG_ISOLATE) == said.count(POP_ISOLATE) == (1 if tag == "ar" else 0)


def test_braces_in_a_value_stay_what_they_are():
    said = CATALOG.words("en").text("follow_on", account="{network}{0.__class__}", network="X")
    assert said == "Follow {network}{0.__class__} on X"


def test_an_unknown_key_and_a_missing_value_are_our_mistakes():
    with pytest.raises(KeyError):
        CATALOG.words("en").text("nothing")
    with pytest.raises(KeyError):
        CATALOG.words("en").text("share_on")


# --- what travels ---


@every_language
def test_a_subset_is_small_and_ready_for_a_script(tag):
    words = CATALOG.words(tag)
    sent = words.subset([*WORDS.values(), *ACTION_WORDS["copy"]])
    short = {name: sent[key] for name, key in WORDS.items()} | {key: sent[key] for key in ACTION_WORDS["copy"]}
    assert len(json.dumps(short, ensure_ascii=False, separators=(",", ":")).encode()) <= SUBSET_BYTES
    assert short["on"].replace("{network}", "X") == words.text("share_on", network="X")


@every_language
def test_a_subset_can_be_taken_of_every_key(tag):
    assert list(CATALOG.words(tag).subset(KEYS)) == list(KEYS)


# --- counts, numbers and dates ---


@pytest.mark.parametrize(
    ("tag", "n", "said"),
    [
        ("en", 0, "0 shares"),
        ("en", 1, "1 share"),
        ("en", 1234, "1,234 shares"),
        ("de", 1234, "1.234-mal geteilt"),
        ("fr", 0, "0 partage"),
        ("fr", 1_000_000, "1\u202f000\u202f000 de partages"),
        ("pt", 0, "0 partilhas"),
        ("pt-BR", 0, "0 compartilhamento"),
        ("pl", 2, "2 udostępnienia"),
        ("pl", 5, "5 udostępnień"),
        ("ru", 21, "21 репост"),
        ("ru", 11, "11 репостов"),
        ("ar", 2, "مشاركتان"),
        ("ar", 3, "3 مشاركات"),
        ("he", 1, "שיתוף אחד"),
        ("fa", 1234, "۱٬۲۳۴ هم‌رسانی"),
        ("hi", 123456, "1,23,456 शेयर"),
        ("ja", 12, "12件の共有"),
    ],
)
def test_counts(tag, n, said):
    assert CATALOG.words(tag).plural("shares", n) == said


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("en", "Pocket closed on July 8, 2025."),
        ("de", "Pocket wurde am 8. Juli 2025 eingestellt."),
        ("ru", "8 июля 2025\u202fг. сервис Pocket прекратил работу."),
        ("ja", "Pocketは2025年7月8日に終了しました。"),
        ("fa", "سرویس \u2068Pocket\u2069 در تاریخ \u2068۸ ژوئیهٔ ۲۰۲۵\u2069 بسته شد."),
    ],
)
def test_dates(tag, said):
    words = CATALOG.words(tag)
    assert words.text("dead", network="Pocket", date=words.date(date(2025, 7, 8))) == said


# --- which language ---


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT", "de"),
        ("DE-ch-1996", "de"),
        ("de_DE", "de"),
        (" fr ", "fr"),
        ("pt", "pt"),
        ("pt-BR", "pt-BR"),
        ("pt-br-x-blog", "pt-BR"),
        ("pt-AO", "pt"),
        ("zh", "zh-Hans"),
        ("zh-CN", "zh-Hans"),
        ("zh-SG", "zh-Hans"),
        ("zh-TW", "zh-Hant"),
        ("zh-HK", "zh-Hant"),
        ("zh-MO", "zh-Hant"),
        ("zh-Hans-HK", "zh-Hans"),
        ("zh-Hant-CN", "zh-Hant"),
        ("zh-cmn-Hant", "zh-Hant"),
        ("yue-HK", "zh-Hant"),
        ("iw", "he"),
        ("iw-IL", "he"),
        ("in", "id"),
        ("nb", "en"),
        ("da-DK", "en"),
        ("english", "en"),
        ("../../etc/passwd", "en"),
        ("d", "en"),
        ("de-", "en"),
        ("de\x00", "en"),
        ("ＤＥ", "en"),
        ("de-" + "a" * 40, "en"),
        ("x" * 100_000, "en"),
    ],
)
def test_the_nearest_language(tag, expected):
    assert CATALOG.words(tag).lang == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", "en"),
        ("*", "en"),
        ("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", "fr"),
        ("en;q=0.5, de", "de"),
        ("nb, sv;q=0.5", "sv"),
        ("da;q=1, ru;q=0.3, uk;q=0.301", "uk"),
        ("de;q=0, it;q=0.1", "it"),
        ("de ; q=0.2 , nl ; Q=0.4", "nl"),
        ("de;q=2, fr;q=0.1", "fr"),
        ("de;q=nan, fr;q=-1", "en"),
        ("de;level=1, es", "es"),
        (",,;q=1,;, ja", "ja"),
        ("tlh," * 10_000 + "de", "en"),
    ],
)
def test_the_best_language_for_a_header(header, expected):
    assert CATALOG.best(header).lang == expected


def test_equal_weights_keep_their_order():
    assert accepted("fr;q=0.5, de;q=0.5, it") == ["it", "fr", "de"]


@given(st.text() | st.from_regex(r"[a-zA-Z]{1,9}([-_][a-zA-Z0-9]{0,9}){0,5}", fullmatch=True))
def test_no_tag_is_an_error(tag):
    assert CATALOG.words(tag).lang in CATALOG.languages


@given(st.text() | st.lists(st.sampled_from(["de", "fr;q=0.1", "*", ";q=", "q=1", "zh-TW;q=0.9"])).map(",".join))
def test_no_header_is_an_error(header):
    assert CATALOG.best(header).lang in CATALOG.languages


def test_a_language_is_one_file(tmp_path):
    for tag, entries in (("en", raw("en")), ("yi", raw("he"))):
        (tmp_path / f"{tag}.json").write_text(json.dumps(entries), encoding="utf-8")
    added = Catalog(tmp_path).words("yi-US")
    assert isinstance(added, Words)
    assert (added.lang, added.dir) == ("yi", "rtl")
