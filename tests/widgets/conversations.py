"""Conversations as values, and the HTML that the server draws of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask import Flask

from embed.routes_widgets import context_of, render
from feeds.conversation import Conversation, Face, Place, Reply
from networks.records import Author, Media
from tests.widgets.feeds_with_posts import a_post, ago
from widgets.base import Context, parse

if TYPE_CHECKING:
    from core.sites import Site

PAGE = "https://blog.example/post"
SERVER = "https://example.social"
GRACE = Author("Grace Hopper", "grace.example.org", "https://bsky.app/profile/grace.example.org")
MINA = Author("Mina Okafor", "", "https://mina.example/")


def a_reply(number: int, depth: int = 0, parent: str = "", **changes: Any) -> Reply:
    """An answer on Mastodon, as old as its number says; ``r{number}`` is its id."""
    text = changes.pop("text", f"Answer number {number}.")
    post = a_post(number, text=text, html=changes.pop("html", f"<p>{text}</p>"), **changes)
    return Reply(f"r{number}", post, post.network, depth, parent)


def a_mention(number: int, kind: str = "mention") -> Reply:
    """A page that told us by Webmention."""
    post = a_post(
        number, network="", author=MINA, url="https://mina.example/quay", title="On the quay", text="I walked there."
    )
    return Reply(f"m{number}", replace(post, html="<p>I walked there.</p>"), "", kind=kind)


def faces(count: int, kind: Any = "like", pictures: str = "") -> tuple[Face, ...]:
    """People who liked the page, every other with a picture."""
    return tuple(
        Face(
            Author(f"Person {n}", f"@p{n}", f"{SERVER}/@p{n}", f"{pictures}/face-{n}.png" if n % 2 else ""),
            kind,
            "mastodon",
        )
        for n in range(count)
    )


PLACES = (
    Place("mastodon", f"{SERVER}/@ada/1", Author("Ada Lovelace", "@ada@example.social")),
    Place("bluesky", "https://bsky.app/profile/ada/post/2"),
)


def all_of_it(pictures: str) -> Conversation:
    """A conversation with everything that there may be in one."""
    ada = Author("Ada Lovelace", "@ada@example.social", f"{SERVER}/@ada", f"{pictures}/face-a.png")
    one = Media("image", f"{pictures}/wide-1.png", 1200, 675, "Stalls along the quay")
    six = tuple(Media("image", f"{pictures}/square-{'x' * n}.png", 800, 800, f"Picture {n}") for n in range(1, 7))
    film = Media("video", "https://video.example.org/clip.mp4", 1280, 720, "A clip", f"{pictures}/wide-22.png")
    quote = a_post(92, author=ada, text="The quay is older than the town.", html="")
    replies = (
        a_reply(40, author=ada, media=(one,)),
        a_reply(39, 1, "r40", author=GRACE, network="bluesky", url="https://bsky.app/profile/g/post/39"),
        a_reply(38, 2, "r39", author=ada, quote=quote),
        a_reply(37, 3, "r38", author=GRACE),
        a_reply(30, author=GRACE, media=six),
        a_reply(29, warning="The end is told", sensitive=True, text="The ship sinks."),
        a_reply(28, media=(film,), sensitive=True, edited=ago(1)),
        a_mention(27),
        a_mention(26, "reply"),
        a_reply(
            25,
            lang="ar",
            author=Author("السوق", "@suq@example.social", f"{SERVER}/@suq"),
            text="السوق ينتقل إلى النهر.",
        ),
    )
    return Conversation(
        PAGE,
        replies,
        (*faces(12, "like", pictures), *faces(3, "repost", pictures)),
        {"replies": len(replies), "likes": 1234, "reposts": 3},
        PLACES,
        webmention=True,
    )


def context(app: Flask, conversation: Conversation, lang: str = "en") -> Context:
    """What the widget is made from, for a page with this conversation."""

    def of(href: str, posts: Sequence[str], count: int, site: Site | None) -> Conversation:
        rest = max(0, len(conversation.replies) - count)
        return replace(conversation, replies=conversation.replies[:count], more=conversation.more + rest)

    return replace(context_of(None, app.extensions["handbill"].catalog.words(lang)), conversation=of)


def data(app: Flask, conversation: Conversation, **given: str) -> tuple[dict[str, Any], Context]:
    """The widget's data."""
    widget = app.extensions["handbill"].widgets["replies"]
    with app.test_request_context():
        options, _ = parse(widget.options, {"href": PAGE, **given}, app.extensions["handbill"].networks)
        made = context(app, conversation, given.get("lang", "en"))
        return widget.data(options, made), made


def html(app: Flask, conversation: Conversation, **given: str) -> str:
    """What `/widgets/replies.html` answers for such a conversation."""
    widget = app.extensions["handbill"].widgets["replies"]
    given = {"href": PAGE, **given}
    content, made = data(app, conversation, **given)
    with app.test_request_context():
        options, _ = parse(widget.options, given, app.extensions["handbill"].networks)
        return str(render(widget, options, made, given, content))
