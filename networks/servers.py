"""Find where one shares, or follows, on the fediverse server that a visitor names.

Three questions are asked, each only where the ones before it leave something open, all within eight seconds, and all
answers are cached: WebFinger (RFC 7033) for the links of FEP-3b86 "Activity Intents"; NodeInfo for the software's
name, which picks a line of `networks/_fediverse.py`; and, where the software has it, Mastodon's instance API for the
length of a post. What was typed and what was answered are both strangers' words: addresses lead to the server's own
hosts only, and values go in percent-encoded. docs/fediverse.md says it for readers.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Protocol

import ada_url

from core.errors import AddressRefused, BadReply, NotFound, Problem, TooSlow
from networks._fediverse import MASTODON, SOFTWARE, Software, links_of, software_named, templates
from networks._handles import Place, account, place, profile, tidy_server
from networks.intents import Content, encode, intent
from networks.parts import Network, Share

# The longest a visitor waits for us: DESIGN.md's total for one fetch, here for all questions together. Seconds.
TOGETHER = 8.0
# WebFinger and NodeInfo documents have a few kilobytes; Mastodon's instance document, the largest, about twenty
# (https://docs.joinmastodon.org/entities/Instance/, its example, read 2026-11).
LARGEST = 65_536
# How long an answer is used, used while a new one is fetched, and how long a failure is remembered. Seconds.
FRESH, STALE, NEGATIVE = 86_400.0, 30 * 86_400.0, 300.0
# RFC 7033 §10.2, and plain JSON for servers that negotiate strictly.
JRD = "application/jrd+json, application/json;q=0.9"
JSON = "application/json"
# Bounds of what a server may say of the length of its posts: beyond them it is a mistake, or a trick.
SHORTEST_LIMIT, LONGEST_LIMIT = 50, 100_000

# Failures of an answer, not of the server: the next question may still be answered.
_ANSWERED_BADLY = frozenset({"upstream_bad_reply", "upstream_too_large", "upstream_redirects"})
_SCHEMA = re.compile(r"https?://nodeinfo\.diaspora\.software/ns/schema/(\d)\.(\d)")


class Answer(Protocol):
    """What `core.http.Reply` has of what is read here."""

    @property
    def url(self) -> str:
        """The address that answered, after redirects."""

    @property
    def status(self) -> int:
        """The HTTP status."""

    def json(self) -> Any:
        """Return the body as JSON, or raise BadReply."""


class Getter(Protocol):
    """`core.http.Http`, as far as it is used here. It raises FetchFailed and its kin only."""

    def get(self, url: str, *, accept: str, max_bytes: int, deadline: float) -> Answer:
        """Fetch an address."""


class Kept(Protocol):
    """A value out of the cache."""

    @property
    def value(self) -> Any:
        """The JSON value."""


class Store(Protocol):
    """`core.cache.Cache`, as far as it is used here."""

    def fetch(
        self, key: str, load: Callable[[], Any], *, fresh: float, stale: float = 0, negative: float = 0
    ) -> Kept:
        """Return the value, loading it where it is missing; a Problem is kept for ``negative`` seconds."""


class Servers:
    """Looks servers up through an `Http` and keeps what they said in a `Cache`. Safe to share between threads.

    ``allow`` are ``host:port`` pairs that tests may name as servers; they are asked by plain HTTP.
    """

    def __init__(
        self,
        http: Getter,
        cache: Store,
        *,
        allow: tuple[str, ...] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http = http
        self._cache = cache
        self._allow = tuple(entry.lower() for entry in allow)
        self._clock = clock

    def tidy_server(self, text: str) -> str:
        """Return the host that a visitor meant; see `networks._handles.tidy_server`."""
        return tidy_server(text, allow=self._allow)

    def profile(self, account: str) -> str:
        """Return the usual address of an account's page; see `networks._handles.profile`."""
        return profile(account, allow=self._allow)

    def home(self, text: str) -> str:
        """Return the host where a server, or the account of a handle, really is; "" where nobody says.

        People of example.org may live on social.example.org: https://docs.joinmastodon.org/admin/config/#web_domain
        (read 2026-11). Raises Invalid for what is no server, FetchFailed where it cannot be reached.
        """
        at = place(text, allow=self._allow)
        said = self._webfinger(at, self._clock() + TOGETHER)
        return self._home(str(said.get("actor", ""))) or str(said.get("home", ""))

    def share_address(self, server: str, content: Content, *, network: str = "fediverse") -> str:
        """Return the address of the server's own share page, the words cut to what its posts hold.

        ``network`` is the key that `Content` has texts, accounts and campaign parameters under. Raises Invalid for
        what is no server, FetchFailed where it cannot be reached, NotFound ``no_share_page`` where it has none.
        """
        at = place(server, allow=self._allow)
        until = self._clock() + TOGETHER
        said = self._webfinger(at, until)
        if template := said.get("create"):
            share = self._cut_to(MASTODON, template, said.get("home") or at.server, until)
        else:
            software, home, limit = self._runs(at, said, until)
            if not software.share:
                raise _without(software, at.server, "no_share_page", "share")
            share = self._cut_to(software, self._base(home) + software.share, home, until, limit)
        return intent(Network(network, network, "", share=share), content)

    def follow_address(self, server: str, whom: str) -> str:
        """Return the address where a visitor of ``server`` follows the account ``whom`` (``@me@example.social``).

        Raises Invalid for what is no server or no account, FetchFailed where the server cannot be reached, NotFound
        ``no_follow_page`` where its software follows nobody of another server.
        """
        at, target = place(server, allow=self._allow), account(whom, allow=self._allow)
        until = self._clock() + TOGETHER
        said = self._webfinger(at, until)
        # The order of wordpress-activitypub's pull request 3316 (2026-05): what is most exact, then most used.
        template = said.get("follow") or said.get("subscribe") or said.get("object")
        if not template:
            software, home, _ = self._runs(at, said, until)
            if not software.follow:
                raise _without(software, at.server, "no_follow_page", "follow")
            template = self._base(home) + software.follow
        actor = self._actor(target, until) if "{actor}" in template else ""
        return str(template.replace("{handle}", encode(target.handle)).replace("{actor}", encode(actor)))

    def _base(self, host: str) -> str:
        return ("http://" if host in self._allow else "https://") + host

    def _runs(self, at: Place, said: dict[str, Any], until: float) -> tuple[Software, str, int]:
        """Return the software, the host its pages are on, and the length of a post where NodeInfo says it."""
        told = self._nodeinfo(at, until)
        home = said.get("home") or told.get("home") or at.server
        return software_named(told.get("software", "")), home, told.get("limit", 0)

    def _cut_to(self, software: Software, url: str, home: str, until: float, limit: int = 0) -> Share:
        """Return the share part: how much fits is the server's own word, else the software's usual."""
        whole = "{post}" in url  # else the words are a title, and the address has a field of its own
        told = self._limits(home, until) if software.api and whole else {}
        return Share(
            url=url,
            limit=limit or told.get("limit") or (0 if software.api and not whole else software.limit),
            link=told.get("link", software.link) if whole else 0,
            hashtags="text" if whole else "",
        )

    def _actor(self, target: Place, until: float) -> str:
        """Return the account's own address (its ActivityPub id), or its page's where that cannot be had."""
        try:
            actor = self._webfinger(target, until).get("actor")
        except Problem:
            actor = ""
        return actor or self.profile(target.handle)

    def _webfinger(self, at: Place, until: float) -> dict[str, Any]:
        # The cache outlives the visit: of the visitor's name only a digest goes there.
        who = hashlib.sha256(at.handle.encode("utf-8", "replace")).hexdigest()[:32] if at.user else "host"
        return self._known(f"servers:webfinger:{at.server}:{who}", partial(self._ask_webfinger, at, until))

    def _nodeinfo(self, at: Place, until: float) -> dict[str, Any]:
        return self._known(f"servers:nodeinfo:{at.server}", partial(self._ask_nodeinfo, at, until))

    def _limits(self, home: str, until: float) -> dict[str, Any]:
        try:
            return self._known(f"servers:limits:{home}", partial(self._ask_limits, home, until))
        except Problem:
            return {}  # a share page that may cut the words itself is better than none

    def _known(self, key: str, load: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Return what is cached, or ask. An answer that makes no sense is none, and is asked for again soon."""
        try:
            value = self._cache.fetch(key, load, fresh=FRESH, stale=STALE, negative=NEGATIVE).value
        except Problem as problem:
            if problem.code not in _ANSWERED_BADLY:
                raise
            return {}
        return value if isinstance(value, dict) else {}

    def _json(self, url: str, accept: str, until: float) -> tuple[Any, str]:
        """Return a document and the host it came from; None where the server says that it has none."""
        left = until - self._clock()
        if left <= 0:
            raise TooSlow("The server took too long to answer.")
        reply = self._http.get(url, accept=accept, max_bytes=LARGEST, deadline=left)
        if 400 <= reply.status < 500 and reply.status != 429:
            return None, ""
        if reply.status != 200:
            raise BadReply(f"The server answered with status {reply.status}.")
        try:
            return reply.json(), self._home(reply.url)
        except (ValueError, RecursionError) as exc:  # numbers of 5,000 digits, 60,000 brackets
            raise BadReply("The server's answer is not JSON that can be read.") from exc

    def _home(self, url: str) -> str:
        """Return the host that answered: accounts of example.org may live on social.example.org."""
        try:
            parsed = ada_url.URL(url)
        except ValueError:
            return ""
        host = str(parsed.host)
        usual = parsed.protocol == "https:" and re.fullmatch(r"[a-z0-9._:-]+", host)
        return host if usual or host in self._allow else ""

    def _ask_webfinger(self, at: Place, until: float) -> dict[str, Any]:
        """Ask about the account, or the server itself (FEP-ceee), and keep what we understand."""
        base = self._base(at.server)
        about = f"acct:{at.handle}" if at.user else f"{base}/"
        document, home = self._json(f"{base}/.well-known/webfinger?resource={encode(about)}", JRD, until)
        if not isinstance(document, dict):
            return {}
        homes = {host: self._base(host).partition(":")[0] for host in (at.server, home) if host}
        kept = templates(document, homes)
        if home != at.server:
            kept["home"] = home
        if at.user:
            kept["actor"] = _self_link(document)
        return {name: value for name, value in kept.items() if value}

    def _ask_nodeinfo(self, at: Place, until: float) -> dict[str, Any]:
        """Ask for the index, then for the newest document it names (NodeInfo §"Discovery")."""
        index, home = self._json(f"{self._base(at.server)}/.well-known/nodeinfo", JSON, until)
        newest = _newest(index)
        if not newest:
            return {}
        try:
            document, _ = self._json(newest, JSON, until)
        except AddressRefused as exc:  # the server was fine, what it named is not
            raise BadReply("The server names a document at an address that is not fetched.") from exc
        kept = {"software": _text(document, "software", "name").lower(), "home": home if home != at.server else ""}
        kept = {name: value for name, value in kept.items() if value and (name == "home" or value in SOFTWARE)}
        # Misskey and its forks say here how long a note may be (NodeinfoServerService.ts, read 2026-11).
        return {**kept, **_number("limit", document, "metadata", "maxNoteTextLength", low=SHORTEST_LIMIT)}

    def _ask_limits(self, home: str, until: float) -> dict[str, Any]:
        """Ask for the length of a post: https://docs.joinmastodon.org/entities/Instance/#max_characters."""
        document, _ = self._json(f"{self._base(home)}/api/v2/instance", JSON, until)
        where = ("configuration", "statuses")
        return {
            **_number("limit", document, *where, "max_characters", low=SHORTEST_LIMIT),
            **_number("link", document, *where, "characters_reserved_per_url", low=1),
        }


def _without(software: Software, server: str, code: str, verb: str) -> NotFound:
    return NotFound(f"{server} runs {software.name}, which has no page to {verb} from another site.", code=code)


def _at(document: Any, *path: str) -> Any:
    for name in path:
        document = document.get(name) if isinstance(document, Mapping) else None
    return document


def _text(document: Any, *path: str) -> str:
    value = _at(document, *path)
    return value if isinstance(value, str) else ""


def _number(name: str, document: Any, *path: str, low: int) -> dict[str, int]:
    value = _at(document, *path)
    return {name: value} if type(value) is int and low <= value <= LONGEST_LIMIT else {}


def _newest(index: Any) -> str:
    """Return the address of the newest NodeInfo document that the index names, or the empty string."""
    found: list[tuple[tuple[str, ...], str]] = []
    for link in links_of(index):
        schema, href = _SCHEMA.fullmatch(link["rel"]), link.get("href")
        if schema and isinstance(href, str) and href.startswith(("https://", "http://")) and href.isascii():
            found.append((schema.groups(), href))
    return max(found, default=((), ""))[1]


def _self_link(document: Any) -> str:
    """Return the account's ActivityPub id out of its WebFinger answer (FEP-4adb), or the empty string."""
    for link in links_of(document):
        href = link.get("href")
        if link["rel"] == "self" and isinstance(href, str) and re.fullmatch(r"https://[!-~]{1,1000}", href):
            return href
    return ""
