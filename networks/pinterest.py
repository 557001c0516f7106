"""Pinterest: pins a picture, so it needs one; the page's address and words go with it.

Without `media` Pinterest looks for pictures in the page itself.
Save button: https://developers.pinterest.com/docs/web-features/buttons/ (read 2026-11)
"""

from networks.parts import Follow, Network, Share

# What people can type. https://help.pinterest.com/business/article/pinterest-product-specs; the same figure in
# https://developers.buffer.com/guides/character-limits (read 2026-11)
LIMIT = 500

NETWORK = Network(
    key="pinterest",
    name="Pinterest",
    colour="BD081C",
    hosts=("pinterest.com", "pin.it"),
    share=Share(
        url="https://www.pinterest.com/pin/create/button/?url={url}&media={image}&description={text}",
        limit=LIMIT,
        count="points",
        window=(750, 650),
        image=True,
    ),
    follow=Follow("https://www.pinterest.com/{account}/", r"(?P<account>[A-Za-z0-9_]{3,30})"),
    docs="https://developers.pinterest.com/docs/web-features/buttons/",
)
