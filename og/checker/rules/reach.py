"""Rules: whether readers get to the tags at all: encoding, head and body, bytes, scripts, broken markup."""

from __future__ import annotations

import re
from collections.abc import Iterator

from og.checker.positions import Tag
from og.checker.rules import sources as of
from og.checker.rules.parts import EVERY, META, Fault, Rule, Subject, gathered, rule
from og.reader.encoding import PRESCAN, charset_in, marked, named

_PRESCAN = 1024  # bytes in which a charset must stand: HTML §4.2.5.4
# Slack asks for the first 32 KB of a page (Range: bytes=0-32768), by guides and server logs.
_SLACK = 32 * 1024
_WHATSAPP = 300 * 1000  # WhatsApp Link Previews: "within the first 300KB"
_FACEBOOK = 1_000_000  # Facebook Crawler: "only scrapes the first 1 MB"
_PREVIEW = (
    "og:title", "og:description", "og:image", "og:url", "twitter:title", "twitter:description", "twitter:image",
    "twitter:card", "description",
)  # fmt: skip
_AWAY = re.compile(r"\s*(\d{0,9})[\d.]*\s*[;,]\s*(?:url\s*=)?\s*['\"]?\S", re.IGNORECASE)
# Seconds after which nobody is sent on: pages of news load themselves anew so.
_RELOAD = 60
_CURLY = "“”„«»‘’′″"
_META_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
# Empty places that scripts fill in.
_MOUNTS = re.compile(
    rb"<(?:div|main|section)\s[^>]{0,200}?id=[\"']?(?:root|app|__next|__nuxt|svelte|main-app|react-root)[\"']?[^>]{0,200}>\s*</"
)


def declarations(subject: Subject) -> list[tuple[str, Tag]]:
    """Return the charsets that the page's metas name, each with its tag."""
    found = []
    for tag in subject.page.metas:
        label = tag.attributes.get("charset", "").strip()
        if not label and tag.attributes.get("http-equiv", "").strip().lower() == "content-type":
            match = _META_CHARSET.search(tag.value)
            label = match[1] if match else ""
        if label:
            found.append((label, tag))
    return found


def _has_mark(subject: Subject) -> bool:
    return bool(marked(subject.raw))


def _above(subject: Subject) -> tuple[str, str]:
    """Return the encoding that counts whatever the page's metas name, and who says so; empty where nobody does."""
    if mark := marked(subject.raw):
        return mark, "the byte order mark"
    return named(charset_in(subject.content_type)), "the Content-Type header"


@rule(
    "charset-missing", "warning", "reach", EVERY, of.HTML_CHARSET,
    what="The page does not say its character encoding.",
    why="Readers guess, and letters with accents come out wrong.",
    fix='Make <meta charset="utf-8"> the first tag of the head.',
)  # fmt: skip
def charset_missing(subject: Subject) -> Iterator[Fault]:
    """No mark, no header, no meta."""
    if not declarations(subject) and not charset_in(subject.content_type) and not _has_mark(subject):
        yield Fault(subject.head)


@rule(
    "charset-late", "warning", "reach", EVERY, of.HTML_CHARSET,
    what="The character encoding is said too late.",
    why="It must stand in the first 1,024 bytes; readers do not look further.",
    fix='Make <meta charset="utf-8"> the first tag of the head.',
)  # fmt: skip
def charset_late(subject: Subject) -> Iterator[Fault]:
    """The first declaration ends after byte 1,024."""
    for _, tag in declarations(subject)[:1]:
        end = tag.start + len(tag.written.encode())
        if end > _PRESCAN and not charset_in(subject.content_type) and not _has_mark(subject):
            yield Fault(tag, f"It ends at byte {end:,}.")


@rule(
    "charset-conflict", "error", "reach", EVERY, of.HTML_CHARSET,
    what="The page names two character encodings.", why="Which one counts differs from reader to reader.",
    fix="Name utf-8 once, and send the same in the Content-Type header.",
)  # fmt: skip
def charset_conflict(subject: Subject) -> Iterator[Fault]:
    """Two metas, or a meta and the byte order mark or the header, that do not mean the same."""
    said = declarations(subject)
    above, where = _above(subject)
    first = above or (named(said[0][0]) if said else "")
    for label, tag in said:
        name = named(label)
        if first and name and name != first and not (name.startswith("utf-16") and first.startswith("utf-16")):
            where = where if above else f"line {said[0][1].line}"
            yield Fault(tag, f"{where[0].upper()}{where[1:]} says {first}, this tag {name}.")
            return


@rule(
    "charset-unknown", "warning", "reach", EVERY, of.HTML_CHARSET,
    what="The character encoding named is none.", why="Readers ignore it and guess.", fix="Write utf-8.",
)  # fmt: skip
def charset_unknown(subject: Subject) -> Iterator[Fault]:
    """A label that the Encoding Standard does not know."""
    for label, tag in declarations(subject):
        if not named(label):
            yield Fault(tag, f"“{label[:40]}” is no label of the Encoding Standard.")


@rule(
    "charset-not-utf-8", "warning", "reach", EVERY, of.HTML_CHARSET,
    what="The page is not in UTF-8.", why="HTML asks for UTF-8; some readers know nothing else.",
    fix="Store and send the page as UTF-8.",
)  # fmt: skip
def charset_not_utf_8(subject: Subject) -> Iterator[Fault]:
    """Another encoding is declared, and nothing that counts more says UTF-8."""
    for label, tag in declarations(subject)[:1]:
        name = _above(subject)[0] or named(label)
        if name not in ("", "utf-8"):
            yield Fault(tag, f"It is in {name}.")


@rule(
    "charset-wrong", "error", "reach", EVERY, of.HTML_CHARSET,
    what="The page says UTF-8 but holds bytes that are not.", why="Those letters are shown as “�”.",
    fix="Store the page as UTF-8, or name the encoding it is in.",
)  # fmt: skip
def charset_wrong(subject: Subject) -> Iterator[Fault]:
    """utf-8 is declared, and the beginning of the page is not."""
    said = declarations(subject)
    if subject.raw and said and named(said[0][0]) == "utf-8" and not charset_in(subject.content_type):
        try:
            subject.raw[:PRESCAN].decode("utf-8")
        except UnicodeDecodeError as exc:
            if exc.start < min(len(subject.raw), PRESCAN) - 3:
                yield Fault(said[0][1], f"The first such byte is number {exc.start + 1:,}.")


def _outside(subject: Subject) -> list[Tag]:
    return [tag for tag in subject.page.named(*_PREVIEW) if not tag.in_head]


@rule(
    "head-ended-early", "error", "reach", ("google", "whatsapp", "mastodon"), of.GOOGLE_METADATA,
    what="Something ends the head early: the tags after it are outside.",
    why="Only meta, link, title, script, style, base, noscript and template may stand in a head. Google ignores "
    "what follows anything else; WhatsApp asks for the tags in the head.",
    fix="Move it below the tags, or into the body.",
)  # fmt: skip
def head_ended_early(subject: Subject) -> Iterator[Fault]:
    """Preview tags after a stray tag or text."""
    ended, outside = subject.page.head_ended_by, _outside(subject)
    if ended and outside:
        name = "Text" if ended.name == "text" else f"<{ended.name[:20]}>"
        yield Fault(ended, f"{name} ends the head; {outside[0].keys[0]} and all after it stand outside.")


@rule(
    "tags-in-body", "error", "reach", ("google", "whatsapp", "mastodon"), of.WHATSAPP,
    what="Preview tags stand in the body.",
    why="WhatsApp asks for them inside <head>; readers that stop at <body> miss them.",
    fix="Move them into the head.",
)  # fmt: skip
def tags_in_body(subject: Subject) -> Iterator[Fault]:
    """Preview tags after <body> or </head> … <body>."""
    outside = _outside(subject)
    if outside and not subject.page.head_ended_by:
        first, number = outside[0].keys[0], len(outside)
        many = f"{number} tags stand in the body, {first} first."
        yield Fault(outside[0], many if number > 1 else f"The tag {first} stands in the body.")


def _beyond(subject: Subject, limit: int) -> Iterator[Fault]:
    late = [tag for tag in subject.page.named(*_PREVIEW) if tag.start + len(tag.written) > limit]
    if late:
        yield Fault(late[0], f"The tag {late[0].keys[0]} stands at byte {late[0].start:,}.")


@rule(
    "tags-late-slack", "hint", "reach", ("slack",), of.SLACK,
    what="Preview tags stand after the first 32 KB.",
    why="Slack asks for the first 32 KB of a page only, by its reader's requests.",
    fix="Put the preview tags right after the charset, above styles and scripts.",
)  # fmt: skip
def tags_late_slack(subject: Subject) -> Iterator[Fault]:
    """Beyond 32 KB, and not beyond 300."""
    if not list(_beyond(subject, _WHATSAPP)):
        yield from _beyond(subject, _SLACK)


@rule(
    "tags-late-whatsapp", "error", "reach", ("whatsapp", "slack"), of.WHATSAPP,
    what="Preview tags stand after the first 300 KB.", why="WhatsApp reads no further.",
    fix="Put the preview tags right after the charset, above styles and scripts.",
)  # fmt: skip
def tags_late_whatsapp(subject: Subject) -> Iterator[Fault]:
    """Beyond 300 KB, and not beyond 1 MB."""
    if not list(_beyond(subject, _FACEBOOK)):
        yield from _beyond(subject, _WHATSAPP)


@rule(
    "tags-late-facebook", "error", "reach", (*META, "slack"), of.FACEBOOK_CRAWLER,
    what="Preview tags stand after the first megabyte.", why="Facebook reads no further.",
    fix="Put the preview tags right after the charset, above styles and scripts.",
)  # fmt: skip
def tags_late_facebook(subject: Subject) -> Iterator[Fault]:
    """Beyond 1 MB."""
    yield from _beyond(subject, _FACEBOOK)


@rule(
    "unclosed", "error", "reach", EVERY, of.HTML_SYNTAX,
    what="A comment or an element never ends.", why="Everything after it counts as part of it.", fix="Close it.",
)  # fmt: skip
def unclosed(subject: Subject) -> Iterator[Fault]:
    """A comment, title, script or style without its end; svg and the like are forgiven."""
    for tag in subject.page.unclosed:
        if tag.name == "!--":
            yield Fault(tag, "A comment never ends.")
        elif tag.name in ("title", "script", "style", "textarea", "noscript"):
            yield _ending_itself(tag) if tag.written.endswith("/>") else Fault(tag, f"<{tag.name}> never ends.")
    yield from map(_ending_itself, subject.page.swallowing)


def _ending_itself(tag: Tag) -> Fault:
    what = f"<{tag.name}/> does not end here: “/>” counts in XHTML only. It takes the tags after it along."
    return Fault(tag, what, f"Write <{tag.name} …></{tag.name}>.")


@rule(
    "quotes-broken", "error", "form", EVERY, of.HTML_SYNTAX,
    what="A quotation mark inside a value ends it early.", why="The rest of the text is lost.",
    fix="Write &quot; for the marks inside, or put the value in the other kind of marks.",
)  # fmt: skip
def quotes_broken(subject: Subject) -> Iterator[Fault]:
    """Attribute names that hold quotation marks, or many names that are words of the text."""
    for tag in subject.page.metas:
        odd = [name for name in tag.attributes if '"' in name or "'" in name or "<" in name]
        if odd and tag.keys:
            yield Fault(tag, f"{tag.keys[0][:40]} is cut after “{tag.value[-30:]}”.")


@rule(
    "quotes-curly", "error", "form", EVERY, of.HTML_SYNTAX,
    what="An attribute is written in typographic quotation marks.",
    why="HTML knows straight ones only: the marks become part of the name or value.",
    fix="Replace them by straight ones. Text programs put them in when code is pasted through them.",
)  # fmt: skip
def quotes_curly(subject: Subject) -> Iterator[Fault]:
    """Marks at the beginning of a meta's key."""
    for tag in subject.page.metas:
        keys = (tag.attributes.get(name, "") for name in ("property", "name"))
        if any(key[:1] in _CURLY for key in keys if key):
            yield Fault(tag)


@rule(
    "refresh", "warning", "reach", EVERY, of.GOOGLE_REDIRECTS,
    what="The page sends people elsewhere with a meta refresh.", why="Some readers follow it, some show this page.",
    fix="Redirect with status 301 or 308 on the server.",
)  # fmt: skip
def refresh(subject: Subject) -> Iterator[Fault]:
    """A refresh with an address, outside noscript."""
    for tag in subject.page.metas:
        is_refresh = tag.attributes.get("http-equiv", "").strip().lower() == "refresh"
        away = _AWAY.match(tag.value) if is_refresh and not tag.in_noscript else None
        if away and int(away[1] or 0) < _RELOAD:
            yield Fault(tag)


@rule(
    "scripts-only", "warning", "reach", EVERY, of.DISCORD,
    what="The page is empty until its scripts have run.",
    why="Readers of previews run no scripts: they see what the server sends.",
    fix="Let the server write the tags into the page.",
)  # fmt: skip
def scripts_only(subject: Subject) -> Iterator[Fault]:
    """An empty mount point, hardly any text, and no preview tags."""
    page = subject.page
    if page.layout.letters < 400 and not page.named("og:title", "og:description"):
        match = _MOUNTS.search(page.html)
        if match:
            yield Fault(subject.head)


@rule(
    "blocked", "error", "reach", EVERY, of.FACEBOOK_CRAWLER,
    what="This is not the page, but a wall before it.",
    why="What a reader gets is a question for robots, a login or a notice; its title is shared in place of the "
    "page's.",
    fix="Let the readers of previews through: by their names, or for pages that are public anyway.",
)  # fmt: skip
def blocked(subject: Subject) -> Iterator[Fault]:
    """The reader says that there is no real content."""
    if subject.preview.blocked:
        yield Fault(subject.head, f"It looks like a wall: {subject.preview.blocked[:60]}.")


@rule(
    "robots-txt", "error", "reach", ("x", "facebook", "threads", "pinterest", "google"), of.X_CRAWLING,
    what="The site's robots.txt keeps readers of previews from this page.",
    why="X shows no card then; Facebook, Pinterest and Google keep to it as well.",
    fix="Allow Twitterbot, facebookexternalhit, Pinterestbot and Googlebot there, each in a group of its own.",
)  # fmt: skip
def robots_txt(subject: Subject) -> Iterator[Fault]:
    """Disallowed for the names of readers that keep to it."""
    closed = subject.around.closed_to
    if closed:
        yield Fault(platforms=closed)


RULES: tuple[Rule, ...] = gathered(globals())
