"""YouTube: no address shares a page there; the native sheet or a copied link does. Followed is a channel.

Channel addresses: https://support.google.com/youtube/answer/6180214. A bare name is a handle.
"""

from networks.parts import Follow, Network, Share

NETWORK = Network(
    key="youtube",
    name="YouTube",
    colour="FF0000",
    hosts=(
        "youtube.com",
        "youtu.be",
        "youtube-nocookie.com",
    ),
    share=Share(fallback=True),
    follow=Follow(
        "https://www.youtube.com/{kind}{account}",
        r"(?P<kind>channel/(?=UC)|c/|user/)?@?(?P<account>[A-Za-z0-9_.\-]{3,30})",
        kind="@",
    ),
    docs="https://support.google.com/youtube/answer/6180214",
)
