"""TikTok: no address shares a page there; its Share Kit is for native apps. The native sheet or a copied link does.

Share Kit: https://developers.tiktok.com/doc/share-kit-android-quickstart-v2
"""

from networks.parts import Follow, Network, Share

NETWORK = Network(
    key="tiktok",
    name="TikTok",
    colour="000000",
    hosts=("tiktok.com",),
    share=Share(fallback=True),
    follow=Follow("https://www.tiktok.com/@{account}", r"(?P<account>[\w.]{1,23}\w)"),
    docs="https://developers.tiktok.com/products/share-kit/",
)
