"""From somebody's site to an open page: a post appears there, its hub tells us, and the widget shows it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_httpserver import HTTPServer

from tests.browser.conftest import HostPage, Seen
from tests.browser.feed_site import ready
from tests.feeds.hub_doubles import World, a_hub


@pytest.fixture
def hub(tmp_path: Path, httpserver: HTTPServer) -> Iterator[World]:
    with a_hub(tmp_path, httpserver) as made:
        yield made


@pytest.fixture
def handbill(hub: World) -> str:
    return hub.ours


def test_a_post_that_a_hub_tells_of_is_on_the_open_page(
    page: Page, host: HostPage, script: str, hub: World, seen: Seen
) -> None:
    hub.add_feed()
    hub.tend()
    (feed,) = hub.desk.services.feeds.all()
    with page.expect_request(f"**/api/v1/feeds/{feed.id}/events?since=*"):
        ready(page, host.show(f'<hb-feed feed="{feed.id}" live></hb-feed>', head=script))
    page.evaluate("window.same = true")
    expect(page.get_by_text("Post 1")).to_be_visible()
    hub.entries.append(2)  # it appears there …
    assert hub.send(b"<feed/>") == 200  # … its hub says so, signed …
    hub.desk.settle()  # … the job reads the site …
    page.get_by_role("button", name="New posts").click()  # … and the stream tells the page
    expect(page.get_by_text("Post 2")).to_be_visible()
    expect(page.locator("[part=post]")).to_have_count(2)
    hub.words[2] = "Better words"  # it is edited there
    assert hub.send(b"<feed>edited</feed>") == 200
    hub.desk.settle()
    page.get_by_role("button", name="New posts").click()
    expect(page.get_by_text("Better words")).to_be_visible()
    expect(page.get_by_text("Post 2")).to_have_count(0)
    assert page.evaluate("window.same")
    assert not seen.errors
