"""XING: takes the page's address and nothing else; title and picture come from the page's tags.

XING's developer pages are gone. Libraries send people to `/social/share/spi` or to the older `/spi/shares/new`; the
first is the more frequent in code of 2025 and 2026.
"""

from networks.parts import Follow, Network, Share

NETWORK = Network(
    key="xing",
    name="XING",
    colour="006567",
    hosts=("xing.com",),
    share=Share(url="https://www.xing.com/social/share/spi?url={url}"),
    follow=Follow(
        "https://www.xing.com/{kind}/{account}",
        r"(?:(?P<kind>profile|pages)/)?(?P<account>[A-Za-z0-9_\-]{1,100})",
        kind="profile",
    ),
    docs="https://www.xing.com",
)
