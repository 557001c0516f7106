"""Real providers that we are the client of, each a program of its own, and a browser with scripts off between us.

What they need stands in package-lock.json; `make dev` installs it. Without Node or without them a test fails.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import requests
from flask import Flask

from embed.kit_build import ROOT, node
from tests.doubles import an_app, serving
from tests.login.browsing import BACK, a_free_port, query
from tests.login.parties import Party, a_party

PROVIDERS = Path(__file__).parent / "providers"
# The secret of clients there: characters that break where one forgets to encode them (RFC 6749 §2.3.1).
SECRET = "a secret of + thirty-two / characters & more"


@dataclass
class Upstream:
    """A provider's process; ``origin`` is where it listens, ``ours`` where it expects us, "" for anywhere."""

    process: subprocess.Popen[str]
    origin: str
    ours: str

    def tell(self, line: str) -> str:
        """Write a line to it and return the one that it answers."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()


@contextmanager
def running(script: str, *given: str, expects_us: bool = True) -> Iterator[Upstream]:
    """Run a provider, which may be given more; it ends when its input does."""
    ours = _somewhere() if expects_us else ""
    command = [node(), str(PROVIDERS / script), ours, *given]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout
        origin = process.stdout.readline().strip()
        assert origin.startswith("http://"), f"{script} does not start: run `make dev`, then it by hand"
        yield Upstream(process, origin, ours)
        assert process.stdin
        process.stdin.close()


@dataclass
class Visitor:
    """We on the address that a provider knows us by, a site that logs in there, and somebody's browser."""

    app: Flask
    ours: str
    party: Party
    browser: requests.Session = field(default_factory=requests.Session)
    stops: tuple[str, ...] = (BACK,)

    def go(self, address: str, **data: str) -> requests.Response:
        """Ask for an address, or post a form to it, and follow redirects until a page or a place to stop before."""
        reply = self.browser.request("POST" if data else "GET", address, data=data, allow_redirects=False, timeout=10)
        while "Location" in reply.headers and not reply.headers["Location"].startswith(self.stops):
            onward = urljoin(reply.url, reply.headers["Location"])
            reply = self.browser.get(onward, allow_redirects=False, timeout=10)
        return reply

    def choose(self, key: str = "openid", **changes: str) -> requests.Response:
        """Go to our log-in page for the site and press the network's button."""
        page = self.go(self.ours + self.party.address(redirect_uri=BACK, **changes))
        return self.go(self.ours + link_to(page, f"/login/{key}?"))

    def press(self, page: requests.Response, **typed: str) -> requests.Response:
        """Send the first form of a page, with what somebody typed into it."""
        action, fields = form_in(page)
        return self.go(urljoin(page.url, action), **{**fields, **typed})

    def log_in(self, page: requests.Response, who: str = "ann") -> requests.Response:
        """Log in and agree at the provider, until its pages end."""
        assert not page.url.startswith(self.ours), page.text[:3000]
        while not page.url.startswith(self.ours) and page.status_code == 200:
            page = self.press(page, **({"login": who, "password": "x"} if 'name="login"' in page.text else {}))
        return page

    def held(self, page: requests.Response) -> str:
        """Log in at the provider, and return the address of ours that it sends the browser to without going there."""
        self.stops = (BACK, self.ours)
        reply = self.log_in(page) if page.status_code == 200 else page
        self.stops = (BACK,)
        return reply.headers["Location"]

    def claims(self, back: requests.Response) -> Mapping[str, object]:
        """Exchange the code that the site was given and return the claims of our ID token, its signature checked."""
        from joserfc import jwt
        from joserfc.jwk import KeySet

        assert "Location" in back.headers, (back.status_code, back.url, back.text[:3000])
        fields = {"grant_type": "authorization_code", "code": query(back.headers["Location"])["code"]}
        fields |= {"redirect_uri": BACK, "code_verifier": self.party.verifier}
        pair = (self.party.site.client_id, self.party.site.client_secret or "")
        told = requests.post(f"{self.ours}/oauth/token", data=fields, auth=pair, timeout=10).json()
        keys = KeySet.import_key_set(requests.get(f"{self.ours}/oauth/jwks", timeout=10).json())
        return jwt.decode(told["id_token"], keys, ["RS256"]).claims


@contextmanager
def a_visitor(folder: Path, upstream: Upstream, issuer: str, **settings: str) -> Iterator[Visitor]:
    """Serve us as a client of a provider; ``settings`` are those of the network ``openid``, and more."""
    ours = upstream.ours or _somewhere()
    given = {"openid_issuer": issuer, "http_allow": urlsplit(upstream.origin).netloc, "base_url": ours}
    app = an_app(folder, **{**given, **{name: value for name, value in settings.items() if value}})
    with serving(app, int(ours.rpartition(":")[2])):
        yield Visitor(app, ours, a_party(app, return_to=(BACK,)))
    app.extensions["handbill"].close()


def _somewhere() -> str:
    return f"http://127.0.0.1:{a_free_port()}"


def link_to(page: requests.Response, part: str) -> str:
    """The first link of a page that has this in it."""
    found = re.findall(r'href="([^"]*)"', page.text)
    links = [unescape(link) for link in found if part in unescape(link)]
    assert links, page.text[:3000]
    return links[0]


def form_in(page: requests.Response) -> tuple[str, dict[str, str]]:
    """The first form of a page: where it goes, and its fields."""
    form = re.search(r"<form ([^>]*)>(.*?)</form>", page.text, re.DOTALL)
    assert form, page.text[:3000]
    action = re.search(r'action="([^"]*)"', form[1])
    assert action, form[1]
    inputs = [dict(re.findall(r'(\w+)="([^"]*)"', tag)) for tag in re.findall(r"<input [^>]*>", form[2])]
    fields = {tag["name"]: unescape(tag.get("value", "")) for tag in inputs if "name" in tag}
    return unescape(action[1]), fields
