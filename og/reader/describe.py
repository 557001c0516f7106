"""The table of fields for docs/preview.md, made from the rules themselves."""

from __future__ import annotations

from og.reader.rules import built_in
from og.rule import Rule

# Fields of the value that are not in its JSON.
_INNER = frozenset({"me"})


def fields_table() -> str:
    """Return a table in Markdown: each field with its candidates in order of trust."""
    rows = [_row(rule) for rule in built_in() if rule.field not in _INNER]
    return "\n".join(["| field | candidates, the first sound one wins |", "|---|---|", *rows])


def _row(rule: Rule) -> str:
    names = dict.fromkeys(candidate.name for candidate in rule.candidates)
    return f"| `{rule.field}` | {' › '.join(f'`{name}`' for name in names)} |"
