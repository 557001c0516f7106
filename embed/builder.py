"""The builder's page: a query in, everything its form, preview and code are drawn from out. Knows no web framework.

Query parameters are the element's attributes, with three of the form's own: ``widget``, ``tab`` (which code is open),
and ``move`` (``up:2``, ``down:0``, ``remove:1``: a button beside a chosen network). A parameter may repeat:
``networks`` comes once empty and once for each ticked box, in their order; an account is ``account-github=me``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from core.errors import Invalid, Problem
from networks import Networks
from networks.icons import icon
from networks.parts import Network
from widgets.base import Described, Options, Widget, describe, parse, words_of

# More than the options a widget has; a query with more wrong values than this is not a person's.
MOST_WRONG = 40

# What an option's name does not say well enough.
LABELS: Mapping[str, str] = {
    "accounts": "Your accounts",
    "autoplay": "The carousel moves by itself",
    "color": "Colour",
    "columns": "Columns at most",
    "count": "How many at first",
    "counts": "Show the site’s own click counts",
    "faces": "Faces of those who liked it",
    "feed": "Feed id",
    "height": "Height in pixels",
    "href": "Page address",
    "image": "Picture",
    "labels": "Show names beside the marks",
    "lang": "Language",
    "live": "New posts at once",
    "mode": "Where visitors log in",
    "posts": "Posts about the page",
    "return-to": "Where they come back to",
    "scope": "What you want to be told",
    "site": "Site key",
    "start": "Your back end’s address",
    "text": "Words to share",
    "theme": "Light or dark",
    "url": "Page address",
    "utm": "Campaign parameters",
    "via": "Accounts to name",
}
# Networks whose button has a name of the visitor's language, where it differs from the network's.
NAMES: Mapping[str, str] = {"native": "The device’s apps", "sms": "Text message"}
# What the form shows in which group; what is not named here comes last.
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("The page", ("href", "posts")),
    ("The feed", ("feed", "live")),
    ("Logging in", ("start", "return-to", "mode", "scope")),
    ("Look", ("layout", "count", "size", "color", "columns", "height", "autoplay", "faces", "theme", "labels")),
    ("What is shared", ("url", "text", "hashtags", "via", "image", "utm")),
    ("Site and language", ("site", "lang", "counts")),
)
EXAMPLES: Mapping[str, str] = {
    "feed": "as feeds add gave it",
    "hashtags": "spring market",
    "href": "https://example.org/page",
    "image": "https://example.org/picture.jpg",
    "lang": "de",
    "posts": "https://example.social/@me/1",
    "return-to": "https://example.org/account",
    "scope": "openid profile email",
    "start": "/auth/login",
    "text": "The title of the page",
    "url": "https://example.org/page",
    "utm": "utm_source={network}&utm_medium=share",
    "via": "x:me mastodon:@me@example.social",
}
# The option that the picker edits; the rest are controls.
PICKED: Mapping[str, str] = {"share": "networks", "follow": "accounts", "login": "networks"}
# The option without which there is nothing to show, where it is not what the picker edits.
NEEDED: Mapping[str, str] = {"card": "href", "feed": "feed", "replies": "href"}
# What is missing while there is nothing to show: where it is entered, and what it is called.
MISSING: Mapping[str, tuple[str, str]] = {
    "share": ("Tick a network and its button stands here.", "a network"),
    "follow": ("Enter an account and its button stands here.", "an account"),
    "card": ("Enter a page’s address and its card stands here.", "an address"),
    "feed": ("Enter a feed’s id and its posts stand here. The command feeds add makes one.", "a feed"),
    "replies": ("Enter a page’s address and the answers to it stand here.", "an address"),
    "login": ("Tick a network, and say which site this is, or where its back end is.", "a network and a site"),
}


@dataclass(frozen=True)
class Control:
    """One option as a control. ``choices`` are value and label; ``wrong`` says what to correct."""

    name: str
    kind: str
    label: str
    help: str
    value: str
    choices: tuple[tuple[str, str], ...] = ()
    example: str = ""
    wrong: str = ""

    @property
    def on(self) -> bool:
        """Whether a box is ticked."""
        return self.value not in ("", "off")


@dataclass(frozen=True)
class Row:
    """A network in the picker; ``account`` and ``wrong`` where accounts are picked."""

    network: Network
    account: str = ""
    wrong: str = ""

    @property
    def icon(self) -> str:
        """The path data of its mark."""
        return icon(self.network)

    @property
    def name(self) -> str:
        """What the picker calls it."""
        return NAMES.get(self.network.key, self.network.name)


@dataclass(frozen=True)
class Asked:
    """What the query says, in the form's terms."""

    widget: Widget
    tab: str
    picked: tuple[tuple[str, str], ...]
    given: Mapping[str, str]

    def attributes(self, options: Options) -> dict[str, str]:
        """Return the element's attributes: what differs from the defaults, in the order of the docs."""
        chosen = {PICKED[self.widget.key]: self.list_value()} if self.widget.key in PICKED else {}
        return chosen | {
            option.name: self.given[option.name]
            for option in describe(type(options))
            if option.name in self.given and option.name not in ("site", *chosen) and self._differs(option)
        }

    def _differs(self, option: Described) -> bool:
        value = self.given[option.name]
        return value not in (option.default, "off" if option.kind == "bool" else "")

    def list_value(self) -> str:
        """Return what is picked as the attribute says it."""
        if PICKED.get(self.widget.key) != "accounts":
            return " ".join(key for key, _ in self.picked)
        return " ".join(f"{key}:{account}" for key, account in self.picked if account)

    def query(self, **changed: str) -> str:
        """Return the query that asks for the same, with some parameters changed."""
        rows = [(f"account-{key}", account) for key, account in self.picked]
        if PICKED.get(self.widget.key) != "accounts":
            rows = [("networks", key) for key, _ in self.picked]
        pairs = {"widget": self.widget.key, "tab": self.tab} | dict(self.given) | changed
        return urlencode([*((name, value) for name, value in pairs.items() if value), *rows])


@dataclass(frozen=True)
class Form:
    """The builder's state after reading a query: the options that hold, and what is wrong with the others."""

    asked: Asked
    options: Options
    rows: tuple[Row, ...]
    others: tuple[Row, ...]
    groups: tuple[tuple[str, tuple[Control, ...]], ...]
    wrong: Mapping[str, str] = field(default_factory=dict)
    refused: bool = False

    @property
    def accounts(self) -> bool:
        """Whether the picker asks for accounts, not only for networks."""
        return PICKED.get(self.asked.widget.key) == "accounts"

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show yet: no network ticked, no account or address entered."""
        key = self.asked.widget.key
        if key in NEEDED:
            return not self.attributes.get(NEEDED[key])
        if self.refused or (key == "login" and not (self.attributes.get("start") or self.options.site)):
            return True
        return key in PICKED and not self.asked.list_value()

    @property
    def picks(self) -> bool:
        """Whether networks or accounts are picked at all."""
        return self.asked.widget.key in PICKED

    @property
    def missing(self) -> tuple[str, str]:
        """What to do while there is nothing to show, and what the code waits for."""
        return MISSING.get(self.asked.widget.key, ("", ""))

    @property
    def attributes(self) -> dict[str, str]:
        """The element's attributes; those that are wrong are left out."""
        return {name: value for name, value in self.asked.attributes(self.options).items() if name not in self.wrong}


def read(
    pairs: Iterable[tuple[str, str]],
    widgets: Mapping[str, Widget],
    networks: Networks,
    site_key: str = "",
    logins: Sequence[str] = (),
) -> Asked:
    """Read a query. Unknown networks and parameters are passed over: an old link still opens the builder.

    ``logins`` are the networks that one can log in with.
    """
    pairs = list(pairs)
    last = dict(pairs)
    widget = widgets.get(last.get("widget", "")) or next(iter(widgets.values()))
    picked = _picked(pairs, widget, networks, logins)
    known = widget.options.attributes()
    given = {n: v.strip() for n, v in pairs if n in known and n != PICKED.get(widget.key)}
    given.setdefault("site", site_key)
    asked = Asked(widget, last.get("tab", ""), tuple(picked), given)
    return _moved(asked, last.get("move", ""))


def _picked(
    pairs: Sequence[tuple[str, str]], widget: Widget, networks: Networks, logins: Sequence[str]
) -> list[tuple[str, str]]:
    """Return the networks or accounts that the query names; the widget's default where it names none."""
    if PICKED.get(widget.key) == "accounts":
        return [*_accounts(pairs, networks)] or [
            (key, "") for key in ("mastodon", "bluesky", "github") if key in networks
        ]
    keys = [key for name, value in pairs if name == "networks" for key in words_of(value)]
    if not any(name == "networks" for name, _ in pairs) and "networks" in widget.options.model_fields:
        keys = list(widget.options.model_fields["networks"].default) or list(logins)
    return [(key, "") for key in dict.fromkeys(keys) if _fits(widget, networks.get(key), logins)]


def _fits(widget: Widget, network: Network | None, logins: Sequence[str]) -> bool:
    """Return whether a widget can have a button for a network."""
    if widget.key == "login":
        return network is not None and network.key in logins
    return followable(network) if PICKED.get(widget.key) == "accounts" else shareable(network)


def _accounts(pairs: Iterable[tuple[str, str]], networks: Networks) -> Iterable[tuple[str, str]]:
    """Yield network and account, from ``accounts``, the rows of the form, and the list of networks to add."""
    for name, value in pairs:
        found = [(name.removeprefix("account-"), value.strip())] if name.startswith("account-") else []
        if name == "accounts":
            found = [(key, rest) for key, _, rest in (part.partition(":") for part in words_of(value))]
        elif name == "add":
            found = [(value, "")]
        yield from ((key, rest) for key, rest in found if followable(networks.get(key)))


def _moved(asked: Asked, move: str) -> Asked:
    """Do what a button beside a chosen network says."""
    what, _, at = move.partition(":")
    index, rows = int(at) if at.isdecimal() and len(at) < 4 else -1, list(asked.picked)
    if not 0 <= index < len(rows) or what not in ("up", "down", "remove"):
        return asked
    row = rows.pop(index)
    if what != "remove":
        rows.insert(max(0, index + (1 if what == "down" else -1)), row)
    return replace(asked, picked=tuple(rows))


def shareable(network: Network | None) -> bool:
    """Return whether a live network takes shares."""
    return network is not None and network.share is not None and not network.dead


def followable(network: Network | None) -> bool:
    """Return whether a network has accounts to follow."""
    return network is not None and network.follow is not None


def form(asked: Asked, networks: Networks, logins: Sequence[str] = ()) -> Form:
    """Check what was asked and draw up the form: options that do not hold are told beside their fields."""
    rows = tuple(_row(networks[key], account) for key, account in asked.picked)
    asked_well = replace(asked, picked=tuple((r.network.key, r.account) for r in rows if not r.wrong))
    options, wrong = _options(asked_well, networks)
    taken = {key for key, _ in asked.picked} if PICKED.get(asked.widget.key) == "networks" else set()
    others = tuple(Row(n) for n in networks.values() if _fits(asked.widget, n, logins) and n.key not in taken)
    return Form(asked_well, options, rows, others, _groups(asked, wrong), wrong)


def refuse(drawn: Form, problem: Problem) -> Form:
    """Return the form with what is wrong at its field, where nothing can be made of it."""
    wrong = {**drawn.wrong, problem.field: problem.message}
    return replace(drawn, wrong=wrong, groups=_groups(drawn.asked, wrong), refused=True)


def _row(network: Network, account: str) -> Row:
    """Return a chosen network, with what is wrong with its account."""
    if not account or network.follow is None or network.account(account) is not None:
        return Row(network, account)
    if network.follow.remote:
        return Row(network, account, "Write it as @name@server, such as @me@example.social.")
    return Row(network, account, f"This is not an account on {network.name}. Check the spelling.")


def _options(asked: Asked, networks: Networks) -> tuple[Options, dict[str, str]]:
    """Return the options that hold, and a sentence for each that does not."""
    given = dict(asked.given)
    wrong: dict[str, str] = {}
    if asked.widget.key in PICKED:
        given[PICKED[asked.widget.key]] = asked.list_value()
    for _ in range(MOST_WRONG):
        try:
            return parse(asked.widget.options, given, networks)[0], wrong
        except Invalid as exc:
            name = exc.field if exc.field in given else next(iter(given))
            wrong[name] = exc.message
            del given[name]
    return asked.widget.options(), wrong


def _groups(asked: Asked, wrong: Mapping[str, str]) -> tuple[tuple[str, tuple[Control, ...]], ...]:
    """Return the controls in their groups, the picker's option left out."""
    ours = asked.widget.options.ours
    described = [o for o in describe(asked.widget.options) if "NETWORK" not in o.name and o.name not in ours]
    left = {o.name: _control(o, asked, wrong) for o in described if o.name != PICKED.get(asked.widget.key)}
    groups = [(title, [left.pop(name) for name in names if name in left]) for title, names in GROUPS]
    groups[-1][1].extend(left.values())
    return tuple((title, tuple(controls)) for title, controls in groups if controls)


def _control(option: Described, asked: Asked, wrong: Mapping[str, str]) -> Control:
    """Return an option as a control with the value asked for."""
    name = option.name
    return Control(
        name,
        option.kind,
        LABELS.get(name, name.replace("-", " ").capitalize()),
        option.help,
        asked.given.get(name, option.default),
        tuple((choice, choice.capitalize()) for choice in option.choices),
        EXAMPLES.get(name, ""),
        wrong.get(name, ""),
    )
