"""Networks that have closed: their keys still answer, with a sentence that says when, never with a broken link.

Each day is the one its owner named for the end of the service; the address is where it was said, or who keeps record.
"""

from datetime import date

from networks.parts import Network, Share


def _gone(key: str, name: str, until: date, farewell: str, docs: str) -> Network:
    return Network(key=key, name=name, colour="555555", share=Share(until=until, farewell=farewell), docs=docs)


DEAD: tuple[Network, ...] = (
    _gone(
        "pocket",
        "Pocket",
        date(2025, 7, 8),
        "Pocket closed on 8 July 2025.",
        "https://support.mozilla.org/kb/future-of-pocket",
    ),
    _gone(
        "skype",
        "Skype",
        date(2025, 5, 5),
        "Skype closed on 5 May 2025.",
        "https://www.businesstoday.in/technology/news/story/skype-shutting-down-on-may-5-what-users-need-to-know-as-"
        "microsoft-merges-it-with-teams-474614-2025-05-03",
    ),
    _gone(
        "cohost",
        "Cohost",
        date(2024, 10, 1),
        "Cohost took its last posts on 1 October 2024.",
        "https://en.wikipedia.org/wiki/Cohost",
    ),
    _gone(
        "addthis",
        "AddThis",
        date(2023, 5, 31),
        "AddThis closed on 31 May 2023.",
        "https://github.com/heiseonline/shariff/pull/424",
    ),
    _gone(
        "googlebookmarks",
        "Google Bookmarks",
        date(2021, 9, 30),
        "Google Bookmarks closed on 30 September 2021.",
        "https://libeo.com/actualites-numeriques/cest-la-fin-pour-google-bookmarks",
    ),
    _gone(
        "periscope",
        "Periscope",
        date(2021, 3, 31),
        "Periscope closed at the end of March 2021.",
        "https://www.phonearena.com/news/Periscope-is-shutting-down-in-March-2021_id129093",
    ),
    _gone(
        "googleplus",
        "Google+",
        date(2019, 4, 2),
        "Google+ closed on 2 April 2019.",
        "https://support.google.com/googleplus/answer/9195133",
    ),
    _gone(
        "stumbleupon",
        "StumbleUpon",
        date(2018, 6, 30),
        "StumbleUpon closed on 30 June 2018.",
        "https://www.digitaltrends.com/social-media/stumbleupon-shuts-down/",
    ),
    _gone(
        "delicious",
        "Delicious",
        date(2017, 6, 15),
        "Delicious took its last bookmarks on 15 June 2017.",
        "https://blog.pinboard.in/2017/06/pinboard_acquires_delicious/",
    ),
    _gone(
        "vine",
        "Vine",
        date(2017, 1, 17),
        "Vine closed on 17 January 2017.",
        "https://engadget.com/2017/01/04/vine-closes-january-17",
    ),
)
