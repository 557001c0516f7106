"""Read the recorded answers beside the checkout: whole exchanges, several in one file, or bodies alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# The groups of the recordings, and the network that reads them.
READ_BY = {
    "feedparser-suite": "rss", "gofeed-suite": "rss", "rss-real": "rss", "jsonfeed": "rss", "podcast": "rss",
    "microformats": "rss", "activitypub": "fediverse", "webhooks-github": "github",
}  # fmt: skip
# Definitions for other programs: no answers of a network.
NO_ANSWERS = {"oembed", "webmention"}


@dataclass(frozen=True)
class Recording:
    """One answer. ``name`` is the file's, with the request's path where it holds several."""

    name: str
    network: str
    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    row: Mapping[str, Any]


def recordings(corpus: Path) -> Iterator[Recording]:
    """Yield every recorded answer of the shared corpus."""
    folder = corpus / "feeds"
    for line in (folder / "index.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["network"] not in NO_ANSWERS:
            yield from _of_file((folder / row["file"]).read_bytes(), row)


def _of_file(raw: bytes, row: Mapping[str, Any]) -> Iterator[Recording]:
    network = READ_BY.get(row["network"], row["network"])
    found = _json(raw) if network != "rss" else None
    if isinstance(found, dict) and {"request", "body"} <= set(found):
        yield _exchange(found, row, network)
    elif isinstance(found, dict) and set(found) == {"api", "note"}:
        for paths in found["api"].values():
            for path, answers in paths.items():
                for one in answers if isinstance(answers, list) else [answers]:
                    body = json.dumps(one.get("response")).encode()
                    yield Recording(f"{row['file']}#{path}", network, path, one.get("status", 200), {}, body, row)
    else:
        yield _alone(raw, row, network)


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return None


def _exchange(found: dict[str, Any], row: Mapping[str, Any], network: str) -> Recording:
    body = found["body"]
    raw = body.encode() if isinstance(body, str) else b"" if body is None else json.dumps(body).encode()
    status = found["status"]["code"] if isinstance(found["status"], dict) else int(found["status"])
    headers = {name.lower(): value for name, value in (found.get("headers") or {}).items()}
    return Recording(row["file"], network, found["request"].get("url") or "", status, headers, raw, row)


def _alone(raw: bytes, row: Mapping[str, Any], network: str) -> Recording:
    headers = {name.lower(): value for name, value in (row.get("headers") or {}).items()}
    if raw.startswith(b"HTTP/"):
        raw = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[2]
    return Recording(row["file"], network, "https://example.com/feed", 200, headers, raw, row)
