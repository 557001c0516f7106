"""Messenger: the app on a phone takes the page's address; elsewhere nothing does without an app id of one's own.

The documented Send Dialog (https://developers.facebook.com/docs/sharing/reference/send-dialog, 2026-06-30) wants the
site owner's app id and does not work on phones. So: the app's own scheme on a phone, and the native sheet or a copied
link elsewhere, which needs no registration and breaks for nobody.
"""

from networks.parts import Follow, Network, Share

NETWORK = Network(
    key="messenger",
    name="Messenger",
    colour="0866FF",
    hosts=("messenger.com", "m.me"),
    share=Share(url="fb-messenger://share?link={url}", phone=True),
    # https://developers.facebook.com/docs/messenger-platform/discovery/m-me-links
    follow=Follow("https://m.me/{account}", r"(?P<account>[A-Za-z0-9][A-Za-z0-9.\-]{0,99})"),
    docs="https://developers.facebook.com/docs/sharing/reference/send-dialog",
)
