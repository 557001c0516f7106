"""Rules: the form of Open Graph and its kin: attribute, name, type, dates, order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from og.checker.rules import sources as of
from og.checker.rules.parts import EVERY, META, Fault, Rule, Subject, gathered, rule
from og.reader.dates import iso

# https://ogp.me/#metadata, #optional, #structured, and what Facebook and Discord read beside it.
_MEDIA = ("", ":url", ":secure_url", ":type", ":width", ":height", ":alt")
_KNOWN = frozenset(
    {"og:title", "og:type", "og:url", "og:description", "og:site_name", "og:locale", "og:locale:alternate",
     "og:determiner", "og:audio", "og:audio:url", "og:audio:secure_url", "og:audio:type", "og:video:duration",
     "og:video:tag", "og:video:release_date", "og:updated_time", "og:see_also", "og:ttl", "og:rich_attachment",
     "og:restrictions:age", "og:pubdate", "og:logo", "og:email", "og:phone_number", "og:latitude", "og:longitude",
     "og:street-address", "og:locality", "og:region", "og:postal-code", "og:country-name", "og:price:amount",
     "og:price:currency", "og:availability", "og:brand", "og:width", "og:height", "og:app_id"}
    | {f"og:{kind}{part}" for kind in ("image", "video") for part in _MEDIA}
)  # fmt: skip
# What has properties of its own (https://ogp.me/#structured): of these all names are known.
_STRUCTURED = ("og:image", "og:video", "og:audio")
_X_KNOWN = frozenset(
    {"twitter:card", "twitter:site", "twitter:site:id", "twitter:creator", "twitter:creator:id", "twitter:title",
     "twitter:description", "twitter:image", "twitter:image:src", "twitter:image:alt", "twitter:image:width",
     "twitter:image:height", "twitter:url", "twitter:domain", "twitter:player", "twitter:player:width",
     "twitter:player:height", "twitter:player:stream", "twitter:player:stream:content_type", "twitter:app:country",
     "twitter:dnt", "twitter:widgets:csp", "twitter:widgets:theme", "twitter:widgets:link-color",
     "twitter:widgets:border-color", "twitter:widgets:new-embed-design", "twitter:partner", "twitter:account_id",
     "twitter:text:title", "twitter:text:cover", "twitter:text:photo", "twitter:text:player_width",
     "twitter:label1", "twitter:data1", "twitter:label2", "twitter:data2", "twitter:label3", "twitter:data3",
     "twitter:label4", "twitter:data4", "twitter:image0", "twitter:image1", "twitter:image2", "twitter:image3"}
    | {f"twitter:app:{part}:{shop}" for part in ("id", "name", "url") for shop in ("iphone", "ipad", "googleplay")}
)  # fmt: skip
_TYPES = frozenset(
    {"website", "article", "book", "profile", "music.song", "music.album", "music.playlist", "music.radio_station",
     "video.movie", "video.episode", "video.tv_show", "video.other", "payment.link"}
)  # fmt: skip
# Facebook's own, and what Discord reads; not of the protocol, yet known somewhere.
_OTHER_TYPES = frozenset(
    {"product", "product.group", "product.item", "place", "business.business", "restaurant.restaurant",
     "restaurant.menu", "fitness.course", "books.book", "video", "rich", "event", "quick_election.election"}
)  # fmt: skip
_DATES = (
    "article:published_time", "article:modified_time", "article:expiration_time", "book:release_date",
    "video:release_date", "music:release_date", "og:updated_time", "og:pubdate",
)  # fmt: skip
# ISO 8601 as the protocol has it: a date, or a date with a time and perhaps an offset.
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?")
_LOCALE = re.compile(r"[a-z]{2,3}(?:_[A-Z][a-z]{3})?_(?:[A-Z]{2}|\d{3})")


@rule(
    "og-in-name", "hint", "form", (*META, "linkedin"), of.OGP,
    what="An Open Graph tag is written with name= instead of property=.",
    why="The protocol uses property. Most readers take both, some take only that.",
    fix="Write property= in place of name=.",
)  # fmt: skip
def og_in_name(subject: Subject) -> Iterator[Fault]:
    """An og: key in name alone; said once for the page."""
    wrong = [
        tag
        for tag in subject.page.metas
        if tag.attributes.get("name", "").strip().lower().startswith(("og:", "article:", "fb:"))
        and not tag.attributes.get("property")
    ]
    if wrong:
        others = f" So are {len(wrong) - 1} more." if len(wrong) > 1 else ""
        yield Fault(wrong[0], f"{wrong[0].keys[0]} is written with name=.{others}")


@rule(
    "twitter-in-property", "hint", "form", ("x",), of.X_MARKUP,
    what="A Twitter Card tag is written with property= instead of name=.",
    why="X documents name. It takes both today; other readers of cards do not always.",
    fix="Write name= in place of property=.",
)  # fmt: skip
def twitter_in_property(subject: Subject) -> Iterator[Fault]:
    """A twitter: key in property alone; said once for the page."""
    wrong = [
        tag
        for tag in subject.page.metas
        if tag.attributes.get("property", "").strip().lower().startswith("twitter:")
        and not tag.attributes.get("name")
    ]
    if wrong:
        others = f" So are {len(wrong) - 1} more." if len(wrong) > 1 else ""
        yield Fault(wrong[0], f"{wrong[0].keys[0]} is written with property=.{others}")


@rule(
    "value-attribute", "warning", "form", EVERY, of.HTML_META,
    what="A tag has its text in value= instead of content=.",
    why="HTML has content. Only Discord reads value.",
    fix="Write content= in place of value=.",
)  # fmt: skip
def value_attribute(subject: Subject) -> Iterator[Fault]:
    """A preview meta without content but with value."""
    wrong = [
        tag
        for tag in subject.page.metas
        if "content" not in tag.attributes and tag.attributes.get("value")
        if any(key.lower() in _KNOWN | _X_KNOWN | {"description"} for key in tag.keys)
    ]
    if wrong:
        others = f" Neither have {len(wrong) - 1} more." if len(wrong) > 1 else ""
        yield Fault(wrong[0], f"{wrong[0].keys[0]} has no content.{others}")


@rule(
    "property-unknown", "warning", "form", EVERY, of.OGP,
    what="A tag's name is no property of Open Graph.", why="Nobody reads it.",
    fix="Correct the name, or take the tag out.",
)  # fmt: skip
def property_unknown(subject: Subject) -> Iterator[Fault]:
    """An og: or twitter: key that is not known but looks like one that is."""
    for key, tags in subject.page.by_key.items():
        known = _KNOWN if key.startswith("og:") else _X_KNOWN if key.startswith("twitter:") else None
        if known is None or key in known:
            continue
        near = get_close_matches(key, sorted(known), 1, 0.86) if len(key) < 60 else []
        near = near or [root for root in _STRUCTURED if key.startswith(f"{root}:")]
        if near:
            yield Fault(tags[0], f"{key[:60]} is not known.", f"Did you mean {near[0]}?")


@rule(
    "name-hides-property", "warning", "form", ("discord",), of.DISCORD,
    what="A tag has both a property and another name.", why="Discord takes the name and does not see the property.",
    fix="Write one tag for each.",
)  # fmt: skip
def name_hides_property(subject: Subject) -> Iterator[Fault]:
    """A property that is read, beside a name that is none; said once for the page."""
    for tag in subject.page.metas:
        prop, name = (tag.attributes.get(key, "").strip() for key in ("property", "name"))
        if prop.lower() in _KNOWN | _X_KNOWN and name and name.lower() not in _KNOWN | _X_KNOWN:
            yield Fault(tag, f"{prop} is hidden by the name “{name[:40]}”.")
            return


@rule(
    "key-case", "warning", "form", ("discord",), of.DISCORD,
    what="A tag's name is not in lower case.", why="Discord and others tell capitals from small letters.",
    fix="Write the name in lower case.",
)  # fmt: skip
def key_case(subject: Subject) -> Iterator[Fault]:
    """Capitals in the key of a preview tag."""
    for tag in subject.page.metas:
        for key in tag.keys:
            if key != key.lower() and key.lower() in _KNOWN | _X_KNOWN:
                yield Fault(tag, f"“{key}” is written with capitals.")


@rule(
    "og-type-unknown", "warning", "form", META, of.OGP_TYPES,
    what="og:type is none of the protocol's types.",
    why="Readers treat the page as a website, and article: tags are ignored.",
    fix="Use “article” for an article, “website” for anything else; a type of your own needs a namespace, "
    "“my:thing”.",
)  # fmt: skip
def og_type_unknown(subject: Subject) -> Iterator[Fault]:
    """A type without a namespace that nobody knows."""
    for tag in subject.page.by_key.get("og:type", ())[:1]:
        value = tag.value.lower()
        if value and ":" not in value and value not in _TYPES | _OTHER_TYPES:
            yield Fault(tag, f"og:type is “{tag.value[:40]}”.")


@rule(
    "article-tags-unused", "hint", "form", META, of.OGP_TYPES,
    what="There are article: tags, but og:type is not “article”.",
    why="They belong to that type and are ignored with any other.",
    fix="Set og:type to “article”.",
)  # fmt: skip
def article_tags_unused(subject: Subject) -> Iterator[Fault]:
    """A date or author of an article on something else."""
    tags = subject.page.named("article:published_time", "article:author", "article:section", "article:tag")
    kind = subject.page.value("og:type").lower()
    if tags and kind and kind != "article":
        yield Fault(tags[0])


@rule(
    "date-form", "warning", "form", (*META, "pinterest", "google"), of.OGP_VALUES,
    what="A date is not in the form of ISO 8601.",
    why="The protocol allows no other; readers drop what they cannot read.",
    fix="Write 2026-11-22T09:30:00+01:00.",
)  # fmt: skip
def date_form(subject: Subject) -> Iterator[Fault]:
    """A date in another form."""
    for tag in subject.page.named(*_DATES):
        if tag.value and not _ISO.fullmatch(tag.value):
            known = iso(tag.value[:100])
            fix = f"Write {known}." if known else ""
            yield Fault(tag, f"{tag.keys[0]} is “{tag.value[:60]}”.", fix)


@rule(
    "date-without-zone", "hint", "form", (*META, "google", "discord"), of.DISCORD,
    what="A time has no offset from UTC.", why="Readers guess the zone, or refuse the date as Discord does.",
    fix="Add Z or an offset such as +01:00.",
)  # fmt: skip
def date_without_zone(subject: Subject) -> Iterator[Fault]:
    """A time without Z or offset."""
    for tag in subject.page.named(*_DATES):
        match = _ISO.fullmatch(tag.value)
        if match and ":" in tag.value and not match[1]:
            yield Fault(tag, f"{tag.keys[0]} has a time without a zone.")


@rule(
    "dates-reversed", "hint", "form", (*META, "google"), of.OGP_TYPES,
    what="The page was changed before it was published.", why="One of the two dates is wrong.",
    fix="Correct article:published_time or article:modified_time.",
)  # fmt: skip
def dates_reversed(subject: Subject) -> Iterator[Fault]:
    """modified_time on an earlier day than published_time."""
    published, modified = (subject.page.value(f"article:{name}_time") for name in ("published", "modified"))
    if _ISO.fullmatch(published) and _ISO.fullmatch(modified) and modified[:10] < published[:10]:
        yield Fault(subject.page.named("article:modified_time")[0])


@rule(
    "locale-form", "warning", "languages", META, of.OGP,
    what="og:locale is not in the form language_TERRITORY.",
    why="The protocol writes en_US, with an underscore and a territory.",
    fix="Write it like en_US or pt_BR.",
)  # fmt: skip
def locale_form(subject: Subject) -> Iterator[Fault]:
    """en-US, english, en."""
    for tag in subject.page.named("og:locale", "og:locale:alternate"):
        if tag.value and not _LOCALE.fullmatch(tag.value):
            yield Fault(tag, f"{tag.keys[0]} is “{tag.value[:30]}”.")


@rule(
    "structured-before-root", "warning", "form", META, of.OGP_STRUCTURED,
    what="Details of a picture or film come before the tag that names it.",
    why="They belong to the og:image or og:video above them; these belong to nothing, or to the wrong one.",
    fix="Move them below the tag with the address.",
)  # fmt: skip
def structured_before_root(subject: Subject) -> Iterator[Fault]:
    """og:image:width above the first og:image."""
    for kind in ("image", "video", "audio"):
        roots = subject.page.named(f"og:{kind}", f"og:{kind}:url", f"og:{kind}:secure_url")
        parts = subject.page.named(*(f"og:{kind}:{part}" for part in ("width", "height", "type", "alt")))
        if roots and parts and parts[0].start < roots[0].start:
            yield Fault(parts[0], f"{parts[0].keys[0]} stands above the first og:{kind}.")


@rule(
    "video-incomplete", "hint", "cards", ("facebook", "discord"), of.DISCORD,
    what="A film has no type, size or picture.",
    why="Players are drawn only where they are known; Discord needs og:image as the first frame.",
    fix="Add og:video:type, og:video:width, og:video:height and og:image.",
)  # fmt: skip
def video_incomplete(subject: Subject) -> Iterator[Fault]:
    """og:video without its details."""
    page = subject.page
    needed = ("og:video:type", "og:video:width", "og:video:height", "og:image")
    tags = page.named("og:video", "og:video:url", "og:video:secure_url")
    missing = [key for key in needed if not page.value(key)]
    if tags and missing:
        yield Fault(tags[0], f"Missing: {', '.join(missing)}.")


@rule(
    "video-not-https", "warning", "cards", ("facebook", "discord"), of.DISCORD,
    what="A film or sound is not served over https.",
    why="It would be mixed content where it is played, and is refused.",
    fix="Serve it over https and name that address.",
)  # fmt: skip
def video_not_https(subject: Subject) -> Iterator[Fault]:
    """http in og:video and og:audio; a secure address beside it is enough."""
    for kind in ("video", "audio"):
        secure = subject.page.value(f"og:{kind}:secure_url")
        for tag in subject.page.named(f"og:{kind}", f"og:{kind}:url"):
            if tag.value.lower().startswith("http:") and not secure.lower().startswith("https:"):
                yield Fault(tag)


@rule(
    "fb-app-id-form", "warning", "more", ("facebook",), of.FACEBOOK,
    what="fb:app_id is not the number of an app.", why="Facebook expects digits only.",
    fix="Copy the number from Meta's app dashboard, or take the tag out.",
)  # fmt: skip
def fb_app_id_form(subject: Subject) -> Iterator[Fault]:
    """Something else than digits."""
    for tag in subject.page.named("fb:app_id"):
        if tag.value and not re.fullmatch(r"\d{5,20}", tag.value):
            yield Fault(tag, f"fb:app_id is “{tag.value[:30]}”.")


@rule(
    "fb-admins", "hint", "more", ("facebook",), of.FACEBOOK,
    what="fb:admins or fb:page_id is no longer read.",
    why="Facebook took Domain Insights away from them; they name people for nothing.",
    fix="Take it out; fb:app_id is enough where you use Insights.",
)  # fmt: skip
def fb_admins(subject: Subject) -> Iterator[Fault]:
    """An old owner tag."""
    for tag in subject.page.named("fb:admins", "fb:page_id")[:1]:
        yield Fault(tag)


@rule(
    "fb-app-id-missing", "hint", "more", ("facebook",), of.FACEBOOK,
    what="There is no fb:app_id.",
    why="The Sharing Debugger asks for it. It is of use only with Domain Insights; sharing works without.",
    fix='Leave it, or add <meta property="fb:app_id" content="…"> if you use Insights.',
)  # fmt: skip
def fb_app_id_missing(subject: Subject) -> Iterator[Fault]:
    """Facebook's other tags, but not this one: a site that deals with Facebook."""
    if subject.page.named("fb:admins", "fb:page_id", "fb:pages") and not subject.page.value("fb:app_id"):
        yield Fault(subject.head)


RULES: tuple[Rule, ...] = gathered(globals())
