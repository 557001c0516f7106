"""What layouts may write in braces or ask for: the names of a card's fields, and of what is made of them.

What stands for each on a card is in `og.drawing.values`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

PLAIN = (
    "site", "title", "description", "author", "avatar", "logo", "background", "badge", "date", "value", "picture",
    "qr",
)  # fmt: skip
# Every name that layouts may write in braces or ask for, and the field it comes from.
NAMES: Mapping[str, str] = MappingProxyType(
    {
        **{name: name for name in (*PLAIN, "facts", "progress")},
        **dict.fromkeys(("day", "month", "time", "when"), "date"),
        **{f"fact{number}": "facts" for number in range(1, 7)},
        "owner": "title",
        "name": "title",
        "initial": "author",
    }
)
