"""Servers where people talk about a page: one with Mastodon's API, and Bluesky's app server for the public web."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from feeds.conversation import Conversation
from feeds.replies import Conversations, Desk
from feeds.replies.read import Read
from feeds.replies.tables import PageRow
from tests.doubles import ORIGIN
from tests.feeds.world import ME, TOOTS, Mastodon, World, toot
from tests.login.internet import Asked

PAGE = f"{ORIGIN}/post"
STATUS = f"{TOOTS}/api/v1/statuses"
API = "https://public.api.bsky.app/xrpc"
DID = "did:plc:" + "a" * 24
LINK = f'<p>New: <a href="{PAGE}">a post</a></p>'


def person(name: str, **more: Any) -> dict[str, Any]:
    """An account of Mastodon's API on another server."""
    home = f"https://{name}.example"
    own = {"id": name, "acct": f"{name}@{name}.example", "username": name, "display_name": name.title()}
    return {**own, "url": f"{home}/@{name}", "avatar": f"{home}/face.png", **more}


class Toots(Mastodon):
    """A server with one account, whose statuses a test changes, and what is answered to the first of them.

    ``thread`` are the answers; ``faces`` who liked, ``boosts`` who passed it on. ``fault`` stands in for all answers.
    """

    def __init__(self, root: dict[str, Any], *answers: dict[str, Any]) -> None:
        super().__init__(root)
        self.thread = list(answers)
        self.faces: list[dict[str, Any]] = []
        self.boosts: list[dict[str, Any]] = []
        self.fault: Any = None

    @property
    def root(self) -> dict[str, Any]:
        return self.toots[0]

    @property
    def pages(self) -> dict[str, Any]:
        place = f"{STATUS}/{self.root['id']}"
        own = {
            place: lambda _: {**self.root, "favourites_count": len(self.faces), "reblogs_count": len(self.boosts)},
            f"{place}/context": lambda _: {"ancestors": [], "descendants": self.thread},
            f"{place}/favourited_by": lambda _: self.faces,
            f"{place}/reblogged_by": lambda _: self.boosts,
        }
        return {**super().pages, **{url: self._or_fault(answer) for url, answer in own.items()}}

    def _or_fault(self, answer: Any) -> Any:
        def given(asked: Asked) -> Any:
            fault = self.fault(asked) if callable(self.fault) else self.fault
            return answer(asked) if fault is None else fault

        return given


def answer(
    number: int, to: int = 1, words: str = "", by: str = "ann", minutes: float = 0, **more: Any
) -> dict[str, Any]:
    """An answer to a status, from another server."""
    uri = f"https://{by}.example/users/{by}/statuses/{number}"
    own = {"uri": uri, "url": f"https://{by}.example/@{by}/{number}", "account": person(by)}
    return toot(number, words or f"Answer {number}", minutes, in_reply_to_id=str(to), **{**own, **more})


# --- Bluesky ---


def view(
    key: str, words: str = "", handle: str = "ann.test", *, to: str = "", minutes: float = 0, **more: Any
) -> dict[str, Any]:
    """A post's view as the app server makes it."""
    from tests.feeds.world import at

    did = DID if handle == "me.test" else "did:plc:" + (handle[0] * 24)
    record: dict[str, Any] = {"$type": "app.bsky.feed.post", "text": words or f"Post {key}", "createdAt": at(minutes)}
    if to:
        record["reply"] = {"parent": {"uri": to}, "root": {"uri": uri("1")}}
    author = {"did": did, "handle": handle, "displayName": handle.title(), **more.pop("author", {})}
    record |= more.pop("record", {})
    return {
        "uri": uri(key, did),
        "cid": "c" + key,
        "author": author,
        "record": record,
        "indexedAt": at(minutes),
        **more,
    }


def uri(key: str, did: str = DID) -> str:
    """A post's address in atproto."""
    return f"at://{did}/app.bsky.feed.post/{key}"


def linking(key: str = "1", **more: Any) -> dict[str, Any]:
    """A post of the site's owner that has a card of the page."""
    card = {"$type": "app.bsky.embed.external#view", "external": {"uri": PAGE, "title": "A post", "description": ""}}
    return view(key, "New on the blog", "me.test", embed=card, **more)


def node(post: Mapping[str, Any], *replies: Mapping[str, Any]) -> dict[str, Any]:
    """A post in a thread, with its answers."""
    return {"$type": "app.bsky.feed.defs#threadViewPost", "post": post, "replies": list(replies)}


def sky(thread: Any, **lists: Any) -> dict[str, Any]:
    """The app server's pages: one thread, and who liked its first post or passed it on."""
    return {
        f"{API}/com.atproto.identity.resolveHandle": {"did": DID},
        f"{API}/app.bsky.feed.getPostThread": thread if callable(thread) else {"thread": thread},
        f"{API}/app.bsky.feed.getLikes": {"likes": lists.get("likes", [])},
        f"{API}/app.bsky.feed.getRepostedBy": {"repostedBy": lists.get("reposts", [])},
    }


class Talk(World):
    """A world with the conversations of its site's pages."""

    def __init__(self, folder: Path, pages: Mapping[str, Any], **settings: str) -> None:
        own = {PAGE: b"<html>A post</html>", f"{STATUS}/1": None, **sky(None)}
        super().__init__(folder, {**own, **pages}, **settings)
        self.put: list[str] = []
        vars(self.services.jobs)["enqueue"] = self._put  # what a worker would do, in its turn

    def _put(self, _name: str, payload: Mapping[str, Any], **_how: Any) -> str:
        self.put.append(str(payload.get("page", "")))
        return "job"

    @property
    def talk(self) -> Conversations:
        return Conversations(self.services, now=lambda: self.now)

    @property
    def desk(self) -> Desk:
        return Desk(self.services, now=lambda: self.now)

    def of(self, href: str = PAGE, *posts: str, **how: Any) -> Conversation:
        return self.talk.of(href, posts=posts, **{"site": self.site.site, **how})

    def work(self, **by: float) -> Read:
        """Let time pass, have somebody look, and do what that put; return how reading went."""
        self.later(**by or {"days": 1})
        self.of()
        (page,) = {one for one in self.put if one} or {self.page_id()}
        self.put.clear()
        return self.talk.reader.read(page)

    def page_id(self) -> str:
        with self.services.database.session() as session:
            return session.query(PageRow).one().id

    def told(self, *posts: str, **how: Any) -> list[tuple[int, str]]:
        """What the conversation says: depth and words."""
        return [(one.depth, one.post.text) for one in self.of(PAGE, *posts, **how).replies]


@contextmanager
def a_talk(folder: Path, pages: Mapping[str, Any], *sources: str, **settings: str) -> Iterator[Talk]:
    """A world whose site has a feed of these sources, read once; closed at the end."""
    world = Talk(folder, pages, **settings)
    try:
        if sources:
            world.refresh(world.add(*sources))
        yield world
    finally:
        world.close()


def a_root(**more: Any) -> dict[str, Any]:
    """The status of the site's owner that links to the page."""
    return toot(1, minutes=60, **{"content": LINK, "account": ME, **more})
