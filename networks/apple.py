"""Apple: for logging in; nothing is shared or followed there.

Sign in with Apple: https://developer.apple.com/documentation/signinwithapple
"""

from networks.parts import Network

NETWORK = Network(
    key="apple",
    name="Apple",
    colour="000000",
    hosts=(
        "apple.com",
        "icloud.com",
    ),
    docs="https://developer.apple.com/documentation/signinwithapple",
)
