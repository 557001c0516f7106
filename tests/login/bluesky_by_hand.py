"""Log in at a real server of the AT Protocol on this machine, and print each step. Run by hand: docs/login.md.

    .venv/bin/python -m tests.login.bluesky_by_hand FOLDER

FOLDER has npm's @atproto/dev-env installed. Its server and its directory of DIDs are started, we are served beside
them, and somebody logs in by a handle, by a DID, and by naming only the server; then one says no.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import requests

from embed.kit_build import node
from login.tables import AccountRow
from tests.doubles import an_app, serving
from tests.login.browsing import BACK, a_free_port, query
from tests.login.parties import a_party
from tests.login.upstreams import PROVIDERS, Visitor, form_in, link_to

PASSWORD = "a long password"
API = "/@atproto/oauth-provider/~api/"


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


@dataclass
class Home:
    """The server's process, and what it says of itself."""

    pds: str
    directory: str
    handle: str
    did: str


@contextmanager
def a_home(folder: str) -> Iterator[Home]:
    command = [node(), str(PROVIDERS / "pds.mjs")]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=folder, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL) as process:
        assert process.stdout
        told = next(line for line in process.stdout if line.startswith(b'{"pds"'))
        yield Home(**json.loads(told))
        assert process.stdin
        process.stdin.close()


@dataclass
class Page:
    """The server's sign-in page as its script drives it, with a browser's headers, which the server insists on."""

    address: str
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, address: str, **given: object) -> requests.Response:
        # A jar returns no cookies for localhost: they are sent by hand.
        kept = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": kept, **given.pop("headers")}  # type: ignore[dict-item]
        reply = requests.request(
            method, address, headers=headers, allow_redirects=False, timeout=20, json=given.get("json")
        )
        self.cookies.update(reply.cookies.get_dict())
        return reply

    def open(self) -> requests.Response:
        fetch = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "cross-site"}
        return self.ask("GET", self.address, headers={**fetch, "Accept": "text/html"})

    def call(self, name: str, body: object, **more: str) -> dict[str, object]:
        parts = urlsplit(self.address)
        origin = f"{parts.scheme}://{parts.netloc}"
        fetch = {"Sec-Fetch-Mode": "same-origin", "Sec-Fetch-Dest": "empty", "Sec-Fetch-Site": "same-origin"}
        headers = {**fetch, "Origin": origin, "Referer": self.address, "X-CSRF-Token": self.cookies["csrf-token"]}
        reply = self.ask("POST", origin + API + name, headers={**headers, **more}, json=body)
        assert reply.status_code == 200, (name, reply.status_code, reply.text[:500])
        return dict(reply.json())

    def agree(self, handle: str, *, no: bool = False) -> str:
        """Sign in and answer the question; return the address that the browser is sent to."""
        opened = self.open()
        assert opened.status_code == 200, (opened.status_code, opened.text[:500])
        given = {"locale": "en", "username": handle, "password": PASSWORD, "remember": False}
        signed = self.call("sign-in", given)
        account: dict[str, str] = signed["account"]  # type: ignore[assignment]
        bearer = {"Authorization": f"Bearer {signed['ephemeralToken']}"}
        url = str(self.call("reject" if no else "consent", {} if no else {"sub": account["sub"]}, **bearer)["url"])
        fetch = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "same-origin"}
        reply = self.ask("GET", url, headers={**fetch, "Referer": self.address})
        assert reply.status_code == 303, (reply.status_code, reply.text[:500])
        return reply.headers["Location"]


def log_in(visitor: Visitor, typed: str, home: Home, *, no: bool = False) -> requests.Response:
    """Go from our log-in page to the server and back; return the last answer of ours."""
    visitor.browser = requests.Session()
    page = visitor.go(visitor.ours + visitor.party.address(redirect_uri=BACK))
    page = visitor.go(visitor.ours + link_to(page, "/login/bluesky?"))
    action, fields = form_in(page)
    visitor.stops = (BACK, home.pds)
    sent = visitor.browser.get(
        visitor.ours + action, params={**fields, "server": typed}, allow_redirects=False, timeout=20
    )
    assert sent.status_code == 303, sent.text[:3000]
    address = sent.headers["Location"]
    say(f"  pushed; the browser goes to {address.partition('?')[0]} with {sorted(query(address))}")
    back = Page(address).agree(home.handle, no=no)
    say(f"  back at {back.partition('?')[0]} with {sorted(query(back))}, iss {query(back)['iss']}")
    return visitor.go(back)


def run(folder: str) -> None:
    with a_home(folder) as home, tempfile.TemporaryDirectory() as data:
        say(f"server {home.pds}, directory {home.directory}, {home.handle} is {home.did}")
        port = a_free_port()
        places = ",".join(urlsplit(url).netloc for url in (home.pds, home.directory))
        app = an_app(
            Path(data), base_url=f"http://127.0.0.1:{port}", http_allow=places,
            atproto_directory=home.directory, atproto_resolver=home.pds,
        )  # fmt: skip
        with serving(app, port) as ours:
            visitor = Visitor(app, ours, a_party(app, return_to=(BACK,)))
            for typed in (home.handle, home.did, urlsplit(home.pds).netloc):
                say(f"typed: {typed}")
                claims = visitor.claims(log_in(visitor, typed, home))
                say(f"  our ID token: network {claims['network']}, name {claims['name']}, sub {claims['sub']}")
            say("said no")
            reply = log_in(visitor, home.handle, home, no=True)
            say(f"  our page: status {reply.status_code}, back to the site with {query(link_to(reply, BACK))}")
        with app.extensions["handbill"].database.session() as session:
            for row in session.query(AccountRow):
                say(f"stored: {row.network} {row.issuer} {row.subject} @{row.handle} {row.url}")
        app.extensions["handbill"].close()


if __name__ == "__main__":
    run(sys.argv[1])
