"""What reading costs: budgets in posts or money, no more asked for than is left, and what status says of it."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.errors import Invalid
from feeds.budget import posts_for
from feeds.show import shown
from networks import Networks
from tests.feeds.test_more import an_account, said
from tests.feeds.world import a_world, at
from tests.login.internet import Asked


@pytest.mark.parametrize(
    ("written", "posts"),
    [("1000", 1000), ("1000 posts", 1000), ("5usd", 1000), ("$5", 1000), ("2.50 USD", 500), ("0", 0), ("0.001$", 0)],
)
def test_a_budget_is_written_in_posts_or_in_money(written: str, posts: int) -> None:
    assert posts_for(written, Networks().values()) == posts


@pytest.mark.parametrize("written", ["", "-1", "5eur", "many", "1e9", "5.usd", "5usd5", "٥"])
def test_what_is_no_budget_is_refused(written: str) -> None:
    with pytest.raises(Invalid) as caught:
        posts_for(written, Networks().values())
    assert caught.value.field == "budget"


X = "https://api.x.com/2/users"


def tweets(count: int, first: int = 0) -> dict[str, Any]:
    data = [
        {"id": str(1990000000000000000 - first - n), "text": f"Post {n}", "author_id": "5", "created_at": at(n)}
        for n in range(count)
    ]
    return {"data": data, "includes": {"users": [{"id": "5", "name": "Me", "username": "me"}]}}


def test_status_tells_what_x_costs_and_until_when_it_is_left_alone(tmp_path: Path) -> None:
    def billed(asked: Asked) -> dict[str, Any]:
        return tweets(int(asked.query["max_results"]))

    pages = {f"{X}/by/username/me": {"data": {"id": "5", "username": "me"}}, f"{X}/5/tweets": billed}
    with a_world(tmp_path, pages) as world:
        an_account(world, "x")

        def run(*words: str) -> Any:
            done = said(world, *words, "--json")
            assert done.exit_code == 0, done.output
            return json.loads(done.stdout)

        made = run("add", "X", "--site", world.site.key, "--source", "x:@me", "--budget", "0.15usd")
        feed = world.feeds.find(made["id"])
        assert (feed.options.budget, made["cautions"]) == (30, [])
        world.refresh(feed)
        world.later(minutes=10)
        world.refresh(feed)  # the same posts on the same day are paid for once
        cost = run("status", feed.id)[0]["sources"][0]["cost"]
        assert cost == {
            "posts_this_month": 20, "budget": 30, "left": 10, "price_usd": "0.005", "spent_usd": "0.10",
            "budget_usd": "0.15", "left_usd": "0.05", "until": None,
        }  # fmt: skip
        world.later(days=1)
        world.refresh(feed)
        (done,) = world.refresh(feed)
        assert (done.problem, world.source(feed).month_posts) == ("budget_spent", 30)
        assert [post["text"] for post in shown(world.services, feed.id)["posts"]][:1] == [
            "Post 0"
        ]  # the last good ones
        line = said(world, "status", feed.id).output
        assert "about 0.15 of 0.15 USD at 0.005 each; nothing is asked before 2026-12-01T00:00:00Z" in line


@pytest.mark.parametrize(
    ("budget", "asked_for", "left"), [(24, ["20"], 4), (25, ["20", "5"], 0), (5, ["5"], 0), (4, [], 4), (0, [], 0)]
)
def test_x_is_asked_for_no_more_posts_than_are_left(
    tmp_path: Path, budget: int, asked_for: list[str], left: int
) -> None:
    def billed(asked: Asked) -> Any:
        count = int(asked.query["max_results"])
        return tweets(count, first=100 * len(world.internet.asked)) if 5 <= count <= 100 else (400, {})

    pages = {f"{X}/by/username/me": {"data": {"id": "5", "username": "me"}}, f"{X}/5/tweets": billed}
    with a_world(tmp_path, pages) as world:
        an_account(world, "x")
        feed = world.add("x:@me", budget=budget)
        done = [world.refresh(feed)[0] for _ in range(3)][-1]
        assert [asked.query["max_results"] for asked in world.internet.to(f"{X}/5/tweets")] == asked_for
        assert done.problem == "budget_spent"
        (source,) = world.feeds.sources(feed.id)
        cost = world.feeds.spent(source, budget)
        assert cost is not None
        assert (cost.left, cost.until is None) == (left, False)
        line = said(world, "status", feed.id).output
        assert ("gives no fewer than 5" in line) == (left > 0)
        assert "nothing is asked before 2026-12-01T00:00:00Z" in line


def test_what_is_billed_says_how_much_and_where_that_is_said() -> None:
    billed = [network.feed for network in Networks().values() if network.feed and network.feed.cost]
    assert billed
    for feed in billed:
        assert feed.price is not None
        assert Decimal(0) < feed.price.own <= feed.price.post
        assert feed.price.source.startswith("https://")
