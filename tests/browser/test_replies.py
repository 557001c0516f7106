"""Answers on somebody else's page: what visitors see, whom the page talks to, what strangers' words can do."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from embed.kit_build import ROOT, version
from feeds.conversation import Conversation, Reply
from tests.browser.conftest import HostPage, Seen
from tests.browser.replies_site import ASKED, Talk, a_talk, ready
from tests.browser.test_promises import BLOCKED, CSP, TOP, WATCH
from tests.widgets.conversations import PAGE, PLACES, a_reply, html
from tests.widgets.feeds_with_posts import WORD, strangers

# The kit with all of the widget's script and style, in bytes as brotli 11; with the HTML of an answer or two, 4 KB.
BUDGET = 3600
ELEMENT = '<hb-replies><a href="/there">Answer on Mastodon</a></hb-replies>'
SCHEMES = "<style>:root { color-scheme: light dark }</style>"


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talk]:
    with a_talk(tmp_path_factory.mktemp("handbill")) as made:
        yield made


@pytest.fixture
def handbill(talk: Talk) -> str:
    return talk.origin


def many(count: int) -> Conversation:
    """A conversation of so many answers."""
    return Conversation(PAGE, tuple(a_reply(n) for n in range(count)), counts={"replies": count}, places=PLACES)


def test_answers_under_a_strict_policy_from_us_alone(
    page: Page, host: HostPage, script: str, talk: Talk, seen: Seen
) -> None:
    host.headers["Content-Security-Policy"] = CSP.format(talk.origin)
    page.add_init_script(WATCH)
    talk.answer(page)
    ready(page, host.show(ELEMENT, head=script))
    page.wait_for_load_state("networkidle")
    expect(page.locator("hb-replies article")).to_have_count(10)
    expect(page.get_by_role("link", name="Person 3")).to_have_attribute("title", "Person 3")
    expect(page.get_by_text("The ship sinks.")).to_be_hidden()
    page.get_by_text("The end is told").click()
    expect(page.get_by_text("The ship sinks.")).to_be_visible()
    assert {urlsplit(url).netloc for url in seen.requests} == {urlsplit(u).netloc for u in (talk.origin, host.origin)}
    assert page.evaluate("window.violations") is None
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
    assert not seen.errors
    assert [line for line in seen.console if not line.startswith("verbose")] == []
    names = page.evaluate("""[...document.querySelector('hb-replies').shadowRoot.querySelectorAll('*')]
      .flatMap((e) => [e.getAttribute('class'), e.id, e.getAttribute('part')]).filter(Boolean)""")
    assert len(names) > 50
    assert [name for name in names if BLOCKED.search(name)] == []
    weights = seen.weights(talk.origin + "/kit/")
    assert len(weights) == 2
    assert sum(weights.values()) <= BUDGET, weights


@pytest.mark.parametrize(
    ("form", "head", "href"),
    [
        ("<hb-replies count=3></hb-replies>", "", "{host}/post"),
        ("<div data-hb=replies data-count=3></div>", "<link rel=canonical href=/the/post>", "{host}/the/post"),
        ("<hb-replies count=3 href='other#top'></hb-replies>", "", "{host}/other"),
    ],
)
def test_both_forms_late_markup_and_which_page_is_meant(
    page: Page, host: HostPage, script: str, talk: Talk, form: str, head: str, href: str
) -> None:
    asked = talk.answer(page, many(9))
    page.goto(host.show("<main></main>" + script, head=head) + "#here")
    page.wait_for_function("!!window.handbill?.scan")
    page.evaluate(f'document.querySelector("main").innerHTML = "{form}"')
    expect(page.locator("article")).to_have_count(3)
    assert parse_qs(urlsplit(asked[0]).query)["href"][0].partition("#")[0] == href.format(host=host.origin)


def test_more_answers_follow_and_the_focus_goes_on(page: Page, host: HostPage, script: str, talk: Talk) -> None:
    talk.answer(page, many(25))
    page.add_init_script("addEventListener('hb-load', (e) => (window.loaded = e.detail.posts))")
    ready(page, host.show(ELEMENT, head=script))
    expect(page.locator("hb-replies article")).to_have_count(20)
    page.get_by_role("link", name="More answers").press("Enter")
    expect(page.locator("hb-replies article")).to_have_count(25)
    assert page.evaluate("window.loaded") == 5
    focused = "document.querySelector('hb-replies').shadowRoot.activeElement?.closest('li').textContent"
    assert "Answer number 20." in page.evaluate(focused)
    expect(page.get_by_role("link", name="More answers")).to_have_count(0)
    times = page.locator("hb-replies time").all_inner_texts()
    assert all(re.search(r"ago|yesterday|\d{4}", said) for said in times)


def test_what_is_being_fetched_is_asked_for_again(page: Page, host: HostPage, script: str, talk: Talk) -> None:
    waiting = Conversation(PAGE, waiting=True)
    page.clock.install()
    asked = talk.answer(page, waiting, waiting, many(2))
    ready(page, host.show(ELEMENT, head=script))
    expect(page.get_by_text("The answers are being fetched.")).to_be_visible()
    page.clock.run_for(2100)
    expect(page.get_by_text("The answers are being fetched.")).to_be_visible()
    for _ in range(100):  # an answer takes its time by the machine's clock, the next question by the page's
        page.clock.run_for(500)
        if page.locator("hb-replies article").count() == 2:
            break
        page.wait_for_timeout(20)
    expect(page.locator("hb-replies article")).to_have_count(2)
    page.clock.run_for(100_000)
    assert len(asked) == 3


def test_while_we_are_down_the_links_inside_stay(page: Page, host: HostPage, script: str, seen: Seen) -> None:
    page.route(ASKED, lambda route: route.fulfill(status=503, body="{}", content_type="application/json"))
    page.add_init_script("addEventListener('hb-error', (e) => (window.failed = e.detail))")
    page.goto(host.show(ELEMENT, head=script))
    page.wait_for_function("window.failed")
    assert page.evaluate("window.failed.message") == "no replies"
    expect(page.get_by_role("link", name="Answer on Mastodon")).to_be_visible()
    assert not seen.errors


def test_below_the_first_screen_or_over_the_servers_html_nothing_moves(
    page: Page, host: HostPage, script: str, talk: Talk
) -> None:
    page.add_init_script(WATCH)
    talk.answer(page)
    text = html(talk.app, talk.conversation)
    article, after = "<p>The market moves.</p>" * 40, "<p id=after>What follows.</p>"
    for body in (article + ELEMENT + after, f"<h1>A page</h1>{text}{after}"):
        ready(page, host.show(body, head=script))
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(200)  # a frame or two, for a shift to be reported
        assert page.evaluate(TOP) > 1000
        assert page.evaluate("window.shift") < 0.01, page.evaluate("window.moved")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_everything_has_a_name(
    browser: Browser, host: HostPage, script: str, talk: Talk, scheme: Any
) -> None:
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    talk.answer(page, replace(talk.conversation, more=5), Conversation(PAGE, places=PLACES))
    for links in (30, 2):
        ready(page, host.show(f"<main><h1>A page</h1>{ELEMENT}</main>", head=SCHEMES + script))
        page.wait_for_load_state("networkidle")
        found = Axe().run(page)
        assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found.response["violations"]] == []
        assert page.get_by_role("link").count() == page.get_by_role("link", name=re.compile(r"\S")).count() >= links
    context.close()


def test_right_to_left_and_long_words(page: Page, host: HostPage, script: str, talk: Talk) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    long = a_reply(1, 1, "r40", text=WORD, html=f"<p>{WORD}</p><pre>{WORD}</pre>")
    first, *rest = talk.conversation.replies
    talk.answer(page, replace(talk.conversation, replies=(first, long, *rest)))
    ready(page, host.show(f"<main dir=rtl lang=ar>{ELEMENT}</main>", head=script))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    boxes = [page.locator(f"hb-replies .thread {part}").first.bounding_box() for part in (".face", ".who b")]
    assert boxes[0]["x"] > boxes[1]["x"]
    expect(page.get_by_role("region", name="الردود")).to_be_visible()


def test_the_pinned_bundle_runs_alone(page: Page, host: HostPage, talk: Talk, seen: Seen) -> None:
    document = json.loads((ROOT / "static" / "kit" / version() / "integrity.json").read_text("utf-8"))
    file = document["bundles"]["replies"]
    sri = document["files"][file]["integrity"]
    src = f"{talk.origin}/kit/{version()}/{file}"
    talk.answer(page)
    ready(
        page, host.show(ELEMENT, head=f'<script async src="{src}" integrity="{sri}" crossorigin=anonymous></script>')
    )
    assert document["files"][file]["brotli"] <= BUDGET
    assert [urlsplit(url).path.rpartition("/")[2] for url in seen.requests if "/kit/" in url] == [file]
    assert not seen.errors


def test_a_frame_needs_no_script_and_leads_on(browser: Browser, host: HostPage, talk: Talk) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    address = f"{talk.origin}/widgets/replies/frame?href={talk.origin}/&count=5"  # the sample of the home page
    page.goto(host.show(f"<iframe src='{address}' width=600 height=800 title=answers></iframe>"))
    frame = page.frame_locator("iframe")
    expect(frame.locator("article")).to_have_count(5)
    assert frame.locator(".thread .face").first.bounding_box()["width"] < 50  # it has its style
    page.goto(address)
    more = page.get_by_role("link", name="More answers").get_attribute("href")
    page.goto(str(more))
    expect(page.locator("article")).to_have_count(1)
    context.close()


def test_the_builder_shows_answers_and_keeps_the_code_in_sight(page: Page, talk: Talk) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{talk.origin}/builder?widget=replies&href={talk.origin}/")  # the sample of the home page
    expect(page.locator("#stage article").locator("visible=true").first).to_be_visible()
    box = page.locator(".panel:not([hidden]) pre").bounding_box()
    assert box
    assert box["y"] + 120 <= 800
    expect(page.locator(".panel:not([hidden]) pre")).to_contain_text("Answer on Bluesky")


# --- what strangers write ---


@pytest.mark.corpus
def test_hostile_html_does_nothing(
    page: Page, host: HostPage, script: str, talk: Talk, corpus: Path, seen: Seen
) -> None:
    lines = (corpus / "hostile" / "html.jsonl").read_text("utf-8").splitlines()
    cases = [found.get("html") or found["value"] for found in map(json.loads, lines)]
    posts = [strangers(text, n) for n, text in enumerate(cases)]
    replies = tuple(
        Reply(f"r{n}", post, "mastodon", n % 2, f"r{n - 1}" if n % 2 else "") for n, post in enumerate(posts)
    )
    page.on("dialog", lambda dialog: (seen.errors.append(dialog.message), dialog.dismiss()))
    for start in range(0, len(replies), 100):
        page.unroute(ASKED)
        talk.answer(page, Conversation(PAGE, replies[start : start + 100]))
        ready(page, host.show('<hb-replies count="100"></hb-replies>', head=script))
        check_harmless(page, seen, talk, host)
    unsafe(page, host, script, cases)
    check_harmless(page, seen, talk, host)


def unsafe(page: Page, host: HostPage, script: str, cases: list[str]) -> None:
    """As if the server had cleaned nothing: the widget alone must hold."""
    page.unroute(ASKED)
    inside = "".join(f"<li><article part=post>{case}</article></li>" for case in cases)
    body = f'<hb-replies><div class="hb" part=replies lang=en><ol class="thread">{inside}</ol></div></hb-replies>'
    allowed = {"Access-Control-Allow-Origin": "*"}
    page.route(
        ASKED, lambda route: route.fulfill(body=body, content_type="text/html; charset=utf-8", headers=allowed)
    )
    ready(page, host.show("<hb-replies></hb-replies>", head=script))


def check_harmless(page: Page, seen: Seen, talk: Talk, host: HostPage) -> None:
    """Nothing ran, nobody else was asked, and nothing but our own kinds of elements is there."""
    page.wait_for_load_state("networkidle")
    root = "document.querySelector('hb-replies').shadowRoot"
    page.evaluate(
        f"""[...{root}.querySelectorAll('*')].forEach((e) => {{ e.focus?.();
      e.dispatchEvent(new MouseEvent('mouseover', {{ bubbles: true }})); }})"""
    )
    ours = {urlsplit(url).netloc for url in (talk.origin, host.origin)}
    assert {urlsplit(url).netloc for url in seen.requests if not url.startswith("data:")} <= ours
    assert not seen.errors
    bad = "script,iframe,object,embed,base,meta,link,style,form,input,math,video,audio,[style]:not(img),[id],[name]"
    assert page.evaluate(f"[...{root}.querySelectorAll(`{bad}`)].map((e) => e.outerHTML)") == []
    hrefs = page.evaluate(f"[...{root}.querySelectorAll('[href]')].map((e) => e.getAttribute('href'))")
    assert [h for h in hrefs if not re.match(r"https?://|mailto:", h, re.IGNORECASE)] == []
    handlers = (
        f"[...{root}.querySelectorAll('*')].flatMap((e) => e.getAttributeNames()).filter((n) => /^on|srcdoc/.test(n))"
    )
    assert page.evaluate(handlers) == []
