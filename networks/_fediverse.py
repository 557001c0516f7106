"""What fediverse software offers to a visitor who comes from another site: a page to share, a page to follow.

Two sources. A server may say so itself: link templates in its WebFinger answer, named by FEP-3b86 "Activity Intents"
(https://w3id.org/fep/3b86, draft, read 2026-11) and, for following, by the older OStatus link. Where it does not, the
software's name from NodeInfo (https://nodeinfo.diaspora.software, schema 2.1) picks a line of the table below.

A line stands there only because a source says so; the source and the day it was read stand above it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

# core/addresses.py has the same figure for the same reason: longer addresses are cut on the way.
# https://www.sitemaps.org/protocol.html
LONGEST_TEMPLATE = 2048


@dataclass(frozen=True)
class Software:
    """What one piece of server software has for us.

    ``share`` is the path and query of its compose page, with the placeholders of `networks.parts.Share`; empty where
    there is none. ``follow`` is where an account of another server is followed, with ``{handle}`` (me@example.social)
    or ``{actor}`` (the account's own address); empty where there is none. ``limit`` and ``link`` are as in `Share`.
    ``api`` says that its limit is told by Mastodon's instance API.
    """

    name: str
    share: str = ""
    follow: str = ""
    limit: int = 0
    link: int | None = None
    api: bool = False


# Share page: mastodon/mastodon app/controllers/shares_controller.rb; everything goes in `text`, because a line break
# in `url` breaks the page (mastodon issue 33681). Follow page: authorize_interactions_controller.rb, which takes a
# handle or an address. Both read 2026-11. 500 characters, a link counts 23: the defaults of
# https://docs.joinmastodon.org/entities/Instance/ (read 2026-11).
MASTODON = Software(
    "Mastodon", "/share?text={post}", "/authorize_interaction?uri={handle}", limit=500, link=23, api=True
)
# packages/frontend/src/pages/share.vue in misskey-dev/misskey: text, url, title; follow by `authorize-follow?acct=`,
# as its own WebFinger says. 3,000 characters: MAX_NOTE_TEXT_LENGTH in packages/backend/src/const.ts. Read 2026-11.
_MISSKEY = Software("Misskey", "/share?text={post}", "/authorize-follow?acct={handle}", limit=3000)
# Zotlabs/Module/Rpost.php in Hubzilla: `body` must be there, or the words are lost at the login. Its WebFinger names
# the follow page (recorded 2024-04, fediverse devnet). stefanbohacek/fediverse-share-button does the same for its
# relatives (main.js, read 2026-11). No limit is stated.
_HUBZILLA = Software("Hubzilla", "/rpost?body={post}", "/follow?url={handle}")
# Pleroma-FE and Akkoma-FE have no share page: kytta/share2fedi issue 44 (2026-03). Follow: `ostatus_subscribe` in
# Pleroma's own WebFinger, lib/pleroma/web/web_finger (read 2026-11).
_PLEROMA = Software("Pleroma", follow="/ostatus_subscribe?acct={handle}")

# Keys are the `software.name` of NodeInfo, which are lower-case by its schema.
SOFTWARE: Mapping[str, Software] = MappingProxyType(
    {
        "mastodon": MASTODON,
        # Forks that give themselves a name of their own: kytta/share2fedi lib/project.ts (read 2026-11).
        "hometown": MASTODON,
        "fedibird": MASTODON,
        "glitchcafe": MASTODON,
        "misskey": _MISSKEY,
        # The same file, and main.js of fediverse-share-button for Sharkey.
        "calckey": _MISSKEY,
        "firefish": _MISSKEY,
        "foundkey": _MISSKEY,
        "meisskey": _MISSKEY,
        "sharkey": _MISSKEY,
        # src/Module/Item/Compose.php (title, body) and the follow page of src/Module/Xrd.php in friendica/friendica,
        # which also answers FEP-3b86 since 2026. Read 2026-11.
        "friendica": Software("Friendica", "/compose?body={post}", "/contact/follow?url={handle}"),
        "hubzilla": _HUBZILLA,
        "streams": _HUBZILLA,
        "forte": _HUBZILLA,
        # config/routes.rb in diaspora/diaspora: `bookmarklet`; its parameters by fediverse-share-button main.js and
        # benpate's camper (both read 2026-11). It does not speak ActivityPub, so nobody there follows from elsewhere.
        "diaspora": Software("diaspora*", "/bookmarklet?url={url}&title={text}"),
        # src/shared/components/post/create-post.tsx in LemmyNet/lemmy-ui; a title has at most 200 characters:
        # crates/utils/src/utils/validation.rs in LemmyNet/lemmy. Communities are followed there, people are not.
        "lemmy": Software("Lemmy", "/create_post?url={url}&title={text}", limit=200),
        # config/mbin_routes/entry.yaml and src/Controller/Entry/EntryCreateController.php in MbinOrg/mbin; the title
        # has at most 255 characters: src/DTO/EntryDto.php. Read 2026-11.
        "mbin": Software("Mbin", "/new_entry?url={url}&title={text}", limit=255),
        # benpate's camper, getTemplateFromKnownSoftware (read 2026-11).
        "kbin": Software("/kbin", "/new/link?url={url}"),
        # The template PieFed's own WebFinger gives: app/activitypub/routes (read 2026-11).
        "piefed": Software("PieFed", "/share?url={url}"),
        # GNU social: kytta/share2fedi lib/project.ts; its WebFinger names the follow page (recorded 2024-04).
        "gnusocial": Software(
            "GNU social", "/notice/new?status_textarea={post}", "/main/remotefollowsub?profile={handle}"
        ),
        # benpate's camper, by the author of both (read 2026-11).
        "emissary": Software("Emissary", "/.intents/create?content={post}"),
        "microdotblog": Software("Micro.blog", "/post?text={post}"),
        # Automattic/wordpress-activitypub: pull request 2256 (2025-10), integration/class-webfinger.php.
        "wordpress": Software(
            "WordPress",
            "/wp-json/activitypub/1.0/interactions?uri={url}&intent=create",
            "/wp-json/activitypub/1.0/interactions?uri={handle}",
        ),
        "pleroma": _PLEROMA,
        "akkoma": Software("Akkoma", follow=_PLEROMA.follow),
        # A bare server: people write with an app of their own choice. https://docs.gotosocial.org FAQ (read 2026-11)
        "gotosocial": Software("GoToSocial"),
        # A post is a picture, and no page takes words: pixelfed issue 5776 asks for one (2026-08). The follow page
        # wants a full address: AuthorizeInteractionController.php (read 2026-11).
        "pixelfed": Software("Pixelfed", follow="/authorize_interaction?uri={actor}"),
        # A post is a video: PeerTube issue 6901 asks for a share page (open). Follow: its WebFinger (read 2026-11).
        "peertube": Software("PeerTube", follow="/remote-interaction?uri={handle}"),
        # A post is about a book: BookWyrm issue 3513 asks for a share page (open, read 2026-11).
        "bookwyrm": Software("BookWyrm"),
        # routes.go in writefreely/writefreely has an editor at /new that takes no words (read 2026-11).
        "writefreely": Software("WriteFreely"),
    }
)


def software_named(name: str) -> Software:
    """Return the software's line. Most unknown names are forks of Mastodon, or have copied its pages."""
    return SOFTWARE.get(name, MASTODON)


# FEP-3b86 §3.2, and the OStatus 1.0 draft's remote follow, which has no specification left to link to.
_RELATIONS = MappingProxyType(
    {
        "https://w3id.org/fep/3b86/create": "create",
        "https://w3id.org/fep/3b86/follow": "follow",
        "https://w3id.org/fep/3b86/object": "object",
        "http://ostatus.org/schema/1.0/subscribe": "subscribe",
    }
)
_PLACEHOLDER = re.compile(r"\{([A-Za-z-]{1,20})\}")
# The characters of an address (RFC 3986 §2) and placeholders; a host is only letters, digits, dots and hyphens, so
# neither a user name nor a placeholder can stand where the host is read.
_TEMPLATE = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9.-]+(?::\d{1,5})?)"
    r"(?P<rest>[/?](?:[\w\-.~:/?#@!$&'()*+,;=%]|\{[A-Za-z-]{1,20}\})*)",
    re.ASCII,
)
# A parameter that holds nothing but a placeholder we have no value for (FEP-3b86 §3.2: an empty string).
_NOTHING = "\0"


def links_of(document: Any) -> Iterator[dict[str, Any]]:
    """Yield the links of a WebFinger or NodeInfo document (RFC 7033 §4.4.4), whatever else it may hold."""
    links = document.get("links") if isinstance(document, dict) else None
    for link in links if isinstance(links, list) else []:
        if isinstance(link, dict) and isinstance(link.get("rel"), str):
            yield link


def templates(document: Any, homes: Mapping[str, str]) -> dict[str, str]:
    """Return the sound templates of a WebFinger answer by what they are for: create, follow, object, subscribe.

    FEP-3b86 says ``href``; every server read for this file says ``template``.
    """
    found: dict[str, str] = {}
    for link in links_of(document):
        use = _RELATIONS.get(link["rel"].lower())
        if use is None or use in found:
            continue
        for text in (link.get("template"), link.get("href")):
            if isinstance(text, str) and sound(text, homes) and (template := (_READ[use])(text)):
                found.setdefault(use, template)
    return found


def sound(text: str, homes: Mapping[str, str]) -> bool:
    """Whether a template leads to one of the server's own hosts, so that nobody is sent elsewhere.

    ``homes`` are the hosts (with a port, where it is not the usual one) and the scheme each is asked by; a host below
    one of them is the server's own too.
    """
    parts = _TEMPLATE.fullmatch(text) if len(text) <= LONGEST_TEMPLATE else None
    if parts is None:
        return False
    host = parts["host"].lower().removesuffix(":443")
    return any(
        parts["scheme"] == scheme and (host == home or host.endswith("." + home)) for home, scheme in homes.items()
    )


def _translate(text: str, ours: Mapping[str, str]) -> str:
    """Put our placeholders for theirs; what we have no value for is left out. Nothing of ours in it: nothing."""
    if not any(name in ours for name in _PLACEHOLDER.findall(text)):
        return ""
    text = _PLACEHOLDER.sub(lambda m: ours.get(m[1], _NOTHING), text)
    head, mark, query = text.partition("?")
    kept = [part for part in query.split("&") if not part.endswith("=" + _NOTHING)]
    return (head + (mark + "&".join(kept) if any(kept) else "")).replace(_NOTHING, "")


def _create(text: str) -> str:
    """Read a Create template (FEP-3b86 §4.6) as an address of `networks.parts.Share`.

    ``{content}`` takes the whole post. Where the page's address has a place of its own (``{object}``, or, in
    templates without words, ``{inReplyTo}``), it goes there, and ``{content}`` or ``{name}`` take the words alone.
    """
    names = set(_PLACEHOLDER.findall(text))
    address = next((name for name in ("object", "uri", "url") if name in names), "")
    if not address and "content" in names:
        return _translate(text, {"content": "{post}"})
    words = "content" if "content" in names else "name"
    template = _translate(text, {address or "inReplyTo": "{url}", words: "{text}"})
    return template if "{url}" in template else ""


def _subscribe(text: str) -> str:
    return _translate(text, {"uri": "{handle}", "acct": "{handle}"})


def _follow(text: str) -> str:
    """Read a Follow or Object template (FEP-3b86 §4.10): the account's own address goes in."""
    return _translate(text, {"object": "{actor}", "uri": "{actor}"})


_READ = MappingProxyType({"create": _create, "follow": _follow, "object": _follow, "subscribe": _subscribe})
