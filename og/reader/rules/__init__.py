"""The rules, one file for a field or a family of fields; each says in which order of trust its candidates stand."""

from __future__ import annotations

from functools import cache

from core.plugins import Loaded, load
from og.rule import Rule


@cache
def built_in() -> tuple[Rule, ...]:
    """Return our own rules, one for each field."""
    from og.reader.rules import (
        author,
        dates,
        description,
        kind,
        language,
        links,
        media,
        player,
        site_name,
        title,
        url,
        words,
    )

    return (
        url.URL, url.CANONICAL, title.RULE, description.RULE, media.IMAGES, media.VIDEO, media.AUDIO, site_name.RULE,
        kind.TYPE, author.RULE, dates.PUBLISHED, dates.MODIFIED, language.LANG, language.DIR, links.FAVICON,
        links.ICONS, words.THEME_COLOR, links.FEEDS, links.OEMBED, player.RULE, kind.CARD, words.ROBOTS,
        words.CREATOR, links.SHORTLINK, links.AMP, links.HREFLANG, links.ME,
    )  # fmt: skip


@cache
def plugged_in() -> tuple[Rule, ...]:
    """Return the rules of plug-ins, by the entry point group ``handbill.rules``."""
    return _loaded().values


def skipped() -> tuple[str, ...]:
    """Return what is wrong with the rules of plug-ins that cannot be used, a sentence each."""
    return _loaded().failures


def _loaded() -> Loaded[Rule]:
    return load("handbill.rules", Rule, frozenset(rule.key for rule in built_in()))
