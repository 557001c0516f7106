"""Jobs of the feeds: refresh a source, look at its pictures, put what is due, delete what may not be kept."""

from __future__ import annotations

from typing import Any


def refresh(payload: dict[str, Any], services: Any) -> None:
    """Refresh one source. What goes wrong stands with the source, which says itself when it is asked again."""
    from core.errors import NotFound

    try:
        done = services.feeds.refresher.refresh(payload["source"])
    except NotFound:
        return  # removed since the job was put
    if done.new or done.edited:
        services.jobs.enqueue("feeds.look", {"source": done.id}, dedupe=done.id)


def look(payload: dict[str, Any], services: Any) -> None:
    """Find out what the pictures of a source's newest posts are like: pages keep room for them, in their colour."""
    from feeds.look import look_at

    look_at(services, payload["source"])


def put_due(_payload: dict[str, Any], services: Any) -> None:
    """Put a job for each source that is due."""
    from feeds.due import due_sources, wake

    wake(services.database)
    for source_id in due_sources(services.database):
        services.feeds.put(source_id)


def reap(_payload: dict[str, Any], services: Any) -> None:
    """Delete posts that their network does not let us keep, and waits that are over."""
    from feeds.reap import reap as cut

    cut(services.database, services.networks, services.media.forget)


HANDLERS = {"feeds.refresh": refresh, "feeds.look": look, "feeds.due": put_due, "feeds.reap": reap}
"""What does each kind of job, for `app.py`."""
