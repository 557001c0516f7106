"""Apache with mod_auth_openidc, a certified relying party, against us on loopback. By hand, on Debian, as root:

    apt-get install -y apache2 libapache2-mod-auth-openidc
    .venv/bin/python -m tests.login.relying.apache

It logs in, sees the claims as headers, refreshes, logs out at both, and hears of a log-out at us (back-channel).
Part of no test: the machines that run them have no Apache.
"""

from __future__ import annotations

import json
import logging
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from string import Template
from typing import Any

import click
import requests
from werkzeug import Request, Response

from core.jobs_eager import EagerJobs
from login.jobs import tell_logout
from tests.doubles import a_site, serving
from tests.login.browsing import Provider, a_free_port, a_provider, visit

MODULES = "/usr/lib/apache2/modules"


@Request.application
def application(request: Request) -> Response:
    """Be the program behind Apache, and say what it was told."""
    told = {name.lower(): value for name, value in request.headers.items() if name.upper().startswith("OIDC")}
    return Response(json.dumps({"path": request.path, **told}))


@contextmanager
def apache(folder: Path, **values: object) -> Iterator[None]:
    """Run Apache with the site's configuration."""
    text = Template((Path(__file__).parent / "site.conf").read_text("utf-8"))
    config = folder / "site.conf"
    config.write_text(text.substitute(values, folder=folder, modules=MODULES), "utf-8")
    program = shutil.which("apache2") or "/usr/sbin/apache2"
    with subprocess.Popen([program, "-f", str(config), "-DFOREGROUND"]) as process:
        time.sleep(1)
        try:
            yield
        finally:
            process.terminate()
            process.wait()


class Tour:
    """One person's way through the site."""

    def __init__(self, provider: Provider, site: str) -> None:
        self.provider, self.site = provider, site
        self.browser = requests.Session()

    def open(self, address: str = "/app/") -> dict[str, Any]:
        """Open a page of the site, logging in where it is asked for; return what the program behind it was told."""
        reply = visit(self.site + address, self.browser, self.provider.origin)
        assert reply.url.startswith(self.site), (reply.url, reply.text[:500])
        return dict(reply.json())

    def logged_in(self) -> bool:
        """Return whether the site lets the person in without asking us."""
        reply = self.browser.get(self.site + "/app/", allow_redirects=False, timeout=10)
        return reply.status_code == 200

    def log_in(self) -> dict[str, Any]:
        told = self.open()
        assert (told["oidc-name"], told["oidc-network"]) == ("Ada Example", "developer")
        assert told["oidc-issuer"] == self.provider.origin
        return told

    def refresh(self) -> None:
        old = self.open()
        query = {"refresh": f"{self.site}/app/", "access_token": old["oidc-access-token"]}
        reply = self.browser.get(f"{self.site}/app/back", params=query, timeout=10)
        new = reply.json()
        assert "error_code" not in reply.url, reply.url
        assert new["oidc-access-token"] != old["oidc-access-token"]
        assert new["oidc-refresh-token"] != old["oidc-refresh-token"]

    def log_out(self) -> None:
        """Log out at the site, which sends the browser to us and gets it back."""
        query = {"logout": f"{self.site}/bye"}
        reply = self.browser.get(f"{self.site}/app/back", params=query, timeout=10)
        assert reply.url.startswith(f"{self.site}/bye"), (reply.url, reply.text[:500])
        assert not self.logged_in()
        silent = self.browser.get(self.site + "/app/", timeout=10)
        assert silent.url.startswith(self.provider.origin), "we forgot the person too"

    def hear_of_it(self) -> None:
        """Log out at us; we tell the site behind the browser's back."""
        self.log_in()
        assert self.logged_in()
        visit(f"{self.provider.origin}/oauth/end_session", self.browser, self.provider.origin)
        assert not self.logged_in()


def tour(folder: Path, method: str, algorithm: str) -> None:
    """Set everything up and take the whole way, saying what went well."""
    port = a_free_port()
    here = f"http://127.0.0.1:{port}"
    with a_provider(folder / "us", http_allow=f"127.0.0.1:{port}") as provider, serving(application) as behind:  # type: ignore[arg-type]
        services = provider.app.extensions["handbill"]
        services.__dict__["jobs"] = EagerJobs({"login.tell_logout": tell_logout}, services)
        site = a_site(provider.app, return_to=(f"{here}/app/back",), logout_return_to=(f"{here}/bye",))
        notice = f"{here}/app/back?logout=backchannel"
        services.sites.configure(site.key, login_algorithm=algorithm, login_logout_notice=notice)
        about = {"client_id": site.client_id, "client_secret": site.client_secret, "issuer": provider.origin}
        about |= {"port": str(port), "application": behind.rpartition(":")[2]}
        with apache(folder, **about, method=method, algorithm=algorithm):
            person = Tour(provider, here)
            steps: tuple[Callable[[], object], ...] = (
                person.log_in,
                person.refresh,
                person.log_out,
                person.hear_of_it,
            )
            for step in steps:
                step()
                click.echo(f"{method} {algorithm} {step.__name__}: ok")
    log = (folder / "error.log").read_text("utf-8")
    for line in (line for line in log.splitlines() if ":warn]" in line or ":error]" in line):
        click.echo(line)


if __name__ == "__main__":
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    for method in ("client_secret_basic", "client_secret_post"):
        for algorithm in ("RS256", "ES256"):
            with tempfile.TemporaryDirectory() as made:
                Path(made).chmod(0o755)
                tour(Path(made), method, algorithm)
