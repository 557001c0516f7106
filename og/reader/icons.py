"""Which of a site's icons is the best: the rank that browsers and readers would give."""

from __future__ import annotations

import re

from og.record import Icon

# Sides in pixels of an icon that does not say (https://html.spec.whatwg.org/multipage/links.html#rel-icon): a
# touch icon is 180 (Apple's documentation), a plain icon 16.
_USUAL = {"apple-touch-icon": 180, "apple-touch-icon-precomposed": 180, "fluid-icon": 512, "manifest": 192}
_SIZE = re.compile(r"(\d{1,4})[xX×](\d{1,4})")
# "any" is a drawing without a size.
ENDLESS = 10_000


def side(icon: Icon) -> int:
    """Return the longest side in pixels that an icon says or usually has."""
    sizes = [max(int(width), int(height)) for width, height in _SIZE.findall(icon.sizes)]
    if sizes:
        return max(sizes)
    if "any" in icon.sizes.lower() or icon.type == "image/svg+xml" or icon.url.partition("?")[0].endswith(".svg"):
        return ENDLESS
    return _USUAL.get(icon.rel, 16)


def ranked(icons: list[Icon]) -> tuple[Icon, ...]:
    """Return the icons, each address once, the largest first; masks, which are one colour, last."""
    once: dict[str, Icon] = {}
    for icon in icons:
        once.setdefault(icon.url, icon)
    return tuple(sorted(once.values(), key=lambda icon: (icon.rel == "mask-icon", -side(icon))))
