"""Rules: the page's one address: og:url, canonical, base, AMP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from core.link_header import links
from og.checker.positions import Tag
from og.checker.rules import sources as of
from og.checker.rules.parts import EVERY, META, Fault, Rule, Subject, gathered, rule
from og.reader.addresses import absolute, host_of

_FULL = re.compile(r"https?://[^/\s]+", re.IGNORECASE)
# What shops, newsletters and networks hang on an address to count with.
_COUNTING = re.compile(
    r"[?&](utm_\w+|fbclid|gclid|dclid|msclkid|mc_cid|mc_eid|igshid|sessionid|jsessionid|phpsessid|sid)=",
    re.IGNORECASE,
)
_WITH_URL = (*META, "google", "pinterest")


def canonical_tags(subject: Subject) -> list[Tag]:
    """Return the canonical links of the page itself."""
    return subject.page.linked("canonical")


def canonical_header(subject: Subject) -> str:
    """Return the canonical address that a Link header names (RFC 8288, RFC 6596), or the empty string."""
    said = links(subject.around.headers.get("link", ""), subject.url)
    target = next((link.target for link in said if "canonical" in link.relations), None)
    return "" if target is None else absolute(target, subject.url)


def _plain(address: str) -> str:
    """An address as compared: without fragment, closing slash and www."""
    parts = urlsplit(address)
    return f"{parts.netloc.lower().removeprefix('www.')}{parts.path.rstrip('/')}?{parts.query}"


def _og_urls(subject: Subject) -> list[Tag]:
    return [tag for tag in subject.page.by_key.get("og:url", ()) if tag.value][:1]


@rule(
    "og-url-relative", "error", "address", _WITH_URL, of.OGP_VALUES,
    what="og:url is not a full address.",
    why="It names the page in every place it is shared to; a path means nothing there.",
    fix="Write it with https:// and the host.",
)  # fmt: skip
def og_url_relative(subject: Subject) -> Iterator[Fault]:
    """A path, or no scheme."""
    for tag in _og_urls(subject):
        if not _FULL.match(tag.value):
            full = subject.address(tag.value)
            yield Fault(tag, f"og:url is “{tag.value[:80]}”.", f"Write {full}." if full else "")


@rule(
    "og-url-not-canonical", "warning", "address", _WITH_URL, of.OGP,
    what="og:url and the canonical link name two addresses.",
    why="Both claim to be the page's one address: shares and search count apart.",
    fix="Make both the same.",
)  # fmt: skip
def og_url_not_canonical(subject: Subject) -> Iterator[Fault]:
    """The two differ in more than a slash."""
    canonical = next((subject.address(tag.href) for tag in canonical_tags(subject) if tag.href), "")
    for tag in _og_urls(subject):
        own = subject.address(tag.value)
        if own and canonical and _plain(own) != _plain(canonical):
            yield Fault(tag, f"og:url is {own[:120]}, canonical is {canonical[:120]}.")


@rule(
    "og-url-other-host", "warning", "address", _WITH_URL, of.FACEBOOK,
    what="og:url names another host than the page's.",
    why="Facebook goes there and shows that page in place of this one.",
    fix="Name this page, unless the other is where it belongs.",
)  # fmt: skip
def og_url_other_host(subject: Subject) -> Iterator[Fault]:
    """A host that is not the page's."""
    for tag in _og_urls(subject):
        own, here = host_of(subject.address(tag.value)), host_of(subject.url)
        if own and here and own.removeprefix("m.") != here.removeprefix("m."):
            yield Fault(tag, f"og:url is on {own}, the page on {here}.")


@rule(
    "og-url-is-home", "error", "address", META, of.FACEBOOK,
    what="og:url names the home page, but this is another page.",
    why="Facebook takes title, text and picture from the address in og:url.",
    fix="Write this page's own address.",
)  # fmt: skip
def og_url_is_home(subject: Subject) -> Iterator[Fault]:
    """The root of the host, on a page that is not."""
    here = urlsplit(subject.url).path.strip("/")
    for tag in _og_urls(subject):
        parts = urlsplit(tag.value)
        if parts.netloc and not parts.path.strip("/") and not parts.query and here.count("/") + len(here) > 6:
            yield Fault(tag)


@rule(
    "og-url-decorated", "warning", "address", META, of.WHATSAPP,
    what="og:url carries counting parameters or a fragment.",
    why="Meta asks for the bare address: each variant is counted as a page of its own.",
    fix="Leave out utm_, session numbers and the part after #.",
)  # fmt: skip
def og_url_decorated(subject: Subject) -> Iterator[Fault]:
    """utm_source, sessions, a fragment."""
    for tag in _og_urls(subject):
        match = _COUNTING.search(tag.value)
        if match or re.search(r"#(?!!)", tag.value):
            yield Fault(tag, f"og:url has {match[1] if match else 'a fragment'}.")


@rule(
    "og-url-not-https", "warning", "address", META, of.FACEBOOK,
    what="The page is on https, og:url is on http.", why="They are two addresses: counts are kept for the http one.",
    fix="Write https://.",
)  # fmt: skip
def og_url_not_https(subject: Subject) -> Iterator[Fault]:
    """http in og:url of an https page."""
    for tag in _og_urls(subject):
        if subject.url.startswith("https:") and tag.value.lower().startswith("http:"):
            yield Fault(tag)


@rule(
    "canonical-missing", "hint", "address", ("google", "mastodon"), of.GOOGLE_CANONICAL,
    what="There is no canonical link.", why="Search engines choose one of the page's addresses themselves.",
    fix='Add <link rel="canonical" href="https://…"> with this page\'s own address.',
)  # fmt: skip
def canonical_missing(subject: Subject) -> Iterator[Fault]:
    """No link of that relation."""
    if not canonical_tags(subject) and not canonical_header(subject):
        yield Fault(subject.head)


@rule(
    "canonical-header-differs", "error", "address", ("google",), of.GOOGLE_CANONICAL,
    what="The Link header names another canonical address than the page.",
    why="Google asks for one: of two it may take either, or neither.", fix="Send the same in both, or only one.",
)  # fmt: skip
def canonical_header_differs(subject: Subject) -> Iterator[Fault]:
    """A Link header with rel=canonical beside another link of that relation."""
    header = canonical_header(subject)
    for tag in canonical_tags(subject)[:1]:
        own = subject.address(tag.href)
        if header and own and _plain(own) != _plain(header):
            yield Fault(tag, f"The header says {header[:120]}, the page {own[:120]}.")


@rule(
    "canonical-several", "error", "address", ("google",), of.GOOGLE_CANONICAL_MISTAKES,
    what="There are several canonical links.", why="Google then ignores all of them.", fix="Keep one.",
)  # fmt: skip
def canonical_several(subject: Subject) -> Iterator[Fault]:
    """More than one."""
    tags = canonical_tags(subject)
    if len(tags) > 1:
        yield Fault(tags[1], f"The first is in line {tags[0].line}.")


@rule(
    "canonical-empty", "error", "address", ("google",), of.GOOGLE_CANONICAL,
    what="The canonical link leads nowhere.", why="It has no address, or one that cannot be read.",
    fix="Write the page's full address.",
)  # fmt: skip
def canonical_empty(subject: Subject) -> Iterator[Fault]:
    """An empty or broken href."""
    for tag in canonical_tags(subject)[:1]:
        if not tag.href or not subject.address(tag.href):
            yield Fault(tag)


@rule(
    "canonical-relative", "warning", "address", ("google", "facebook"), of.GOOGLE_CANONICAL,
    what="The canonical link is not a full address.",
    why="Google and Facebook ask for full addresses: a path also holds on copies of the site.",
    fix="Write it with https:// and the host.",
)  # fmt: skip
def canonical_relative(subject: Subject) -> Iterator[Fault]:
    """A path."""
    for tag in canonical_tags(subject)[:1]:
        if tag.href and not _FULL.match(tag.href) and (full := subject.address(tag.href)):
            yield Fault(tag, f"It is “{tag.href[:80]}”.", f"Write {full}.")


@rule(
    "canonical-other-host", "warning", "address", ("google", "mastodon"), of.GOOGLE_CANONICAL,
    what="The canonical link names another host.",
    why="Search shows the page there in place of this one; Mastodon ignores it.",
    fix="Name this page, unless the other is the original.",
)  # fmt: skip
def canonical_other_host(subject: Subject) -> Iterator[Fault]:
    """A host that is not the page's."""
    for tag in canonical_tags(subject)[:1]:
        own, here = host_of(subject.address(tag.href)), host_of(subject.url)
        if own and here and own.removeprefix("m.") != here.removeprefix("m.").removeprefix("amp."):
            yield Fault(tag, f"It is on {own}, the page on {here}.")


@rule(
    "canonical-not-https", "warning", "address", ("google",), of.GOOGLE_CANONICAL,
    what="The page is on https, its canonical link on http.",
    why="The two contradict each other.",
    fix="Write https://.",
)  # fmt: skip
def canonical_not_https(subject: Subject) -> Iterator[Fault]:
    """http in the link of an https page."""
    for tag in canonical_tags(subject)[:1]:
        if subject.url.startswith("https:") and tag.href.lower().startswith("http:"):
            yield Fault(tag)


@rule(
    "canonical-fragment", "warning", "address", ("google",), of.GOOGLE_CANONICAL,
    what="The canonical link has a fragment.",
    why="Google does not support what stands after #.",
    fix="Leave it out.",
)  # fmt: skip
def canonical_fragment(subject: Subject) -> Iterator[Fault]:
    """Something after #."""
    for tag in canonical_tags(subject)[:1]:
        if re.search(r"#(?!!).", tag.href):
            yield Fault(tag)


@rule(
    "canonical-in-body", "error", "address", ("google",), of.GOOGLE_CANONICAL,
    what="The canonical link stands outside the head.", why="Google ignores it there.",
    fix="Move it into the head, above what ends the head.",
)  # fmt: skip
def canonical_in_body(subject: Subject) -> Iterator[Fault]:
    """The link comes after the head has ended."""
    for tag in canonical_tags(subject):
        if not tag.in_head:
            yield Fault(tag)
            return


@rule(
    "canonical-noindex", "warning", "search", ("google",), of.GOOGLE_CANONICAL_MISTAKES,
    what="The page names another as canonical and is noindex at once.", why="The two contradict each other.",
    fix="Keep the canonical link and take noindex out.",
)  # fmt: skip
def canonical_noindex(subject: Subject) -> Iterator[Fault]:
    """noindex beside a canonical to another address."""
    for tag in canonical_tags(subject)[:1]:
        full = subject.address(tag.href)
        if full and subject.url and _plain(full) != _plain(subject.url) and "noindex" in subject.preview.robots:
            yield Fault(tag)


@rule(
    "base-late", "warning", "address", EVERY, of.HTML_BASE,
    what="<base> comes after tags with addresses.",
    why="Those above it are read without it: their addresses mean something else.",
    fix="Put <base> right after the charset.",
)  # fmt: skip
def base_late(subject: Subject) -> Iterator[Fault]:
    """A base with an address, below a link with a relative one."""
    base = subject.page.first("base")
    if base and base.href:
        links = [tag for tag in subject.page.links if tag.href and tag.start < base.start]
        if any(not _FULL.match(tag.href) and not tag.href.startswith("//") for tag in links):
            yield Fault(base)


@rule(
    "base-several", "warning", "address", EVERY, of.HTML_BASE,
    what="There is more than one <base> with an address.", why="HTML allows one; the first counts.", fix="Keep one.",
)  # fmt: skip
def base_several(subject: Subject) -> Iterator[Fault]:
    """Two of them."""
    tags = [tag for tag in subject.page.tags if tag.name == "base" and tag.href]
    for tag in tags[1:2]:
        yield Fault(tag)


@rule(
    "amp-address", "warning", "address", ("google",), of.AMP,
    what="The AMP link is not a full address.", why="AMP asks for one.", fix="Write it with https:// and the host.",
)  # fmt: skip
def amp_address(subject: Subject) -> Iterator[Fault]:
    """amphtml with a path, or several of them."""
    for tag in subject.page.linked("amphtml"):
        if not _FULL.match(tag.href):
            yield Fault(tag, f"It is “{tag.href[:80]}”.")


@rule(
    "amp-without-canonical", "error", "address", ("google",), of.AMP,
    what="This is an AMP page without a canonical link.",
    why="AMP requires one, to the page it is a version of, or to itself.",
    fix='Add <link rel="canonical" href="https://…">.',
)  # fmt: skip
def amp_without_canonical(subject: Subject) -> Iterator[Fault]:
    """<html amp> and no canonical."""
    html = subject.page.first("html")
    if html and ("amp" in html.attributes or "⚡" in html.attributes) and not canonical_tags(subject):
        yield Fault(html)


RULES: tuple[Rule, ...] = gathered(globals())
