"""Jobs of the feeds: refresh a source, look at its pictures, put what is due, delete what may not be kept; read what
is answered to a page."""

from __future__ import annotations

from typing import Any


def refresh(payload: dict[str, Any], services: Any) -> None:
    """Refresh one source. What goes wrong stands with the source, which says itself when it is asked again."""
    from core.errors import NotFound

    try:
        done = services.feeds.refresher.refresh(payload["source"], anew=payload.get("anew", False))
    except NotFound:
        return  # removed since the job was put
    if done.new or done.edited:
        services.jobs.enqueue("feeds.look", {"source": done.id}, dedupe=done.id)


def look(payload: dict[str, Any], services: Any) -> None:
    """Find out what the pictures of a source's newest posts are like: pages keep room for them, in their colour."""
    from feeds.look import look_at

    look_at(services, payload["source"])


def put_due(_payload: dict[str, Any], services: Any) -> None:
    """Put a job for each source that is due; those of accounts that have gone stand still."""
    from feeds.due import due_sources, wake
    from feeds.leaving import follow

    follow(services)
    wake(services.database)
    for source_id in due_sources(services.database):
        services.feeds.put(source_id)


def reap(_payload: dict[str, Any], services: Any) -> None:
    """Delete posts and replies that their networks do not let us keep, and waits that are over."""
    from feeds.reap import reap as cut
    from feeds.replies.sweep import sweep

    cut(services.database, services.networks, services.media.forget)
    sweep(services.database, services.networks, services.media.forget)


def read_replies(payload: dict[str, Any], services: Any) -> None:
    """Read what is said about one page. What goes wrong stands with its places."""
    from core.errors import NotFound
    from feeds.replies.service import Conversations

    try:
        Conversations(services).reader.read(payload["page"])
    except NotFound:
        return  # forgotten since the job was put


HANDLERS = {
    "feeds.refresh": refresh,
    "feeds.look": look,
    "feeds.due": put_due,
    "feeds.reap": reap,
    "replies.read": read_replies,
}
"""What does each kind of job, for `app.py`."""
