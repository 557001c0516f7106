"""Two hundred sets of tags with the characters that break tags, read back by readers that are not ours.

    python bench/tags_roundtrip.py --node-modules DIR [--peers ogs,unfurl,metascraper,linkpreview] [--show]

The readers run as other people run them, by the adapters beside the checkout (../shared/tools/bench/unfurl/peers.js);
DIR holds their npm packages (that file says which). Printed for each reader and field: how often it read what the
tags say, of how often it read anything. "equal" means letter by letter; "alike" means without what some readers
change on purpose: quotation marks made typographic, spaces, the form of a language and of a date. Our own reader and
BeautifulSoup are held to all of it by tests/og/tags/test_round_trip.py.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
PEERS = ROOT.parent / "shared/tools/bench/unfurl/peers.js"
FIELDS = ("title", "description", "image", "url", "site_name", "type", "author", "lang", "published", "twitter_card")
FOUND_AT = "https://elsewhere.example/dir/"


def main() -> None:
    """Write the documents, ask each reader, print the counts."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--node-modules", required=True)
    parser.add_argument("--peers", default="ogs,unfurl,metascraper")
    parser.add_argument("--show", action="store_true", help="print what differs")
    given = parser.parse_args()
    from og.tagging.fields import read
    from og.tags import og_type, tags_for, x_card
    from tests.og.tags.cases import cases

    written = [tags_for(read(case)[0]) for case in cases()]
    wanted = [_wanted(tags.fields, og_type(tags.fields), x_card(tags.fields)) for tags in written]
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number}.html" for number in range(len(written))]
        for path, tags in zip(paths, written, strict=True):
            path.write_text(tags.as_document(), "utf-8")
        lines = "".join(f"{path}\t{FOUND_AT}\tutf-8\n" for path in paths)
        for peer in given.peers.split(","):
            _report(peer, wanted, _asked(peer, given.node_modules, lines), show=given.show)


def _wanted(fields: Any, kind: str, card: str) -> dict[str, str]:
    return {
        "title": fields.title, "description": fields.description, "image": fields.image.url if fields.image else "",
        "url": fields.url, "site_name": fields.site_name, "type": kind, "author": fields.author, "lang": fields.lang,
        "published": fields.published, "twitter_card": card,
    }  # fmt: skip


def _asked(peer: str, modules: str, lines: str) -> list[dict[str, Any]]:
    command = ["node", str(PEERS), peer, modules]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def _report(peer: str, wanted: list[dict[str, str]], found: list[dict[str, Any]], *, show: bool) -> None:
    equal: Counter[str] = Counter()
    alike: Counter[str] = Counter()
    said: Counter[str] = Counter()
    for number, (right, answer) in enumerate(zip(wanted, found, strict=True)):
        for field in FIELDS:
            if not right[field] or not isinstance(answer.get(field), str):
                continue
            said[field] += 1
            equal[field] += answer[field] == right[field]
            alike[field] += _plain(field, answer[field]) == _plain(field, right[field])
            if show and _plain(field, answer[field]) != _plain(field, right[field]):
                sys.stdout.write(f"  {peer} {number} {field}\n    {right[field]!r}\n    {answer[field]!r}\n")
    failed = sum("error" in answer for answer in found)
    sys.stdout.write(f"{peer}: {len(found)} pages, {failed} failed; alike {alike.total()} of {said.total()}\n")
    for field in FIELDS:
        if said[field]:
            sys.stdout.write(f"  {field:12} equal {equal[field]:4} alike {alike[field]:4} of {said[field]:4}\n")


def _plain(field: str, text: str) -> str:
    """A text without what readers change on purpose."""
    plain = unicodedata.normalize("NFC", text)
    for odd, usual in (("“", '"'), ("”", '"'), ("‘", "'"), ("’", "'"), ("′", "'"), ("″", '"')):
        plain = plain.replace(odd, usual)
    plain = re.sub(r"[\s\u200b\ufeff\u200e\u200f]+", " ", plain).strip()
    if field in ("lang", "published"):
        return plain.lower().replace("_", "-")[: 2 if field == "lang" else 10]
    return plain


if __name__ == "__main__":
    main()
