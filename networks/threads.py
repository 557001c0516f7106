"""Threads: words, and the page as a link attachment of its own.

Hashtags are left out: `tag` takes one topic, without a #, and refuses full stops and ampersands.
Web intents: https://developers.facebook.com/documentation/threads/threads-web-intents (2026-03-19)
"""

from datetime import date

from networks.parts import Follow, Network, Share

# "Text posts are limited to 500 characters. Emojis are counted as the number of UTF-8 bytes": code points come
# nearer to that than graphemes do. https://developers.facebook.com/documentation/threads/posts (2026-04-14)
LIMIT = 500

NETWORK = Network(
    key="threads",
    name="Threads",
    colour="000000",
    hosts=("threads.com", "threads.net"),
    share=Share(
        url="https://www.threads.com/intent/post?text={text}&url={url}",
        limit=LIMIT,
        count="points",
        since=date(2023, 7, 5),  # https://about.fb.com/news/2023/07/introducing-threads-new-app-text-sharing/
    ),
    follow=Follow("https://www.threads.com/@{account}", r"(?P<account>\w(?:[\w.]{0,28}\w)?)"),
    docs="https://developers.facebook.com/documentation/threads/threads-web-intents",
)
