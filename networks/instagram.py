"""Instagram: no address shares a page there. On a phone the native sheet reaches its app, best with a picture.

Sharing to stories from native apps only: https://developers.facebook.com/docs/instagram-platform/sharing-to-stories
"""

from networks.parts import Follow, Network, Share

NETWORK = Network(
    key="instagram",
    name="Instagram",
    colour="FF0069",
    hosts=(
        "instagram.com",
        "instagr.am",
        "ig.me",
    ),
    share=Share(fallback=True),
    # "30 symbols, letters, numbers, full stops and underscores": https://help.instagram.com/182492381886913
    follow=Follow("https://www.instagram.com/{account}/", r"(?P<account>\w(?:[\w.]{0,28}\w)?)"),
    docs="https://developers.facebook.com/docs/instagram-platform/sharing-to-stories",
)
