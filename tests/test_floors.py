"""Who may import whom: a file may import from lower floors only, imports inside functions included.

The tuple below is the drawing in docs/architecture.md; change both together.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# Top floor first. Names on one floor do not know each other.
FLOORS: tuple[frozenset[str], ...] = (
    frozenset({"wsgi"}),
    frozenset({"app", "commands"}),
    frozenset({"embed"}),
    frozenset({"widgets"}),
    frozenset({"feeds", "login"}),
    frozenset({"og"}),
    frozenset({"networks"}),
    frozenset({"core"}),
)
LEVEL = {name: level for level, names in enumerate(FLOORS) for name in names}
# app.py hands the commands over; nothing else on one floor may look sideways.
SIDEWAYS = {("app", "commands")}
FLASK_FILES = ("core/web.py", "core/cache.py", "commands.py", "app.py")
FLASK = frozenset({"flask", "werkzeug", "flask_caching", "apiflask"})
# Who may open a connection to elsewhere.
WAYS_OUT = frozenset({"urllib3", "requests", "httpx", "http.client", "socket", "urllib.request"})
DOORS = ("core/http", "core/netguard")
NETWORK_ALLOWED = (
    "networks.parts", "networks.records", "networks.oauth", "networks.webhooks", "networks.conversations",
)  # fmt: skip


def files() -> list[Path]:
    """Every file of ours that the floors hold for."""
    found = [*ROOT.glob("*.py"), *(p for name in LEVEL for p in (ROOT / name).rglob("*.py"))]
    return sorted(p for p in found if p.is_file())


def imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every imported name with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node.lineno
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def faults(path: Path, source: str) -> list[str]:
    """What a file imports and must not, one sentence each."""
    place = path.as_posix()
    return [
        f"{place}:{line} imports {name}: {why}"
        for name, line in imports(ast.parse(source))
        for why in [_fault(path, place, name)]
        if why
    ]


def _fault(path: Path, place: str, name: str) -> str:
    here, there = path.parts[0].removesuffix(".py"), name.split(".")[0]
    if _looks_up(here, there):
        return "not a lower floor"
    if there in FLASK and place not in FLASK_FILES and not path.name.startswith("routes"):
        return "Flask belongs in core/web.py, core/cache.py, routes, commands.py and app.py"
    if any(name == way or name.startswith(way + ".") for way in WAYS_OUT) and not place.startswith(DOORS):
        return "only core/http.py opens outside connections"
    return _network_fault(path, name)


def _looks_up(here: str, there: str) -> bool:
    if here not in LEVEL or there not in LEVEL or here == there or (here, there) in SIDEWAYS:
        return False
    return LEVEL[there] <= LEVEL[here]


def _network_fault(path: Path, name: str) -> str:
    """A network's file knows the parts and the shared pieces, never another network."""
    if path.parts[0] != "networks" or not _is_network(path) or not name.startswith("networks"):
        return ""
    module = ".".join(name.split(".")[:2])
    allowed = module == "networks" or module in NETWORK_ALLOWED or module.startswith("networks._")
    return "" if allowed else "a network file imports the modules of parts and networks/_*.py only"


def _is_network(path: Path) -> bool:
    return "NETWORK = Network(" in (ROOT / path).read_text("utf-8") if (ROOT / path).is_file() else True


def test_no_file_looks_up_or_sideways() -> None:
    found = [fault for p in files() for fault in faults(p.relative_to(ROOT), p.read_text("utf-8"))]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("core/planted.py", "from networks import parts"),
        ("og/planted.py", "def f():\n    from widgets import share"),
        ("feeds/planted.py", "import login.flow"),
        ("login/planted.py", "from feeds import store"),
        ("widgets/planted.py", "import embed"),
        ("networks/planted.py", "from networks import x\nfrom networks.x import NETWORK"),
        ("networks/planted.py", "import flask"),
        ("og/planted.py", "import urllib.request"),
        ("widgets/planted.py", "import socket"),
        ("commands/planted.py", "import app"),
    ],
)
def test_a_planted_import_is_found(path: str, source: str) -> None:
    assert faults(Path(path), source)


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("embed/routes_kit.py", "import flask\nfrom widgets import share\nfrom core import web"),
        ("core/http.py", "import urllib3"),
        ("app.py", "from commands import add_commands"),
        ("networks/planted.py", "from networks.parts import Network\nfrom networks._meta import graph"),
    ],
)
def test_a_sound_import_is_let_through(path: str, source: str) -> None:
    assert not faults(Path(path), source)


def test_wsgi_is_two_statements() -> None:
    body = ast.parse((ROOT / "wsgi.py").read_text("utf-8")).body
    assert len([node for node in body if not isinstance(node, ast.Expr)]) == 2
