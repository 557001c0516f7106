"""Fediverse look-ups: pairs of recorded-shape answers and addresses first, then what nobody may get us to do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import AddressRefused, BadReply, HostBusy, Invalid, NotFound, Problem, TooSlow, Unreachable
from networks._fediverse import SOFTWARE
from networks.intents import Content
from networks.servers import TOGETHER, Servers, profile, tidy_server
from tests.networks.small_web import Shelf, Web

DATA = Path(__file__).parent / "data" / "servers"
PAIRS = sorted(path.name.removesuffix(".in.json") for path in DATA.glob("*.in.json"))
PAGE = Content("https://blog.example/", "A title")


def servers(answers: dict[str, Any], takes: float = 0.0) -> tuple[Servers, Web]:
    web = Web(answers, takes)
    return Servers(web, Shelf(), clock=web.clock), web


def outcome(ask: Any, *args: Any) -> str:
    """The address, or the code of the error."""
    try:
        return str(ask(*args))
    except Problem as problem:
        return f"error: {problem.code}"


def results(case: dict[str, Any]) -> dict[str, Any]:
    content = Content(case["content"]["url"], case["content"]["text"], tuple(case["content"]["hashtags"]))
    found, web = servers(case["answers"])
    share = outcome(found.share_address, case["server"], content)
    asked = len(web.asked)
    return {"share": share, "follow": outcome(found.follow_address, case["server"], case["follow"]), "asked": asked}


@pytest.mark.parametrize("name", PAIRS)
def test_a_server_is_found(name: str) -> None:
    case = json.loads((DATA / f"{name}.in.json").read_text("utf-8"))
    assert results(case) == json.loads((DATA / f"{name}.out.json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        ("example.social", "example.social"),
        ("  Example.SOCIAL \n", "example.social"),
        ("https://example.social/@me", "example.social"),
        ("HTTP://example.social", "example.social"),
        ("https://example.social/@me@other.example?x=1#y", "example.social"),
        ("example.social/about", "example.social"),
        ("@me@example.social", "example.social"),
        ("me@example.social", "example.social"),
        ("acct:me@example.social", "example.social"),
        ("\u2068@me@example.social\u2069", "example.social"),
        ("＠me＠example.social", "example.social"),
        ("Bücher.example", "xn--bcher-kva.example"),
        ("例え.テスト", "xn--r8jz45g.xn--zckzah"),
        ("example.social.", "example.social"),
        ("example.social:443", "example.social"),
        ("@me@example.social:8443", "example.social:8443"),
    ],
)
def test_what_a_visitor_means(typed: str, host: str) -> None:
    assert tidy_server(typed) == host


@pytest.mark.parametrize(
    "typed",
    [
        "", " ", "@", "@me", "me@", "localhost", "intranet", "https://", "https:///example.social", "127.0.0.1",
        "[::1]", "0x7f.1", "2130706433", "127.1", "https://10.0.0.1/", "https://[fe80::1]", "me@192.168.0.1",
        "1.2.3.4.5", "https://me@example.social", "https://me:pw@example.social/", "a@b@example.social",
        "me@example.social/path",
        "exam ple.social", "example.social evil.example", "example.social\nevil.example", "example.social\x00",
        "ex%61mple.social", "example.social%2f.evil.example", "example..social", "-example.social", "exa_mple.social",
        "javascript:alert(1)", "data:text/html,x", "ftp://example.social", "file:///etc/passwd", "example.social:22",
        "example.social:99999", "example.social:x", "<b>.example", "a" * 64 + ".example", "a." * 200 + "example",
        "x" * 100_000, "{server}.example", "xn--.example\ud800", "\ud800.example",
    ],
)  # fmt: skip
def test_what_is_no_server(typed: str) -> None:
    found, web = servers({})
    for ask in (found.tidy_server, lambda text: found.share_address(text, PAGE)):
        with pytest.raises(Invalid) as caught:
            ask(typed)
        assert caught.value.field == "server"
        assert len(caught.value.message) < 120
    assert not web.asked


@given(st.text(max_size=60))
def test_any_text_is_a_host_or_refused(typed: str) -> None:
    try:
        host = tidy_server(typed)
    except Invalid:
        return
    assert urlsplit(f"https://{host}/").netloc == host == host.lower()
    assert host.isascii()
    assert "." in host
    assert tidy_server(host) == host


@pytest.mark.parametrize("whom", ["news", "@news", "paper.example", "@news@localhost", "<b>@paper.example", ""])
def test_what_is_no_account(whom: str) -> None:
    found, web = servers({})
    for ask in (found.profile, lambda text: found.follow_address("example.social", text)):
        with pytest.raises(Invalid) as caught:
            ask(whom)
        assert caught.value.field == "account"
    assert not web.asked


def test_a_profile_is_where_most_servers_have_it() -> None:
    assert profile("@me@Example.social") == "https://example.social/@me"
    assert profile("名@bücher.example") == "https://xn--bcher-kva.example/@%E5%90%8D"


ROOT = "https://example.social/.well-known/webfinger?resource=https%3A%2F%2Fexample.social%2F"
INDEX = "https://example.social/.well-known/nodeinfo"
DOCUMENT = "https://example.social/nodeinfo/2.0"
LIMITS = "https://example.social/api/v2/instance"
NAMED = {"links": [{"rel": "http://nodeinfo.diaspora.software/ns/schema/2.0", "href": DOCUMENT}]}
MASTODON_FORM = "https://example.social/share?text=A%20title%20https%3A%2F%2Fblog.example%2F"


@pytest.mark.parametrize("problem", [Unreachable("x"), TooSlow("x"), HostBusy("x"), AddressRefused("x")])
@pytest.mark.parametrize("where", [ROOT, INDEX])
def test_a_server_out_of_reach_says_so(where: str, problem: Problem) -> None:
    found, web = servers({where: problem})
    for _ in range(2):
        with pytest.raises(type(problem)):
            found.share_address("example.social", PAGE)
    assert web.asked.count(where) == 1


@pytest.mark.parametrize(
    "bad",
    [
        {"status": 500}, {"status": 429}, {"status": 403}, {"status": 204, "body": b""}, {"body": b"<html>"},
        {"body": b"["}, {"body": b"[" * 60_000}, {"body": b'{"links":' + b"9" * 6_000 + b"}"}, {"body": b"\xff"},
        {"json": None}, {"json": []}, {"json": "links"}, {"json": {"links": {"rel": "x"}}},
        {"json": {"links": [None, 3, [], {}, {"rel": 3}, {"rel": ["self"]}]}}, BadReply("x"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("where", [ROOT, INDEX, DOCUMENT, LIMITS])
def test_a_bad_answer_leads_to_the_next_question(where: str, bad: Any) -> None:
    answers = {INDEX: {"json": NAMED}, DOCUMENT: {"json": {"software": {"name": "mastodon"}}}}
    found, web = servers({**answers, where: bad})
    assert found.share_address("example.social", PAGE) == MASTODON_FORM
    assert where in web.asked


def test_a_document_at_a_private_address_is_no_answer() -> None:
    inside = "http://169.254.169.254/latest"
    links = {"links": [{**NAMED["links"][0], "href": inside}]}
    found, web = servers({INDEX: {"json": links}, inside: AddressRefused("x")})
    assert found.share_address("example.social", PAGE) == MASTODON_FORM
    assert inside in web.asked


@pytest.mark.parametrize("limit", [0, -5, 1, True, 10**9, 10**4000, "500", 500.5, None, [500], {"a": 1}])
def test_a_strange_limit_is_none(limit: Any) -> None:
    found, _ = servers({LIMITS: {"json": {"configuration": {"statuses": {"max_characters": limit}}}}})
    address = found.share_address("example.social", Content("https://blog.example/", "w" * 900))
    words = dict(parse_qsl(urlsplit(address).query))["text"].removesuffix(" https://blog.example/")
    assert len(words) == 500 - 23 - 1


def test_all_questions_together_have_eight_seconds() -> None:
    answers = {INDEX: {"json": NAMED}, DOCUMENT: {"json": {"software": {"name": "mastodon"}}}}
    found, web = servers(answers, takes=3.0)
    with pytest.raises(TooSlow):
        found.share_address("example.social", PAGE)
    assert web.deadlines == [8.0, 5.0, 2.0]
    assert web.now <= TOGETHER


def test_a_slow_limit_does_not_lose_the_page() -> None:
    found, web = servers({INDEX: {"json": NAMED}, DOCUMENT: {"json": {"software": {"name": "mastodon"}}}}, takes=2.5)
    assert found.share_address("example.social", PAGE) == MASTODON_FORM
    assert web.asked[-1] == LIMITS
    assert web.now <= TOGETHER


def test_answers_are_kept_without_the_visitors_name() -> None:
    web, shelf = Web({}), Shelf()
    found = Servers(web, shelf, clock=web.clock)
    first = found.share_address("@somebody@example.social", PAGE)
    asked = len(web.asked)
    assert found.share_address("somebody@example.social", PAGE) == first
    assert len(web.asked) == asked
    assert "somebody" not in repr(shelf.kept)


def test_a_server_of_a_test_is_asked_by_plain_http() -> None:
    link = {"rel": "https://w3id.org/fep/3b86/Create", "template": "http://127.0.0.1:8123/share?text={content}"}
    answers = {"http://127.0.0.1:8123/.well-known/webfinger?resource=acct%3Ame%40127.0.0.1%3A8123": {"links": [link]}}
    web = Web({url: {"json": value} for url, value in answers.items()})
    address = Servers(web, Shelf(), allow=("127.0.0.1:8123",)).share_address("me@127.0.0.1:8123", PAGE)
    assert address.startswith("http://127.0.0.1:8123/share?text=A%20title")
    assert web.asked[1:] == ["http://127.0.0.1:8123/api/v2/instance"]


def test_words_of_the_network_are_used() -> None:
    found, _ = servers({})
    content = Content("https://blog.example/", "A title", utm="utm_source={network}", texts={"mastodon": "Other"})
    address = found.share_address("example.social", content, network="mastodon")
    assert dict(parse_qsl(urlsplit(address).query))["text"] == "Other https://blog.example/?utm_source=mastodon"


def test_a_server_without_a_page_is_named() -> None:
    found, _ = servers({INDEX: {"json": NAMED}, DOCUMENT: {"json": {"software": {"name": "GoToSocial"}}}})
    with pytest.raises(NotFound) as caught:
        found.share_address("example.social", PAGE)
    assert caught.value.code == "no_share_page"
    assert "example.social" in caught.value.message
    assert "GoToSocial" in caught.value.message


RELATIONS = [*(f"https://w3id.org/fep/3b86/{use}" for use in ("Create", "Follow", "Object", "Like"))]
RELATIONS += ["http://ostatus.org/schema/1.0/subscribe", "self", NAMED["links"][0]["rel"]]
ADDRESSES = [
    "https://example.social/s?t={content}&u={uri}&on-success={on-success}", "https://a.example.social/{object}?{uri}",
    "https://bank.example/?{content}{object}{uri}", "https://{uri}.example.social/", "https://example.social:99/{uri}",
    "https://example.social@bank.example/{object}", "https://example.social\\@bank.example/{uri}", DOCUMENT, "{uri}",
    "https://example.social.bank.example/{content}", "//bank.example/{object}", "javascript:{content}{object}{uri}",
    "https://example.social/{post}{text}{image}{object}{content}{uri}", "http://example.social/{object}{content}",
    "https://example.social/?{content}\r\nX: y", "https://example.social/{\ud800}{uri}", "https://example.social?{uri}",
]  # fmt: skip
NAMES = ["links", "rel", "template", "href", "software", "name", "configuration", "statuses", "max_characters"]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=40) | st.sampled_from(ADDRESSES + sorted(SOFTWARE)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner),
    max_leaves=12,
)
LINK = st.fixed_dictionaries(
    {"rel": st.sampled_from(RELATIONS)},
    optional={"template": st.sampled_from(ADDRESSES) | VALUES, "href": st.sampled_from(ADDRESSES) | VALUES},
)
DOCUMENTS = st.fixed_dictionaries({"links": st.lists(LINK, max_size=5)}) | VALUES


@given(root=DOCUMENTS, index=DOCUMENTS, document=VALUES, limits=VALUES)
def test_hostile_documents_never_lead_elsewhere(root: Any, index: Any, document: Any, limits: Any) -> None:
    answers = {ROOT: root, INDEX: index, DOCUMENT: document, LIMITS: limits}
    found, _ = servers({url: {"json": value} for url, value in answers.items()})
    for ask, what in ((found.share_address, PAGE), (found.follow_address, "@news@paper.example")):
        address = outcome(ask, "example.social", what)
        if not address.startswith("error: no_"):
            parts = urlsplit(address)
            assert parts.scheme == "https"
            assert parts.hostname is not None
            assert (parts.hostname == "example.social") or parts.hostname.endswith(".example.social")
            assert parts.username is None
            assert "{" not in address
            assert " " not in address


@pytest.mark.parametrize("name", sorted(SOFTWARE))
def test_a_line_of_the_table_works(name: str) -> None:
    found, _ = servers({INDEX: {"json": NAMED}, DOCUMENT: {"json": {"software": {"name": name}}}})
    for ask, what in ((found.share_address, PAGE), (found.follow_address, "@news@paper.example")):
        address = outcome(ask, "example.social", what)
        line = SOFTWARE[name].share if what is PAGE else SOFTWARE[name].follow
        assert bool(line) is address.startswith("https://example.social/")
        assert "{" not in address


def test_the_docs_name_every_software() -> None:
    docs = (Path(__file__).parents[2] / "docs" / "fediverse.md").read_text("utf-8")
    for software in SOFTWARE.values():
        assert f"| {software.name} |" in docs, software.name
        for path in filter(None, (software.share, software.follow)):
            assert f"`{path}`" in docs, path
