"""Our cards beside other renderers of preview pictures: processor time for an image, in one interleaved run.

    python bench/cards.py SCRATCH [--rounds 3] [--n 6] [--only takumi,satori] [--layout article] [--photo FILE]

The measuring is that of `run.py` beside the checkout (../shared/tools/bench/ogimage); its `setup.sh SCRATCH` gets the
peers. Each of our columns draws the bench's card with the words, colours, logo and avatar that it names; the title is
another every time. Budget: takumi = 1, JPEG at most 0.35 (wanted 0.25), PNG at most 0.8 (wanted 0.5), 110 KB.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PEERS = ROOT.parent / "shared/tools/bench/ogimage"
WARMING = 2
WORDS = ("site", "title", "description", "author")


def as_ours(card: dict[str, Any], kind: str, layout: str, photo: str) -> dict[str, Any]:
    """The bench's card in our words."""
    assets = Path(os.environ["OG_ASSETS"])
    return {
        **{name: card[name] for name in WORDS},
        "layout": layout,
        "format": kind,
        "width": card["width"],
        "height": card["height"],
        "logo": str(assets / card["logo"]),
        "avatar": str(assets / card["avatar"]),
        "background": photo or None,
        "theme": {"background": card["bg"][0], "gradient": card["bg"][1], "color": card["title_color"]},
    }


def adapt(kind: str, layout: str, photo: str, count: int) -> None:
    """Draw as the bench asks: two cards to warm up, then ``count``, and one line of JSON about them."""
    sys.path.insert(0, str(ROOT))
    from og.draw import draw

    given = json.load(sys.stdin)
    card = as_ours(given, kind, layout, photo)
    walls, sizes, before = [], [], 0.0
    for number in range(-WARMING, count):
        if number == 0:
            before = time.process_time()
        start = time.perf_counter()
        made = draw({**card, "title": f"{card['title']} {number + WARMING + 1}"}, local=True)
        if number >= 0:
            walls.append((time.perf_counter() - start) * 1000)
            sizes.append(len(made.data))
    spent = (time.process_time() - before) * 1000
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"ms": walls, "cpu_ms": spent, "bytes": sizes, "rss_kb": peak}))


def compare(given: argparse.Namespace) -> None:
    """Run the peers and our columns, then print our ratios."""
    command = [sys.executable, PEERS / "run.py", given.scratch, "--rounds", given.rounds, "--n", given.n]
    command += ["--only", given.only, "--json", Path(given.scratch) / "cards.json"]
    for kind in ("jpg", "png", "webp"):
        ours = f"{sys.executable} {Path(__file__)} --adapt {kind} --layout {given.layout}"
        command += ["--cmd", f"ours {kind}={ours}"]
        if given.photo:
            command += ["--cmd", f"ours {kind} photo={ours} --photo {Path(given.photo).resolve()}"]
    subprocess.run(list(map(str, command)), check=True)
    rows = json.loads((Path(given.scratch) / "cards.json").read_text())
    cpu = {name: sorted(run["cpu"] for run in runs)[len(runs) // 2] for name, runs in rows.items()}
    takumi = cpu.get("takumi (node)")
    for name in (name for name in cpu if name.startswith("ours") and takumi):
        size = max(max(run["bytes"]) for run in rows[name])
        print(f"{name}: {cpu[name] / takumi:.3f} of takumi, {size:,} bytes, {rows[name][0]['rss_kb'] / 1024:.0f} MiB")


def main() -> None:
    """Read the arguments: ``--adapt`` is how the bench calls us."""
    parser = argparse.ArgumentParser()
    parser.add_argument("scratch", help="Folder of setup.sh; with --adapt, how many cards.")
    parser.add_argument("--adapt", default="")
    parser.add_argument("--layout", default="article")
    parser.add_argument("--photo", default="")
    parser.add_argument("--rounds", default="3")
    parser.add_argument("--n", default="6")
    parser.add_argument("--only", default="takumi (node),satori")
    given = parser.parse_args()
    if given.adapt:
        adapt(given.adapt, given.layout, given.photo, int(given.scratch))
    else:
        compare(given)


main()
