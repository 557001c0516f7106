"""Google: no address shares a page there; the native sheet or a copied link does. Followed is a site.

Readers choose a site as one of their preferred sources; the account is the site's host name.
Preferred sources: https://developers.google.com/search/docs/appearance/preferred-sources (read 2026-11)
"""

from networks.parts import Follow, Network, Share

NETWORK = Network(
    key="google",
    name="Google",
    colour="4285F4",
    hosts=(
        "google.com",
        "g.co",
        "goo.gl",
    ),
    share=Share(fallback=True),
    follow=Follow(
        "https://www.google.com/preferences/source?q={account}",
        r"(?:preferences/source\?q=)?(?P<account>(?:[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9\-]{2,63})",
    ),
    docs="https://developers.google.com/search/docs/appearance/preferred-sources",
)
