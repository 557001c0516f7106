"""Fill a network's share address: the words cut to its limit, the page's address never.

One table (the `Share` parts) serves this file and `static/js/intents.js`; `tests/networks/data/intents.json` holds
golden addresses that both must give, to the byte.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from networks.counting import cut, weight
from networks.parts import Network, Share

# What encodeURIComponent leaves alone (ECMA-262 §19.2.6.4), so that both languages agree.
_UNRESERVED = "-_.!~*'()"
# White space as the script's \s has it (ECMA-262 §22.2.2.9), and control characters: one space.
_SPACE = re.compile(r"[\x00-\x20\x7f\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]+")
# A parameter without a value. It is looked for where one may begin, not at each character of a long one before it.
_EMPTY = re.compile(r"(?<![^?&=])[^?&=]+=(?:&|$)")
# Words longer than this are cut even for networks that state no limit: addresses stay usable.
LONGEST_TEXT = 2000


@dataclass(frozen=True)
class Content:
    """What a visitor shares. ``texts`` and ``via`` are per network key; ``utm`` is a query, maybe with {network}."""

    url: str
    text: str = ""
    hashtags: tuple[str, ...] = ()
    image: str = ""
    utm: str = ""
    texts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    via: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def encode(text: str) -> str:
    """Percent-encode as encodeURIComponent does; half of a surrogate pair becomes U+FFFD."""
    return quote(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"), safe=_UNRESERVED)


def tidy(text: str) -> str:
    """Return one line: runs of white space and control characters become one space."""
    return _SPACE.sub(" ", text).strip(" ")


def tracked(url: str, utm: str, key: str) -> str:
    """Add the owner's campaign parameters, unless the address carries some already."""
    if not utm or re.search(r"[?&]utm_", url):
        return url
    head, mark, tail = url.partition("#")
    return head + ("&" if "?" in head else "?") + utm.replace("{network}", key) + mark + tail


def values(network: Network, share: Share, content: Content) -> dict[str, str]:
    """Return what each placeholder stands for, not yet encoded."""
    key = network.key
    url = tracked(content.url, content.utm, key)
    via = content.via.get(key, "").removeprefix("@") if share.hashtags else ""
    tags = content.hashtags if share.hashtags else ()
    extra = " ".join([*("#" + t for t in tags), *(["via @" + via] if via else [])])
    text = tidy(content.texts.get(key, "") or content.text)
    text = cut(text, _room(share, url, extra), share.count)
    post = " ".join(part for part in (text, extra if share.hashtags == "text" else "", url) if part)
    return {
        "url": url,
        "text": text,
        "post": post,
        "tags": ",".join(tags),
        "hashtag": "#" + content.hashtags[0] if content.hashtags else "",
        "via": via,
        "image": content.image,
    }


def _room(share: Share, url: str, extra: str) -> int:
    """Return what the words may take: the limit, less the link, the hashtags, and a space before each."""
    link = weight(url, share.count) if share.link is None else share.link
    spent = (link + 1 if link else 0) + (weight(extra, share.count) + 1 if extra else 0)
    return (share.limit or LONGEST_TEXT) - spent


def intent(network: Network, content: Content, server: str = "") -> str:
    """Return the address that opens the network's share page. The network must have a live ``share.url``."""
    share = network.share
    if share is None or not share.url:
        raise ValueError(f"{network.key} has no share address")
    filled = {name: encode(value) for name, value in values(network, share, content).items()}
    filled["server"] = server
    address = re.sub(r"\{(\w+)\}", lambda m: filled[m[1]], share.url)
    return re.sub(r"[?&]$", "", _EMPTY.sub("", address))


def row(network: Network) -> dict[str, Any]:
    """Return the network's line of the table that the script reads; what is default is left out."""
    share = network.share or Share()
    line: dict[str, Any] = {"key": network.key, "name": network.name, "color": network.colour}
    if share.url:
        line["url"] = share.url
    if share.action or share.fallback:
        line["action"] = share.action or "native"
    line.update(
        {
            name: value
            for name, value in (
                ("limit", share.limit),
                ("count", share.count[0] if share.count != "graphemes" else ""),
                ("hashtags", share.hashtags),
                ("phone", share.phone),
            )
            if value
        }
    )
    if share.link != 0:
        line["link"] = share.link  # null: its own length
    if share.window != (600, 600):
        line["window"] = list(share.window)
    return line
