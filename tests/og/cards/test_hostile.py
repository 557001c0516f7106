"""What somebody with bad intentions sends: a clear refusal, or a card without the picture, in bounded memory."""

from __future__ import annotations

import json
import random
import resource
import zlib
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from og.card_service import pictures as card_pictures
from og.card_service.address import LARGEST
from tests.core.http_origin import drip, reply
from tests.doubles import a_site
from tests.og.cards.test_routes import LOGO, error, path_of, serving, sign
from tests.og.pictures import photo, png, saved

# Marks, floods and signs that break what measures or shapes text.
TEXTS = {
    "a megabyte": "a" * 1_000_000,
    "a megabyte of blanks": " " * 1_000_000,
    "zero width": "a\u200b\u200d\ufeff" * 100_000,
    "marks": "a" + "\u0301" * 400,
    "one word": "Donaudampfschiff" * 500,
    "directions": "\u202e\u2066abc\u202c" * 2_000,
    "halves": "\ud83d\ude00\ud83d",
    "controls": "".join(map(chr, range(32))) + "\x7f\x85\u2028\u2029",
    "families": "👨‍👩‍👧‍👦🏽" * 300,
    "templates": "{title}{{7*7}}{% raw %}${x}<script>alert(1)</script>\"'&",
    "unassigned": "\U000e0fff\U0010ffff\ue000" * 300,
    "arabic": "السلام عليكم " * 300,
    "lines": "\n" * 50_000 + "x",
}


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    made, _ = serving(tmp_path, PUBLIC_LAYOUTS="plain")
    yield made
    made.extensions["handbill"].close()


@pytest.fixture
def key(app: Flask) -> str:
    return a_site(app).api_key


def grown() -> int:
    """Bytes that this process took at its most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@pytest.mark.parametrize("name", TEXTS)
def test_any_words_are_a_card_or_a_clear_refusal(client: FlaskClient, key: str, name: str) -> None:
    client.get(path_of(sign(client, key)))
    before = grown()
    body: dict[str, Any] = {"title": TEXTS[name], "description": TEXTS[name][:3000], "facts": [TEXTS[name][:9000]]}
    for layout in ("article", "code", "statistic"):
        sent = json.dumps({**body, "layout": layout})  # in ASCII: half a character is an escape
        answer = client.post("/api/v1/images", data=sent, headers={"Authorization": f"Bearer {key}"})
        if answer.status_code == 413:
            continue
        assert answer.status_code == 200
        drawn = client.get(path_of(answer.get_json()))
        assert drawn.status_code == 200
        assert drawn.data[:4] == b"\x89PNG"
        assert drawn.headers.get("X-Handbill-Warnings", "").isascii()
    assert grown() - before < 60_000_000


@pytest.mark.parametrize("side", ["1000000000", "99999999999999999999999", "-1", "0", "1e9", "NaN", "2401"])
def test_no_size_is_too_large_to_be_refused(client: FlaskClient, key: str, side: str) -> None:
    assert error(client.get(f"/og/plain.png?title=A&width={side}&height={side}")) == (422, "impossible_size")
    answer = client.post(
        "/api/v1/images",
        data=f'{{"width": "{side}", "height": {side if side != "NaN" else "NaN"}}}',
        headers={"Authorization": f"Bearer {key}"},
    )
    assert answer.status_code in (400, 422)


def test_a_payload_that_inflates_without_end_is_not_inflated(client: FlaskClient, app: Flask) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = b"\x01vvv" + packer.compress(b" " * 900_000) + packer.flush()
    payload = urlsafe_b64encode(bomb).rstrip(b"=").decode()
    assert len(payload) < 1500
    assert error(client.get(f"/og/plain/{payload}.{'A' * 22}.png")) == (403, "wrong_signature")
    signature = app.extensions["handbill"].vault.sign("card", f"plain/{payload}.png".encode())
    before = grown()
    assert error(client.get(f"/og/plain/{payload}.{signature}.png"))[0] == 404
    assert grown() - before < 20 * LARGEST


@pytest.mark.parametrize(
    "path",
    [
        "/og/../../etc/passwd.x.png",
        "/og/..%2f..%2fetc%2fpasswd.png",
        "/og/article/..%2f..%2fx.y.png",
        "/og/%2e%2e.png",
        "/og/article/.....png",
        "/og/article/...png",
        "/og/article/%00.x.png",
        "/og/%ff/x.y.png",
        "/og/plain.png%0d%0aX-Evil:1",
        "/og/" + "a" * 5000 + ".png",
        "/og/page.png?url=http://[::1]/",
        "/og/page.png?url=http://good.example@127.0.0.1/",
        "/og/page.png?url=//good.example",
        "/og/page.png?url=http://2130706433/",
    ],
)
def test_odd_paths_are_refused(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in (400, 403, 404, 422)
    assert "X-Evil" not in answer.headers
    error(answer)


def test_a_slow_picture_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card_pictures, "DEADLINE", 0.3)
    app, _ = serving(tmp_path, drip(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n\x89PNG"))
    client = app.test_client()
    answer = client.get(path_of(sign(client, a_site(app).api_key, logo=LOGO, background=LOGO + "?2")))
    assert answer.status_code == 200
    assert "logo" in answer.headers["X-Handbill-Warnings"]
    assert "background" in answer.headers["X-Handbill-Warnings"]
    app.extensions["handbill"].close()


def bombs() -> dict[str, bytes]:
    """Pictures that are small until they are decoded, or are none."""
    return {
        "declared huge": png(65_535, 65_535),
        "declared beyond all": png(2**31 - 1, 2**31 - 1),
        "too many bytes": b"\x89PNG\r\n\x1a\n" + b"x" * 6_000_000,
        "an svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "cut off": saved(photo(800, 400), "JPEG")[:3000],
        "a page": b"<!doctype html><title>404</title>",
        "nothing": b"",
    }


@pytest.mark.parametrize("name", bombs())
def test_a_picture_made_to_do_harm_is_left_out(tmp_path: Path, name: str) -> None:
    app, _ = serving(tmp_path, reply(bombs()[name], content_type="image/png"))
    client, before = app.test_client(), grown()
    path = path_of(sign(client, a_site(app).api_key, picture=LOGO, layout="product"))
    answer = client.get(path)
    assert answer.status_code == 200
    assert "picture" in answer.headers["X-Handbill-Warnings"]
    assert grown() - before < 120_000_000
    app.extensions["handbill"].close()


def test_a_picture_address_that_breaks_lines_breaks_no_header(client: FlaskClient, key: str) -> None:
    signed = sign(client, key, logo="http://good.example/a\r\nX-Evil: 1", theme={"accent": "ж\r\nX-Evil: 1"})
    answer = client.get(path_of(signed))
    assert answer.status_code == 200
    assert "X-Evil" not in answer.headers


def test_random_addresses_are_never_our_fault(client: FlaskClient) -> None:
    dice = random.Random(5)
    letters = "abcAB09-_.~/%?=&é\u202e"
    for _ in range(300):
        path = "/og/" + "".join(dice.choice(letters) for _ in range(dice.randrange(60)))
        assert client.get(path).status_code < 500, path
