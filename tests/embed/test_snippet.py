"""The snippet in every form: escaped, with real links, and never a link that runs script."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from embed.snippet import SCHEMES, Link, Tab, highlight, links, snippets

BASE, KEY = "https://hb.example", "pk_1"
HASHES = {"s.kit.js": "sha384-AAA", "f.kit.js": "sha384-BBB"}
BUNDLES = {"share": "s.kit.js", "follow": "f.kit.js"}
DIRECT = Link("facebook", "Facebook", "https://www.facebook.com/sharer/sharer.php?u=https%3A%2F%2Fa.example%2F&h=1")
ASKING = Link("mastodon", "Mastodon", f"{BASE}/share/mastodon?site={KEY}", "Share on Mastodon", referrer="unsafe-url")


class Read(HTMLParser):
    """Every opening tag with its attributes, as a browser would read them."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(code)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def tabs(widget: str = "share", shown: tuple[Link, ...] = (DIRECT, ASKING), **options: str) -> dict[str, Tab]:
    return {tab.key: tab for tab in snippets(widget, options, shown, KEY, BASE, "1.4.2", HASHES, BUNDLES)}


def test_the_usual_form_is_one_script_and_the_element_around_real_links() -> None:
    code = tabs(networks="facebook mastodon")["html"].code
    script, element, *anchors = Read(code).tags
    assert script == ("script", {"async": None, "src": f"{BASE}/kit/1/kit.js", "data-site": KEY})
    assert element == ("hb-share", {"networks": "facebook mastodon"})
    assert [attributes["href"] for _, attributes in anchors] == [DIRECT.href, ASKING.href]
    assert code.startswith("<script")
    assert code.endswith("</hb-share>")


def test_the_exact_form_pins_one_bundle_of_one_version() -> None:
    script = Read(tabs()["sri"].code).tags[0][1]
    assert script["src"] == f"{BASE}/kit/1.4.2/s.kit.js"
    assert script["integrity"] == "sha384-AAA"
    assert script["crossorigin"] == "anonymous"


def test_without_a_hash_there_is_no_exact_form() -> None:
    keys = [tab.key for tab in snippets("share", {}, [DIRECT], KEY, BASE, "1.4.2", {}, BUNDLES)]
    assert keys == ["html", "plain", "data", "csp"]
    assert "sri" not in {tab.key for tab in snippets("other", {}, [DIRECT], KEY, BASE, "1.4.2", HASHES, BUNDLES)}


def test_the_form_for_pages_without_script_has_links_that_say_what_they_do() -> None:
    code = tabs()["plain"].code
    assert "script" not in code
    assert ">Share on Mastodon</a>" in code


def test_the_data_form_says_the_same_as_the_element() -> None:
    names = Read(tabs(networks="facebook", layout="menu")["data"].code).tags[1]
    assert names == ("div", {"data-hb": "share", "data-networks": "facebook", "data-layout": "menu"})


def test_the_data_form_has_no_line_ends_that_an_editor_could_make_breaks_of() -> None:
    script, element = tabs(networks="facebook mastodon")["data"].code.split("\n")
    assert script.startswith("<script ")
    assert re.findall(r">([^<]+)</a>", element) == ["Facebook", "Mastodon"]
    assert "</a> <a " in element


def test_the_policy_names_the_origin_and_nothing_wider() -> None:
    made = snippets("share", {}, [DIRECT], KEY, f"{BASE}/", "1.4.2", {}, BUNDLES)[-1]
    assert made.code == f"script-src {BASE};\nconnect-src {BASE};\nimg-src {BASE};"


def test_a_link_that_needs_the_referer_says_so_once() -> None:
    assert "Referer" in tabs()["html"].more
    assert tabs(shown=(DIRECT,))["html"].more == ""


def test_an_empty_key_is_left_out() -> None:
    code = snippets("share", {}, [DIRECT], "", BASE, "1.4.2", HASHES, BUNDLES)[0].code
    assert "data-site" not in code


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        " JavaScript:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "x",
        "",
    ],
)
def test_a_link_that_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(Invalid) as caught:
        tabs(shown=(Link("bad", "Bad", address),))
    assert caught.value.field == "bad"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "\x01JAVASCRIPT:alert(1)", "java\nscript:x", "data:x"])
def test_an_option_that_would_run_is_refused(address: str) -> None:
    with pytest.raises(Invalid) as caught:
        tabs(url=address)
    assert caught.value.field == "url"


def test_the_words_javascript_and_data_may_be_shared() -> None:
    assert "javascript: the good parts" in tabs(text="javascript: the good parts")["html"].code


@given(st.text(), st.text(min_size=1), st.text())
def test_whatever_is_put_in_comes_out_as_it_was_and_adds_no_tag(value: str, name: str, tail: str) -> None:
    link = Link("x", name, "https://x.com/" + tail)
    code = snippets("share", {"text": f"a {value}"}, [link], KEY, BASE, "1.4.2", {}, BUNDLES)[0].code
    found = Read(code).tags
    assert [tag for tag, _ in found] == ["script", "hb-share", "a"]
    assert set(found[2][1]) == {"href"}
    assert found[1][1]["text"] == " ".join(f"a {value}".split())


@given(st.text())
def test_highlighting_changes_no_letter(code: str) -> None:
    marked = str(highlight(code))
    plain = html.unescape(re.sub(r"</?(?:b|span)(?: class=\"c-[a-z]+\")?>", "", marked))
    assert plain == html.unescape(html.escape(code))


def test_highlighting_marks_tags_names_and_values() -> None:
    assert str(highlight('<a href="x">')) == (
        '&lt;<b class="c-tag">a</b> <span class="c-name">href</span>=<span class="c-value">&#34;x&#34;</span>&gt;'
    )


def data(widget: str, **button: Any) -> dict[str, Any]:
    made = {"key": "x", "name": "X", "href": "https://x.com/intent/tweet?url=u", **button}
    return {"widget": widget, "words": {"on": "Share on {network}"}, "buttons": [made]}


def test_links_come_from_the_widgets_data() -> None:
    [link] = links(data("share"), page_known=True)
    assert (link.label, link.rel, link.referrer) == ("Share on X", "", "")
    [asking] = links(data("share", label="Copy link"), page_known=False)
    assert (asking.label, asking.referrer) == ("Copy link", "no-referrer-when-downgrade")
    [follow] = links(data("follow", label="Follow me on X"), page_known=True)
    assert (follow.label, follow.rel, follow.referrer) == ("Follow me on X", "me", "")


def test_schemes_hold_none_that_runs_script() -> None:
    assert SCHEMES.isdisjoint({"javascript", "data", "vbscript", "file", "blob", "about"})
