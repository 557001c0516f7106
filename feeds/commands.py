"""Commands about feeds: ``feeds add``, ``list``, ``remove``, ``refresh``, ``status``, ``posts``, ``read``."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from core.command_line import Command, Group, stdin_lines, tell, write_line
from core.errors import Invalid
from core.times import written
from core.web import services

if TYPE_CHECKING:
    from feeds.feed import Entry
    from feeds.service import Source


@click.group(cls=Group)
def feeds() -> None:
    """Posts from other networks."""


@feeds.command("read", cls=Command)
@click.option("--stdin", is_flag=True, help="Read recorded answers: path, tab, network, tab, address, a line each.")
def read(stdin: bool, as_json: bool) -> None:  # noqa: ARG001 -- every command takes it, and this one writes JSON alone
    """Turn a network's recorded answers into posts."""
    if not stdin:
        raise Invalid("Give --stdin, and the answers' paths on standard input.", field="stdin")
    from feeds.read_stdin import stream

    stream(stdin_lines(), write_line, services().networks)


# --- feeds that are kept ---


@feeds.command("add", cls=Command)
@click.argument("name")
@click.option("--site", required=True, help="Key of the site whose pages show it.")
@click.option("--source", "sources", multiple=True, required=True, help="NETWORK:ADDRESS; may be repeated.")
@click.option("--account", "accounts", multiple=True, help="Connected account to read with; may be repeated.")
@click.option("--approve", is_flag=True, help="Show only posts that were approved.")
@click.option("--block", multiple=True, help="Word, #tag or @handle of posts to leave out; may be repeated.")
@click.option("--allow", multiple=True, help="Show only posts with such a word; may be repeated.")
@click.option("--language", "languages", multiple=True, help="Show only posts in it, as en; may be repeated.")
@click.option("--media-only", is_flag=True, help="Show only posts with pictures, films or sounds.")
@click.option("--no-replies", "replies", flag_value=False, default=True, help="Leave out answers.")
@click.option("--no-reposts", "reposts", flag_value=False, default=True, help="Leave out what is only passed on.")
@click.option("--sensitive", type=click.Choice(["show", "blur", "hide"]), default="blur", show_default=True)
@click.option("--most", type=click.IntRange(0), default=0, help="Posts in all; 0 for as many as are kept.")
@click.option("--budget", help="What a month may cost where a network bills each post: 5usd, or 1000 posts.")
def add(
    name: str,
    site: str,
    sources: tuple[str, ...],
    accounts: tuple[str, ...],
    approve: bool,
    as_json: bool,
    **given: Any,
) -> None:
    """Make a feed of sources such as rss:https://example.org/ or mastodon:@me@example.social."""
    from feeds.budget import posts_for
    from feeds.options import FeedOptions

    if given["budget"] is not None:
        given["budget"] = posts_for(given["budget"], services().networks.values())
    options = FeedOptions(**{key: value for key, value in given.items() if value is not None})
    feed = services().feeds.add(name, site, sources, options=options, approve=approve, accounts=accounts)
    cautions = _cautions(sources)
    tell({"id": feed.id, "cautions": cautions}, [f"id  {feed.id}", *cautions], as_json=as_json)


@feeds.command("list", cls=Command)
def list_feeds(as_json: bool) -> None:
    """List the feeds."""
    rows = []
    for feed in services().feeds.all():
        sources = [f"{one.network}:{one.address}" for one in services().feeds.sources(feed.id)]
        own = {"id": feed.id, "name": feed.name, "site": feed.site_key, "approve": feed.approve}
        rows.append({**own, "sources": sources, "options": feed.options.as_json(), "sample": feed.sample})
    lines = [f"{row['id']}  {row['name']}  {' '.join(row['sources'])}" for row in rows]
    tell(rows, lines or ["No feed yet: feeds add NAME --site KEY --source NETWORK:ADDRESS"], as_json=as_json)


@feeds.command("remove", cls=Command)
@click.argument("feed_id", metavar="ID")
def remove(feed_id: str, as_json: bool) -> None:
    """Remove a feed, with its posts and whatever was kept of them."""
    services().feeds.remove(feed_id)
    tell({"removed": feed_id}, ["It is removed."], as_json=as_json)


@feeds.command("refresh", cls=Command)
@click.argument("feed_id", metavar="ID")
def refresh(feed_id: str, as_json: bool) -> None:
    """Read a feed's sources anew, now; exit 1 where none could be read."""
    done = services().feeds.refresh(feed_id)
    rows = [{name: _said(value) for name, value in vars(one).items()} for one in done]
    lines = [
        f"{one.network}:{one.address}  {one.new} new, {one.edited} edited, {one.gone} gone"
        f"{'  (unchanged)' if one.unchanged else ''}{f'  {one.problem}: {one.why}' if one.problem else ''}"
        for one in done
    ]
    tell({"sources": rows}, lines, as_json=as_json)
    if done and all(one.problem for one in done):
        raise SystemExit(1)


@feeds.command("status", cls=Command)
@click.argument("feed_id", metavar="[ID]", required=False)
def status(feed_id: str | None, as_json: bool) -> None:
    """Show how reading each source goes: when it was read, when it is next, what is wrong, what it costs."""
    found = [services().feeds.find(feed_id)] if feed_id else services().feeds.all()
    rows, lines = [], []
    for feed in found:
        sources = services().feeds.sources(feed.id)
        rows.append({"id": feed.id, "name": feed.name, "sources": [_source(s, feed.options.budget) for s in sources]})
        lines += [f"{feed.id}  {feed.name}", *(f"    {_line(s, feed.options.budget)}" for s in sources)]
    tell(rows, lines or ["No feed yet."], as_json=as_json)


@feeds.command("posts", cls=Command)
@click.argument("feed_id", metavar="ID")
@click.option("--count", type=click.IntRange(1, 500), default=20, show_default=True, help="How many, the newest.")
@click.option("--approve", multiple=True, type=int, help="Number of a post to show; may be repeated.")
@click.option("--hide", multiple=True, type=int, help="Number of a post to hide; may be repeated.")
@click.option("--unhide", multiple=True, type=int, help="Number of a post to show again; may be repeated.")
@click.option("--pin", multiple=True, type=int, help="Number of a post to keep on top; may be repeated.")
@click.option("--unpin", multiple=True, type=int, help="Number of a post to let go; may be repeated.")
def posts(feed_id: str, count: int, as_json: bool, **said: tuple[int, ...]) -> None:
    """List a feed's newest posts as its owner sees them; approve, hide or pin some."""
    marks = {"approve": ("approved", True), "hide": ("hidden", True), "unhide": ("hidden", False)}
    for name, numbers in said.items():
        mark, value = {**marks, "pin": ("pinned", True), "unpin": ("pinned", False)}[name]
        for number in numbers:
            services().feeds.mark(feed_id, number, **{mark: value})
    found = services().feeds.everything(feed_id, count)
    lines = [f"{one.id:>8}  {one.post.time}  {one.network:10} {_marks(one):10} {_words(one)}" for one in found]
    tell([_entry(one) for one in found], lines or ["No post yet."], as_json=as_json)


def _cautions(sources: tuple[str, ...]) -> list[str]:
    """Return what the terms of the sources' networks ask of whoever runs this, beyond what a program sees to."""
    keys = dict.fromkeys(source.partition(":")[0].strip().lower() for source in sources)
    found = (services().networks.get(key) for key in keys)
    return [network.policy.caution for network in found if network and network.policy.caution]


def _source(source: Source, budget: int) -> dict[str, Any]:
    told = {name: _said(value) for name, value in vars(source).items()}
    blocked = told["due"] if source.problem in ("rate_limited", "budget_spent", "upstream_busy") else None
    cost = _cost(source, budget)
    if cost and cost["until"] and source.problem == "budget_spent":
        blocked = cost["until"]
    return {**told, "blocked_until": blocked, "cost": cost}


def _cost(source: Source, budget: int) -> dict[str, Any] | None:
    """Return what a source costs, in posts and in dollars; None where it costs nothing."""
    found = services().feeds.spent(source, budget)
    if found is None:
        return None
    return {
        "posts_this_month": found.posts,
        "budget": found.budget,
        "left": found.left,
        "price_usd": str(found.price),
        "spent_usd": str(found.usd(found.posts)),
        "budget_usd": str(found.usd(found.budget)),
        "left_usd": str(found.usd(found.left)),
        "until": written(found.until) if found.until else None,
    }


def _line(source: Source, budget: int) -> str:
    told = _source(source, budget)
    parts = [f"{source.network}:{source.address}", f"{source.posts} posts", f"good {told['good'] or 'never'}"]
    parts += [source.state] if source.state != "ok" else [f"next {told['due']}"]
    parts += [f"{source.failures} failures"] if source.failures else []
    parts += [f"blocked until {told['blocked_until']}"] if told["blocked_until"] else []
    parts += [f"{source.problem}: {source.why}"] if source.problem else []
    return "  ".join([*parts, *_money(told["cost"])])


def _money(cost: dict[str, Any] | None) -> list[str]:
    if cost is None:
        return []
    paid = f"{cost['posts_this_month']} of {cost['budget']} posts paid for this month"
    worth = f"about {cost['spent_usd']} of {cost['budget_usd']} USD at {cost['price_usd']} each"
    until = f"nothing is asked before {cost['until']}" if cost["until"] else f"{cost['left_usd']} USD left"
    return [f"{paid}, {worth}; {until}"]


def _entry(entry: Entry) -> dict[str, Any]:
    marks = {name: getattr(entry, name) for name in ("approved", "hidden", "pinned", "same_as")}
    return {"number": entry.id, **marks, "post": entry.post.as_json()}


def _marks(entry: Entry) -> str:
    said = [name for name in ("approved", "hidden", "pinned") if getattr(entry, name)]
    return ",".join(said + (["same"] if entry.same_as else [])) or "-"


def _words(entry: Entry) -> str:
    post = entry.post.repost or entry.post
    return " ".join((post.title or post.text).split())[:60]


def _said(value: Any) -> Any:
    return written(value) if isinstance(value, datetime) else value
