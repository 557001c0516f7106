"""Commands about pages: ``preview`` and ``check``."""

from __future__ import annotations

import json
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
        from og.stdin import stream

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
        from og.check_stdin import stream

        return stream(stdin_lines(), write_line)
    from og.checks import check_address

    report = check_address(_page(url), services().http, services().upstreams, lambda: None).as_json()
    lines = [f"{f['severity']:8}{f['line'] or '-':>5}  {f['message']} {f['fix']}" for f in report["findings"]]
    tell(report, lines or ["Nothing to say against this page."], as_json=as_json)
    return None


def _page(url: str | None) -> str:
    if not url:
        raise Invalid("Give an address, or --stdin.", field="url")
    return web_address(url)


def _brief(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
