"""Compare our previews of the saved pages with what independent readers agreed on, by their benchmark's own rules."""

from __future__ import annotations

import gzip
import importlib.util
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from og.preview import from_html

FIELDS = ("title", "description", "image", "url", "site_name", "type", "published", "author", "favicon")
PEERS = ("extruct", "linkpreview", "metadata_parser", "metascraper", "ogs", "trafilatura", "unfurl")


@cache
def rows(corpus: Path) -> list[dict[str, Any]]:
    """The pages with the answers of each reader and, by field, of the majority."""
    return _lines(corpus / "pages/expected.jsonl")


@cache
def pages(corpus: Path) -> dict[str, dict[str, Any]]:
    """What is known of each page by name: address, file, encoding."""
    return {row["name"]: row for row in _lines(corpus / "pages/index.jsonl")}


def _lines(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def source(corpus: Path, name: str) -> bytes:
    """A page's bytes."""
    return gzip.decompress((corpus / "pages" / pages(corpus)[name]["file"]).read_bytes())


@cache
def previews(corpus: Path) -> dict[str, dict[str, Any]]:
    """Our preview of each page, as JSON."""
    return {
        name: from_html(source(corpus, name), row["url"], f"text/html; charset={row['encoding_guess']}").as_json()
        for name, row in pages(corpus).items()
    }


@cache
def normaliser(corpus: Path) -> Callable[[str, Any, str], str | None]:
    """The benchmark's way to make answers comparable: field, answer, address of the page."""
    path = corpus.parent / "tools/bench/unfurl/expected.py"
    spec = importlib.util.spec_from_file_location("unfurl_expected", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    norm: Callable[[str, Any, str], str | None] = module.norm
    return norm


def agreed(corpus: Path, field: str) -> dict[str, bool]:
    """For each page with a majority answer to a field: whether ours is the same."""
    norm, ours = normaliser(corpus), previews(corpus)
    return {
        row["name"]: norm(field, ours[row["name"]].get(field), row["url"]) == row["majority"][field]["norm"]
        for row in rows(corpus)
        if field in row["majority"]
    }


def peers(corpus: Path, field: str) -> dict[str, int]:
    """How many majority answers to a field each independent reader gave."""
    majorities = [row["majority"][field]["peers"] for row in rows(corpus) if field in row["majority"]]
    return {peer: sum(peer in names for names in majorities) for peer in PEERS}
