"""Commands about what sites are told: ``sites webhook …``."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from core.command_line import Group, span, tell
from core.errors import Problem
from core.times import written
from core.web import services

if TYPE_CHECKING:
    from core.notice_endpoints import Endpoint
    from core.notice_tables import NoticeRow
    from core.notices import Notices

SHOWN = 50
_ONCE = "It is not shown again. How to check what comes: docs/webhooks.md."


@click.group(cls=Group)
def webhook() -> None:
    """Where a site is told what happens to the people it knows and to its connected accounts."""


def _notices() -> Notices:
    from core.notices import Notices

    return Notices(services())


@webhook.command("set")
@click.argument("key")
@click.argument("url")
def set_address(key: str, url: str, as_json: bool) -> None:
    """Have a site told at an address from now on. Prints the secret that signs, this once."""
    secret = _notices().endpoints.set(key, url)
    lines = [f"{'secret':14}{secret}", "", _ONCE, f"Try it: flask --app wsgi sites webhook test {key}"]
    tell({"site": key, "url": url, "secret": secret}, lines, as_json=as_json)


@webhook.command("rotate")
@click.argument("key")
@click.option("--overlap", default="24h", callback=span, help="How long the old one signs too, such as 24h.")
def rotate(key: str, overlap: timedelta, as_json: bool) -> None:
    """Make a new secret; the old one signs too until the overlap is over."""
    secret = _notices().endpoints.rotate(key, overlap)
    tell({"site": key, "secret": secret}, [f"{'secret':14}{secret}", "", _ONCE], as_json=as_json)


@webhook.command("remove")
@click.argument("key")
def remove(key: str, as_json: bool) -> None:
    """Tell a site no more."""
    _notices().endpoints.remove(key)
    tell({"site": key}, ["Removed. Nothing is sent there any more."], as_json=as_json)


@webhook.command("list")
def list_all(as_json: bool) -> None:
    """List the sites that are told, and whether it arrives."""
    rows = [_place(place) for place in _notices().endpoints.all()]
    lines = [f"{r['site']}  {r['state']:7}{r['url']}  {r['problem'] or _since(r)}".rstrip() for r in rows]
    nobody = ["No site is told yet: flask --app wsgi sites webhook set KEY URL"]
    tell(rows, lines or nobody, as_json=as_json)


@webhook.command("test")
@click.argument("key")
def test(key: str, as_json: bool) -> None:
    """Send a `webhook.test` now. One that arrives turns an address on again that was turned off."""
    tried = _notices().test(key)
    if tried.error:
        raise Problem(f"It did not arrive. {tried.error}", code="not_delivered")
    tell({"site": key, "status": tried.status}, [f"It arrived: {tried.status}."], as_json=as_json)


@webhook.command("deliveries")
@click.argument("key")
@click.option("--failed", is_flag=True, help="Only what did not arrive.")
@click.option("--count", type=click.IntRange(1, 1000), default=SHOWN, help="How many, the newest first.")
def deliveries(key: str, failed: bool, count: int, as_json: bool) -> None:
    """List what a site was told, without whom it was about."""
    rows = [_row(row) for row in _notices().newest(key, count, failed=failed)]
    lines = [f"{r['id']}  {r['created']}  {r['state']:8}{r['type']:22}{r['error']}".rstrip() for r in rows]
    tell(rows, lines or ["Nothing yet."], as_json=as_json)


@webhook.command("replay")
@click.argument("notice", metavar="ID")
def replay(notice: str, as_json: bool) -> None:
    """Send a notice again, with the same id."""
    row = _notices().replay(notice)
    tell(_row(row), [f"{row.id} waits for the jobs process."], as_json=as_json)


def _place(place: Endpoint) -> dict[str, Any]:
    failing = written(place.failing) if place.failing else None
    return {
        "site": place.site_key,
        "url": place.url,
        "state": place.state,
        "problem": place.problem,
        "created": written(place.created),
        "failing_since": failing,
    }


def _since(row: dict[str, Any]) -> str:
    return f"nothing has arrived since {row['failing_since']}" if row["failing_since"] else ""


def _row(row: NoticeRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "site": row.site_key,
        "type": row.kind,
        "state": row.state,
        "created": written(row.created),
        "attempts": row.attempts,
        "status": row.status or None,
        "next": written(row.due) if row.state == "waiting" else None,
        "error": row.error,
    }
