"""Every setting, declared once: name, type, default, help, and whether it is a secret.

Read from the environment (``HANDBILL_NAME``), then from ``handbill.toml`` (``name = …``), then the
default. An unknown name is an error that suggests the nearest one. ``docs/settings.md`` and
``handbill.example.toml`` are made from this file.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import secrets
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast
from urllib.parse import urlsplit

from core.errors import Misconfigured

PREFIX = "HANDBILL_"


def setting(default: Any, help: str, *, secret: bool = False) -> Any:  # noqa: A002 -- the field's own word
    """Declare one setting."""
    return field(default=default, metadata={"help": help, "secret": secret})


@dataclass(frozen=True)
class Settings:
    """The values in force. Field names in capitals after ``HANDBILL_`` are the settings' names."""

    env: str = setting(
        "production",
        "`production` or `development`. Production refuses to start without a secret key and an https base "
        "address (http on loopback is let through with a warning). Development refuses a base address that is "
        "not loopback, and keeps a key it makes itself in the data folder.",
    )
    secret_key: tuple[str, ...] = setting(
        (), "Comma list of keys, each at least 32 characters: the first signs, all verify.", secret=True
    )
    base_url: str = setting(
        "http://127.0.0.1:8000",
        "Origin under which visitors reach this server, and the issuer of identities. Never taken from a header.",
    )
    studio_url: str = setting(
        "",
        "Origin of the operator's desk and the account pages. Default: the base address. Better a host of its own.",
    )
    data: Path = setting(Path("data"), "Folder of everything the embedded default stores.")
    database_url: str = setting(
        "",
        "PostgreSQL address, `postgresql://user:password@host/name`. Default: SQLite in the data folder.",
        secret=True,
    )
    redis_url: str = setting(
        "", "Redis address for cache and limits, `redis://host:6379/0`. Default: files and the database.", secret=True
    )
    trusted_proxies: tuple[str, ...] = setting(
        (), "Comma list of addresses or networks that may set X-Forwarded-For and X-Forwarded-Proto. Default: none."
    )
    preview_anonymous: bool = setting(
        False, "Whether anybody may ask for a link preview without a key. `make run` turns it on."
    )
    limits: bool = setting(True, "Whether callers are limited in how often they may ask.")
    http_allow: tuple[str, ...] = setting(
        (),
        "Tests only: comma list of exact `host:port` that the guard of outgoing connections lets through. Refused "
        "in production unless the base address is loopback.",
    )
    atproto_directory: str = setting(
        "https://plc.directory",
        "Origin of the directory of `did:plc` that people of Bluesky and its kin are looked up in: a mirror, or the "
        "one of a development server.",
    )
    atproto_resolver: str = setting(
        "https://public.api.bsky.app",
        "Origin of the server that is asked whose a handle is, where the handle's own site does not say: any server "
        "of the AT Protocol.",
    )
    metrics_token: str = setting(
        "",
        "Token that `/metrics` asks for as `Authorization: Bearer`. Default: `/metrics` answers this machine only.",
        secret=True,
    )
    log_level: str = setting("info", "`debug`, `info`, `warning` or `error`.")
    log_format: str = setting("json", "`json` (one object a line) or `text` for people.")
    cache_bytes: int = setting(512 * 1024 * 1024, "How many bytes the cache in the data folder may take, roughly.")
    media_bytes: int = setting(
        512 * 1024 * 1024, "How many bytes proxied pictures may take in the data folder, roughly."
    )
    card_bytes: int = setting(256 * 1024 * 1024, "How many bytes drawn preview pictures may take, roughly.")
    fonts: tuple[str, ...] = setting(
        (),
        "Comma list of folders with fonts for drawn pictures, looked into before the machine's own. The folder "
        "`fonts` in the data folder always is. See docs/fonts.md.",
    )
    public_layouts: tuple[str, ...] = setting(
        (),
        "Comma list of picture layouts that anybody may have drawn without a signature, at "
        "`/og/<layout>.png?title=…`: words only, in the usual sizes, limited by address. Default: none.",
    )
    port: int = setting(8000, "Port that `serve` listens on.")
    host: str = setting("127.0.0.1", "Address that `serve` listens on. Put a proxy with TLS before it.")
    networks: Mapping[str, str] = field(
        default_factory=lambda: MappingProxyType({}), metadata={"help": "", "secret": True, "hidden": True}
    )

    @property
    def production(self) -> bool:
        """Whether the strict rules of production hold."""
        return self.env == "production"

    @property
    def loopback(self) -> bool:
        """Whether the base address is on this machine only."""
        return is_loopback(self.base_url)

    @property
    def apart(self) -> bool:
        """Whether the studio and the account page have a host of their own."""
        return self.studio_url not in ("", self.base_url)

    @property
    def database(self) -> str:
        """The SQLAlchemy address of the database."""
        if not self.database_url:
            return f"sqlite:///{self.data.absolute() / 'handbill.sqlite'}"
        scheme, _, rest = self.database_url.partition("://")
        return f"postgresql+psycopg://{rest}" if scheme in ("postgres", "postgresql") else self.database_url

    def credential(self, network: str, suffix: str) -> str:
        """Return a network's ``CLIENT_ID`` or ``CLIENT_SECRET``, or the empty string."""
        return self.networks.get(f"{network.upper()}_{suffix}", "")


def declared() -> list[Any]:
    """Return the fields that operators see, in order."""
    return [f for f in fields(Settings) if not f.metadata.get("hidden")]


def default_of(item: Any) -> Any:
    """Return a field's default value."""
    return item.default if item.default is not MISSING else item.default_factory()


def is_loopback(address: str) -> bool:
    """Return whether an origin's host is this machine (RFC 6761 §6.3, RFC 5735 §3)."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:  # an Origin header may be anything
        return False
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def load(
    environ: Mapping[str, str],
    toml: Path | None = None,
    credentials: Iterable[str] = (),
) -> Settings:
    """Read the settings; ``credentials`` are the names that networks add, such as ``GITHUB_CLIENT_ID``.

    Raises Misconfigured, naming the setting, for an unknown name or a value that does not fit.
    """
    names = {f.name: f for f in declared()}
    extra = {name.lower() for name in credentials}
    given: dict[str, Any] = _from_toml(toml)
    given.update((k[len(PREFIX) :].lower(), v) for k, v in environ.items() if k.startswith(PREFIX))
    for name in given:
        if name not in names and name not in extra:
            raise Misconfigured(_unknown(name, [*names, *extra]), field=PREFIX + name.upper())
    values = {k: _convert(k, v, names[k]) for k, v in given.items() if k in names}
    own = {k.upper(): str(v) for k, v in given.items() if k in extra}
    return _checked(Settings(**values, networks=MappingProxyType(own)))


def _from_toml(path: Path | None) -> dict[str, Any]:
    if path is None or not path.is_file():
        return {}
    try:
        return {k.lower(): v for k, v in tomllib.loads(path.read_text("utf-8")).items()}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise Misconfigured(f"{path.name} is not valid TOML: {exc}", field=path.name) from exc


def _unknown(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    hint = f" Did you mean {PREFIX}{near[0].upper()}?" if near else ""
    return f"There is no setting {PREFIX}{name.upper()}.{hint}"


_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


def _convert(name: str, value: Any, item: Any) -> Any:
    default, label = default_of(item), PREFIX + name.upper()
    if isinstance(default, bool):
        return _boolean(value, label)
    if isinstance(default, int):
        try:
            return int(value)
        except (TypeError, ValueError) as exc:
            raise Misconfigured(f"{label} must be a whole number, not {value!r}.", field=label) from exc
    if isinstance(default, tuple):
        parts = value if isinstance(value, list) else str(value).split(",")
        return tuple(str(p).strip() for p in parts if str(p).strip())
    return Path(str(value)) if isinstance(default, Path) else str(value).strip()


def _boolean(value: Any, label: str) -> bool:
    word = str(value).strip().lower()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise Misconfigured(f"{label} must be on or off, not {value!r}.", field=label)


def _checked(settings: Settings) -> Settings:
    _check_choice("ENV", settings.env, ("production", "development"))
    _check_choice("LOG_LEVEL", settings.log_level, ("debug", "info", "warning", "error"))
    _check_choice("LOG_FORMAT", settings.log_format, ("json", "text"))
    base = _origin("BASE_URL", settings.base_url)
    studio = _origin("STUDIO_URL", settings.studio_url) if settings.studio_url else base
    settings = replace(
        settings,
        base_url=base,
        studio_url=studio,
        atproto_directory=_origin("ATPROTO_DIRECTORY", settings.atproto_directory),
        atproto_resolver=_origin("ATPROTO_RESOLVER", settings.atproto_resolver),
    )
    for net in settings.trusted_proxies:
        _check_network(net)
    if settings.env == "development" and not settings.loopback:
        raise Misconfigured(
            "HANDBILL_ENV=development serves loopback addresses only, because anybody may log in as anybody. "
            f"{base} is not one: set HANDBILL_ENV=production.",
            field="HANDBILL_ENV",
        )
    return settings


def check_production(settings: Settings) -> list[str]:
    """Return warnings for a server about to start; raise Misconfigured where it must not."""
    if not settings.production:
        return []
    if not settings.secret_key or any(len(k) < 32 for k in settings.secret_key):
        raise Misconfigured(
            "HANDBILL_SECRET_KEY is missing or shorter than 32 characters. Make one with: "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'. "
            "To try Handbill on this machine alone: make run, or HANDBILL_ENV=development.",
            field="HANDBILL_SECRET_KEY",
        )
    if os.environ.get("AUTHLIB_INSECURE_TRANSPORT"):
        raise Misconfigured(
            "AUTHLIB_INSECURE_TRANSPORT would let logins go over plain http. Unset it.",
            field="AUTHLIB_INSECURE_TRANSPORT",
        )
    if settings.http_allow and not settings.loopback:
        raise Misconfigured("HANDBILL_HTTP_ALLOW is for tests, not for a public server.", field="HANDBILL_HTTP_ALLOW")
    if settings.base_url.startswith("https://"):
        if settings.apart and not settings.studio_url.startswith("https://"):
            raise Misconfigured(
                f"HANDBILL_STUDIO_URL must be https as the base address is, not {settings.studio_url}.",
                field="HANDBILL_STUDIO_URL",
            )
        return []
    if settings.loopback:
        return ["HANDBILL_BASE_URL is http on loopback: visitors elsewhere cannot reach it."]
    raise Misconfigured(
        f"HANDBILL_BASE_URL must be https in production, not {settings.base_url}.", field="HANDBILL_BASE_URL"
    )


def with_key(settings: Settings) -> Settings:
    """In development, read or make the key kept in the data folder (mode 0600); else return as is."""
    if settings.secret_key or settings.production:
        return settings
    path = data_folder(settings) / "secret_key"
    try:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass  # made earlier, or by another process just now
    except OSError as exc:
        raise _unfit(settings.data, "written", exc) from exc
    return replace(settings, secret_key=(path.read_text("ascii").strip(),))


def data_folder(settings: Settings) -> Path:
    """Return the data folder, made for this user alone where it is not there. Raises Misconfigured."""
    try:
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as exc:
        raise _unfit(settings.data, "made", exc) from exc
    return settings.data


def _unfit(folder: Path, what: str, why: OSError) -> Misconfigured:
    return Misconfigured(
        f"The data folder {folder} cannot be {what}: {why.strerror}. Set HANDBILL_DATA to a folder of your own.",
        field="HANDBILL_DATA",
    )


def _check_choice(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise Misconfigured(
            f"{PREFIX}{name} must be one of {', '.join(allowed)}, not {value!r}.", field=PREFIX + name
        )


def _origin(name: str, value: str) -> str:
    """Return scheme://host[:port] (RFC 6454 §6.2); raise Misconfigured for anything more or less."""
    label = PREFIX + name
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError as exc:
        raise Misconfigured(f"{label} is not an address: {value!r}.", field=label) from exc
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise Misconfigured(f"{label} must look like https://social.example.org, not {value!r}.", field=label)
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise Misconfigured(f"{label} is an origin: no path, query or fragment ({value!r}).", field=label)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    usual = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != usual else "")


def _check_network(text: str) -> None:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError as exc:
        raise Misconfigured(
            f"HANDBILL_TRUSTED_PROXIES: {text!r} is not an address or network.", field="HANDBILL_TRUSTED_PROXIES"
        ) from exc


def shown(settings: Settings) -> list[dict[str, Any]]:
    """Return name, value (secrets masked), whether it is the default, and help, for people and `--json`."""
    rows = []
    for item in declared():
        value = cast(Any, getattr(settings, item.name))
        text = ",".join(value) if isinstance(value, tuple) else _word(value)
        usual = value == default_of(item) or (item.name == "studio_url" and not settings.apart)
        masked = "********" if item.metadata["secret"] and text else text
        rows.append(
            {
                "name": PREFIX + item.name.upper(),
                "value": masked,
                "default": usual,
                "help": item.metadata["help"],
            }
        )
    return rows


def _word(value: object) -> str:
    """Return a value as one writes it."""
    return ("on" if value else "off") if isinstance(value, bool) else str(value)
