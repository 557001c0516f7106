"""The database under several processes: started at once, killed in the middle, forked, backed up while running."""

from __future__ import annotations

import fcntl
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from core.database import Database, damage
from core.schema import is_current, stored_version, upgrade

ROOT = Path(__file__).resolve().parents[2]


def run(code: str, *args: str) -> subprocess.Popen[str]:
    """Run a few lines of Python in another process, from the checkout."""
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", code, *args],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.PIPE,
        text=True,
    )


def test_sqlite_is_upgraded_at_a_start_and_alembic_not_imported_at_the_next(tmp_path: Path) -> None:
    code = (
        "import sys; from core.database import *; from core.schema import *; d = Database(sys.argv[1]); ensure(d); "
        "print(is_current(d), 'alembic' in sys.modules)"
    )
    address = f"sqlite:///{tmp_path}/deep/handbill.sqlite"
    assert [run(code, address).communicate()[0].strip() for _ in range(2)] == ["True True", "True False"]


def test_processes_may_upgrade_at_once(database_url: str) -> None:
    code = (
        "import sys, alembic.command; from core.schema import *; d = Database(sys.argv[1]); "
        "print('ready', flush=True); sys.stdin.readline(); upgrade(d); print(is_current(d)); d.close()"
    )
    processes = [run(code, database_url) for _ in range(4)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.communicate() for process in processes] == [("True\n", "")] * 4


def test_an_upgrade_waits_for_the_one_that_works(database_url: str) -> None:
    database, other = Database(database_url), Database(database_url)
    thread = threading.Thread(target=upgrade, args=(database,))
    with holding_the_lock(other):
        thread.start()
        thread.join(1)
        assert thread.is_alive()
        assert stored_version(other) == ""
    thread.join(60)
    assert is_current(other)
    database.close()
    other.close()


@contextmanager
def holding_the_lock(database: Database) -> Iterator[None]:
    if database.path:
        with database.path.with_name(database.path.name + ".lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
        return
    with database.engine.begin() as connection:
        connection.execute(text(f"SELECT pg_advisory_xact_lock({int.from_bytes(b'Handbill', 'big')})"))
        yield


def test_a_killed_writer_leaves_nothing_behind(database: Database, database_url: str) -> None:
    code = (
        "import sys, time; from sqlalchemy import text; from core.database import *; d = Database(sys.argv[1])\n"
        "with d.session(write=True) as s:\n"
        "    s.execute(text(\"INSERT INTO limit_counters VALUES ('a', 1, 1)\"))\n"
        "    print('written', flush=True); time.sleep(60)"
    )
    process = run(code, database_url)
    assert process.stdout is not None
    assert process.stdout.readline() == "written\n"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert counted(database) == 0
    with database.session() as session:
        session.execute(text("INSERT INTO limit_counters VALUES ('a', 1, 1)"))
    assert counted(database) == 1


def counted(database: Database) -> int:
    with database.session() as session:
        return int(session.scalar(text("SELECT count(*) FROM limit_counters")) or 0)


FORKING = """
import os, sys
from sqlalchemy import text
from core.database import Database
database = Database(sys.argv[1])

def add(which, count):
    for n in range(count):
        with database.session() as session:
            key = f"{which}-{n}"
            session.execute(text("INSERT INTO limit_counters VALUES (:key, 1, 1)"), {"key": key})

add("before", 1)
child = os.fork()
assert database.engine.pool.checkedin() == (0 if child == 0 else 1)
add("parent" if child else "child", 50)
if child == 0:
    database.close()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
add("after", 1)
database.close()
"""


def test_a_process_forked_off_uses_no_connection_of_its_parent(database: Database, database_url: str) -> None:
    assert run(FORKING, database_url).communicate() == ("", "")
    assert counted(database) == 102
    assert damage(database) == ""


def test_the_backup_of_the_docs_holds_what_the_file_alone_does_not(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    database = Database(f"sqlite:///{tmp_path / 'data' / 'handbill.sqlite'}")
    upgrade(database)
    with database.session() as session:
        session.execute(text("INSERT INTO limit_counters VALUES ('a', 1, 1)"))
    said = re.search(
        r"^    python3 (-c .*VACUUM INTO.*)$", (ROOT / "docs" / "operating.md").read_text("utf-8"), re.MULTILINE
    )
    assert said
    subprocess.run([sys.executable, *shlex.split(said[1])], cwd=tmp_path, check=True)
    restored = Database(f"sqlite:///{shutil.move(tmp_path / 'backup.sqlite', tmp_path / 'restored.sqlite')}")
    assert counted(restored) == 1
    assert is_current(restored)
    restored.close()
    database.close()
