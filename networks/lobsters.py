"""Lobsters: address and title of a story. Only invited members can submit.

Form: https://lobste.rs/about; parameters as in its own bookmarklet, `/stories/new?url=&title=`.
It takes campaign parameters (utm_…) off the address itself.
"""

from networks.parts import Follow, Network, Share

# `validates_length_of :title, :in => 3..150`: app/models/story.rb in https://github.com/lobsters/lobsters
LIMIT = 150

NETWORK = Network(
    key="lobsters",
    name="Lobsters",
    colour="AC130D",
    hosts=("lobste.rs",),
    share=Share(
        url="https://lobste.rs/stories/new?url={url}&title={text}",
        limit=LIMIT,
        count="points",
        window=(900, 700),
    ),
    # `VALID_USERNAME = /[A-Za-z0-9][A-Za-z0-9_-]{0,24}/`: app/models/user.rb there
    follow=Follow("https://lobste.rs/~{account}", r"(?:~|u/)?(?P<account>[A-Za-z0-9][\w\-]{0,24})"),
    docs="https://lobste.rs/about",
)
