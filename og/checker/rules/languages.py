"""Rules: the page's language and direction, and its versions in other languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from unicodedata import bidirectional

from og.checker.positions import Tag
from og.checker.rules import sources as of
from og.checker.rules.parts import EVERY, Fault, Rule, Subject, gathered, rule
from og.reader.addresses import absolute

_TAG = re.compile(
    r"[a-zA-Z]{2,3}(?:-[a-zA-Z]{3}){0,3}(?:-[a-zA-Z]{4})?(?:-(?:[a-zA-Z]{2}|\d{3}))?(?:-[a-zA-Z0-9]{4,8})*"
)
# Google: a language of ISO 639-1, perhaps a script, perhaps a territory of ISO 3166-1; or x-default.
_HREFLANG = re.compile(r"x-default|[a-z]{2}(?:-[a-z]{4})?(?:-[a-z]{2})?", re.IGNORECASE)
# Territories people write that are none, and languages that are territories (ISO 639-1 and 3166-1).
_WRONG = {
    "en-uk": "en-GB", "en-eu": "en", "en-en": "en", "jp": "ja", "cn": "zh", "dk": "da", "cz": "cs", "gr": "el",
    "ua": "uk", "us": "en-US", "at": "de-AT",
}  # fmt: skip
_RIGHT_TO_LEFT = ("ar", "he", "iw", "fa", "ur", "yi", "ps", "sd", "ug", "ckb", "dv")


def _lang(subject: Subject) -> str:
    html = subject.page.first("html")
    return (html.attributes.get("lang") or html.attributes.get("xml:lang") or "").strip() if html else ""


@rule(
    "lang-missing", "warning", "languages", ("google", "mastodon"), of.WCAG_LANGUAGE,
    what="The page does not say its language.", why="Screen readers, translation and Mastodon's cards go by it.",
    fix='Write <html lang="en"> with the language of the page.',
)  # fmt: skip
def lang_missing(subject: Subject) -> Iterator[Fault]:
    """No lang on html."""
    if not _lang(subject):
        yield Fault(subject.page.first("html"))


@rule(
    "lang-invalid", "warning", "languages", ("google", "mastodon"), of.BCP47,
    what="The language is not a tag of BCP 47.",
    why="It is ignored.",
    fix="Write en, de-AT, zh-Hant and the like, with hyphens.",
)  # fmt: skip
def lang_invalid(subject: Subject) -> Iterator[Fault]:
    """en_US, english."""
    lang = _lang(subject)
    if lang and not _TAG.fullmatch(lang):
        yield Fault(
            subject.page.first("html"),
            f"lang is “{lang[:30]}”.",
            f"Write {lang.replace('_', '-')[:30]}." if "_" in lang else "",
        )


@rule(
    "dir-missing", "warning", "languages", EVERY, of.HTML_DIR,
    what="The page is in a language written from the right, but does not say so.",
    why="Punctuation, numbers and ellipses land at the wrong end.", fix='Write <html dir="rtl">.',
)  # fmt: skip
def dir_missing(subject: Subject) -> Iterator[Fault]:
    """A right-to-left language or title, without dir."""
    html = subject.page.first("html")
    if html is None or html.attributes.get("dir"):
        return
    title = [bidirectional(c) for c in subject.page.value("og:title") or subject.page.title]
    right, left = title.count("R") + title.count("AL"), title.count("L")
    if _lang(subject).lower().split("-")[0] in _RIGHT_TO_LEFT or right > max(3, left):
        yield Fault(html)


@rule(
    "locale-differs", "hint", "languages", ("facebook", "google"), of.OGP,
    what="og:locale and lang name two languages.", why="One of them was forgotten in a template.",
    fix="Make both the page's language.",
)  # fmt: skip
def locale_differs(subject: Subject) -> Iterator[Fault]:
    """de in one, en in the other."""
    tags = subject.page.by_key.get("og:locale", ())[:1]
    lang = _lang(subject).lower().replace("_", "-").split("-")[0]
    for tag in tags:
        locale = tag.value.lower().replace("_", "-").split("-")[0]
        if lang and len(locale) in (2, 3) and locale != lang and {locale, lang} not in ({"no", "nb"}, {"iw", "he"}):
            yield Fault(tag, f"lang is {lang}, og:locale {tag.value[:20]}.")


def _versions(subject: Subject) -> list[Tag]:
    return [tag for tag in subject.page.linked("alternate") if tag.attributes.get("hreflang", "").strip()]


def _name(tag: Tag) -> str:
    return tag.attributes["hreflang"].strip()


@rule(
    "hreflang-code", "error", "languages", ("google",), of.GOOGLE_HREFLANG,
    what="hreflang names no language.",
    why="Google takes a language of ISO 639-1, with a territory of ISO 3166-1 if need be, and ignores all else.",
    fix="Write en, en-GB, zh-Hant-HK or x-default.",
)  # fmt: skip
def hreflang_code(subject: Subject) -> Iterator[Fault]:
    """en_US, en-UK, english."""
    for tag in _versions(subject):
        name = _name(tag)
        if not _HREFLANG.fullmatch(name) or name.lower() in _WRONG:
            better = _WRONG.get(name.lower(), "") or (name.replace("_", "-") if "_" in name else "")
            yield Fault(tag, f"hreflang is “{name[:30]}”.", f"Write {better[:40]}." if better else "")


@rule(
    "hreflang-address", "error", "languages", ("google",), of.GOOGLE_HREFLANG,
    what="A language version has no full address.", why="Google asks for full addresses, the scheme included.",
    fix="Write it with https:// and the host.",
)  # fmt: skip
def hreflang_address(subject: Subject) -> Iterator[Fault]:
    """A path, or nothing."""
    for tag in _versions(subject):
        if not re.match(r"https?://[^/\s]", tag.href, re.IGNORECASE):
            yield Fault(tag, f"“{tag.href[:80]}” for {_name(tag)[:20]}.")
            return


@rule(
    "hreflang-conflict", "warning", "languages", ("google",), of.GOOGLE_HREFLANG,
    what="One language has two addresses.",
    why="Google cannot tell which to show.",
    fix="Keep one for each language and territory.",
)  # fmt: skip
def hreflang_conflict(subject: Subject) -> Iterator[Fault]:
    """The same code twice."""
    seen: dict[str, str] = {}
    for tag in _versions(subject):
        if seen.setdefault(_name(tag).lower(), tag.href) != tag.href:
            yield Fault(tag, f"{_name(tag)[:20]} is there twice.")


@rule(
    "hreflang-without-self", "warning", "languages", ("google",), of.GOOGLE_HREFLANG,
    what="The page does not name itself among its language versions.",
    why="Each version must list itself and all others, or the list may be ignored.",
    fix="Add a link with this page's own language and address.",
)  # fmt: skip
def hreflang_without_self(subject: Subject) -> Iterator[Fault]:
    """No version is this page or its canonical."""
    tags = _versions(subject)
    own = {subject.url, *(subject.address(tag.href) for tag in subject.page.linked("canonical"))}
    own = {_bare(address) for address in own if address}
    if tags and own and not own & {_bare(absolute(tag.href, subject.base)) for tag in tags}:
        yield Fault(tags[0])


def _bare(address: str) -> str:
    return re.sub(r"^https?://(?:www\.)?", "", address.split("#")[0], flags=re.IGNORECASE).rstrip("/").lower()


@rule(
    "hreflang-without-default", "hint", "languages", ("google",), of.GOOGLE_HREFLANG,
    what="There is no version for all other languages.",
    why="x-default tells search engines what to show when none fits.",
    fix='Add <link rel="alternate" hreflang="x-default" href="https://…">.',
)  # fmt: skip
def hreflang_without_default(subject: Subject) -> Iterator[Fault]:
    """Several versions, no x-default."""
    tags = _versions(subject)
    if len(tags) > 1 and not any(_name(tag).lower() == "x-default" for tag in tags):
        yield Fault(tags[0])


@rule(
    "hreflang-canonical", "warning", "languages", ("google",), of.GOOGLE_CANONICAL,
    what="The canonical link names another language's version.",
    why="Search then shows that one for this language too.",
    fix="Let each version be its own canonical.",
)  # fmt: skip
def hreflang_canonical(subject: Subject) -> Iterator[Fault]:
    """Canonical is a version of another language, and this page is a version too."""
    versions = {_bare(subject.address(tag.href)): _name(tag).lower() for tag in reversed(_versions(subject))}
    here = versions.get(_bare(subject.url), "")
    for tag in subject.page.linked("canonical")[:1]:
        there = versions.get(_bare(subject.address(tag.href)), "")
        if here and there and here != there and "x-default" not in (here, there):
            yield Fault(tag, f"This page is {here[:20]}, its canonical {there[:20]}.")


RULES: tuple[Rule, ...] = gathered(globals())
