"""The kit that is committed is what its sources build, and what it says of itself is true."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import re
from pathlib import Path

import brotli
import click
import pytest

from embed.kit_build import BUNDLES, PARTS, ROOT, build, tool, version

COMMITTED = ROOT / "static" / "kit" / version()
# DESIGN.md, "Budgets": the kit alone, in bytes as brotli 11.
KIT_BUDGET = 1200
# Pages pin the files of a released version by their hashes, for good: nothing may change in its folder.
RELEASED = {"1.0.0": "3ebcc8e43a537206126022c1c901922622f64e2b1a63dbe708f50065dc31c354"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The kit, built anew."""
    try:
        tool("esbuild")
    except click.ClickException as missing:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(missing.message)
    out = tmp_path_factory.mktemp("kit")
    build(out)
    return out


def test_the_committed_kit_is_what_the_sources_build(built: Path) -> None:
    made = {path.name: path.read_bytes() for path in built.iterdir()}
    kept = {path.name: path.read_bytes() for path in COMMITTED.iterdir()}
    assert sorted(made) == sorted(kept)
    assert [name for name in made if made[name] != kept[name]] == [], "run make kit"


@pytest.mark.parametrize("release", RELEASED)
def test_what_is_released_stays(release: str) -> None:
    listing = COMMITTED.parent / release / "integrity.json"
    assert hashlib.sha256(listing.read_bytes()).hexdigest() == RELEASED[release]
    assert sorted(json.loads(listing.read_text("utf-8"))["files"]) == [p.name for p in files(release)]


def files(release: str = version()) -> list[Path]:
    return sorted((COMMITTED.parent / release).glob("*.js"))


@pytest.mark.parametrize(
    "path",
    [*files(), *(path for release in RELEASED for path in files(release))],
    ids=lambda p: "/".join(p.parts[-2:]),
)
def test_what_is_said_of_a_file_is_true(path: Path) -> None:
    content = path.read_bytes()
    said = json.loads((path.parent / "integrity.json").read_text("utf-8"))["files"][path.name]
    assert said["integrity"] == "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode()
    assert said["bytes"] == len(content)
    assert said["brotli"] == path.with_name(path.name + ".br").stat().st_size
    assert brotli.decompress(path.with_name(path.name + ".br").read_bytes()) == content
    assert gzip.decompress(path.with_name(path.name + ".gz").read_bytes()) == content


def test_every_file_is_listed_and_every_bundle_is_there() -> None:
    document = json.loads((COMMITTED / "integrity.json").read_text("utf-8"))
    assert document["version"] == version()
    assert sorted(document["files"]) == [path.name for path in files()]
    assert document["bundles"] == BUNDLES
    assert set(BUNDLES.values()) <= set(document["files"])


def test_the_kit_alone_is_within_its_budget() -> None:
    assert (COMMITTED / "kit.js.br").stat().st_size <= KIT_BUDGET


@pytest.mark.parametrize("path", files(), ids=lambda path: path.name)
def test_no_file_runs_text_parses_html_or_sets_style_attributes(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(
        r"\beval\(|new Function|innerHTML|insertAdjacentHTML|document\.write|setAttribute\(.style", text
    )
    assert "data:" not in text
    assert not re.search(r"https?://(?!www\.w3\.org/)", text), "a third party's address"


def test_file_names_say_nothing_to_block_lists() -> None:
    assert {path.name for path in files()} == {"kit.js", *BUNDLES.values(), *(f"{part}.js" for part in PARTS)}
    assert not any(re.search(r"share|social|follow|button", path.name) for path in files())
