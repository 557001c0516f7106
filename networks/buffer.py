"""Buffer: puts address and words into the visitor's queue of posts.

`buffer.com/add` is the old address of the same page. Each network that Buffer then posts to has a limit of its own
(https://developers.buffer.com/guides/character-limits, read 2026-11), so we cut nothing here.
"""

from networks.parts import Network, Share

NETWORK = Network(
    key="buffer",
    name="Buffer",
    colour="231F20",
    hosts=("buffer.com", "bufferapp.com"),
    share=Share(url="https://publish.buffer.com/compose?url={url}&text={text}", window=(900, 700)),
    docs="https://support.buffer.com/",
)
