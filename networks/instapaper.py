"""Instapaper: keeps the page for later, under a title.

Save link: https://www.instapaper.com/publishers; the address as react-share has it (2026-03). Older bookmarklets say
`u` and `t`.
"""

from networks.parts import Network, Share

NETWORK = Network(
    key="instapaper",
    name="Instapaper",
    colour="1F1F1F",
    hosts=("instapaper.com",),
    share=Share(url="https://www.instapaper.com/hello2?url={url}&title={text}"),
    docs="https://www.instapaper.com/publishers",
)
