"""Clients, codes and tokens as Authlib asks about them: thin faces of what is stored."""

# Authlib comes without types, and its bases are Any.
# mypy: disable-error-code="import-untyped, misc"

from __future__ import annotations

from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin, TokenMixin

from core.sites import Site, Sites
from login.grants import Code, Grant, Token
from login.requests import SCOPES


class Client(ClientMixin):
    """A site as an OAuth client."""

    def __init__(self, site: Site, sites: Sites) -> None:
        self.site = site
        self._sites = sites

    def get_client_id(self) -> str:
        """Return the client id."""
        return self.site.client_id

    def get_default_redirect_uri(self) -> None:
        """Return none: OpenID Connect Core §3.1.2.1 has every request name its own."""

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """Return the scopes that there are, in our order; None without ``openid``, which all of ours have."""
        asked = (scope or "").split()
        return " ".join(name for name in SCOPES if name in asked) if "openid" in asked else None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Return whether it is registered, letter by letter (RFC 9700 §2.1)."""
        return redirect_uri in self.site.return_to

    def check_client_secret(self, client_secret: str) -> bool:
        """Return whether it is a living secret of the site."""
        return self._sites.check_client_secret(self.site.client_id, client_secret)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:  # noqa: ARG002
        """Return whether a site of this kind proves itself like that: public ones have no secret."""
        return (method == "none") == self.site.public

    def check_response_type(self, response_type: str) -> bool:
        """Return whether it is the one there is."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """Return whether it is one of the two there are."""
        return grant_type in ("authorization_code", "refresh_token")


class UsedCode(AuthorizationCodeMixin):
    """A code that was just taken."""

    def __init__(self, taken: Code) -> None:
        self.taken = taken
        self.code_challenge = taken.challenge

    def get_redirect_uri(self) -> str:
        """Return where the code was sent."""
        return self.taken.redirect_uri

    def get_scope(self) -> str:
        """Return what was granted."""
        return self.taken.grant.scope


class Given(TokenMixin):
    """A token somebody brought."""

    def __init__(self, token: Token) -> None:
        self.token = token

    def check_client(self, client: Client) -> bool:
        """Return whether it was given to this client."""
        return self.token.grant.site_key == client.site.key

    def get_scope(self) -> str:
        """Return what was granted."""
        return self.token.scope

    def is_expired(self) -> bool:
        """Return whether it has ended."""
        return not self.token.live

    def is_revoked(self) -> bool:
        """Return whether it has ended."""
        return not self.token.live

    def get_user(self) -> Grant:
        """Return whose login it was."""
        return self.token.grant
