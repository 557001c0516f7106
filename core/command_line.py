"""What every command has: ``--json``, results on stdout, and a Problem said in one line instead of a traceback.

The commands themselves stand with what they do (`commands.py`, `og/commands.py`, …); `commands.py` gathers them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import click

from core.errors import Problem


class Told(click.ClickException):
    """A Problem as the command line says it: one line, or the one JSON shape."""

    def __init__(self, problem: Problem, *, as_json: bool) -> None:
        super().__init__(problem.message)
        self.problem, self.as_json = problem, as_json

    def show(self, file: Any = None) -> None:
        """Print the problem: JSON on stdout for programs, a sentence on stderr for people."""
        if self.as_json:
            click.echo(json.dumps(self.problem.as_json(), ensure_ascii=False))
        else:
            super().show(file)


class Command(click.Command):
    """A command with ``--json`` that says a Problem in one line instead of a traceback."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.append(click.Option(["--json", "as_json"], is_flag=True, help="Print JSON."))

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except Problem as problem:
            raise Told(problem, as_json=bool(ctx.params.get("as_json"))) from problem


class Group(click.Group):
    """A group whose commands take ``--json``."""

    command_class = Command


def tell(value: Any, lines: list[str], *, as_json: bool) -> None:
    """Print a result: JSON for programs, lines for people."""
    click.echo(json.dumps(value, ensure_ascii=False, default=str) if as_json else "\n".join(lines))


def stdin_lines() -> Iterator[str]:
    """Yield standard input's lines as they come, whatever the machine's own encoding is."""
    return (line.decode("utf-8", "replace") for line in sys.stdin.buffer)


def write_line(line: str) -> None:
    """Write to standard output at once, in UTF-8."""
    sys.stdout.buffer.write(line.encode("utf-8", "replace"))
    sys.stdout.buffer.flush()


_UNITS = {"m": 60, "h": 3600, "d": 86400}


def span(_ctx: click.Context, _param: click.Parameter, value: str) -> timedelta:
    """Read a span of time, as a click callback: 30m, 24h, 7d."""
    if value[-1:] in _UNITS and value[:-1].isascii() and value[:-1].isdigit() and len(value) <= 6:
        return timedelta(seconds=int(value[:-1]) * _UNITS[value[-1]])
    raise click.BadParameter("write a number and m, h or d, such as 24h")
