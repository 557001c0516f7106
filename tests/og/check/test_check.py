"""The report as a value and as JSON, and what no page may do to it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from og.check import check
from og.checker.platforms import platforms
from og.checker.stdin import stream
from og.preview import from_html
from tests.og.check.pages import URL, cases, html_of, report_of, whole

KEYS = {"code", "severity", "message", "fix", "tag", "line", "column", "platforms", "source"}
GOOD = """<title>The market moves to the river | Thursday notes</title>
<meta name="description" content="From April the stalls stand along the quay, an hour earlier than before.">
<link rel="canonical" href="https://example.org/notes/market">
<link rel="icon" href="/icon.png"><link rel="apple-touch-icon" href="/touch.png">
<meta property="og:type" content="article">
<meta property="og:title" content="The market moves to the river">
<meta property="og:description" content="From April the stalls stand along the quay, an hour earlier than before.">
<meta property="og:url" content="https://example.org/notes/market">
<meta property="og:site_name" content="Thursday notes">
<meta property="og:locale" content="en_GB">
<meta property="og:image" content="https://example.org/quay.jpg">
<meta property="og:image:width" content="1200">
<meta property="og:image:height" content="630">
<meta property="og:image:alt" content="Stalls along a quay in the morning.">
<meta property="article:published_time" content="2026-04-01T09:00:00+02:00">
<meta name="twitter:card" content="summary_large_image">
<meta name="robots" content="max-image-preview:large">
<meta name="theme-color" content="#c8321b">"""


def report(head: str, url: str = URL) -> Any:
    html = whole(head).encode()
    return check(from_html(html, url), html, url=url)


def test_a_good_page_has_no_finding_and_nothing_to_paste() -> None:
    found = report(GOOD)
    assert [finding.code for finding in found.findings] == []
    assert {tag.change for tag in found.fixed.tags} == {"same"}


def test_the_json_has_the_fields_of_the_contract() -> None:
    found = report('<meta property="og:title" content="">').as_json()
    assert set(found) == {"findings", "platforms", "preview"}
    assert found["findings"]
    assert all(set(finding) == KEYS for finding in found["findings"])
    assert list(found["platforms"]) == [platform.key for platform in platforms()]
    assert all({"title", "site", "shape"} <= set(look) for look in found["platforms"].values())
    assert json.loads(json.dumps(found)) == found


def test_a_missing_tag_has_no_tag_but_the_place_of_the_head() -> None:
    finding = next(f for f in report("").as_json()["findings"] if f["code"] == "title-missing")
    assert (finding["tag"], finding["line"], finding["column"]) == (None, 3, 1)


def test_what_is_pasted_had_no_header() -> None:
    html = b"<!doctype html><title>Market</title>"
    sent = "text/html; charset=utf-8"
    for pasted in (True, False):
        found = check(from_html(html, URL, sent), html, url=URL, content_type=sent, pasted=pasted)
        assert ("charset-missing" in {f.code for f in found.findings}) is pasted


def test_findings_stand_worst_first() -> None:
    order = [finding.severity for finding in report('<meta property="og:image" content="/a.svg">').findings]
    assert order == sorted(order, key=["error", "warning", "hint"].index)


def test_columns_count_characters_and_lines_every_kind_of_end() -> None:
    html = (
        "<html lang=en>\r\n<head>\r<meta charset=utf-8>\nÜbermorgen 👋 <meta property=og:image content=/a>".encode()
    )
    finding = next(f for f in check(from_html(html, URL), html).findings if f.code == "image-relative")
    assert (finding.line, finding.column) == (4, 14)


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ('<script src="a.js"/>', "unclosed", "<script/> does not end here"),
        ('<script src="a.js"/><meta name="a"><script></script>', "unclosed", "<script/> does not end here"),
        ('<meta property="og:image" content="/a?x=1&amp;amp;y=2">', "escaped-twice", "og:image holds “&amp;”"),
        ('<meta property="og:image" content="www.e.org/a.jpg">', "image-relative", "Write https://www.e.org/a.jpg."),
        (
            '<meta property="og:image" content="example.org/a.jpg">',
            "image-relative",
            "Write https://example.org/a.jpg.",
        ),
        ('<meta property="og:image:src" content="/a.jpg">', "property-unknown", "Did you mean og:image?"),
    ],
)
def test_the_mistake_and_its_remedy_are_named(line: str, code: str, said: str) -> None:
    finding = next(f for f in report(f"<title>T</title>\n{line}").findings if f.code == code)
    assert (finding.line, finding.column) == (6, 1)
    assert said in f"{finding.what} {finding.fix}"


@pytest.mark.parametrize("tag", ["<script src=/a/>", "<script data-base=/>"])
def test_a_slash_that_ends_a_value_ends_no_tag(tag: str) -> None:
    """HTML §13.2.5.37: in a value without quotation marks it is a letter as any other."""
    findings = report(f"""{tag}add('<meta name="a">')</script>""").findings
    assert "unclosed" not in {finding.code for finding in findings}


def test_of_two_tags_in_the_body_both_are_counted() -> None:
    html = b"<head><title>T</title></head><body><meta property=og:title content=T><meta property=og:image content=/a>"
    found = check(from_html(html, URL), html, url=URL).findings
    assert next(f.what for f in found if f.code == "tags-in-body") == "2 tags stand in the body, og:title first."


@pytest.mark.parametrize(
    ("mark", "sent", "what"),
    [
        ("\ufeff", "text/html", {"charset-conflict": "The byte order mark says utf-8, this tag windows-1251."}),
        (
            "",
            "text/html; charset=utf-8",
            {"charset-conflict": "The Content-Type header says utf-8, this tag windows-1251."},
        ),
        ("", "text/html", {"charset-not-utf-8": "It is in windows-1251."}),
    ],
)
def test_the_encoding_told_is_the_one_that_counts(mark: str, sent: str, what: dict[str, str]) -> None:
    """The mark counts more than the header, the header more than the page (HTML §13.2.3.2)."""
    html = f"{mark}<html lang=ru><head><meta charset=windows-1251><title>T</title></head>".encode()
    found = check(from_html(html, URL, sent), html, url=URL, content_type=sent).findings
    assert {f.code: f.what for f in found if f.code.startswith("charset")} == what


@pytest.mark.parametrize(
    ("block", "said"),
    [
        ('<![CDATA[{"a": 1}]]>', "no “<![CDATA[”"),
        ('{"a": 1, // one\n"b": 2}', "no “//”"),
        ('{"a": 1,}', "one too many"),
        ('{"a": "so "called""}', "ended it early"),
        ('{"a": 1} {"b": 2}', "ended before this"),
        ('{"a": "C:\\x"}', "A backslash"),
    ],
)
def test_a_mistake_in_json_is_told_in_plain_words(block: str, said: str) -> None:
    found = report(f'<script type="application/ld+json">{block}</script>').findings
    assert said in next(finding.what for finding in found if finding.code == "jsonld-broken")


def test_in_xhtml_a_script_can_end_itself() -> None:
    html = whole(f'<script src="a.js"/>\n{GOOD}').encode()
    sent = "application/xhtml+xml; charset=utf-8"
    assert check(from_html(html, URL, sent), html, url=URL, content_type=sent).findings == ()


def test_one_rule_does_not_flood_the_report() -> None:
    head = '<meta property="article:tag" content="a"><meta property="og:image" content="/a.jpg">\n' * 300
    codes = [finding.code for finding in report(head).findings]
    assert codes.count("image-relative") == 5


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=400),
    st.text(max_size=30),
    st.sampled_from(["", "text/html; charset=utf-8", "text/html;charset=x"]),
)
def test_no_bytes_make_it_raise(html: bytes, url: str, content_type: str) -> None:
    found = check(from_html(html, url, content_type), html, url=url, content_type=content_type)
    json.dumps(found.as_json())


PIECES = st.sampled_from(
    ["<", ">", "</", "<!--", "-->", "<![CDATA[", "<![><", "<meta ", "<link ", "<title>", "</title>", "<script ",
     "<base ", "=", 'property="og:image"', "content=", '"', "'", "/", "\n", "\r", "\x00", "og:title", "rel=canonical",
     "href=", "//[", "data:,", "type=application/ld+json>", "{", "]", "</script>", "<noscript>", "<svg>",
     "<template>",
     "<html lang=", "é", "👩‍👧", "\u202e", "hreflang=", 'name="robots"', "0x", "http://", "twitter:card",
     "article:published_time", "9999-99-99T99:99", "\ud800"]
)  # fmt: skip


@settings(max_examples=250, deadline=None)
@given(st.lists(PIECES, max_size=60))
def test_no_page_of_broken_pieces_makes_it_raise(pieces: list[str]) -> None:
    html = "".join(pieces).encode("utf-8", "surrogatepass")
    found = check(from_html(html, URL), html, url=URL)
    assert len(found.as_json()["platforms"]) == len(platforms())
    assert found.fixed.html is not None


@pytest.mark.parametrize(
    "piece",
    ["<div>", "<a", "<![><", "<!--", "<meta ", '<meta a="', "<title>", "<svg>", "<noscript>", "</a", "< ",
     "<meta " + "a " * 4000 + ">", "<meta " + 'a="' * 4000 + ">", "<meta x = >",
     '<meta property="og:image" content="/a">',
     '<script type="application/ld+json">[', '<link rel=alternate hreflang=de href=/x>'],
)  # fmt: skip
def test_time_grows_with_the_bytes_only(piece: str) -> None:
    """Four times the bytes take about four times as long, never sixteen: told by a ratio, so on any machine."""
    times = []
    for size in (60_000, 240_000):
        html = (piece * (size // len(piece))).encode()
        preview = from_html(b"", URL)
        least = float("inf")
        for _ in range(3):  # what else the machine does only adds
            start = process_time()
            check(preview, html, url=URL)
            least = min(least, process_time() - start)
        times.append(least)
    assert times[1] < 9 * times[0] + 0.05


def test_real_pages_are_checked_and_their_places_are_true(corpus: Path) -> None:
    for line in (corpus / "pages/index.jsonl").read_text("utf-8").splitlines()[::40]:
        page = json.loads(line)
        html = gzip.decompress((corpus / "pages" / page["file"]).read_bytes())
        found = check(from_html(html, page["url"]), html, url=page["url"])
        assert found.looks["google"].title
        json.dumps(found.as_json())


def test_the_stream_answers_every_line(tmp_path: Path) -> None:
    saved = tmp_path / "page.html"
    saved.write_text(whole(GOOD), "utf-8")
    out: list[str] = []
    stream(
        [f"{saved}\t{URL}\tutf-8\n", "nothing\n", f"{tmp_path}/none.html\t{URL}\t\n", f"{saved}\t{URL}\t\n"],
        out.append,
    )
    answers = [json.loads(line) for line in out]
    assert [set(answer) for answer in answers[1:3]] == [{"error"}, {"error"}]
    assert answers[0]["findings"] == answers[3]["findings"] == []
    assert all(line.endswith("\n") for line in out)


def test_every_case_can_be_told_as_json() -> None:
    for code in cases():
        assert html_of(cases()[code]["fails"])
        json.dumps(report_of(code, "fails")[0].as_json())


def test_a_number_of_any_length_is_json() -> None:
    """Python alone takes no number of more than 4,300 digits."""
    block = '<script type="application/ld+json">{"@type": "Article", "position": ' + "9" * 5000 + "}</script>"
    html = whole(GOOD + block).encode()
    assert "jsonld-broken" not in {finding.code for finding in check(from_html(html, URL), html).findings}
