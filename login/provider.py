"""The OpenID Provider: Authlib's authorization server on our tables, without a web framework.

Routes hand in a `ProtocolRequest` and get an `Answer`. Added to Authlib, which leaves these to its user or does them
otherwise: PKCE with S256 for every client (RFC 9700 §2.1.1), ``iss`` in every answer (RFC 9207), codes and refresh
tokens used up before anything is given for them, ``auth_time`` kept on refresh (OpenID Connect Core §12.2), and one
answer for every way in which a client fails to prove itself.

Authlib is slow to import: this module is imported when a login is first asked for.
"""

# Authlib comes without types, and its bases are Any.
# mypy: disable-error-code="import-untyped, misc"

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc6749 import (
    AuthorizationServer,
    InvalidClientError,
    InvalidGrantError,
    InvalidRequestError,
    InvalidScopeError,
)
from authlib.oauth2.rfc6749 import grants as base
from authlib.oauth2.rfc6749.requests import OAuth2Payload, OAuth2Request
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc7662 import IntrospectionEndpoint
from authlib.oidc.core.errors import (
    RegistrationNotSupportedError,
    RequestNotSupportedError,
    RequestURINotSupportedError,
)
from authlib.oidc.core.grants.util import validate_request_prompt

from core.addresses import origin_of
from core.limits import Rule
from login.grants import ACCESS_LIFE, Code, Grant, Token, Wanted
from login.provider_models import Client, Given, UsedCode
from login.requests import RESPONSE_MODES, twice

if TYPE_CHECKING:
    from login.service import Logins

# Refreshing at one grant. An access token lives for an hour; what was used stays for a month, to be known again.
REFRESHES = Rule("oauth-refreshes", amount=120, seconds=3600)
# Codes for one session: pages that ask silently at each visit, in many tabs.
CODES = Rule("oauth-codes", amount=600, seconds=3600)
AUTH_METHODS = ["client_secret_basic", "client_secret_post", "none"]


class _Payload(OAuth2Payload):
    """A request's parameters, as Authlib reads them."""

    def __init__(self, fields: Mapping[str, list[str]]) -> None:
        self._fields = fields

    @property
    def data(self) -> dict[str, str]:
        """Each parameter's value; an empty one is as good as none (RFC 6749 §3.1)."""
        return {name: values[0] for name, values in self._fields.items() if values and values[0]}

    @property
    def datalist(self) -> Mapping[str, list[str]]:
        """All values of each parameter."""
        return self._fields


class ProtocolRequest(OAuth2Request):
    """A request to an OAuth endpoint. ``address`` is ours by the settings, never by a header.

    ``page`` is the origin of the page that asks by itself, without a back end; empty where none does.
    """

    page = ""

    def __init__(
        self, method: str, address: str, fields: Mapping[str, list[str]], headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(method, address, headers=headers)
        self.payload = _Payload(fields)

    @property
    def form(self) -> dict[str, str]:
        """The parameters: a request of ours has them in one place."""
        return self.payload.data

    @property
    def args(self) -> dict[str, str]:
        """The parameters."""
        return self.payload.data


@dataclass
class Answer:
    """What to send back: JSON, or a redirect by the Location header."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def location(self) -> str:
        """Where the browser is sent, or the empty string."""
        return self.headers.get("Location", "")


class Server(AuthorizationServer):
    """Authlib's server, on our tables."""

    def __init__(self, logins: Logins) -> None:
        super().__init__()
        self.logins = logins
        self.register_grant(AuthorizationCode, [S256(), Promises(), IdTokens()])
        self.register_grant(Refresh, [IdTokens()])
        self.register_endpoint(Revocation)
        self.register_endpoint(Introspection)

    def query_client(self, client_id: str) -> Client | None:
        """Return the site of a client id."""
        site = self.logins.sites.by_client_id(client_id)
        return None if site is None else Client(site, self.logins.sites)

    def authenticate_client(self, request: ProtocolRequest, methods: list[str], endpoint: str = "token") -> Client:
        """Return the client that proved itself in exactly one way. The error never says what was wrong."""
        basic = request.headers.get("Authorization", "").lower().startswith("basic ")
        if basic and "client_secret" in request.form:
            raise InvalidRequestError("The client proves itself in two ways at once.")
        try:
            client: Client = super().authenticate_client(request, methods, endpoint)
        except (InvalidClientError, ValueError) as exc:  # Authlib stumbles over a header that is no text
            raise InvalidClientError("The client did not prove itself.", status_code=401) from exc
        if basic and request.form.get("client_id", client.get_client_id()) != client.get_client_id():
            raise InvalidRequestError("The client names itself in two ways.")
        return client

    def generate_token(self, **about: Any) -> dict[str, Any]:
        """Return the reply; its tokens are made where they are stored, in `save_token`."""
        return {"token_type": "Bearer", "expires_in": int(ACCESS_LIFE.total_seconds()), "scope": about["scope"]}

    def save_token(self, token: dict[str, Any], request: ProtocolRequest) -> None:
        """Give out the tokens of a reply."""
        grant = request.grant
        grants = self.logins.grants
        token["access_token"] = grants.new_token(grant, "access", token["scope"])
        if "offline_access" in grant.scope.split():
            token["refresh_token"] = grants.new_token(grant, "refresh", grant.scope)

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Do nothing: nobody listens."""

    def create_oauth2_request(self, request: ProtocolRequest) -> ProtocolRequest:
        """Return the request: routes make it as it is wanted."""
        return request

    def handle_response(self, status: int, body: Any, headers: list[tuple[str, str]]) -> Answer:
        """Return the answer; one that sends a browser away says who we are (RFC 9207 §2)."""
        answer = Answer(status, body, dict(headers))
        if answer.location:
            answer.headers["Location"] = add_params_to_uri(answer.location, [("iss", self.logins.issuer)])
        return answer


class S256(CodeChallenge):
    """PKCE for everybody, with S256 only. Authlib takes a challenge without a method for a plain one."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        """Refuse a request without a challenge, and any method but S256."""
        data = grant.request.payload.data
        if not data.get("code_challenge"):
            raise InvalidRequestError("code_challenge is missing.")
        if data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("code_challenge_method must be S256.")
        super().validate_code_challenge(grant, redirect_uri)

    def get_authorization_code_challenge_method(self, authorization_code: UsedCode) -> str:  # noqa: ARG002
        """Return the one method there is."""
        return "S256"


class Promises:
    """Refuse what discovery says we do not do, instead of doing something else (OpenID Connect Core §3.1.2.6)."""

    def __call__(self, grant: Any) -> None:
        grant.register_hook("after_validate_authorization_request_payload", self.check)

    def check(self, grant: Any, _result: Any) -> None:
        """Raise Authlib's error for the first thing that is not done here."""
        payload = grant.request.payload
        if "request" in payload.data:
            raise RequestNotSupportedError()
        if "request_uri" in payload.data:
            raise RequestURINotSupportedError()
        if "registration" in payload.data:
            raise RegistrationNotSupportedError()
        if payload.data.get("response_mode", "query") not in RESPONSE_MODES:
            raise InvalidRequestError(f"response_mode must be {' or '.join(RESPONSE_MODES)}.")
        if twice(payload.datalist):
            raise InvalidRequestError("A parameter is there twice.")
        max_age = payload.data.get("max_age", "0")
        if not (max_age.isascii() and max_age.isdecimal()):
            raise InvalidRequestError("max_age is not a number of seconds.")


class AuthorizationCode(base.AuthorizationCodeGrant):
    """RFC 6749 §4.1 on our tables."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS

    def __init__(self, request: ProtocolRequest, server: Server) -> None:
        super().__init__(request, server)
        self.register_hook("after_validate_consent_request", validate_request_prompt)

    def validate_requested_scope(self) -> None:
        """Want ``openid``, take what else there is, and pass over the rest (OpenID Connect Core §3.1.2.1)."""
        if "openid" not in self.request.form.get("scope", "").split():
            raise InvalidScopeError("openid must be among the scopes, which stand apart by spaces.")

    def generate_authorization_code(self) -> str:
        """Return a new code, stored with what it is for."""
        data, request = self.request.payload.data, self.request
        self.server.logins.services.limits.hit(CODES, request.user.id)
        wanted = Wanted(
            site_key=request.client.site.key,
            scope=request.scope,
            redirect_uri=data["redirect_uri"],
            challenge=data["code_challenge"],
            nonce=data.get("nonce", ""),
        )
        return str(self.server.logins.grants.new_code(request.user, wanted))

    def save_authorization_code(self, code: str, request: ProtocolRequest) -> None:
        """Do nothing: the code was stored when it was made."""

    def query_authorization_code(self, code: str, client: Client) -> UsedCode | None:
        """Return a code, having used it up."""
        taken: Code | None = self.server.logins.grants.take_code(code, client.site.key)
        if taken is None:
            return None
        # The code was given to one origin: a page of another one of the same site got it by no right way.
        if self.request.page and self.request.page != origin_of(taken.redirect_uri):
            return None
        self.request.grant = taken.grant
        return UsedCode(taken)

    def delete_authorization_code(self, authorization_code: UsedCode) -> None:
        """Do nothing: it is kept a while, so that its second use is noticed."""

    def authenticate_user(self, authorization_code: UsedCode) -> Grant:
        """Return whose login it was."""
        return authorization_code.taken.grant


class Refresh(base.RefreshTokenGrant):
    """RFC 6749 §6 on our tables: each refresh token is good once."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS
    INCLUDE_NEW_REFRESH_TOKEN = True

    def validate_token_request(self) -> None:
        """Check the client, the token and the scope; then use the token up, so that of two requests one gets it."""
        super().validate_token_request()
        given: Given = self.request.refresh_token
        self.server.logins.services.limits.hit(REFRESHES, given.token.grant.id)
        if not self.server.logins.grants.use_refresh(given.token):
            raise InvalidGrantError("The refresh token was used before.")
        self.request.grant = given.token.grant

    def authenticate_refresh_token(self, refresh_token: str) -> Given | None:
        """Return a good one. One that was used before ends everything that hangs on its login."""
        grants = self.server.logins.grants
        found: Token | None = grants.find(refresh_token)
        if found is None or found.kind != "refresh" or found.grant.site_key != self.request.client.site.key:
            return None
        if found.used:
            grants.revoke(found.grant.id)
        return Given(found) if found.live else None

    def authenticate_user(self, refresh_token: Given) -> Grant:
        """Return whose login it was."""
        return refresh_token.token.grant

    def revoke_old_credential(self, refresh_token: Given) -> None:
        """Do nothing: it was used up before anything was given."""


class IdTokens:
    """Put an ID token into each reply (OpenID Connect Core §3.1.3.3, §12.2)."""

    def __call__(self, grant: Any) -> None:
        grant.register_hook("after_create_token_response", self.add)

    def add(self, grant: Any, response: tuple[int, dict[str, Any], Any]) -> None:
        """Add the token to the reply, where ``openid`` was asked for."""
        request, token = grant.request, response[1]
        if "openid" in token["scope"].split():
            code = request.authorization_code
            nonce = code.taken.nonce if code else ""
            token["id_token"] = grant.server.logins.id_token(
                request.client.site, request.grant, token["scope"], token["access_token"], nonce, request.page
            )


class _Tokens:
    """What revocation and introspection share: a client is told of its own tokens only."""

    CLIENT_AUTH_METHODS = AUTH_METHODS
    server: Server

    def check_params(self, request: ProtocolRequest, client: Client) -> None:  # noqa: ARG002
        """Want a token. Hints are passed over, unheard-of ones too (RFC 7009 §2.1, RFC 7662 §2.1)."""
        if "token" not in request.form:
            raise InvalidRequestError("token is missing.")

    def query_token(self, token_string: str, token_type_hint: str | None) -> Given | None:  # noqa: ARG002
        """Return what the token is; its kind is known without the hint."""
        found = self.server.logins.grants.find(token_string)
        return None if found is None else Given(found)


class Revocation(_Tokens, RevocationEndpoint):
    """RFC 7009. A token of another client is as unknown as one that never was: 200, and nothing happens (§2.2)."""

    ENDPOINT_NAME = "revoke"

    def authenticate_token(self, request: ProtocolRequest, client: Client) -> Given | None:
        """Return the client's own token."""
        self.check_params(request, client)
        found = self.query_token(request.form["token"], None)
        return found if found and found.check_client(client) else None

    def revoke_token(self, token: Given, request: ProtocolRequest) -> None:  # noqa: ARG002
        """End it."""
        self.server.logins.grants.revoke_token(token.token)


class Introspection(_Tokens, IntrospectionEndpoint):
    """RFC 7662, for the clients' own servers."""

    ENDPOINT_NAME = "introspect"
    CLIENT_AUTH_METHODS = AUTH_METHODS[:2]

    def check_permission(self, token: Given, client: Client, request: ProtocolRequest) -> bool:  # noqa: ARG002
        """Return whether it is the client's own."""
        return token.check_client(client)

    def introspect_token(self, token: Given) -> dict[str, Any]:
        """Return what the token is good for (RFC 7662 §2.2)."""
        found, logins = token.token, self.server.logins
        site = logins.sites.by_key(found.grant.site_key)
        if site is None:
            return {"active": False}
        return {
            "active": True,
            "client_id": site.client_id,
            "token_type": "Bearer" if found.kind == "access" else "refresh_token",
            "scope": found.scope,
            "sub": logins.people.subject(found.grant.person_id, site.key, site.options.login_subject),
            "aud": site.client_id,
            "iss": logins.issuer,
            "exp": int(found.expires.timestamp()),
            "iat": int(found.created.timestamp()),
        }


__all__ = ["Answer", "ProtocolRequest", "Server"]
