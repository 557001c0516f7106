"""What a visitor sees. Third parties add theirs by an entry point in the group ``handbill.widgets``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from widgets import card, feed, follow, login, replies, share
from widgets.base import Widget

BUILT_IN: tuple[Widget, ...] = (
    share.WIDGET,
    follow.WIDGET,
    login.WIDGET,
    feed.WIDGET,
    replies.WIDGET,
    card.WIDGET,
)


class Widgets(Mapping[str, Widget]):
    """The widgets of this server by key."""

    def __init__(self, widgets: tuple[Widget, ...] = BUILT_IN) -> None:
        self._by_key = {widget.key: widget for widget in widgets}

    def __getitem__(self, key: str) -> Widget:
        return self._by_key[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_key)

    def __len__(self) -> int:
        return len(self._by_key)
