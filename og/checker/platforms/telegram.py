"""Telegram: https://share-preview.com/, https://tryunfurl.com/ (2026-11-22)."""

from __future__ import annotations

from types import MappingProxyType

from og.checker.platforms.parts import SQUARE, Platform, Text, by_size
from og.checker.rules import sources as of

PLATFORM = Platform(
    "telegram",
    "Telegram",
    "chat",
    Text(("og:title", "twitter:title", "title"), lines=(3, 3)),
    ("og:image", "twitter:image"),
    by_size(large=(300, 150)),
    (of.TELEGRAM,),
    description=Text(("og:description", "twitter:description", "description"), 170, lines=(5, 5)),
    site="site_name",
    crops=MappingProxyType({"small": SQUARE}),
    notes=("About 170 characters of the description are shown.", "Pictures above 5 MB are left out."),
)
