"""What outboxes and threads only name: boosted and quoted posts, and people, asked for where they are at home."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from feeds.named import MOST
from tests.feeds.talk import LINK, PAGE, a_talk
from tests.feeds.world import World, a_world, at
from tests.login.internet import Asked

BASE, OTHER = "https://ap.example", "https://known.example"
CONTEXT = {"@context": "https://www.w3.org/ns/activitystreams"}
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
ME, ADA = f"{BASE}/users/me", f"{OTHER}/users/ada"
THEIRS = f"{OTHER}/n/1"


def actor(url: str, name: str, **more: Any) -> dict[str, Any]:
    own = {**CONTEXT, "type": "Person", "id": url, "preferredUsername": name, "name": name.title()}
    return {**own, "icon": {"type": "Image", "url": f"{url}.png"}, **more}


def note(url: str, by: str, words: str, **more: Any) -> dict[str, Any]:
    own = {**CONTEXT, "type": "Note", "id": url, "attributedTo": by, "content": f"<p>{words}</p>"}
    return {**own, "to": [PUBLIC], "published": at(10), **more}


def boost(what: Any, number: int = 1) -> dict[str, Any]:
    own = {"type": "Announce", "id": f"{BASE}/a/{number}", "actor": ME, "published": at(number), "to": [PUBLIC]}
    return {**own, "object": what}


def outbox(*items: Any) -> dict[str, Any]:
    """A server whose account has these in its outbox, and another one."""
    return {
        f"{BASE}/.well-known/webfinger": {"links": [
            {"rel": "self", "type": "application/activity+json", "href": ME}]},
        ME: actor(ME, "me", outbox=f"{BASE}/out"),
        f"{BASE}/out": {**CONTEXT, "type": "OrderedCollection", "orderedItems": list(items)},
        ADA: actor(ADA, "ada"),
        THEIRS: note(THEIRS, ADA, "Theirs"),
    }  # fmt: skip


def posts(world: World) -> list[dict[str, Any]]:
    feed = world.add("fediverse:@me@ap.example")
    found: list[dict[str, Any]] = world.get(feed)["posts"]
    return found


def face(post: dict[str, Any]) -> tuple[str, str, bool]:
    author = post.get("author", {})
    return author.get("name", ""), author.get("handle", ""), bool(author.get("avatar"))


WHO = ("Ada", "@ada@known.example", True)


FORGED = note(THEIRS, actor(ADA, "eve"), "Forged")


@pytest.mark.parametrize("inner", [THEIRS, note(THEIRS, ADA, "Theirs"), note(THEIRS, ADA, "Forged"), FORGED])
def test_what_is_passed_on_is_told_by_its_own_server(tmp_path: Path, inner: Any) -> None:
    with a_world(tmp_path, outbox(boost(inner))) as world:
        (post,) = posts(world)
        assert face(post)[:2] == ("Me", "@me@ap.example")
        assert (post["repost"]["text"], face(post["repost"])) == ("Theirs", WHO)


QUOTES: list[dict[str, Any]] = [
    {"quote": FORGED}, {"quote": THEIRS}, {"quoteUrl": THEIRS}, {"quoteUri": THEIRS}, {"_misskey_quote": THEIRS},
    {"tag": [{"type": "Link", "href": THEIRS, "rel": "https://misskey-hub.net/ns#_misskey_quote",
              "mediaType": 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'}]},
    {"tag": [{"type": "Link", "href": THEIRS, "mediaType": "application/activity+json", "name": "RE: x"}]},
]  # fmt: skip


def test_a_quote_by_address_becomes_the_post(tmp_path: Path) -> None:
    said = f'<p>Look</p><p class="quote-inline">RE: <a href="{THEIRS}">{THEIRS}</a></p>'
    mine = [{**note(f"{BASE}/n/{n}", ME, ""), "content": said, **quote} for n, quote in enumerate(QUOTES)]
    with a_world(tmp_path, outbox(*mine)) as world:
        shown = posts(world)
        assert len(shown) == len(QUOTES)
        for post in shown:
            assert (post["text"], face(post)) == ("Look", ("Me", "@me@ap.example", True))
            assert (post["quote"]["text"], face(post["quote"])) == ("Theirs", WHO)


@pytest.mark.parametrize("post", [boost(FORGED), note(f"{BASE}/n/1", ME, "Look", quote=FORGED)])
def test_what_its_own_server_does_not_tell_has_no_face(tmp_path: Path, post: Any) -> None:
    with a_world(tmp_path, {**outbox(post), THEIRS: (500, {})}) as world:
        (shown,) = posts(world)
        assert face(shown.get("quote") or shown["repost"])[1:] == ("@eve@known.example", False)


def at_home(name: str) -> str:
    return f"{OTHER}/n/{name.replace(' ', '-')}"


KEPT: dict[str, Any] = {
    "a signature is wanted": (401, {"error": "Request not signed"}),
    "deleted": (410, {**CONTEXT, "type": "Tombstone", "id": THEIRS}),
    "a page": b"<html>Hello</html>",
    "private": note(at_home("private"), ADA, "Theirs", to=[f"{ADA}/followers"]),
    "of another server": note(f"{BASE}/n/7", ADA, "Theirs"),
    "by another server": note(at_home("by another server"), ME, "Theirs"),
    "passed on": {**boost(note(THEIRS, ADA, "Theirs")), "id": at_home("passed on")},
    "broken": (200, b'{"type": "Note"'),
    "odd": {**CONTEXT, "type": "Note", "id": at_home("odd"), "attributedTo": {"a": []}, "content": 7},
}


def test_what_cannot_be_read_stays_a_link(tmp_path: Path) -> None:
    urls = {at_home(name): told for name, told in KEPT.items()}
    items = [note(f"{BASE}/n/{n}", ME, "Look", quote=url) for n, url in enumerate(urls)]
    items += [boost(url, n) for n, url in enumerate(urls)]
    with a_world(tmp_path, {**outbox(*items), **urls}) as world:
        feed = world.add("fediverse:@me@ap.example")
        inner = [one.get("quote") or one["repost"] for one in world.get(feed, "?count=50")["posts"]]
        assert sorted(one["url"] for one in inner) == sorted([*urls, *urls])
        assert [one for one in inner if "text" in one] == []
        world.pages(**{f"{BASE}/out": outbox(*items, note(f"{BASE}/n/x", ME, "New"))[f"{BASE}/out"]})
        assert world.refresh(feed)[0].new == 1
        assert {len(world.internet.to(url)) for url in urls} == {1}  # that they do not tell is remembered


WARY = [(BASE, ME, False), (BASE, ADA, False), (OTHER, f"{OTHER}/users/eve", False), (OTHER, ADA, True)]


@pytest.mark.parametrize("quote", [THEIRS, FORGED])
@pytest.mark.parametrize(("where", "by", "shown"), WARY)
def test_who_wants_to_be_asked_before_a_quote_is_linked(
    tmp_path: Path, where: str, by: str, shown: bool, quote: Any
) -> None:
    wary = note(THEIRS, ADA, "Theirs", interactionPolicy={"canQuote": {"automaticApproval": [f"{ADA}/followers"]}})
    quoting = note(f"{where}/n/2", by, "Look", quote=quote if where == BASE else THEIRS)
    pages = {**outbox(boost(quoting["id"]) if where == OTHER else quoting), THEIRS: wary, quoting["id"]: quoting}
    with a_world(tmp_path, pages) as world:
        (post,) = posts(world)
        assert ("text" in post.get("repost", post)["quote"]) == shown


def test_no_more_are_asked_for_than_a_page_has_and_the_rest_the_next_time(tmp_path: Path) -> None:
    many = [f"{OTHER}/n/{n}" for n in range(MOST + 5)]
    pages = {**outbox(*(boost(url, n) for n, url in enumerate(many))), **{url: note(url, ADA, url) for url in many}}
    with a_world(tmp_path, pages) as world:
        feed = world.add("fediverse:@me@ap.example")
        for read in (MOST, MOST + 5):
            world.refresh(feed)
            shown = world.get(feed, "?count=50")["posts"]
            assert sum("text" in post["repost"] for post in shown) == read
            assert not any(post["edited"] for post in shown if "edited" in post)
        assert len(world.internet.to(ADA)) == 1
        world.refresh(feed)
        assert sum(len(world.internet.to(url)) for url in many) == MOST + 5


def test_a_server_in_trouble_takes_nothing_away(tmp_path: Path) -> None:
    with a_world(tmp_path, outbox(boost(THEIRS))) as world:
        feed = world.add("fediverse:@me@ap.example")
        assert world.get(feed)["posts"][0]["repost"]["text"] == "Theirs"
        world.services.cache.delete(f"named post {THEIRS}")
        world.pages(**{THEIRS: (500, {}), f"{BASE}/out": outbox(boost(THEIRS), boost(THEIRS, 2))[f"{BASE}/out"]})
        world.refresh(feed)
        told = {post["id"]: post["repost"].get("text") for post in world.get(feed)["posts"]}
        assert told == {f"{BASE}/a/1": "Theirs", f"{BASE}/a/2": None}


def test_who_replies_has_a_name_and_a_face(tmp_path: Path) -> None:
    ours = f"{BASE}/n/1"
    items = [THEIRS, note(f"{BASE}/n/2", ME, "Mine", inReplyTo=ours), f"{OTHER}/n/2"]
    root = {**note(ours, ME, ""), "content": LINK, "replies": {"type": "Collection", "items": items}}
    pages = {
        **outbox(), ours: root, THEIRS: note(THEIRS, ADA, "Theirs", inReplyTo=ours),
        f"{OTHER}/n/2": note(f"{OTHER}/n/2", f"{OTHER}/users/bob", "Again", inReplyTo=ours),
        f"{OTHER}/users/bob": (401, {"error": "Request not signed"}),
    }  # fmt: skip
    with a_talk(tmp_path, pages) as world:
        told = {one.post.text: one.post.author for one in world.of(PAGE, ours).replies}
        assert {words: (who.name, who.handle, bool(who.avatar)) for words, who in told.items() if who} == {
            "Theirs": WHO,
            "Mine": ("Me", "@me@ap.example", True),
            "Again": ("bob", "@bob@known.example", False),
        }


def test_nobody_is_who_another_server_says(tmp_path: Path) -> None:
    def elsewhere(_: Asked) -> Any:
        return 302, b"", {"Location": ME}

    for told in (actor(ME, "me"), elsewhere, {**actor(ADA, "ada"), "url": f"{BASE}/@me"}):
        with a_world(tmp_path / str(id(told)), {**outbox(boost(THEIRS)), ADA: told}) as world:
            (post,) = posts(world)
            assert face(post["repost"]) == ("ada", "@ada@known.example", False)
