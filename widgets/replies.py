"""The replies widget: the conversation about a page, wherever it is held.

Answers on networks and on people's own sites stand in one thread, with those who liked the page or passed it on as
faces, and with links to where one can answer. The server draws them (`templates/widgets/replies.html`), and the
script shows what the server drew, as for feeds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal
from urllib.parse import urlencode

from pydantic import Field, field_validator

from core.errors import Invalid, NotFound
from networks.icons import icon
from networks.parts import Network
from widgets.base import Context, Options, Refused, Widget, address, words_of
from widgets.feed import allowed
from widgets.feed_posts import SIDE_BY_SIDE, item

if TYPE_CHECKING:
    from feeds.conversation import Conversation, Face, Place, Reply

# As many answers as a person reads at once, and as one page shows at the most.
USUAL, MOST = 20, 100
# Beyond so many the conversation is better read where it is held; no more are asked for at once (feeds/replies).
DEEPEST = 399
# Posts about one page that its owner names: one for each network, and some (feeds/replies).
MOST_POSTS = 5
# Faces of a kind side by side: one line of a phone, with the words after them.
FACES = 8
# Links to answer at: more are a list to choose from, not an invitation.
MOST_PLACES = 4
# Pages that told us by Webmention are drawn as articles of a site are.
PAGE = "rss"
# An answer that was deleted is gone from every page within minutes; while we are down, an hour-old thread is shown.
LIFETIME = "public, max-age=60, stale-if-error=3600"


class RepliesOptions(Options):
    """What a page owner may say about the answers to a page."""

    href: str = Field("", description="The page that is talked about. Default: the page that the element stands on.")
    posts: list[str] = Field(
        default_factory=list,
        description="Addresses of posts about the page, whose answers are shown. Those of your feeds are found.",
    )
    count: int = Field(
        USUAL, ge=1, le=MOST, description="How many answers there are at first, and with each click on more."
    )
    faces: Literal["on", "off"] = Field("on", description="Pictures of those who liked the page or passed it on.")
    skip: int = Field(0, ge=0, le=DEEPEST, description="Where to go on, as the link to more answers says it.")
    ours: ClassVar[frozenset[str]] = frozenset({"skip"})

    @field_validator("href", mode="before")
    @classmethod
    def _href(cls, value: object) -> str:
        return address(value, "href").partition("#")[0]

    @field_validator("posts", mode="before")
    @classmethod
    def _posts(cls, value: object) -> list[str]:
        found = [address(part, "posts") for part in words_of(value)]
        if len(found) > MOST_POSTS:
            raise Refused(f"At most {MOST_POSTS} posts.", field="posts")
        return found

    @field_validator("theme", "count", "faces", "skip", mode="before")
    @classmethod
    def _empty(cls, value: object, info: Any) -> object:
        return cls.model_fields[info.field_name].default if value == "" else value


def data(options: RepliesOptions, context: Context) -> dict[str, Any]:
    """Return what the template reads. Raises Invalid without a page, NotFound where nobody knows conversations."""
    if not options.href:
        raise Invalid("Say which page, as href=https://…", field="href")
    if context.conversation is None or context.show_post is None:
        raise NotFound("This server shows no conversations.", code="no_conversation", field="href")
    words, start = context.words, options.skip
    # One more than is shown: whether it begins a thread says where to stop.
    found = context.conversation(options.href, options.posts, start + options.count + 1, context.site)
    end = _end(found.replies, start, options.count)
    further = (end < len(found.replies) or found.more > 0) and start < end <= DEEPEST
    return {
        "widget": "replies",
        "lang": words.lang,
        "dir": words.dir,
        "theme": options.theme,
        "title": words.text("answers"),
        "href": options.href,
        "page": _address(options, context),
        "more": _address(options, context, skip=end) if further else "",
        "next": end if further else None,
        "waiting": found.waiting,
        "stale": found.stale,
        "counts": dict(found.counts),
        "threads": _threads(found.replies, start, end, context),
        "say": {name: words.text(name) for name in ("answer", "more_answers", "picture", "video", "sound")},
        **(_told_once(found, options, context) if not start else _NOT_AGAIN),
    }


_NOT_AGAIN: Mapping[str, Any] = {"said": "", "groups": [], "places": [], "own": "", "note": "", "empty": ""}


def _told_once(found: Conversation, options: RepliesOptions, context: Context) -> dict[str, Any]:
    """Return what stands above the first answers."""
    words, answers = context.words, max(found.counts.get("replies", 0), len(found.replies))
    note = "posts_sample" if found.sample else "posts_stale" if found.stale and answers else ""
    empty = "" if answers else "answers_waiting" if found.waiting else "no_answers"
    return {
        "said": words.plural("answers_n", answers) if answers else "",
        "groups": [group for kind in ("like", "repost") if (group := _group(found, kind, options, context))],
        "places": _places(found.places, context),
        "own": words.text("answer_own") if found.webmention else "",
        "note": words.text(note) if note else "",
        "empty": words.text(empty) if empty else "",
    }


def _address(options: RepliesOptions, context: Context, **changed: int) -> str:
    """Return the address of a page with the answers: where links lead without scripts."""
    given = options.model_dump(exclude_defaults=True) | changed
    query = {name: " ".join(value) if isinstance(value, list) else value for name, value in given.items()}
    return f"{context.base_url}/widgets/replies/frame?{urlencode(query)}"


def _network(key: str, context: Context) -> Network:
    return context.networks.get(key) or context.networks[PAGE]


# --- the thread ---


def _end(replies: Sequence[Reply], start: int, count: int) -> int:
    """Return where to stop: between two threads, if that is not much earlier than asked for."""
    end = start + count
    if end >= len(replies):
        return len(replies)
    return next((at for at in range(end, start + count // 2, -1) if not replies[at].depth), end)


def _threads(replies: Sequence[Reply], start: int, end: int, context: Context) -> list[dict[str, Any]]:
    """Return the answers of one part, those to answers below the first one: one level, however deep they are.

    What is further down says whom it answers.
    """
    known = {reply.id: reply for reply in replies if not reply.post.private}
    tops: dict[str, dict[str, Any]] = {}
    for reply in replies[start:end]:
        made = _drawn(reply, context)
        if made is None:
            continue
        top = tops.get(reply.parent) if reply.parent else None
        parent = known.get(reply.parent)
        if parent and (top is None or top["id"] != reply.parent):
            made["to"] = context.words.text("answer_to", author=_name(parent))
        if top is None:
            top = tops[reply.id] = {"id": reply.id, "post": made, "answers": []}
        else:
            top["answers"].append(made)
            tops[reply.id] = top
    return [top for id_, top in tops.items() if top["id"] == id_]


def _drawn(reply: Reply, context: Context) -> dict[str, Any] | None:
    """Return an answer as the template reads it; None where its network's policy keeps it from being shown."""
    if reply.post.private or context.show_post is None:
        return None
    words, network = context.words, _network(reply.network, context)
    made = item(context.show_post(replace(reply.post, network=network.key), words.lang), words)
    if made is None:
        return None
    media = [one | {"plays": "", "rest": 0} for one in made["media"][:SIDE_BY_SIDE]]
    by = words.text("mentioned") if reply.kind == "mention" else ""
    answer, author = words.text("answer"), made["author"]
    if network.key == PAGE:
        answer = words.text("view_on", network=made["place"])
        author = author | {"handle": made["place"] if made["place"] != author["name"] else ""}
    changed = {"media": media, "author": author, "answer": answer, "mark": network.key != PAGE}
    return made | changed | {"by": by, "to": "", "depth": reply.depth}


def _name(reply: Reply) -> str:
    author = reply.post.author
    return (author.name or author.handle) if author else reply.post.url


# --- who liked it, and where to answer ---


def _group(found: Conversation, kind: str, options: RepliesOptions, context: Context) -> dict[str, Any] | None:
    """Return those who liked the page or passed it on: some faces, and how many they are; None for nobody."""
    people = _people([face for face in found.faces if face.kind == kind])
    number = max(found.counts.get(f"{kind}s", 0), len(people))
    if not number:
        return None
    shown = [_face(face, context) for face in people[:FACES]] if options.faces == "on" else []
    rest = number - len(shown)
    more = f"+{context.words.number(rest)}" if shown and rest else ""
    return {"kind": kind, "said": context.words.plural(f"{kind}s_n", number), "faces": shown, "rest": more}


def _people(faces: Iterable[Face]) -> list[Face]:
    """Return everybody once: who likes two posts about a page likes the page."""
    found = {face.author.url or face.author.handle or face.author.name: face for face in faces}
    return [face for key, face in found.items() if key]


def _face(face: Face, context: Context) -> dict[str, Any]:
    network = _network(face.network, context)
    author = face.author
    shown = context.show_author(author, network.key) if context.show_author else None
    name = author.name or author.handle or author.url
    return {
        "name": name,
        "url": author.url,
        "letter": name[:1].upper(),
        "face": shown["avatar"] if shown else None,
        "network": {"key": network.key},
    }


def _places(places: Iterable[Place], context: Context) -> list[dict[str, Any]]:
    """Return links to where one can answer; two on one network say whose post it is."""
    shown = list({place.url: place for place in places if place.url}.values())[:MOST_PLACES]
    keys = [place.network for place in shown]
    return [_place(place, keys.count(place.network) > 1, context) for place in shown]


def _place(place: Place, alike: bool, context: Context) -> dict[str, Any]:
    network = _network(place.network, context)
    label = context.words.text("answer_on", network=network.name)
    whose = (place.author.handle or place.author.name) if place.author and alike else ""
    return {
        "network": {"key": network.key, "path": icon(network)},
        "label": f"{label} · {whose}" if whose else label,
        "href": place.url,
    }


# --- data ---


def told(content: dict[str, Any], context: Context) -> dict[str, Any]:
    """Return the data as JSON may have it: nothing of networks that forbid that (`Policy.json`)."""
    posts = [post for top in content["threads"] for post in (top["post"], *top["answers"])]
    faces = [{**face, "kind": group["kind"]} for group in content["groups"] for face in group["faces"]]
    names = ("widget", "lang", "dir", "href", "counts", "places", "next", "waiting", "stale")
    return {name: content[name] for name in names} | {
        "replies": [post for post in posts if allowed(post, context)],
        "faces": [face for face in faces if _network(face["network"]["key"], context).policy.json],
    }


WIDGET = Widget("replies", "Replies", RepliesOptions, data, told=told, lifetime=LIFETIME, sheet=True)
