"""What a fediverse server answers as posts, whether it speaks Mastodon's API, ActivityPub, or RSS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from networks import _activitypub, _mastodon_posts, _oembed
from networks._activitystreams import type_of
from networks._errors import opened
from networks._walk import record, records
from networks.records import Answer, Page

CODES = {**_mastodon_posts.CODES, **_activitypub.CODES}


def page(answer: Answer, network: str) -> Page:
    """Return an answer as a page of posts."""
    if answer.body.lstrip()[:1] == b"<":
        from networks import _documents

        return _documents.page(answer, network)
    data = opened(answer, CODES)
    if _oembed.is_one(data):
        return _oembed.page(data, answer, network)
    if _is_activity(record(data)) or any(_is_activity(one) for one in records(data)[:1]):
        return _activitypub.page(data, answer.url, network)
    return _mastodon_posts.of_data(data, answer, network)


def _is_activity(value: Mapping[str, Any]) -> bool:
    """Whether an object is ActivityStreams, whose types begin with a capital; those of Mastodon's API do not."""
    kind = type_of(value)[:1].isupper()
    named = kind and "account" not in value and ("id" in value or "object" in value)
    return "@context" in value or "orderedItems" in value or named
