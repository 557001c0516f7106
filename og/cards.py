"""Preview pictures as a service: signed addresses out, drawn pictures back, each drawn once and kept on the disk.

    signed = services().cards.sign(card)        # signed.path, .width, .height, .type, .alt
    cards.picture(cards.read("article", payload, signature, "png")).data

However many ask for a picture, one process draws it once; the others wait. Of the pictures that are drawn at a time
there are few (og.pictures.workbench), and who comes too late is told to come back. Other people's pictures on a card
are fetched before (og.card_service.pictures); one that did not come is left out, and the card is drawn anew soon. See
docs/pictures.md.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from core.cache_fetch import Cache
from core.errors import Invalid, NotFound
from og.card import MEDIA_TYPES, Card, alt, read
from og.card_service.address import Asked, CardAddresses, described, digest
from og.card_service.pictures import Fetched, Pictures
from og.card_service.store import CardStore
from og.pictures.workbench import PLACES, Workbench

log = logging.getLogger(__name__)

if TYPE_CHECKING:
    from core.services import Services
    from og.draw import Picture
    from og.layouts import Layouts

# Seconds a picture is kept; then it is drawn anew, from whatever its pictures are by then.
KEPT = 30 * 86400.0
# A card that lacks a picture is drawn anew after so many seconds, and shown as it is meanwhile for so many more.
DAY = 86400.0
AGAIN, LACKING = 300.0, DAY
# Bytes a pixel takes while it is drawn and encoded, measured at 2000x2000 (2026-11, Pillow 13): libwebp keeps copies.
PIXEL_BYTES = {"png": 13, "jpg": 13, "webp": 24}


@dataclass(frozen=True)
class Signed:
    """An address of ours, and what will be there."""

    path: str
    width: int
    height: int
    type: str
    alt: str


@dataclass(frozen=True)
class Drawn:
    """A picture to send. ``name`` names these bytes; ``whole`` says that nothing is missing on it."""

    data: bytes
    type: str
    width: int
    height: int
    alt: str
    warnings: tuple[str, ...]
    whole: bool = True
    name: str = ""

    @property
    def lasting(self) -> bool:
        """Whether it will always be drawn like this: a font that lacks a letter today may be installed tomorrow."""
        return self.whole and not self.warnings


class Cards:
    """The pictures of all cards. One for the process, shared by its threads."""

    def __init__(
        self,
        addresses: CardAddresses,
        store: CardStore,
        cache: Cache,
        pictures: Pictures,
        layouts: Layouts,
        version: Callable[[str], str],
        bench: Workbench | None = None,
    ) -> None:
        self._addresses = addresses
        self._store = store
        self._cache = cache
        self._pictures = pictures
        self.layouts = layouts
        self._version = version
        self._bench = bench or Workbench()
        # Threads of their own: what each of a worker's 32 once took for drawing, its part of the C library's memory
        # would keep. Measured under eight clients: 40 MB less.
        self._hands = ThreadPoolExecutor(PLACES, thread_name_prefix="handbill-draw")

    def sign(self, card: Card, *, store: bool = True) -> Signed:
        """Return the address of a card's picture. Nothing is drawn, but where a number of bytes is asked for.

        Raises NotAllowed where the address would be too long and nothing may be stored, Busy where there is no room.
        """
        width, height = card.width, card.height
        if card.max_bytes:  # what it takes to stay within them may be another format, or a smaller size
            drawn = self.drawn(card)
            width, height = drawn.width, drawn.height
            card = replace(card, format=_FORMATS.get(drawn.type, card.format))
        return Signed(self._addresses.write(card, store=store), width, height, MEDIA_TYPES[card.format], alt(card))

    def read(self, layout: str, payload: str, signature: str, ending: str) -> Asked:
        """Return what the parts of an address ask for; raise NotAllowed where we never signed it."""
        asked = self._addresses.read(layout, payload, signature, ending)
        if asked.stored:
            self._store.touch(asked.key)
        return asked

    def card(self, asked: Asked) -> Card:
        """Return the card of an address; raise NotFound where it cannot be drawn any more."""
        try:
            return read(self._addresses.data(asked), self.layouts)[0]
        except Invalid as exc:
            raise NotFound("This address is of another version of this server.") from exc

    def name(self, asked: Asked) -> str:
        """Return the name that a picture has once it is whole, without drawing it; drawn another way, another."""
        told = f"{self._version(asked.layout)} {asked.layout}.{asked.format} {asked.key}"
        return hashlib.sha256(told.encode()).hexdigest()[:32]

    def picture(self, asked: Asked) -> Drawn:
        """Return the picture of an address. Raises NotFound, or Busy where we are short of places."""
        return self._fetched(self.name(asked), lambda: self.card(asked), KEPT)

    def drawn(self, card: Card, *, kept: float = KEPT, before: Callable[[], None] = lambda: None) -> Drawn:
        """Return the picture of a card, drawn if it is not there already, and kept for some seconds.

        ``before`` is called before a drawing, and may refuse it.
        """

        def counted() -> Card:
            before()
            return card

        return self._fetched(self.name(Asked(card.layout, card.format, digest(described(card)))), counted, kept)

    def draw(self, card: Card) -> Drawn:
        """Draw a card now and keep nothing but the pictures on it. Raises Busy where no place comes free."""
        card = self._seen(card)
        fetched = self._pictures.fetch(card.pictures.values())
        with self._bench.place() as place:
            place.take(card.width * card.height * PIXEL_BYTES[card.format])
            made = self._hands.submit(copy_context().run, self._draw, card, fetched).result()
        return _drawn(made, whole=not fetched.failed)

    def _draw(self, card: Card, fetched: Fetched) -> Picture:
        from og.draw import draw

        return draw(card, fetched, layouts=self.layouts)

    def _seen(self, card: Card) -> Card:
        """Return a card without the pictures that its layout does not show: they are not fetched."""
        if not card.pictures:
            return card
        unseen: dict[str, Any] = dict.fromkeys(set(card.pictures) - set(self.layouts[card.layout].fields), "")
        return replace(card, **unseen)

    def _fetched(self, name: str, card: Callable[[], Card], kept: float) -> Drawn:
        """Return what is kept under a name, else draw it once for everybody."""
        if (found := self._whole(name)) is not None:
            return found
        made: list[Drawn] = []

        def load() -> bytes:
            drawn = self.draw(card())
            made.append(drawn)
            if not drawn.whole:
                return _packed(drawn)
            self._cache.set(f"whole {name}", _packed(drawn), kept if drawn.lasting else min(kept, DAY))
            return b""

        lacking = self._cache.fetch(f"card {name}", load, fresh=AGAIN, stale=LACKING).value
        if made:
            return _named(made[0], name)
        if lacking:
            return _named(_opened(lacking), name)
        return self._whole(name) or self._swept(name, card)

    def _whole(self, name: str) -> Drawn | None:
        data = self._cache.get(f"whole {name}")
        return _named(_opened(data), name) if data is not None else None

    def _swept(self, name: str, card: Callable[[], Card]) -> Drawn:
        """Draw what was thought to be there: its file went to make room, or the disk takes none."""
        self._cache.delete(f"card {name}")
        return _named(self.draw(card()), name)


def cards_of(services: Services) -> Cards:
    """Return the pictures of an application."""
    from og.layouts import Layouts
    from og.media_service.store import shelf

    settings = services.settings
    layouts = Layouts(settings.data / "layouts")
    version = _versions(layouts)
    if unknown := [key for key in settings.public_layouts if key not in layouts]:
        log.warning("HANDBILL_PUBLIC_LAYOUTS names layouts that there are not: %s", ", ".join(unknown))
    cache = shelf(settings.data / "cards", settings.card_bytes, services.upstreams)
    store = CardStore(lambda: services.database)
    addresses = CardAddresses(services.vault, store, version)
    return Cards(addresses, store, cache, Pictures(services.http, cache), layouts, version)


def _versions(layouts: Layouts) -> Callable[[str], str]:
    """Return what tells the version of a layout's pictures: of the drawing, and of the layout itself."""
    from og.draw import VERSION

    known = {
        key: f"{VERSION}-{hashlib.sha256(layout.model_dump_json().encode()).hexdigest()[:12]}"
        for key, layout in layouts.items()
    }
    return lambda layout: known.get(layout, VERSION)


_FORMATS = {kind: ending for ending, kind in MEDIA_TYPES.items()}


def _named(drawn: Drawn, name: str) -> Drawn:
    """Return a picture with its name: not that of the card, where it may be drawn better another day."""
    return replace(drawn, name=name if drawn.lasting else f"{name}-{hashlib.sha256(drawn.data).hexdigest()[:8]}")


def _drawn(made: Picture, *, whole: bool) -> Drawn:
    return Drawn(made.data, made.type, made.width, made.height, made.alt, made.warnings, whole)


def _packed(drawn: Drawn) -> bytes:
    """Return a picture as it is kept: a line of JSON about it, then its bytes."""
    about = [drawn.type, drawn.width, drawn.height, drawn.alt, drawn.warnings, drawn.whole]
    return json.dumps(about).encode("ascii") + b"\n" + drawn.data


def _opened(data: Any) -> Drawn:
    head, _, body = bytes(data).partition(b"\n")
    kind, width, height, words, warnings, whole = json.loads(head)
    return Drawn(body, kind, width, height, words, tuple(warnings), whole)
