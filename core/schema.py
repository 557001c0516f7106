"""The schema: which version a database holds, and bringing it to the one that this program knows.

The versions stand in `core/migrations/versions`, a file each; models (`core.database.Base`) and migrations say the
same, which tests hold. There is no way back but a backup.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from core.database import Database, explained, locked, make_file
from core.errors import Misconfigured

# The newest schema version. Said here, not asked of Alembic: every start asks, and importing that is not cheap.
HEAD = "0011"
# Any number will do as long as nobody else on that PostgreSQL takes it: the eight letters of our name.
_LOCK = int.from_bytes(b"Handbill", "big")


def stored_version(database: Database) -> str:
    """Return the schema version that the database holds, the empty string where it holds none yet.

    Raises Misconfigured where the database cannot be reached or read.
    """
    if database.path and not (database.path.is_file() and database.path.stat().st_size):
        return ""  # not opened: that would make the file, beside those that make it under the lock just now
    with explained(database), database.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return ""
        return str(connection.scalar(text("SELECT version_num FROM alembic_version")) or "")


def is_current(database: Database) -> bool:
    """Return whether the schema is the one this program wants; raise Misconfigured where it is from a newer one."""
    version = stored_version(database)
    if version > HEAD:
        raise Misconfigured(
            f"The database is from a newer Handbill (schema {version}, this program knows {HEAD}). "
            "Start the newer program, or put back the backup made before its upgrade.",
            field="HANDBILL_DATA" if database.sqlite else "HANDBILL_DATABASE_URL",
        )
    return version == HEAD


def upgrade(database: Database) -> None:
    """Create the schema, or bring it to the newest version, in one transaction; do nothing where it is that already.

    Safe to call from several processes at once: all wait for the one that works. There is no way back but a backup.
    Raises Misconfigured as `stored_version` and `is_current` do.
    """
    if database.sqlite:
        make_file(database)
    with locked(database.path), explained(database):
        if not is_current(database):
            _run_migrations(database)


def ensure(database: Database) -> None:
    """Make sure that the schema is current before a server or command starts.

    SQLite is upgraded on the spot. PostgreSQL is not, because several machines may share it and only the operator
    knows when all run the new program: Misconfigured says which command to give.
    """
    try:
        if is_current(database):
            return
        if not database.sqlite:
            raise Misconfigured(
                "The PostgreSQL database is not ready for this version: run `flask --app wsgi db upgrade`.",
                field="HANDBILL_DATABASE_URL",
            )
        upgrade(database)
    finally:
        database.close()  # what a start needs is small; the server opens what its threads need


def _run_migrations(database: Database) -> None:
    with database.engine.begin() as connection:
        if not database.sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        migrate(connection, "head")


def migrate(connection: Connection, to: str) -> None:
    """Bring the schema to a version, in the connection's transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    folder = Path(__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, to)
