"""Twitch: no address shares a page there; the native sheet or a copied link does. Followed is a channel.

Names: https://help.twitch.tv/s/article/creating-an-account-with-twitch
"""

from networks.parts import Follow, Network, Share

NETWORK = Network(
    key="twitch",
    name="Twitch",
    colour="9146FF",
    hosts=("twitch.tv",),
    share=Share(fallback=True),
    follow=Follow("https://www.twitch.tv/{account}", r"(?P<account>[A-Za-z0-9]\w{2,24})"),
    docs="https://help.twitch.tv/s/article/creating-an-account-with-twitch",
)
