"""Facebook: the sharer takes the page's address and one hashtag; words and picture come from the page's tags only.

`quote` is dead (Meta answers it no more; react-share 5 removed it). No app id is needed.
Share Dialog: https://developers.facebook.com/docs/sharing/reference/share-dialog (2026-06-30)
"""

from networks.parts import Follow, Network, Share

NETWORK = Network(
    key="facebook",
    name="Facebook",
    colour="0866FF",
    hosts=("facebook.com", "fb.com", "fb.me", "fb.watch"),
    share=Share(
        url="https://www.facebook.com/sharer/sharer.php?u={url}&hashtag={hashtag}",
        window=(600, 640),
    ),
    follow=Follow(
        "https://www.facebook.com/{kind}{account}",
        r"(?P<kind>groups/)?(?:profile\.php\?id=)?(?P<account>[A-Za-z0-9][A-Za-z0-9.\-]{0,99})",
    ),
    docs="https://developers.facebook.com/docs/sharing/reference/share-dialog",
)
