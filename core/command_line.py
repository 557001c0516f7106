"""What every command has: ``--json``, results on stdout, and a Problem said in one line instead of a traceback.

The commands themselves stand with what they do (`commands.py`, `og/commands.py`, …); `commands.py` gathers them.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import click

from core.errors import Problem

# What a terminal obeys (ECMA-48 §5.2 and §5.3), but for tab and line end, and what turns text round (UAX #9 §2):
# pages and names of strangers are shown to operators.
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Told(click.ClickException):
    """A Problem as the command line says it: one line, or the one JSON shape."""

    def __init__(self, problem: Problem, *, as_json: bool) -> None:
        super().__init__(_OBEYED.sub("\ufffd", problem.message))
        self.problem, self.as_json = problem, as_json

    def show(self, file: Any = None) -> None:
        """Print the problem: JSON on stdout for programs, a sentence on stderr for people."""
        if self.as_json:
            click.echo(_json(self.problem.as_json()))
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
    click.echo(_json(value) if as_json else _OBEYED.sub("\ufffd", "\n".join(lines)))


def _json(value: Any) -> str:
    """Return JSON that a terminal may be shown: what `json` leaves as it is there is escaped too."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


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
