"""Developer: a network that lives on this server, so that logging in can be tried with no account anywhere.

Only with HANDBILL_ENV=development.
"""

from networks.parts import Network

NETWORK = Network(
    key="developer",
    name="Developer",
    colour="555555",
    docs="https://www.rfc-editor.org/rfc/rfc6749",
)
