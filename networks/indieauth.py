"""IndieAuth: for logging in with one's own web address; nothing is shared or followed there.

Standard: https://indieauth.spec.indieweb.org/
"""

from networks.parts import Network

NETWORK = Network(
    key="indieauth",
    name="IndieAuth",
    colour="FF5C00",
    docs="https://indieauth.spec.indieweb.org/",
)
