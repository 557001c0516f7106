"""The small memory of answers: bounded, for some seconds, and never older than what was written."""

from __future__ import annotations

from core.recent import Recent


class Clock:
    """The time in seconds, moved by hand."""

    at = 0.0

    def __call__(self) -> float:
        return self.at


def test_an_answer_is_kept_for_some_seconds() -> None:
    clock = Clock()
    recent: Recent[int] = Recent(10, 5, clock)
    given = []
    for second in (0, 4.9, 5, 9.9, 10):
        clock.at = second
        given.append(recent.get("a", lambda: int(clock.at)))
    assert given == [0, 0, 5, 5, 10]


def test_none_is_an_answer_too() -> None:
    recent: Recent[int | None] = Recent(10, 5, Clock())
    assert recent.get("a", lambda: None) is None
    assert recent.get("a", lambda: 1) is None


def test_the_longest_unasked_goes_first() -> None:
    recent: Recent[int] = Recent(2, 5, Clock())
    for key in ("a", "b", "a", "c"):
        recent.get(key, lambda: 1)
    assert [recent.get(key, lambda: 2) for key in ("a", "c", "b")] == [1, 1, 2]


def test_what_was_read_before_a_write_is_not_kept_after_it() -> None:
    recent: Recent[str] = Recent(10, 5, Clock())

    def read_while_another_writes() -> str:
        recent.clear()
        return "before"

    assert recent.get("a", read_while_another_writes) == "before"
    assert recent.get("a", lambda: "after") == "after"
