"""Pages for the checker's tests, made from the data files beside this one."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from og.check import Report, check
from og.checker.around import Around
from og.checker.rules.parts import Known
from og.preview import from_html

DATA = Path(__file__).parent / "data"
URL = "https://example.org/notes/market"
PICTURE = "https://example.org/quay.jpg"


@cache
def cases() -> dict[str, dict[str, Any]]:
    """Every rule's pair by its code."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(DATA.glob("*.toml")):
        for code, case in tomllib.loads(path.read_text("utf-8")).items():
            assert code not in found, f"{code} stands in two files"
            found[code] = case
    return found


def whole(head: str) -> str:
    """A page around a head."""
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n{head}\n</head>\n'
        "<body><p>From April the stalls stand along the quay.</p></body>\n</html>\n"
    )


def html_of(given: Any) -> str:
    """The page that a datum stands for."""
    if isinstance(given, str):
        return whole(given)
    if "head" in given:
        return whole(given["head"])
    if "repeat" in given:
        text = given["repeat"].replace("{}", given["of"] * given["times"])
        return text if given.get("page") else whole(text)
    return str(given["page"]) if "page" in given else whole(_picture(given))


def _picture(given: dict[str, Any]) -> str:
    lines = [f'<meta property="og:image" content="{PICTURE}">']
    for name, value in zip(("width", "height"), given.get("declared", ()), strict=False):
        lines.append(f'<meta property="og:image:{name}" content="{value}">')
    if "alt" in given:
        lines.append(f'<meta property="og:image:alt" content="{given["alt"]}">')
    if "card" in given:
        lines.append(f'<meta name="twitter:card" content="{given["card"]}">')
    return "\n".join(lines)


def report_of(code: str, side: str) -> tuple[Report, str]:
    """Check one side of a rule's pair."""
    case = cases()[code]
    given = case[side]
    html = html_of(given)
    more: dict[str, Any] = given if isinstance(given, dict) else {}
    content_type = more.get("content_type", "")
    raw = html.encode(more.get("encoding", "utf-8"))
    found = {url: Known(**sides[side]) for url, sides in case.get("pictures", {}).items()}
    if isinstance(given, dict) and "found" in given:
        found[PICTURE] = Known(**given["found"])
    preview = from_html(raw, URL, content_type or "text/html")
    around = Around(closed_to=tuple(more.get("closed_to", ())), headers=more.get("headers", {}))
    report = check(preview, raw, url=URL, content_type=content_type, pictures=found, around=around)
    return report, raw.decode("utf-8", "replace")
