"""Hacker News: address and title of a submission.

Bookmarklet: https://news.ycombinator.com/bookmarklet.html
"""

from networks.parts import Follow, Network, Share

# "Please limit title to 80 characters": its answer to longer ones, https://news.ycombinator.com/submit
LIMIT = 80

NETWORK = Network(
    key="hackernews",
    name="Hacker News",
    colour="FF6600",
    hosts=("news.ycombinator.com",),
    share=Share(
        url="https://news.ycombinator.com/submitlink?u={url}&t={text}",
        limit=LIMIT,
        count="points",
        window=(900, 600),
    ),
    follow=Follow("https://news.ycombinator.com/user?id={account}", r"(?:user\?id=)?(?P<account>[\w\-]{2,15})"),
    docs="https://news.ycombinator.com/bookmarklet.html",
)
