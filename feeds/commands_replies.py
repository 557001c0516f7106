"""Commands about the replies under pages: ``replies list``, ``places``, ``hide``, ``show``, ``approve``, ``block``,
``unblock``, ``blocks``."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from core.command_line import Group, tell
from core.times import written
from core.web import services

if TYPE_CHECKING:
    from feeds.replies import Desk
    from feeds.replies.desk import Entry, PlaceSeen

SITE = click.option("--site", required=True, help="Key of the site.")
WORD = click.option("--word", is_flag=True, help="WHO is a word, a #tag or a @handle that a reply may not have.")


@click.group(cls=Group)
def replies() -> None:
    """What is answered to a site's pages, and what is shown of that."""


def _desk() -> Desk:
    from feeds.replies import Desk

    return Desk(services())


@replies.command("list")
@SITE
@click.option("--page", default="", help="Address of a page; without it, all.")
@click.option("--waiting", is_flag=True, help="Only those that wait for approval.")
@click.option("--count", type=click.IntRange(1, 5000), default=50, show_default=True, help="How many, the newest.")
def list_replies(site: str, page: str, waiting: bool, count: int, as_json: bool) -> None:
    """List a site's newest replies and mentions as its owner sees them, hidden ones too."""
    found = _desk().replies(site, page=page, waiting=waiting, count=count)
    lines = [f"{one.id}  {one.state:8}{one.kind:8}{_who(one):30} {_words(one)}" for one in found]
    tell([_entry(one) for one in found], lines or ["No reply yet."], as_json=as_json)


@replies.command("places")
@SITE
@click.option("--page", default="", help="Address of a page; without it, all.")
def places(site: str, page: str, as_json: bool) -> None:
    """List the posts about a site's pages, and how reading each goes."""
    found = [_place(one) for one in _desk().places(site, page=page)]
    lines = [f"{p['page']}  {p['url']}  {p['state']}  {p['replies']} replies  {p['problem']}".rstrip() for p in found]
    tell(found, lines or ["No post about a page yet."], as_json=as_json)


@replies.command("hide")
@click.argument("ids", metavar="ID…", nargs=-1, required=True)
def hide(ids: tuple[str, ...], as_json: bool) -> None:
    """Hide replies, with what was answered to them. They stay hidden when they are read again."""
    for key in ids:
        _desk().hide(key)
    tell({"hidden": list(ids)}, ["Hidden."], as_json=as_json)


@replies.command("show")
@click.argument("ids", metavar="ID…", nargs=-1, required=True)
def show(ids: tuple[str, ...], as_json: bool) -> None:
    """Show hidden replies again."""
    for key in ids:
        _desk().hide(key, hidden=False)
    tell({"shown": list(ids)}, ["Not hidden any more."], as_json=as_json)


@replies.command("approve")
@click.argument("ids", metavar="ID…", nargs=-1, required=True)
def approve(ids: tuple[str, ...], as_json: bool) -> None:
    """Show replies on a site that shows only approved ones. Who edits theirs waits again."""
    for key in ids:
        _desk().approve(key)
    tell({"approved": list(ids)}, ["Approved."], as_json=as_json)


@replies.command("block")
@click.argument("who")
@SITE
@WORD
def block(who: str, site: str, word: bool, as_json: bool) -> None:
    """Show no replies of somebody: a profile's address, a handle, or a server's name."""
    done = _desk().block(site, who, word=word)
    tell(vars(done), [f"Blocked: {done.kind} {done.value}"], as_json=as_json)


@replies.command("unblock")
@click.argument("who")
@SITE
@WORD
def unblock(who: str, site: str, word: bool, as_json: bool) -> None:
    """Take a block back."""
    done = _desk().unblock(site, who, word=word)
    tell(vars(done), [f"No longer blocked: {done.kind} {done.value}"], as_json=as_json)


@replies.command("blocks")
@SITE
def blocks(site: str, as_json: bool) -> None:
    """List who and what is blocked."""
    found = [vars(one) for one in _desk().blocks(site)]
    tell(found, [f"{one['kind']:8}{one['value']}" for one in found] or ["Nothing is blocked."], as_json=as_json)


def _entry(entry: Entry) -> dict[str, Any]:
    plain = {name: getattr(entry, name) for name in ("id", "page", "network", "kind", "state")}
    return {**plain, "post": entry.post.as_json()}


def _place(place: PlaceSeen) -> dict[str, Any]:
    return {name: written(value) if isinstance(value, datetime) else value for name, value in vars(place).items()}


def _who(entry: Entry) -> str:
    author = entry.post.author
    return (author.handle or author.url or author.name)[:30] if author else ""


def _words(entry: Entry) -> str:
    return " ".join((entry.post.title or entry.post.text).split())[:60]
