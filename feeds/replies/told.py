"""What others tell of: how far a page that mentions ours can speak, and the bridges that speak for others."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urlsplit

from core.addresses import origin_of
from networks.records import Post

# Where Bridgy tells what was said on networks: https://brid.gy/about (read 2026-11)
BRIDGY = frozenset({"brid.gy"})
# Posts that Bridgy Fed carries from one network to another name the first one in their address:
# https://fed.brid.gy/docs (read 2026-11)
CARRIED = re.compile(r"https://(?:[a-z]+\.)?brid\.gy/(?:r|convert/[a-z]+)/(?=https?://|at://)")


def host_of(url: str) -> str:
    """Return an address's host without a leading www, empty where there is none."""
    return (urlsplit(url).hostname or "").removeprefix("www.")


def believed(post: Post, source: str) -> Post:
    """Return what a page says as far as it can speak: nothing is of another host, or by somebody there.

    Anybody may write that their page is another's, or by somebody else: it would be shown as theirs, and in place of
    what they said. Of an author elsewhere the name stays, which leads to where it is claimed. Bridgy is believed, and
    so is Bridgy Fed of the host whose page it carries.
    """
    hosts = {host_of(source), host_of(CARRIED.sub("", source))} - {""}
    if hosts & BRIDGY:
        return post
    author = post.author
    if author and author.url and host_of(author.url) not in hosts:
        author = replace(author, url=f"{origin_of(source)}/", handle="")
    return replace(post, url=post.url if host_of(post.url) in hosts else source, author=author)
