"""`/healthz`, `/readyz`, `/metrics`: for balancers, orchestrators and monitors."""

from __future__ import annotations

import ipaddress
import time

from flask import Blueprint, Response, g, jsonify, request

from core.errors import Busy, NotAllowed, Problem
from core.web import dress, services

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """Say that this process answers."""
    return dress(jsonify({"status": "ok"}), "api")


@blueprint.get("/readyz")
def readyz() -> Response:
    """Say that the database answers too, 503 otherwise; and whether somebody does jobs.

    Without a worker this is still 200: pages are answered as before, and taking the web processes out of a balancer
    would make a small fault a large one.
    """
    from sqlalchemy.exc import SQLAlchemyError  # at first use: the database is most of what starting costs

    from core.jobs_beats import state

    try:
        with services().database.session() as session:
            jobs = state(session)
    except (SQLAlchemyError, Problem) as exc:
        raise Busy("The database does not answer.", code="not_ready") from exc
    return dress(jsonify({"status": "ok", "database": "ok", "jobs": jobs}), "api")


@blueprint.get("/metrics")
def metrics() -> Response:
    """Answer in Prometheus' text form; to this machine only, not through a proxy, unless a token is set."""
    _check_reader()
    from core.metrics import exposition

    body, kind = exposition()
    return dress(Response(body, content_type=kind), "api")


def _check_reader() -> None:
    token = services().settings.metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token:
        import hmac

        if not hmac.compare_digest(token.encode(), given.encode()):
            raise NotAllowed("Metrics need the token of HANDBILL_METRICS_TOKEN.", code="wrong_token")
        return
    proxied = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    if proxied or not ipaddress.ip_address(request.remote_addr or "0.0.0.0").is_loopback:  # noqa: S104 -- not bound
        raise NotAllowed("Metrics are for this machine only. Set HANDBILL_METRICS_TOKEN to read them from elsewhere.")


@blueprint.before_app_request
def _start() -> None:
    g.started = time.perf_counter()


@blueprint.after_app_request
def _count(response: Response) -> Response:
    from core.metrics import observe

    observe(request.endpoint or "none", response.status_code, time.perf_counter() - g.get("started", 0.0))
    return response
