"""Players: known providers only, and every address of ours, not the page's."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from og.players import PROVIDERS, player_for

KNOWN = {
    "https://www.youtube.com/watch?v=abc-DEF_123": "https://www.youtube-nocookie.com/embed/abc-DEF_123",
    "https://www.youtube.com/watch?list=x&v=abc-DEF_123&t=4": "https://www.youtube-nocookie.com/embed/abc-DEF_123",
    "https://youtu.be/abc-DEF_123?si=z": "https://www.youtube-nocookie.com/embed/abc-DEF_123",
    "https://m.youtube.com/shorts/abc-DEF_123": "https://www.youtube-nocookie.com/embed/abc-DEF_123",
    "http://youtube.com/v/abc-DEF_123": "https://www.youtube-nocookie.com/embed/abc-DEF_123",
    "https://www.youtube.com/playlist?list=PLabcdefghijkl_-12": "https://www.youtube-nocookie.com/embed/videoseries?list=PLabcdefghijkl_-12",
    "https://www.youtube.com/embed/videoseries?si=x&list=PLabcdefghijkl": "https://www.youtube-nocookie.com/embed/videoseries?list=PLabcdefghijkl",
    "https://vimeo.com/311983548/0a1b2c3d4e": "https://player.vimeo.com/video/311983548?h=0a1b2c3d4e",
    "https://player.vimeo.com/video/311983548?title=0&h=0a1b2c3d4e": "https://player.vimeo.com/video/311983548?h=0a1b2c3d4e",
    "https://vimeo.com/311983548": "https://player.vimeo.com/video/311983548",
    "https://player.vimeo.com/video/311983548?autoplay=1": "https://player.vimeo.com/video/311983548",
    "https://www.dailymotion.com/video/x8abcde": "https://geo.dailymotion.com/player.html?video=x8abcde",
    "https://dai.ly/x8abcde": "https://geo.dailymotion.com/player.html?video=x8abcde",
    "https://soundcloud.com/band/sets/album-1": "https://w.soundcloud.com/player/?url=https%3A%2F%2Fsoundcloud.com%2Fband%2Fsets%2Falbum-1",
    "https://open.spotify.com/track/0123456789abcdefghijAB?si=1": "https://open.spotify.com/embed/track/0123456789abcdefghijAB",
    "https://soundcloud.com/band/song": "https://w.soundcloud.com/player/?url=https%3A%2F%2Fsoundcloud.com%2Fband%2Fsong",
    "https://www.tiktok.com/@somebody/video/7012345678901234567": "https://www.tiktok.com/player/v1/7012345678901234567",
    "https://www.ted.com/talks/somebody_something": "https://embed.ted.com/talks/somebody_something",
    "https://streamable.com/abc123": "https://streamable.com/e/abc123",
    "https://www.deezer.com/de/track/123456": "https://widget.deezer.com/widget/auto/track/123456",
    "https://podcasts.apple.com/us/podcast/show/id1234567890": "https://embed.podcasts.apple.com/us/podcast/show/id1234567890",
}
UNKNOWN = [
    "https://www.youtube.com/", "https://www.youtube.com/watch?v=short", "https://www.youtube.com/@channel",
    "https://youtube.com.evil.example/watch?v=abc-DEF_123", "https://evil.example/embed/abc-DEF_123",
    "javascript:alert(1)//youtube.com/embed/abc-DEF_123", "https://youtu.be/<script>alert", "ftp://youtu.be/abc-DEF_123",
    "https://youtube.com:8443/watch?v=abc-DEF_123", "https://vimeo.com/about", "", "https://soundcloud.com/band",
    # Pages that are as long as an identifier.
    "https://www.youtube.com/nationalgeo", "https://www.youtube.com/embed/live_stream?channel=UCabcdefghijk",
    "https://www.youtube.com/embed/videoseries", "https://www.youtube.com/playlist?list=WL",
    "https://www.dailymotion.com/francetv", "https://streamable.com/pricing", "https://soundcloud.com/charts/top",
    "https://soundcloud.com/band/sets", "https://soundcloud.com/band/likes", "https://soundcloud.com/you/sets/likes",
]  # fmt: skip


@pytest.mark.parametrize("address", KNOWN)
def test_a_known_address_has_the_providers_player(address: str) -> None:
    player = player_for(address)
    assert player is not None
    assert player.src == KNOWN[address]


@pytest.mark.parametrize("address", UNKNOWN)
def test_any_other_address_has_none(address: str) -> None:
    assert player_for(address) is None


def test_software_on_any_host_is_known_by_what_its_page_says() -> None:
    film, post = "https://films.example/w/kkGMgK9ZtnKfYAgnEtQxbv", "https://social.example/@ann/109876543210987654"
    assert player_for(film) is None
    assert (found := player_for(film, fediverse="peertube")) is not None
    assert found.src == "https://films.example/videos/embed/kkGMgK9ZtnKfYAgnEtQxbv"
    assert (found := player_for(post, fediverse="mastodon")) is not None
    assert found.src == f"{post}/embed"


@pytest.mark.parametrize(
    ("size", "expected"), [((1920, 1080), (1920, 1080)), ((0, 0), (1280, 720)), ((99999, 9), (1280, 720))]
)
def test_a_sensible_size_counts(size: tuple[int, int], expected: tuple[int, int]) -> None:
    player = player_for("https://youtu.be/abc-DEF_123", *size)
    assert player is not None
    assert (player.width, player.height) == expected


HOSTS = [host for provider in PROVIDERS for host in provider.hosts]
EMBEDS = {urlsplit(provider.src).hostname for provider in PROVIDERS}


@given(st.sampled_from(HOSTS), st.text("abcDEF123/?&=%._-@:<>\"' #\\", max_size=60))
def test_a_player_is_https_on_a_host_we_wrote(host: str, rest: str) -> None:
    player = player_for(f"https://{host}/{rest}")
    if player is not None:
        assert player.src.startswith("https://")
        assert urlsplit(player.src).hostname in EMBEDS
        assert not set(player.src) & set("<>\"' \\")
