"""A hundred who ask at once, of several processes: the page's server is asked once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.serve_process import a_server, an_origin, preview_path, until_answered

CROWD = 100


def test_a_hundred_requests_for_a_new_address_reach_its_server_once(tmp_path: Path) -> None:
    with an_origin() as origin, a_server(tmp_path, origin.host, workers=2) as port:
        path, ready = preview_path(f"http://{origin.host}/slow"), threading.Barrier(CROWD)

        def one(_: int) -> tuple[int, str]:
            ready.wait()
            status, answer = until_answered(port, path)
            return status, answer.get("title", "")

        with ThreadPoolExecutor(CROWD) as pool:
            answers = set(pool.map(one, range(CROWD)))
        assert answers == {(200, "A page")}
        assert origin.asked == {"/robots.txt": 1, "/slow": 1}
