"""SMS: opens the visitor's messages with a text; must open in the same tab.

RFC 5724 (sms). Spaces as %20. iPhones want `&` before `body` and others `?` (both are in the answers under
https://stackoverflow.com/q/6480462, read 2026-11): `?&` satisfies both. Computers answer only when paired with a
phone.
"""

from networks.parts import Network, Share

NETWORK = Network(
    key="sms",
    name="SMS",
    colour="555555",
    share=Share(url="sms:?&body={post}", link=None),
    docs="https://www.rfc-editor.org/rfc/rfc5724",
)
