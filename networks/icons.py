"""The mark of a network, as the path data of one 24 x 24 drawing in `static/icons/<key>.svg`.

A third party's network carries its path in `Network.icon`. A network without either gets a neutral glyph.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from networks.parts import Network

FOLDER = Path(__file__).resolve().parents[1] / "static" / "icons"
# A plain ring: says "a network" and nothing more.
NEUTRAL = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm0 2.5a7.5 7.5 0 1 1 0 15 7.5 7.5 0 0 1 0-15z"
_PATH = re.compile(r'\sd="([MmLlHhVvCcSsQqTtAaZz0-9eE.,\s-]+)"')


def icon(network: Network) -> str:
    """Return the path data of a network's mark."""
    return network.icon or _file(network.key) or NEUTRAL


@cache
def _file(key: str) -> str:
    path = FOLDER / f"{key}.svg"
    if not re.fullmatch(r"[a-z0-9]+", key) or not path.is_file():
        return ""
    found = _PATH.search(path.read_text("utf-8"))
    return found[1] if found else ""
