"""What the tests of webhooks share: an application whose jobs run at once, its sources, and signed deliveries."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from core.jobs_eager import EagerJobs
from core.services import Services
from core.times import utc_now
from feeds import keep
from feeds.tables import FeedRow, PostRow, SourceRow
from feeds.webhook_tables import DeliveryRow
from feeds.webhooks import Webhooks
from networks.records import Page, Post
from tests.doubles import a_site, an_app


class Desk:
    """An application, and what came of deliveries: the sources that were to be read anew, in order."""

    def __init__(self, folder: Path, *, real: bool = False, **changes: str) -> None:
        self.app: Flask = an_app(folder, **changes)
        self.services: Services = self.app.extensions["handbill"]
        self.read: list[str] = []
        handlers = dict(self.services.handlers)
        if not real:
            handlers["feeds.refresh"] = lambda payload, _services: self.read.append(payload["source"])
        self.jobs = EagerJobs(handlers, self.services, waits=(10.0,))
        self.services.__dict__["jobs"] = self.jobs
        self.site = a_site(self.app)

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client()

    @property
    def webhooks(self) -> Webhooks:
        return Webhooks(self.services)

    def feed(self, *sources: str) -> list[str]:
        """Make a feed of sources; return their ids in the order given."""
        feed = self.services.feeds.add("News", self.site.key, list(sources))
        by_name = {f"{one.network}:{one.address}": one.id for one in self.services.feeds.sources(feed.id)}
        return [by_name[name] for name in sources]

    def set_source(self, source_id: str, **values: Any) -> None:
        with self.services.database.session(write=True) as session:
            row = session.get_one(SourceRow, source_id)
            for name, value in values.items():
                setattr(row, name, value)

    def source(self, source_id: str) -> SourceRow:
        with self.services.database.session() as session:
            return session.get_one(SourceRow, source_id)

    def store_posts(self, source_id: str, *ids: str) -> None:
        with self.services.database.session(write=True) as session:
            row = session.get_one(SourceRow, source_id)
            posts = tuple(Post(one, text=one, network=row.network) for one in ids)
            keep.store(session, row, self.services.networks[row.network], [Page(posts=posts)], utc_now())

    def posts(self, source_id: str) -> list[str]:
        query = select(PostRow.remote).where(PostRow.source_id == source_id).order_by(PostRow.remote)
        with self.services.database.session() as session:
            return list(session.scalars(query))

    def versions(self) -> list[int]:
        with self.services.database.session() as session:
            return list(session.scalars(select(FeedRow.version).order_by(FeedRow.created)))

    def deliveries(self) -> list[DeliveryRow]:
        return self.webhooks.deliveries.newest(100)

    def settle(self) -> list[str]:
        """Run what waits for its time, once; return the sources that were read until now, and forget them."""
        self.jobs.run_delayed()
        read, self.read[:] = list(self.read), []
        return read


def github(secret: str, delivery_id: str, body: dict[str, Any], event: str = "release") -> dict[str, Any]:
    """A delivery of GitHub as keyword arguments of a test client's ``post``."""
    raw = json.dumps(body).encode()
    mac = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    headers = {"X-Hub-Signature-256": f"sha256={mac}", "X-GitHub-Delivery": delivery_id, "X-GitHub-Event": event}
    return {"data": raw, "headers": headers, "content_type": "application/json"}


def release(repository: str = "octo/press", action: str = "published", key: str = "RE_1") -> dict[str, Any]:
    """What GitHub says of a release."""
    owner = {"login": repository.split("/")[0]}
    told = {"full_name": repository, "owner": owner}
    return {
        "action": action,
        "release": {"id": 1, "node_id": key},
        "repository": told,
        "sender": {"login": "somebody"},
    }


def signed(secret: str, raw: bytes, header: str, kind: str = "sha256") -> dict[str, Any]:
    """A delivery with an HMAC in hex behind its method."""
    return {"data": raw, "headers": {header: f"{kind}={hmac.new(secret.encode(), raw, kind).hexdigest()}"}}


def path_of(address: str) -> str:
    """The path of an address of ours."""
    return "/" + address.split("/", 3)[3]


def ids(rows: Sequence[DeliveryRow]) -> list[str]:
    """The delivery ids of some rows, in order of letters."""
    return sorted(row.delivery_id for row in rows)
