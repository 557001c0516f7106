"""WhatsApp: one text with the address in it; there is no parameter for the address.

`wa.me` is the documented short form and redirects to this one, which shows emoji intact and lets a desktop without
the app go on to the web client (react-share 5.3 changed back for that; sharer.js issue 301 is about the emoji).
Click to chat: https://faq.whatsapp.com/5913398998672934. Followed are channels, not people.
"""

from networks.parts import Follow, Network, Share

NETWORK = Network(
    key="whatsapp",
    name="WhatsApp",
    colour="25D366",
    hosts=("whatsapp.com", "wa.me"),
    share=Share(url="https://api.whatsapp.com/send?text={post}", link=None, window=(900, 700)),
    follow=Follow("https://whatsapp.com/channel/{account}", r"(?:channel/)?(?P<account>[A-Za-z0-9]{20,30})"),
    docs="https://faq.whatsapp.com/5913398998672934",
)
