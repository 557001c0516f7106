"""The check page: nothing of the page under test gets into ours but as text, and no picture but through the proxy."""

from __future__ import annotations

import html as references
import json
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from selectolax.lexbor import LexborHTMLParser

from core.errors import AddressRefused
from og.check import check
from og.checker.page import page_data
from og.preview import from_html
from tests.og.check.pages import URL, cases, report_of, whole
from tests.og.check.test_check import GOOD

ROOT = Path(__file__).resolve().parents[3]
TEMPLATES = Environment(loader=FileSystemLoader(ROOT / "templates"), autoescape=True, undefined=StrictUndefined)
FRAME = {"version": "1", "nav": (), "here": "/check", "nonce": "n", "problem": None, "rule_count": 1}
OURS = {"/static/favicon.svg", "/", "#main", "#findings", "#fixed"}


def media(url: str, width: int) -> str:
    return f"/media/{width}/{len(url)}.webp"


def rendered(report: Any, **asked: str) -> str:
    return TEMPLATES.get_template("check.html").render(
        report=page_data(report, media), asked={"url": "", "html": "", **asked}, **FRAME
    )


def faults(page: str) -> list[str]:
    """What stands in a page of ours and did not come from us."""
    found = []
    for node in LexborHTMLParser(page).css("*"):
        for name, value in node.attributes.items():
            if name.startswith("on") or name in ("style", "srcdoc", "srcset", "background", "formaction"):
                found.append(f"{node.tag} {name}={value}")
        source = node.attributes.get("src") or ""
        if source and not source.startswith(("/media/", "/static/")):
            found.append(f"{node.tag} src={source}")
        href = node.attributes.get("href") or ""
        sources = href.startswith("https://") and node.attributes.get("rel") == "noreferrer"
        if href and not sources and href not in OURS and not href.startswith("/static/"):
            found.append(f"{node.tag} href={href}")
        if node.tag in ("iframe", "object", "embed", "base", "math", "frame", "portal") or (
            node.tag == "script" and not (node.attributes.get("src") or node.attributes.get("nonce"))
        ):
            found.append(node.tag)
    return found


def planted(text: str) -> str:
    value = references.escape(text)
    keys = (
        "og:title", "og:description", "og:site_name", "og:image", "og:image:alt", "og:url", "og:type", "og:locale",
        "twitter:card", "twitter:site", "theme-color", "robots", "fediverse:creator", "article:published_time",
    )  # fmt: skip
    metas = "".join(f'<meta property="{key}" content="{value}">' for key in keys)
    return whole(
        f'<title>{value}</title><link rel="canonical" href="{value}"><link rel="icon" href="{value}">{metas}'
    )


def test_no_hostile_page_gets_into_ours(corpus: Path) -> None:
    lines = (corpus / "hostile/html.jsonl").read_text("utf-8").splitlines()
    cases = [json.loads(line) for line in lines]
    texts = [str(case.get("html") or case.get("value") or "") for case in cases]
    assert len(texts) > 100
    for text in texts:
        for page in (text, planted(text)):
            html = page.encode("utf-8", "replace")
            report = check(from_html(html, URL), html, url=URL)
            assert faults(rendered(report, url=text, html=page)) == [], text


@pytest.mark.parametrize("code", sorted(cases())[::4])
def test_every_kind_of_report_can_be_shown(code: str) -> None:
    page = rendered(report_of(code, "fails")[0])
    assert code in page
    assert faults(page) == []


def test_the_tests_own_eye_is_open() -> None:
    assert faults('<img src="https://example.org/a.gif">')
    assert faults("<p onclick=x>")
    assert faults("<script>alert(1)</script>")
    assert faults('<a href="javascript:x">')


def test_what_turns_the_direction_around_is_named() -> None:
    html = whole('<meta property="og:title" content="The \u202etekram\u202c">').encode()
    page = rendered(check(from_html(html, URL), html, url=URL))
    assert "The [U+202E]tekram" in page
    assert not set(page) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def test_pictures_come_through_the_proxy_only() -> None:
    html = whole(GOOD).encode()
    page = rendered(check(from_html(html, URL), html, url=URL))
    shown = [node.attributes["src"] for node in LexborHTMLParser(page).css("img")]
    assert len(shown) > 10
    assert all(str(src).startswith("/media/") for src in shown)


def test_a_picture_the_proxy_refuses_leaves_its_room() -> None:
    def refusing(url: str, width: int) -> str:
        raise AddressRefused("no")

    html = whole(GOOD).encode()
    data = page_data(check(from_html(html, URL), html, url=URL), refusing)
    card = next(card for _, _, cards in data["kinds"] for card in cards if card.key == "facebook")
    assert card.picture.src == ""
    assert card.picture.crop == "1200-630"


def test_findings_are_grouped_by_what_to_do_worst_first() -> None:
    html = whole('<meta property="og:image" content="/a.jpg"><meta name="robots" content="noindex">').encode()
    groups = page_data(check(from_html(html, URL), html, url=URL), media)["groups"]
    assert all(group.findings for group in groups)
    order = ["error", "warning", "hint"]
    assert [order.index(group.worst) for group in groups] == sorted(order.index(group.worst) for group in groups)


def test_the_empty_page_says_the_next_step() -> None:
    page = TEMPLATES.get_template("check.html").render(report=None, asked={"url": "", "html": ""}, **FRAME)
    assert "Enter the address of a page" in page
    assert LexborHTMLParser(page).css('form[method="get"] input[name="url"]')
    assert LexborHTMLParser(page).css('form[method="post"] textarea[name="html"]')
