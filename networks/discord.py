"""Discord: no address shares a page there, so the native sheet or a copied link does.

Followed is a server, by invite:
https://support.discord.com/hc/en-us/articles/208866998-Invites-101
"""

from networks.parts import Follow, Network, Share

NETWORK = Network(
    key="discord",
    name="Discord",
    colour="5865F2",
    hosts=(
        "discord.com",
        "discord.gg",
        "discordapp.com",
    ),
    share=Share(fallback=True),
    follow=Follow("https://discord.gg/{account}", r"(?:invite/)?(?P<account>[A-Za-z0-9\-]{2,32})"),
    docs="https://support.discord.com/hc/en-us/articles/208866998-Invites-101",
)
