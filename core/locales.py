"""How a language writes dates and figures: CLDR's data, as Babel has it.

Babel 2.18 notes what a locale takes over from another (``LocaleDataDict.__getitem__``) in data that all locales have
in common: the month's short name in the first language asked for is from then on that of hundreds of others. Here
each locale shares data with its own ancestors alone.
"""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel import Locale

# Locales kept: more than there are languages with words of ours; each has some hundred kilobytes.
_KEPT = 48
_lock = threading.Lock()


@lru_cache(maxsize=_KEPT)
def locale_of(lang: str, default: str = "en") -> Locale:
    """Return a language's locale by its tag (BCP 47), that of ``default`` where CLDR has none for it."""
    from babel import Locale, UnknownLocaleError, localedata

    with _lock:
        localedata._cache.clear()  # what was loaded for others stays with them
        try:
            found = Locale.parse(lang or default, sep="-")
        except (UnknownLocaleError, ValueError):
            found = Locale.parse(default, sep="-")
        found.date_formats.keys()  # loads it now
    return found
