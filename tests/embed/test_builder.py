"""The builder's page as data: what a query asks for, what is wrong with it, and what the form shows."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embed.builder import PICKED, Asked, Form, form, read
from networks import Networks
from widgets import Widgets
from widgets.share import DEFAULT_NETWORKS

NETWORKS, WIDGETS = Networks(), Widgets()


def asked(query: str) -> Asked:
    return read(parse_qsl(query, keep_blank_values=True), WIDGETS, NETWORKS, "pk_1")


def drawn(query: str) -> Form:
    return form(asked(query), NETWORKS)


def keys(made: Form) -> list[str]:
    return [row.network.key for row in made.rows]


def test_an_empty_query_shows_the_first_widget_with_its_defaults() -> None:
    made = drawn("")
    assert made.asked.widget.key == "share"
    assert keys(made) == [key for key in DEFAULT_NETWORKS if key in NETWORKS]
    assert list(made.attributes) == ["networks"]
    assert not made.wrong


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ("networks=facebook+x+copy", "facebook x copy"),
        ("networks=copy&networks=facebook&networks=copy", "copy facebook"),
        ("networks=facebook,x", "facebook x"),
        ("networks=facebook+x+copy&move=up:2", "facebook copy x"),
        ("networks=facebook+x+copy&move=down:0", "x facebook copy"),
        ("networks=facebook+x+copy&move=up:0", "facebook x copy"),
        ("networks=facebook+x+copy&move=down:2", "facebook x copy"),
        ("networks=facebook+x+copy&move=remove:1", "facebook copy"),
        ("networks=facebook+x&move=up:99", "facebook x"),
        ("networks=facebook+x&move=up:-1", "facebook x"),
        ("networks=facebook+x&move=nonsense", "facebook x"),
        ("networks=facebook+x&move=up:\u0661", "x facebook"),
        ("networks=facebook+x&move=up:\u00b2", "facebook x"),
        ("networks=facebook+nosuch+pocket+github", "facebook github"),
    ],
)
def test_networks_are_picked_and_put_in_order(query: str, order: str) -> None:
    made = drawn(query)
    assert " ".join(keys(made)) == order
    assert made.attributes["networks"] == order


def test_what_is_not_picked_can_be_added() -> None:
    made = drawn("networks=facebook")
    offered = {row.network.key for row in made.others}
    assert "facebook" not in offered
    assert "x" in offered
    assert "pocket" not in offered


def test_unticking_everything_shows_an_empty_builder_not_the_defaults() -> None:
    made = drawn("widget=share&networks=&layout=inline")
    assert made.rows == ()
    assert made.empty


def test_a_link_that_names_no_networks_has_the_defaults() -> None:
    assert drawn("layout=menu").attributes["layout"] == "menu"
    assert keys(drawn("layout=menu")) == keys(drawn(""))


def test_attributes_are_those_that_differ_from_the_defaults() -> None:
    made = drawn("networks=x&layout=menu&size=medium&labels=on&counts=off&text=&site=pk_2&theme=dark")
    assert made.attributes == {"networks": "x", "layout": "menu", "labels": "on", "theme": "dark"}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("url=javascript:alert(1)", "url"),
        ("url=ftp://a.example/", "url"),
        ("layout=sideways", "layout"),
        ("via=x", "via"),
        ("via=nosuch:me", "via"),
        ("utm=a b", "utm"),
        ("text=" + "a" * 6000, "text"),
    ],
)
def test_a_wrong_value_is_told_at_its_field_and_left_out(query: str, field: str) -> None:
    made = drawn("networks=x&size=large&" + query)
    control = next(c for _, controls in made.groups for c in controls if c.name == field)
    assert set(made.wrong) == {field}
    assert control.wrong == made.wrong[field] != ""
    assert made.attributes == {"networks": "x", "size": "large"}


def test_several_wrong_values_are_all_told() -> None:
    assert set(drawn("networks=x&url=x:y&image=x:y&size=huge").wrong) == {"url", "image", "size"}


def test_accounts_come_as_one_attribute_or_as_rows() -> None:
    made = drawn("widget=follow&accounts=github:me+mastodon:@me@example.social")
    rows = drawn("widget=follow&account-github=me&account-mastodon=%40me%40example.social&add=youtube")
    assert made.attributes == {"accounts": "github:me mastodon:@me@example.social"}
    assert rows.attributes == made.attributes
    assert keys(rows) == ["github", "mastodon", "youtube"]


def test_an_account_of_the_wrong_form_is_told_in_its_row_and_left_out() -> None:
    made = drawn("widget=follow&account-mastodon=me&account-github=me")
    assert [bool(row.wrong) for row in made.rows] == [True, False]
    assert made.attributes == {"accounts": "github:me"}


def test_the_follow_builder_starts_with_rows_to_fill_in() -> None:
    made = drawn("widget=follow")
    assert made.accounts
    assert made.rows
    assert made.empty


def test_the_query_of_a_state_reads_back_as_that_state() -> None:
    first = asked("networks=copy&networks=x&layout=menu&text=a+%26+b&tab=sri&site=pk_2")
    again = asked(first.query())
    assert (again.picked, dict(again.given), again.tab) == (first.picked, dict(first.given), first.tab)
    assert asked(first.query(tab="csp")).tab == "csp"


def test_every_option_of_every_widget_has_a_control_once() -> None:
    for key, widget in WIDGETS.items():
        names = [c.name for _, controls in drawn(f"widget={key}").groups for c in controls]
        assert len(names) == len(set(names))
        left = set(widget.options.attributes()) - widget.options.ours - set(names)
        assert left == ({PICKED[key]} if key in PICKED else set())


def test_a_card_needs_an_address_and_picks_nothing() -> None:
    made = drawn("widget=card&layout=compact")
    assert made.empty
    assert not made.picks
    assert made.missing[1] == "an address"
    made = drawn("widget=card&layout=compact&href=https://example.org/a")
    assert not made.empty
    assert made.attributes == {"href": "https://example.org/a", "layout": "compact"}
    assert drawn("widget=card&href=javascript:1").empty


@given(st.lists(st.tuples(st.sampled_from(["widget", "networks", "move", "add", "accounts", "url"]), st.text())))
def test_no_query_is_too_strange(pairs: list[tuple[str, str]]) -> None:
    made = form(read(pairs, WIDGETS, NETWORKS), NETWORKS)
    assert made.asked.widget.key in WIDGETS
