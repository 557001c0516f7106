"""Microsoft: for logging in; nothing is shared or followed there.

Identity platform: https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc
"""

from networks.parts import Network

NETWORK = Network(
    key="microsoft",
    name="Microsoft",
    colour="5E5E5E",
    hosts=(
        "microsoft.com",
        "live.com",
        "outlook.com",
    ),
    docs="https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc",
)
