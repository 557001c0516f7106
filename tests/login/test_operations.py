"""What an operator does, and must not be able to do. (Threats 29, 70.)"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.errors import Invalid, Misconfigured
from core.settings import check_production
from tests.doubles import a_site, some_settings
from tests.test_commands import told


def test_70_a_server_in_production_does_not_start_with_the_switch_for_plain_http(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = some_settings(tmp_path, env="production", secret_key="k" * 40, base_url="https://hb.example.org")
    assert check_production(settings) == []
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    with pytest.raises(Misconfigured, match="AUTHLIB_INSECURE_TRANSPORT"):
        check_production(settings)


def test_29_nobody_registers_a_client_over_the_network(client: FlaskClient) -> None:
    document = client.get("/.well-known/openid-configuration").get_json()
    assert "registration_endpoint" not in document
    assert client.post("/oauth/register", json={"redirect_uris": ["https://evil.example"]}).status_code == 404


def test_a_site_is_set_by_command(tmp_path: Path) -> None:
    made: Any = told(tmp_path, "sites", "add", "Blog", "--origin", "https://blog.example.org")
    words = "--login-network github --login-network mastodon --login-trusted --login-subject public"
    said: Any = told(tmp_path, "sites", "set", made["key"], *words.split(), "--login-algorithm", "ES256")
    assert said["login_networks"] == ["github", "mastodon"]
    assert (said["login_trusted"], said["login_subject"], said["login_algorithm"]) == (True, "public", "ES256")
    less: Any = told(tmp_path, "sites", "set", made["key"], "--no-login-trusted")
    assert less == {**said, "login_trusted": False}


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("login_networks", "github"),
        ("login_networks", ["a b"]),
        ("login_trusted", "yes"),
        ("login_subject", "both"),
        ("login_algorithm", "none"),
        ("login_algorithm", "HS256"),
        ("login_logo", "javascript:alert(1)"),
        ("login_logout_notice", "https://user:word@example.org/"),
        ("login_logout_notice", 1),
    ],
)
def test_an_option_that_will_not_do_is_named(app: Flask, option: str, value: object) -> None:
    site = a_site(app)
    with pytest.raises(Invalid) as caught:
        app.extensions["handbill"].sites.configure(site.key, **{option: value})
    assert caught.value.field == option


def test_authlib_is_not_imported_before_it_is_wanted(tmp_path: Path) -> None:
    import subprocess
    import sys

    code = (
        "import sys, app; from core.settings import load; "
        f"app.create_app(load({{'HANDBILL_ENV': 'development', 'HANDBILL_DATA': {str(tmp_path)!r}}})); "
        "print(sorted(n for n in ('authlib', 'joserfc', 'cryptography', 'sqlalchemy') if n in sys.modules))"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


FOLDER = Path(__file__).resolve().parents[2] / "login/languages"


def test_every_language_says_everything_with_the_same_slots() -> None:
    import re

    def slots(text: str) -> set[str]:
        return set(re.findall(r"\{\w+\}", text))

    english = json.loads((FOLDER / "en.json").read_text("utf-8"))
    for path in FOLDER.glob("*.json"):
        words = json.loads(path.read_text("utf-8"))
        assert set(words) == set(english), (path.name, set(words) ^ set(english))
        assert not [key for key in english if slots(words[key]) != slots(english[key])], path.name


def test_every_failure_has_its_words() -> None:
    from login.problems import CODES

    english = json.loads((FOLDER / "en.json").read_text("utf-8"))
    for code in CODES:
        assert {f"failed_{code}", f"advice_{code}"} <= set(english)


@pytest.mark.parametrize(("lang", "direction"), [("de", "ltr"), ("fr", "ltr"), ("es", "ltr"), ("ar", "rtl")])
def test_pages_speak_the_readers_language(client: FlaskClient, lang: str, direction: str) -> None:
    page = client.get("/account", headers={"Accept-Language": lang}).get_data(as_text=True)
    assert f'<html lang="{lang}" dir="{direction}">' in page
    assert "My data" not in page
