"""Our answers on 601 saved pages beside those of seven independent readers, and what people found by looking."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.og.agreement import FIELDS, agreed, normaliser, peers, previews, rows
from tests.og.pairs import DATA

pytestmark = pytest.mark.corpus
DIFFERENCES = json.loads((DATA / "differences.json").read_text("utf-8"))
HAND_CHECKED: dict[str, dict[str, str | None]] = json.loads((DATA / "hand_checked.json").read_text("utf-8"))


def on_purpose(field: str) -> set[str]:
    """The pages on which our answer to a field differs from the majority's, and ought to."""
    return {name for name, where, reason in DIFFERENCES["pages"] if where == field and DIFFERENCES["reasons"][reason]}


@pytest.mark.parametrize("field", FIELDS)
def test_no_reader_agrees_more_often_with_the_majority(field: str, corpus: Path) -> None:
    """Counted for us, beyond agreement, are addresses made with ``base href``, which none of the readers heeds."""
    answers = agreed(corpus, field)
    right = {name for name, where, reason in DIFFERENCES["pages"] if where == field and reason == "base"}
    assert sum(answers.values()) + len(right) >= max(peers(corpus, field).values())


@pytest.mark.parametrize("field", FIELDS)
def test_every_difference_from_the_majority_has_its_reason(field: str, corpus: Path) -> None:
    assert {name for name, same in agreed(corpus, field).items() if not same} == on_purpose(field)


def holds(corpus: Path, field: str, answer: Any, truth: str | None) -> bool:
    """Whether an answer is what a person found on the page."""
    if truth is None or not answer:
        return not answer and truth is None
    value = answer[0] if isinstance(answer, list) else answer
    if field == "published":
        return normaliser(corpus)(field, value, "") == truth
    return truth.lower() in str(value).lower()


@pytest.mark.parametrize(("field", "floor"), [("author", 56), ("published", 49)])
def test_pages_checked_by_hand(field: str, floor: int, corpus: Path) -> None:
    """More of them are read right than by any other reader, and as many as ever were."""
    truths = {name: facts[field] for name, facts in HAND_CHECKED.items() if field in facts}
    ours, answers = previews(corpus), {row["name"]: row["answers"] for row in rows(corpus)}
    right = sum(holds(corpus, field, ours[name].get(field), truth) for name, truth in truths.items())
    others = [
        sum(holds(corpus, field, answers[name][peer].get(field), truth) for name, truth in truths.items())
        for peer in ("extruct", "metadata_parser", "metascraper", "ogs", "trafilatura", "unfurl")
    ]
    assert right > max(others)
    assert right >= floor


def test_sixty_pages_were_checked_by_hand() -> None:
    assert len(HAND_CHECKED) >= 60
