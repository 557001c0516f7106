"""openid-client 6, the certified relying party of Node, against us over real connections.

It runs in a process of its own (relying/openid_client.mjs) and says where a browser must go; the browser is ours.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from core.jobs_eager import EagerJobs
from embed.kit_build import ROOT, node
from login.jobs import tell_logout
from tests.login.browsing import BACK, BYE, Provider, a_provider, browse

SCRIPT = Path(__file__).parent / "relying" / "openid_client.mjs"


@dataclass
class Relying:
    """The relying party's process. ``said`` is the port on which it hears of logouts."""

    process: subprocess.Popen[str]
    port: int = 0

    def say(self, message: object) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()

    def hear(self) -> dict[str, Any]:
        assert self.process.stdout
        return dict(json.loads(self.process.stdout.readline()))

    def run(self, job: dict[str, Any]) -> dict[str, Any]:
        """Give it a job, go where it sends the browser, and return the claims of the token it is left with."""
        self.say(job)
        browser = requests.Session()
        while "go" in (heard := self.hear()):
            self.say({"at": browse(heard["go"], browser)})
        assert "done" in heard, heard
        return dict(heard["done"])


@pytest.fixture(scope="module")
def relying() -> Iterator[Relying]:
    """The process; `make dev` installs what it needs, as package-lock.json names it."""
    command = [node(), str(SCRIPT)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        made = Relying(process)
        made.port = made.hear()["notices"]
        yield made
        made.say(None)


@pytest.fixture(scope="module")
def provider(relying: Relying, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    """We, on a real port, allowed to tell the relying party of logouts."""
    with a_provider(tmp_path_factory.mktemp("provider"), http_allow=f"127.0.0.1:{relying.port}") as made:
        services = made.app.extensions["handbill"]
        services.__dict__["jobs"] = EagerJobs({"login.tell_logout": tell_logout}, services)
        yield made


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
@pytest.mark.parametrize("method", ["basic", "post", "none"])
def test_openid_client(relying: Relying, provider: Provider, method: str, algorithm: str) -> None:
    """Discovery, code with PKCE, signature, nonce, iss, userinfo, refresh, introspection, revocation, log-outs."""
    site = provider.site(algorithm, public=method == "none")
    notice = f"http://127.0.0.1:{relying.port}/told"
    provider.app.extensions["handbill"].sites.configure(site.key, login_logout_notice=notice)
    job = {"issuer": provider.origin, "id": site.client_id, "secret": site.client_secret, "method": method}
    claims = relying.run({**job, "algorithm": algorithm, "back": BACK, "bye": BYE})
    assert (claims["iss"], claims["aud"], claims["network"]) == (provider.origin, site.client_id, "developer")
