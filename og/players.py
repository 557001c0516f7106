"""Players of providers we know, as data: an https address that we build, never markup that a page hands us.

From the address of a film, a track or a player, its identifier is taken and checked, and put into the provider's
embed address. What is shown runs in a frame with `SANDBOX` and only after a click. Servers that anybody may run
(PeerTube, Mastodon) are known by what their page says of itself; their player stands on the page's own host.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import ada_url

from og.record import Player

# What a frame of a player may do: https://html.spec.whatwg.org/multipage/iframe-embed-object.html#attr-iframe-sandbox
SANDBOX = "allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-presentation"
WIDE = (1280, 720)


@dataclass(frozen=True)
class Provider:
    """A provider: the hosts it is reached at, patterns over ``path?query`` with the identifier, its embed address.

    One that embeds several kinds of things has a row for each; the first that fits counts.
    """

    name: str
    hosts: tuple[str, ...]
    patterns: tuple[str, ...]
    src: str
    size: tuple[int, int] = WIDE


# What ends an identifier in an address.
_END = r"(?:[?/&#]|$)"
_WIDGET = "https://player-widget.mixcloud.com/widget/iframe/?feed=%2F{quoted}"
# SoundCloud's own pages, and the tabs of somebody's page.
_SOUNDCLOUDS = r"(?:charts|discover|feed|go|imprint|messages|pages|people|search|settings|stations|tags|upload|you)/"
_LISTS = r"(?:albums|comments|followers|following|likes|popular-tracks|reposts|sets|spotlight|tracks)(?:\?|$)"
# Streamable's own pages.
_STREAMABLES = (
    r"(?:about|account|careers|contact|features|help|login|logout|press|pricing|privacy|signup|terms|upload)\b"
)
_YOUTUBE = ("youtube.com", "youtube-nocookie.com", "m.youtube.com", "music.youtube.com")
# Embed addresses as the providers document them; looked at 2026-11.
PROVIDERS = (
    Provider(
        "youtube",
        _YOUTUBE,
        (
            r"/watch\?(?:.*&)?v=([\w-]{11})(?![\w-])",
            r"/(?:embed|v|shorts|live)/(?!videoseries|live_stream)([\w-]{11})(?![\w-])",
        ),
        "https://www.youtube-nocookie.com/embed/{0}",
    ),
    Provider("youtube", ("youtu.be",), (rf"/([\w-]{{11}}){_END}",), "https://www.youtube-nocookie.com/embed/{0}"),
    # Lists that everybody sees alike: those of a visitor's own (WL, LL, RD…) show nothing in a frame.
    Provider(
        "youtube",
        _YOUTUBE,
        (r"/(?:playlist|embed/videoseries)\?(?:.*&)?list=((?:PL|UU|OLAK|FL)[\w-]{10,60})(?![\w-])",),
        "https://www.youtube-nocookie.com/embed/videoseries?list={0}",
    ),
    # An unlisted film is shown to whoever has its second identifier as well.
    Provider(
        "vimeo",
        ("vimeo.com", "player.vimeo.com"),
        (
            rf"/(\d{{5,12}})/([0-9a-f]{{8,20}}){_END}",
            r"/(?:video/)?(\d{5,12})\?(?:.*&)?h=([0-9a-f]{8,20})(?![0-9a-f])",
        ),
        "https://player.vimeo.com/video/{0}?h={1}",
    ),
    Provider(
        "vimeo",
        ("vimeo.com", "player.vimeo.com"),
        (rf"/(?:video/|channels/[\w-]+/|groups/[\w-]+/videos/)?(\d{{5,12}}){_END}",),
        "https://player.vimeo.com/video/{0}",
    ),
    Provider(
        "dailymotion",
        ("dailymotion.com", "geo.dailymotion.com"),
        (
            r"/(?:embed/)?video/([a-zA-Z0-9]{5,12})(?![a-zA-Z0-9])",
            r"/player(?:/[\w-]+)?\.html\?(?:.*&)?video=([a-zA-Z0-9]{5,12})",
        ),
        "https://geo.dailymotion.com/player.html?video={0}",
    ),
    Provider(
        "dailymotion",
        ("dai.ly",),
        (r"/([a-zA-Z0-9]{5,12})(?:\?|$)",),
        "https://geo.dailymotion.com/player.html?video={0}",
    ),
    Provider(
        "spotify",
        ("open.spotify.com",),
        (r"/(?:intl-[a-z]{2}/)?(?:embed/)?((?:track|album|playlist|episode|show|artist)/[a-zA-Z0-9]{22})",),
        "https://open.spotify.com/embed/{0}",
        (640, 352),
    ),
    Provider(
        "soundcloud",
        ("soundcloud.com", "m.soundcloud.com"),
        (rf"/(?!{_SOUNDCLOUDS})([\w-]{{2,60}}/(?:sets/)?(?!{_LISTS})[\w-]{{1,120}})(?:\?|$)",),
        "https://w.soundcloud.com/player/?url=https%3A%2F%2Fsoundcloud.com%2F{quoted}",
        (640, 166),
    ),
    Provider(
        "tiktok",
        ("tiktok.com", "m.tiktok.com"),
        (r"/(?:@[\w.-]+/video|embed(?:/v2)?|player/v1)/(\d{10,25})",),
        "https://www.tiktok.com/player/v1/{0}",
        (325, 580),
    ),
    Provider(
        "streamable",
        ("streamable.com",),
        (rf"/(?:[eos]/)?(?!{_STREAMABLES})([a-z0-9]{{4,8}}){_END}",),
        "https://streamable.com/e/{0}",
    ),
    Provider(
        "ted", ("ted.com", "embed.ted.com"), (rf"/talks/(\w{{3,150}}){_END}",), "https://embed.ted.com/talks/{0}"
    ),
    Provider("loom", ("loom.com",), (rf"/(?:share|embed)/([0-9a-f]{{32}}){_END}",), "https://www.loom.com/embed/{0}"),
    Provider("mixcloud", ("mixcloud.com",), (r"/([\w-]{2,60}/[\w%-]{2,200}/)(?:\?|$)",), _WIDGET, (640, 120)),
    Provider(
        "deezer",
        ("deezer.com", "widget.deezer.com"),
        (rf"/(?:widget/auto/|[a-z]{{2}}/)?((?:track|album|playlist|episode|show)/\d{{3,15}}){_END}",),
        "https://widget.deezer.com/widget/auto/{0}",
        (640, 300),
    ),
    Provider(
        "applemusic",
        ("music.apple.com", "embed.music.apple.com"),
        (
            r"/([a-z]{2}/(?:album|playlist|song)/(?:[\w%-]{1,200}/)?"
            rf"(?:\d{{5,15}}|pl\.[\w-]{{5,60}})(?:\?i=\d{{5,15}})?){_END}",
        ),
        "https://embed.music.apple.com/{0}",
        (640, 175),
    ),
    Provider(
        "applepodcasts",
        ("podcasts.apple.com", "embed.podcasts.apple.com"),
        (rf"/([a-z]{{2}}/podcast/(?:[\w%-]{{1,200}}/)?id\d{{5,15}}(?:\?i=\d{{5,18}})?){_END}",),
        "https://embed.podcasts.apple.com/{0}",
        (640, 175),
    ),
)
# Software that stands on many hosts: patterns over the path, and the embed address on the same host.
SOFTWARE = {
    "peertube": Provider(
        "peertube",
        (),
        (r"/(?:w|videos/(?:watch|embed))/([\w-]{20,36})(?:[?/;]|$)",),
        "https://{host}/videos/embed/{0}",
        (560, 315),
    ),
    "mastodon": Provider(
        "mastodon", (), (r"/(@[\w.]{1,60}/\d{5,25})(?:/embed)?(?:\?|$)",), "https://{host}/{0}/embed", (400, 400)
    ),
}
_BY_HOST = {host: [one for one in PROVIDERS if host in one.hosts] for row in PROVIDERS for host in row.hosts}


def player_for(address: str, width: int = 0, height: int = 0, fediverse: str = "") -> Player | None:
    """Return the player for the address of a page or a player, or None. The size given counts if it is sensible."""
    try:
        url = ada_url.URL(address)
    except (ValueError, UnicodeError):
        return None
    if url.protocol not in ("http:", "https:") or url.port:
        return None
    software = SOFTWARE.get(fediverse)
    rows = _BY_HOST.get(url.hostname.removeprefix("www."), [software] if software else [])
    for provider, pattern in ((row, pattern) for row in rows for pattern in row.patterns):
        if match := re.match(pattern, url.pathname + url.search):
            quoted = match[1].replace("/", "%2F")
            src = provider.src.format(*match.groups(), host=url.hostname, quoted=quoted)
            return Player(provider.name, src, *_size(provider, width, height))
    return None


def _size(provider: Provider, width: int, height: int) -> tuple[int, int]:
    if 100 <= width <= 4000 and 50 <= height <= 4000:
        return width, height
    return provider.size
