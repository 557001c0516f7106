"""Other people's relying parties against us, over real connections: discovery, login, refresh, userinfo, logout."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.login.browsing import BACK, BYE, Provider, a_provider, browse, query

SCOPE = "openid profile email offline_access"


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    with a_provider(tmp_path_factory.mktemp("provider")) as made:
        yield made


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
@pytest.mark.parametrize(
    ("method", "public"), [("client_secret_basic", False), ("client_secret_post", False), ("none", True)]
)
def test_authlib(provider: Provider, algorithm: str, method: str, public: bool) -> None:
    from authlib.integrations.requests_client import OAuth2Session
    from joserfc import jwt
    from joserfc.jwk import KeySet

    site = provider.site(algorithm, public=public)
    known = requests.get(f"{provider.origin}/.well-known/openid-configuration", timeout=10).json()
    client = OAuth2Session(
        site.client_id, site.client_secret, scope=SCOPE, redirect_uri=BACK, token_endpoint_auth_method=method,
        code_challenge_method="S256",
    )  # fmt: skip
    address, state = client.create_authorization_url(
        known["authorization_endpoint"], code_verifier="v" * 50, nonce="n-1"
    )
    back = browse(address)
    assert (query(back)["state"], query(back)["iss"]) == (state, provider.origin)
    token = client.fetch_token(known["token_endpoint"], authorization_response=back, code_verifier="v" * 50)
    keys = KeySet.import_key_set(requests.get(known["jwks_uri"], timeout=10).json())
    found = jwt.decode(token["id_token"], keys, [algorithm]).claims
    assert (found["iss"], found["aud"], found["nonce"]) == (provider.origin, site.client_id, "n-1")
    assert client.get(known["userinfo_endpoint"]).json()["sub"] == found["sub"]
    fresh = client.refresh_token(known["token_endpoint"], token["refresh_token"])
    assert fresh["refresh_token"] != token["refresh_token"]
    assert client.revoke_token(known["revocation_endpoint"], fresh["access_token"]).status_code == 200
    assert requests.get(
        known["userinfo_endpoint"], headers={"Authorization": f"Bearer {fresh['access_token']}"}, timeout=10
    ).status_code == 401  # fmt: skip


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_idpyoidc(provider: Provider, algorithm: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # it writes keys of its own into the working folder
    from idpyoidc.client.rp_handler import RPHandler

    site = provider.site(algorithm)
    config = {
        "issuer": provider.origin,
        "client_id": site.client_id,
        "client_secret": site.client_secret,
        "redirect_uris": [BACK],
        "scope": SCOPE.split(),
        "client_type": "oidc",
        "services": {
            name: {"class": f"idpyoidc.client.oidc.{module}"}
            for name, module in (
                ("discovery", "provider_info_discovery.ProviderInfoDiscovery"),
                ("authorization", "authorization.Authorization"),
                ("access_token", "access_token.AccessToken"),
                ("refresh_access_token", "refresh_access_token.RefreshAccessToken"),
                ("userinfo", "userinfo.UserInfo"),
            )
        },
        "preference": {"response_types": ["code"], "id_token_signed_response_alg": algorithm},
        "id_token_signed_response_alg": algorithm,
        "add_ons": {
            "pkce": {
                "function": "idpyoidc.client.oauth2.add_on.pkce.add_support",
                "kwargs": {"code_challenge_length": 64, "code_challenge_method": "S256"},
            }
        },
        "httpc_params": {"verify": False, "timeout": 10},
        "allow": {"http_links": True},
    }
    handler = RPHandler(base_url="https://rp.example.org", client_configs={"us": config})
    address = handler.begin("us", req_args={"scope": SCOPE.split()})
    back = query(browse(address))
    done = handler.finalize(handler.get_client_from_session_key(back["state"]).context.get("issuer"), back)
    assert done["userinfo"]["name"] == "Ada Example"
    assert done["id_token"]["iss"] == provider.origin


def test_mozilla_django_oidc(provider: Provider) -> None:
    import django
    from django.conf import settings

    site = provider.site()
    if not settings.configured:
        settings.configure(
            SECRET_KEY="x" * 50,
            OIDC_RP_CLIENT_ID=site.client_id,
            OIDC_RP_CLIENT_SECRET=site.client_secret,
            OIDC_RP_SIGN_ALGO="RS256",
            OIDC_OP_TOKEN_ENDPOINT=f"{provider.origin}/oauth/token",
            OIDC_OP_USER_ENDPOINT=f"{provider.origin}/oauth/userinfo",
            OIDC_OP_JWKS_ENDPOINT=f"{provider.origin}/oauth/jwks",
            OIDC_OP_AUTHORIZATION_ENDPOINT=f"{provider.origin}/oauth/authorize",
            INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"],
        )
        django.setup()
    from mozilla_django_oidc.auth import OIDCAuthenticationBackend

    from tests.login.parties import Party

    party, backend = Party(site), OIDCAuthenticationBackend()
    address = f"{provider.origin}{party.address(redirect_uri=BACK, scope='openid email')}"
    given = backend.get_token(
        {
            "client_id": site.client_id,
            "client_secret": site.client_secret,
            "grant_type": "authorization_code",
            "code": query(browse(address))["code"],
            "redirect_uri": BACK,
            "code_verifier": party.verifier,
        }
    )
    payload = backend.verify_token(given["id_token"], nonce=party.nonce)
    assert payload["aud"] == site.client_id
    assert backend.get_userinfo(given["access_token"], given["id_token"], payload)["email"] == "ada@example.org"


def test_logging_out_by_a_browser(provider: Provider) -> None:
    from tests.login.parties import Party

    site, browser = provider.site(), requests.Session()
    party = Party(site)
    code = query(browse(f"{provider.origin}{party.address(redirect_uri=BACK)}", browser))["code"]
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": party.verifier}
    pair = (site.client_id, site.client_secret or "")
    given = requests.post(f"{provider.origin}/oauth/token", data=fields, auth=pair, timeout=10).json()
    asked = {"id_token_hint": given["id_token"], "post_logout_redirect_uri": BYE, "state": "s"}
    reply = browser.get(f"{provider.origin}/oauth/end_session", params=asked, allow_redirects=False, timeout=10)
    assert reply.headers["Location"] == BYE + "?state=s"
    silent = browser.get(
        f"{provider.origin}{party.address(redirect_uri=BACK, prompt='none')}", allow_redirects=False, timeout=10
    )
    assert query(silent.headers["Location"])["error"] == "login_required"
