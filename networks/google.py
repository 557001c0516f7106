"""Google: no address shares a page there; the native sheet or a copied link does. Followed is a site.

Readers choose a site as one of their preferred sources; the account is the site's host name.
Preferred sources: https://developers.google.com/search/docs/appearance/preferred-sources (read 2026-11)
"""

from networks._profiles import openid
from networks.oauth import Login, Profile, Told
from networks.parts import Follow, Network, Share


def profile(told: Told) -> Profile:
    """Return who it is; Google says whether it has checked the address."""
    return openid(told, "google")


# https://developers.google.com/identity/openid-connect/openid-connect (read 2026-11). Revoking would withdraw the
# person's consent altogether, and Google would ask for it again at every login.
LOGIN = Login(
    profile,
    issuer="https://accounts.google.com",
    scopes=("openid", "email", "profile"),
    nonce=True,
    gives_back=False,
)

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
    login=LOGIN,
    docs="https://developers.google.com/search/docs/appearance/preferred-sources",
)
