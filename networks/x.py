"""X: one text of 280 weighted characters in which every link counts 23.

Web intents: https://docs.x.com/x-for-websites/tweet-button/guides/web-intent (read 2026-08). The window is at
least 550 x 420. Hashtags and the account travel in parameters of their own and are counted with the text.
"""

from networks.parts import Follow, Network, Share

# https://docs.x.com/fundamentals/counting-characters (read 2026-08); twitter-text config/v3.json says the same.
LIMIT = 280
LINK = 23

NETWORK = Network(
    key="x",
    name="X",
    colour="000000",
    hosts=("x.com", "twitter.com", "t.co"),
    share=Share(
        url="https://x.com/intent/tweet?text={text}&url={url}&hashtags={tags}&via={via}",
        limit=LIMIT,
        count="weighted",
        link=LINK,
        hashtags="param",
        window=(600, 500),
    ),
    follow=Follow(
        "https://x.com/{account}",
        r"(?:intent/(?:follow|user)\?screen_name=)?(?P<account>\w{1,15})",
    ),
    docs="https://docs.x.com/x-for-websites/tweet-button/guides/web-intent",
)
