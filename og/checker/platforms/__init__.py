"""The platforms whose cards the checker draws, one file each; `docs/check.md` has their table, made from here."""

from __future__ import annotations

from functools import cache

from og.checker.platforms.parts import Platform


@cache
def platforms() -> tuple[Platform, ...]:
    """Return every platform, in the order in which they are shown."""
    from og.checker.platforms import (
        bluesky,
        discord,
        facebook,
        google,
        imessage,
        linkedin,
        mastodon,
        pinterest,
        reddit,
        slack,
        telegram,
        threads,
        whatsapp,
        x,
    )

    files = (
        facebook, x, linkedin, mastodon, bluesky, threads, reddit, pinterest, whatsapp, telegram, imessage, slack,
        discord, google,
    )  # fmt: skip
    return tuple(file.PLATFORM for file in files)
