"""The code a site owner pastes: one value in, the forms of the builder's tabs out. Pure text, no web framework.

The snippet is a contract (its names are kept for good). Every form holds the same real links, so that the page works
while the script has not come, or never comes.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from core.errors import Invalid

# Addresses a link of ours may have: the web, and the schemes that the networks' own share pages and apps document
# (mailto RFC 6068, sms RFC 5724). Anything else, `javascript:` first of all, is refused.
SCHEMES = frozenset(
    {"http", "https", "mailto", "sms", "viber", "fb-messenger", "whatsapp", "tg", "threema", "line", "web+mastodon"}
)
# Options that are addresses of pages or pictures.
ADDRESSES = frozenset({"url", "image", "href"})
# What a browser skips before a scheme and inside it: controls, space (https://url.spec.whatwg.org/#url-parsing).
_SKIPPED = re.compile(r"[\x00-\x20]")
# The page tells us its whole address even across origins; browsers' default sends the origin only
# (https://www.w3.org/TR/referrer-policy/#referrer-policy-no-referrer-when-downgrade).
REFERRER = "no-referrer-when-downgrade"

# Pixels: as high as a log-in button is drawn (static/css/login.css).
LOGIN_HEIGHT = 44
# Pixels: a line of its own for a link, with room for a finger (WCAG 2.5.8).
LINE = 24

PLAYS = "The player's address is asked for after a click, and not before."
ASKS = "The page's address is left open: the links go by way of this server, which reads it from the Referer header."


@dataclass(frozen=True)
class Link:
    """One real link of the snippet. ``label`` is its name where nothing around it says what it does.

    A card's link has a picture in it (attributes of an image, in their order), and words after it. ``height`` is what
    a link on a line of its own must have, so that nothing moves when its button comes.
    """

    key: str
    name: str
    href: str
    label: str = ""
    rel: str = ""
    referrer: str = ""
    picture: Mapping[str, str] = field(default_factory=dict)
    words: tuple[tuple[str, str], ...] = ()
    height: int = 0


@dataclass(frozen=True)
class Tab:
    """One form of the snippet: ``key`` names it in an address, ``note`` is what to know, ``more`` a second line."""

    key: str
    title: str
    code: str
    note: str = ""
    more: str = ""

    @property
    def html(self) -> Markup:
        """The code as HTML to read, its parts marked for the eye."""
        return highlight(self.code)


@dataclass(frozen=True)
class Kit:
    """Where the script comes from: this server's origin, the site's key, the version, its hashes and bundles.

    ``frames`` are the origins of players that the widget may show, ``files`` those of films and sounds it may play.
    """

    base_url: str
    site_key: str
    version: str
    integrity: Mapping[str, str]
    bundles: Mapping[str, str]
    frames: str = ""
    files: str = ""


def links(data: Mapping[str, Any], *, page_known: bool) -> tuple[Link, ...]:
    """Return the links of a widget's data, in which every button has its address (`embed.fragments.with_links`)."""
    if data["widget"] == "card":
        return (_card(data),)
    if data["widget"] == "feed":
        return (Link("feed", data["title"], data["href"], height=data["room"]),)
    if data["widget"] == "replies":
        return _places(data)
    if data["widget"] == "login":
        return tuple(Link(b["key"], b["label"], b["href"], height=LOGIN_HEIGHT) for b in data["buttons"])
    return tuple(_link(button, data, page_known) for button in data["buttons"])


def _places(data: Mapping[str, Any]) -> tuple[Link, ...]:
    """Return links to where one can answer, so that one can while we are down; else to the answers' own page."""
    found = tuple(Link("replies", place["label"], place["href"], height=LINE) for place in data["places"])
    return found or (Link("replies", data["title"], data["page"]),)


def _card(data: Mapping[str, Any]) -> Link:
    """Return a card's link with what stands there without scripts.

    Of a post whose network wants it to be asked for again that is the link alone: nobody takes pasted words away.
    """
    if data.get("post", {}).get("passing"):
        return Link("card", data["post"]["view"], data["href"])
    picture = {name: str(value) for name, value in data.get("picture", {}).items()}
    words = [("p", data.get("text", "")), ("small", data["site"] if data["site"] != data["title"] else "")]
    return Link(
        data["layout"],
        data["title"],
        data["href"],
        picture={**picture, "alt": ""} if picture else {},
        words=tuple(pair for pair in words if pair[1]),
    )


def _link(button: Mapping[str, Any], data: Mapping[str, Any], page_known: bool) -> Link:
    """Return one button's link. A share link asks for the whole Referer where the page is not known beforehand."""
    label = button.get("label") or data["words"].get("on", "{network}").replace("{network}", button["name"])
    rel = "me" if data["widget"] == "follow" else ""
    referrer = REFERRER if data["widget"] == "share" and not page_known else ""
    return Link(button["key"], button["name"], button["href"], label, rel, referrer)


def snippets(
    widget: str,
    options: Mapping[str, str],
    links: Sequence[Link],
    site_key: str,
    base_url: str,
    version: str,
    integrity: Mapping[str, str],
    bundles: Mapping[str, str],
    frames: str = "",
    files: str = "",
) -> list[Tab]:
    """Return every form of the snippet, the usual one first.

    ``options`` are attributes as they are to be written; ``integrity`` maps the files of ``version`` to their hashes,
    ``bundles`` a widget to the one file that holds all of it: without both there is no exact form; ``frames`` is the
    origin of the player it may show. Raises `Invalid` for an address that is none.
    """
    _check(options, links)
    kit = Kit(base_url.rstrip("/"), site_key, version, integrity, bundles, frames, files)
    tabs = [_newest(widget, options, links, kit), _exact(widget, options, links, kit), _plain(links)]
    tabs += [_division(widget, options, links, kit), _policy(kit)]
    return [tab for tab in tabs if tab.code]


def _newest(widget: str, options: Mapping[str, str], links: Sequence[Link], kit: Kit) -> Tab:
    """The snippet of the README: newest 1.x, a custom element around the links."""
    code = _script(kit) + "\n\n" + _element(f"hb-{widget}", options, links)
    return Tab(
        "html", "HTML", code, f"Paste it where {_what(widget)}. The script is needed once a page.", _why(links)
    )


def _exact(widget: str, options: Mapping[str, str], links: Sequence[Link], kit: Kit) -> Tab:
    """One bundle of one version with its hash: the browser runs exactly these bytes or none."""
    file = kit.bundles.get(widget, "")
    known = kit.integrity.get(file, "")
    src = {"src": f"{kit.base_url}/kit/{kit.version}/{file}", "integrity": known, "crossorigin": "anonymous"}
    script = _tag("script", {"async": "", **src, "data-site": kit.site_key}, wide=True) + "</script>"
    code = script + "\n\n" + _element(f"hb-{widget}", options, links) if known else ""
    note = f"The browser runs exactly version {kit.version}, or nothing. Fixes come when you change it."
    return Tab("sri", "Exact version", code, note, _why(links))


def _plain(links: Sequence[Link]) -> Tab:
    """The links alone, for pages, feeds and letters that run no script."""
    items = "".join(f"  <li>{_anchor(link, link.label or link.name)}</li>\n" for link in links)
    code = f"<ul>\n{items}</ul>" if links else ""
    if links and (links[0].picture or links[0].words):
        code = "\n".join(_lines(links[0]))
    return Tab(
        "plain", "No script", code, "Links only, for pages, feeds and letters that run no script.", _why(links)
    )


def _division(widget: str, options: Mapping[str, str], links: Sequence[Link], kit: Kit) -> Tab:
    """The same for editors that strip elements they do not know.

    They are also those that make a ``<br>`` of each line end (WordPress' wpautop), and the buttons take the room that
    the links had: links one below the other would leave a hole. So it is one line.
    """
    named = {"data-hb": widget} | {f"data-{name}": value for name, value in options.items()}
    inside = " ".join(line for link in links for line in _lines(link))
    code = f"{_script(kit)}\n{_tag('div', named)}{inside}</div>"
    note = "For editors that strip tags they do not know, or make breaks of line ends. The same options and result."
    return Tab("data", "data-hb", code, note, _why(links))


def _policy(kit: Kit) -> Tab:
    """The lines a page's Content-Security-Policy needs."""
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(kit.base_url))
    lines = [f"{name} {origin};" for name in ("script-src", "connect-src", "img-src")]
    lines += [f"frame-src {kit.frames};"] if kit.frames else []
    lines += [f"media-src {kit.files};"] if kit.files else []
    note = "Add the address to these lines of your policy. No inline script or style is used."
    return Tab("csp", "CSP", "\n".join(lines), note, PLAYS if kit.frames or kit.files else "")


def _what(widget: str) -> str:
    """Return what belongs where the snippet goes."""
    what = {"card": "card belongs", "feed": "posts belong", "replies": "answers belong"}
    return f"the {what.get(widget, 'buttons belong')}"


def _why(links: Sequence[Link]) -> str:
    """Return why the links pass by us, where they do."""
    return ASKS if any(link.referrer for link in links) else ""


def _script(kit: Kit) -> str:
    """Return the script tag of the newest 1.x."""
    attributes = {"async": "", "src": f"{kit.base_url}/kit/1/kit.js", "data-site": kit.site_key}
    return _tag("script", attributes) + "</script>"


def _element(name: str, attributes: Mapping[str, str], links: Sequence[Link]) -> str:
    """Return the element with one link a line."""
    inside = "".join(f"\n  {line}" for link in links for line in _lines(link))
    return _tag(name, attributes) + inside + ("\n" if links else "") + f"</{name}>"


def _lines(link: Link) -> Iterable[str]:
    """Yield a link and the words after it, a line each."""
    breaks = link.height or [tag for tag, _ in link.words] == ["small"]
    yield _anchor(link, link.name, link.height) + ("<br>" if breaks else "")
    for tag, text in link.words:
        yield f"<{tag}>{_text(text)}</{tag}>"


def _anchor(link: Link, text: str, height: int = 0) -> str:
    """Return one link; an empty mark of a height makes its line as high."""
    attributes = {"href": link.href, "rel": link.rel, "referrerpolicy": link.referrer}
    head = _tag("a", {name: value for name, value in attributes.items() if value})
    if height:
        head += _tag("svg", {"width": "0", "height": str(height)}) + "</svg>"
    if link.picture:
        head += _tag("img", link.picture) + ("<br>" if link.key == "large" else " ")
    return head + (f"<b>{_text(text)}</b>" if link.words else _text(text)) + "</a>"


def _tag(name: str, attributes: Mapping[str, str], *, wide: bool = False) -> str:
    """Return an opening tag; ``async`` stands bare, and an empty site key is left out."""
    written = [
        key if key == "async" else f'{key}="{_value(value)}"'
        for key, value in attributes.items()
        if key == "async" or value or key not in {"data-site", "src"}
    ]
    return "<" + ("\n  " if wide else " ").join([name, *written]) + ">"


def _text(value: str) -> str:
    """Escape what stands between tags."""
    return html.escape(value, quote=False)


def _value(value: str) -> str:
    """Escape what stands in double quotes; the apostrophe may stay, for eyes that read the code."""
    return html.escape(" ".join(value.split()), quote=False).replace('"', "&quot;")


def _check(options: Mapping[str, str], links: Iterable[Link]) -> None:
    """Refuse addresses that would run, or open, anything but a page or an app of a network."""
    for name in ADDRESSES & options.keys():
        if options[name] and not re.match(r"https?://", options[name], re.IGNORECASE):
            raise Invalid(f"{name} must be an address that begins with https://.", field=name)
    for link in links:
        href = _SKIPPED.sub("", link.href)
        if not re.match(r"/(?![/\\])", href) and href.partition(":")[0].lower() not in SCHEMES:
            raise Invalid(f"The link for {link.name} is not an address that can be opened.", field=link.key)


# One tag, or one directive of a policy at the start of a line.
_MARKED = re.compile(
    r'(?P<open></?)(?P<tag>[\w-]+)(?P<rest>(?:[^>"]|"[^"]*")*)>|^(?P<line>[a-z]+-src) (?P<value>.*)$', re.M
)
_PAIR = re.compile(r'(?P<space>\s+)(?P<name>[\w-]+)(?:=(?P<value>"[^"]*"))?')


def highlight(code: str) -> Markup:
    """Return the code as HTML with tags, attribute names and values in spans of their own."""
    out, at = [Markup("")], 0
    for found in _MARKED.finditer(code):
        out += [escape(code[at : found.start()]), _directive(found) if found["line"] else _marked(found)]
        at = found.end()
    return Markup("").join([*out, escape(code[at:])])


def _marked(found: re.Match[str]) -> Markup:
    """Return one tag with its parts in spans."""
    head = escape(found["open"]) + Markup('<b class="c-tag">{}</b>').format(found["tag"])
    pairs = [_pair(pair) for pair in _PAIR.finditer(found["rest"])]
    return head + Markup("").join(pairs) + Markup("&gt;")


def _pair(found: re.Match[str]) -> Markup:
    """Return one attribute with its value in a span."""
    name = Markup('{}<span class="c-name">{}</span>').format(found["space"], found["name"])
    value = Markup('=<span class="c-value">{}</span>').format(found["value"]) if found["value"] else Markup("")
    return name + value


def _directive(found: re.Match[str]) -> Markup:
    """Return one line of a policy with its parts in spans."""
    return Markup('<b class="c-tag">{}</b> <span class="c-value">{}</span>').format(found["line"], found["value"])
