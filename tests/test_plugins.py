"""A separate distribution adds a network and a widget by entry points; its broken parts harm nobody."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCE = Path(__file__).resolve().parent / "plugin"


def a_wheel(folder: Path) -> Path:
    """The plug-in as a wheel (PyPA binary distribution format), written without a build back end."""
    project = tomllib.loads((SOURCE / "pyproject.toml").read_text("utf-8"))["project"]
    info = f"handbill_lemmy-{project['version']}.dist-info"
    points = "".join(
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in entries.items())
        for group, entries in project["entry-points"].items()
    )
    wheel = folder / f"handbill_lemmy-{project['version']}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as file:
        file.write(SOURCE / "handbill_lemmy/__init__.py", "handbill_lemmy/__init__.py")
        file.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: 1.0.0\n")
        file.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        file.writestr(f"{info}/entry_points.txt", points)
        file.writestr(f"{info}/RECORD", "")
    return wheel


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the wheel was installed."""
    folder = tmp_path_factory.mktemp("plugin")
    target = folder / "site"
    subprocess.run(
        [
            sys.executable,
            "-m",
            "uv",
            "pip",
            "install",
            "-q",
            "--offline",
            "--no-deps",
            "--target",
            target,
            a_wheel(folder),
        ],
        check=True,
    )
    return target


def run(installed: Path, data: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A command of ours in a process that sees the plug-in."""
    environment = {
        **os.environ, "PYTHONPATH": str(installed), "HANDBILL_ENV": "development", "HANDBILL_DATA": str(data),
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *command],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_network_is_there_and_the_impostor_is_not(installed: Path, tmp_path: Path) -> None:
    found = {n["key"]: n for n in json.loads(run(installed, tmp_path, "networks", "--json").stdout)}
    assert found["lemmy"]["can"] == ["share", "follow"]
    assert found["facebook"]["name"] == "Facebook"


def test_the_doctor_names_each_broken_part(installed: Path, tmp_path: Path) -> None:
    result = run(installed, tmp_path, "doctor", "--json")
    said = " ".join(f["message"] for f in json.loads(result.stdout) if f["severity"] == "warning")
    assert result.returncode == 0, "a broken plug-in is skipped, not fatal"
    for name in ("broken", "impostor", "not_a_network"):
        assert name in said


ASK = """
import json, sys
from wsgi import app
c = app.test_client()
share = c.get("/widgets/share.json?networks=lemmy&url=https://example.org/&text=Hi").get_json()
print(json.dumps([share["buttons"][0], c.get("/widgets/greeting.html?name=<b>").text,
                  c.get("/widgets/greeting.json").get_json()["name"]]))
"""


def test_both_serve_like_built_in_ones(installed: Path, tmp_path: Path) -> None:
    environment = {
        **os.environ, "PYTHONPATH": f"{installed}{os.pathsep}{ROOT}", "HANDBILL_ENV": "development",
        "HANDBILL_DATA": str(tmp_path),
    }  # fmt: skip
    out = subprocess.run([sys.executable, "-c", ASK], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert out.returncode == 0, out.stderr
    button, html, name = json.loads(out.stdout)
    assert button["href"] == "https://lemmy.example/create_post?url=https%3A%2F%2Fexample.org%2F&title=Hi"
    assert button["icon"] == "M4 4h16v16H4z"
    assert html == "<p>Hello, &lt;b&gt;</p>"
    assert name == "you"
