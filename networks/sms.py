"""SMS: opens the visitor's messages with a text; must open in the same tab.

RFC 5724 (sms). Spaces as %20. iPhones want `&` before `body` and others `?` (http://blog.julianklotz.de/the-sms-uri-scheme/):
`?&` is taken by both. Computers answer only when paired with a phone.
"""

from networks.parts import Network, Share

NETWORK = Network(
    key="sms",
    name="SMS",
    colour="555555",
    share=Share(url="sms:?&body={post}", link=None),
    docs="https://www.rfc-editor.org/rfc/rfc5724",
)
