"""Settings: environment before file before default; every mistake is named."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from core.errors import Misconfigured
from core.settings import Settings, check_production, declared, load, shown, with_key

KEY = "k" * 40
PRODUCTION = {"HANDBILL_SECRET_KEY": KEY, "HANDBILL_BASE_URL": "https://social.example.org"}


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(tmp_path: Path) -> None:
    file = tmp_path / "handbill.toml"
    file.write_text('port = 9000\nlog_level = "debug"\ntrusted_proxies = ["10.0.0.1", "10.1.0.0/16"]\n')
    settings = load({"HANDBILL_PORT": "9100"}, file)
    assert (settings.port, settings.log_level, settings.env) == (9100, "debug", "production")
    assert settings.trusted_proxies == ("10.0.0.1", "10.1.0.0/16")


@pytest.mark.parametrize(
    ("given", "named", "said"),
    [
        ({"HANDBILL_BASEURL": "x"}, "HANDBILL_BASEURL", "HANDBILL_BASE_URL"),
        ({"HANDBILL_SECRT_KEY": "x"}, "HANDBILL_SECRT_KEY", "HANDBILL_SECRET_KEY"),
        ({"HANDBILL_ZZZZZZ": "x"}, "HANDBILL_ZZZZZZ", "no setting"),
        ({"HANDBILL_ENV": "staging"}, "HANDBILL_ENV", "development"),
        ({"HANDBILL_PORT": "many"}, "HANDBILL_PORT", "whole number"),
        ({"HANDBILL_LIMITS": "maybe"}, "HANDBILL_LIMITS", "on or off"),
        ({"HANDBILL_BASE_URL": "social.example.org"}, "HANDBILL_BASE_URL", "look like"),
        ({"HANDBILL_BASE_URL": "https://a.example/path"}, "HANDBILL_BASE_URL", "no path"),
        ({"HANDBILL_BASE_URL": "https://a.example:99999"}, "HANDBILL_BASE_URL", "not an address"),
        ({"HANDBILL_BASE_URL": "https://u:p@a.example"}, "HANDBILL_BASE_URL", "look like"),
        ({"HANDBILL_TRUSTED_PROXIES": "here"}, "HANDBILL_TRUSTED_PROXIES", "not an address"),
        ({"HANDBILL_ENV": "development", "HANDBILL_BASE_URL": "https://a.example"}, "HANDBILL_ENV", "loopback"),
        (
            {"HANDBILL_ENV": "development", "HANDBILL_BASE_URL": "http://127.0.0.1.evil.example"},
            "HANDBILL_ENV",
            "loop",
        ),
    ],
)
def test_a_mistake_is_named(given: dict[str, str], named: str, said: str) -> None:
    with pytest.raises(Misconfigured, match=said) as caught:
        load(given)
    assert caught.value.field == named


def test_a_file_that_is_not_toml_is_named(tmp_path: Path) -> None:
    file = tmp_path / "handbill.toml"
    file.write_text("port = = 1")
    with pytest.raises(Misconfigured, match=r"handbill\.toml"):
        load({}, file)


@pytest.mark.parametrize(
    ("address", "normal"),
    [
        ("https://social.example.org/", "https://social.example.org"),
        ("https://Social.Example.org:443", "https://social.example.org"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("http://localhost:80", "http://localhost"),
    ],
)
def test_an_origin_has_one_form(address: str, normal: str) -> None:
    assert load({"HANDBILL_BASE_URL": address}).base_url == normal


@pytest.mark.parametrize("missing", ["HANDBILL_SECRET_KEY", "HANDBILL_BASE_URL"])
def test_production_refuses_to_start_without(missing: str) -> None:
    given = {name: value for name, value in PRODUCTION.items() if name != missing}
    given.setdefault("HANDBILL_BASE_URL", "http://social.example.org")
    with pytest.raises(Misconfigured) as caught:
        check_production(load(given))
    assert caught.value.field == missing


def test_production_on_loopback_is_let_through_with_a_warning() -> None:
    assert check_production(load({**PRODUCTION, "HANDBILL_BASE_URL": "http://127.0.0.1:8000"}))
    assert not check_production(load(PRODUCTION))


def test_the_tests_door_is_closed_in_production() -> None:
    given = {**PRODUCTION, "HANDBILL_HTTP_ALLOW": "127.0.0.1:9"}
    with pytest.raises(Misconfigured, match="HTTP_ALLOW"):
        check_production(load(given))
    assert check_production(load({**given, "HANDBILL_BASE_URL": "http://127.0.0.1:8000"}))


def test_a_short_key_is_refused() -> None:
    with pytest.raises(Misconfigured, match="32"):
        check_production(load({**PRODUCTION, "HANDBILL_SECRET_KEY": f"{KEY},short"}))


def test_development_makes_its_key_once_and_keeps_it_private(tmp_path: Path) -> None:
    settings = load({"HANDBILL_ENV": "development", "HANDBILL_DATA": str(tmp_path / "data")})
    first, second = with_key(settings), with_key(settings)
    assert first.secret_key == second.secret_key
    assert len(first.secret_key[0]) >= 32
    assert stat.S_IMODE((tmp_path / "data/secret_key").stat().st_mode) == 0o600


def test_a_network_adds_its_credentials() -> None:
    settings = load({"HANDBILL_GITHUB_CLIENT_ID": "abc"}, credentials=["GITHUB_CLIENT_ID", "GITHUB_CLIENT_SECRET"])
    assert settings.credential("github", "CLIENT_ID") == "abc"
    assert settings.credential("github", "CLIENT_SECRET") == ""
    with pytest.raises(Misconfigured):
        load({"HANDBILL_GITHUB_CLIENT_ID": "abc"})


def test_postgres_addresses_get_the_driver() -> None:
    assert load({"HANDBILL_DATABASE_URL": "postgres://h/db"}).database == "postgresql+psycopg://h/db"
    assert load({"HANDBILL_DATABASE_URL": "postgresql://h/db"}).database == "postgresql+psycopg://h/db"
    assert load({}).database.startswith("sqlite:////")


def test_secrets_are_not_shown() -> None:
    rows = {row["name"]: row for row in shown(load(PRODUCTION))}
    assert rows["HANDBILL_SECRET_KEY"]["value"] == "********"
    assert KEY not in str(rows)
    assert rows["HANDBILL_BASE_URL"]["value"] == "https://social.example.org"
    assert not rows["HANDBILL_BASE_URL"]["default"]


def test_every_setting_says_what_it_is_for() -> None:
    assert len(declared()) >= 12
    assert all(len(item.metadata["help"]) > 20 for item in declared())
    assert isinstance(load({}), Settings)
