"""A served Handbill, and a browser with scripts off that logs in at it: what other people's relying parties need."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import requests
from flask import Flask

from core.sites import NewSite
from tests.doubles import a_site, an_app, serving

BACK, BYE = "https://rp.example.org/cb", "https://rp.example.org/bye"


@dataclass
class Provider:
    """We, on a real port."""

    app: Flask
    origin: str

    def site(self, algorithm: str = "RS256", **changes: Any) -> NewSite:
        made = a_site(self.app, return_to=(BACK,), logout_return_to=(BYE,), **changes)
        self.app.extensions["handbill"].sites.configure(made.key, login_algorithm=algorithm)
        return made


def a_free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def a_provider(folder: Path, **changes: str) -> Iterator[Provider]:
    """Serve an application at the address that it knows itself by."""
    port = a_free_port()
    app = an_app(folder, base_url=f"http://127.0.0.1:{port}", **changes)
    with serving(app, port) as origin:
        yield Provider(app, origin)
    app.extensions["handbill"].close()


def browse(address: str, browser: requests.Session | None = None) -> str:
    """Log in as a person would with scripts off, and return the address the browser is sent back to."""
    browser = browser or requests.Session()
    reply = browser.get(address, allow_redirects=False, timeout=10)
    while not reply.headers.get("Location", "").startswith("https://rp.example.org/"):
        if reply.is_redirect:
            reply = browser.get(urljoin(reply.url, reply.headers["Location"]), allow_redirects=False, timeout=10)
            continue
        assert reply.status_code == 200, reply.text
        reply = _press(browser, reply)
    return reply.headers["Location"]


def visit(address: str, browser: requests.Session, provider: str) -> requests.Response:
    """Go to an address, filling in what pages of the provider ask; return the first page that is somebody else's."""
    reply = browser.get(address, timeout=10)
    while reply.url.startswith(provider) and ("<form method" in reply.text or "/login/developer" in reply.text):
        reply = _press(browser, reply)
        if reply.is_redirect:
            reply = browser.get(urljoin(reply.url, reply.headers["Location"]), timeout=10)
    return reply


def _press(browser: requests.Session, page: requests.Response) -> requests.Response:
    link = re.search(r'href="(/login/developer[^"]*)"', page.text)
    if link:
        return browser.get(urljoin(page.url, unescape(link[1])), allow_redirects=False, timeout=10)
    action = re.search(r'<form method="post" action="([^"]*)"', page.text)
    assert action, page.text
    fields = {}
    for tag in re.findall(r"<input [^>]*>", page.text):
        found = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        fields[found["name"]] = unescape(found.get("value", ""))
    return browser.post(urljoin(page.url, action[1]), data=fields, allow_redirects=False, timeout=10)


def query(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
