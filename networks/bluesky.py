"""Bluesky: one text of 300 graphemes with the address in it.

The composer shortens links in what it shows and counts; we count the whole address, so we are never over.
Intent links: https://docs.bsky.app/docs/advanced-guides/intent-links (read 2026-11)
"""

from datetime import date

from networks.parts import Follow, Network, Share

# "text: maxGraphemes 300": lexicons/app/bsky/feed/post.json in https://github.com/bluesky-social/atproto
LIMIT = 300

NETWORK = Network(
    key="bluesky",
    name="Bluesky",
    colour="1185FE",
    hosts=("bsky.app", "bsky.social"),
    share=Share(
        url="https://bsky.app/intent/compose?text={post}",
        limit=LIMIT,
        link=None,
        hashtags="text",
        since=date(2024, 2, 6),  # opened to all: https://bsky.social/about/blog/02-06-2024-join-bluesky
    ),
    # Handles are host names: https://atproto.com/specs/handle
    follow=Follow(
        "https://bsky.app/profile/{account}",
        r"(?:profile/)?(?P<account>(?:[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9\-]{0,62}"
        r"|did:(?:plc:[a-z2-7]{24}|web:[A-Za-z0-9.\-]{3,253}))",
    ),
    docs="https://docs.bsky.app/docs/advanced-guides/intent-links",
)
