"""The same words on several networks are shown once; other words are not lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from feeds.same import plain, said, same
from networks.records import Link, Post
from tests.feeds.world import BLOG, Mastodon, a_world, item, rss, toot

LONG = "The clock on the pier is right again after eleven years of twenty to four"
CASES: dict[str, tuple[Post, Post, bool]] = {
    "the same words": (Post("1", text=LONG), Post("2", text=LONG + " #harbour"), True),
    "cut to fit": (Post("1", text=LONG + " and the café has the key"), Post("2", text=LONG + " and the café"), True),
    "other words": (
        Post("1", text=LONG),
        Post("2", text="The boat to the island leaves at eight from now on"),
        False,
    ),
    "the same beginning": (
        Post("1", text="Release 2.1 of tides is out, with a fix for summer time"),
        Post("2", text="Release 2.1 of moons is here, and it only took us a year"),
        False,
    ),
    "too short to say": (Post("1", text="Good morning!"), Post("2", text="Good morning!"), False),
    "the same page": (
        Post("1", url="https://www.a.example/x/?utm_source=b"),
        Post("2", url="http://a.example/x"),
        True,
    ),
    "another page": (Post("1", url="https://a.example/x?id=1"), Post("2", url="https://a.example/x?id=2"), False),
    "an announcement": (
        Post("1", url="https://a.example/x", title="The clock is right again", text="For eleven years …"),
        Post("2", text="The clock is right again https://a.example/x", link=Link("https://a.example/x")),
        True,
    ),
    "an opinion with a link": (
        Post("1", url="https://a.example/x", title="The clock is right again"),
        Post(
            "2", text="I never trusted that thing, and neither did my grandmother", link=Link("https://a.example/x")
        ),
        False,
    ),
    "Japanese": (
        Post("1", text="新しい港の写真を撮りました。とてもきれいです"),
        Post("2", text="新しい港の写真を撮りました。とてもきれいです！"),
        True,
    ),
    "no words at all": (Post("1"), Post("2"), False),
}


@pytest.mark.parametrize(("one", "other", "wanted"), CASES.values(), ids=CASES)
def test_the_table_holds_both_ways(one: Post, other: Post, wanted: bool) -> None:
    assert same(said(one), said(other)) is wanted
    assert same(said(other), said(one)) is wanted


def test_a_plain_address_has_no_tracking() -> None:
    assert plain("https://www.A.example/b/?utm_medium=x&id=1&fbclid=2#top") == "a.example/b?id=1"


def test_what_was_posted_everywhere_is_shown_once_until_the_other_goes(tmp_path: Path) -> None:
    masto = Mastodon(toot(2, LONG, minutes=5), toot(1, "Something else altogether, said only here", minutes=9))
    pages = {
        **masto.pages,
        BLOG: rss(item(1, LONG, minutes=4), item(2, "Only on the blog, and nowhere else", minutes=3)),
    }
    with a_world(tmp_path, pages) as world:
        feed = world.add("mastodon:@me@toots.example", f"rss:{BLOG}")
        alone = world.add(f"rss:{BLOG}")
        world.refresh(feed)
        assert sorted(world.texts(feed)) == sorted({LONG, "Something else altogether, said only here",
                                                    "Only on the blog, and nowhere else"})  # fmt: skip
        assert len(world.texts(alone)) == 2
        shown = next(post for post in world.get(feed)["posts"] if post["text"] == LONG)
        if shown["network"] == "rss":
            world.pages(
                **{
                    BLOG: rss(
                        item(3, "New words for the blog, of another kind"),
                        item(2, "Only on the blog, and nowhere else", minutes=3),
                        item(9, "Old words that were there before", minutes=60),
                    )
                }
            )
        else:
            del masto.toots[0]
        world.refresh(feed)
        world.refresh(feed)
        kept = next(post for post in world.get(feed)["posts"] if post["text"] == LONG)
        assert kept["network"] != shown["network"]
