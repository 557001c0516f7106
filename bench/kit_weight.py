"""What six share buttons weigh, ours and the peers' in one run. Budget: 4,000 bytes as brotli 11, want 3,000.

The peers' row comes from `../shared/tools/bench/js_weight`, which installs them from npm (once; later runs take
`--no-install`). Ours is everything that a page with the builder's snippet loads: the kit, the part, the data.

    python bench/kit_weight.py [--no-install] [--scratch FOLDER]
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from embed.kit_build import node, version  # noqa: E402 -- the path above
from tests.doubles import an_app  # noqa: E402

TOOL = ROOT.parent / "shared" / "tools" / "bench" / "js_weight"
QUERY = "/widgets/share.json?lang=en&site=&networks=facebook+x+linkedin+whatsapp+telegram+email"
FILES = ("kit.js", "s.js", "share.json")
MUST, WANT = 4000, 3000


def ours(folder: Path) -> None:
    """Put what a page loads into a folder."""
    app = an_app(folder)
    (folder / "share.json").write_bytes(app.test_client().get(QUERY).data)
    app.extensions["handbill"].close()
    for name in FILES[:2]:
        shutil.copy(ROOT / "static" / "kit" / version() / name, folder)


def measure(folder: Path, options: list[str]) -> list[dict[str, object]]:
    """Run the tool with our row in it and return the rows of the scenario."""
    tool = folder / "tool"
    shutil.copytree(TOOL, tool, copy_function=shutil.copy)  # it reads which files are ours from beside itself
    tool.chmod(0o755)
    manifest = tool / "ours.json"
    listed = json.loads(manifest.read_text("utf-8"))
    listed["share6"]["files"] = list(FILES)
    manifest.unlink()
    manifest.write_text(json.dumps(listed), "utf-8")
    out = folder / "rows.json"
    command = [node(), str(tool / "measure.mjs"), "--ours", str(folder), "--json", str(out), *options]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    rows: list[dict[str, object]] = json.loads(out.read_text("utf-8"))["share6"]
    return rows


def main() -> None:
    """Measure and print each peer's weight as a multiple of ours."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--no-install", action="store_true")
    parser.add_argument("--scratch", default=str(Path(tempfile.gettempdir()) / "js-weight"))
    given = parser.parse_args()
    options = ["--scratch", given.scratch, *(["--no-install"] if given.no_install else [])]
    with tempfile.TemporaryDirectory() as folder:
        ours(Path(folder))
        rows = measure(Path(folder), options)
    weight = next(int(str(row["brotli"])) for row in rows if row["id"] == "OURS")
    for row in rows:
        if "brotli" in row:
            fonts = int(str(row.get("lazyRaw", 0)))
            total = int(str(row["brotli"])) + fonts
            print(f"{row['id']!s:40} {row['files']!s:>2} files {total:8} bytes {total / weight:6.2f} x ours")
    print(f"ours: {weight} bytes as brotli (must be at most {MUST}, want {WANT})")


if __name__ == "__main__":
    main()
