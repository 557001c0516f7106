"""Icons: one path each on 24 x 24, small, sharp enough to tell apart, and with their origin written down."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import brotli
import pytest

from networks import Networks
from networks.icons import NEUTRAL, icon
from networks.parts import Network

FOLDER = Path(__file__).resolve().parents[2] / "static" / "icons"
FILES = sorted(FOLDER.glob("*.svg"))
NETWORKS = Networks()
# The six of the weight budget (docs: static/icons/NOTICE.md).
SIX = ("facebook", "x", "linkedin", "whatsapp", "telegram", "email")


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_an_icon_is_one_path_in_a_square(path: Path) -> None:
    root = ET.fromstring(path.read_text("utf-8"))  # noqa: S314 -- our own file
    assert root.attrib == {"viewBox": "0 0 24 24"}
    assert [child.tag for child in root] == ["{http://www.w3.org/2000/svg}path"]
    assert set(root[0].attrib) == {"d"}
    assert path.stem in NETWORKS


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_what_is_sent_is_the_path_of_the_file(path: Path) -> None:
    assert f'd="{icon(NETWORKS[path.stem])}"' in path.read_text("utf-8")


def test_every_live_network_has_an_icon_of_its_own() -> None:
    paths = [icon(network) for network in NETWORKS.live()]
    assert NEUTRAL not in paths
    assert len(paths) == len(set(paths))


def test_the_dead_get_a_neutral_ring() -> None:
    assert icon(NETWORKS["pocket"]) == NEUTRAL


def test_a_plug_in_brings_its_own() -> None:
    assert icon(Network(key="lemmy", name="Lemmy", colour="00A846", icon="M0 0h9z")) == "M0 0h9z"
    assert icon(Network(key="../../etc/passwd", name="No", colour="000000")) == NEUTRAL


def test_six_icons_are_light() -> None:
    """A budget of our own: the six most used weigh 1.7 KB at the best of the peers (brotli 11)."""
    together = "\n".join(icon(NETWORKS[key]) for key in SIX).encode()
    assert len(brotli.compress(together, quality=11)) <= 600


def test_the_origin_of_every_icon_is_written_down() -> None:
    notice = (FOLDER / "NOTICE.md").read_text("utf-8")
    assert not [path.stem for path in FILES if not re.search(rf"`{path.stem}`", notice)]
