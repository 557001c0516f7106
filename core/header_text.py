"""What a header field says, where it is more than ASCII."""

from __future__ import annotations


def as_written(value: str) -> str:
    """Return a field as its server meant it: bytes beyond ASCII are UTF-8, as browsers take them, where they can be.

    Python's client reads every field as Latin-1 (RFC 9110 §5.5 leaves such bytes open).
    """
    try:
        return value.encode("latin-1").decode("utf-8")
    except ValueError:
        return value
