"""Content codings: which one a caller accepts, and public answers made small with it."""

from __future__ import annotations

import gzip
import re
from collections.abc import Container
from functools import lru_cache

# Below this the headers weigh more than what is saved.
SMALLEST = 256
# Larger ones are not kept: they would push out many small ones.
LARGEST_KEPT = 256 * 1024
_QUALITY = re.compile(r"\s*q=([01](?:\.\d{0,3})?)\s*")
# What people read and programs parse; pictures and fonts are small already.
TYPES = re.compile(r"text/|application/(?:json|javascript|xml|rss\+xml|atom\+xml|feed\+json)|image/svg")


def best_coding(accepted: str, available: Container[str]) -> str:
    """Return ``br`` or ``gzip``, the smaller that an Accept-Encoding header allows, or "" (RFC 9110 §12.5.3)."""
    allowed = _qualities(accepted)
    for coding in ("br", "gzip"):
        if coding in available and allowed.get(coding, allowed.get("*", 0.0)) > 0:
            return coding
    return ""


def _qualities(header: str) -> dict[str, float]:
    found = {}
    for part in header.lower().split(",")[:20]:
        coding, _, parameter = part.strip().partition(";")
        weight = _QUALITY.fullmatch(parameter)
        found[coding.strip()] = float(weight[1]) if weight else 1.0
    return found


def coded(body: bytes, coding: str) -> bytes:
    """Return the body in a coding; the same one is packed once and kept, since public answers repeat."""
    return _kept(body, coding) if len(body) <= LARGEST_KEPT else _packed(body, coding, brotli_quality=5)


@lru_cache(maxsize=512)
def _kept(body: bytes, coding: str) -> bytes:
    return _packed(body, coding, brotli_quality=11)


def _packed(body: bytes, coding: str, *, brotli_quality: int) -> bytes:
    if coding == "gzip":
        return gzip.compress(body, 9, mtime=0)
    import brotli  # type: ignore[import-not-found,import-untyped,unused-ignore]

    return bytes(brotli.compress(body, quality=brotli_quality))
