"""One post out of the answer about it: the one that was asked for, and by its own server's word about its own people.

Anybody may run a server and let it say that somebody elsewhere wrote something. So of a server that anybody may run
only posts of its own people are taken; what is another's stays the plain card of a page.
"""

from __future__ import annotations

import re

from core.errors import NotFound
from networks._activitypub import CODES as ACTIVITY_CODES
from networks._activitypub import page as activities
from networks._entities import tagged
from networks._errors import by_status, opened, problem
from networks._mastodon_posts import post_of
from networks._post_addresses import PostAddress
from networks._tiktok_posts import CODES as TIKTOK_CODES
from networks._tiktok_posts import HOME as TIKTOK
from networks._walk import host_of, ident, loaded, name, origin, record, size, text, web
from networks.records import Answer, Author, Media, Page, Post

# What servers with Mastodon's API say of a status that is not there, or not for everybody. Another 404 may come from
# a server without that API: https://github.com/mastodon/mastodon app/controllers/api/base_controller.rb (4.6), and
# https://git.pleroma.social/pleroma/pleroma lib/pleroma/web/mastodon_api (both read 2026-11).
NO_STATUS = re.compile(r"record not found|can't find (?:activity|post)", re.I)


def only(page: Page, key: str) -> Page:
    """Return a page with the one post of this id; raise NotFound where it has none, and BadReply for another's."""
    if not page.posts:
        raise problem("not_found")
    posts = tuple(post for post in page.posts if post.id == key)
    if not posts:
        raise problem("bad_reply", "It is another post.")
    return Page(posts=posts[:1])


def of_mastodon(answer: Answer, at: PostAddress) -> Page:
    """Return a status of ``/api/v1/statuses/<id>``."""
    told = record(loaded(answer.body))
    said = name(told.get("error"))
    if said or answer.status >= 400:
        gone = answer.status == 404 and NO_STATUS.search(said)
        raise problem("not_found" if gone else _refusal(answer.status), said)
    post = post_of(told, "mastodon") if ident(told.get("id")) == at.id else None
    return Page(posts=(_own(post, at),))


def of_activitypub(answer: Answer, at: PostAddress) -> Page:
    """Return an object, or the actor that an object names, who must be of the same server."""
    told = loaded(answer.body)
    if record(told).get("type") != "Tombstone" and answer.status >= 400:
        raise problem(_refusal(answer.status))
    found = activities(opened(answer, ACTIVITY_CODES), answer.url, "fediverse")
    if found.author and not found.posts:
        return Page(author=found.author) if host_of(found.author.url) == host_of(at.origin) else Page()
    return Page(posts=(_own(found.posts[0] if len(found.posts) == 1 else None, at),))


def _refusal(status: int) -> str:
    """Return the code of a refusal; that nothing is there may only mean that this is not how to ask there."""
    code = by_status(status) or "bad_reply"
    return "bad_reply" if code == "not_found" else code


def _own(post: Post | None, at: PostAddress) -> Post:
    """Return a post that its own server tells of; raise BadReply for any other."""
    hosts = (
        {host_of(post.url), host_of(post.author.url if post.author else "")} if post and not post.repost else set()
    )
    if post is None or hosts != {host_of(at.origin)}:
        raise problem("bad_reply", "It is not a post of this server's own.")
    return post


def of_bluesky(page: Page, at: PostAddress) -> Page:
    """Return the post of ``getPosts``; the list is empty where it was deleted."""
    if not page.posts:
        raise problem("not_found")
    return only(page, f"{page.posts[0].id.rpartition('/')[0]}/{at.id}")


def of_github(page: Page, at: PostAddress) -> Page:
    """Return a release, an issue or a comment, which is known by its address; moved ones have another."""
    if len(page.posts) != 1 or origin(page.posts[0].url) != at.origin:
        raise problem("bad_reply")
    return page


def of_tiktok(answer: Answer, at: PostAddress) -> Page:
    """Return the film of an oEmbed answer: https://developers.tiktok.com/doc/embed-videos (read 2026-11).

    TikTok says the same of a film that is gone and of one that it does not show: that is no word that it is gone.
    """
    try:
        told = record(opened(answer, TIKTOK_CODES))
    except NotFound as exc:
        raise problem("bad_reply") from exc
    author = _tiktoker(name(told.get("author_name")), told.get("author_unique_id"), told.get("author_url"))
    if author is None:
        raise problem("bad_reply")
    words, html = tagged(text(told.get("title")), hashtag=TIKTOK + "/tag/{}", mention=TIKTOK + "/@{}")
    url = f"{TIKTOK}/{author.handle or '@' + at.user}/video/{at.id}"
    sizes = size(told.get("thumbnail_width")), size(told.get("thumbnail_height"))
    film = Media("video", url, *sizes, poster=web(told.get("thumbnail_url")), embed=True)
    return Page(posts=(Post(at.id, url, "", author, words, html, (film,), "tiktok"),))


def _tiktoker(shown: str, handle: object, home: object) -> Author | None:
    user, url = name(handle), web(home)
    user = user if re.fullmatch(r"[\w.]{1,24}", user, re.ASCII) else ""
    if not (shown or user):
        return None
    return Author(shown or user, f"@{user}" if user else "", url if host_of(url) == "tiktok.com" else TIKTOK)
