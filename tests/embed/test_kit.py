"""The kit over HTTP: the newest, the exact, the smallest form, and what pages that pin it rely on."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json

import brotli
import pytest
from flask.testing import FlaskClient

from embed.kit import Kit

VERSION = Kit().newest("1")


def test_the_newest_is_kept_an_hour_and_the_exact_for_good(client: FlaskClient) -> None:
    newest, exact = client.get("/kit/1/kit.js"), client.get(f"/kit/{VERSION}/kit.js")
    assert newest.data == exact.data
    assert "max-age=3600" in newest.headers["Cache-Control"]
    assert "immutable" in exact.headers["Cache-Control"]
    for reply in (newest, exact):
        assert reply.headers["Access-Control-Allow-Origin"] == "*"
        assert reply.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert reply.mimetype == "text/javascript"


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("identity", None),
        ("", None),
        ("br;q=0, gzip;q=0", None),
        ("*", "br"),
        ("BR", "br"),
        ("br;q=nonsense", "br"),
    ],
)
def test_the_smallest_form_that_is_accepted(client: FlaskClient, accepted: str, coding: str | None) -> None:
    reply = client.get(f"/kit/{VERSION}/kit.js", headers={"Accept-Encoding": accepted})
    assert reply.headers.get("Content-Encoding") == coding
    assert "Accept-Encoding" in reply.headers["Vary"]
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[coding]
    assert unpack(reply.data) == Kit().file(VERSION, "kit.js").forms[""]


def test_an_unchanged_file_is_not_sent_again(client: FlaskClient) -> None:
    tag = client.get("/kit/1/kit.js").headers["ETag"]
    again = client.get("/kit/1/kit.js", headers={"If-None-Match": tag})
    assert again.status_code == 304
    assert again.data == b""


def test_every_file_has_the_hash_that_integrity_names(client: FlaskClient) -> None:
    files = json.loads(client.get(f"/kit/{VERSION}/integrity.json").data)["files"]
    assert "kit.js" in files
    for name, file in files.items():
        body = client.get(f"/kit/{VERSION}/{name}").data
        digest = base64.b64encode(hashlib.sha384(body).digest()).decode()
        assert file["integrity"] == f"sha384-{digest}"


def test_public_answers_are_made_small_and_private_ones_are_not(client: FlaskClient) -> None:
    wanted = {"Accept-Encoding": "br"}
    reply = client.get("/widgets/share.json", headers=wanted)
    assert reply.headers["Content-Encoding"] == "br"
    assert json.loads(brotli.decompress(reply.data)) == client.get("/widgets/share.json").get_json()
    tag = reply.headers["ETag"]
    assert client.get("/widgets/share.json", headers={**wanted, "If-None-Match": tag}).status_code == 304
    assert client.get("/static/css/pages.css", headers=wanted).headers["Content-Encoding"] == "br"
    assert "Content-Encoding" not in client.get("/", headers=wanted).headers
