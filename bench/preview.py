"""Our reader beside bare parser walks and other readers, on saved pages, processor time in one interleaved run.

    python bench/preview.py [--python PEERS_PYTHON] [--node-modules DIR] [--only lxml,lexbor,ogs,…] [--n 150]

The measuring is that of `parse_bench.py` beside the checkout (../shared/tools/bench/unfurl), which must be there,
with its saved pages. PEERS_PYTHON is an interpreter that has the readers to compare with (lxml, selectolax,
metadata_parser, extruct, trafilatura); without it only the bare lexbor walk runs beside us. Budget: 2 times a bare
lxml walk at most, wanted 1.3 times a bare lexbor walk, median and 95th percentile.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
OURS = (
    "import sys; sys.path.insert(0, {root!r}); from og.reader.stdin import stream; "
    "stream(sys.stdin, lambda line: (sys.stdout.write(line), sys.stdout.flush()))"
)


def command() -> str:
    """How our own adapter is started: the loop of `preview --stdin`, without the command line around it."""
    code = OURS.format(root=str(ROOT))
    return f'{sys.executable} -c "{code}"'


def main() -> None:
    """Run the benchmark, then print our ratios."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--node-modules", default="")
    parser.add_argument("--only", default="")
    parser.add_argument("--n", default="150")
    given = parser.parse_args()
    only = given.only or ("lexbor" if given.python == sys.executable else "lxml,lexbor")
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        script = SHARED / "tools/bench/unfurl/parse_bench.py"
        asked = [
            given.python,
            script,
            SHARED / "corpus/pages",
            "--python",
            given.python,
            "--only",
            only,
            "--ref",
            "lexbor",
            "--n",
            given.n,
            "--ours",
            command(),
            "--json",
            out.name,
        ]
        asked += ["--node-modules", given.node_modules] if given.node_modules else []
        subprocess.run(list(map(str, asked)), check=True)
        results = {row["name"]: row for row in json.load(out)["results"]}
    for name, row in results.items():
        ratios = (f"{key} {results['ours'][key] / row[key]:.2f}" for key in ("cpu_total_s", "median_ms", "p95_ms"))
        print(f"ours / {name}:", ", ".join(ratios))


main()
