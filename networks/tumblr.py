"""Tumblr: a link post with title and tags.

Share tool: https://www.tumblr.com/docs/en/share_button; parameters as the share libraries have them (2026-11).
`content` is the link of a link post, `canonicalUrl` what the tool reads title and picture from.
"""

from networks.parts import Follow, Network, Share

NETWORK = Network(
    key="tumblr",
    name="Tumblr",
    colour="36465D",
    hosts=("tumblr.com", "tumblr.co", "tmblr.co"),
    share=Share(
        url="https://www.tumblr.com/widgets/share/tool?posttype=link&canonicalUrl={url}&content={url}"
        "&title={text}&tags={tags}",
        hashtags="param",
        window=(600, 700),
    ),
    follow=Follow("https://www.tumblr.com/{account}", r"(?:blog/)?(?P<account>[A-Za-z0-9](?:[A-Za-z0-9\-]{0,31}))"),
    docs="https://www.tumblr.com/docs/en/share_button",
)
