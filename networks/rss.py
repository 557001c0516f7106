"""RSS: a feed to follow; the account is the feed's whole address. Atom and JSON Feed are meant as well.

RSS 2.0: https://www.rssboard.org/rss-specification
"""

from networks.parts import Follow, Network

NETWORK = Network(
    key="rss",
    name="RSS",
    colour="FFA500",
    follow=Follow(
        "{account}",
        r"(?P<account>https?://[A-Za-z0-9](?:[A-Za-z0-9.\-]{0,251}[A-Za-z0-9])?(?::[0-9]{1,5})?"
        r"(?:[/?][A-Za-z0-9\-._~:/?#\[\]@!$&()*+,;=%]{0,1800})?)",
    ),
    docs="https://www.rssboard.org/rss-specification",
)
