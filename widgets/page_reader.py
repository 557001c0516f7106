"""How a widget comes to what other people's pages say, and to their pictures, within the time a visitor waits."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from core.errors import Busy, Problem

if TYPE_CHECKING:
    from feeds.show import ShownPost
    from og.media import Media

# Seconds after which no picture is fetched to see what it is like: it takes up to five (og.media.DEADLINE), and an
# answer should be there within ten, whatever the page under it does.
LOOK_UNTIL = 4.0


@dataclass(frozen=True)
class Shown:
    """A picture at a width: our addresses, its size there, the colour that stands in for it until it is there."""

    src: str
    width: int
    height: int
    srcset: str = ""
    colour: str = ""


@dataclass(frozen=True)
class SeenPost:
    """A network's post at an address; ``shown`` is None where the network says that it is gone.

    ``still`` is the address at the network of the picture that stands for it, "" where there is none that may be in
    data forms.
    """

    network: str
    shown: ShownPost | None
    still: str = ""


def no_post(_url: str, _lang: str) -> SeenPost | None:
    """Return nothing: for who may have nothing read."""
    return None


@dataclass(frozen=True)
class Reader:
    """What one caller may have read. ``preview`` raises what refuses the caller, or what the page's server did wrong.

    ``expires`` is when the pictures' addresses end, None for never; ``lifetime`` how long an answer may be kept, as
    Cache-Control says it, ``post_lifetime`` one about a network's post. ``post`` gives the post that is at an
    address, for a page in a language; None where there is none that may be shown as such. ``names_post`` says whether
    an address has the form of a post's.
    """

    base_url: str
    preview: Callable[[str], Mapping[str, Any]]
    media: Callable[[], Media]
    expires: datetime | None = None
    lifetime: str = ""
    post_lifetime: str = ""
    post: Callable[[str, str], SeenPost | None] = no_post
    names_post: Callable[[str], bool] = lambda _url: False

    def look(self, urls: list[str], since: float) -> frozenset[str]:
        """Find out what pictures are like, all at once, unless it is too late for that (``since``: monotonic time).

        Return those that cannot be had.
        """
        unknown = [url for url in urls if url and not self._own(url) and self.media().known(url) is None]
        if not unknown or time.monotonic() - since > LOOK_UNTIL:
            return frozenset()
        with ThreadPoolExecutor(len(unknown), thread_name_prefix="hb-look") as pool:
            return frozenset(filter(None, pool.map(self._missing, unknown)))

    def shown(self, image: Mapping[str, Any], width: int) -> Shown | None:
        """Return a picture at a width and at twice that; None where its size is not known and its page says none."""
        url = str(image.get("url", ""))
        own = self._own(url)
        found = None if own else self.media().known(url)
        size = (found.width, found.height) if found else (int(image.get("width", 0)), int(image.get("height", 0)))
        if not url or not all(size):
            return None
        if own:
            return Shown(url, *size, colour=str(image.get("colour", "")))
        return self._proxied(url, width, size, "" if not found or found.transparent else found.colour)

    def _proxied(self, url: str, width: int, size: tuple[int, int], colour: str) -> Shown | None:
        from og.pictures.pixels import fitted

        try:
            src = self._address(url, width)
            twice = f"{self._address(url, width * 2)} 2x" if size[0] > width else ""
        except Problem:
            return None  # an address that nobody would fetch
        return Shown(src, *fitted(*size, width), srcset=twice, colour=colour)

    def _address(self, url: str, width: int) -> str:
        return self.base_url + self.media().address(url, width, expires=self.expires)

    def _own(self, url: str) -> bool:
        """Return whether a picture is a file of ours: it needs no proxy, and we do not fetch from ourselves."""
        return url.startswith(f"{self.base_url}/static/")

    def _missing(self, url: str) -> str:
        """Return the address of a picture that cannot be had, "" where it can, or where we had no time to ask."""
        try:
            self.media().describe(url)
        except Busy:
            return ""
        except Problem:
            return url
        return ""
