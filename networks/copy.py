"""Copy link: puts the page's address on the clipboard; without scripts, a field to copy it from.

https://www.w3.org/TR/clipboard-apis/: a secure context and a click are needed.
"""

from networks.parts import Network, Share

NETWORK = Network(
    key="copy",
    name="Copy link",
    colour="555555",
    share=Share(action="copy"),
    docs="https://www.w3.org/TR/clipboard-apis/",
)
