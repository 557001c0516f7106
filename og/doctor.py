"""What `doctor` looks at of reading pages and drawing pictures: what was brought along and cannot be used."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from core.doctor import Finding, few

if TYPE_CHECKING:
    from core.services import Services


def layouts(services: Services) -> Iterator[Finding]:
    """Say which layouts are skipped, and which are to be public that there are not."""
    from difflib import get_close_matches

    known = services.cards.layouts
    yield from few([f"layout skipped: {failure}" for failure in known.failures])
    for key in services.settings.public_layouts:
        if key not in known:
            meant = "".join(f" Did you mean {near}?" for near in get_close_matches(key, known, 1))
            yield Finding("warning", f"HANDBILL_PUBLIC_LAYOUTS: there is no layout {key}.{meant}")


def rules(_services: Services) -> Iterator[Finding]:
    """Say which plug-ins' rules of reading pages are skipped."""
    from og.reader.rules import skipped

    yield from few([f"plug-in skipped: {failure}" for failure in skipped()])


def fonts(services: Services) -> Iterator[Finding]:
    """Say which folders of fonts there are not."""
    for folder in services.settings.fonts:
        if not Path(folder).is_dir():
            yield Finding("warning", f"HANDBILL_FONTS: {folder} is no folder that can be read")


LOOKS = (layouts, rules, fonts)
