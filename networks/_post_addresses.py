"""Which post an address names: its server, its id there, and whose it is. Pure text: nothing is asked here.

An address is read by `networks._walk.web`, so that what is asked later is the host that stands in it and no other. A
pattern lets nothing through that could leave its place in another address: no slash, `?`, `#`, `%` nor `..`.
The forms are those of the networks' own pages, looked at 2026-11.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from networks._walk import web

# Names before a network's own that show the same pages; two letters, or two and a country, are a language's.
_FRONTS = re.compile(r"^(?:www|m|mobile|mbasic|touch|web|old|new|amp|embed|business|[a-z]{2}(?:-[a-z]{2})?)\.")
# GitHub's names: https://docs.github.com/en/rest/repos/repos (read 2026-11); what a tag may be: git-check-ref-format.
_REPOSITORY = r"/(?P<repository>(?P<user>[A-Za-z0-9][A-Za-z0-9-]{0,38})/(?!\.{1,2}/)[\w.-]{1,100})"
_TAG = r"(?P<tag>(?!\.)[\w.+\-@~!()]{1,200}(?:/(?!\.)[\w.+\-@~!()]{1,200}){0,4})"
# Handles are host names, DIDs stay; record keys: https://atproto.com/specs/record-key (read 2026-11).
_ACTOR = r"(?P<user>did:plc:[a-z2-7]{24}|did:web:[A-Za-z0-9.-]{3,253}|[A-Za-z0-9][A-Za-z0-9.-]{1,250}[A-Za-z])"
_USER = r"(?P<user>[\w](?:[\w.-]{0,98}[\w])?)"


@dataclass(frozen=True)
class PostAddress:
    """A post's address taken apart. ``origin`` is scheme and host (with its port) of its network's or its server's
    pages, ``id`` what the post is called there, ``user`` whose it is, "" where the address does not say."""

    origin: str
    id: str
    user: str = ""

    def same(self, other: PostAddress | None) -> bool:
        """Whether both name one post: names of people may change, ids do not."""
        return other is not None and (self.origin, self.id) == (other.origin, other.id)


def _opened(url: str) -> SplitResult | None:
    """Return an address taken apart, its host in lower case; None for what is no address."""
    parts = urlsplit(web(url))
    return parts._replace(netloc=parts.netloc.lower()) if parts.netloc else None


def on(url: str, hosts: tuple[str, ...], *patterns: str) -> tuple[SplitResult, re.Match[str]] | None:
    """Return an address on one of the hosts, and how its path fits the first pattern that it fits as a whole."""
    parts = _opened(url)
    if parts is None or not {parts.netloc, _FRONTS.sub("", parts.netloc)} & set(hosts):
        return None
    return _fits(parts, patterns)


def _fits(parts: SplitResult, patterns: tuple[str, ...]) -> tuple[SplitResult, re.Match[str]] | None:
    found = (re.fullmatch(pattern, parts.path, re.ASCII) for pattern in patterns)
    match = next(filter(None, found), None)
    return (parts, match) if match else None


def _of(origin: str, found: tuple[SplitResult, re.Match[str]] | None) -> PostAddress | None:
    """Return the address with the groups ``id`` and ``user`` of a pattern."""
    groups = found[1].groupdict() if found else {}
    return PostAddress(origin, groups["id"], groups.get("user") or "") if found else None


def x(url: str) -> PostAddress | None:
    """A post on X."""
    pattern = r"/(?:(?:i/web|i|(?P<user>\w{1,15}))/)?status(?:es)?/(?P<id>\d{1,19})(?:/(?:photo|video)/\d)?/?"
    plain = url.replace("/#!/", "/", 1)  # what addresses were like until 2012
    return _of("https://x.com", on(plain, ("x.com", "twitter.com"), pattern, r"/i/videos/tweet/(?P<id>\d{1,19})/?"))


def bluesky(url: str) -> PostAddress | None:
    """A post on Bluesky."""
    found = on(url, ("bsky.app",), rf"/profile/{_ACTOR}/post/(?P<id>(?!\.{{1,2}}/?$)[\w.:~-]{{1,64}})/?")
    return _of("https://bsky.app", found)


def github(url: str) -> PostAddress | None:
    """A release, an issue, a pull request, a commit, or a comment on one of these; the id is its path in the API."""
    found = on(
        url, ("github.com",), rf"{_REPOSITORY}/releases/tag/{_TAG}",
        rf"{_REPOSITORY}/(?:commit|pull/\d{{1,9}}/commits)/(?P<commit>[0-9a-f]{{7,40}})/?",
        rf"{_REPOSITORY}/(?:issues|pull)/(?P<number>\d{{1,9}})(?:/(?:files|commits|checks))?/?",
    )  # fmt: skip
    if not found:
        return None
    parts, match = found
    groups = match.groupdict()
    whole = f"commits/{groups['commit']}" if groups.get("commit") else f"issues/{groups.get('number')}"
    key = f"releases/tags/{groups['tag']}" if groups.get("tag") else _commented(parts.fragment) or whole
    return PostAddress("https://github.com", f"{match['repository']}/{key}", match["user"])


def _commented(fragment: str) -> str:
    """Return a comment's path in GitHub's API for what stands behind the # of an address; "" where it is none."""
    found = re.fullmatch(r"(issuecomment-|commitcomment-|discussion_r|r)(\d{1,15})", fragment)
    kinds = {"issuecomment-": "issues/comments", "commitcomment-": "comments"}
    return f"{kinds.get(found[1], 'pulls/comments')}/{found[2]}" if found else ""


def reddit(url: str) -> PostAddress | None:
    """A post (t3) or a comment (t1) on Reddit: https://www.reddit.com/dev/api#fullnames."""
    place = r"(?:/(?:r|u|user)/(?P<user>[\w-]{1,50}))?"
    found = on(
        url, ("reddit.com",),
        rf"{place}/comments/[a-z0-9]{{1,10}}/(?:[^/]{{1,200}}|comment)/(?P<comment>[a-z0-9]{{1,10}})/?",
        rf"{place}/comments/(?P<post>[a-z0-9]{{1,10}})(?:/[^/]{{0,200}})?/?",
        r"/(?:gallery|poll|tb)/(?P<post>[a-z0-9]{1,10})/?",
    ) or on(url, ("redd.it",), r"/(?P<post>[a-z0-9]{4,10})/?")  # fmt: skip
    if not found:
        return None
    groups = found[1].groupdict()
    key = f"t1_{groups['comment']}" if groups.get("comment") else f"t3_{groups['post']}"
    return PostAddress("https://www.reddit.com", key, groups.get("user") or "")


def tiktok(url: str) -> PostAddress | None:
    """A film or pictures on TikTok."""
    # Some addresses have an account's secret number for its name, some that the app or a player made have none.
    shared = r"/(?:(?:i18n/)?share/video|embed(?:/v\d)?|player/v1|v)/(?P<id>\d{10,25})(?:\.html)?/?"
    pattern = r"/@(?P<user>[\w.-]{0,100})/(?:video|photo)/(?P<id>\d{10,25})/?"
    return _of("https://www.tiktok.com", on(url, ("tiktok.com",), pattern, shared))


def instagram(url: str) -> PostAddress | None:
    """A post or a reel on Instagram."""
    within = r"(?:/embed(?:/captioned)?|/comments|/c/\d{5,25}(?:/r/\d{5,25})?)?"
    pattern = rf"/(?:(?P<user>[\w.]{{1,30}})/)?(?:p|reels?|tv)/(?P<id>[\w-]{{5,60}}){within}/?"
    return _of("https://www.instagram.com", on(url, ("instagram.com", "instagr.am"), pattern))


def threads(url: str) -> PostAddress | None:
    """A post on Threads."""
    hosts, key = ("threads.com", "threads.net"), r"(?P<id>[\w-]{5,60})(?:/(?:media|embed))?/?"
    found = on(url, hosts, rf"/@(?P<user>[\w.]{{1,30}})/post/{key}", rf"/t/{key}")
    return _of("https://www.threads.com", found)


def facebook(url: str) -> PostAddress | None:
    """A page's post, picture or film on Facebook."""
    key, hosts = r"(?P<id>\d{5,25}|pfbid\w{20,120})", ("facebook.com", "fb.com")
    found = on(
        url, hosts, rf"/(?P<user>[\w.-]{{1,80}})/(?:posts|videos|photos)/(?:[^/]{{1,300}}/)?{key}/?",
        rf"/groups/(?P<user>[\w.-]{{1,80}})/(?:posts|permalink)/(?:[^/]{{1,300}}/)?{key}/?",
        rf"/reel/{key}/?", r"/(?P<user>\d{5,25})_(?P<id>\d{5,25})/?",
    )  # fmt: skip
    if found:
        return _of("https://www.facebook.com", found)
    asked = on(url, hosts, r"/(?:permalink|story|photo|video|video/video)\.php|/photo/?|/watch(?:/live)?/?")
    match = re.search(rf"(?:^|&)(?:story_fbid|fbid|v)={key}(?:&|$)", asked[0].query, re.ASCII) if asked else None
    return PostAddress("https://www.facebook.com", match["id"]) if match else None


def linkedin(url: str) -> PostAddress | None:
    """A post on LinkedIn: https://learn.microsoft.com/linkedin/shared/api-guide/concepts/urns."""
    kind, key = r"(?:share|ugc[Pp]ost|activity)", r"(?P<id>\d{10,25})"
    plain = re.sub("%3[Aa]", ":", url)  # copied from a frame's address, or from another's query
    found = on(
        plain, ("linkedin.com",), rf"/(?:embed/)?feed/update/urn:li:{kind}:{key}/?",
        rf"/posts/(?:[^/]{{1,300}}[-_])?{kind}-{key}(?:-[\w-]{{1,10}})?/?",
    )  # fmt: skip
    return _of("https://www.linkedin.com", found)


def pinterest(url: str) -> PostAddress | None:
    """A pin on Pinterest, in whichever country."""
    parts = _opened(url)
    hosts = r"(?:www\.|m\.|[a-z]{2}\.)?pinterest\.(?:[a-z]{2,4}|(?:co|com)\.[a-z]{2})"
    if parts is None or not re.fullmatch(hosts, parts.netloc):
        return None
    return _of("https://www.pinterest.com", _fits(parts, (r"/pin/(?:[^/]{1,300}--)?(?P<id>\d{5,25})(?:/sent)?/?",)))


def mastodon(url: str) -> PostAddress | None:
    """A status on any server that has Mastodon's addresses, or Pleroma's and Akkoma's.

    Not one of another server seen from there (``/@me@elsewhere/1``): only its own server speaks for its author.
    """
    key = r"(?P<id>\d{5,25})"
    flake = r"(?P<id>[A-Za-z0-9]{18})"  # https://docs.akkoma.dev: flake ids
    return _anywhere(
        url, rf"/(?:web/)?@{_USER}/{key}/?", rf"/(?:ap/)?users/{_USER}/statuses/{key}/?", rf"/notice/{flake}/?",
        rf"/@{_USER}/posts/{flake}/?",
    )  # fmt: skip


def fediverse(url: str) -> PostAddress | None:
    """A note or an object on a server of other software, which tells of it as ActivityPub; the id is its path."""
    return _anywhere(
        url,
        r"/(?P<id>notes/[a-z0-9]{8,32})/?",  # Misskey and what came of it
        r"/(?P<id>objects/[0-9a-f-]{36})/?",  # Pleroma, Akkoma
        r"/(?P<id>(?:display|item)/[0-9a-f-]{32,36})/?",  # Friendica, Hubzilla
        rf"/(?P<id>p/{_USER}/\d{{5,25}})/?",  # Pixelfed
        rf"/(?P<id>@{_USER}/statuses/[0-9A-Z]{{26}})/?",  # GoToSocial
    )


def _anywhere(url: str, *patterns: str) -> PostAddress | None:
    """Return what an address on any server names."""
    parts = _opened(url)
    found = _fits(parts, patterns) if parts else None
    return _of("{0.scheme}://{0.netloc}".format(found[0]), found) if found else None
