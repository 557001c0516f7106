"""Weibo: address, title and picture.

Share component: https://open.weibo.com/sharebutton; the address as the share libraries have it (2026-11).
No key is needed to share.
"""

from networks.parts import Follow, Network, Share

NETWORK = Network(
    key="weibo",
    name="Weibo",
    colour="E6162D",
    hosts=("weibo.com", "weibo.cn", "t.cn"),
    share=Share(
        url="https://service.weibo.com/share/share.php?url={url}&title={text}&pic={image}",
        window=(650, 600),
    ),
    follow=Follow("https://weibo.com/{kind}{account}", r"(?P<kind>u/)?(?P<account>[A-Za-z0-9_\-]{2,40})"),
    docs="https://open.weibo.com/sharebutton",
)
