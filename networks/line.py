"""LINE: address and words; phones open the app, desktops a log-in page.

Some phones drop `text`, never the address.
Share button:
https://developers.line.biz/en/docs/line-social-plugins/install-guide/using-line-share-buttons (read 2026-11)
"""

from networks.parts import Follow, Network, Share

NETWORK = Network(
    key="line",
    name="LINE",
    colour="00C300",
    hosts=("line.me", "lin.ee"),
    share=Share(url="https://social-plugins.line.me/lineit/share?url={url}&text={text}"),
    # Official accounts have ids that start with @:
    # https://developers.line.biz/en/docs/line-login/using-line-url-scheme/
    follow=Follow(
        "https://line.me/R/ti/p/%40{account}", r"(?:R/ti/p/(?:@|%40))?(?P<account>[a-z0-9][a-z0-9._\-]{1,19})"
    ),
    docs="https://developers.line.biz/en/docs/line-social-plugins/install-guide/using-line-share-buttons",
)
