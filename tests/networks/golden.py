"""The golden share addresses: read by Python and by the script's test, written anew by ``make accept``.

`data/intents.json` has two parts: ``contents``, written by hand, by name; ``addresses``, by network and content's
name. A content with ``networks`` is for those only: a long one, where the others would cut nothing. ``{server}`` is
`SERVER` everywhere. Python and the script must give every address to the byte.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from networks import BUILT_IN
from networks.intents import Content, intent
from networks.parts import Network

FILE = Path(__file__).parent / "data" / "intents.json"
SERVER = "mastodon.example"


def golden() -> dict[str, Any]:
    """Read the file."""
    found: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
    return found


def stumps() -> list[tuple[str, str, str]]:
    """Return templates of share addresses, words, and the address for the page ``PAGE`` with nothing left over."""
    return [(one, two, three) for one, two, three in json.loads((FILE.parent / "stumps.json").read_text("utf-8"))]


def content(given: Mapping[str, Any]) -> Content:
    """Return a content as the file has it."""
    fields = {name: value for name, value in given.items() if name != "networks"}
    return Content(**{**fields, "hashtags": tuple(given.get("hashtags", ()))})


def addressed() -> list[Network]:
    """Return the networks that have an address to share to."""
    return [network for network in BUILT_IN if network.share is not None and network.share.url]


def addresses(contents: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return today's answers."""
    return {
        network.key: {
            name: intent(network, content(given), SERVER)
            for name, given in contents.items()
            if network.key in given.get("networks", (network.key,))
        }
        for network in addressed()
    }


def accept() -> None:
    """Take today's answers as the golden ones."""
    contents = golden()["contents"]
    text = json.dumps({"contents": contents, "addresses": addresses(contents)}, ensure_ascii=True, indent=1)
    FILE.write_text(text + "\n", "utf-8")
