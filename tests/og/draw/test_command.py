"""``draw`` and ``draw --stdin``: a card in, a file and a line about it out, and a wrong line that stops nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from og.drawing.stdin import stream
from tests.og.pictures import opened

ROOT = Path(__file__).resolve().parents[3]


def answers(*lines: str) -> list[dict[str, Any]]:
    out: list[str] = []
    stream(lines, out.append)
    assert all(line.endswith("\n") and line.count("\n") == 1 for line in out)
    return [json.loads(line) for line in out]


def line(out: Path, **card: Any) -> str:
    return json.dumps({**card, "out": str(out)}) + "\n"


def test_a_card_in_is_a_file_and_a_line_out(tmp_path: Path) -> None:
    out = tmp_path / "a.jpg"
    (said,) = answers(line(out, title="Hello", format="jpeg", description="World"))
    assert said == {
        "out": str(out),
        "bytes": out.stat().st_size,
        "width": 1200,
        "height": 630,
        "type": "image/jpeg",
        "alt": "Hello. World",
        "warnings": [],
    }
    assert opened(out.read_bytes()).size == (1200, 630)


WRONG = {
    "no json": ("x", "line"),
    "no object": ("[1]", "line"),
    "nothing": ("", "line"),
    "deep": ("[" * 200_000, "line"),
    "no out": ('{"title": "A"}', "out"),
    "out of a wrong kind": ('{"title": "A", "out": 5}', "out"),
    "no such folder": ('{"title": "A", "out": "/no/such/folder/a.png"}', "out"),
    "a nul": ('{"title": "A", "out": "a\\u0000b"}', "out"),
    "huge": ('{"width": 1000000000, "out": "%s"}', "width"),
    "layout": ('{"layout": "none", "out": "%s"}', "layout"),
    "format": ('{"format": "gif", "out": "%s"}', "format"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_line_is_an_error_and_the_next_is_read(name: str, tmp_path: Path) -> None:
    text, field = WRONG[name]
    bad, good = tmp_path / "bad.png", tmp_path / "good.png"
    wrong, right = answers(text.replace("%s", str(bad)) + "\n", line(good, title="A"))
    assert wrong["error"]["field"] == field
    assert set(wrong["error"]) == {"code", "message", "field"}
    assert not bad.exists()
    assert right["bytes"] == good.stat().st_size


def test_an_address_is_not_fetched(tmp_path: Path) -> None:
    (said,) = answers(line(tmp_path / "a.png", title="A", avatar="https://a.example/b.png"))
    assert said["warnings"][0].startswith("avatar: ")


def test_it_needs_no_secret_no_database_and_no_folder(tmp_path: Path) -> None:
    """In a folder that may not be written to, with an empty environment."""
    out = tmp_path / "a.png"
    empty = tmp_path / "empty"
    empty.mkdir(mode=0o500)
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", str(ROOT / "wsgi.py"), "draw", "--stdin"],
        input=line(out, title="A") + "x\n", capture_output=True, text=True, check=True, cwd=empty,
        env={"PATH": os.environ["PATH"]},
    )  # fmt: skip
    first, second = map(json.loads, done.stdout.splitlines())
    assert first["bytes"] == out.stat().st_size
    assert second["error"]["code"] == "invalid"
    assert list(empty.iterdir()) == []


def told_by(app: Flask, *args: str) -> Any:
    """What the command says."""
    with app.app_context():
        return app.test_cli_runner().invoke(args=["draw", *args])


def test_options_and_a_file_make_a_card(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "card.json").write_text('{"title": "From the file", "theme": "midnight"}')
    out = tmp_path / "a.png"
    options = [
        "--description",
        "Added",
        "--theme-accent",
        "red",
        "--size",
        "square",
        "--fact",
        "one",
        "--fact",
        "two",
    ]
    told = told_by(app, str(tmp_path / "card.json"), *options, "--out", str(out), "--json")
    said = json.loads(told.stdout)
    assert told.exit_code == 0
    assert (said["alt"], said["width"], said["height"], said["warnings"]) == ("From the file. Added", 1200, 1200, [])
    assert opened(out.read_bytes()).size == (1200, 1200)


WRONG_OPTIONS = [["--title", "A"], ["--width", "9", "--out", "x.png"], ["--layout", "no", "--out", "x"]]


@pytest.mark.parametrize("args", WRONG_OPTIONS, ids=str)
def test_what_cannot_be_drawn_is_one_sentence(app: Flask, args: list[str]) -> None:
    told = told_by(app, *args)
    assert told.exit_code == 1
    assert "Traceback" not in told.output
    assert told.output.startswith("Error: ")
