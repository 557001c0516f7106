"""What somebody logs in for: a site that asked by OpenID Connect, a page of a static site, or their own data here.

It travels in the addresses and forms of our pages as a few fields, and is checked anew whenever it arrives.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.addresses import origin_of
from login import elsewhere
from login.problems import LoginFailed
from login.requests import read_text, site_of

if TYPE_CHECKING:
    from core.sites import Site
    from login.attempts import Attempt, Start
    from login.service import Logins
    from login.sessions import LoginSession

FIELDS = ("request", "site", "return_to", "add", elsewhere.FIELD)


@dataclass(frozen=True)
class Target:
    """What a login is for.

    ``fields`` are what a page carries along; ``shown`` is whether a page of ours has named the site, and what it will
    be told, to this very browser. ``account`` names the browser of the data page's own host, where it has one.
    """

    fields: Mapping[str, str]
    site: Site | None = None
    request: str = ""
    return_to: str = ""
    person_id: str = ""
    scopes: frozenset[str] = frozenset()
    shown: bool = False
    account: str = ""

    @property
    def origin(self) -> str:
        """The origin the browser ends up at, or the empty string for our own."""
        address = read_text(self.request).get("redirect_uri") if self.request else self.return_to
        return origin_of(address) if self.site and address and address != elsewhere.PAGE else ""

    @property
    def hint(self) -> str:
        """What the site believes the person is called (OpenID Connect Core §3.1.2.1, login_hint)."""
        return read_text(self.request).get("login_hint")[:200] if self.request else ""

    def start(self, network: str, browser: str, server: str = "") -> Start:
        """Return what to begin an attempt with."""
        from login.attempts import Start

        return Start(
            network=network,
            browser=browser,
            server=server,
            site_key=self.site.key if self.site else "",
            return_to=self.return_to,
            request=self.request,
            shown=self.shown,
            person_id=self.person_id,
            extra={elsewhere.FIELD: self.account} if self.account else {},
        )

    def attempt(self, network: str) -> Attempt:
        """Return the attempt of a network that is a page of ours, which needs no way there and back."""
        from login.attempts import Attempt

        start = self.start(network, "")
        return Attempt(
            network=network,
            server="",
            site_key=start.site_key,
            return_to=start.return_to,
            request=start.request,
            shown=self.shown,
            person_id=start.person_id,
            verifier="",
            nonce="",
            extra=start.extra,
        )


def target_of(logins: Logins, values: Mapping[str, str], browser: str, session: LoginSession | None) -> Target:
    """Return what a login is for. Raises LoginFailed for a site or an address that is not registered."""
    fields = {name: values[name] for name in FIELDS if values.get(name)}
    if not logins.services.settings.apart or "request" in fields:
        fields.pop(elsewhere.FIELD, None)
    shown = logins.marks.fits(values.get("ticket", ""), "shown", browser, *ticket_about(fields))
    if "request" in fields:
        return _of_client(logins, fields, shown)
    if "add" in fields:
        return _of_owner(logins, fields, session)
    if "site" in fields:
        return _of_page(logins, fields, shown)
    return _of_data(fields, shown)


def ticket_about(fields: Mapping[str, str]) -> list[str]:
    """Return what a ticket is for: the fields, each by its name."""
    return [f"{name}={fields[name]}" for name in FIELDS if name in fields]


def _of_client(logins: Logins, fields: Mapping[str, str], shown: bool) -> Target:
    asked = read_text(fields["request"])
    site = site_of(asked, logins.sites)
    return Target({"request": asked.text}, site, request=asked.text, scopes=asked.scopes, shown=shown)


def _of_data(fields: Mapping[str, str], shown: bool, site: Site | None = None) -> Target:
    """Somebody wants to see what is stored about them; by a site's own application, where it names the site."""
    account = elsewhere.checked(fields[elsewhere.FIELD]) if elsewhere.FIELD in fields else ""
    kept = {elsewhere.FIELD: account} if account else {}
    kept |= {"site": site.key, "return_to": elsewhere.PAGE} if site else {}
    return Target(kept, site, return_to=elsewhere.PAGE, shown=shown, account=account)


def _of_owner(logins: Logins, fields: Mapping[str, str], session: LoginSession | None) -> Target:
    """An account is added by its owner, who has logged in just now, on the page that says so."""
    if elsewhere.FIELD in fields:
        account = elsewhere.checked(fields[elsewhere.FIELD])
        person_id = elsewhere.added_by(logins, fields["add"], account)
        kept = {"add": fields["add"], elsewhere.FIELD: account}
        return Target(kept, return_to=elsewhere.PAGE, person_id=person_id, shown=True, account=account)
    if session is None or not logins.marks.fits(fields["add"], "add", session.token):
        raise LoginFailed("attempt_over")
    if not logins.sessions.fresh(session):
        raise LoginFailed("too_old_session")
    return Target({"add": fields["add"]}, return_to="/account", person_id=session.person_id, shown=True)


def _of_page(logins: Logins, fields: Mapping[str, str], shown: bool) -> Target:
    site = logins.sites.by_key(fields["site"])
    if site is None:
        raise LoginFailed("unknown_site", "No site has this key.")
    return_to = fields.get("return_to", "")
    if return_to == elsewhere.PAGE:
        return _of_data(fields, shown, site)
    if return_to not in site.return_to:
        raise LoginFailed("wrong_return", "This return_to is not registered for the site.")
    return Target({"site": site.key, "return_to": return_to}, site, return_to=return_to, shown=shown)
