"""OpenID Connect: for logging in with a provider of the operator's choice; nothing is shared or followed there.

Standard: https://openid.net/specs/openid-connect-core-1_0.html
"""

from networks.parts import Network

NETWORK = Network(
    key="openid",
    name="OpenID",
    colour="F78C40",
    docs="https://openid.net/specs/openid-connect-core-1_0.html",
)
