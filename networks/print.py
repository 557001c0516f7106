"""Print: opens the browser's print dialogue; without scripts, says how.

https://html.spec.whatwg.org/multipage/timers-and-user-prompts.html#printing
"""

from networks.parts import Network, Share

NETWORK = Network(
    key="print",
    name="Print",
    colour="555555",
    share=Share(action="print"),
    docs="https://html.spec.whatwg.org/multipage/timers-and-user-prompts.html#printing",
)
