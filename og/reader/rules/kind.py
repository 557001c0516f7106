"""``type`` (og:type) and ``card`` (twitter:card): what kind of page it says it is, as it says it, in lower case."""

from __future__ import annotations

import re

from og.reader.document import Document
from og.rule import Rule, meta, odd_meta

# The longest that the vocabulary has is "music.radio_station" (https://ogp.me/#types); sites add their own.
_KIND = re.compile(r"[\w.:/-]{1,60}")


def _clean(value: str, _document: Document) -> str:
    text = value.strip().lower()
    return text if _KIND.fullmatch(text) else ""


TYPE = Rule("type", "type", meta("og:type") + odd_meta("og:type"), _clean)
CARD = Rule("card", "card", meta("twitter:card"), _clean)
