"""Telegram: address and words in parameters of their own; the visitor chooses the chat.

`t.me/share?url=` without the second `/url` fails inside Telegram's web apps (tdesktop issue 27923).
Sharing button: https://core.telegram.org/widgets/share (read 2026-11)
"""

from networks.parts import Follow, Network, Share

NETWORK = Network(
    key="telegram",
    name="Telegram",
    colour="26A5E4",
    hosts=("t.me", "telegram.me", "telegram.org"),
    share=Share(url="https://t.me/share/url?url={url}&text={text}"),
    # "a-z, 0-9 and underscores, minimum length is 5": https://telegram.org/faq#usernames-and-t-me
    # (Fragment sells names of 4.)
    follow=Follow("https://t.me/{account}", r"(?:s/)?(?P<account>[A-Za-z]\w{3,31})"),
    docs="https://core.telegram.org/widgets/share",
)
