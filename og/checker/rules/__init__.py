"""The checker's rules as data, one file for a family; `docs/check.md` lists them all, made from here."""

from __future__ import annotations

from functools import cache

from og.checker.rules.parts import Rule


@cache
def rules() -> tuple[Rule, ...]:
    """Return every rule, in the order of their families."""
    from og.checker.rules import (
        address,
        cards,
        languages,
        more,
        needed,
        open_graph,
        pictures,
        reach,
        search,
        sizes,
        words,
    )

    families = (reach, needed, words, pictures, sizes, address, open_graph, cards, search, languages, more)
    return tuple(rule for family in families for rule in family.RULES)
