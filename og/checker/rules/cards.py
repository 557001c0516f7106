"""Rules: Twitter Cards, which also choose the layout on Discord."""

from __future__ import annotations

import re
from collections.abc import Iterator

from og.checker.rules import sources as of
from og.checker.rules.parts import IMAGE_KEYS, Fault, Rule, Subject, gathered, rule

_CARDS = ("summary", "summary_large_image", "app", "player")
# Closed in 2015; Discord still has a layout for photo.
_RETIRED = ("photo", "gallery", "product")
_PLAYER = ("twitter:player", "twitter:player:width", "twitter:player:height")
_APPS = ("twitter:app:id:iphone", "twitter:app:id:ipad", "twitter:app:id:googleplay")
_HANDLE = re.compile(r"@[A-Za-z0-9_]{1,15}")


def _card(subject: Subject) -> str:
    tags = [tag for tag in subject.page.by_key.get("twitter:card", ()) if tag.value]
    return tags[-1].value.lower() if tags else ""  # the last one counts: X, Cards markup


@rule(
    "card-missing", "warning", "cards", ("x", "discord"), of.X_MARKUP,
    what="There is no twitter:card.", why="X then shows a small card at best, and Discord a small picture.",
    fix='Add <meta name="twitter:card" content="summary_large_image">.',
)  # fmt: skip
def card_missing(subject: Subject) -> Iterator[Fault]:
    """No twitter:card."""
    if not _card(subject):
        yield Fault(subject.head)


@rule(
    "card-invalid", "error", "cards", ("x",), of.X_MARKUP,
    what="twitter:card names no card.",
    why="X knows summary, summary_large_image, app and player, and shows no card for anything else.",
    fix="Write summary_large_image.",
)  # fmt: skip
def card_invalid(subject: Subject) -> Iterator[Fault]:
    """A card X does not have."""
    for tag in subject.page.by_key.get("twitter:card", ())[-1:]:
        value = tag.value.lower()
        if value and value not in _CARDS:
            what = "is closed since 2015" if value in _RETIRED else "is no card"
            yield Fault(tag, f"twitter:card “{tag.value[:40]}” {what}.")


@rule(
    "card-without-image", "warning", "cards", ("x", "discord"), of.X_LARGE,
    what="The large card has no picture.", why="Without one X shows a placeholder.",
    fix="Add og:image, or ask for the summary card.",
)  # fmt: skip
def card_without_image(subject: Subject) -> Iterator[Fault]:
    """summary_large_image, and no picture named."""
    if _card(subject) == "summary_large_image" and not subject.page.value(*IMAGE_KEYS):
        yield Fault(subject.page.by_key["twitter:card"][-1])


@rule(
    "card-small", "hint", "cards", ("x", "discord"), of.X_LARGE,
    what="The page has a wide picture but asks for the small card.",
    why="The large card shows it across the whole width.",
    fix="Write summary_large_image, unless small is what you want.",
)  # fmt: skip
def card_small(subject: Subject) -> Iterator[Fault]:
    """A summary with a picture that would fill a large card."""
    image = subject.image
    if (
        _card(subject) == "summary"
        and image
        and image.width >= 600
        and image.height
        and image.width > 1.5 * image.height
    ):
        yield Fault(subject.page.by_key["twitter:card"][-1])


@rule(
    "player-incomplete", "error", "cards", ("x",), of.X_PLAYER,
    what="The player card lacks what it needs.",
    why="X needs the player's address, its width and height, and a picture.",
    fix="Add what is missing, or ask for summary_large_image.",
)  # fmt: skip
def player_incomplete(subject: Subject) -> Iterator[Fault]:
    """twitter:card player without one of its tags."""
    page = subject.page
    if _card(subject) == "player":
        missing = [key for key in _PLAYER if not page.value(key)]
        missing += [] if page.value("twitter:image", "twitter:image:src", "og:image") else ["twitter:image"]
        if missing:
            yield Fault(page.by_key["twitter:card"][-1], f"Missing: {', '.join(missing)}.")


@rule(
    "player-not-https", "error", "cards", ("x",), of.X_PLAYER,
    what="The player's address is not https.", why="X refuses it.", fix="Serve the player over https.",
)  # fmt: skip
def player_not_https(subject: Subject) -> Iterator[Fault]:
    """A player over http, or not a full address."""
    for tag in subject.page.by_key.get("twitter:player", ()):
        if tag.value and not tag.value.lower().startswith("https://"):
            yield Fault(tag, f"twitter:player is “{tag.value[:60]}”.")


@rule(
    "app-incomplete", "error", "cards", ("x",), of.X_APP,
    what="The app card names no app.", why="X needs the number of the app in a shop.",
    fix="Add twitter:app:id:iphone and twitter:app:id:googleplay.",
)  # fmt: skip
def app_incomplete(subject: Subject) -> Iterator[Fault]:
    """twitter:card app without an id."""
    if _card(subject) == "app" and not subject.page.value(*_APPS):
        yield Fault(subject.page.by_key["twitter:card"][-1])


@rule(
    "handle-form", "warning", "cards", ("x",), of.X_MARKUP,
    what="An account is not written as @name.", why="X attributes the card to nobody then.",
    fix="Write the name with @ before it, no address and no spaces.",
)  # fmt: skip
def handle_form(subject: Subject) -> Iterator[Fault]:
    """twitter:site or twitter:creator in another form; X also takes the bare name."""
    for tag in subject.page.named("twitter:site", "twitter:creator"):
        if tag.value and not _HANDLE.fullmatch(tag.value if tag.value.startswith("@") else "@" + tag.value):
            yield Fault(tag, f"{tag.keys[0]} is “{tag.value[:60]}”.")


@rule(
    "several-images-discord", "hint", "cards", ("discord",), of.DISCORD,
    what="There are several og:image.",
    why="Discord then shows a gallery of up to four in place of the large picture; others take the first.",
    fix="Keep the best one, unless a gallery is what you want.",
)  # fmt: skip
def several_images(subject: Subject) -> Iterator[Fault]:
    """Two or more pictures that differ."""
    tags = [tag for tag in subject.page.by_key.get("og:image", ()) if tag.value]
    if len({tag.value for tag in tags}) > 1:
        yield Fault(tags[1], f"{len(tags)} pictures are named.")


RULES: tuple[Rule, ...] = gathered(globals())
