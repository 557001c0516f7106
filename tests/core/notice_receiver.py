"""A site that is told: it writes down what comes and answers what a test says; and a server that tells it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import time_machine
from flask import Flask
from pytest_httpserver import HTTPServer
from standardwebhooks.webhooks import Webhook
from werkzeug import Request, Response

from core.events import Event, record
from core.jobs_eager import EagerJobs
from core.notice import Notice, Teller
from core.notice_jobs import handlers
from core.notice_tables import NoticeRow
from core.notices import Notices
from core.services import Services
from core.times import utc_now
from tests.doubles import an_app


class Receiver:
    """Takes notices at ``/hook`` of a server on loopback. ``answers`` are given in turn, then 204."""

    def __init__(self, server: HTTPServer, path: str = "/hook") -> None:
        self.url = server.url_for(path)
        self.answers: list[int | Response] = []
        self.got: list[Request] = []
        server.expect_request(path, method="POST").respond_with_handler(self._take)

    def _take(self, request: Request) -> Response:
        request.get_data()
        self.got.append(request)
        answer = self.answers.pop(0) if self.answers else 204
        return Response(status=answer) if isinstance(answer, int) else answer

    @property
    def ids(self) -> list[str]:
        return [request.headers["webhook-id"] for request in self.got]

    def said(self, secret: str) -> list[Any]:
        """What came, each checked against a secret as a site does, when it came."""
        found = []
        for request in self.got:
            with time_machine.travel(int(request.headers["webhook-timestamp"])):
                found.append(Webhook(secret).verify(request.get_data(), dict(request.headers)))
        return found


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at = utc_now()

    def __call__(self) -> datetime:
        return self.at

    def pass_(self, **time: float) -> None:
        self.at += timedelta(**time)


def told(event: Event) -> Iterator[Notice]:
    """Tell the sites that an event names."""
    for site in event.data["sites"]:
        yield Notice(site, event.kind, event.subject, {"sub": event.subject})


TELLERS: Mapping[str, Teller] = {"user.gone": told, "user.left": told}


class Teacher:
    """A server that tells sites, on loopback, with a clock of its own."""

    def __init__(self, folder: Path, server: HTTPServer, **settings: str) -> None:
        self.app: Flask = an_app(folder, http_allow=f"{server.host}:{server.port}", **settings)
        self.services: Services = self.app.extensions["handbill"]
        self.clock = Clock()
        self.notices = Notices(self.services, self.clock)
        by_our_clock = {"notices.send": lambda payload, _: self.notices.send(payload["notice"])}
        self.jobs = EagerJobs({**handlers(TELLERS), **by_our_clock}, self.services)
        self.services.__dict__["jobs"] = self.jobs

    def happens(self, about: str, *sites: str, kind: str = "user.gone") -> None:
        """Something happens to somebody whom some sites know."""
        with self.services.database.session() as session:
            record(session, kind, about, {"sites": list(sites)})

    def spread(self) -> None:
        """Do what the jobs process does every minute, and what had to wait until now."""
        self.jobs.run_delayed()
        self.notices.spread(TELLERS)

    def rows(self) -> list[NoticeRow]:
        with self.services.database.session() as session:
            return session.query(NoticeRow).order_by(NoticeRow.event, NoticeRow.site_key).all()


@contextmanager
def a_teacher(folder: Path, server: HTTPServer, **settings: str) -> Iterator[Teacher]:
    """A server that tells sites."""
    made = Teacher(folder, server, **settings)
    try:
        yield made
    finally:
        made.services.close()
