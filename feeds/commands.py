"""Commands about feeds: ``feeds read``."""

from __future__ import annotations

import click

from core.command_line import Command, Group, stdin_lines, write_line
from core.errors import Invalid
from core.web import services


@click.group(cls=Group)
def feeds() -> None:
    """Posts from other networks."""


@feeds.command("read", cls=Command)
@click.option("--stdin", is_flag=True, help="Read recorded answers: path, tab, network, tab, address, a line each.")
def read(stdin: bool, as_json: bool) -> None:  # noqa: ARG001 -- every command takes it, and this one writes JSON alone
    """Turn a network's recorded answers into posts."""
    if not stdin:
        raise Invalid("Give --stdin, and the answers' paths on standard input.", field="stdin")
    from feeds.read_stdin import stream

    stream(stdin_lines(), write_line, services().networks)
