"""`static/js/intents.js` gives the very bytes of `networks/intents.py`, in the browser that will run it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from embed.kit_build import ROOT
from networks import BUILT_IN
from networks.intents import row
from tests.networks.golden import SERVER, stumps

DATA = Path(__file__).resolve().parents[1] / "networks" / "data"
GOLDEN = json.loads((DATA / "intents.json").read_text("utf-8"))
# The script never fills in a server: it sends the visitor's answer to our hop page.
ROWS = {n.key: {**row(n), "url": row(n).get("url", "").replace("{server}", SERVER)} for n in BUILT_IN}
SHOWN = """async ([row, text]) => {
  const { intent } = await import('/intents.js');
  const shown = {};
  for (const [name, c] of Object.entries(JSON.parse(text)))
    shown[name] = intent(row, { url: c.url, text: c.texts?.[row.key] || c.text || '', tags: c.hashtags || [],
      via: c.via?.[row.key] || '', image: c.image || '', utm: c.utm || '' });
  return shown;
}"""
WEIGHED = """async (text) => {
  const { weight } = await import('/intents.js');
  return JSON.parse(text).map((t) => weight(t, 'w'));
}"""


@pytest.fixture(scope="module")
def open_page(browser: Browser) -> Iterator[Page]:
    """One page for all networks: it only lends its script engine."""
    page = browser.new_page()
    script = (ROOT / "static" / "js" / "intents.js").read_text("utf-8")
    page.route("http://example.test/", lambda r: r.fulfill(content_type="text/html", body="<!doctype html>"))
    page.route("http://example.test/intents.js", lambda r: r.fulfill(content_type="text/javascript", body=script))
    page.goto("http://example.test/")
    yield page
    page.close()


@pytest.mark.parametrize("key", sorted(GOLDEN["addresses"]))
def test_addresses_are_equal_to_the_byte(open_page: Page, key: str) -> None:
    golden: dict[str, Any] = GOLDEN["addresses"][key]
    # Lone surrogates cannot be sent to the browser as they are: as JSON text they can.
    contents = json.dumps({name: GOLDEN["contents"][name] for name in golden})
    assert open_page.evaluate(SHOWN, [ROWS[key], contents]) == golden


def test_a_parameter_without_a_value_is_left_out_whatever_its_name(open_page: Page) -> None:
    for template, text, address in stumps():
        given = json.dumps({"it": {"url": "https://blog.example/a-b=c", "text": text}})
        found = open_page.evaluate(SHOWN, [{"key": "made", "url": template}, given])
        assert found["it"] == address.replace("PAGE", "https%3A%2F%2Fblog.example%2Fa-b%3Dc")


def test_text_weighs_what_it_weighs_on_the_server(open_page: Page) -> None:
    weights = json.loads((DATA / "x_weights.json").read_text("utf-8"))
    found = open_page.evaluate(WEIGHED, json.dumps([text for text, _ in weights]))
    assert found == [weight for _, weight in weights]
