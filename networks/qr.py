"""QR code: the page's address as a picture to point a phone at, drawn by this server.

ISO/IEC 18004; see `/share/qr`.
"""

from networks.parts import Network, Share

NETWORK = Network(
    key="qr",
    name="QR code",
    colour="555555",
    share=Share(action="qr"),
    docs="https://www.iso.org/standard/83389.html",
)
