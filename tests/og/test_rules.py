"""Rules: candidates in their order, plug-ins, and a rule that breaks."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from importlib.metadata import EntryPoint

import pytest

from og.preview import from_html
from og.reader import rules
from og.reader.document import Document
from og.reader.rules import built_in, plugged_in
from og.record import Preview
from og.rule import Candidate, Rule, meta

PAGE = b"<title>T</title><meta name=special content=S><meta property=og:title content=O>"
SPECIAL = Rule("special", "title", meta("special"), hosts=("site.example",))
BROKEN = Rule("broken", "title", (Candidate("x", lambda _document: [1 / 0]),))


@pytest.fixture
def plug_ins(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A plug-in's two rules and a value that is none, found as entry points are."""
    points = [
        EntryPoint(name, f"tests.og.test_rules:{name}", "handbill.rules") for name in ("SPECIAL", "BROKEN", "PAGE")
    ]
    monkeypatch.setattr("core.plugins.entry_points", lambda group: points if group == "handbill.rules" else [])
    plugged_in.cache_clear()
    yield
    plugged_in.cache_clear()


def test_each_field_has_one_rule_and_every_rule_a_field() -> None:
    fields = [rule.field for rule in built_in()]
    assert len(fields) == len(set(fields))
    assert set(fields) <= set(Preview.__dataclass_fields__)
    assert len({rule.key for rule in built_in()}) == len(fields)


def test_no_candidate_is_without_a_name() -> None:
    assert all(candidate.name for rule in built_in() for candidate in rule.candidates)


def test_a_plug_ins_rule_is_asked_first_where_it_applies(plug_ins: None, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.CRITICAL, "og.reader.compose"):
        here, there = (from_html(PAGE, f"https://{host}/") for host in ("www.site.example", "other.example"))
    assert (here.title, here.sources["title"]) == ("S", "special")
    assert (there.title, there.sources["title"]) == ("O", "og:title")


def test_a_rule_that_breaks_costs_its_own_turn_only(plug_ins: None, caplog: pytest.LogCaptureFixture) -> None:
    preview = from_html(PAGE, "https://other.example/")
    assert preview.title == "O"
    assert "broken" in caplog.text


def test_what_is_no_rule_is_skipped(plug_ins: None) -> None:
    assert [rule.key for rule in plugged_in()] == ["broken", "special"]
    assert rules.__doc__


def test_an_unsound_value_gives_way_to_the_next_candidate() -> None:
    html = b"<meta property=og:image content=javascript:x><meta name=twitter:image content=/a.png>"
    preview = from_html(html, "https://a.example/")
    assert preview.image is not None
    assert preview.image.url == "https://a.example/a.png"
    assert preview.sources["image"] == "twitter:image"


def test_the_second_of_two_metas_counts_where_the_first_is_empty() -> None:
    html = b"<meta property=og:title content='  '><meta property=og:title content=Second>"
    assert from_html(html, "https://a.example/").title == "Second"


def test_a_document_reads_structured_data_only_when_asked() -> None:
    document = Document(b"<script type=application/ld+json>{}</script>", "https://a.example/")
    assert "graph" not in vars(document)
    assert document.node == {}
