"""The tables of docs/check.md, made from the rules and platforms themselves."""

from __future__ import annotations

from collections.abc import Iterator

from og.checker.platforms import platforms
from og.checker.platforms.parts import Platform, Text
from og.checker.rules import rules
from og.checker.rules.parts import GROUPS, SEVERITIES, Rule

_NAMES = {"error": "error", "warning": "warning", "hint": "advice"}


def rules_table() -> str:
    """Return every rule, by what there is to do, worst first."""
    return "\n".join(_rule_lines())


def _rule_lines() -> Iterator[str]:
    found = rules()
    counts = ", ".join(f"{sum(r.severity == s for r in found)} {_NAMES[s]}" for s in SEVERITIES)
    yield f"{len(found)} rules: {counts}."
    for key, title in GROUPS.items():
        yield from ("", f"### {title}", "", "| code | | what | who cares | source |", "|---|---|---|---|---|")
        group = [rule for rule in found if rule.group == key]
        yield from (_rule_row(rule) for rule in sorted(group, key=lambda rule: SEVERITIES.index(rule.severity)))


def _rule_row(rule: Rule) -> str:
    who = "all" if len(rule.platforms) > 12 else ", ".join(rule.platforms)
    source = f"[{rule.source.name}]({rule.source.url}), {rule.source.read}"
    return f"| `{rule.code}` | {_NAMES[rule.severity]} | {_cell(rule.what)} {_cell(rule.why)} | {who} | {source} |"


def platforms_table() -> str:
    """Return every platform: what it reads, how much it shows, in which shapes."""
    head = ["| platform | title | description | picture | shown as | basis |", "|---|---|---|---|---|---|"]
    return "\n".join([*head, *(_platform_row(platform) for platform in platforms())])


def _platform_row(platform: Platform) -> str:
    shapes = "; ".join(f"{shape} {_ratio(size)}" for shape, size in platform.crops.items()) or "uncropped"
    basis = "documented" if platform.firm else "measured by others"
    sources = ", ".join(f"[{source.name}]({source.url})" for source in platform.sources)
    picture = " > ".join(f"`{name}`" for name in platform.image)
    cells = (platform.name, _text(platform.title), _text(platform.description), picture, shapes)
    return f"| {' | '.join(cells)} | {basis}: {sources}, {platform.sources[0].read} |"


def _text(text: Text | None) -> str:
    if text is None:
        return "not shown"
    limit = f", {text.limit} {text.unit}" if text.limit else ""
    return " > ".join(f"`{name}`" for name in text.tags) + limit


def _ratio(size: tuple[int, int]) -> str:
    return "1.91:1" if size == (1200, 630) else f"{size[0]}:{size[1]}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")
