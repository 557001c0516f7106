"""What every network keeps, built in or from a third party.

In a plug-in's tests this is all that is needed::

    from networks.contract import faults
    def test_my_network() -> None:
        assert not faults(NETWORK)
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from core.errors import Problem
from networks.conversations import Replies
from networks.icons import NEUTRAL, icon
from networks.intents import LONGEST_TEXT, Content, intent
from networks.parts import Follow, Network, PostCard, Share
from networks.records import STUMBLES, Answer, Feed

# Schemes that open something on the visitor's machine without running anything of ours.
SCHEMES = frozenset({"https", "mailto", "sms", "viber", "fb-messenger"})
PLACEHOLDERS = frozenset({"url", "text", "post", "tags", "hashtag", "via", "image", "server"})
# Path data of one 24 x 24 drawing; the largest of the built-in ones has 1,163 characters.
LARGEST_ICON = 1300
_PATH = re.compile(r"[Mm][MmLlHhVvCcSsQqTtAaZz0-9.,\s-]+")
# What must never come through an account's pattern.
HOSTILE = (
    "", " ", "a b", "a/b/c", "../a", "a/../b", "..", "//evil.example", "/evil.example", "a?b=c", "a#b", "a&b=c",
    "a:b", "a\\b", 'a"b', "a'b", "<b>", "a>b", "a\nb", "a\x00b", "a{b}", "{account}", "%2e%2e%2f",
    "javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,a", "vbscript:a", "file:///etc/passwd", "a@b/c.de",
    "a@b.de?c", "é/é", "https://evil.example@", "https://user:word@example.org/me", "https://example.org/a b",
    'https://example.org/"', "a" * 3000, "\u202ea", "a\u2028b",
)  # fmt: skip


def faults(network: Network, source: str = "") -> list[str]:
    """Return what is wrong with a network, a sentence each. ``source`` is its file's text, to check that too."""
    found = [*_names(network), *_icon(network)]
    if network.share is not None:
        found += _dead(network, network.share) if network.share.dead else _share(network, network.share)
    if network.follow is not None:
        found += _follow(network.follow)
    if network.feed is not None:
        found += _feed(network, network.feed)
    if network.replies is not None:
        found += _replies(network.replies)
    if network.card is not None:
        found += _card(network, network.card)
    return found + list(_source(source)) if source else found


def _names(network: Network) -> Iterator[str]:
    if not re.fullmatch(r"[a-z][a-z0-9]{0,29}", network.key):
        yield f"the key {network.key!r} is not of small letters and digits"
    if not network.name or network.name != network.name.strip() or len(network.name) > 30:
        yield f"the name {network.name!r} is empty or too long"
    if not re.fullmatch(r"[0-9A-F]{6}", network.colour):
        yield f"the colour {network.colour!r} is not six hex digits in capitals"
    if urlsplit(network.docs).scheme != "https":
        yield "docs is not an https address"
    for host in network.hosts:
        if not re.fullmatch(r"(?:[a-z0-9-]+\.)+[a-z]{2,}", host):
            yield f"the host {host!r} is not a plain host name"


def _icon(network: Network) -> Iterator[str]:
    path = icon(network)
    if path == NEUTRAL and not network.dead:
        yield "it has no icon: static/icons/<key>.svg, or Network.icon for a plug-in"
    if not _PATH.fullmatch(path):
        yield "the icon is not path data"
    if len(path) > LARGEST_ICON:
        yield f"the icon has {len(path)} characters, more than {LARGEST_ICON}"


def _dead(network: Network, share: Share) -> Iterator[str]:
    if share.until is None or str(share.until.year) not in share.farewell or network.name not in share.farewell:
        yield "the farewell does not say what closed and when"
    if share.url or share.action or network.follow:
        yield "a closed network has neither addresses nor actions"


def _share(network: Network, share: Share) -> Iterator[str]:
    if not (share.url or share.action or share.fallback):
        yield "the share part has no address, no action and no fallback"
    if share.fallback and (share.url or share.action):
        yield "a fallback is for networks without an address or an action"
    if share.url:
        yield from _template(network, share)
    if not 0 <= share.limit <= LONGEST_TEXT:
        yield f"the limit {share.limit} is not between 0 and {LONGEST_TEXT}"
    if share.link and not share.limit:
        yield "a link takes some of the limit, but there is none"
    if not all(200 <= side <= 1200 for side in share.window):
        yield f"the window {share.window} is not of a sensible size"


def _template(network: Network, share: Share) -> Iterator[str]:
    scheme = urlsplit(share.url).scheme
    names = re.findall(r"\{(.*?)\}", share.url)
    if scheme not in SCHEMES:
        yield f"the scheme {scheme!r} is not one of {', '.join(sorted(SCHEMES))}"
    if unknown := set(names) - PLACEHOLDERS:
        yield f"unknown placeholders: {', '.join(sorted(unknown))}"
        return
    if not {"url", "post"} & set(names):
        yield "the page's address is in no placeholder"
    if ("server" in names) != (share.action == "server"):
        yield "{server} and the action server belong together"
    if share.link is None and "post" not in names:
        yield "the link counts, but does not stand in the text"
    if "{" in re.sub(r"(?<=[?&])\w+=\{\w+\}(?=&|$)|^https://\{server\}(?=/)", "", share.url):
        yield "a placeholder must be the whole value of a parameter"
    address = intent(network, Content("https://example.org/"), "example.social")
    if "{" in address or re.search(r"[?&]$|=&|[?&]{2}$", address):
        yield f"with nothing but an address it gives {address}"


def _follow(follow: Follow) -> Iterator[str]:
    whole = follow.url == "{account}"
    if not whole and urlsplit(follow.url).scheme not in ("https", "mailto"):
        yield "the profile's address is neither https nor mailto"
    if ("{server}" in follow.url) != follow.remote:
        yield "{server} and remote belong together"
    for account in HOSTILE:
        if follow.address(account) is not None:
            yield f"the account {account[:40]!r} comes through as {follow.address(account)}"


# Answers that no network documents; a feed makes posts of them, or a Problem, and never another error.
ODD_ANSWERS = (b"", b"null", b"[]", b"{}", b"[1, {}]", b'{"data": [{"id": {}}]}', b"<html>", b"\xff\xfe", b"{" * 3)


def _feed(network: Network, feed: Feed) -> Iterator[str]:
    """Check how posts are read: what to write, under which terms, and that odd answers stop nothing."""
    if not feed.source:
        yield "the feed does not say what to write as a source"
    if urlsplit(network.policy.source).scheme != "https" or network.policy.read is None:
        yield "the policy has no page that says so, or no day on which it was read"
    for body in ODD_ANSWERS:
        try:
            feed.translate(Answer(body, "https://example.org/"))
        except Problem:
            continue
        except STUMBLES as exc:
            yield f"the answer {body[:30]!r} ends in {type(exc).__name__}, not in a Problem"


def _replies(replies: Replies) -> Iterator[str]:
    """Check how replies are read: its own example is of its form, odd answers stop nothing."""
    question = replies.ask(replies.example)
    if question is None:
        yield f"the replies' example {replies.example} is not of its form"
        return
    if any(replies.ask(address) for address in ("", "ftp://example.org/1", "javascript:alert(1)", "https://[::1")):
        yield "the replies take addresses that are none"
    for body in ODD_ANSWERS:
        try:
            question.translate(Answer(body, replies.example))
        except Problem:
            continue
        except STUMBLES as exc:
            yield f"the answer {body[:30]!r} ends in {type(exc).__name__}, not in a Problem"


# Addresses that name no post, whatever network they are asked of; each would lead elsewhere if it came through.
NO_POSTS = (
    "", "javascript:alert(1)", "https://user:pass@example.social/@me/123456", "https://example.social/@me/1/../2",
    "https://example.social/@me/123456%2F..", "//example.social/@me/123456", "ftp://example.social/@me/123456",
    "https://[::1", "https://example.social/@me/123456/x",
)  # fmt: skip


def _card(network: Network, card: PostCard) -> Iterator[str]:
    """Check how one post is read: by which address, from whom, and that odd answers stop nothing."""
    at = card.find(card.example)
    if at is None:
        yield f"the post card does not find its own example {card.example}"
        return
    for url in NO_POSTS:
        if card.find(url) is not None:
            yield f"the post card takes {url!r} for a post"
    made = [make(at) for make in (card.ask, card.ask_with) if make]
    if any(urlsplit(request.url).scheme != "https" for request in made):
        yield "the post card asks without https"
    if made and not (card.translate or network.feed):
        yield "the post card asks, and nothing reads the answer"
    for body in ODD_ANSWERS if made and card.translate else ():
        try:
            card.translate(Answer(body, made[0].url), at)  # type: ignore[misc]  # there is one, as said above
        except Problem:
            continue
        except STUMBLES as exc:
            yield f"the post card: the answer {body[:30]!r} ends in {type(exc).__name__}, not in a Problem"


def _source(source: str) -> Iterator[str]:
    """Check a file: a docstring, a link above each limit, the network last, and nothing but values."""
    tree = ast.parse(source)
    if not ast.get_docstring(tree):
        yield "the file has no docstring"
    last = tree.body[-1]
    if not (isinstance(last, ast.Assign) and ast.unparse(last.targets[0]) == "NETWORK"):
        yield "NETWORK is not the last thing in the file"
    lines = source.splitlines()
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("LIMIT", "LINK"):
            above = _comment_above(lines, node.lineno - 1)
            if "https://" not in above:
                yield f"{ast.unparse(node.targets[0])} has no link above it"
    if re.search(r"limit=\d|link=[1-9]", source):
        yield "a limit is written as a bare number: make it a constant with a link above it"


def _comment_above(lines: list[str], index: int) -> str:
    """Return the comment above a line; constants that follow each other share one."""
    while index and re.match(r"[A-Z_]+ = ", lines[index - 1]):
        index -= 1
    start = index
    while start and lines[start - 1].startswith("#"):
        start -= 1
    return "\n".join(lines[start:index])
