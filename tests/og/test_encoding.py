"""Encodings: the order of the WHATWG, its labels only, and text that is sent as something else than it says."""

from __future__ import annotations

import pytest

from og.preview import from_html
from og.reader.encoding import as_utf8, encoding_of, labels

# A title for each encoding, long enough for letters to be counted.
TEXTS = {
    "windows-1251": "Новости дня: погода в Москве и Санкт-Петербурге на завтра",
    "koi8-r": "Новости дня: погода в Москве и Санкт-Петербурге на завтра",
    "shift_jis": "今日のニュース：東京の天気と明日の予報をお伝えします",
    "euc-jp": "今日のニュース：東京の天気と明日の予報をお伝えします",
    "iso-2022-jp": "今日のニュース：東京の天気",
    "gbk": "今天的新闻：北京的天气以及明天的预报",
    "big5": "今天的新聞：台北的天氣以及明天的預報",
    "euc-kr": "오늘의 뉴스: 서울의 날씨와 내일의 예보를 전해 드립니다",
    "windows-1252": "Grüße aus München – „schön“ für 5 €",
    "iso-8859-2": "Zażółć gęślą jaźń w Łodzi",
    "windows-1253": "Τα νέα της ημέρας: ο καιρός στην Αθήνα",
    "windows-1254": "Günün haberleri: İstanbul'da hava durumu şöyle",
    "windows-1255": "חדשות היום: מזג האוויר בירושלים",
    "windows-1256": "أخبار اليوم: الطقس في القاهرة",
    "windows-874": "ข่าววันนี้: สภาพอากาศในกรุงเทพ",
}
URL = "https://a.example/"


def encoded(name: str, head: str = "") -> bytes:
    return f"<html><head>{head}<title>{TEXTS[name]}</title></head></html>".encode(labels()[name][1])


@pytest.mark.parametrize("name", TEXTS)
def test_the_header_says_the_encoding(name: str) -> None:
    assert from_html(encoded(name), URL, f'text/html; charset="{name.upper()}"').title == TEXTS[name]


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize(
    "tag", ["<meta charset={0}>", "<META http-equiv='Content-Type' content='text/html;Charset={0}'>"]
)
def test_the_page_says_its_encoding(name: str, tag: str) -> None:
    assert from_html(encoded(name, tag.format(name)), URL).title == TEXTS[name]


@pytest.mark.parametrize("name", ["windows-1251", "shift_jis", "euc-jp", "gbk", "big5", "euc-kr"])
def test_letters_tell_where_nobody_says(name: str) -> None:
    body = f"<title>{TEXTS[name]}</title><p>{TEXTS[name] * 5}</p>".encode(labels()[name][1])
    assert from_html(body, URL).title == TEXTS[name]


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_beats_header_and_page(codec: str) -> None:
    html = "<meta charset=koi8-r><title>Grüße</title>".encode(codec)
    assert from_html(html, URL, "text/html; charset=windows-1251").title == "Grüße"


def test_the_header_beats_the_page() -> None:
    html = "<meta charset=koi8-r><title>Новости</title>".encode("cp1251")
    assert from_html(html, URL, "text/html; charset=windows-1251").title == "Новости"


@pytest.mark.parametrize(
    ("label", "name"),
    [("latin1", "windows-1252"), ("ascii", "windows-1252"), ("ISO-8859-1", "windows-1252"), ("utf8", "utf-8"),
     ("x-sjis", "shift_jis"), ("gb2312", "gbk"), ("ks_c_5601-1987", "euc-kr"), ("ISO-8859-9", "windows-1254")],
)  # fmt: skip
def test_labels_mean_what_the_standard_says(label: str, name: str) -> None:
    assert encoding_of(b"<title>x", f"text/html; charset={label}") == name


@pytest.mark.parametrize(
    "label", ["utf-7", "base64", "rot13", "idna", "hz-gb-2312", "cp037", "unknown", "' onload=", "utf-8\x00"]
)
def test_what_is_no_label_of_the_standard_is_not_believed(label: str) -> None:
    html = f"<meta charset={label}><title>Grüße</title>".encode()
    assert from_html(html, URL, f"text/html; charset={label}").title == "Grüße"


def test_a_page_that_says_utf_16_in_plain_bytes_is_utf_8() -> None:
    assert encoding_of("<meta charset=utf-16><title>é".encode()) == "utf-8"


def test_a_re_encoded_page_whose_tag_was_left_is_utf_8() -> None:
    html = f"<meta charset=shift_jis><title>{TEXTS['shift_jis']}</title>".encode()
    assert from_html(html, URL).title == TEXTS["shift_jis"]


def test_a_declaration_in_a_comment_is_none() -> None:
    html = "<!-- <meta charset=koi8-r> --><meta charset=windows-1251><title>Новости</title>".encode("cp1251")
    assert from_html(html, URL).title == "Новости"


@pytest.mark.parametrize(
    "before",
    [
        "<meta charset=nonsense>",
        "<meta name=description content='what charset=shift_jis means'>",
        "<meta http-equiv=refresh content='9; charset=shift_jis'>",
    ],
)
def test_what_declares_nothing_does_not_hide_what_does(before: str) -> None:
    page = encoded("windows-1251", f"{before}<meta charset=windows-1251>")
    assert from_html(page, URL).title == TEXTS["windows-1251"]


def test_an_xml_declaration_counts() -> None:
    html = '<?xml version="1.0" encoding="windows-1251"?><title>Новости</title>'.encode("cp1251")
    assert from_html(html, URL).title == "Новости"


def test_bytes_that_are_wrong_in_their_encoding_become_marks() -> None:
    assert from_html(b"<title>a\xffb</title>", URL, "text/html; charset=utf-8").title == "a\ufffdb"


def test_utf_8_is_handed_on_as_it_is() -> None:
    html = "<title>é</title>".encode()
    assert as_utf8(html)[0] is html
