"""GitHub: no address shares a page there; the native sheet or a copied link does. Followed is a person or a group.

Names: "may only contain alphanumeric characters or single hyphens", 39 at most
(https://docs.github.com/en/enterprise-cloud@latest/admin/managing-iam/iam-configuration-reference/username-considerations-for-external-authentication)
"""

from networks.parts import Follow, Network, Share

NETWORK = Network(
    key="github",
    name="GitHub",
    colour="181717",
    hosts=(
        "github.com",
        "gist.github.com",
        "github.io",
    ),
    share=Share(fallback=True),
    follow=Follow("https://github.com/{account}", r"(?P<account>[A-Za-z0-9](?:[A-Za-z0-9_\-]{0,38}))"),
    docs="https://docs.github.com/en/get-started/exploring-projects-on-github/following-people",
)
