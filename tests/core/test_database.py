"""The database: both engines, the schema, and what may go wrong at a start."""

from __future__ import annotations

import re
import sqlite3
import threading
from datetime import UTC, datetime, timedelta, timezone
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy import Connection, column, inspect, table, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

import core.database
from core.database import Base, Database, Flag, JsonText, UtcTime, damage
from core.errors import Busy, Misconfigured
from core.schema import HEAD, ensure, is_current, migrate, stored_version, upgrade

ROOT = Path(__file__).resolve().parents[2]
OUR_FLOORS = ("core", "networks", "og", "feeds", "login", "widgets", "embed")


class Sample(Base):
    """A model with every type, as a floor above would write it."""

    __tablename__ = "samples"

    key: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime | None] = mapped_column(UtcTime)
    data: Mapped[object] = mapped_column(JsonText)
    on: Mapped[bool | None] = mapped_column(Flag)


@pytest.fixture
def samples(database: Database) -> Database:
    Sample.__table__.create(database.engine)
    return database


def sqlite(path: Path) -> Database:
    return Database(f"sqlite:///{path}")


def test_types_come_back_as_they_went_in(samples: Database) -> None:
    noon = datetime(2026, 11, 22, 12, 0, 0, 5, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    data = {"z": [1, None, "Grüße \0 👋"], "a": True}
    with samples.session() as session:
        session.add(Sample(key=1, at=noon, data=data, on=True))
        session.add(Sample(key=2, at=None, data=None, on=None))
    with samples.session() as session:
        first, second = session.get_one(Sample, 1), session.get_one(Sample, 2)
    assert (first.at, first.data, first.on) == (noon, data, True)
    assert first.at is not None
    assert first.at.tzinfo is UTC
    assert (second.at, second.data, second.on) == (None, None, None)


def test_times_are_kept_so_that_text_sorts_as_time(samples: Database) -> None:
    moments = [
        datetime(2026, 1, 1, h, tzinfo=UTC) + timedelta(microseconds=m) for h in (0, 9, 11) for m in (0, 7, 900)
    ]
    with samples.session() as session:
        session.add_all(Sample(key=n, at=at, data=0) for n, at in enumerate(reversed(moments)))
    with samples.session() as session:
        kept = list(session.execute(text("SELECT at FROM samples ORDER BY at")).scalars())
        read = [row.at for row in session.query(Sample).order_by(Sample.at)]
    assert kept[0] == "2026-01-01T00:00:00.000000Z"
    assert read == moments


def test_a_naive_datetime_is_refused(samples: Database) -> None:
    with pytest.raises(Exception, match="without a zone"), samples.session() as session:
        session.add(Sample(key=1, at=datetime(2026, 1, 1), data=0))  # noqa: DTZ001 -- what is refused


def test_an_error_rolls_everything_back(samples: Database) -> None:
    def fail() -> None:
        with samples.session() as session:
            session.add(Sample(key=1, data=0))
            session.flush()
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with samples.session() as session:
        assert session.get(Sample, 1) is None


def test_foreign_keys_are_held(database: Database) -> None:
    insert = "INSERT INTO site_secrets (hash, site_key, kind, created) VALUES ('h', 'nobody', 'api', '')"
    with pytest.raises(IntegrityError), database.session() as session:
        session.execute(text(insert))


def test_a_table_that_another_points_to_is_loaded_with_it() -> None:
    """A worker's first job may know one table only: what stands in another file is named by its class, not a word."""
    words = []
    for path in (path for floor in OUR_FLOORS for path in (ROOT / floor).rglob("*.py")):
        source = path.read_text("utf-8")
        here = set(re.findall(r'__tablename__ = "(\w+)"', source))
        words += [(path.name, name) for name in re.findall(r'ForeignKey\(\s*"(\w+)\.', source) if name not in here]
    assert words == []


def test_sqlite_is_set_as_the_docs_say(tmp_path: Path) -> None:
    database = sqlite(tmp_path / "new" / "handbill.sqlite")
    upgrade(database)
    wanted = {"journal_mode": "wal", "busy_timeout": 5000, "foreign_keys": 1, "synchronous": 1}
    with database.engine.connect() as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
        tables = dict(connection.exec_driver_sql('SELECT name, "strict" FROM pragma_table_list').all())
    assert found == wanted
    assert [n for n, strict in tables.items() if not strict and not n.startswith("sqlite_")] == ["alembic_version"]
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "new" / "handbill.sqlite").stat().st_mode & 0o777 == 0o600
    database.close()


def import_all_models() -> None:
    for floor in OUR_FLOORS:
        for path in sorted((ROOT / floor).rglob("*.py")):
            if "(Base)" in path.read_text("utf-8"):
                import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))


def test_migrations_give_what_the_models_say(database: Database) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    import_all_models()
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        differences = compare_metadata(context, Base.metadata)
    assert [d for d in differences if getattr(d[1], "name", "") != "samples"] == []


def test_migrations_and_create_all_write_the_same_tables(tmp_path: Path) -> None:
    import_all_models()
    migrated, made = sqlite(tmp_path / "a.sqlite"), sqlite(tmp_path / "b.sqlite")
    upgrade(migrated)
    Base.metadata.create_all(made.engine)
    assert schema(migrated, "alembic_version") == schema(made, "samples")
    migrated.close()
    made.close()


def schema(database: Database, besides: str) -> dict[str, list[str]]:
    """Return each table's and index's definition as its sorted lines: order in a table is of no account."""
    query = text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name <> :besides")
    with database.session() as session:
        rows = session.execute(query, {"besides": besides}).all()
    return {name: sorted(line.strip(" ,\n") for line in sql.splitlines() if line.strip()) for name, sql in rows}


def test_head_is_what_the_newest_migration_makes(database: Database) -> None:
    from alembic.script import ScriptDirectory

    assert ScriptDirectory(str(ROOT / "core" / "migrations")).get_heads() == [HEAD]
    assert stored_version(database) == HEAD


def test_there_is_no_way_back() -> None:
    folder = ROOT / "core" / "migrations" / "versions"
    assert [p.name for p in folder.glob("*.py") if "def downgrade" in p.read_text("utf-8")] == []


def test_people_of_bluesky_stay_who_they_are(database_url: str) -> None:
    """Until 0008 an account there was known by its server, too."""
    database = Database(database_url)
    with database.engine.begin() as connection:
        migrate(connection, "0008")
        connection.execute(text("INSERT INTO login_people (id, created) VALUES ('p', '2026')"))
        for row in ("a bluesky https://one.example did:1", "b bluesky https://two.example did:1",
                    "c bluesky https://bsky.social did:2", "d bluesky https://two.example did:2",
                    "e bluesky https://two.example did:3", "f mastodon https://two.example 1"):  # fmt: skip
            _account(connection, *row.split())
    upgrade(database)
    with database.session() as session:
        found = session.execute(text("SELECT id, issuer FROM login_accounts ORDER BY id")).all()
    database.close()
    ours = [key for key, issuer in found if issuer == "https://bsky.social"]
    assert ours == ["a", "c", "e"]
    assert dict(map(tuple, found))["f"] == "https://two.example"


def _account(connection: Connection, key: str, network: str, issuer: str, subject: str) -> None:
    values = {"id": key, "network": network, "issuer": issuer, "subject": subject, "person_id": "p"}
    values |= dict.fromkeys(("name", "handle", "url", "picture", "email", "lang"), "")
    values |= {"created": "2026", "seen": "2026"}
    made = table("login_accounts", *map(column, [*values, "email_verified"]))
    connection.execute(made.insert().values(**values, email_verified=0))


@pytest.mark.servers
def test_postgresql_is_left_to_the_operator(postgres_url: str) -> None:
    database = Database(postgres_url)
    assert not is_current(database)
    with pytest.raises(Misconfigured, match="flask --app wsgi db upgrade") as caught:
        ensure(database)
    assert caught.value.field == "HANDBILL_DATABASE_URL"
    assert inspect(database.engine).get_table_names() == []
    upgrade(database)
    ensure(database)
    database.close()


def test_a_database_in_memory_works() -> None:
    database = Database("sqlite://")
    ensure(database)
    assert is_current(database)
    database.engine.dispose()


def test_read_then_write_in_threads_loses_no_count(samples: Database) -> None:
    with samples.session() as session:
        session.add(Sample(key=1, data=0))

    def add_ten() -> None:
        for _ in range(10):
            with samples.session(write=True) as session:
                row = session.get_one(Sample, 1, with_for_update=True)
                row.data = int(str(row.data)) + 1

    threads = [threading.Thread(target=add_ten) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with samples.session() as session:
        assert session.get_one(Sample, 1).data == 40


def test_a_writer_kept_waiting_too_long_is_told_when_to_come_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core.database, "WAIT", 0.05)
    database = sqlite(tmp_path / "handbill.sqlite")
    upgrade(database)
    with database.session(write=True), pytest.raises(Busy) as caught, database.session(write=True):
        pass
    assert caught.value.retry_at is not None
    database.close()


def test_a_missing_table_is_not_called_busy(tmp_path: Path) -> None:
    database = sqlite(tmp_path / "handbill.sqlite")
    upgrade(database)
    with pytest.raises(Exception, match="no such table"), database.session() as session:
        session.execute(text("SELECT * FROM nowhere"))
    database.close()


def test_a_newer_database_is_left_alone(database: Database) -> None:
    with database.session() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for act in (is_current, ensure, upgrade):
        with pytest.raises(Misconfigured, match="newer Handbill"):
            act(database)


@pytest.mark.parametrize("content", [b"not a database, but quite some text " * 40, b"\0" * 8192])
def test_a_file_that_is_no_database_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "handbill.sqlite"
    path.write_bytes(content)
    with pytest.raises(Misconfigured, match=r"handbill\.sqlite .*backup"):
        ensure(sqlite(path))
    assert path.read_bytes() == content


def test_damage_inside_the_file_is_found(tmp_path: Path) -> None:
    path = tmp_path / "handbill.sqlite"
    database = sqlite(path)
    upgrade(database)
    assert damage(database) == ""
    database.close()
    with sqlite3.connect(path) as connection:
        page = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'clicks'").fetchone()[0]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    connection.close()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    assert damage(database) != ""
    database.close()


def test_a_folder_in_the_place_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "handbill.sqlite").mkdir()
    with pytest.raises(Misconfigured, match="cannot be made") as caught:
        ensure(sqlite(tmp_path / "handbill.sqlite"))
    assert caught.value.field == "HANDBILL_DATA"


@pytest.mark.parametrize("url", ["what://host/name", "no address", "mysql://root:hunter2@host/name"])
def test_an_address_of_another_kind_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        Database(url)
    assert "hunter2" not in str(caught.value)


@pytest.mark.servers
def test_a_postgresql_that_does_not_answer(postgres: str) -> None:
    database = Database("postgresql+psycopg://user:hunter2@127.0.0.1:1/nobody")
    with pytest.raises(Misconfigured, match="PostgreSQL") as caught:
        ensure(database)
    assert "hunter2" not in str(caught.value)
    with pytest.raises(Busy), database.session() as session:
        session.execute(text("SELECT 1"))
