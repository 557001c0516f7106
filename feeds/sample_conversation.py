"""A conversation for the home page: made-up answers, marked as a sample, shown without asking anybody.

As with the sample feed, pictures are drawn by this server, and the newest answer is some minutes old. Names end in
``.example``, which nobody can have (RFC 2606 §2).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from core.times import utc_now, written
from feeds.conversation import Conversation, Face, Place, Reply
from feeds.sample import drawn
from networks.records import Author, Media, Post

if TYPE_CHECKING:
    from core.services import Services

# Who: name, handle, network, and the two colours of the drawn picture, "" for somebody without one.
PEOPLE: Mapping[str, tuple[str, str, str, str, str]] = MappingProxyType(
    {
        "ferry": ("The Little Ferry", "@ferry@toots.example", "mastodon", "#0b5a7d", "#123a5e"),
        "bakery": ("Quayside Bakery", "@bakery@toots.example", "mastodon", "#7a4b12", "#4a2f14"),
        "nadia": ("Nadia Rahimi", "nadia.blue.example", "bluesky", "#2f6b4f", "#14342b"),
        "jonas": ("Jonas Weber", "jonas.blue.example", "bluesky", "", ""),
        "mina": ("Mina Okafor", "", "", "#5b3a7a", "#2f1f4a"),
        "light": ("Lighthouse", "@light@toots.example", "mastodon", "#9a2a2a", "#6e1f1f"),
        "pia": ("Pia", "pia.blue.example", "bluesky", "", ""),
        "tides": ("Tide Tables", "@tides@toots.example", "mastodon", "#14342b", "#2f6b4f"),
    }
)
PAGES: Mapping[str, str] = MappingProxyType(
    {"mastodon": "https://toots.example/", "bluesky": "https://blue.example/", "": "https://mina.example/"}
)
# Minutes ago, who, whom it answers (the place in this list), and what. A thread's answers follow what they answer.
SAID: tuple[tuple[int, str, int, str], ...] = (
    (2960, "ferry", -1, "Sample answer: good to know. Does the first boat still meet the stalls?"),
    (2915, "bakery", 0, "It does. The bread goes on the 5:40, so come before seven."),
    (2871, "ferry", 1, "Then we will keep a bench free for the baskets."),
    (1460, "nadia", -1, "Sample answer: this is what it looked like this morning."),
    (1402, "jonas", 3, "Beautiful. Is that the new quay on the left?"),
    (47, "mina", -1, "Sample answer from a site of its own: I wrote down which stalls take cards, and which do not."),
)  # fmt: skip
LIKES, REPOSTS = ("nadia", "light", "jonas", "tides", "pia", "bakery"), ("ferry", "light")
COUNTS = {"likes": 19, "reposts": 2}


def sample(services: Services, href: str) -> Conversation:
    """Return the sample, as if it were about a page."""
    people = {key: _author(services, key) for key in PEOPLE}
    replies = tuple(_reply(services, at, people) for at in range(len(SAID)))
    faces = [(key, "like") for key in LIKES] + [(key, "repost") for key in REPOSTS]
    return Conversation(
        href,
        replies,
        tuple(Face(people[key], kind, PEOPLE[key][2]) for key, kind in faces),  # type: ignore[arg-type]  # both known
        {"replies": len(replies), **COUNTS},
        tuple(Place(key, PAGES[key], people["ferry"]) for key in ("mastodon", "bluesky")),
        webmention=True,
        sample=True,
    )


def _author(services: Services, key: str) -> Author:
    name, handle, network, ground, onto = PEOPLE[key]
    avatar = drawn(services, 72, 72, name[:1], ground, onto) if ground else ""
    return Author(name, handle, PAGES[network] + (f"@{key}" if network else ""), avatar)


def _reply(services: Services, at: int, people: Mapping[str, Author]) -> Reply:
    minutes, who, parent, text = SAID[at]
    network = PEOPLE[who][2]
    media = (_morning(services),) if who == "nadia" else ()
    post = Post(
        id=f"sample-{at}",
        url=f"{PAGES[network]}{at + 1}",
        time=written(utc_now() - timedelta(minutes=minutes)),
        author=people[who],
        text=text,
        html=f"<p>{text}</p>",
        media=media,
        network=network,
        lang="en",
    )
    return Reply(f"r{at}", post, network, _depth(at), f"r{parent}" if parent >= 0 else "")


def _depth(at: int) -> int:
    parent = SAID[at][2]
    return 0 if parent < 0 else 1 + _depth(parent)


def _morning(services: Services) -> Media:
    url = drawn(services, 1200, 675, "River", "#123a5e", "#0b6e99", "waves")
    return Media("image", url, 1200, 675, "A drawn river: dark blue water in waves")
