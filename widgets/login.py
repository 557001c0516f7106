"""The login widget: a wide button for each network that visitors of a site can log in with.

With ``start``, a back end of the site's own begins the login, and every link goes there. Without it the page itself
is the OpenID Connect client: its script does the code flow with PKCE (``static/js/login_flow.js``), and without
scripts the links log the visitor in at this server and come back.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlencode

from pydantic import Field, field_validator

from core.errors import Invalid
from login.ways import label
from networks.icons import icon
from widgets.base import Context, Options, Refused, Widget, address, words_of

if TYPE_CHECKING:
    from core.sites import Site
    from networks.parts import Network

# What a page may ask to be told (OpenID Connect Core §5.4). No refresh token: a page would leave it lying about
# (OAuth 2.0 for Browser-Based Applications §8).
SCOPES = ("openid", "profile", "email")
# The words that the script says, by the name it has for them.
WORDS = {"denied": "login_denied", "failed": "login_failed"}
# Relative luminance from which black ink has more contrast than white: (L + 0.05)² = 1.05 × 0.05 (WCAG 2.2, 1.4.3).
_BRIGHT = 0.179


class LoginOptions(Options):
    """What a page owner may say about log-in buttons."""

    networks: tuple[str, ...] = Field(
        (),
        max_length=40,
        description="Which networks, in which order. Default: all that there are for the site.",
    )
    start: str = Field(
        "",
        max_length=2000,
        description="Where your back end begins a login; it gets `?network=NAME`. Without it the page does so.",
    )
    return_to: str = Field(
        "",
        max_length=2000,
        description="Where visitors come back to: a registered address. Default: this page, else the first of them.",
    )
    mode: Literal["redirect", "popup"] = Field(
        "redirect", description="Whether the login happens in this window, or in one of its own where that can be."
    )
    scope: tuple[str, ...] = Field(
        SCOPES,
        max_length=10,
        description="`openid` tells an id, `profile` name and picture, `email` the address.",
    )
    color: Literal["mono", "brand"] = Field("mono", description="The page's own colours, or each network's.")

    @field_validator("networks", mode="before")
    @classmethod
    def _networks(cls, value: object) -> list[str]:
        return [key.lower() for key in words_of(value)]

    @field_validator("start", mode="before")
    @classmethod
    def _start(cls, value: object) -> str:
        text = str(value).strip()
        if text.startswith("/") and not text.startswith(("//", "/\\")):
            return text
        return address(text, "start")

    @field_validator("return_to", mode="before")
    @classmethod
    def _return_to(cls, value: object) -> str:
        return address(value, "return-to")

    @field_validator("scope", mode="before")
    @classmethod
    def _scope(cls, value: object) -> list[str]:
        asked = words_of(value) or list(SCOPES)
        if unfit := [scope for scope in asked if scope not in SCOPES]:
            raise Refused(f"scope is made of {' '.join(SCOPES)}, not {unfit[0][:40]!r}.")
        return [scope for scope in SCOPES if scope in asked or scope == "openid"]


def data(options: LoginOptions, context: Context) -> dict[str, Any]:
    """Return what the template and the script read.

    Raises Invalid where the page cannot log in by itself: no site, one with a client secret, an unknown address.
    """
    found, hints = _offered(options, context)
    words = context.words
    return {
        "widget": "login",
        "lang": words.lang,
        "dir": words.dir,
        "words": {"label": words.text("log_in")},
        "buttons": [_button(network, _href(network, options, context), options, context) for network in found],
        **({"hints": hints} if hints else {}),
    }


def client(context: Context) -> dict[str, Any]:
    """Return what a page must know to log its visitors in by itself; it asks when somebody is about to.

    Raises Invalid where it cannot: no site, or one with a client secret.
    """
    site, words = _public(context.site), context.words
    return {
        "issuer": context.base_url,
        "client_id": site.client_id,
        "back": list(site.return_to),
        "lang": words.lang,
        "dir": words.dir,
        "words": {short: words.text(full) for short, full in WORDS.items()},
    }


def _href(network: Network, options: LoginOptions, context: Context) -> str:
    """Return where a button leads without scripts: to the site's back end, or to our page and back."""
    if options.start:
        return _joined(options.start, {"network": network.key})
    site = _public(context.site)
    fields = {"site": site.key, "return_to": _back(options, site)}
    return f"{context.base_url}/login/{network.key}?{urlencode(fields)}"


def _offered(options: LoginOptions, context: Context) -> tuple[list[Network], list[str]]:
    """Return the networks whose buttons there will be, and a hint for each that was asked for and is not there."""
    usable = {network.key: network for network in (context.offered(context.site) if context.offered else ())}
    if not usable:
        return [], ["no network is set up for logging in on this server"]
    hints = [_hint(key, context) for key in options.networks if key not in usable]
    found = [usable[key] for key in options.networks if key in usable] if options.networks else list(usable.values())
    return found, hints


def _hint(key: str, context: Context) -> str:
    if key not in context.networks:
        near = difflib.get_close_matches(key, list(context.networks), n=1, cutoff=0.6)
        return f"there is no network {key[:40]!r}" + (f", did you mean {near[0]!r}?" if near else "")
    network = context.networks[key]
    if network.login is None:
        return f"nobody can log in with {network.name}"
    return f"logging in with {network.name} is not set up on this server, or not for this site"


def _back(options: LoginOptions, site: Site) -> str:
    """Return the address to come back to, of those registered."""
    back = options.return_to or next(iter(site.return_to), "")
    if back not in site.return_to:
        raise Invalid("This address is not registered for the site.", code="wrong_return", field="return-to")
    return back


def _public(site: Site | None) -> Site:
    if site is None:
        raise Invalid("Say which site this is, as site=KEY; or start=/… of your back end.", field="site")
    if not site.public:
        message = "This site has a client secret, which no page can keep: say start=/… of its back end."
        raise Invalid(message, code="site_not_public", field="site")
    return site


def _joined(start: str, fields: dict[str, str]) -> str:
    """Return an address with fields added to its query."""
    head, mark, fragment = start.partition("#")
    return f"{head}{'&' if '?' in head else '?'}{urlencode(fields)}{mark}{fragment}"


def _button(network: Network, href: str, options: LoginOptions, context: Context) -> dict[str, Any]:
    colours = {"color": network.colour, "ink": ink(network.colour)} if options.color == "brand" else {}
    name = context.words.name(network.key, network.name)
    said = label(context.words, network)
    return {"key": network.key, "name": name, "label": said, "icon": icon(network), "href": href, **colours}


def ink(colour: str) -> str:
    """Return black or white as six hexadecimal digits, whichever is easier to read on a colour (WCAG 2.2, 1.4.3)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return "000000" if 0.2126 * red + 0.7152 * green + 0.0722 * blue > _BRIGHT else "ffffff"


WIDGET = Widget("login", "Log-in buttons", LoginOptions, data)
