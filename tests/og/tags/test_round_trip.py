"""What tags say is what readers read: ours, and BeautifulSoup as the plain reading of HTML, on two hundred cases.

Two more readers, as other people run them, are in bench/tags_roundtrip.py.
"""

from __future__ import annotations

import json

import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

from og.preview import from_html
from og.reader.clean_text import plain
from og.tagging.fields import read as fields_of
from og.tags import Tags, tags_for
from tests.og.tags.cases import COUNT, cases, read, said

CASES = cases()
FOUND_AT = "https://elsewhere.example/dir/"


def tags(number: int) -> Tags:
    return tags_for(fields_of(CASES[number])[0])


@pytest.mark.parametrize("number", range(COUNT))
def test_our_reader_reads_the_same_fields(number: int) -> None:
    written = tags(number)
    preview = from_html(written.as_document().encode(), FOUND_AT, "text/html")
    wanted = said(written.fields)
    found = read(preview)
    found["dir"] = found["dir"] if wanted["dir"] else ""
    assert found == wanted


@pytest.mark.parametrize("number", range(COUNT))
def test_a_plain_reader_of_html_finds_every_tag_as_it_was_meant(number: int) -> None:
    written = tags(number)
    head = BeautifulSoup(written.as_document(), "html.parser", multi_valued_attributes=None).head
    assert head is not None
    found = [element for element in head.find_all(True) if element.attrs != {"charset": "utf-8"}]
    assert [(e.name, e.attrs) for e in found] == [(t.tag, dict(t.attributes)) for t in written.tags]
    assert [e.string for e in found if e.name == "title"] == [written.fields.title]
    script = next(e.string for e in found if e.name == "script") or ""
    assert not set(script) & set("<>&\u2028\u2029")  # a browser's scripts have more states than any parser here
    node = json.loads(script)
    assert written.fields.title in (node.get("name"), node.get("headline"))


def test_what_was_given_is_what_is_said() -> None:
    """But for what nobody can see, and what turns the text around it."""
    for case in CASES:
        fields = fields_of(case)[0]
        assert fields.title == plain(case["title"], 1000)
        assert not set(fields.title) & set("\x00\n\r\t\u2028\u202e\ud800")


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
def test_any_text_comes_back_from_every_place(text: str) -> None:
    written = tags_for(fields_of({"title": f"x{text}", "description": f"x{text}", "url": "https://e.org/x"})[0])
    soup = BeautifulSoup(written.as_document(), "html.parser")
    title = written.fields.title
    assert soup.title is not None
    assert soup.title.string == title
    assert {m["content"] for m in soup.find_all("meta", property="og:description")} == {title}
    assert json.loads(soup.find_all("script")[0].string or "")["name"] == title
    assert len(soup.find_all("script")) == 1
