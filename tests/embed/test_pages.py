"""The table of networks on the home page: made from the networks, nothing left out."""

from __future__ import annotations

from datetime import date

from embed.pages import halves, network_rows
from networks import Networks
from networks.parts import Follow, Network, Share
from widgets.words import Catalog

WORDS = Catalog().words("en")


def row(**parts: Share | Follow) -> list[tuple[str, str, int]]:
    made = Network("some", "Some", "000000", **parts)  # type: ignore[arg-type]
    return [(r.share, r.follow, r.limit) for r in network_rows([made], WORDS)]


def test_each_way_of_sharing_is_said_in_words() -> None:
    assert row(share=Share(url="https://s.example/?u={url}", limit=300)) == [("Link", "", 300)]
    assert row(share=Share(url="https://{server}/share", action="server"))[0][0] == "Link, asks for the server"
    assert row(share=Share(url="some://x", phone=True))[0][0] == "Link to its app"
    assert row(share=Share(fallback=True))[0][0] == "The device’s apps"
    assert row(share=Share(action="copy"))[0][0] == "Copies"


def test_following_from_a_server_of_ones_own_is_told_apart() -> None:
    assert row(follow=Follow("https://s.example/{account}")) == [("", "Link", 0)]
    assert row(follow=Follow("https://s.example/{account}", remote=True)) == [("", "From your server", 0)]


def test_the_dead_and_those_that_can_do_neither_are_left_out() -> None:
    assert row(share=Share(until=date(2020, 1, 1), farewell="It closed.")) == []
    assert row() == []


def test_every_live_network_with_a_part_is_in_the_table() -> None:
    networks = Networks()
    shown = {r.key for r in network_rows(networks.values(), WORDS)}
    assert shown == {n.key for n in networks.values() if not n.dead and (n.share or n.follow)}


def test_the_first_column_is_the_longer() -> None:
    rows = network_rows(Networks().values(), WORDS)
    for end in (0, 1, 2, 5):
        first, second = halves(rows[:end])
        assert [*first, *second] == rows[:end]
        assert len(first) - len(second) in (0, 1)
