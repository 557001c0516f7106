"""Viber: the app takes one text with the address in it; there is no page for people without the app.

Share button: https://developers.viber.com/docs/tools/share-button/; the address as all share libraries have it
(2026-11).
"""

from networks.parts import Network, Share

NETWORK = Network(
    key="viber",
    name="Viber",
    colour="7360F2",
    hosts=("viber.com", "vb.me"),
    share=Share(url="viber://forward?text={post}", link=None, phone=True),
    docs="https://developers.viber.com/docs/tools/share-button/",
)
