"""The sanitiser lets words and links through, and nothing that runs, loads or pretends."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from networks import Networks
from networks._html import CLASSES, REL, TAGS, of_clean, of_text, plain, sanitised
from networks._walk import text as clean

ATTRIBUTES = {"href", "rel", "title", "class", "start", "lang", "dir"}
ALLOWED_CLASSES = set().union(*CLASSES.values())
BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")


class Judge(HTMLParser):
    """Collects what must not be in clean HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Judge a tag and its attributes."""
        if tag not in TAGS:
            self.faults.append(f"<{tag}>")
        for name, value in attrs:
            if name not in ATTRIBUTES:
                self.faults.append(f"{name} on <{tag}>")
            if name == "href" and not re.match(r"https?://[^/@\s\\]+(?:[/?#]|$)|mailto:[^\s]+$", value or ""):
                self.faults.append(f"href={value}")
            if name == "class" and not set((value or "").split()) <= ALLOWED_CLASSES:
                self.faults.append(f"class={value}")
        if tag == "a" and ("rel", REL) not in attrs:
            self.faults.append("a link without its rel")

    def handle_comment(self, data: str) -> None:
        """Judge a comment."""
        self.faults.append(f"comment {data}")


def faults(html: str) -> list[str]:
    """What must not be there."""
    judge = Judge()
    judge.feed(html)
    judge.close()
    return judge.faults + (["bidi"] if BIDI.search(html) else [])


def test_the_judge_finds_planted_faults() -> None:
    planted = '<img src=x onerror=y><a href="javascript:1">a</a><a href="//e">b</a><p class="evil">\u202e</p><!--c-->'
    assert len(faults(planted)) >= 8


@pytest.mark.parametrize(
    ("given_html", "wanted"),
    [
        ('<p onclick="x()">a<script>b()</script></p>', "<p>a</p>"),
        ('<a href="//evil.example/x">a</a>', f'<a href="https://evil.example/x" rel="{REL}">a</a>'),
        ('<a href="/x" title="t">a</a>', f'<a href="https://host.example/x" title="t" rel="{REL}">a</a>'),
        ('<a href="mailto:a@b.example">a</a>', f'<a href="mailto:a@b.example" rel="{REL}">a</a>'),
        ('<a href="java&#10;script:alert(1)">a</a>', f'<a rel="{REL}">a</a>'),
        ('<a href="https://u:p@host.example/">a</a>', f'<a rel="{REL}">a</a>'),
        ('<a href="https://good.example\\@evil.example/">a</a>', f'<a rel="{REL}">a</a>'),
        ('<span class="invisible evil">x</span>', '<span class="invisible">x</span>'),
        ('<a title="&gt; href=&quot;" href="//evil.example">a</a>',
         f'<a title="&gt; href=&quot;" href="https://evil.example" rel="{REL}">a</a>'),
        ("<img src=x><iframe src=y></iframe><svg><a>z</a></svg>", ""),
        ("safe\u202etxt.exe\u2066", "safetxt.exe"),
        ("<p></p><p>a</p>", "<p>a</p>"),
        ("<div>" * 2000 + "x <a" * 2000, "<p>x " + "&lt;a" + "x &lt;a" * 1999 + "</p>"),
        (None, ""), (7, ""), ("\ud800x", "x"), ("a\x00b", "ab"),
    ],
)  # fmt: skip
def test_what_comes_out(given_html: object, wanted: str) -> None:
    assert sanitised(given_html, "https://host.example/page") == wanted


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a<br>b</p><p>c &lt;d&gt;</p>", "a\nb\n\nc <d>"),
        ("<ul><li>one</li><li>two</li></ul>after", "one\ntwo\n\nafter"),
        (
            '<a href="https://x.example/y"><span class="invisible">https://</span>x.example/y</a>',
            "https://x.example/y",
        ),
        ("a&nbsp;b\n c", "a b c"),
        ("<script>x</script>", ""),
    ],
)
def test_text_as_a_person_would_copy_it(html: str, text: str) -> None:
    assert plain(html) == text


@given(st.text())
def test_text_made_html_is_the_same_text(words: str) -> None:
    html = of_text(clean(words))
    assert not faults(html)
    assert of_clean(html).split() == clean(words).split()


@given(st.text(alphabet=st.sampled_from("<>\"'= /ahrefonclick:script&#;\\\u202ejv"), max_size=80))
def test_soup_comes_out_clean(soup: str) -> None:
    assert not faults(sanitised(soup, "https://host.example/"))


@pytest.mark.corpus
def test_hostile_html_comes_out_clean(corpus: Path) -> None:
    lines = (corpus / "hostile/html.jsonl").read_text("utf-8").splitlines()
    given_html = [value for line in lines for key in ("html", "value") if (value := json.loads(line).get(key))]
    assert len(given_html) > 200
    assert not [html for html in given_html if faults(sanitised(html, "https://host.example/page"))]


@pytest.mark.corpus
def test_hostile_html_comes_out_of_a_feed_clean(corpus: Path) -> None:
    feed = Networks()["rss"].feed
    assert feed is not None
    for line in (corpus / "hostile/html.jsonl").read_text("utf-8").splitlines():
        html = json.loads(line).get("html") or ""
        body = json.dumps({"version": "https://jsonfeed.org/version/1", "title": html, "items": [
            {"id": "1", "title": html, "content_html": html, "url": html, "tags": [html]}]})  # fmt: skip
        for post in feed.read(body.encode(), "https://host.example/").posts:
            said = post.as_json()
            assert not faults(said.get("html", ""))
            assert re.match(r"https?://", said.get("url", "https://"))


def test_marks_do_not_flood_what_stands_around() -> None:
    flood = "\u0301\u0489\u20dd" * 30
    assert sanitised(f"<p>Z{flood}a{'&#x301;' * 30}l</p>") == f"<p>Z{flood[:4]}a{chr(0x301) * 4}l</p>"
    assert sanitised("<p>שָׁלוֹם ấ́</p>") == "<p>שָׁלוֹם ấ́</p>"
