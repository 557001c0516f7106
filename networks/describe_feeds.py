"""Tell people whose posts can be read, what that needs, and under which terms: made from the networks' own values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from networks.parts import Network, PostCard
from networks.records import Feed, Policy

MEDIA = {"keep": "kept", "pass": "passed on, not kept", "link": "linked only"}
# Why each thing stands on a drawn post, in words.
CHROME = {
    "author": "author", "link": "link to the post", "logo": "the network's logo", "time": "time",
    "edited": "a word where it was edited",
    "text": "text unchanged", "own-actions": "no other network's buttons",
}  # fmt: skip


def sources_table(networks: Mapping[str, Network]) -> str:
    """Return the Markdown table of the networks whose posts can be read."""
    rows = [
        f"| {network.name} | `{key}:{network.feed.source}` | {needs(network.feed)} | {network.feed.size or ''} |"
        for key, network in networks.items()
        if network.feed and not network.dead
    ]
    return "\n".join(["| network | source | needs | posts a page |", "|---|---|---|---|", *rows])


def policies_table(networks: Mapping[str, Network]) -> str:
    """Return the Markdown table of what each network allows with its posts."""
    rows = [
        f"| {' | '.join(_policy(network))} |" for network in networks.values() if network.feed and not network.dead
    ]
    head = "| network | kept | deleted within | media | as data | shown with | source |"
    return "\n".join([head, "|---|---|---|---|---|---|---|", *rows])


def cards_table(networks: Mapping[str, Network]) -> str:
    """Return the Markdown table of the networks whose posts a card shows."""
    rows = [
        f"| {network.name} | `{network.card.example}` | {asked(network.card)} |"
        for network in networks.values()
        if network.card
    ]
    return "\n".join(["| network | an address | |", "|---|---|---|", *rows])


def asked(card: PostCard) -> str:
    """Return how a post comes into a card, in words."""
    if card.ask:
        return "asked for where it is needed; no key"
    return "asked for with a connected account" if card.ask_with else "where a feed of the site has it"


def facts(network: Network) -> Iterator[tuple[str, str]]:
    """Yield the rows about posts for the table at the head of a network's page."""
    if network.card:
        yield "A post as a card", f'`<hb-card href="{network.card.example}">`: {asked(network.card)}'
    if network.feed is None:
        return
    yield "Posts", f"`{network.key}:{network.feed.source}`; needs {needs(network.feed)}"
    kept = _span(network.policy.max_age) or "as long as wanted"
    yield "Posts are kept", f"{kept}; media {MEDIA[network.policy.media]} (<{network.policy.source}>)"


def needs(feed: Feed) -> str:
    """Return what reading needs, in words."""
    what = {"none": "nothing", "account": "a connected account", "key": "a key"}[feed.access]
    if feed.optional:
        what = f"nothing; {what} gives more"
    scopes = " ".join(f"`{scope}`" for scope in feed.scopes)
    billed = f"; each post is billed, [{feed.price.post} USD]({feed.price.source})" if feed.price else ""
    return what + (f" ({scopes})" if scopes else "") + billed


def _policy(network: Network) -> tuple[str, ...]:
    policy = network.policy
    return (
        network.name,
        (_span(policy.max_age) or "as long as wanted") + (", its owner's only" if policy.own_only else ""),
        _span(policy.delete_within) or "at once",
        MEDIA[policy.media] + (f", addresses live {_span(policy.media_age)}" if policy.media_age else ""),
        "yes" if policy.json else "no",
        ", ".join(CHROME[name] for name in policy.chrome),
        _source(policy),
    )


def _span(span: timedelta | None) -> str:
    if span is None:
        return ""
    hours = int(span.total_seconds() // 3600)
    number, unit = (hours // 24, "day") if hours % 24 == 0 else (hours, "hour")
    return f"{number} {unit}{'' if number == 1 else 's'}"


def _source(policy: Policy) -> str:
    return f"[{policy.read.isoformat() if policy.read else 'page'}]({policy.source})"
