"""The follow widget: accounts to profile links that networks can verify."""

from __future__ import annotations

import json

from flask.testing import FlaskClient

from tests.widgets.test_share import Links

ACCOUNTS = "mastodon:@me@example.social github:me bluesky:me.example.org youtube:@handbill"


def test_accounts_become_profiles(client: FlaskClient) -> None:
    data = json.loads(client.get("/widgets/follow.json", query_string={"accounts": ACCOUNTS}).text)
    assert [b["href"] for b in data["buttons"]] == [
        "https://example.social/@me", "https://github.com/me", "https://bsky.app/profile/me.example.org",
        "https://www.youtube.com/@handbill",
    ]  # fmt: skip


def test_every_link_says_rel_me_and_has_a_name(client: FlaskClient) -> None:
    reply = client.get("/widgets/follow.html", query_string={"accounts": ACCOUNTS, "lang": "nl"})
    links = Links(reply.text).found
    assert len(links) == 4
    assert all("me" in link["rel"].split() and "noopener" in link["rel"].split() for link in links)
    assert all("example" in links[0]["aria-label"] or link["aria-label"] for link in links)


def test_the_fediverse_can_be_followed_from_the_visitors_server(client: FlaskClient) -> None:
    data = json.loads(client.get("/widgets/follow.json", query_string={"accounts": ACCOUNTS}).text)
    assert data["buttons"][0]["remote"].endswith("/follow/mastodon?account=%40me%40example.social")
    assert "remote" not in data["buttons"][1]


def test_no_account_no_button(client: FlaskClient) -> None:
    assert json.loads(client.get("/widgets/follow.json").text)["buttons"] == []
    assert "<a " not in client.get("/widgets/follow.html").text
