"""Flipboard: address and title, put into one of the visitor's magazines.

Tools for publishers: https://about.flipboard.com/publishers/; the address is its own bookmarklet's.
"""

from networks.parts import Follow, Network, Share

NETWORK = Network(
    key="flipboard",
    name="Flipboard",
    colour="E12828",
    hosts=("flipboard.com", "flip.it"),
    share=Share(
        url="https://share.flipboard.com/bookmarklet/popout?v=2&title={text}&url={url}",
        window=(620, 660),
    ),
    follow=Follow("https://flipboard.com/@{account}", r"(?P<account>[A-Za-z0-9_\-]{2,40})"),
    docs="https://about.flipboard.com/publishers/",
)
