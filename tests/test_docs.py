"""Docs say what the code says: made parts are fresh, and every setting, command, address and error is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core import errors
from core.settings import PREFIX, declared
from docs.made import made

ROOT = Path(__file__).resolve().parents[1]
# Flask's own route for files of our pages; it is no address of ours to promise.
UNPROMISED = {"/static/<filename>"}


def text_of(*names: str) -> str:
    return "\n".join((ROOT / name).read_text("utf-8") for name in names)


@pytest.mark.parametrize("path", [path.relative_to(ROOT).as_posix() for path, _ in made()])
def test_a_made_part_is_fresh(path: str) -> None:
    wanted = {p.relative_to(ROOT).as_posix(): text for p, text in made()}[path]
    assert (ROOT / path).read_text("utf-8") == wanted, f"{path} is out of date: run make docs"


def test_every_setting_is_documented() -> None:
    page = text_of("docs/settings.md", "handbill.example.toml")
    assert not [i.name for i in declared() if PREFIX + i.name.upper() not in page or f"# {i.name} =" not in page]


def test_every_address_is_documented(app: Flask) -> None:
    page = text_of("docs/api.md")
    rules = {re.sub(r"<(?:\w+:)?(\w+)>", r"<\1>", rule.rule) for rule in app.url_map.iter_rules()}
    missing = {r for r in rules - UNPROMISED if f"`{r}`" not in page and f" {r}`" not in page}
    assert not missing


def test_every_command_is_documented(app: Flask) -> None:
    page = text_of("docs/commands.md")
    names = [
        f"{name} {sub}" if sub else name
        for name, command in app.cli.commands.items()
        if name not in {"run", "shell", "routes"}  # Flask's own
        for sub in (getattr(command, "commands", None) or [""])
    ]
    assert len(names) >= 9
    assert not [name for name in names if f"`{name}" not in page]


def test_every_error_is_documented() -> None:
    page = text_of("docs/api.md")
    kinds = [k for k in vars(errors).values() if isinstance(k, type) and issubclass(k, errors.Problem)]
    assert not [k.code for k in kinds if k is not errors.Problem and f"`{k.code}`" not in page]


def test_every_code_of_an_error_that_an_address_raises_is_documented() -> None:
    page = text_of("docs/api.md")
    files = [ROOT / "core/web.py", *ROOT.glob("*/routes*.py"), *ROOT.glob("embed/*.py"), *ROOT.glob("widgets/*.py")]
    codes = {code for file in files for code in re.findall(r'\bcode="([a-z_]+)"', file.read_text("utf-8"))}
    assert len(codes) > 20
    assert not sorted(code for code in codes if f"`{code}`" not in page)


@pytest.mark.parametrize("path", ["README.md", "docs/widgets/follow.md"])
def test_the_accounts_of_examples_are_accounts(path: str, client: FlaskClient) -> None:
    (accounts,) = re.findall(r'<hb-follow accounts="([^"]+)"', text_of(path))
    assert client.get("/widgets/follow.json", query_string={"accounts": accounts}).status_code == 200


def test_every_link_in_the_docs_leads_somewhere() -> None:
    broken = []
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8")):
            if "://" not in target and not target.startswith("mailto:") and not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)} -> {target}")
    assert not broken


def test_the_readme_is_short() -> None:
    assert len(text_of("README.md").splitlines()) < 100


def test_every_decision_says_its_reason() -> None:
    pages = sorted((ROOT / "docs/decisions").glob("*.md"))
    assert pages
    for number, page in enumerate(pages, 1):
        assert page.name.startswith(f"{number:04}-")
        assert "## Why" in page.read_text("utf-8"), page.name
