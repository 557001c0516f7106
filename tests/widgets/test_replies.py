"""The replies widget on the server: what it draws of a conversation, how it goes on, who may be in data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from feeds.conversation import Conversation, Place, Reply
from feeds.webhook_tables import MentionRow
from networks.records import Author
from tests.doubles import ORIGIN, a_site, an_app
from tests.widgets.conversations import PAGE, PLACES, a_mention, a_reply, all_of_it, data, faces, html
from tests.widgets.feeds_with_posts import LONG, NOW, a_post
from tests.widgets.test_share import Links
from widgets.replies import told
from widgets.words import Catalog

BASE = "http://127.0.0.1:8000"
PICTURES = "https://pictures.example"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    made = an_app(tmp_path_factory.mktemp("replies"))
    a_site(made)
    yield made
    made.extensions["handbill"].close()


def talk(*replies: Reply, **changes: Any) -> Conversation:
    return Conversation(PAGE, replies, **{"counts": {"replies": len(replies)}, **changes})


def articles(text: str) -> list[str]:
    """The HTML of each answer."""
    return re.findall(r"<article.*?</article>", text, re.S)


def outline(text: str) -> list[tuple[int, str]]:
    """How far in each answer stands, and its words."""
    depth, found = 0, []
    for tag, number in re.findall(r"(<ol|</ol)|Answer number (\d+)\.</p>", text):
        depth += {"<ol": 1, "</ol": -1}.get(tag, 0)
        if number:
            found.append((depth, number))
    return found


# --- what is drawn ---


def test_all_of_a_conversation_is_in_the_html(app: Flask) -> None:
    text = html(app, all_of_it(PICTURES))
    assert len(articles(text)) == 10
    for said in ("10 answers", "1,234 likes", "3 reposts", "+1,226", "Answer on Mastodon", "Answer on Bluesky",
                 "send a Webmention", "In answer to Grace Hopper", "The end is told", "Mentioned this page",
                 "View on mina.example", "The quay is older than the town.", "· Edited"):  # fmt: skip
        assert said in text, said
    assert text.count("Mentioned this page") == 1
    assert not re.search(r"<h[1-6]|data-as|<iframe|<video", text)


def test_a_thread_is_one_level_deep_and_deeper_answers_say_whom_they_answer(app: Flask) -> None:
    replies = [a_reply(9), a_reply(8, 1, "r9"), a_reply(7, 2, "r8"), a_reply(6, 3, "r7"), a_reply(5)]
    names = {"r8": "Bea", "r7": "Cyd"}
    replies = [replace(r, post=replace(r.post, author=Author(names.get(r.id, "Ada")))) for r in replies]
    text = html(app, talk(*replies))
    assert outline(text) == [(1, "9"), (2, "8"), (2, "7"), (2, "6"), (1, "5")]
    to = [re.findall("In answer to (.*?)<", one) for one in articles(text)]
    assert to == [[], [], ["Bea"], ["Cyd"], []]


@pytest.mark.parametrize(
    ("counts", "people", "said"),
    [
        ({}, (), []),
        ({"likes": 1}, (), ["1 like"]),
        ({"likes": 0}, faces(2), ["2 likes"]),
        ({"likes": 9, "reposts": 1}, faces(2) + faces(2), ["9 likes", "1 repost"]),
    ],
)
def test_counts_are_in_words_and_everybody_counts_once(
    app: Flask, counts: dict[str, int], people: Any, said: list[str]
) -> None:
    content, _ = data(app, talk(faces=people, counts=counts))
    assert [group["said"] for group in content["groups"]] == said
    assert all(len(group["faces"]) <= 2 for group in content["groups"])


def test_every_face_has_a_name_and_comes_from_us(app: Flask) -> None:
    text = html(app, talk(faces=faces(12, pictures=PICTURES)))
    found = Links(text).elements
    pictures = [values for tag, values in found if tag == "img"]
    assert [image["alt"] for image in pictures] == ["Person 1", "Person 3", "Person 5", "Person 7"]
    assert all(image["src"].startswith(f"{BASE}/media/") and image["width"] == "32" for image in pictures)
    assert "<span>Person 0</span>" in text
    assert ">+4<" in text
    without = html(app, talk(faces=faces(12, pictures=PICTURES)), faces="off")
    assert "12 likes" in without
    assert "Person" not in without


def test_nothing_a_strict_policy_minds_is_written(app: Flask) -> None:
    for _tag, values in Links(html(app, all_of_it(PICTURES))).elements:
        assert "style" not in values
        assert not [name for name in values if name.startswith("on")]
        assert urlsplit(values.get("href", "https://x")).scheme in ("http", "https", "mailto")


def test_links_to_answer_at_say_where_and_whose(app: Flask) -> None:
    second = Place("mastodon", "https://other.example/@me/1", Author("Me", "@me@other.example"))
    content, _ = data(app, talk(places=(*PLACES, second, second)))
    assert [place["label"] for place in content["places"]] == [
        "Answer on Mastodon · @ada@example.social",
        "Answer on Bluesky",
        "Answer on Mastodon · @me@other.example",
    ]
    assert "Webmention" not in html(app, talk(places=PLACES))


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({}, "No answers yet."),
        ({"waiting": True}, "The answers are being fetched."),
        ({"replies": (a_reply(1),), "stale": True}, "These are the last ones."),
        ({"replies": (a_reply(1),), "sample": True}, "these posts are made up."),
    ],
)
def test_what_is_said_where_there_is_something_to_say(app: Flask, state: dict[str, Any], said: str) -> None:
    text = html(app, Conversation(PAGE, **state))
    assert said in text
    assert ('data-wait="1"' in text) is ("waiting" in state)
    assert 'class="none"' not in html(app, talk(a_reply(1)))


def test_what_may_not_be_shown_is_left_out_and_its_answers_stay(app: Flask) -> None:
    hidden = a_reply(9, private=True, text="A secret")
    nobody = replace(a_reply(6), post=replace(a_reply(6).post, network="x", url=""))
    text = html(app, talk(hidden, a_reply(8, 1, "r9"), nobody))
    assert "A secret" not in text
    assert outline(text) == [(1, "8")]
    assert "In answer to" not in text


def test_a_mention_is_begun_and_its_title_leads_there(app: Flask) -> None:
    mention = a_mention(1)
    mention = replace(mention, post=replace(mention.post, text=LONG, html=f"<p>{LONG}</p>"))
    (text,) = articles(html(app, talk(mention)))
    assert '<a href="https://mina.example/quay" rel="nofollow noopener">On the quay</a>' in text
    assert len(re.sub("<[^>]+>", "", text)) < 1000


# --- how it goes on ---


def test_more_leads_on_without_scripts_until_all_are_seen(app: Flask) -> None:
    conversation, seen, given = talk(*(a_reply(n) for n in range(45))), [], {"count": "20"}
    for expected in (20, 20, 5):
        text = html(app, conversation, **given)
        found = [number for _, number in outline(text)]
        assert len(found) == expected
        seen += found
        more = re.search(r'class="more"><a href="([^"]+)"', text)
        assert ("45 answers" in text) is (len(seen) == 20)
        given = (
            {name: v[0] for name, v in parse_qs(urlsplit(more[1].replace("&amp;", "&")).query).items()}
            if more
            else {}
        )
    assert len(set(seen)) == 45
    assert not given


def test_a_part_ends_between_threads_where_that_is_near(app: Flask) -> None:
    threads = [a_reply(99), *(a_reply(n, 1, "r99") for n in range(90, 97)), a_reply(50), a_reply(49, 1, "r50")]
    content, _ = data(app, talk(*threads, a_reply(40)), count="9")
    assert content["next"] == 8
    endless = talk(a_reply(99), *(a_reply(n, 1, "r99") for n in range(30)))
    content, _ = data(app, endless, count="10")
    assert content["next"] == 10
    rest = html(app, endless, count="10", skip="10")
    assert outline(rest)[0] == (1, "9")
    assert "In answer to Ada Lovelace" in rest


# --- data, options, answers ---


def test_data_has_nothing_of_networks_that_forbid_that(app: Flask) -> None:
    theirs = replace(a_reply(2, network="x", url="https://x.com/ada/status/2", text="A secret of X"), network="x")
    people = (*faces(1), replace(faces(1)[0], network="x", author=Author("Xaver", "x", "https://x.com/x")))
    content, made = data(app, talk(a_reply(1), theirs, faces=people, places=PLACES))
    assert "A secret of X" in str(content)
    found = told(content, made)
    assert [post["url"] for post in found["replies"]] == ["https://example.social/@ada/1"]
    assert [face["name"] for face in found["faces"]] == ["Person 0"]
    assert found["counts"] == {"replies": 2}
    assert "x.com" not in str(found)


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({}, "href"),
        ({"href": "javascript:1"}, "href"),
        ({"href": PAGE, "count": "0"}, "count"),
        ({"href": PAGE, "posts": "https://a.example/1 nonsense"}, "posts"),
        ({"href": PAGE, "posts": " ".join(f"https://a.example/{n}" for n in range(6))}, "posts"),
        ({"href": PAGE, "faces": "some"}, "faces"),
        ({"href": PAGE, "skip": "400"}, "skip"),
        ({"href": PAGE, "posts": "", "count": "", "faces": "", "skip": "", "theme": "", "lang": "", "site": ""}, ""),
    ],
)
def test_mistakes_are_named(client: FlaskClient, options: dict[str, str], field: str) -> None:
    for kind in (".html", ".json", "/frame"):
        reply = client.get(f"/widgets/replies{kind}", query_string=options, headers={"Accept": "application/json"})
        assert reply.status_code == (422 if field else 200), reply.text
        if field and kind != "/frame":
            assert reply.json["error"]["field"] == field


def test_an_answer_is_kept_a_minute_and_one_that_waits_not_at_all(client: FlaskClient) -> None:
    reply = client.get("/widgets/replies.html", query_string={"href": PAGE})
    assert reply.headers["Cache-Control"] == "public, max-age=60, stale-if-error=3600"
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    tag = {"If-None-Match": reply.headers["ETag"]}
    assert client.get("/widgets/replies.html", query_string={"href": PAGE}, headers=tag).status_code == 304


def test_answers_speak_every_language(app: Flask) -> None:
    for tag in Catalog().languages:
        text, words = html(app, all_of_it(PICTURES), lang=tag), Catalog().words(tag)
        assert f'lang="{tag}" dir="{words.dir}"' in text
        for said in (words.plural("answers_n", 10), words.plural("likes_n", 1234), words.text("answer_own"),
                     words.text("answer_on", network="Bluesky"), words.text("mentioned")):  # fmt: skip
            assert said in text, (tag, said)


def test_what_is_stored_of_a_page_of_a_site_is_shown_and_of_no_other(app: Flask, client: FlaskClient) -> None:
    built = app.extensions["handbill"]
    site = built.sites.all()[0]
    post = a_post(1, network="", url="https://mina.example/quay", html="<p>I walked there.</p>")
    pages = (f"{ORIGIN}/post", "https://stranger.example/post")
    with built.database.session(write=True) as session:
        for page in pages:
            told = {"source": post.url, "target": page, "kind": "reply", "state": "here", "problem": ""}
            session.add(MentionRow(id=page, site_key=site.key, **told, stored=post.as_stored(), asked=NOW, seen=NOW))
    for page, said in zip(pages, ("I walked there.", "No answers yet."), strict=True):
        for who in ({}, {"site": site.key}):
            reply = client.get("/widgets/replies.html", query_string={"href": page, **who})
            assert said in reply.text
    data = client.get("/widgets/replies.json", query_string={"href": pages[0]}).json
    assert [found["url"] for found in data["replies"]] == [post.url]


# --- our own pages ---


def test_the_home_page_has_a_sample_where_there_is_a_demo_site(tmp_path: Path) -> None:
    app = an_app(tmp_path)
    client = app.test_client()
    assert "<hb-replies" not in client.get("/").text
    a_site(app, name="Demo", origins=(BASE,), return_to=())
    text = client.get("/").text
    sample = text[text.index("<hb-replies") : text.index("</hb-replies>")]
    assert "these posts are made up" in sample
    assert len(articles(sample)) == 5
    assert "skip=5" in sample
    assert client.get(f"/widgets/replies/frame?href={BASE}/&skip=5").text.count("<article") == 1
    app.extensions["handbill"].close()


def test_the_builder_shows_answers_and_writes_links_that_work_without_us(client: FlaskClient) -> None:
    text = client.get("/builder", query_string={"widget": "replies", "href": f"{BASE}/", "faces": "off"}).text
    assert f'<hb-replies href="{BASE}/" faces="off">' in text
    assert "&lt;/<b" in text
    assert "https://toots.example/" in text
    assert "Enter a page’s address and the answers to it stand here." in client.get("/builder?widget=replies").text
    alone = client.get("/builder", query_string={"widget": "replies", "href": PAGE}).text
    assert "/widgets/replies/frame?" in alone
