"""Look at what this server needs and say what is wrong, in the words an operator can act on."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from core.errors import Misconfigured, Problem
from core.services import Services
from core.settings import Settings, check_production, data_folder

# Below this the data folder cannot take a day of cache and database growth.
LEAST_FREE_BYTES = 200 * 1024 * 1024
# And below this it takes nothing more: SQLite's log alone grows to 4 MB between two checkpoints
# (https://www.sqlite.org/wal.html#ckpt).
NONE_FREE_BYTES = 5 * 1024 * 1024
# Lines about one kind of thing: after a lost key each of a thousand rows would have one.
MOST_OF_A_KIND = 10


@dataclass(frozen=True)
class Finding:
    """One thing looked at."""

    severity: Literal["ok", "warning", "error"]
    message: str


def examine(services: Services) -> list[Finding]:
    """Return everything looked at, worst first."""
    looks = (_settings, _folder, _database, _jobs, _notices, _redis, _plugins, _above)
    found = [finding for look in looks for finding in look(services)]
    return sorted(found, key=lambda f: ("error", "warning", "ok").index(f.severity))


def _settings(services: Services) -> Iterator[Finding]:
    try:
        warnings = check_production(services.settings)
    except Misconfigured as exc:
        yield Finding("error", exc.message)
        return
    yield from (Finding("warning", text) for text in warnings)
    yield from _studio(services.settings)
    yield Finding("ok", f"settings: {services.settings.env}, {services.settings.base_url}")


def _studio(settings: Settings) -> Iterator[Finding]:
    """Say what is wrong with a host of the studio's own, and what its proxy must do."""
    base, studio = urlsplit(settings.base_url), urlsplit(settings.studio_url)
    if not settings.apart:
        return
    if base.scheme == "https" and studio.scheme != "https":
        yield Finding("error", "HANDBILL_STUDIO_URL must be https as HANDBILL_BASE_URL is: it has cookies of its own")
    elif base.hostname == studio.hostname:
        text = "HANDBILL_STUDIO_URL differs from HANDBILL_BASE_URL in its port only: ports share their cookies"
        yield Finding("warning", f"{text}; give it a host of its own")
    yield Finding("ok", f"account page at {settings.studio_url}; a proxy before it must pass its Host header on")


def _folder(services: Services) -> Iterator[Finding]:
    try:
        folder = data_folder(services.settings)
    except Misconfigured as exc:
        yield Finding("error", exc.message)
        return
    if not os.access(folder, os.W_OK):
        yield Finding("error", f"the data folder {folder} cannot be written")
        return
    free = shutil.disk_usage(folder).free
    if free < NONE_FREE_BYTES:
        yield Finding("error", f"data folder {folder}: the disk is full, and nothing can be stored")
        return
    severity: Literal["ok", "warning"] = "ok" if free > LEAST_FREE_BYTES else "warning"
    yield Finding(severity, f"data folder {folder}: {free // 2**20} MB free")


def _database(services: Services) -> Iterator[Finding]:
    from core.database import damage

    try:
        fault = damage(services.database)
        sites = len(services.sites.all())
    except Problem as exc:
        yield Finding("error", f"database: {exc.message}")
        return
    if fault:
        yield Finding("error", f"database: the file is damaged ({fault}); restore a backup")
        return
    kind = "SQLite" if services.database.sqlite else "PostgreSQL"
    yield Finding("ok", f"database: {kind}, schema up to date, {sites} sites")


def _jobs(services: Services) -> Iterator[Finding]:
    from sqlalchemy.exc import SQLAlchemyError

    from core.jobs_beats import OK, state

    try:
        with services.database.session() as session:
            workers = state(session)
        jobs = services.jobs.status(most=0)
    except (Problem, SQLAlchemyError) as exc:
        yield Finding("error", f"jobs: {exc}")
        return
    counts = f"{jobs.waiting + jobs.delayed} waiting, {jobs.running} running, {jobs.failed} failed"
    if workers == OK:
        yield Finding("ok", f"jobs: {counts}")
    else:
        yield Finding("warning", f"jobs: {workers}; start one: flask --app wsgi jobs run ({counts})")


def _notices(services: Services) -> Iterator[Finding]:
    from core.notice_endpoints import Endpoints

    try:
        known = Endpoints(services.database, services.vault, services.settings)
        places = [known.find(place.site_key) for place in known.all()]
    except Problem:
        return  # the database was looked at before
    for place in places:
        if not place.secrets:
            again = f"sites webhook rotate {place.site_key}"
            yield Finding("warning", f"webhook of site {place.site_key}: its secret does not open; {again}")
        if place.state != "active":
            yield Finding("warning", f"webhook of site {place.site_key} is off: {place.problem}")
        elif place.failing:
            since = place.failing.isoformat(timespec="minutes")
            yield Finding("warning", f"webhook of site {place.site_key}: nothing has arrived since {since}")
    yield Finding("ok", f"webhooks out: {len(places)} sites are told")


def _redis(services: Services) -> Iterator[Finding]:
    if not services.settings.redis_url:
        yield Finding("ok", "cache and limits: files and the database")
        return
    import redis

    from core.redis import options

    try:
        redis.Redis.from_url(services.settings.redis_url, **options()).ping()
    except ValueError:
        yield Finding("error", "HANDBILL_REDIS_URL must look like redis://host:6379/0, rediss:// or unix://")
    except redis.RedisError as exc:
        at = urlsplit(services.settings.redis_url).netloc.rpartition("@")[2] or "its socket"
        yield Finding("error", f"Redis does not answer at {at} ({type(exc).__name__}): is it running?")
    else:
        yield Finding("ok", "cache and limits: Redis")


def _plugins(services: Services) -> Iterator[Finding]:
    yield from (Finding("warning", f"plug-in skipped: {failure}") for failure in services.failures)
    yield Finding("ok", f"{len(services.networks)} networks, {len(services.widgets)} widgets")


def _above(services: Services) -> Iterator[Finding]:
    """Look at what the floors above want looked at (`core.services.Services.looks`)."""
    from sqlalchemy.exc import SQLAlchemyError

    for look in services.looks():
        try:
            yield from look(services)
        except (Problem, SQLAlchemyError):
            continue  # no database, or no secret key: said above


def few(messages: Sequence[str]) -> Iterator[Finding]:
    """Yield warnings, and behind the first ones how many more there are."""
    yield from (Finding("warning", message) for message in messages[:MOST_OF_A_KIND])
    if len(messages) > MOST_OF_A_KIND:
        yield Finding("warning", f"and {len(messages) - MOST_OF_A_KIND} more of this kind")
