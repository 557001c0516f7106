"""The tags to paste: complete, once, in the right form, escaped, and themselves without fault."""

from __future__ import annotations

import html as references

import pytest

from og.check import check
from og.preview import from_html
from og.tagging.fix import Fixed
from tests.og.check.pages import URL, whole
from tests.og.check.test_check import GOOD


def fixed(head: str) -> Fixed:
    page = whole(head).encode()
    return check(from_html(page, URL), page, url=URL).fixed


def test_what_is_pasted_is_read_back_the_same_and_needs_no_more() -> None:
    untidy = """<title>The market moves &amp; stays | Thursday notes</title>
    <meta name="og:title" content="The market moves &amp;amp; stays | Thursday notes">
    <meta name="og:site_name" content="Thursday notes"><meta name="twitter:image" content="/quay.jpg">
    <meta property="twitter:site" content="notes"><meta name="theme-color" content="#c31">
    <meta name="description" content='She said "now" &lt;and&gt; went along the quay with it'>"""
    once = fixed(untidy)
    again = fixed(once.html)
    assert again.html == once.html
    assert {tag.change for tag in again.tags} == {"same"}
    assert 'content="The market moves &amp; stays"' in once.html
    assert 'content="https://example.org/quay.jpg"' in once.html
    assert 'name="twitter:site" content="@notes"' in once.html
    assert 'content="#cc3311"' in once.html


def test_what_no_platform_can_show_is_not_pasted_again() -> None:
    html = fixed("""<meta property="og:title" content="A &lt;b&gt;blue&lt;/b&gt; bowl">
    <meta property="og:description" content="&lt;p&gt;Thrown by hand,&lt;br&gt;fired twice.&lt;/p&gt;">
    <meta property="og:image" content="https://example.org/logo.svg">
    <meta property="og:image" content="https://example.org/bowl.jpg?a=1&amp;amp;b=2">""").html
    assert 'content="A blue bowl"' in html
    assert 'content="Thrown by hand, fired twice."' in html
    assert 'content="https://example.org/bowl.jpg?a=1&amp;b=2"' in html
    assert "logo.svg" not in html


def test_a_title_that_speaks_of_a_tag_keeps_it() -> None:
    html = fixed('<meta property="og:title" content="The &lt;b&gt; element explained">').html
    assert 'content="The &lt;b&gt; element explained"' in html


@pytest.mark.parametrize(
    "value", ['"><script>alert(1)</script>', "' onload='x", "</title><b>", "&quot;&lt;", "\u2028a\x00b"]
)
def test_nothing_breaks_out_of_a_tag(value: str) -> None:
    head = f'<meta property="og:title" content="{references.escape(value)}">'
    for tag in fixed(head).tags:
        inner = tag.html[1:]
        assert "<script" not in tag.html
        assert inner.count("<") == (1 if tag.tag == "title" else 0), tag.html


def test_a_tag_in_another_form_is_changed_and_one_that_is_missing_new() -> None:
    by_key = {
        tag.attributes.get("property") or tag.attributes.get("name") or tag.tag: tag.change
        for tag in fixed('<title>Market</title><meta name="og:title" content="Market">').tags
    }
    assert by_key["title"] == "same"
    assert by_key["og:title"] == "changed"
    assert by_key["og:url"] == "new"


def test_the_page_with_the_tags_pasted_has_no_error_of_form() -> None:
    pasted = fixed(
        '<title>The market moves to the river</title><meta name="description" content="Along the quay.">'
    ).html
    page = whole(pasted).encode()
    codes = {f.code for f in check(from_html(page, URL), page, url=URL).findings if f.severity == "error"}
    assert codes == set()


def test_a_good_page_keeps_its_own_words() -> None:
    assert fixed(GOOD).changes == 0
