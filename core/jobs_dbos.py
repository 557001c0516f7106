"""Jobs kept by DBOS: in a SQLite file of their own, or in a schema of their own on PostgreSQL.

The only module that imports dbos, and only when first used: web processes that put no job never pay for it. What DBOS
calls a workflow is one try of a job here. Facts about it are of version 3.4; https://docs.dbos.dev/python/ has the
interface, https://docs.dbos.dev/explanations/system-tables the tables.

Chosen on purpose: JSON and never pickle, so that writing to the database is not running code; one application version
for good, because rows of another version would lie there for ever; no telemetry, no Conductor, no port.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from core import log as logs
from core.database import WAIT, Database, leave_to_parent, locked, make_file
from core.errors import Busy, Misconfigured
from core.jobs import WAITS, Failed, Handler, Job, JobFailed, Jobs, Status
from core.settings import Settings
from core.times import utc_now

if TYPE_CHECKING:
    from dbos import DBOSClient, WorkflowStatus
    from sqlalchemy import Engine

FILE = "jobs.sqlite"
SCHEMA = "handbill_jobs"
# Names in the tables. Rows under another name are not taken up: they are never changed.
_APPLICATION, _VERSION, _WORKFLOW, _TICK = "handbill", "1", "job", "tick"
# Jobs with a key go through a queue that runs one of each key at a time; asking it costs more, so others do not.
_PLAIN, _KEYED = "plain", "keyed"
# Jobs of each queue that a worker does at once: they mostly wait for other servers. A worker asks for new ones every
# half second, so it begins at most 60 a second of each queue; 10,000 feeds every ten minutes are 17.
CONCURRENCY = 30
POLL = 0.5
# Connections of a process: a web process only puts jobs.
_CONNECTIONS, _WORKER_CONNECTIONS = 5, 20
# How often a job may take its worker down with it before it is given up: the first time is bad luck.
MOST_DEATHS = 3
# How long a finished job is remembered, and a failed one, and how many of those.
KEEP_DONE, KEEP_FAILED, MOST_FAILED = timedelta(hours=1), timedelta(days=7), 1000
_DONE = ("SUCCESS",)
_FAILED = ("ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
_BATCH = 500


class DbosJobs(Jobs):
    """Jobs in a database. `core.jobs_worker` makes a worker of it; elsewhere it only puts jobs and counts them."""

    def __init__(
        self, settings: Settings, handlers: Mapping[str, Handler], *, waits: Sequence[float] = WAITS
    ) -> None:
        super().__init__(handlers, waits=waits)
        self._settings = settings
        self._connections = _CONNECTIONS
        self._patient = False
        self._lock = threading.Lock()
        self.running: set[str] = set()

    # --- where they are ---

    @property
    def _place(self) -> Database:
        """The database, which for SQLite is a file beside the main one: jobs write often, and may be lost alone."""
        if self._settings.database_url:
            return Database(self._settings.database)
        return Database(f"sqlite:///{self._settings.data.absolute() / FILE}")

    @cached_property
    def _engine(self) -> Engine:
        place = self._place
        if place.sqlite:
            return _sqlite_engine(place, self._connections)
        from sqlalchemy import create_engine

        engine = create_engine(
            self._settings.database, **_pool(self._connections), hide_parameters=True, pool_pre_ping=True,
            connect_args={"connect_timeout": WAIT},
        )  # fmt: skip
        leave_to_parent(engine)
        return engine

    @cached_property
    def _client(self) -> DBOSClient:
        _quiet()
        from dbos import DBOSClient, DBOSPortableJSONSerializer

        if self._place.sqlite:
            self.upgrade()
        return DBOSClient(
            system_database_engine=self._engine, serializer=DBOSPortableJSONSerializer(), lazy=True,
            application_name=_APPLICATION, dbos_system_schema=SCHEMA, retry_connection_errors=self._patient,
        )  # fmt: skip

    @property
    def client(self) -> DBOSClient:
        """The part of DBOS that only reads and writes rows; made once, whatever thread asks first."""
        with self._lock:
            return self._client

    def upgrade(self) -> None:
        """Create the tables or bring them to what this version of DBOS wants; its own client does not."""
        _quiet()
        from dbos import DBOS

        place = self._place
        if place.sqlite:
            make_file(place)
        with locked(place.path), _explained("The tables for jobs cannot be made: this user may not make a schema."):
            if place.sqlite:
                self._engine.connect().close()  # sets WAL, which the file remembers
            DBOS.migrate(self._settings.database if not place.sqlite else f"sqlite:///{place.path}", schema=SCHEMA)

    def close(self) -> None:
        """Close all connections."""
        if "_client" in self.__dict__:
            self.__dict__.pop("_client").destroy()
        if "_engine" in self.__dict__:
            self.__dict__.pop("_engine").dispose()

    # --- putting and counting ---

    def _put(self, job: Job, delay: float) -> str:
        with _explained():
            return self._existing(job) or self._enqueue(job, delay)

    def _existing(self, job: Job) -> str | None:
        """Return the job that waits for another try under this dedupe key; the first try is DBOS's to find."""
        if not job.dedupe or job.attempt > 1:
            return None
        from sqlalchemy import bindparam, text

        names = [_claim(replace(job, attempt=n)) for n in range(2, len(self._waits) + 2)]
        query = text(
            f"SELECT workflow_uuid FROM {self._table} "  # noqa: S608 -- a name of ours
            "WHERE queue_name = :queue AND deduplication_id IN :names"
        ).bindparams(bindparam("names", names, expanding=True))
        _ = self.client  # on SQLite it makes the table
        with self._engine.connect() as connection:
            found = connection.scalar(query, {"queue": _queue(job)})
        return _plain_id(found) if found else None

    def _enqueue(self, job: Job, delay: float) -> str:
        options: dict[str, Any] = {
            "workflow_id": _try_id(job), "workflow_name": _WORKFLOW, "queue_name": _queue(job),
            "app_version": _VERSION,
        }  # fmt: skip
        if job.key:
            options["queue_partition_key"] = job.key
        if job.dedupe:
            options |= {"deduplication_id": _claim(job), "duplication_policy": "return-existing"}
        if delay:
            options["delay_seconds"] = delay
        handle: Any = self.client.enqueue(cast(Any, options), asdict(job))
        return _plain_id(handle.get_workflow_id())

    @property
    def _table(self) -> str:
        return "workflow_status" if self._place.sqlite else f"{SCHEMA}.workflow_status"

    def status(self, most: int = 20) -> Status:
        """Return how many jobs are in which state, and the newest ``most`` that failed for good."""
        from sqlalchemy import text

        with _explained():
            more = {"name": _WORKFLOW, "load_output": True, "load_input": True, "sort_desc": True}
            failed = self._list(_FAILED, most, **more) if most else []
            _ = self.client  # on SQLite it makes the table
            query = text(
                f"SELECT status, count(*) FROM {self._table} WHERE name = :name GROUP BY status"  # noqa: S608
            )
            with self._engine.connect() as connection:
                counts = {str(state): int(n) for state, n in connection.execute(query, {"name": _WORKFLOW})}
        return Status(
            counts.get("ENQUEUED", 0), counts.get("DELAYED", 0), counts.get("PENDING", 0),
            sum(counts.get(name, 0) for name in _FAILED), tuple(_failed(row) for row in failed),
        )  # fmt: skip

    def _list(self, states: Iterable[str], most: int, **more: Any) -> list[WorkflowStatus]:
        given = {"load_input": False, "load_output": False, **more}
        return self.client.list_workflows(status=list(states), limit=most, **given)

    # --- what a worker needs; called by core.jobs_worker ---

    def launch(self, executor: str, services: Any, *, poll: float = POLL) -> None:
        """Begin to run jobs in threads of this process, under a name that no other living process has.

        What a dead process of the same name had begun is run again. Raises Misconfigured where tables are missing.
        """
        self.close()  # what was opened for putting jobs only is too small
        self._connections, self._patient = _WORKER_CONNECTIONS, True  # a try that failed must get to be put again
        _quiet()
        from dbos import DBOS, DBOSPortableJSONSerializer

        with _explained():
            _ = self.client
            DBOS(config={
                "name": _APPLICATION, "system_database_engine": self._engine, "dbos_system_schema": SCHEMA,
                "application_version": _VERSION, "executor_id": executor, "serializer": DBOSPortableJSONSerializer(),
                "run_migrations": False, "enable_otlp": False, "log_level": "WARNING",
            })  # fmt: skip
            DBOS.workflow(name=_WORKFLOW, max_recovery_attempts=MOST_DEATHS)(self._runner(services))
            DBOS.workflow(name=_TICK, max_recovery_attempts=MOST_DEATHS)(self._ticker())
            DBOS.launch()
            own = {"worker_concurrency": CONCURRENCY, "polling_interval_sec": poll, "on_conflict": "always_update"}
            DBOS.register_queue(_PLAIN, **own)  # type: ignore[arg-type]  # mypy does not look into the dict
            DBOS.register_queue(_KEYED, partition_concurrency=1, **own)  # type: ignore[arg-type]
            self._apply_schedules()

    def _runner(self, services: Any) -> Callable[[dict[str, Any]], None]:
        def run(fields: dict[str, Any]) -> None:
            job = Job(**fields)
            self.running.add(_try_id(job))
            logs.bind(job=job.name, job_id=job.id)
            try:
                self.attempt(job, services)
            finally:
                logs.clear()
                self.running.discard(_try_id(job))

        return run

    def _ticker(self) -> Callable[[Any, dict[str, str]], None]:
        def tick(due: Any, context: dict[str, str]) -> None:
            name = context["name"]
            if name in self.schedules:  # else it was taken out since
                job = Job(f"{name}@{due}", name, {"due": str(due)}, dedupe="every")
                self._put(job, 0)

        return tick

    def _apply_schedules(self) -> None:
        """Make the kept schedules those of this program; DBOS fires each time once, however many workers run."""
        for old in self.client.list_schedules():
            if old["schedule_name"] not in self.schedules:
                self.client.delete_schedule(old["schedule_name"])
        self.client.apply_schedules([
            {"schedule_name": name, "workflow_name": _TICK, "schedule": cron, "context": {"name": name}}
            for name, cron in self.schedules.items()
        ])  # fmt: skip

    def drain(self, seconds: float) -> bool:
        """Take up nothing more and wait so long for what runs; return whether all of it is finished."""
        from dbos import DBOS

        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=max(1, int(seconds)))
        return not self.running

    def holds_work(self, executor: str) -> bool:
        """Return whether jobs are down as begun by a worker."""
        with _explained():
            return bool(self._list(["PENDING"], 1, executor_id=executor))

    def take_over(self, alive: set[str]) -> int:
        """Have everything run again that was begun by a worker not alive; return how many jobs that were.

        To be called by one process at a time: a second could start a job that the first has just handed on.
        """
        with _explained():
            orphans = [row for row in self._list(["PENDING"], 10_000) if row.executor_id not in alive]
            for row in orphans:
                self._resume(row)
        return len(orphans)

    def _resume(self, row: WorkflowStatus) -> None:
        deaths = int((row.attributes or {}).get("deaths", 0)) + (row.recovery_attempts or 1)
        if deaths > MOST_DEATHS:
            self.client.cancel_workflow(row.workflow_id)
            return
        self.client.update_workflow_attributes(row.workflow_id, {"deaths": deaths})
        self.client.resume_workflow(row.workflow_id, queue_name=row.queue_name)

    def sweep(self) -> int:
        """Delete what has been finished for long; return how many rows that were."""
        with _explained():
            return sum(self._delete(ids) for ids in self._old())

    def _old(self) -> Iterator[list[str]]:
        now = utc_now()
        for states, keep in ((_DONE, KEEP_DONE), (_FAILED, KEEP_FAILED)):
            before = (now - keep).isoformat()
            while rows := self._list(states, _BATCH, completed_before=before):
                yield [row.workflow_id for row in rows]
        while rows := self._list(_FAILED, _BATCH, offset=MOST_FAILED, sort_desc=True):
            yield [row.workflow_id for row in rows]

    def _delete(self, ids: list[str]) -> int:
        self.client.delete_workflows(ids)
        return len(ids)


def _queue(job: Job) -> str:
    return _KEYED if job.key else _PLAIN


def _try_id(job: Job) -> str:
    """Return the id of one try. It follows from the job's, so a try put twice is one."""
    return job.id if job.attempt == 1 else f"{job.id}/{job.attempt}"


def _plain_id(try_id: str) -> str:
    return try_id.partition("/")[0]


def _claim(job: Job) -> str:
    """Return what stands for a dedupe key in the table, where it must be unique: a failing try still holds its own
    while it puts the next."""
    return f"{job.attempt}:{job.name}:{job.dedupe}"


def _failed(row: WorkflowStatus) -> Failed:
    fields: dict[str, Any] = row.input["args"][0] if row.input and row.input["args"] else {}
    why = str(row.error) if row.error else f"its worker died with it, {MOST_DEATHS + 1} times"
    at = datetime.fromtimestamp(row.completed_at / 1000, UTC) if row.completed_at else None
    known = isinstance(fields, dict)
    name, attempt = (str(fields.get("name", "?")), int(fields.get("attempt", 1))) if known else ("?", 1)
    return Failed(_plain_id(row.workflow_id), name, attempt, why, at)


def _sqlite_engine(place: Database, connections: int) -> Engine:
    """Return an engine as DBOS makes it itself (dbos/_sys_db_sqlite.py), with a write-ahead log and less syncing."""
    from sqlalchemy import create_engine, event

    def prepare(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = "IMMEDIATE"
        for pragma in (f"busy_timeout={WAIT * 1000}", "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}").close()

    engine = create_engine(f"sqlite:///{place.path}", **_pool(connections), hide_parameters=True)
    event.listen(engine, "connect", prepare)
    leave_to_parent(engine)
    return engine


def _pool(connections: int) -> dict[str, int]:
    kept = connections // 2
    return {"pool_size": kept, "max_overflow": connections - kept, "pool_timeout": WAIT}


def _quiet() -> None:
    """Have DBOS log through ours: it adds a handler of its own to its logger only where it has none."""
    logger = logging.getLogger("dbos")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
        logger.addFilter(_unsaid)
    logger.setLevel(logging.WARNING)  # at INFO it tells of each start, and advertises


def _unsaid(record: logging.LogRecord) -> bool:
    """Drop what `Jobs.attempt` has said already, in better words."""
    return not (record.exc_info and isinstance(record.exc_info[1], JobFailed))


_OLD = "The tables for jobs are not ready for this version: run `flask --app wsgi db upgrade`."


@contextmanager
def _explained(refused: str = _OLD) -> Iterator[None]:
    """Turn what the database says into our errors; ``refused`` is for statements that it does not take."""
    from dbos import error
    from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError
    from sqlalchemy.exc import TimeoutError as PoolTimeout

    try:
        yield
    except (ProgrammingError, error.DBOSInitializationError) as exc:
        raise Misconfigured(refused, field="HANDBILL_DATABASE_URL") from exc
    except (OperationalError, PoolTimeout) as exc:
        raise Busy("The jobs' database does not answer now.", retry_at=utc_now() + timedelta(seconds=WAIT)) from exc
    except DBAPIError as exc:
        raise Misconfigured(f"The jobs' database cannot be used: {type(exc.orig).__name__}") from exc
