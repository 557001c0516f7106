"""Reddit: a link post with a title; the visitor chooses the community there.

`/submit` is the form to use: `/web/submit` answers "page not found" (react-share went back to it in 5.3).
"""

from networks.parts import Follow, Network, Share

# Titles: "title of the submission. up to 300 characters long" — https://www.reddit.com/dev/api#POST_api_submit
LIMIT = 300

NETWORK = Network(
    key="reddit",
    name="Reddit",
    colour="FF4500",
    hosts=("reddit.com", "redd.it"),
    share=Share(
        url="https://www.reddit.com/submit?url={url}&title={text}",
        limit=LIMIT,
        count="points",
        window=(900, 700),
    ),
    follow=Follow(
        "https://www.reddit.com/{kind}/{account}",
        r"(?:(?P<kind>u|user|r)/)?(?P<account>[\w\-]{2,21})",
        kind="user",
    ),
    docs="https://www.reddit.com/dev/api#POST_api_submit",
)
