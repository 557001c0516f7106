"""Tell people what networks can do: the README's table and the head of each page in docs/networks, made from code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from networks import describe_feeds
from networks.parts import Network, Share

# The columns of the README's table.
HEAD = ("network", "share", "follow", "log in", "posts")
# How a limit is counted, in words.
COUNTED = {
    "graphemes": "characters as people see them",
    "points": "code points",
    "weighted": "characters as X weighs them (most scripts 1; Chinese, Japanese, Korean and emoji 2)",
}
ACTIONS = {
    "server": "asks which server",
    "copy": "on the page",
    "qr": "on the page",
    "print": "on the page",
    "native": "the system's sheet, else copy",
}


def table(networks: Mapping[str, Network]) -> str:
    """Return the Markdown table of the live networks with all that they can do, two to a row."""
    cells = [_cells(network) for network in networks.values() if able(network)]
    half = (len(cells) + 1) // 2
    pairs = [(cells[i], cells[i + half] if i + half < len(cells) else ("",) * len(HEAD)) for i in range(half)]
    rows = ["| " + " | ".join([*left, "", *right]) + " |" for left, right in pairs]
    head = "| " + " | ".join([*HEAD, "", *HEAD]) + " |"
    return "\n".join([head, "|---" * (2 * len(HEAD) + 1) + "|", *rows])


def able(network: Network) -> bool:
    """Return whether a network lives and can do something, other than for developers."""
    login = network.login is not None and not network.login.development
    return not network.dead and bool(network.share or network.follow or network.feed or login)


def page(network: Network) -> str:
    """Return the made head of a network's page: a table of what it can do, and its limits."""
    rows = [f"| {name} | {value} |" for name, value in _facts(network)]
    return "\n".join([f"# {network.name}", "", f"| `{network.key}` | |", "|---|---|", *rows])


def _cells(network: Network) -> tuple[str, ...]:
    follow = "" if network.follow is None else "from one's own server" if network.follow.remote else "yes"
    login, posts = ("yes" if part else "" for part in (network.login, network.feed))
    return f"{network.name} `{network.key}`", _ability(network.share), follow, login, posts


def _ability(share: Share | None) -> str:
    if share is None:
        return ""
    if share.fallback:
        return ACTIONS["native"]
    if share.action:
        return ACTIONS[share.action]
    return "its app" if share.phone else "link"


def _facts(network: Network) -> Iterator[tuple[str, str]]:
    if network.share is not None and network.share.until is not None:
        yield "Closed", f"{network.share.until.isoformat()}. {network.share.farewell}"
    elif network.share is not None:
        yield from _share(network.share)
    else:
        yield "Share", "no"
    yield "Follow", _follow(network)
    if network.login is not None:
        yield "Log in", _login(network)
    yield from describe_feeds.facts(network)
    if network.hosts:
        yield "Hosts", ", ".join(f"`{host}`" for host in network.hosts)
    yield "Colour", f"`#{network.colour}`"
    yield "Source", f"<{network.docs}>"


def _share(share: Share) -> Iterator[tuple[str, str]]:
    address = f": `{share.url}`" if share.url else ""
    yield "Share", _ability(share) + address
    if share.limit:
        yield "Text", f"up to {share.limit} {COUNTED[share.count]}{_link(share)}"
    if share.hashtags:
        yield "Hashtags", "in the text" if share.hashtags == "text" else "in a parameter of their own"
    if share.image:
        yield "Picture", "needed"
    if share.url.startswith("http"):
        yield "Window", f"{share.window[0]} × {share.window[1]} px"
    if share.since:
        yield "Since", share.since.isoformat()


def _link(share: Share) -> str:
    if share.link is None:
        return ", the link's own length included"
    return f", of which the link takes {share.link}" if share.link else "; the link is not counted"


def _follow(network: Network) -> str:
    if network.follow is None:
        return "no"
    address = network.follow.url.replace("{kind}", network.follow.kind)
    remote = "; the visitor follows from a server of their own" if network.follow.remote else ""
    return f"`{network.key}:ACCOUNT` leads to `{address.replace('{account}', 'ACCOUNT')}`{remote}"


def _login(network: Network) -> str:
    login = network.login
    names = [f"`HANDBILL_{network.key.upper()}_{item.suffix}`" for item in login.credentials] if login else []
    if login and login.development:
        return "with `HANDBILL_ENV=development` only"
    return f"yes, with {', '.join(names)}" if names else "yes; nothing to set up"
