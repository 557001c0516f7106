"""Memory that was freed goes back: that it does is measured in `tests/og/test_media_hostile.py`."""

from __future__ import annotations

import platform

from core.memory import give_back_early


def test_the_thresholds_are_set_where_there_are_any() -> None:
    assert give_back_early() == give_back_early() == (platform.libc_ver()[0] == "glibc")
