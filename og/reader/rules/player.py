"""``player``: a provider's player for the film or sound that the page is about."""

from __future__ import annotations

from collections.abc import Iterator

from og.players import player_for
from og.reader.document import Document
from og.reader.rules.media import pixels
from og.record import Player
from og.rule import Candidate, Rule


def _size(document: Document, prefix: str) -> tuple[int, int]:
    return pixels(document.meta(f"{prefix}:width")), pixels(document.meta(f"{prefix}:height"))


def _address(document: Document) -> Iterator[Player | None]:
    size = _size(document, "og:video") if document.meta("og:video:width") else _size(document, "twitter:player")
    named = (document.url, document.link("canonical"), document.address(document.meta("og:url")))
    for address in dict.fromkeys(filter(None, named)):  # mostly one and the same
        yield player_for(address, *size, fediverse=_software(document))


def _named(*keys: str) -> Candidate:
    def read(document: Document) -> Iterator[Player | None]:
        for key in keys:
            for value in document.metas.get(key, ()):
                prefix = key.removesuffix(":url").removesuffix(":secure_url")
                if address := document.address(value):
                    yield player_for(address, *_size(document, prefix), fediverse=_software(document))

    return Candidate(keys[0], read)


def _embed(document: Document) -> Iterator[Player | None]:
    for node in document.graph.nodes:
        if isinstance(address := node.get("embedUrl"), str) and (full := document.address(address)):
            yield player_for(full, fediverse=_software(document))


def _software(document: Document) -> str:
    """Servers anybody may run have no host to know them by: they say what they are."""
    said = f"{document.meta('og:platform')} {document.meta('generator')} {document.meta('application-name')}".lower()
    if "peertube" in said:
        return "peertube"
    return "mastodon" if "mastodon" in said or document.meta("og:site_name").endswith("Mastodon") else ""


RULE = Rule(
    "player",
    "player",
    (
        Candidate("address", _address),
        _named("og:video", "og:video:url", "og:video:secure_url"),
        _named("twitter:player"),
        _named("og:audio", "og:audio:url"),
        Candidate("jsonld:embedUrl", _embed),
    ),
)
