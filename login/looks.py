"""How the log-in page of a site looks: its logo, its one colour, light or dark, and in which languages it speaks.

The colour is the site's own where it fills a button; words on it are black or white. Lines and links are of the same
colour as far as it can be read on our paper (WCAG 2.2, 1.4.3 and 1.4.11), and of a darker or lighter one where not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.errors import FetchFailed, Invalid

if TYPE_CHECKING:
    from core.site_options import SiteOptions

# The width of the logo's picture: 10 rem, at a phone's density.
LOGO_WIDTH = 320
# What words and lines stand on (static/css/pages.css: paper, sheet, wash), in light and in dark.
LIGHT = ((0xFB, 0xFA, 0xF7), (0xFF, 0xFF, 0xFF), (0xF4, 0xF1, 0xEA))
DARK = ((0x15, 0x13, 0x0F), (0x1C, 0x19, 0x15), (0x21, 0x1E, 0x19))
# How far a filled button under the pointer moves away from the colour of its words.
_DEEPER = 0.16


@dataclass(frozen=True)
class Look:
    """A site's log-in page. ``accent`` are six hexadecimal digits; ``scheme`` is `light`, `dark`, or "" for either.

    ``logo_dark`` is there only where the visitor's scheme decides.
    """

    logo: str = ""
    logo_dark: str = ""
    accent: str = ""
    scheme: str = ""


def look_of(options: SiteOptions, address: Callable[[str, int], str]) -> Look:
    """Return how a site's page looks; ``address`` gives our own address of somebody else's picture."""
    scheme = options.login_theme if options.login_theme != "auto" else ""
    light, dark = (_picture(url, address) for url in (options.login_logo, options.login_logo_dark))
    if scheme:
        light, dark = (dark if scheme == "dark" and dark else light), ""
    return Look(light or dark, dark if light else "", options.login_accent.removeprefix("#"), scheme)


def stylesheet(accent: str) -> str:
    """Return the style sheet of a colour, given as six hexadecimal digits: custom properties for our own pages."""
    from og.drawing.colours import BLACK, VISIBLE, WHITE, contrast, mixed, readable, written

    fill = (int(accent[:2], 16), int(accent[2:4], 16), int(accent[4:], 16))
    # One of the two has 4.58:1 at least: their contrasts multiply to 21.
    ink = max((WHITE, BLACK), key=lambda end: contrast(end, fill))
    deep = mixed(BLACK if ink == WHITE else WHITE, fill, _DEEPER)
    lines = {"--fill": written(fill), "--fill-deep": written(deep), "--on-fill": written(ink)}
    for name, ratio in (("--accent", 4.5), ("--fill-edge", VISIBLE)):
        light, dark = (written(readable(fill, grounds, ratio)) for grounds in (LIGHT, DARK))
        lines[name] = f"light-dark({light}, {dark})"
    return ":root { " + " ".join(f"{name}: {value};" for name, value in lines.items()) + " }\n"


def check_languages(catalog: Any, tags: Iterable[str]) -> None:
    """Raise Invalid for a language that our pages do not speak. ``catalog`` is that of `login/languages`."""
    if unknown := [tag for tag in tags if tag and not catalog.nearest(tag)]:
        known = ", ".join(catalog.languages)
        raise Invalid(f"There is no language {unknown[0][:40]!r}. There are: {known}.", field="login_languages")


def _picture(url: str, address: Callable[[str, int], str]) -> str:
    try:
        return address(url, LOGO_WIDTH) if url else ""
    except FetchFailed:
        return ""  # an address that would never be fetched: the page does without
