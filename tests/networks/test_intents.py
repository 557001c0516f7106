"""Share addresses: the golden file first, then what must hold for any words and any address."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from networks import Networks
from networks.counting import ELLIPSIS, graphemes, weight
from networks.intents import Content, intent, row
from networks.parts import Network, Share
from tests.networks.golden import SERVER, addressed, addresses, golden, stumps

NETWORKS = Networks()
LIMITED = [network for network in addressed() if network.share and network.share.limit]
WORDS = st.text(max_size=900) | st.text("a 日é\u0301👍🏽क्ष\u200d\u2067", max_size=900)
PAGES = st.from_regex(r"https://blog\.example/[a-z0-9/?=&%+#'\"é日]{0,80}", fullmatch=True)


def read(network: Network, address: str) -> dict[str, str]:
    """What stands where in an address: values by placeholder, decoded with no help from our own code."""
    template = network.share.url if network.share else ""
    names = dict(re.findall(r"(\w+)=\{(\w+)\}", template))
    pairs = (part.partition("=") for part in re.split(r"[?&]", address)[1:] if part)
    return {names[name]: unquote(value, errors="strict") for name, _, value in pairs if name in names}


def test_the_golden_addresses_hold() -> None:
    file = golden()
    assert addresses(file["contents"]) == file["addresses"]


def test_the_golden_file_has_every_network_and_many_contents() -> None:
    file = golden()
    assert set(file["addresses"]) == {network.key for network in addressed()}
    assert len(file["contents"]) >= 40


@pytest.mark.parametrize("network", addressed(), ids=lambda n: n.key)
@settings(deadline=None, max_examples=40)
@given(text=WORDS, url=PAGES)
@example(text="\ud83d", url="https://blog.example/")
def test_an_address_gives_back_what_was_put_in(network: Network, text: str, url: str) -> None:
    address = intent(network, Content(url, text), SERVER)
    assert re.fullmatch(r"[A-Za-z0-9\-_.!~*'()%:/?&=]+", address)
    found = read(network, address)
    page = found.get("url") or found["post"]
    assert page == url or page.endswith(" " + url)
    assert not re.search(r"[\x00-\x1f\x7f]", "".join(found.values()))


@pytest.mark.parametrize("network", LIMITED, ids=lambda n: n.key)
@settings(deadline=None, max_examples=60)
@given(text=WORDS, tags=st.lists(st.from_regex(r"[a-zé日]{1,12}", fullmatch=True), max_size=3), url=PAGES)
def test_nothing_is_over_the_limit(network: Network, text: str, tags: list[str], url: str) -> None:
    share = network.share
    assert share is not None
    found = read(network, intent(network, Content(url, text, tuple(tags)), SERVER))
    if "post" in found:
        words = found["post"].removesuffix(url)
        taken = weight(words, share.count) + (weight(url, share.count) if share.link is None else share.link or 0)
    else:
        extra = " ".join("#" + tag for tag in found.get("tags", "").split(",") if tag)
        taken = weight(" ".join(filter(None, (found.get("text", ""), extra))), share.count)
        taken += share.link + 1 if share.link else 0
    assert taken <= share.limit or not found.get("text", found.get("post", "").removesuffix(url)).strip(" ")


@settings(deadline=None, max_examples=200)
@given(text=st.text("abc é\u0301👍🏽👩‍👩‍👧‍👦🇩🇪क्षि\u200d日한", min_size=260, max_size=600))
def test_a_cut_is_made_between_graphemes(text: str) -> None:
    for key in ("x", "bluesky", "hackernews", "pinterest"):
        found = read(NETWORKS[key], intent(NETWORKS[key], Content("https://blog.example/", text)))
        words = found.get("text", found.get("post", "").removesuffix(" https://blog.example/"))
        if words.endswith(ELLIPSIS):
            kept, whole = graphemes(words.removesuffix(ELLIPSIS)), graphemes(re.sub(r" +", " ", text).strip(" "))
            assert whole[: len(kept)] == kept


def test_words_without_room_are_left_out_but_the_address_is_whole() -> None:
    url = "https://blog.example/" + "long/" * 90
    assert read(NETWORKS["bluesky"], intent(NETWORKS["bluesky"], Content(url, "A title"))) == {"post": url}


def test_an_ellipsis_replaces_the_space_it_stands_on() -> None:
    found = read(NETWORKS["hackernews"], intent(NETWORKS["hackernews"], Content("https://a.de/", "a" * 78 + " bcd")))
    assert found["text"] == "a" * 78 + ELLIPSIS


@pytest.mark.parametrize(("template", "text", "address"), stumps())
def test_a_parameter_without_a_value_is_left_out_whatever_its_name(template: str, text: str, address: str) -> None:
    network = Network("made", "Made", "000000", share=Share(template))
    url = "https://blog.example/a-b=c"
    assert intent(network, Content(url, text)) == address.replace("PAGE", "https%3A%2F%2Fblog.example%2Fa-b%3Dc")


@pytest.mark.parametrize("network", addressed(), ids=lambda n: n.key)
def test_scripts_get_the_same_table(network: Network) -> None:
    line: dict[str, Any] = row(network)
    share = network.share or Share()
    assert line["url"] == share.url
    assert line.get("limit", 0) == share.limit
    assert {"p": "points", "w": "weighted"}.get(line.get("count", ""), "graphemes") == share.count
    assert line.get("link", 0) == share.link
    assert line.get("hashtags", "") == share.hashtags
    assert line.get("phone", False) == share.phone


def test_a_fallback_is_the_native_sheet_for_scripts() -> None:
    assert row(NETWORKS["instagram"])["action"] == "native"
    assert "url" not in row(NETWORKS["instagram"])


@pytest.mark.parametrize("key", ["instagram", "copy", "pocket", "github", "microsoft"])
def test_no_address_is_made_up(key: str) -> None:
    with pytest.raises(ValueError, match="no share address"):
        intent(NETWORKS[key], Content("https://blog.example/"))


@pytest.mark.parametrize("network", addressed(), ids=lambda n: n.key)
def test_an_address_is_no_way_out_of_its_parameter(network: Network) -> None:
    nasty = 'https://blog.example/"><script>alert(1)</script>\n&u=https://evil.example#&text=x {server}'
    address = intent(network, Content(nasty, nasty, image=nasty), SERVER)
    assert not re.search(r"[\"<>\s#{}]", address)
    assert urlsplit(address).hostname == urlsplit((network.share or Share()).url.replace("{server}", SERVER)).hostname
