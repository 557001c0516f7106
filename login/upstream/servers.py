"""Networks of many servers (Mastodon and its kin): each has endpoints of its own, and we register there as a client,
or are known there by the address of a page that says what we are (Misskey).

A registration is made when somebody first names a server and kept for good: servers count them, and some forget an
app that nobody has used (mastodon/mastodon issue 30152), which is why one that is refused is made anew. Each server
has a callback of its own, so that no server can pass its answer off as another's (RFC 9700 §4.4.2).
https://docs.joinmastodon.org/methods/apps/ and /spec/oauth/ (read 2026-11).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sqlalchemy import func, select
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Database, UtcTime
from core.errors import FetchFailed, Invalid, Problem, TooMany
from core.limits import Rule
from core.times import utc_now
from core.vault import SealBroken, Vault
from login.problems import LoginFailed
from login.upstream import discovery
from login.upstream.discovery import Endpoints
from login.upstream.door import FORM, JSON, Client, Door, Prepared, failed, json_of
from login.upstream.oauth_client import OAuthFlow, filled, proven
from networks._handles import tidy_server

if TYPE_CHECKING:
    from core.limits import Limits

# New servers in an hour, all visitors together: whoever types names at random should not have us knock everywhere.
REGISTRATIONS = Rule("login-servers", amount=120, seconds=3600)
# Servers of the fediverse that are alive: some 30,000 (https://fedidb.org, read 2026-11). A row has 300 bytes.
MOST = 50_000
# How long a server is not asked again whether it knows us. Mastodon before 4.3 forgot apps within days. Seconds.
KNOWN = 86_400.0
# What a website answers that is no server of this kind: it leads elsewhere, or knows no such address or method.
NOT_HERE = frozenset({301, 302, 303, 307, 308, 403, 404, 405, 410})
# `profile` tells who it is and nothing else, from Mastodon 4.3 on; before, the least that does is `read:accounts`,
# and some relatives know only `read` (https://docs.joinmastodon.org/api/oauth-scopes/, read 2026-11).
SCOPES = ("profile", "read:accounts", "read")
_PURPOSE = "login server"


class ServerRow(Base):
    """A server that knows us as a client. ``id`` stands in our callback's address there."""

    __tablename__ = "login_servers"

    id: Mapped[str] = mapped_column(primary_key=True)
    network: Mapped[str]
    server: Mapped[str]
    client_id: Mapped[str]
    sealed: Mapped[str]
    scope: Mapped[str]
    created: Mapped[datetime] = mapped_column(UtcTime)


class Servers:
    """The servers that know us."""

    def __init__(
        self, database: Database, vault: Vault, limits: Limits, now: Callable[[], datetime] = utc_now
    ) -> None:
        self._database = database
        self._vault = vault
        self._limits = limits
        self._now = now

    def find(self, network: str, server: str) -> tuple[Client, str] | None:
        """Return who we are at a server and what we may ask for there; None where it does not know us."""
        with self._database.session() as session:
            row = session.get(ServerRow, server_id(network, server))
        if row is None:
            return None
        try:
            secret = self._vault.open(_PURPOSE, row.sealed, row.id).decode()
        except SealBroken:
            return None  # sealed with a key that is gone: we register anew
        return Client(row.client_id, {"CLIENT_SECRET": secret}), row.scope

    def server_of(self, network: str, name: str) -> str:
        """Return the server whose callback has this id. Raises LoginFailed for one that is nobody's."""
        with self._database.session() as session:
            row = session.get(ServerRow, name)
        if row is None or row.network != network:
            raise LoginFailed("attempt_over")
        return row.server

    def make_room(self) -> None:
        """Raise TooMany where too many servers were new within the hour, or there are too many altogether."""
        self._limits.hit(REGISTRATIONS, "all")
        with self._database.session() as session:
            count = session.scalar(select(func.count()).select_from(ServerRow)) or 0
        if count >= MOST:
            raise TooMany("This server cannot take in more servers.")

    def keep(self, network: str, server: str, client: Client, scope: str) -> None:
        """Store a registration; one that was there is replaced."""
        name = server_id(network, server)
        row = ServerRow(
            id=name,
            network=network,
            server=server,
            client_id=client.id,
            sealed=self._vault.seal(_PURPOSE, client.secret.encode(), name),
            scope=scope,
            created=self._now(),
        )
        with self._database.session(write=True) as session:
            session.merge(row)


def server_id(network: str, server: str) -> str:
    """Return what stands for a server in our callback's address."""
    return hashlib.sha256(f"{network} {server}".encode()).hexdigest()[:16]


class ServerFlow(OAuthFlow):
    """The flow ``oauth2`` on a network of many servers."""

    def __init__(self, servers: Servers) -> None:
        self._servers = servers

    def prepare(self, door: Door, typed: str) -> Prepared:
        """Find the server that was typed, and register with it where it does not know us.

        Where the name in a handle is not that of a server, it may say which one is its people's.
        """
        server = _origin(door, typed)
        try:
            self._make_known(door, server)
        except LoginFailed as exc:
            home = _home(door, typed) if exc.code == "wrong_server" else ""
            if home in ("", server):
                raise
            server = home
            self._make_known(door, server)
        return Prepared(server)

    def _make_known(self, door: Door, server: str) -> None:
        if self._servers.find(door.key, server) is None or not self._still_known(self.at(door, server), server):
            self._servers.make_room()
            client, scope = self._introduce(door, server)
            self._servers.keep(door.key, server, client, scope)
            door.cache.set(_known(server), True, KNOWN)

    def at(self, door: Door, server: str) -> Door:
        """Return the door of one server: who we are there, and our callback there."""
        found = self._servers.find(door.key, server)
        if found is None:
            raise LoginFailed("attempt_over")
        client, scope = found
        login = (_by_address(client) and door.login.by_address) or door.login
        login = replace(login, scopes=tuple(scope.split()))
        return replace(door, client=client, login=login, back=_back(door, server))

    def where(self, door: Door, server: str) -> Endpoints:
        """Return where to ask: what the server publishes (4.3 and newer), else what its kin always had.

        No ID token is looked for: Mastodon gives none, and who it is, its own account request says.
        """
        login, published = door.login, discovery.of_server(door, server)
        if published is not None and _all_at(server, published):
            # Misskey's document promises an `iss` that its Mastodon side does not send. Each server has a callback of
            # its own, which does the same (RFC 9700 §4.4.2.2); one that is sent must still be right.
            return replace(published, jwks="", userinfo="", pushed="", names_issuer=False)
        values = {"server": server}
        return Endpoints(
            filled(login.authorize, values), filled(login.tokens, values), revoke=filled(login.revoke, values)
        )

    def _still_known(self, door: Door, server: str) -> bool:
        """Return whether a server still knows us, asked once a day: where it does not, its page is a dead end.

        A token for ourselves (RFC 6749 §4.4) is refused with ``invalid_client`` then. Whatever else it says, it
        does not say that it has forgotten us.
        """
        fields = {"grant_type": "client_credentials", "scope": " ".join(door.login.scopes), "redirect_uri": door.back}
        headers = {"Accept": JSON, "Content-Type": FORM}
        if _by_address(door.client):
            return door.client == client_of(door, server)
        if door.cache.get(_known(server)) is not None:
            return True
        try:
            url = proven(door, self.where(door, server).token, fields, headers)
            reply = door.ask("POST", url, headers=headers, body=urlencode(fields).encode())
        except FetchFailed:
            return True
        if reply.status in (400, 401) and b"invalid_client" in reply.body:
            return False
        door.cache.set(_known(server), True, KNOWN)
        return True

    def _introduce(self, door: Door, server: str) -> tuple[Client, str]:
        """Return who we are at a server: as it registers us, or by our address where it registers nobody."""
        try:
            return self._register(door, server)
        except LoginFailed as exc:
            kin, published = door.login.by_address, discovery.of_server(door, server)
            if exc.code != "wrong_server" or kin is None or published is None or not _all_at(server, published):
                raise
            if not set(kin.scopes) <= set(published.scopes):
                raise
            return client_of(door, server), " ".join(kin.scopes)

    def _register(self, door: Door, server: str) -> tuple[Client, str]:
        """Return who we are at a server, and the least scope it lets us ask for."""
        published = discovery.of_server(door, server)
        offered = published.scopes if published else ()
        wanted = [scope for scope in SCOPES if scope in offered] or list(SCOPES[1:])
        for scope in wanted:
            said = self._ask_to_register(door, server, scope)
            if said is not None:
                return Client(said["client_id"], {"CLIENT_SECRET": said["client_secret"]}), scope
        raise LoginFailed("network_failed", "registration: the server does not take us")

    def _ask_to_register(self, door: Door, server: str, scope: str) -> dict[str, str] | None:
        fields = {
            "client_name": door.name,
            "redirect_uris": _back(door, server),
            "scopes": scope,
            "website": door.origin,
        }
        url, headers = filled(door.login.register, {"server": server}), {"Accept": JSON, "Content-Type": FORM}
        try:
            reply = door.ask("POST", url, headers=headers, body=urlencode(fields).encode())
        except FetchFailed as exc:
            raise failed("registration", exc) from exc
        if reply.status in (400, 422):
            return None  # it does not know the scope
        if reply.status in NOT_HERE:
            raise LoginFailed("wrong_server", "registration: not a server of this kind")
        return _credentials(json_of(reply, "registration"))


def _credentials(said: Any) -> dict[str, str] | None:
    if not isinstance(said, dict):
        return None
    found = {name: said.get(name) for name in ("client_id", "client_secret")}
    # RFC 6749, appendix A.1 and A.2: printable ASCII.
    sound = all(isinstance(value, str) and re.fullmatch(r"[\x20-\x7e]{1,512}", value) for value in found.values())
    return {name: str(value) for name, value in found.items()} if sound else None


def _origin(door: Door, typed: str) -> str:
    """Return the origin of a server from its name, its address or a handle. Raises LoginFailed for anything else."""
    allow = door.allow
    try:
        host = tidy_server(typed, allow=allow)
    except Invalid as exc:
        raise LoginFailed("wrong_server", exc.message) from exc
    return f"http://{host}" if host in allow else f"https://{host}"


def _home(door: Door, typed: str) -> str:
    """Return the origin of the server that the people of a name are on, "" where nobody says."""
    from networks.servers import Servers as Lookup

    try:
        host = Lookup(door.http, door.cache, allow=door.allow).home(typed)
        return _origin(door, host) if host else ""
    except (Problem, LoginFailed):
        return ""


def _known(server: str) -> str:
    return f"login server known {server}"


def _back(door: Door, server: str) -> str:
    return f"{door.origin}/login/{door.key}/{server_id(door.key, server)}/callback"


def client_path(network: str, server: str) -> str:
    """Return where we say what we are as a client of a server; ``server`` is its `server_id`."""
    return f"/login/{network}/{server}/client"


def client_of(door: Door, server: str) -> Client:
    """Return who we are at a server that knows a client by its address (IndieAuth §3.3). No secret comes of it."""
    return Client(door.origin + client_path(door.key, server_id(door.key, server)), {"CLIENT_SECRET": ""})


def _by_address(client: Client) -> bool:
    return "://" in client.id


def _all_at(server: str, where: Endpoints) -> bool:
    """Return whether a server's endpoints are its own: it speaks for its people, not for another's."""
    return all(url.startswith(server + "/") for url in (where.authorize, where.token, where.revoke) if url)
