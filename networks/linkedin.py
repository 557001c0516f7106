"""LinkedIn: takes the page's address and nothing else; title and picture come from the page's tags.

The old `shareArticle` form still answers, but `title`, `summary` and `source` have had no effect for years. LinkedIn
keeps what it read of a page for about a week: https://www.linkedin.com/post-inspector/ makes it read again.
Sharing: https://learn.microsoft.com/linkedin/consumer/integrations/self-serve/plugins/share-plugin (read 2026-11)
"""

from networks.parts import Follow, Network, Share

NETWORK = Network(
    key="linkedin",
    name="LinkedIn",
    colour="0A66C2",
    hosts=("linkedin.com", "lnkd.in"),
    share=Share(url="https://www.linkedin.com/sharing/share-offsite/?url={url}", window=(600, 640)),
    # People are under in/, and a bare name means a person; names in other scripts come percent-encoded.
    follow=Follow(
        "https://www.linkedin.com/{kind}/{account}",
        r"(?:(?P<kind>in|company|school|showcase)/)?(?P<account>(?:[A-Za-z0-9\-_]|%[89A-Fa-f][0-9A-Fa-f]){1,200})",
        kind="in",
    ),
    docs="https://learn.microsoft.com/linkedin/consumer/integrations/self-serve/plugins/share-plugin",
)
