"""E-mail: opens the visitor's mail program with subject and text; must open in the same tab.

RFC 6068 (mailto): spaces as %20, because mail programs show a + as a plus sign.
"""

from networks.parts import Follow, Network, Share

# Chromium on Windows opens no address over 2,048 characters, and the words stand in it twice, percent-encoded:
# `kMaxUrlLength` in chrome/browser/platform_util_win.cc (https://crbug.com/727909)
LIMIT = 200

NETWORK = Network(
    key="email",
    name="E-mail",
    colour="555555",
    share=Share(url="mailto:?subject={text}&body={post}", limit=LIMIT),
    follow=Follow(
        "mailto:{account}",
        r"(?P<account>[A-Za-z0-9_](?:[A-Za-z0-9_.+\-]{0,62}[A-Za-z0-9_])?@(?:[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?\.)+"
        r"[A-Za-z0-9\-]{2,63})",
    ),
    docs="https://www.rfc-editor.org/rfc/rfc6068",
)
