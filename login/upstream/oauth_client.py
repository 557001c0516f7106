"""The code flow at a network: send there, exchange the code, ask who it is, give the token back or hand it on.

RFC 6749 §4.1 with PKCE (RFC 7636), the issuer check of RFC 9207 and OpenID Connect Core 1.0 §3.1. What a network does
differently stands in its `Login`; what all of them must be held to stands here. The tokens of a login live in
this module's variables for its length, and are kept nowhere; `kept` hands them on: an owner connects an account.
"""

from __future__ import annotations

import hmac
import json
import logging
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from core.errors import BadReply, FetchFailed
from core.times import utc_now
from login.problems import LoginFailed
from login.upstream import discovery, dpop, id_tokens
from login.upstream.discovery import Endpoints
from login.upstream.door import FORM, JSON, SHORT, Door, Prepared, failed, json_of, reading, refused
from networks.oauth import Ask, ClientAuth, Told

if TYPE_CHECKING:
    from login.attempts import Attempt, Begun
    from networks.oauth import Profile

log = logging.getLogger(__name__)
# The ways to prove who we are in the order in which we choose, by the names of OpenID Connect Core §9.
OFFERED: dict[ClientAuth, str] = {"basic": "client_secret_basic", "post": "client_secret_post"}
OFFERED |= {"private_key_jwt": "private_key_jwt", "jwt": "client_secret_jwt"}
_NAME = re.compile(r"\{([a-z_]+)\}")
# Of a token reply, what may open something; a network's translation does not see it.
_TOKENS = frozenset({"access_token", "refresh_token", "id_token"})
# Userinfo that is signed (OpenID Connect Core §5.3.2).
SIGNED = "application/jwt"


class Signed(str):
    """A reply that is a signed token, not looked at yet."""

    __slots__ = ()


class OAuthFlow:
    """The flow ``oauth2``."""

    def prepare(self, door: Door, typed: str) -> Prepared:  # noqa: ARG002 -- nothing is typed in here
        """Look the endpoints up, so that a network that is down is told before the visitor leaves."""
        self.where(door, "")
        return Prepared()

    def at(self, door: Door, server: str) -> Door:
        """Return the door with what this provider has us registered with: our proof of who we are, our scopes.

        Raises LoginFailed for what the operator wrote that nothing can come of, before the visitor leaves.
        """
        if door.login.auth != "offered":
            return door
        where = self.where(door, server)
        id_tokens.agreed(door.client, where)
        login = replace(door.login, auth=auth_of(door, where), scopes=scopes_of(door))
        door = replace(door, login=login, issuer=where.issuer, assertions=where.assertions)
        if login.auth == "jwt":
            dpop.by_secret(door)
        return door

    def address(self, door: Door, prepared: Prepared, begun: Begun) -> str:
        """Return the authorization request (RFC 6749 §4.1.1), or what stands for it where it can be pushed."""
        where = self.where(door, prepared.server)
        asked = authorization_request(door, begun)
        return with_query(where.authorize, pushed(door, where, asked) if where.pushed else asked)

    def profile(self, door: Door, attempt: Attempt, fields: Mapping[str, str]) -> Profile:
        """Exchange the code and return who it is (RFC 6749 §4.1.3 and OpenID Connect Core §3.1.3)."""
        where = self.where(door, attempt.server)
        said = self._reply(door, where, attempt, fields)
        try:
            return self._who(door, where, attempt, fields, said)
        finally:
            give_back(door, where, said)

    def kept(self, door: Door, attempt: Attempt, fields: Mapping[str, str]) -> tuple[Profile, Mapping[str, Any]]:
        """Exchange the code and return who it is with the token reply; given back only where that fails."""
        where = self.where(door, attempt.server)
        said = self._reply(door, where, attempt, fields)
        try:
            return self._who(door, where, attempt, fields, said), said
        except LoginFailed:
            give_back(door, where, said)
            raise

    def _reply(self, door: Door, where: Endpoints, attempt: Attempt, fields: Mapping[str, str]) -> Mapping[str, Any]:
        check_issuer(fields, where)
        if failure := refused(fields):
            raise failure
        return self.exchange(door, where, attempt, fields.get("code", ""))

    def _who(
        self, door: Door, where: Endpoints, attempt: Attempt, fields: Mapping[str, str], said: Mapping[str, Any]
    ) -> Profile:
        with reading("profile"):
            return door.login.profile(self._told(door, where, attempt, fields, said))

    def where(self, door: Door, server: str) -> Endpoints:
        """Return where to ask: what the network's file says, the rest from its issuer's document."""
        login = door.login
        found = discovery.of_issuer(door, issuer_of(door), login.discovery) if login.issuer else Endpoints("", "")
        values = {"server": server, "client_id": door.client.id}
        fixed = {"authorize": login.authorize, "token": login.tokens, "revoke": login.revoke}
        fixed = {name: filled(url, values) for name, url in fixed.items()}
        return Endpoints(**{**vars(found), **{name: url for name, url in fixed.items() if url}})

    def exchange(self, door: Door, where: Endpoints, attempt: Attempt, code: str) -> Mapping[str, Any]:
        """Return the token reply for a code; raise LoginFailed where there is none."""
        if not code:
            raise LoginFailed("network_failed", "no code came back")
        body = {"grant_type": "authorization_code", "code": code, "redirect_uri": door.back}
        if door.login.pkce:
            body["code_verifier"] = attempt.verifier
        found: Mapping[str, Any] = token_reply(door, where.token, {**body, **door.login.token_extra})
        return found

    def _told(
        self, door: Door, where: Endpoints, attempt: Attempt, fields: Mapping[str, str], said: Mapping[str, Any]
    ) -> Told:
        claims: Mapping[str, Any] = {}
        if where.jwks or door.issuer:
            nonce = attempt.nonce if door.login.nonce else ""
            claims = id_tokens.claims_of(door, where, str(said.get("id_token") or ""), nonce)
        asks = door.login.ask or ((Ask(where.userinfo, optional=True),) if where.userinfo else ())
        values = {"server": attempt.server, **{k: str(v) for k, v in said.items() if isinstance(v, str | int)}}
        replies = tuple(asked(door, ask, values, str(said["access_token"])) for ask in asks)
        if not door.login.ask:
            replies = tuple(_vouched(door, where, reply, claims) for reply in replies)
        shown = {name: value for name, value in said.items() if name not in _TOKENS}
        return Told(shown, claims, replies, fields, where.issuer, attempt.server)


def authorization_request(door: Door, begun: Begun, **more: str) -> dict[str, str]:
    """Return the parameters of an authorization request (RFC 6749 §4.1.1); those that are empty are left out."""
    login = door.login
    asked = {"response_type": "code", login.client_id: door.client.id, "redirect_uri": door.back}
    asked |= {"scope": login.separator.join(login.scopes), "state": begun.state}
    if login.pkce:
        asked |= {"code_challenge": challenge(begun.verifier), "code_challenge_method": "S256"}
    if login.nonce:
        asked["nonce"] = begun.nonce
    asked["acr_values"] = " ".join(door.client.values.get("ACR_VALUES", "").replace(",", " ").split())
    if login.response_mode != "query":
        asked["response_mode"] = login.response_mode
    return {name: value for name, value in {**asked, **login.extra, **more}.items() if value}


def pushed(door: Door, where: Endpoints, asked: Mapping[str, str]) -> dict[str, str]:
    """Hand a request to the provider itself and return what stands for it (RFC 9126 §2).

    Where that is refused, and the provider takes requests by the browser too, the request is returned as it was.
    """
    fields, headers = dict(asked), dict[str, str]()
    url = proven(door, where.pushed, fields, headers)
    try:
        said = token_body(door, url, fields, headers)
        if not isinstance(said.get("request_uri"), str):
            raise LoginFailed("network_failed", f"the pushed request: {error_of(said)}")
    except LoginFailed as exc:
        if where.pushed_only:
            raise
        log.info("%s does not take a pushed request: %s", door.key, exc.message)
        return dict(asked)
    return {door.login.client_id: door.client.id, "request_uri": said["request_uri"]}


def auth_of(door: Door, where: Endpoints) -> ClientAuth:
    """Return how a provider wants us to prove who we are: as the operator says, else as its document offers.

    A header is what every server must take (RFC 6749 §2.3.1), and what is meant where the document does not say
    (OpenID Connect Discovery §3).
    """
    said = door.client.values.get("CLIENT_AUTH", "").removeprefix("client_secret_")
    if said in (*OFFERED, "none"):
        return said
    if said:
        raise LoginFailed("network_failed", "CLIENT_AUTH is not one of basic, post, jwt, private_key_jwt and none")
    if not door.client.secret:
        return "none"
    offered = (way for way in OFFERED if OFFERED[way] in where.methods)
    return next(offered, "basic")


def scopes_of(door: Door) -> tuple[str, ...]:
    """Return the scopes that the operator names, else those of the network's file; ``openid`` is always one of them
    (OpenID Connect Core §3.1.2.1). Some providers refuse what they do not know, some have further ones of their own.
    """
    named = door.client.values.get("SCOPES", "").replace(",", " ").split()
    return tuple(dict.fromkeys(("openid", *named))) if named else door.login.scopes


def issuer_of(door: Door) -> str:
    """Return the issuer that a network's file names, or the one that the operator chose (the generic provider)."""
    issuer = door.login.issuer
    for name, value in door.client.values.items():
        issuer = issuer.replace(f"{{{name}}}", value)
    return issuer


def challenge(verifier: str) -> str:
    """Return the S256 challenge of a verifier (RFC 7636 §4.2)."""
    return urlsafe_b64encode(sha256(verifier.encode("ascii")).digest()).rstrip(b"=").decode("ascii")


def with_query(url: str, fields: Mapping[str, str]) -> str:
    """Return an address with fields added to its query (RFC 6749 §3.1 lets it have one)."""
    parts = urlsplit(url)
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *fields.items()], quote_via=quote)
    return urlunsplit(parts._replace(query=query))


def filled(template: str, values: Mapping[str, str]) -> str:
    """Return a template with its ``{names}`` filled in; one that is not there becomes empty."""
    return _NAME.sub(lambda found: values.get(found[1], ""), template)


def check_issuer(fields: Mapping[str, str], where: Endpoints) -> None:
    """Raise LoginFailed where another issuer answers than the one that was asked (RFC 9207 §2.4, mix-up)."""
    named = fields.get("iss", "")
    if (named and where.issuer and named != where.issuer) or (where.names_issuer and not named):
        raise LoginFailed("network_failed", "another issuer answered")


def token_reply(door: Door, url: str, body: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Any:
    """Ask the token endpoint, proving who we are as the network wants it, and return its reply with a token in it."""
    fields, sent = dict(body), dict(headers or {})
    url = proven(door, url, fields, sent)
    said = token_body(door, url, fields, sent)
    if not isinstance(said.get("access_token"), str) or not said["access_token"]:
        raise LoginFailed("network_failed", f"token: {error_of(said)}")
    return said


def token_body(
    door: Door, url: str, fields: Mapping[str, str], headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Post a form and return the object of the reply; raise LoginFailed for a failure.

    Networks answer errors with status 200 (GitHub, TikTok) and wrap replies in ``data`` (Meta): both are read.
    """
    sent = {"Accept": JSON, "Content-Type": FORM, **(headers or {})}
    status, said = answered(door, "POST", url, sent, urlencode(fields).encode())
    if status >= 300:
        raise LoginFailed("network_failed", f"token: status {status}, {error_of(said)}")
    return said


def answered(
    door: Door, method: str, url: str, headers: Mapping[str, str], body: bytes | None
) -> tuple[int, dict[str, Any]]:
    """Ask for a token; return the status and the reply's object. Raises LoginFailed where there is no such thing.

    Drafts of OAuth had replies as forms, and servers of IndieAuth's first years still answer so.
    """
    try:
        reply = door.ask(method, url, headers=headers, body=body)
    except FetchFailed as exc:
        raise failed("token", exc) from exc
    try:
        said = dict(parse_qsl(reply.body.decode("ascii"))) if reply.media_type == FORM else reply.json()
        return reply.status, unwrapped(said)
    except (BadReply, ValueError) as exc:
        raise LoginFailed("network_failed", f"token: status {reply.status}, not JSON") from exc


def proven(door: Door, url: str, fields: dict[str, str], headers: dict[str, str]) -> str:
    """Add to a request what proves that we are the client (RFC 6749 §2.3); return its address."""
    login, client = door.login, door.client
    secret = login.make_secret(client.values, utc_now()) if login.make_secret else client.secret
    if login.auth == "basic":
        pair = f"{quote(client.id, safe='')}:{quote(secret, safe='')}"
        headers["Authorization"] = "Basic " + b64encode(pair.encode()).decode()
        return url
    proof = {login.client_id: client.id}
    if login.auth in ("private_key_jwt", "jwt"):
        proof |= dpop.asserted(door, door.issuer)
    if login.auth in ("post", "query") and secret:
        proof["client_secret"] = secret
    if login.auth == "query":
        return with_query(url, proof)
    fields.update(proof)
    return url


def unwrapped(said: Any) -> dict[str, Any]:
    """Return a reply's own object: Meta's and TikTok's stand in ``data``, alone or in a list."""
    if isinstance(said, dict) and "access_token" not in said and "data" in said:
        said = said["data"]
    if isinstance(said, list) and said:
        said = said[0]
    return said if isinstance(said, dict) else {}


def error_of(said: Any) -> str:
    """Return an error reply's code, cut to what may stand in a log: it is a stranger's text."""
    error = said.get("error", "") if isinstance(said, dict) else ""
    if isinstance(error, dict):
        error = error.get("code") or error.get("type") or ""
    return re.sub(r"[^\w.:-]", "?", str(error))[:60] or "no access token"


def asked(door: Door, ask: Ask, values: Mapping[str, str], token: str) -> Any:
    """Return the reply to a question with the token; None where an optional one fails."""
    try:
        return _asked(door, ask, values, token)
    except LoginFailed:
        if ask.optional:
            return None
        raise


def _asked(door: Door, ask: Ask, values: Mapping[str, str], token: str) -> Any:
    known = {**values, "client_id": door.client.id, "token": token}
    # What a token reply says goes into an address as one part of it, never as more.
    known = {name: value if name == "server" else quote(value, safe="") for name, value in known.items()}
    params = {name: filled(value, {**values, "token": token}) for name, value in ask.params.items()}
    if door.login.appsecret_proof:
        params["appsecret_proof"] = hmac.new(door.client.secret.encode(), token.encode(), sha256).hexdigest()
    headers = {"Accept": JSON, **{n: filled(v, {"client_id": door.client.id}) for n, v in ask.headers.items()}}
    if ask.bearer:
        headers["Authorization"] = f"Bearer {token}"
    url, body = filled(ask.url, known), None
    if ask.method == "GET":
        url = with_query(url, params) if params else url
    elif ask.json:
        headers["Content-Type"], body = JSON, json.dumps(params).encode()
    else:
        headers["Content-Type"], body = FORM, urlencode(params).encode()
    try:
        reply = door.ask(ask.method, url, headers=headers, body=body)
    except FetchFailed as exc:
        raise failed("profile", exc) from exc
    if reply.status == 200 and reply.media_type == SIGNED:
        return Signed(reply.body.decode("ascii", "replace"))
    return json_of(reply, "profile")


def give_back(door: Door, where: Endpoints, said: Mapping[str, Any]) -> None:
    """Revoke the token: it has done its work. Where that fails it ends by itself; nobody waits."""
    if where.revoke and door.login.gives_back:
        revoked(door, where.revoke, "access_token", str(said.get("access_token", "")))


def revoked(door: Door, url: str, kind: str, token: str) -> bool:
    """Ask a network to take a token back (RFC 7009); return whether it did."""
    fields = {"token": token, "token_type_hint": kind}
    headers = {"Accept": JSON, "Content-Type": FORM}
    url = proven(door, url, fields, headers)
    try:
        reply = door.ask("POST", url, headers=headers, body=urlencode(fields).encode(), deadline=SHORT)
    except FetchFailed as exc:
        log.info("a token was not taken back by %s: %s", door.key, exc.message)
        return False
    return 200 <= reply.status < 300


def _vouched(door: Door, where: Endpoints, reply: Any, claims: Mapping[str, Any]) -> Any:
    """Return what userinfo says; None where it does not say about whom, as an error with success does not.

    Raises LoginFailed where it is about somebody else (OpenID Connect Core §5.3.2).
    """
    if isinstance(reply, Signed):
        reply = id_tokens.signed_of(door, where, reply)
    if not isinstance(reply, dict) or (claims and reply.get("sub") is None):
        return None
    if claims and reply["sub"] != claims["sub"]:
        raise LoginFailed("network_failed", "userinfo is about somebody else")
    return reply
