"""The picture is not a function of the machine: sizes, words in their boxes, a coarse look, within a tolerance."""

from __future__ import annotations

import pytest

from tests.og.draw.golden import names, seen, wanted

# Pixels that a box may move, and steps of 255 that a field's average may change, with other builds of the libraries.
NEAR, ALIKE = 2, 4


@pytest.mark.parametrize("name", names())
def test_a_card_is_as_it_was(name: str) -> None:
    now, then = seen(name), wanted(name)
    for part in ("size", "type", "alt", "warnings"):
        assert now[part] == then[part]
    assert [(t["lines"], t["px"]) for t in now["texts"]] == [(t["lines"], t["px"]) for t in then["texts"]]
    for one, other in zip(now["texts"], then["texts"], strict=True):
        assert max(abs(a - b) for a, b in zip(one["box"], other["box"], strict=True)) <= NEAR, one
    steps = [abs(a - b) for x, y in zip(now["look"], then["look"], strict=True) for a, b in zip(x, y, strict=True)]
    assert max(steps) <= ALIKE


def test_there_are_pairs_of_every_kind() -> None:
    assert len(names()) >= 15
