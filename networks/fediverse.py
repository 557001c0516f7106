"""The fediverse: any server of any software. The visitor says which; we ask the server how it wants to be told.

`networks/servers.py` looks for FEP-3b86 (https://w3id.org/fep/3b86, read 2026-11), then goes by NodeInfo. The address
below is Mastodon's, which Pleroma, Akkoma, GoToSocial front ends and others took over: it is what is left when the
server tells us nothing.
"""

from networks.parts import Follow, Network, Share

# Mastodon's, the smallest of the widespread ones (Misskey 3,000, Pleroma 5,000):
# https://docs.joinmastodon.org/user/posting/#text (read 2026-11)
LIMIT = 500
LINK = 23

NETWORK = Network(
    key="fediverse",
    name="Fediverse",
    colour="7C3AED",
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
    docs="https://w3id.org/fep/3b86",
)
