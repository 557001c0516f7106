"""``sites webhook …`` on the command line: what an operator does and reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from flask import Flask
from pytest_httpserver import HTTPServer

from tests.core.notice_receiver import TELLERS, Receiver, Teacher, a_teacher
from tests.doubles import a_site


def given(app: Flask, *words: str) -> Any:
    """Give a command; return its JSON."""
    with app.app_context():
        done = app.test_cli_runner().invoke(args=["sites", "webhook", *words, "--json"])
    assert done.output, done.exception
    return json.loads(done.output)


def test_an_operator_sets_tests_looks_and_repeats(tmp_path: Path, httpserver: HTTPServer) -> None:
    receiver = Receiver(httpserver)
    with a_teacher(tmp_path, httpserver) as teacher:
        site = a_site(teacher.app).key
        secret = given(teacher.app, "set", site, receiver.url)["secret"]
        assert given(teacher.app, "test", site) == {"site": site, "status": 204}
        assert receiver.said(secret)[0] == {**receiver.said(secret)[0], "data": {"site": site}}
        newer = given(teacher.app, "rotate", site)["secret"]
        receiver.answers = [410]
        the_rest(teacher, site, receiver, (secret, newer))


def the_rest(teacher: Teacher, site: str, receiver: Receiver, secrets: tuple[str, str]) -> None:
    app = teacher.app
    teacher.happens("ann", site)
    teacher.notices.spread(TELLERS)
    [place] = given(app, "list")
    assert (place["site"], place["url"], place["state"]) == (site, receiver.url, "off")
    [row] = given(app, "deliveries", site, "--failed")
    assert (row["type"], row["state"], row["status"], row["attempts"]) == ("user.gone", "failed", 410, 1)
    assert "ann" not in json.dumps(row)
    assert given(app, "replay", row["id"])["error"]["code"] == "invalid"
    assert given(app, "test", site)["status"] == 204
    assert given(app, "replay", row["id"])["state"] == "waiting"
    assert given(app, "deliveries", site, "--failed") == []
    for word in ("list", "deliveries"):
        shown = json.dumps(given(app, word, *([site] if word == "deliveries" else [])))
        assert not [secret for secret in secrets if secret in shown], "shown once"
    receiver.answers = [503]
    failed = given(app, "test", site)["error"]
    assert (failed["code"], "503" in failed["message"]) == ("not_delivered", True)
    assert given(app, "remove", site) == {"site": site}
    assert given(app, "list") == []
    assert {given(app, word, site)["error"]["code"] for word in ("remove", "rotate", "test")} == {"no_webhook"}
    assert given(app, "replay", "msg_nothing")["error"]["code"] == "no_delivery"
    assert given(app, "set", "nosuchsite", receiver.url)["error"]["field"] == "key"
    assert given(app, "set", site, "http://site.example/")["error"]["field"] == "url"
