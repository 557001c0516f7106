"""Tokens that are kept: how they are asked for, made to last, renewed and given back.

A network's `Login` becomes that of its `Lasting` part, and drives the same code flow. What then comes back is
`networks.accounts.Tokens`; nothing here stores them.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

from core.times import utc_now
from login.problems import LoginFailed
from login.upstream.door import FORM, JSON, Door, reading
from login.upstream.oauth_client import (
    OAuthFlow,
    answered,
    asked,
    error_of,
    filled,
    give_back,
    proven,
    revoked,
    with_query,
)
from networks.accounts import NeedsOwner, Tokens
from networks.oauth import Ask, Lasting, Login, Owned, Question

if TYPE_CHECKING:
    from login.attempts import Attempt
    from networks.oauth import Profile
    from networks.parts import Network

log = logging.getLogger(__name__)
# A life in seconds that no network means: past it the reply is not believed.
LONGEST_LIFE = timedelta(days=10 * 365)
Read = TypeVar("Read")


@dataclass(frozen=True)
class Kept:
    """What an owner's agreement has brought. ``granted`` are the scopes, None where the network does not say."""

    profile: Profile
    tokens: Tokens
    granted: frozenset[str] | None
    owned: tuple[Owned, ...] | None = field(default=None, repr=False)


def for_keeping(network: Network) -> Network:
    """Return a network as it is driven for tokens that are kept; raise LoginFailed where that is not known."""
    login, feed = network.login, network.feed
    if login is None or feed is None or login.lasting is None or feed.access != "account":
        raise LoginFailed("network_off")
    lasting = login.lasting
    scopes = tuple(dict.fromkeys((*lasting.scopes, *feed.scopes)))
    changed = replace(
        login,
        scopes=scopes,
        extra={**login.extra, **lasting.extra},
        token_extra={**login.token_extra, **lasting.token_extra},
        ask=lasting.ask or login.ask,
        profile=lasting.profile or login.profile,
        revoke=lasting.revoke or login.revoke,
        gives_back=True,
    )
    if "openid" not in scopes:  # no ID token comes then, and none is looked for
        changed = replace(changed, issuer="", nonce=False)
    return replace(network, login=changed)


def kept(door: Door, attempt: Attempt, fields: Mapping[str, str], needed: tuple[str, ...]) -> Kept:
    """Return what came of an owner's agreement: tokens made to last, and what they were allowed.

    Raises LoginFailed; ``missing_scope`` names what of ``needed`` was not allowed. The token is given back then.
    """
    flow, lasting = OAuthFlow(), _lasting(door)
    profile, said = flow.kept(door, attempt, fields)
    try:
        granted = _granted(door, said, lasting)
        if granted is not None and (missing := [scope for scope in needed if scope not in granted]):
            raise LoginFailed("missing_scope", " ".join(missing))
        tokens = _lasted(door, tokens_of(said, lasting), lasting)
        owned = _read(door, lasting.owned, tokens.access) if lasting.owned else None
    except LoginFailed:
        give_back(door, flow.where(door, ""), said)
        raise
    except NeedsOwner as exc:
        raise LoginFailed("network_failed", exc.message) from exc
    return Kept(profile, tokens, granted, owned)


def renewed(door: Door, tokens: Tokens) -> Tokens:
    """Return the next tokens. Raises NeedsOwner where the owner must agree again, LoginFailed where it went wrong.

    Without anything to renew with, a token is used to its end.
    """
    lasting = _lasting(door)
    if lasting.renew:
        return tokens_of(_sent(door, lasting.renew, tokens.access), lasting)
    if not tokens.refresh:
        if tokens.expires is None or tokens.expires > utc_now():
            raise LoginFailed("network_failed", "this token cannot be renewed before its end")
        raise NeedsOwner("The access that was given has ended, and the network does not renew it.")
    # RFC 6749 §6
    body = {"grant_type": "refresh_token", "refresh_token": tokens.refresh}
    headers = {"Accept": JSON, "Content-Type": FORM}
    url = proven(door, OAuthFlow().where(door, "").token, body, headers)
    return tokens_of(_reply(door, "POST", url, headers, urlencode(body).encode()), lasting)


def revoke(door: Door, tokens: Tokens) -> bool:
    """Give tokens back (RFC 7009), the refresh token first; return whether the network took one."""
    where = OAuthFlow().where(door, "").revoke
    return bool(where) and sum(revoked(door, where, *token) for token in _given(tokens)) > 0


def tokens_of(said: Mapping[str, Any], lasting: Lasting) -> Tokens:
    """Return the tokens of a token reply (RFC 6749 §5.1). Lives that make no sense are taken as not told."""
    refresh = said.get("refresh_token")
    life = _seconds(said.get("expires_in")) or lasting.life
    return Tokens(str(said["access_token"]), str(refresh or ""), utc_now() + life if life else None)


def _given(tokens: Tokens) -> list[tuple[str, str]]:
    kinds = (("refresh_token", tokens.refresh), ("access_token", tokens.access))
    return [(kind, token) for kind, token in kinds if token]


def _seconds(told: Any) -> timedelta | None:
    if isinstance(told, bool) or not re.fullmatch(r"\d{1,12}", str(told)):
        return None
    life = timedelta(seconds=int(told))
    return life if timedelta(0) < life <= LONGEST_LIFE else None


def _lasted(door: Door, tokens: Tokens, lasting: Lasting) -> Tokens:
    if lasting.exchange is None:
        return tokens
    return tokens_of(_sent(door, lasting.exchange, tokens.access), lasting)


def _granted(door: Door, said: Mapping[str, Any], lasting: Lasting) -> frozenset[str] | None:
    """Return what was allowed: as asked, as the reply says (Meta: ``permissions``), or None where nobody says."""
    if lasting.granted:
        return _read(door, lasting.granted, str(said["access_token"]))
    told = said.get("scope") or said.get("permissions")
    if isinstance(told, list):
        told = " ".join(str(one) for one in told)
    return frozenset(re.split(r"[\s,]+", told.strip())) if isinstance(told, str) and told.strip() else None


def _read(door: Door, question: Question[Read], token: str) -> Read:
    with reading("reply"):
        return question.read(asked(door, question.ask, {}, token))


def _sent(door: Door, ask: Ask, token: str) -> Mapping[str, Any]:
    """Ask for another token in exchange for one."""
    known = {"token": token, "client_id": door.client.id, "client_secret": door.client.secret}
    params = {name: filled(value, known) for name, value in ask.params.items()}
    return _reply(door, ask.method, with_query(ask.url, params), {"Accept": JSON}, None)


def _reply(door: Door, method: str, url: str, headers: dict[str, str], body: bytes | None) -> Mapping[str, Any]:
    """Return a reply with a token in it; raise NeedsOwner or LoginFailed for any other."""
    status, said = answered(door, method, url, headers, body)
    if status < 300 and isinstance(said.get("access_token"), str) and said["access_token"]:
        return said
    code = error_of(said)
    if status < 500 and code in {"invalid_grant", *_lasting(door).lost}:
        raise NeedsOwner(f"The network does not take our access any more ({code}).")
    raise LoginFailed("network_failed", f"token: status {status}, {code}")


def _lasting(door: Door) -> Lasting:
    login: Login = door.login
    if login.lasting is None:
        raise LoginFailed("network_off")
    return login.lasting
