"""Which tags say the same thing: a slot is one statement about a page, however its tags are written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from og.checker.positions import Tag
from og.reader.addresses import absolute
from og.reader.clean_text import clean
from og.reader.rules.links import FEED_RELATIONS, FEED_TYPES, OEMBED_RELATIONS, OEMBED_TYPES
from og.reader.rules.media import media_type, pixels, structured
from og.reader.scan import properties
from og.tagging.jsonld import SCRIPT_ID
from og.tags import Written

# Other names that readers take for a key (og/reader/rules/dates.py).
_ALIASES = {
    "article:published": "article:published_time",
    "og:article:published_time": "article:published_time",
    "article:modified": "article:modified_time",
    "og:article:modified_time": "article:modified_time",
}
# Tags that belong together: one without the others would say something wrong.
_GROUPS: Mapping[str, tuple[str, ...]] = {
    "og:image": ("", ":url", ":secure_url", ":width", ":height", ":type", ":alt"),
    "og:video": ("", ":url", ":secure_url", ":width", ":height", ":type", ":alt"),
    "og:audio": ("", ":url", ":secure_url", ":type"),
    "twitter:image": ("", ":src", ":width", ":height", ":alt"),
    "twitter:player": ("", ":width", ":height"),
    "twitter:app:id": (":iphone", ":ipad", ":googleplay"),
    "product:price": (":amount", ":currency"),
}
_OF_GROUP = {f"{group}{part}": group for group, parts in _GROUPS.items() for part in parts}
MEDIA = ("og:image", "og:video", "og:audio")
# As some systems number their pictures, or write them in the plural; our reader takes them for more of the same.
_NUMBERED = re.compile(r"(og:(?:image|video|audio))[\ds]\Z")
_ICONS = frozenset({"icon", "apple-touch-icon", "apple-touch-icon-precomposed", "fluid-icon", "mask-icon"})
# What is put in the one form that everybody reads even where nobody asked for another value. All else that a page
# says itself is left as it is: it may say more to X or to search than to the rest, and mean it.
MENDED = frozenset(
    {"og:title", "og:description", "og:url", "og:type", "og:site_name", "og:image", "og:video", "og:audio",
     "article:published_time", "article:modified_time", "canonical", "jsonld"}
)  # fmt: skip
# Of these there is one in a page; others may be said many times.
SEVERAL = frozenset(
    {"og:locale:alternate", "article:tag", "article:author", "book:tag", "book:author", "video:tag", "icons",
     "hreflang", "feeds", "oembed", "theme-color", "robots", "fediverse:creator", "author", *_GROUPS}
)  # fmt: skip
_CARDS = ("summary", "summary_large_image", "player", "app")


def slots(name: str, attributes: Mapping[str, str]) -> tuple[str, ...]:
    """Return the slots of a tag: several, where it has several properties or names; none, where it is not ours."""
    if name == "meta":
        keys = (*properties(attributes), attributes.get("name", "").strip())
        return tuple(dict.fromkeys(_of_key(key.lower()) for key in keys if key))
    if name == "script":
        return ("jsonld",) if attributes.get("id") == SCRIPT_ID else ()
    return ("title",) if name == "title" else _of_link(attributes) if name == "link" else ()


def _of_key(key: str) -> str:
    return _OF_GROUP.get(_NUMBERED.sub(r"\1", key)) or _ALIASES.get(key, key)


def _of_link(attributes: Mapping[str, str]) -> tuple[str, ...]:
    relations = set(attributes.get("rel", "").lower().split())
    kind = attributes.get("type", "").partition(";")[0].strip().lower()
    for relation in ("canonical", "amphtml", "shortlink"):
        if relation in relations:
            return (relation,)
    if relations & _ICONS:
        return ("icons",)
    if relations & FEED_RELATIONS and kind in FEED_TYPES:
        return ("feeds",)
    if relations & OEMBED_RELATIONS and kind in OEMBED_TYPES:
        return ("oembed",)
    return ("hreflang",) if "alternate" in relations and attributes.get("hreflang", "").strip() else ()


def is_said(slot: str, tag: Tag) -> bool:
    """Tell whether a page's tag says anything that counts."""
    if tag.name == "title":
        return bool(tag.text.strip())
    if slot == "twitter:card":
        return tag.value.lower() in _CARDS
    return bool(tag.value if tag.name == "meta" else tag.href or tag.name == "script")


def says(tag: Tag, wanted: Written) -> bool:
    """Tell whether a page's tag says what a tag of ours would, perhaps with more attributes."""
    if tag.name != wanted.tag:
        return False
    if tag.name == "title":
        return " ".join(tag.text.split()) == wanted.text
    if tag.name == "script" and tag.text != wanted.text:
        return False
    return all(tag.attributes.get(name, "").strip() == value for name, value in wanted.attributes.items())


def all_said(slot: str, there: list[Tag], wanted: list[Written], address: Callable[[str], str]) -> bool:
    """Tell whether tags of a page say together what ours would. ``address`` makes the page's addresses full."""
    if not all(tag.in_head and not tag.in_noscript for tag in there):
        return False
    if slot in MEDIA:
        found, items = media(slot, ((key, tag.value) for tag in there for key in tag.keys if tag.value), address)
        ours, _ = media(slot, ((tag.attributes["property"], tag.attributes["content"]) for tag in wanted), address)
        in_form = all(_is_in_form(slot, tag) for tag in there)
        return in_form and found == ours and items == len(ours)
    return len(there) == len(wanted) and all(says(*pair) for pair in zip(there, wanted, strict=True))


def _is_in_form(slot: str, tag: Tag) -> bool:
    """Tell whether a tag of a group is written with property, and an address in full: Facebook reads no other."""
    key = tag.attributes.get("property", "")
    is_address = key in (slot, f"{slot}:url", f"{slot}:secure_url")
    return key.startswith(slot) and (not is_address or tag.value.startswith(("https://", "http://")))


Said = tuple[str, int, int, str, str]


def media(
    prefix: str, pairs: Iterable[tuple[str, str]], address: Callable[[str], str]
) -> tuple[tuple[Said, ...], int]:
    """Return the pictures, films or sounds that metas name, as the reader reads them, and how many times."""
    found: dict[str, Said] = {}
    items = structured(((key.lower(), value) for key, value in pairs), prefix)
    for item in items:
        url = (address(item.secure) if item.secure else "") or address(item.url)
        size = (pixels(item.more.get("width", "")), pixels(item.more.get("height", "")))
        kind, alt = media_type(item.more.get("type", "")), clean(item.more.get("alt", ""), 1000)
        if url:
            found.setdefault(url, (url, *size, kind, alt))
    return tuple(found.values()), len(items)


def full(base: str) -> Callable[[str], str]:
    """Return what makes a page's addresses full."""
    return lambda value: absolute(value, base)
