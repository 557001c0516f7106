"""Two processes with eight threads each want one new picture: its origin is asked once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from pytest_httpserver import HTTPServer

from tests.og.pictures import photo, saved

ROOT = Path(__file__).resolve().parents[2]

ASKING = """
import sys, threading
from pathlib import Path
from core.http import Http
from core.netguard import Guard
from core.settings import Settings
from core.vault import Vault
from og.media import Media
from og.media_service.address import Addresses
from og.media_service.store import shelf

folder, host, url = sys.argv[1:]
guard = Guard(allow=(host,))
addresses = Addresses(Vault(Settings(secret_key=("k" * 40,))), guard)
media = Media(Http(guard), shelf(Path(folder), 50_000_000), addresses)
sys.stdout.write("ready\\n")
sys.stdout.flush()
sys.stdin.readline()
barrier, found = threading.Barrier(8), []

def ask(width):
    barrier.wait()
    found.append(media.picture(url, width).etag)

threads = [threading.Thread(target=ask, args=(width,)) for width in (320, 640) * 4]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
sys.stdout.write(" ".join(sorted(found)) + "\\n")
"""


def test_one_request_for_sixteen(tmp_path: Path, httpserver: HTTPServer) -> None:
    body = saved(photo(), "JPEG")
    httpserver.expect_request("/a.jpg").respond_with_data(body, content_type="image/jpeg", headers={"ETag": '"one"'})
    host = f"127.0.0.1:{httpserver.port}"
    command = [sys.executable, "-c", ASKING, str(tmp_path / "media"), host, f"http://{host}/a.jpg"]
    both = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for process in both:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in both:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    found = [process.communicate(timeout=60)[0].split() for process in both]
    assert [len(each) for each in found] == [8, 8]
    assert len({etag for each in found for etag in each}) == 2, "one for each width"
    assert len(httpserver.log) == 1
