"""Rules: what a page must say at all, once, and not empty."""

from __future__ import annotations

from collections.abc import Iterator

from og.checker.positions import Tag
from og.checker.rules import sources as of
from og.checker.rules.parts import CARDS, EVERY, IMAGE_KEYS, META, Fault, Rule, Subject, gathered, rule

_TITLES = ("og:title", "twitter:title")
_TEXTS = ("og:description", "twitter:description", "description")
# Metas of which the first or the last counts: a second one is lost (arrays of Open Graph are not among them).
_SINGLE = (
    "og:title", "og:description", "og:url", "og:type", "og:site_name", "og:locale", "og:determiner", "description",
    "twitter:card", "twitter:title", "twitter:description", "twitter:site", "twitter:creator", "twitter:image",
    "twitter:player", "article:published_time", "article:modified_time", "fb:app_id", "viewport",
)  # fmt: skip


def has_open_graph(subject: Subject) -> bool:
    """Tell whether the page uses the Open Graph protocol at all."""
    return any(key.startswith("og:") for key in subject.page.by_key)


@rule(
    "title-missing", "error", "words", EVERY, of.OGP,
    what="The page has no title of any kind.",
    why="Platforms then show the bare address, or guess.",
    fix='Add <meta property="og:title" content="…"> and <title>…</title> to the head.',
)  # fmt: skip
def title_missing(subject: Subject) -> Iterator[Fault]:
    """No og:title, no twitter:title, no title element."""
    if not subject.page.value(*_TITLES) and not subject.page.title:
        yield Fault(subject.head)


@rule(
    "og-title-missing", "warning", "words", (*META, "linkedin", "telegram", "pinterest"), of.OGP,
    what="There is no og:title.",
    why="The Open Graph protocol requires it. Platforms take <title> instead, site name and all.",
    fix='Add <meta property="og:title" content="…"> with the headline alone.',
)  # fmt: skip
def og_title_missing(subject: Subject) -> Iterator[Fault]:
    """No og:title, though there is another title and other tags of Open Graph."""
    if (
        has_open_graph(subject)
        and not subject.page.value("og:title")
        and (subject.page.value("twitter:title") or subject.page.title)
    ):
        yield Fault(subject.head)


@rule(
    "title-element-missing", "warning", "words", ("google", "slack", "telegram"), of.HTML_TITLE,
    what="There is no <title> element, or it is empty.",
    why="HTML requires one. Search results, tabs and bookmarks are named by it.",
    fix="Add <title>…</title> to the head.",
)  # fmt: skip
def title_element_missing(subject: Subject) -> Iterator[Fault]:
    """No title element with text."""
    if not subject.page.title:
        yield Fault(subject.page.titles[0] if subject.page.titles else subject.head)


@rule(
    "description-missing", "warning", "words", EVERY, of.GOOGLE_SNIPPET,
    what="The page has no description of any kind.",
    why="Platforms show the title alone; search engines pick a sentence of the page.",
    fix='Add <meta property="og:description" content="…"> and <meta name="description" content="…">.',
)  # fmt: skip
def description_missing(subject: Subject) -> Iterator[Fault]:
    """No description in any meta."""
    if not subject.page.value(*_TEXTS):
        yield Fault(subject.head)


@rule(
    "og-description-missing", "warning", "words", META, of.WHATSAPP,
    what="There is no og:description.",
    why="WhatsApp asks for one that is not empty; others fall back to the search description.",
    fix='Add <meta property="og:description" content="…">.',
)  # fmt: skip
def og_description_missing(subject: Subject) -> Iterator[Fault]:
    """No og:description, though there is another description and other tags of Open Graph."""
    page = subject.page
    if (
        has_open_graph(subject)
        and not page.value("og:description")
        and page.value("twitter:description", "description")
    ):
        yield Fault(subject.head)


@rule(
    "og-url-missing", "warning", "address", META, of.WHATSAPP,
    what="There is no og:url.",
    why="The Open Graph protocol requires it and WhatsApp asks for it. It is what shares of the page are counted "
    "under.",
    fix='Add <meta property="og:url" content="https://…"> with the page\'s own full address.',
)  # fmt: skip
def og_url_missing(subject: Subject) -> Iterator[Fault]:
    """Open Graph without og:url."""
    if has_open_graph(subject) and not subject.page.value("og:url"):
        yield Fault(subject.head)


@rule(
    "og-type-missing", "hint", "form", META, of.OGP,
    what="There is no og:type.",
    why="The protocol asks for it; without it a page counts as “website”.",
    fix='Add <meta property="og:type" content="article"> for an article, “website” for anything else.',
)  # fmt: skip
def og_type_missing(subject: Subject) -> Iterator[Fault]:
    """Open Graph without og:type."""
    if has_open_graph(subject) and not subject.page.value("og:type"):
        yield Fault(subject.head)


@rule(
    "open-graph-missing", "error", "words", CARDS, of.OGP,
    what="The page has no Open Graph tags at all.",
    why="They are what nearly every platform reads first.",
    fix="Paste the tags from the box below into the head.",
)  # fmt: skip
def open_graph_missing(subject: Subject) -> Iterator[Fault]:
    """Not one og: meta."""
    if not has_open_graph(subject):
        yield Fault(subject.head)


@rule(
    "image-missing", "warning", "picture", CARDS, of.OGP,
    what="The page names no preview picture.",
    why="The protocol requires one. Shares without a picture are small, or show whatever picture a platform finds.",
    fix='Add <meta property="og:image" content="https://…"> with a picture of 1200 × 630 pixels.',
)  # fmt: skip
def image_missing(subject: Subject) -> Iterator[Fault]:
    """No og:image and no twitter:image."""
    if not subject.page.value(*IMAGE_KEYS):
        yield Fault(subject.head)


@rule(
    "og-image-missing", "warning", "picture", (*META, "linkedin", "pinterest"), of.OGP,
    what="Only twitter:image names a picture, og:image does not.",
    why="Facebook, WhatsApp and LinkedIn do not read twitter: tags.",
    fix="Repeat the picture's address in og:image.",
)  # fmt: skip
def og_image_missing(subject: Subject) -> Iterator[Fault]:
    """A twitter:image, but no og:image."""
    page = subject.page
    if page.value("twitter:image", "twitter:image:src") and not page.value(*IMAGE_KEYS[:3]):
        yield Fault(page.named("twitter:image", "twitter:image:src")[0])


@rule(
    "site-name-missing", "hint", "words", ("discord", "slack", "telegram", "mastodon"), of.DISCORD,
    what="There is no og:site_name.",
    why="Chats show it above the title; without it they show the host name.",
    fix='Add <meta property="og:site_name" content="…">.',
)  # fmt: skip
def site_name_missing(subject: Subject) -> Iterator[Fault]:
    """No og:site_name."""
    if has_open_graph(subject) and not subject.page.value("og:site_name"):
        yield Fault(subject.head)


def _repeated(subject: Subject) -> Iterator[tuple[str, list[Tag]]]:
    for key in _SINGLE:
        tags = [tag for tag in subject.page.by_key.get(key, ()) if tag.value]
        if len(tags) > 1:
            yield key, tags


@rule(
    "tag-conflict", "warning", "form", EVERY, of.OGP,
    what="A tag stands twice and says different things.",
    why="Some platforms take the first, X and Discord's layout tags the last: the page looks different from place "
    "to place.",
    fix="Keep one of them.",
)  # fmt: skip
def tag_conflict(subject: Subject) -> Iterator[Fault]:
    """A single-valued meta with several values."""
    for key, tags in _repeated(subject):
        for tag in tags[1:]:
            if tag.value != tags[0].value:
                yield Fault(tag, f"{key} says something else than in line {tags[0].line}.")
                break


@rule(
    "tag-duplicate", "hint", "form", EVERY, of.OGP,
    what="A tag stands twice.",
    why="It says the same, so nothing breaks; but one of them will be forgotten when the other changes.",
    fix="Remove the second one. Two plug-ins that both write tags are the usual cause.",
)  # fmt: skip
def tag_duplicate(subject: Subject) -> Iterator[Fault]:
    """A single-valued meta repeated with the same value."""
    for key, tags in _repeated(subject):
        if len({tag.value for tag in tags}) == 1:
            yield Fault(tags[1], f"{key} stands in line {tags[0].line} already.")


@rule(
    "title-duplicate", "warning", "form", ("google",), of.HTML_TITLE,
    what="There is more than one <title> in the page.",
    why="HTML allows one; the first counts.",
    fix="Remove the others.",
)  # fmt: skip
def title_duplicate(subject: Subject) -> Iterator[Fault]:
    """Several title elements."""
    for tag in subject.page.titles[1:2]:
        yield Fault(tag)


_FILLED = ("og:title", "og:description", "og:url", "og:image", "og:type", "twitter:card", "twitter:title",
           "twitter:description", "twitter:image", "description")  # fmt: skip


@rule(
    "tag-empty", "warning", "form", EVERY, of.WHATSAPP,
    what="A tag is there but says nothing.",
    why="Some platforms take the empty text as the answer and look no further.",
    fix="Fill it, or take it out.",
)  # fmt: skip
def tag_empty(subject: Subject) -> Iterator[Fault]:
    """A meta with an empty content."""
    for key in _FILLED:
        for tag in subject.page.by_key.get(key, ()):
            if "content" in tag.attributes and not tag.value:
                yield Fault(tag, f"{key} is empty.")


RULES: tuple[Rule, ...] = gathered(globals())
