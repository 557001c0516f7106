"""We as the client of a certified OpenID provider, from our button to who it is, over real connections.

The provider is `providers/openid.mjs` (npm oidc-provider). It insists on PKCE and names itself in every answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode, urljoin

import pytest
import requests
from joserfc.jwk import RSAKey

from login.tables import AccountRow
from networks import Networks
from tests.login.browsing import BACK, query
from tests.login.parties import account
from tests.login.upstreams import SECRET, Upstream, Visitor, a_visitor, form_in, link_to, running

# With this it encrypts to us.
OUR_KEY = RSAKey.generate_key(2048, private=True)


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    with running("openid.mjs", json.dumps(OUR_KEY.as_dict(private=False, use="enc"))) as made:
        yield made


def person(visitor: Visitor) -> AccountRow:
    """The account that was stored, which must be the only one."""
    found = account(visitor.app)
    assert found
    return found


# Client there -> the settings it takes, the issuer's path.
CLIENTS = {
    "basic": ({}, "open"),
    "post": ({"openid_client_auth": "post"}, "open"),
    "public": ({"openid_client_secret": ""}, "pushed"),
    "assertion": ({"openid_client_secret": "", "openid_client_auth": "private_key_jwt"}, "pushed"),
    "ps256": ({}, "pushed"),
    "es256": ({}, "open"),
    "ed25519": ({}, "open"),
    "eddsa": ({}, "pushed"),
    "hs256": ({"openid_id_token_alg": "HS256"}, "open"),
    "rsa": ({"openid_private_key": OUR_KEY.as_pem(private=True).decode().replace("\n", "\\n")}, "open"),
    "dir": ({}, "pushed"),
}


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
@pytest.mark.parametrize("name", CLIENTS)
def test_a_login(upstream: Upstream, tmp_path: Path, name: str) -> None:
    """Each way of being a client, each kind of signature, and tokens that are encrypted to us by a key pair or by the
    secret; half of them with a request that must be pushed.
    """
    changes, place = CLIENTS[name]
    issuer = f"{upstream.origin}/{place}"
    given = {"openid_client_id": name, "openid_client_secret": SECRET, **changes}
    with a_visitor(tmp_path, upstream, issuer, **given) as visitor:
        page = visitor.choose()
        claims = visitor.claims(visitor.log_in(page))
        found = person(visitor)
    assert (claims["network"], claims["email"], claims["email_verified"]) == ("openid", "ann@example.org", True)
    assert (found.issuer, found.subject, found.name, found.handle) == (issuer, "ann", "ann Example", "ann")


def test_signed_userinfo_a_subject_of_our_own_and_a_name(upstream: Upstream, tmp_path: Path) -> None:
    """The operator's word for the provider is on its button; what userinfo says is believed for its signature."""
    issuer = f"{upstream.origin}/pushed"
    given = {"openid_client_id": "signed", "openid_client_secret": SECRET, "openid_name": "Example & Sons"}
    with a_visitor(tmp_path, upstream, issuer, **given) as visitor:
        page = visitor.go(visitor.ours + visitor.party.address(redirect_uri=BACK))
        assert "Continue with Example &amp; Sons" in page.text
        visitor.claims(visitor.log_in(visitor.choose()))
        found = person(visitor)
    assert (found.subject, found.name, found.email) == ("signed-ann", "ann Example", "ann@example.org")


def test_new_keys_while_we_run(upstream: Upstream, tmp_path: Path) -> None:
    """An ID token whose key we never saw has us fetch the keys again."""
    given = {"openid_client_id": "basic", "openid_client_secret": SECRET}
    with a_visitor(tmp_path, upstream, f"{upstream.origin}/open", **given) as visitor:
        before = visitor.claims(visitor.log_in(visitor.choose()))
        assert upstream.tell("") == "new keys"
        visitor.browser = requests.Session()
        assert visitor.claims(visitor.log_in(visitor.choose()))["sub"] == before["sub"]


def test_an_answer_without_the_issuer_or_with_another(upstream: Upstream, tmp_path: Path) -> None:
    """RFC 9207: it says that it names itself, so an answer that does not is somebody else's."""
    given = {"openid_client_id": "basic", "openid_client_secret": SECRET}
    with a_visitor(tmp_path, upstream, f"{upstream.origin}/open", **given) as visitor:
        for iss in ("", f"{upstream.origin}/pushed", f"{upstream.origin}/open/"):
            visitor.browser = requests.Session()
            address = visitor.held(visitor.choose())
            sent = query(address)
            assert sent["iss"] == f"{upstream.origin}/open"
            changed = {**sent, "iss": iss} if iss else {name: sent[name] for name in sent if name != "iss"}
            assert visitor.go(f"{address.partition('?')[0]}?{urlencode(changed)}").status_code == 502
            assert visitor.go(address).status_code == 400  # the attempt is over, whoever ended it
        assert account(visitor.app) is None


def test_somebody_says_no_there(upstream: Upstream, tmp_path: Path) -> None:
    """The page says so, and leads back to the site with an answer it understands."""
    given = {"openid_client_id": "basic", "openid_client_secret": SECRET}
    with a_visitor(tmp_path, upstream, f"{upstream.origin}/pushed", **given) as visitor:
        page = visitor.choose()
        reply = visitor.go(urljoin(page.url, link_to(page, "/abort")))
        assert (reply.status_code, account(visitor.app)) == (403, None)
        back = link_to(reply, BACK)
    assert (query(back)["error"], query(back)["state"]) == ("access_denied", visitor.party.state)


def test_an_answer_that_a_form_brings(upstream: Upstream, tmp_path: Path) -> None:
    """It comes from another site, so a browser sends no cookie with it (SameSite): it goes round once."""
    given = {"openid_client_id": "basic", "openid_client_secret": SECRET}
    with a_visitor(tmp_path, upstream, f"{upstream.origin}/pushed", **given) as visitor:
        services = visitor.app.extensions["handbill"]
        known = services.networks["openid"]
        by_form = replace(known, login=replace(known.login, response_mode="form_post"))
        services.__dict__["networks"] = Networks((by_form,))
        page = visitor.choose()
        while (answer := form_in(page))[0] != f"{visitor.ours}/login/openid/callback":
            page = visitor.press(page, **({"login": "ann", "password": "x"} if "login" in page.text else {}))
        foreign = requests.post(answer[0], data=answer[1], allow_redirects=False, timeout=10)
        assert foreign.status_code == 303
        assert answer[1]["code"] not in foreign.headers["Location"]
        assert visitor.claims(visitor.go(visitor.ours + foreign.headers["Location"]))["network"] == "openid"


def test_a_wrong_secret_is_told_to_the_operator_only(
    upstream: Upstream, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    given = {"openid_client_id": "basic", "openid_client_secret": "not-the-secret"}
    with a_visitor(tmp_path, upstream, f"{upstream.origin}/open", **given) as visitor:
        reply = visitor.log_in(visitor.choose())
        assert (reply.status_code, account(visitor.app)) == (502, None)
    [record] = [one for one in caplog.records if one.name == "login.upstream.driver"]
    assert record.__dict__["why"] == "token: status 401, invalid_client"
    assert "invalid_client" not in reply.text
