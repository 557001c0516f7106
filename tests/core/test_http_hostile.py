"""Every case of the hostile origin beside this checkout, started for real on a free port."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.errors import FetchFailed
from core.http import Http, Reply
from core.netguard import Guard

pytestmark = pytest.mark.corpus
DEADLINE = 1.5


@pytest.fixture(scope="module")
def hostile(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """Yields the port and the file that names every hit of the canary on the port after it."""
    tool = corpus.parent / "tools" / "hostile_origin.py"
    if not tool.is_file():
        pytest.skip("the hostile origin is not beside this checkout")
    port, log = _two_free_ports(), tmp_path_factory.mktemp("hostile") / "hits.txt"
    with (
        log.open("w") as file,
        subprocess.Popen(
            [sys.executable, str(tool), "--port", str(port)], stdout=subprocess.PIPE, stderr=file
        ) as process,
    ):
        assert process.stdout
        assert b"hostile origin" in process.stdout.readline()
        yield port, log
        process.terminate()


def _two_free_ports() -> int:
    while True:
        with socket.create_server(("127.0.0.1", 0)) as first:
            port = int(first.getsockname()[1])
            try:
                with socket.create_server(("127.0.0.1", port + 1)):
                    return port
            except OSError:
                continue


def asked(http: Http, port: int, case: str) -> tuple[str, Reply | FetchFailed, float]:
    begun = time.monotonic()
    try:
        result: Reply | FetchFailed = http.get(f"http://127.0.0.1:{port}/{case}", deadline=DEADLINE)
    except FetchFailed as exc:
        result = exc
    return case, result, time.monotonic() - begun


def test_every_case_is_an_answer_or_a_clear_error_in_time(hostile: tuple[int, Path]) -> None:
    port, log = hostile
    http = Http(Guard(allow=(f"127.0.0.1:{port}",)))
    listed = http.get(f"http://127.0.0.1:{port}/").body.decode().splitlines()
    expected = dict(line.split("\t") for line in listed)
    assert len(expected) > 30
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda case: asked(http, port, case), expected))
    late = [(case, seconds) for case, _, seconds in results if seconds > DEADLINE + 2]
    wrong = [
        (case, result)
        for case, result, _ in results
        if (expected[case], isinstance(result, Reply)) in (("ok", False), ("err", True))
    ]
    assert (late, wrong) == ([], [])
    assert "CANARY" not in log.read_text()
