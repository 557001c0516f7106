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
    """A provider: the hosts it is reached at, patterns over ``path?query`` with the identifier, its embed address."""

    name: str
    hosts: tuple[str, ...]
    patterns: tuple[str, ...]
    src: str
    size: tuple[int, int] = WIDE


# What ends an identifier in an address.
_END = r"(?:[?/&#]|$)"
_WIDGET = "https://player-widget.mixcloud.com/widget/iframe/?feed=%2F{quoted}"
# Embed addresses as the providers document them; looked at 2026-11.
PROVIDERS = (
    Provider(
        "youtube",
        ("youtube.com", "youtu.be", "youtube-nocookie.com", "m.youtube.com", "music.youtube.com"),
        (
            r"/watch\?(?:.*&)?v=([\w-]{11})(?![\w-])",
            r"/(?:embed|v|shorts|live)/([\w-]{11})(?![\w-])",
            rf"/([\w-]{{11}}){_END}",
        ),
        "https://www.youtube-nocookie.com/embed/{0}",
    ),
    Provider(
        "vimeo",
        ("vimeo.com", "player.vimeo.com"),
        (rf"/(?:video/|channels/[\w-]+/|groups/[\w-]+/videos/)?(\d{{5,12}}){_END}",),
        "https://player.vimeo.com/video/{0}",
    ),
    Provider(
        "dailymotion",
        ("dailymotion.com", "dai.ly", "geo.dailymotion.com"),
        (
            r"/(?:embed/)?video/([a-zA-Z0-9]{5,12})(?![a-zA-Z0-9])",
            r"/player(?:/[\w-]+)?\.html\?(?:.*&)?video=([a-zA-Z0-9]{5,12})",
            r"/([a-zA-Z0-9]{6,8})(?:\?|$)",
        ),
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
        (r"/([\w-]{2,60}/(?:sets/)?[\w-]{1,120})(?:\?|$)",),
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
        "streamable", ("streamable.com",), (rf"/(?:[eos]/)?([a-z0-9]{{4,8}}){_END}",), "https://streamable.com/e/{0}"
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
_BY_HOST = {host: provider for provider in PROVIDERS for host in provider.hosts}


def player_for(address: str, width: int = 0, height: int = 0, fediverse: str = "") -> Player | None:
    """Return the player for the address of a page or a player, or None. The size given counts if it is sensible."""
    try:
        url = ada_url.URL(address)
    except (ValueError, UnicodeError):
        return None
    provider = _BY_HOST.get(url.hostname.removeprefix("www.")) or SOFTWARE.get(fediverse)
    if provider is None or url.protocol not in ("http:", "https:") or url.port:
        return None
    for pattern in provider.patterns:
        match = re.match(pattern, url.pathname + url.search)
        if match:
            src = provider.src.format(match[1], host=url.hostname, quoted=match[1].replace("/", "%2F"))
            return Player(provider.name, src, *_size(provider, width, height))
    return None


def _size(provider: Provider, width: int, height: int) -> tuple[int, int]:
    if 100 <= width <= 4000 and 50 <= height <= 4000:
        return width, height
    return provider.size
