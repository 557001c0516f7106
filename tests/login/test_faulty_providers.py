"""A provider that does one thing wrong: nobody is logged in, a page says so, and nothing secret is told or logged.

The provider is `providers/faulty.mjs` (npm oauth2-mock-server), over real connections.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from login.tables import AccountRow
from tests.doubles import with_http
from tests.login.browsing import query
from tests.login.test_threats_network import Hurried
from tests.login.upstreams import SECRET, Upstream, Visitor, a_visitor, running

CLIENT = {"openid_client_id": "faulty", "openid_client_secret": SECRET}


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    with running("faulty.mjs", expects_us=False) as made:
        yield made


@pytest.fixture(scope="module")
def ours(upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """We, once for all faults that leave nothing behind."""
    with a_visitor(tmp_path_factory.mktemp("ours"), upstream, upstream.origin, **CLIENT) as made:
        yield made


@pytest.fixture(scope="module")
def lenient(upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """We, where people do get in."""
    with a_visitor(tmp_path_factory.mktemp("lenient"), upstream, upstream.origin, **CLIENT) as made:
        yield made


@pytest.fixture
def visitor(ours: Visitor) -> Visitor:
    """Somebody whose browser has been nowhere."""
    ours.browser = requests.Session()
    return ours


def people(visitor: Visitor) -> int:
    with visitor.app.extensions["handbill"].database.session() as session:
        return int(session.query(AccountRow).count())


def refused(visitor: Visitor, reply: requests.Response, status: int, told: str, *secrets: str) -> None:
    """A page says what to do now. Neither it nor the log tells a secret, or repeats a stranger's words."""
    assert reply.status_code == status, reply.text[:2000]
    assert "<h1>" in reply.text
    assert people(visitor) == 0
    for secret in (SECRET, "SECRET-OF-THEIRS", "eyJ", "<script>alert", "bold words", *secrets):
        assert secret not in reply.text
        assert secret not in told


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """All that we logged: not what the development server and the test's own browser are asked for."""
    ours = (record for record in caplog.records if not record.name.startswith(("werkzeug", "urllib3")))
    return "\n".join(str(vars(record)) for record in ours)


ID_TOKENS = (
    "another client", "several clients", "handed on", "another nonce", "no nonce", "another issuer", "ended",
    "from tomorrow", "nobody's", "a number for a subject", "unsigned", "another key", "its own key",
    "a key of elsewhere", "a public key as a secret", "an extension that must be understood", "no token", "too long",
    "not a token", "changed on the way", "somebody else in userinfo",
)  # fmt: skip
REPLIES = (
    "no access token", "refused", "a list", "an error with success", "no JSON from the token",
    "too much from the token", "too deep from the token", "an error of the server from the token",
    "another address from the token", "a closed door from the token", "half an answer from the token",
)  # fmt: skip
CALLBACKS = {
    "no code": 502, "another state": 400, "no state": 400, "two codes": 400, "another issuer answers": 502,
    "an error": 502,
}  # fmt: skip


@pytest.mark.parametrize("fault", [*ID_TOKENS, *REPLIES, *CALLBACKS])
def test_nobody_is_logged_in(
    upstream: Upstream, visitor: Visitor, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    assert upstream.tell(fault) == fault
    visitor.stops = (visitor.ours + "/login/openid/callback",)
    address = visitor.choose().headers["Location"]
    sent = query(address)
    reply = visitor.go(address)
    secrets = [value for name, value in sent.items() if name in ("code", "state") and value != "other"]
    refused(visitor, reply, CALLBACKS.get(fault, 502), logged(caplog), *secrets)


@pytest.mark.parametrize(
    "fault",
    [
        "no JSON from the keys", "another address from the keys", "too deep from the document",
        "an error of the server from the document", "a closed door from the document",
    ],
)  # fmt: skip
def test_keys_and_documents_that_are_none(
    upstream: Upstream, tmp_path: Path, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the document is none, the visitor does not leave our page."""
    caplog.set_level("DEBUG")
    upstream.tell(fault)
    with a_visitor(tmp_path, upstream, upstream.origin, **CLIENT) as visitor:
        reply = visitor.choose()
        refused(visitor, reply, 502, logged(caplog))
        assert ("/callback" in reply.url) is ("keys" in fault)


def test_a_provider_that_answers_a_byte_at_a_time(upstream: Upstream, tmp_path: Path) -> None:
    """The time is for the whole answer. The test waits a fiftieth of it."""
    upstream.tell("one byte at a time from the token")
    with a_visitor(tmp_path, upstream, upstream.origin, **CLIENT) as visitor:
        real = visitor.app.extensions["handbill"].http
        with_http(visitor.app, Hurried(real, upstream.origin + "/token"))
        refused(visitor, visitor.choose(), 502, "")
        with_http(visitor.app, real)


@pytest.mark.parametrize(
    ("fault", "name"),
    [
        ("", "John Doe"), ("ended just now", "John Doe"), ("a little early", "John Doe"), ("no userinfo", ""),
        ("a list in userinfo", ""), ("no JSON from the userinfo", ""),
    ],
)  # fmt: skip
def test_what_does_no_harm(upstream: Upstream, lenient: Visitor, fault: str, name: str) -> None:
    """Clocks differ by half a minute; userinfo may be missing, for the ID token says who it is."""
    upstream.tell(fault)
    lenient.browser = requests.Session()
    claims: Any = lenient.claims(lenient.choose())
    assert (claims["network"], claims.get("name", "")) == ("openid", name)
