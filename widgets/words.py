"""What widgets and hop pages say, in the reader's language.

A language is one file, ``widgets/languages/TAG.json``: key -> words, and for counted things key -> plural category ->
words. English is the measure of the others. Everything else is found out: the direction from the first strong
character (UAX 9 rule P2), plural rules, figures and dates from CLDR. Values that are put into right-to-left words
stand in isolates (UAX 9 §6.3, "Isolates"), so that "@me@example.social" keeps its order.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from core.locales import locale_of

if TYPE_CHECKING:
    from babel import Locale

DEFAULT = "en"
FOLDER = Path(__file__).parent / "languages"

# Room for a language tag: RFC 5646 §4.4.1 recommends at least 35 characters.
LONGEST_TAG = 35
# Browsers send a handful of languages; more than this is not a preference but an attack.
LONGEST_HEADER = 1000
MOST_RANGES = 20

# Codes that were replaced but are still sent: IANA language subtag registry, "Preferred-Value"; cmn and yue are
# parts of the macrolanguage zh (RFC 5646 §4.1.2).
_REPLACED = {"iw": "he", "in": "id", "cmn": "zh", "yue": "zh"}
# Where Chinese is written in traditional characters: CLDR likely subtags (zh_TW -> zh_Hant_TW and so on).
_TRADITIONAL = frozenset({"hant", "tw", "hk", "mo"})
# Where our tag does not say which of CLDR's locales is meant: CLDR's "pt" is Brazil's, ours is the other.
_CLDR = {"pt": "pt-PT"}
# Babel formats with Western figures; these CLDR numbering systems (supplemental/numberingSystems.xml) have their own.
_FIGURES = {"arab": "٠١٢٣٤٥٦٧٨٩", "arabext": "۰۱۲۳۴۵۶۷۸۹"}

_TAG = re.compile(r"[a-z]{2,8}(-[a-z0-9]{1,8})*", re.ASCII)
# RFC 9110 §12.4.2: qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] )
_WEIGHT = re.compile(r"q=(0(\.\d{0,3})?|1(\.0{0,3})?)", re.ASCII | re.IGNORECASE)
_SLOT = re.compile(r"\{\w+\}")
# Embeddings, overrides and isolates (UAX 9 §2): a stranger's value must not turn the sentence around it.
_BIDI_CONTROLS = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
_ISOLATED = "\u2068{}\u2069"

# What translators should know of each key; ``docs/languages.md`` shows it.
KEYS: Mapping[str, str] = {
    "share": "Name of the group of share buttons",
    "share_on": "What a button does; read aloud",
    "menu": "A button that opens the list of networks",
    "more": "A button that shows further networks",
    "opens": "Follows what a button does, in brackets",
    "close": "Closes a dialog",
    "cancel": "Leaves a dialog without an answer",
    "email": "What the button does; contains `name_email`",
    "sms": "What the button does; contains `name_sms`",
    "fediverse": "What the button does; contains `name_fediverse`: all servers that work like Mastodon",
    "copy": "Copies the page's address",
    "copy_text": "Copies the words and the address",
    "copied": "Said after copying",
    "copy_failed": "Said when the browser refused to copy; the address is shown",
    "print": "What the button does; contains `name_print`",
    "qr": "What the button does; contains `name_qr`",
    "native": "Opens the device's own list of apps; contains `name_native`",
    "other": "Heading over links to other networks",
    "name_email": "Short label",
    "name_sms": "Short label",
    "name_print": "Short label",
    "name_qr": "Short label",
    "name_native": "Short label",
    "name_rss": "Short label",
    "name_fediverse": "Short label",
    "name_indieauth": "Short label: logging in with one's own website",
    "qr_title": "Title of the dialog with the code",
    "qr_hint": "Stands below the code",
    "copy_hint": "Stands below the address",
    "print_hint": "Where scripts are off",
    "native_hint": "Where scripts are off",
    "page": "Label of a field that shows the address of the page",
    "text": "Label of a field that shows the words to share",
    "open": "Link to the network",
    "back": "Link to the page the visitor came from",
    "server_title": "Asks where the visitor's Mastodon (or like) account is",
    "server_label": "Label of the field",
    "server_hint": "Stands below the field; keep `example.social`",
    "server_remember": "A box to tick",
    "server_go": "Button of the form",
    "server_bad": "Error at the field",
    "server_unreachable": "Error at the field",
    "server_unknown": "The server's software is unknown to us",
    "server_no_follow": "The same, when following",
    "follow": "Name of the group of follow buttons",
    "follow_on": "What a button does; read aloud",
    "follow_rss": "What the button does; contains `name_rss`",
    "follow_email": "What the button does; contains `name_email`",
    "profile": "Link to the account that was to be followed",
    "play_from": "What a button does that loads a film or a sound; the provider is a brand, such as YouTube",
    "player_remember": "A box to tick, below a film or a sound of another server",
    "posts": "Name of a list of posts that has no other",
    "more_posts": "A button below posts",
    "new_posts": "A button above posts: something came meanwhile",
    "no_posts": "Stands where posts will be",
    "posts_stale": "Stands above posts while their networks do not answer",
    "posts_sample": "Stands above the posts of our own home page",
    "sensitive": "A button over blurred pictures",
    "previous": "A button: the post or picture before",
    "next": "A button: the one after",
    "pause": "A button: what moves stops",
    "play": "A button: a film plays, or what was stopped moves again",
    "picture": "Stands for a picture that nobody has described",
    "video": "The same for a film",
    "sound": "The same for a sound",
    "reposted": "Stands above a post that somebody passed on",
    "pinned": "Stands above a post that the owner keeps at the top",
    "edited": "Follows the time of a post that was changed",
    "view_on": "Link to a post at its network",
    "post_gone": "Stands in place of a post that was deleted; no full stop",
    "answers": "Name of what people have written about a page, on networks and on sites of their own",
    "answers_n": "How many answers there are; one form for each plural category",
    "likes_n": "The same for people who like the page, or a post about it",
    "reposts_n": "The same for people who passed on a post about the page",
    "no_answers": "Stands where answers will be",
    "answers_waiting": "Stands there while they are asked for",
    "answer": "A link below an answer; short",
    "answer_on": "A link above the answers: to a post about the page, where one can write",
    "answer_own": "Stands below these links; a Webmention is how one website tells another that it links there",
    "answer_to": "Stands above an answer to an answer",
    "mentioned": "Stands above the words of a page that links to this one",
    "more_answers": "A button below answers",
    "log_in": "Name of the group of log-in buttons",
    "continue_with": "What a log-in button says; the network may be `website`",
    "sign_in_with": "The same for brands that prescribe these words",
    "website": "Stands after `continue_with`, in the case it needs: logging in with one's own website",
    "login_denied": "Error at the buttons: the visitor said no at the network",
    "login_failed": "Error at the buttons",
    "shares": "How often the page was shared; one form for each plural category",
    "dead": "A network that no longer exists",
    "dead_hint": "Stands after it",
    "error_title": "Heading of an error page",
    "error_hint": "What to do then",
    "error_id": "Last line of an error page",
    "page_bad": "Error: the link that led here is incomplete",
    "busy": "Error: too many questions at once",
}


@dataclass(frozen=True, eq=False)
class Words:
    """One language: its tag (RFC 5646), its direction, and what is said in it."""

    lang: str
    dir: Literal["ltr", "rtl"]
    entries: Mapping[str, str | Mapping[str, str]]

    def text(self, name: str, **values: object) -> str:
        """Return the words for a key with the values filled in, isolated where directions differ.

        It is plain text: escape it for HTML. Raises KeyError for an unknown key or a missing value.
        """
        entry = self.entries[name]
        return self._fill(entry if isinstance(entry, str) else entry["other"], values)

    def plural(self, name: str, n: int) -> str:
        """Return the words for a count, by CLDR plural category, with the number written as the language does."""
        entry = self.entries[name]
        forms = {"other": entry} if isinstance(entry, str) else entry
        form = forms.get(self.locale.plural_form(n), forms["other"])
        return form.replace("{n}", self.number(n))

    def number(self, n: int) -> str:
        """Return a whole number with the language's separators and figures."""
        from babel.numbers import format_decimal  # at first use: it is slow to import

        return self._figures(format_decimal(n, locale=self.locale, numbering_system="default"))

    def date(self, day: date) -> str:
        """Return a date in the language's long form, as it stands in a sentence."""
        from babel.dates import format_date

        return self._figures(format_date(day, "long", locale=self.locale))

    def name(self, key: str, brand: str) -> str:
        """Return the short label of a network's button: what it is called here, or its brand name."""
        return (
            self.text(
                _NAMES.get(key, ""),
            )
            if key in _NAMES
            else brand
        )

    def share_label(self, key: str, brand: str) -> str:
        """Return what a share button does. It contains the short label (WCAG 2.2, 2.5.3 Label in Name)."""
        return self.text(key) if key in _SHARE_LABELS else self.text("share_on", network=brand)

    def follow_label(self, key: str, brand: str, account: str) -> str:
        """Return what a follow button does. It contains the short label, as share_label does."""
        if key == "rss":
            return self.text("follow_rss")
        if key == "email":
            return self.text("follow_email", account=account)
        return self.text("follow_on", account=account, network=self.name(key, brand))

    def subset(self, names: Iterable[str]) -> dict[str, str]:
        """Return templates for a script, which replaces ``{name}`` and no more: isolates are already around it.

        Raises KeyError for an unknown key.
        """
        return {name: self._template(name) for name in names}

    @cached_property
    def locale(self) -> Locale:
        """The CLDR locale with this language's plural rules, figures and dates."""
        return locale_of(_CLDR.get(self.lang, self.lang), DEFAULT)

    def _template(self, name: str) -> str:
        entry = self.entries[name]
        text = entry if isinstance(entry, str) else entry["other"]
        return _SLOT.sub(lambda slot: _ISOLATED.format(slot[0]), text) if self.dir == "rtl" else text

    def _fill(self, template: str, values: Mapping[str, object]) -> str:
        return template.format_map({name: self._isolated(str(value)) for name, value in values.items()})

    def _isolated(self, value: str) -> str:
        clean = _BIDI_CONTROLS.sub("", value)
        foreign = self.dir == "rtl" or any(unicodedata.bidirectional(c) in ("R", "AL") for c in clean)
        return _ISOLATED.format(clean) if foreign else clean

    def _figures(self, text: str) -> str:
        own = _FIGURES.get(self.locale.default_numbering_system)
        return text.translate(str.maketrans("0123456789", own)) if own else text


class Catalog:
    """The languages of a folder; each is read when it is first asked for."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.folder = folder
        self._read: dict[str, Words] = {}

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The tags of all languages, in order."""
        return tuple(sorted(path.stem for path in self.folder.glob("*.json")))

    @cached_property
    def _by_lower(self) -> dict[str, str]:
        return {tag.lower(): tag for tag in self.languages}

    def words(self, tag: str = "") -> Words:
        """Return the words of the nearest language, English where none is near. Never raises for a bad tag."""
        return self._load(self.nearest(tag) or DEFAULT)

    def best(self, header: str) -> Words:
        """Return the words for an Accept-Language header (RFC 9110 §12.5.4): highest weight first."""
        for tag in accepted(header):
            found = self.nearest(tag)
            if found:
                return self._load(found)
        return self._load(DEFAULT)

    def nearest(self, tag: str) -> str | None:
        """Return our tag for a language range by lookup (RFC 4647 §3.4): the end is cut off until one is known."""
        for candidate in _candidates(tag):
            if candidate in self._by_lower:
                return self._by_lower[candidate]
        return None

    def _load(self, tag: str) -> Words:
        if tag not in self._read:  # two threads may both read it: the same words twice do no harm
            entries = json.loads((self.folder / f"{tag}.json").read_text(encoding="utf-8"))
            self._read[tag] = Words(tag, direction(str(next(iter(entries.values())))), entries)
        return self._read[tag]


def direction(text: str) -> Literal["ltr", "rtl"]:
    """Return the direction of the first strong character (UAX 9 rules P2 and P3)."""
    for char in text:
        kind = unicodedata.bidirectional(char)
        if kind in ("L", "R", "AL"):
            return "ltr" if kind == "L" else "rtl"
    return "ltr"


def accepted(header: str) -> list[str]:
    """Return the ranges of an Accept-Language header, highest weight first, those refused (q=0) left out.

    What cannot be read is passed over: a header is a hint, not an order.
    """
    weighed = []
    for part in header[:LONGEST_HEADER].split(",")[:MOST_RANGES]:
        tag, _, parameter = (piece.strip() for piece in part.partition(";"))
        weight = _WEIGHT.fullmatch(parameter.replace(" ", "")) if parameter else None
        if tag and (weight or not parameter):
            weighed.append((float(weight[1]) if weight else 1.0, tag))
    return [tag for weight, tag in sorted(weighed, key=lambda pair: -pair[0]) if weight > 0]


def _candidates(tag: str) -> list[str]:
    """Return a tag and its shorter forms, lower case; nothing for what is no tag."""
    lowered = tag[: LONGEST_TAG + 1].strip().lower().replace("_", "-")
    if len(lowered) > LONGEST_TAG or not _TAG.fullmatch(lowered):
        return []
    first, *rest = lowered.split("-")
    first = _REPLACED.get(first, first)
    if first == "zh":
        return [_chinese(rest)]
    parts = [first, *rest]
    cut = ["-".join(parts[:end]) for end in range(len(parts), 0, -1)]
    return [c for c in cut if len(c.rpartition("-")[2]) > 1]  # a single letter goes with what followed it


def _chinese(subtags: list[str]) -> str:
    traditional = "hans" not in subtags and not _TRADITIONAL.isdisjoint(subtags)
    return "zh-hant" if traditional else "zh-hans"


# --- which words a network without a brand has ---

_SHARE_LABELS = frozenset({"email", "sms", "fediverse", "copy", "print", "qr", "native"})
_NAMES = {
    **{key: f"name_{key}" for key in ("email", "sms", "print", "qr", "native", "rss", "fediverse", "indieauth")},
    "copy": "copy",
}


# --- docs/languages.md ---


def language_table(catalog: Catalog) -> str:
    """Return the table of languages for ``docs/languages.md``, in Markdown."""
    rows = ["| file | language | in itself | direction | plural forms |", "|---|---|---|---|---|"]
    for tag in catalog.languages:
        words = catalog.words(tag)
        forms = ", ".join(f"`{form}`" for form in plural_categories(words))
        itself, english = words.locale.get_display_name(), words.locale.english_name
        rows.append(f"| `{tag}.json` | {english} | {itself} | {words.dir} | {forms} |")
    return "\n".join(rows)


def key_table(catalog: Catalog) -> str:
    """Return the table of keys for ``docs/languages.md``, in Markdown."""
    english = catalog.words(DEFAULT).entries
    rows = ["| key | English | note |", "|---|---|---|"]
    return "\n".join(rows + [f"| `{key}` | {_shown(english[key])} | {note} |" for key, note in KEYS.items()])


def plural_categories(words: Words) -> list[str]:
    """Return the CLDR plural categories of a language, in CLDR's order."""
    used: Any = {*words.locale.plural_form.tags, "other"}
    return [form for form in ("zero", "one", "two", "few", "many", "other") if form in used]


def _shown(entry: str | Mapping[str, str]) -> str:
    return entry if isinstance(entry, str) else " / ".join(entry.values())
