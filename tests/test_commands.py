"""The command line as an operator uses it: in a process of its own, results on stdout, one line for a mistake."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from core.command_line import tell
from core.serving import demo_site
from tests.doubles import a_site, an_app

ROOT = Path(__file__).resolve().parents[1]


def run(data: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    given = {k: v for k, v in os.environ.items() if not k.startswith("HANDBILL_")}
    given.update({"HANDBILL_DATA": str(data), "HANDBILL_ENV": "development", **environment})
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *command],
        cwd=ROOT, env=given, capture_output=True, text=True, check=False,
    )  # fmt: skip


def told(data: Path, *command: str, **environment: str) -> object:
    """A command's JSON; stdout holds nothing else."""
    result = run(data, *command, "--json", **environment)
    assert result.returncode == 0, result.stderr + result.stdout
    return json.loads(result.stdout)


def test_the_life_of_a_site(tmp_path: Path) -> None:
    made = told(tmp_path, "sites", "add", "Blog", "--origin", "https://blog.example.org", "--return-to",
                "https://blog.example.org/back")  # fmt: skip
    assert set(made) == {"key", "client_id", "client_secret", "api_key"}
    assert all(made.values())
    [site] = told(tmp_path, "sites", "list")
    assert site["key"] == made["key"]
    assert made["api_key"] not in json.dumps(site), "secrets are shown once"
    assert told(tmp_path, "sites", "set", made["key"], "--clicks", "--clicks-minimum", "3")["clicks"] is True
    turned = told(tmp_path, "sites", "rotate-key", made["key"], "--which", "api", "--overlap", "1h")
    assert turned["api_key"] != made["api_key"]
    turned = told(tmp_path, "sites", "rotate-key", made["key"], "--which", "client")
    assert turned["client_secret"] != made["client_secret"]
    moved = told(tmp_path, "sites", "set", made["key"], "--name", "Notes", "--origin", "https://notes.example.org",
                 "--return-to", "https://notes.example.org/back", "--logout-return-to", "")  # fmt: skip
    assert (moved["name"], moved["origins"], moved["logout_return_to"], moved["clicks"]) == (
        "Notes", ["https://notes.example.org"], [], True,
    )  # fmt: skip
    assert run(tmp_path, "sites", "remove", made["key"]).returncode == 1, "nobody said yes"
    assert told(tmp_path, "sites", "remove", made["key"], "--yes") == {"key": made["key"], "removed": True}
    assert told(tmp_path, "sites", "list") == []


def test_a_public_site_has_no_secret(tmp_path: Path) -> None:
    made = told(tmp_path, "sites", "add", "Static", "--origin", "https://s.example.org", "--origin",
                "https://t.example.org", "--return-to", "https://s.example.org/", "--public")  # fmt: skip
    assert made["client_secret"] is None
    assert made["api_key"]


@pytest.mark.parametrize(
    ("command", "field"),
    [
        (("sites", "add", "Blog", "--origin", "javascript:alert(1)", "--return-to", "https://a.example/"), "origin"),
        (
            ("sites", "add", "Blog", "--origin", "https://*.example.org", "--return-to", "https://a.example/"),
            "origin",
        ),
        (("sites", "add", "Blog", "--origin", "https://a.example", "--return-to", "/back"), "return_to"),
        (("sites", "rotate-key", "nobody", "--which", "api"), "key"),
        (("sites", "set", "nobody", "--clicks"), "key"),
    ],
)
def test_a_mistake_is_one_line_or_the_one_shape(tmp_path: Path, command: tuple[str, ...], field: str) -> None:
    plain, machine = run(tmp_path, *command), run(tmp_path, *command, "--json")
    assert plain.returncode == machine.returncode == 1
    assert plain.stdout == ""
    assert "Traceback" not in plain.stderr
    assert len(plain.stderr.strip().splitlines()) == 1
    error = json.loads(machine.stdout)["error"]
    assert error["field"].startswith(field)


def test_networks_settings_doctor_and_db(tmp_path: Path) -> None:
    networks = {n["key"]: n for n in told(tmp_path, "networks")}
    assert networks["x"]["can"] == ["share", "follow", "login", "feed"]
    assert networks["pocket"]["closed"] is True
    settings = {s["name"]: s for s in told(tmp_path, "settings", HANDBILL_SECRET_KEY="s" * 40)}
    assert settings["HANDBILL_SECRET_KEY"]["value"] == "********"
    assert not [f for f in told(tmp_path, "doctor") if f["severity"] == "error"]
    assert told(tmp_path, "db", "upgrade") == {"current": True}


def test_the_doctor_finds_what_is_wrong(tmp_path: Path) -> None:
    result = run(tmp_path, "doctor", "--json", HANDBILL_ENV="production")
    assert result.returncode == 1
    assert "HANDBILL_SECRET_KEY" in result.stdout


def test_an_unknown_setting_stops_everything_in_one_sentence(tmp_path: Path) -> None:
    result = run(tmp_path, "networks", HANDBILL_BASEURL="https://a.example")
    assert result.returncode != 0
    assert "Did you mean HANDBILL_BASE_URL?" in result.stderr
    assert "Traceback" not in result.stderr


def test_production_does_not_start_without_a_key(tmp_path: Path) -> None:
    given = {**os.environ, "HANDBILL_DATA": str(tmp_path), "HANDBILL_ENV": "production"}
    loaded = subprocess.run(
        [sys.executable, "-c", "import wsgi"], cwd=ROOT, env=given, capture_output=True, text=True
    )
    assert loaded.returncode != 0
    assert "HANDBILL_SECRET_KEY" in loaded.stderr
    assert "Traceback" not in loaded.stderr
    served = run(tmp_path, "serve", HANDBILL_ENV="production")
    assert served.returncode == 1
    assert "HANDBILL_SECRET_KEY" in served.stderr


def a_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str, process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=2).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server did not start")


def test_serve_starts_makes_the_demo_site_and_stops(tmp_path: Path) -> None:
    port = a_port()
    base = f"http://127.0.0.1:{port}"
    given = {**os.environ, "HANDBILL_DATA": str(tmp_path), "HANDBILL_ENV": "development", "HANDBILL_BASE_URL": base}
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "serve", "--demo", "--port", str(port)],
        cwd=ROOT, env=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        wait_for(base + "/readyz", process)
        with urllib.request.urlopen(base + "/", timeout=10) as reply:
            home = reply.read().decode()
        with urllib.request.urlopen(base + "/metrics", timeout=10) as reply:
            metrics = reply.read().decode()
    finally:
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=30)
    assert base in out
    [site] = told(tmp_path, "sites", "list")
    assert f'data-site="{site["key"]}"' in home
    assert "handbill_request_seconds_count{" in metrics


def test_the_demo_follows_us_to_another_port(tmp_path: Path) -> None:
    keys = []
    for port in ("8000", "9000"):
        services = an_app(tmp_path, base_url=f"http://127.0.0.1:{port}").extensions["handbill"]
        keys.append(demo_site(services))
        assert services.sites.by_key(keys[-1]).origins == (f"http://127.0.0.1:{port}",)
    assert keys[0] == keys[1]
    a_site(an_app(tmp_path / "other"))
    assert demo_site(an_app(tmp_path / "other").extensions["handbill"]) == "", "no demo beside real sites"


@pytest.mark.parametrize("command", ["preview", "check"])
def test_saved_pages_are_read_with_nothing_configured(tmp_path: Path, command: str) -> None:
    page = tmp_path / "page.html"
    page.write_bytes("<!doctype html><title>Zwölf</title>".encode("latin-1"))
    lines = f"{page}\thttps://example.org/\tiso-8859-1\n{tmp_path}/nothing\thttps://example.org/\t\nnonsense\n{page}\thttps://example.org/\t\n"
    nowhere = tmp_path / "unwritable"
    nowhere.mkdir(mode=0o500)
    result = subprocess.run(
        [sys.executable, "-m", "flask", "--app", str(ROOT / "wsgi"), command, "--stdin"],
        cwd=nowhere, env={"PATH": os.environ["PATH"]}, input=lines.encode(), capture_output=True, check=True,
    )  # fmt: skip
    answers = [json.loads(line) for line in result.stdout.decode("utf-8").splitlines()]
    assert len(answers) == 4
    first = answers[0] if command == "preview" else answers[0]["preview"]
    assert first["title"] == "Zwölf"
    assert [("error" in answer) for answer in answers] == [False, True, True, False]
    assert list(nowhere.iterdir()) == []


def test_a_terminal_obeys_nobody_but_its_operator(capsys: pytest.CaptureFixture[str]) -> None:
    """Strangers' titles and names are printed; JSON says the same and holds nothing that a terminal obeys."""
    said = "\x1b]0;x\x07\x9b31m\u202eevil\r\tok"
    tell({"title": said}, [f"title: {said}", "next"], as_json=False)
    assert capsys.readouterr().out == "title: \ufffd]0;x\ufffd\ufffd31m\ufffdevil\ufffd\tok\nnext\n"
    tell({"title": said}, [], as_json=True)
    out = capsys.readouterr().out
    assert json.loads(out) == {"title": said}
    assert not set(said) - set("]0;x31mevilok") & set(out)
