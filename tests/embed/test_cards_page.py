"""The picture playground without a browser: what it shows, draws, gives away, and does not."""

from __future__ import annotations

import html
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient

from embed.cards_page import asked, curl, groups, sample
from og.card import canonical, read
from og.layouts import built_in
from tests.core.http_origin import a_page, reply
from tests.doubles import an_app, with_http
from tests.og.pictures import opened, photo, saved

LAYOUTS = built_in()
LOGO = "http://good.example/logo.png"


def serving(folder: Path, **settings: str) -> tuple[Flask, Any]:
    http, origin = a_page(reply(saved(photo(300, 300), "PNG")))
    return with_http(an_app(folder, **settings), http), origin


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    made, _ = serving(tmp_path, PREVIEW_ANONYMOUS="on")
    yield made
    made.extensions["handbill"].close()


def source(page: str) -> str:
    found = re.search(r'<img id="picture" src="([^"]+)"', page)
    assert found
    return html.unescape(found[1])


def code(page: str, which: str) -> str:
    found = re.search(rf'<pre id="code-{which}"[^>]*><code>(.*?)</code>', page, re.DOTALL)
    return html.unescape(found[1]) if found else ""


# --- what was entered ---


def test_nothing_entered_is_the_layouts_sample() -> None:
    for key, layout in LAYOUTS.items():
        found = asked({"layout": key}, LAYOUTS)
        assert found.values == sample(layout)
        card, warnings = read(found.card(layout.fields))
        assert card.layout == key
        assert warnings == ()


def test_an_unknown_layout_is_the_usual_one() -> None:
    assert asked({"layout": "nonsense"}, LAYOUTS).layout == "article"


def test_changing_the_layout_changes_what_was_its_sample_only() -> None:
    mine = {**sample(LAYOUTS["article"]), "title": "My own words"}
    found = asked({**mine, "layout": "quote", "was": "article"}, LAYOUTS)
    assert found.values["title"] == "My own words"
    assert found.values.get("author") == sample(LAYOUTS["quote"])["author"]
    fresh = asked({**sample(LAYOUTS["article"]), "layout": "statistic", "was": "article"}, LAYOUTS)
    assert fresh.values == sample(LAYOUTS["statistic"])


def test_a_card_holds_what_its_layout_shows() -> None:
    entered = {"layout": "plain", "title": "A", "progress": "40", "theme.accent": "#c8321b", "format": "jpg"}
    found = asked(entered, LAYOUTS)
    assert "progress" not in LAYOUTS["plain"].fields
    assert found.card(LAYOUTS["plain"].fields) == {
        "layout": "plain", "title": "A", "theme": {"accent": "#c8321b"}, "format": "jpg",
    }  # fmt: skip


def test_width_and_height_are_for_a_size_of_ones_own() -> None:
    entered = {"title": "A", "width": "600", "height": "400"}
    fields = LAYOUTS["article"].fields
    assert "width" not in asked({**entered, "size": "square"}, LAYOUTS).card(fields)
    own = asked({**entered, "size": "custom"}, LAYOUTS).card(fields)
    assert (own["width"], own["height"]) == ("600", "400")
    assert "size" not in own


def test_each_field_knows_who_shows_it() -> None:
    found = {item.name: item for _, items in groups(asked({}, LAYOUTS), LAYOUTS, {"width": "No."}) for item in items}
    assert found["title"].used
    assert "statistic" in found["value"].layouts.split()
    assert found["width"].wrong == "No."
    assert found["theme.accent"].used
    shown = {name for layout in LAYOUTS.values() for name in layout.fields}
    assert shown <= set(found)


def test_the_command_is_a_shells() -> None:
    card = read({"title": 'It\'s "quoted" $HOME `x`', "layout": "quote"})[0]
    words = shlex.split(curl(card, "https://social.example.org"))
    assert words[:2] == ["curl", "https://social.example.org/api/v1/images"]
    assert read(json.loads(words[-1]))[0] == card
    assert canonical(card)["layout"] == "quote"


# --- the page ---


def test_the_page_shows_the_picture_and_the_code(client: FlaskClient) -> None:
    page = client.get("/cards").text
    drawn = client.get(source(page))
    assert drawn.status_code == 200
    assert opened(drawn.data).size == (1200, 630)
    assert drawn.headers["Cache-Control"] == "private, max-age=300"
    assert drawn.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert re.fullmatch(r"draw;dur=\d+", drawn.headers["Server-Timing"])
    address = code(page, "address")
    lasting = client.get(address.removeprefix("http://127.0.0.1:8000"))
    assert opened(lasting.data).tobytes() == opened(drawn.data).tobytes()
    assert f'<meta property="og:image" content="{address}">' in code(page, "tags")
    assert "/api/v1/images" in code(page, "curl")


def test_every_layout_has_its_small_picture(client: FlaskClient) -> None:
    page = client.get("/cards").text
    small = [html.unescape(path) for path in re.findall(r'<img src="(/og/[^"]+)"', page)]
    assert len(small) == len(LAYOUTS)
    for path in small[:3]:
        assert opened(client.get(path).data).size == (600, 315)


def test_a_form_without_scripts_is_whole(client: FlaskClient) -> None:
    query = urlencode({"layout": "quote", "was": "quote", "title": "Fish & <b>bread</b>", "format": "webp"})
    page = client.get(f"/cards?{query}").text
    assert "<b>bread" not in page
    assert client.get(source(page)).mimetype == "image/webp"
    assert re.search(r'value="quote"[^>]* checked', page)


def test_what_is_wrong_is_told_at_its_field(client: FlaskClient) -> None:
    page = client.get("/cards?title=A&size=custom&width=9&height=630").text
    assert re.search(r'id="card-width"[^>]*aria-invalid="true"', page)
    said = re.search(r'id="wrong-card-width"([^>]*)>(.*?)</span></span>', page, re.DOTALL)
    assert said
    assert "hidden" not in said[1]
    assert "64 to 2400" in said[2]
    assert code(page, "address") == ""
    path = source(client.get("/cards").text)
    assert client.get(path + "&size=nonsense").status_code in (200, 422)
    assert client.get(path.replace("/picture?", "/picture?size=custom&width=9&height=9&")).status_code == 422


def test_a_fragment_is_the_live_parts_alone(client: FlaskClient) -> None:
    part = client.get("/cards?title=Hello&fragment=1").text
    assert "<html" not in part
    assert 'id="told"' in part
    assert 'id="taken"' in part
    assert code(part, "address")


def test_a_card_too_long_for_an_address_says_so(client: FlaskClient) -> None:
    noise = "".join(chr(0x4E00 + n * 7919 % 20000) for n in range(800))
    page = client.get("/cards", query_string={"title": "A", "description": noise}).text
    assert "too long for an address" in page
    assert code(page, "address") == ""
    assert noise in code(page, "curl")


# --- and what it does not do ---


def test_only_the_page_may_have_it_drawn(client: FlaskClient) -> None:
    path = source(client.get("/cards").text)
    bare = re.sub(r"token=[^&]+", "token=", path)
    old = re.sub(r"token=\d+", "token=1", path)
    tampered = path[:-1] + ("A" if path[-1] != "A" else "B")
    for refused in (bare, old, tampered, bare + "1.x", bare + "9" * 20 + ".x"):
        assert client.get(refused).status_code == 403
    assert client.get(path, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.get(path, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200


def test_drawing_is_limited_by_megapixels(tmp_path: Path) -> None:
    app, _ = serving(tmp_path, LIMITS="on")
    client = app.test_client()
    path = source(client.get("/cards").text)
    huge = path.replace("/cards/picture?", "/cards/picture?size=custom&width=2000&height=2000&format=jpg&")
    huge = re.sub(r"&(width|height|size|format)=(?!2000|custom|jpg)[^&]*", "", huge)
    statuses = {client.get(huge).status_code for _ in range(3)}
    assert statuses == {200}
    rest = [client.get(path + "&format=jpg&size=x-summary&x=" + str(n)).status_code for n in range(300 - 15 + 1)]
    assert rest[0] == 200
    assert rest[-1] == 429
    app.extensions["handbill"].close()


def test_without_anonymous_previews_no_address_is_given_and_nothing_fetched(tmp_path: Path) -> None:
    app, origin = serving(tmp_path)
    client = app.test_client()
    page = client.get("/cards", query_string={"title": "A", "logo": LOGO}).text
    assert code(page, "address") == ""
    assert "API key" in page
    assert code(page, "curl")
    assert client.get(source(page)).status_code == 200
    assert origin.requests == []
    app.extensions["handbill"].close()


def test_nothing_that_is_typed_is_kept(client: FlaskClient, tmp_path: Path) -> None:
    path = source(client.get("/cards?title=Private+words").text)
    client.get(path)
    assert not [file for file in (tmp_path / "data/cards").glob("*") if file.is_file()]
