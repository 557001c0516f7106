"""Mastodon: the visitor says which server, then one text of 500 graphemes in which every link counts 23.

Everything goes in `text`: Mastodon joins `title`, `text` and `url` itself, and a line break in `url` broke the page
(mastodon issue 33681). Servers may allow more than 500; we stay within what all of them take.
Counting: `StatusLengthValidator` in https://github.com/mastodon/mastodon (4.6, read 2026-11): grapheme clusters,
23 for a link, only the local part of a mention.
"""

from networks.parts import Follow, Network, Share

# https://docs.joinmastodon.org/user/posting/#text (read 2026-11)
LIMIT = 500
LINK = 23

NETWORK = Network(
    key="mastodon",
    name="Mastodon",
    colour="6364FF",
    hosts=("mastodon.social", "mastodon.online", "joinmastodon.org"),
    share=Share(
        url="https://{server}/share?text={post}",
        action="server",
        limit=LIMIT,
        link=LINK,
        hashtags="text",
        window=(600, 640),
    ),
    follow=Follow(
        "https://{server}/@{account}",
        r"(?P<account>\w(?:[\w.\-]{0,60}\w)?)@(?P<server>(?:[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?\.)+"
        r"[A-Za-z0-9\-]{2,63}(?::[0-9]{2,5})?)",
        remote=True,
    ),
    docs="https://docs.joinmastodon.org/user/posting/",
)
