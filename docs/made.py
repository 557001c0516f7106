"""Write the made parts of the docs: what stands in code is said there once, and read from it here.

``make docs`` writes them; `tests/test_docs.py` fails where one is out of date.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from core.settings import PREFIX, declared, default_of
from networks import BUILT_IN as NETWORKS
from networks import Networks
from networks.describe import page, table
from networks.describe_feeds import cards_table, policies_table, sources_table
from og.checker.describe import platforms_table, rules_table
from og.drawing.describe import layouts_table, sizes_table, themes_table
from og.reader.describe import fields_table
from widgets import BUILT_IN as WIDGETS
from widgets.base import Described, Widget, describe
from widgets.words import Catalog, key_table, language_table

ROOT = Path(__file__).resolve().parents[1]
_SETTINGS = """# Settings

Read from the environment, then from `handbill.toml` in the working folder (names in lower case, without
`HANDBILL_`), then the default. An unknown name stops the server and suggests the nearest. This page is made
from `core/settings.py` by `make docs`.

"""


def made() -> Iterator[tuple[Path, str]]:
    """Yield every made file, or file with made parts, with the text it must have."""
    yield ROOT / "docs/settings.md", settings_page()
    yield ROOT / "handbill.example.toml", settings_example()
    yield ROOT / "README.md", _filled(ROOT / "README.md", {"networks": table(Networks())})
    catalog = Catalog()
    languages = {"languages": language_table(catalog), "keys": key_table(catalog)}
    yield ROOT / "docs/languages.md", _filled(ROOT / "docs/languages.md", languages)
    yield ROOT / "docs/preview.md", _filled(ROOT / "docs/preview.md", {"fields": fields_table()})
    checker = {"platforms": platforms_table(), "rules": rules_table()}
    yield ROOT / "docs/check.md", _filled(ROOT / "docs/check.md", checker)
    cards = {"layouts": layouts_table(), "sizes": sizes_table(), "themes": themes_table()}
    yield ROOT / "docs/cards.md", _filled(ROOT / "docs/cards.md", cards)
    sources = {"sources": sources_table(Networks()), "policies": policies_table(Networks())}
    yield ROOT / "docs/feeds.md", _filled(ROOT / "docs/feeds.md", sources)
    for widget in WIDGETS:
        path = ROOT / f"docs/widgets/{widget.key}.md"
        posts = {"posts": cards_table(Networks())} if widget.key == "card" else {}
        yield path, _filled(path, {"options": options_table(widget), **posts})
    for network in NETWORKS:
        path = ROOT / f"docs/networks/{network.key}.md"
        if path.is_file():
            yield path, _filled(path, {"": page(network)})


def _filled(path: Path, parts: dict[str, str]) -> str:
    """Return a file's text with what stands between ``<!-- made NAME -->`` and ``<!-- /made -->`` replaced."""
    text = path.read_text("utf-8")
    for name, body in parts.items():
        start = f"<!-- made {name} -->" if name else "<!-- made -->"
        pattern = re.escape(start) + r".*?<!-- /made -->"
        if not re.search(pattern, text, re.S):
            raise SystemExit(f"{path.name} has no place for {name or 'its made part'}")
        text = re.sub(pattern, lambda _, s=start, b=body: f"{s}\n{b.strip()}\n<!-- /made -->", text, flags=re.S)
    return text


def settings_page() -> str:
    """Return docs/settings.md."""
    rows = [_setting_row(item) for item in declared()]
    return _SETTINGS + "\n".join(["| name | default | |", "|---|---|---|", *rows, ""])


def _setting_row(item: object) -> str:
    name, metadata = item.name, item.metadata  # type: ignore[attr-defined]
    help_text = metadata["help"] + (" Secret." if metadata["secret"] else "")
    return f"| `{PREFIX}{name.upper()}` | {_default(item)} | {help_text} |"


def _default(item: object) -> str:
    value = default_of(item)
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"`{value}`" if value not in ("", ()) else ""


def settings_example() -> str:
    """Return handbill.example.toml: every setting with its default, commented out."""
    lines = ["# Every setting with its default. Copy to handbill.toml and take the # away where you change one."]
    for item in declared():
        value = default_of(item)
        shown = str(value).lower() if isinstance(value, bool) else value if isinstance(value, int) else None
        written = "[]" if value == () else f'"{value}"' if shown is None else shown
        lines += ["", f"# {item.metadata['help']}", f"# {item.name} = {written}"]
    return "\n".join(lines) + "\n"


def options_table(widget: Widget) -> str:
    """Return the table of a widget's options: attribute, values, default, meaning."""
    head = ["| attribute | values | default | |", "|---|---|---|---|"]
    return "\n".join([*head, *(_option_row(option) for option in describe(widget.options))])


def _option_row(option: Described) -> str:
    values = " ".join(f"`{choice}`" for choice in option.choices) or {"bool": "there or not"}.get(
        option.kind, option.kind
    )
    default = f"`{option.default}`" if option.default else ""
    return f"| `{option.name}` | {values} | {default} | {option.help.replace('|', chr(92) + '|')} |"


def write() -> None:
    """Write every made part."""
    for path, text in made():
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    write()
