"""Commands about pages and their pictures: ``preview``, ``check`` and ``draw``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from core.addresses import web_address
from core.command_line import Command, stdin_lines, tell, write_line
from core.errors import Invalid
from core.web import services


@click.command("preview", cls=Command)
@click.argument("url", required=False)
@click.option("--stdin", is_flag=True, help="Read saved pages: path, tab, address, tab, encoding, a line each.")
def preview(url: str | None, stdin: bool, as_json: bool) -> None:
    """Read what a page is about."""
    if stdin:
        from og.reader.stdin import stream

        return stream(stdin_lines(), write_line)
    from og.preview import read

    found = read(_page(url), services().http).as_json()
    tell(found, [f"{name:14}{_brief(value)}" for name, value in found.items()], as_json=as_json)
    return None


@click.command("check", cls=Command)
@click.argument("url", required=False)
@click.option("--stdin", is_flag=True, help="Read saved pages: path, tab, address, tab, encoding, a line each.")
def check(url: str | None, stdin: bool, as_json: bool) -> None:
    """Check a page's tags, and say what is wrong with them."""
    if stdin:
        from og.checker.stdin import stream

        return stream(stdin_lines(), write_line)
    from og.checker.run import check_address

    report = check_address(_page(url), services().http, services().upstreams, lambda: None).as_json()
    lines = [f"{f['severity']:8}{f['line'] or '-':>5}  {f['message']} {f['fix']}" for f in report["findings"]]
    tell(report, lines or ["Nothing to say against this page."], as_json=as_json)
    return None


_WORDS = (
    ("layout", "Layout: article, blog, quote, …"), ("size", "A size by name: open-graph, square, story, …"),
    ("width", "Pixels."), ("height", "Pixels."), ("format", "png, jpg or webp."),
    ("max-bytes", "Bytes the picture may have."), ("lang", "Language of the words, such as en or pt-BR."),
    ("site", "Name of the site."), ("title", "Title."), ("description", "Description."), ("author", "Author."),
    ("badge", "A word set apart."), ("date", "A date, in ISO 8601 or in words."), ("value", "A figure or price."),
    ("progress", "0 to 100."), ("qr", "What a QR code says."), ("avatar", "Portrait: address or path."),
    ("logo", "Logo: address or path."), ("background", "Photo behind the words: address or path."),
    ("picture", "Photo beside the words: address or path."),
)  # fmt: skip
_THEME = ("name", "background", "color", "accent", "gradient", "pattern")


def _card_options(command: Any) -> Any:
    """Give a command an option for every field of a card."""
    for name in reversed(_THEME):
        flag = "--theme" if name == "name" else f"--theme-{name}"
        command = click.option(flag, f"theme_{name}", help=f"The theme's {name}.")(command)
    for name, told in reversed(_WORDS):
        command = click.option(f"--{name}", help=told)(command)
    return command


@click.command("draw", cls=Command)
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--stdin", is_flag=True, help="Read cards: JSON with out, a line each.")
@click.option("--out", type=click.Path(path_type=Path), help="The file to write.")
@click.option("--fact", "facts", multiple=True, help="A short text in the row of facts; may be repeated.")
@_card_options
def draw(file: Path | None, stdin: bool, out: Path | None, as_json: bool, **fields: Any) -> None:
    """Draw a card: a preview picture. FILE is a card in JSON; options add to it."""
    from og.drawing.stdin import stream, written
    from og.layouts import Layouts

    layouts = Layouts(services().settings.data / "layouts")
    if stdin:
        return stream(stdin_lines(), write_line, layouts)
    card = _card(file, fields)
    card |= {"out": str(out)} if out else {}
    said = written(card, services().http, layouts=layouts)
    lines = [f"{said['out']}  {said['width']} x {said['height']}  {said['type']}  {said['bytes']} bytes"]
    tell(said, [*lines, *said["warnings"]], as_json=as_json)
    return None


def _card(file: Path | None, fields: dict[str, Any]) -> dict[str, Any]:
    """Return the card of a file with what the options say laid over it."""
    card: Any = {}
    if file is not None:
        try:
            card = json.loads(file.read_text("utf-8"))
        except (OSError, ValueError) as exc:
            raise Invalid("The file is no card in JSON.", field="file") from exc
        if not isinstance(card, dict):
            raise Invalid("The file is no card in JSON.", field="file")
    theme = {name.removeprefix("theme_"): v for name, v in fields.items() if name.startswith("theme_") and v}
    given = {name: v for name, v in fields.items() if v not in (None, ()) and not name.startswith("theme_")}
    if theme:
        usual = card.get("theme")
        card["theme"] = {**(usual if isinstance(usual, dict) else {"name": usual}), **theme}
    return {**card, **given}


def _page(url: str | None) -> str:
    if not url:
        raise Invalid("Give an address, or --stdin.", field="url")
    return web_address(url)


def _brief(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
