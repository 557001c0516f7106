"""Commands about a site's own credentials at networks: ``sites credentials set``, ``list``, ``remove``.

No value is ever an argument, for those stand in the shell's history and in everybody's list of processes. At a
terminal each is asked for, secrets without showing them; else they come on standard input, as lines ``NAME=value``
or as one JSON object.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from core.command_line import Group, tell
from core.errors import Invalid, NotFound
from core.settings import PREFIX
from core.web import services

if TYPE_CHECKING:
    from core.site_credentials import Own
    from login.apps import Apps
    from networks.oauth import Login
    from networks.parts import Network

# All values of a network together: an id, a secret and a private key.
LONGEST = 64 * 1024


@click.group(cls=Group)
def credentials() -> None:
    """A site's own applications at networks, in place of the server's."""


@credentials.command("set")
@click.argument("key")
@click.argument("network")
def set_credentials(key: str, network: str, as_json: bool) -> None:
    """Store what a site has at a network. Values are asked for, or read from standard input as NAME=value lines."""
    found, login = _network(network)
    values = _checked(found, login, _asked(found, login) if sys.stdin.isatty() else _given(found))
    _apps().check_own(found, key, values)
    row = _row(_apps().store.set(key, found.key, values), found)
    lines = [
        f"{found.name} knows this site as {row['app']}.",
        f"Enter there as the address to return to: {row['callback']}",
    ]
    tell(row, lines, as_json=as_json)


@credentials.command("list")
@click.argument("key")
def list_credentials(key: str, as_json: bool) -> None:
    """List the networks at which a site has credentials of its own, by name; never a secret."""
    _check_site(key)
    known = services().networks
    rows = [_row(own, known.get(own.network)) for own in _apps().store.of(key).values()]
    lines = [
        f"{row['network']:12}{row['app'] or '(does not open: set it anew)'}  {' '.join(row['names'])}" for row in rows
    ]
    tell(rows, lines or ["None: log-ins for this site use the server's own."], as_json=as_json)


@credentials.command("remove")
@click.argument("key")
@click.argument("network")
def remove_credentials(key: str, network: str, as_json: bool) -> None:
    """Delete what a site has at a network; log-ins for it use the server's own, if there is one."""
    _apps().store.remove(key, network)
    tell({"site": key, "network": network}, [f"Removed: {network}."], as_json=as_json)


def _apps() -> Apps:
    apps: Apps = services().logins.apps
    return apps


def _check_site(key: str) -> None:
    if services().sites.by_key(key) is None:
        raise NotFound(f"There is no site {key[:40]!r}.", code="unknown_site", field="key")


def _network(key: str) -> tuple[Network, Login]:
    found: Network | None = services().networks.get(key)
    if found is None:
        raise NotFound(f"There is no network {key[:40]!r}.", code="unknown_network", field="network")
    if found.login is None or not found.login.credentials:
        raise Invalid(f"{found.name} gives no credentials that one could set.", field="network")
    return found, found.login


def _asked(network: Network, login: Login) -> dict[str, str]:
    """Ask at the terminal for one value after the other."""
    found = {}
    for item in login.credentials:
        label = f"{network.name} {item.suffix}" + (" (may be empty)" if item.optional else "")
        default = "" if item.optional else None
        found[item.suffix] = click.prompt(
            label, hide_input=item.secret, default=default, show_default=False, err=True
        )
    return found


def _given(network: Network) -> dict[str, str]:
    """Read standard input: one JSON object, or the lines of an environment file."""
    text = sys.stdin.buffer.read(LONGEST + 1).decode("utf-8", "replace").strip()
    if len(text) > LONGEST:
        raise Invalid("This is longer than credentials are.", field="stdin")
    said = _object(text) if text.startswith("{") else _lines(text)
    prefix = f"{PREFIX}{network.key.upper()}_"
    return {name.strip().upper().removeprefix(prefix): value.strip() for name, value in said.items()}


def _object(text: str) -> dict[str, str]:
    try:
        said = json.loads(text)
    except ValueError as exc:
        raise Invalid("Standard input is not JSON.", field="stdin") from exc
    if not all(isinstance(value, str) for value in said.values()):
        raise Invalid("Each value must be a string.", field="stdin")
    return dict(said)


def _lines(text: str) -> dict[str, str]:
    found = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, sign, value = line.removeprefix("export ").partition("=")
        if line.startswith("#"):
            continue
        if not sign:
            raise Invalid("Standard input has lines NAME=value, or one JSON object.", field="stdin")  # not the line
        found[name] = value.strip().strip("\"'")
    return found


def _checked(network: Network, login: Login, said: dict[str, str]) -> dict[str, str]:
    """Return what the network needs, and nothing else. Errors name names, never values."""
    names = {item.suffix for item in login.credentials}
    if unknown := sorted(set(said) - names):
        raise Invalid(
            f"{network.name} has no {unknown[0][:40]}. There are: {', '.join(sorted(names))}.", field="name"
        )
    missing = [item.suffix for item in login.credentials if not item.optional and not said.get(item.suffix)]
    if missing:
        raise Invalid(f"{network.name} needs {' and '.join(missing)}.", field=missing[0])
    return {name: value for name, value in said.items() if value}


def _row(own: Own, network: Network | None) -> dict[str, Any]:
    from login.apps import name_of

    login = network.login if network else None
    return {
        "site": own.site_key,
        "network": own.network,
        "names": sorted(own.values),
        "app": name_of(login, own.values) if login and own.values else "",
        "callback": f"{services().settings.base_url}/login/{own.network}/callback",
        "changed": own.changed.isoformat(),
    }
