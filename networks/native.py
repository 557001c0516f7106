"""Native share: the sheet of the visitor's own system, with every app that takes part.

Web Share: https://www.w3.org/TR/web-share/ (read 2026-11): a secure context and a click are needed. Desktop
Firefox lacks it, so the button copies the link there. Closing the sheet rejects with AbortError, which is no error.
"""

from networks.parts import Network, Share

NETWORK = Network(
    key="native",
    name="Share",
    colour="555555",
    share=Share(action="native"),
    docs="https://www.w3.org/TR/web-share/",
)
