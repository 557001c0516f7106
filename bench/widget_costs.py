"""What our widgets cost somebody's page, beside what the peers' were measured to cost.

    python bench/widget_costs.py [--baseline ../shared/tools/bench/js_weight/baseline.json]

The method is that of the tool that measured the peers (`browser.mjs` beside that file): the same page, window, posts
and strict policy, a second and a half in a real Chromium, other hosts not there. `script` is brotli 11 of all script
and style that is loaded, `data` the same of what a widget asks its server for, without pictures; what the peers ask
networks for is not counted. Layout shift depends on timing: compare what one run measured.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import brotli
from flask import Flask
from playwright.sync_api import Browser, Page, Response, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from networks.records import Media, Post  # noqa: E402 -- the path above
from tests.browser.conftest import FLAGS, SIX, HostPage, a_free_port  # noqa: E402
from tests.browser.login_site import a_blog  # noqa: E402
from tests.browser.replies_site import a_talk  # noqa: E402
from tests.doubles import a_site, an_app, serving  # noqa: E402
from tests.widgets.feeds_with_posts import a_feed, a_post, some_pictures  # noqa: E402
from tests.widgets.pages_with_cards import some_pages  # noqa: E402

BASELINE = ROOT.parent / "shared" / "tools" / "bench" / "js_weight" / "baseline.json"
WORDS = "Made-up post number {0} with enough words in it to fill about two lines of a narrow column."
POLICY = (
    "default-src 'none'; script-src 'self' {0}; style-src 'self' 'nonce-n'; font-src 'self'; img-src 'self' {0}; "
    "connect-src 'self' {0}; frame-src https:"
)
WATCH = """window.shift = 0; window.violated = [];
  new PerformanceObserver((l) => l.getEntries().forEach((e) => { window.shift += e.value; })).observe(
    { type: 'layout-shift', buffered: true });
  addEventListener('securitypolicyviolation', (e) => window.violated.push(e.effectiveDirective));"""
COUNT = """() => { let n = 0;
  const walk = (root) => root.querySelectorAll('*').forEach((e) => { n++; if (e.shadowRoot) walk(e.shadowRoot); });
  walk(document.querySelector('#w')); return n; }"""
HEAD = "<style nonce=n>body{margin:20px;width:600px}</style>"
COLUMNS = ("widget", "script", "data", "third", "shift", "elements", "controls", "unnamed", "no_js", "csp")


Before = Callable[[Page], object]
"""What a page needs before it is opened."""


@dataclass
class Row:
    """A line of the table; None is what was not measured."""

    widget: str
    script: int | None = None
    data: int | None = None
    third: int | None = None
    shift: float | None = None
    elements: int | None = None
    controls: int | None = None
    unnamed: int | None = None
    no_js: int | None = None
    csp: str | None = None

    def line(self) -> str:
        said = ["-" if (value := getattr(self, name)) is None else str(value) for name in COLUMNS]
        return f"{said[0]:44}" + "".join(f"{value:>10}" for value in said[1:])


# --- ours ---


@dataclass
class Ours:
    """Our widgets, each on a page of its own."""

    host: HostPage
    browser: Browser
    rows: list[tuple[str, Row]] = field(default_factory=list)
    before: Before = lambda _: None

    def measure(self, scenario: str, name: str, base: str, html: str, before: Before = lambda _: None) -> None:
        """Put the widget on a page, open it thrice, and write down what happened."""
        self.before = before
        script = f'<script async src="{base}/kit/1/kit.js"></script>'
        body = f'<h1>Before</h1><div id="w">{html}</div><p>After the widget.</p>'
        address = self.host.show(body, head=HEAD + script)
        row = Row(f"ours: {name}")
        with self._open(address, base, row) as page:
            row.shift, row.elements = round(page.evaluate("window.shift"), 3), page.evaluate(COUNT)
            tree = page.locator("body").aria_snapshot()
            names = re.findall(r'^\s*- (?:link|button)\b( ")?', tree, re.M)
            row.controls, row.unnamed = len(names), sum(not named for named in names)
        with self._open(address, script=False) as page:
            row.no_js = page.locator("#w a[href], #w iframe[src]").count()
        self.host.headers["Content-Security-Policy"] = POLICY.format(base)
        with self._open(address) as page:
            row.csp = str(len(page.evaluate("window.violated")))
        self.host.headers.clear()
        self.rows.append((scenario, row))

    @contextmanager
    def _open(self, address: str, base: str = "", row: Row | None = None, *, script: bool = True) -> Iterator[Page]:
        context = self.browser.new_context(java_script_enabled=script, viewport={"width": 1000, "height": 900})
        page, came = context.new_page(), list[Response]()
        if script:
            page.add_init_script(WATCH)
        self.before(page)
        page.on("response", lambda reply: came.append(reply))
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(address)
        page.wait_for_timeout(1500)
        if row is not None:
            row.third = sum(urlsplit(url).hostname != "127.0.0.1" for url in asked)
            row.script, row.data = _weights(came, base)
        yield page
        context.close()


def _weights(came: list[Response], base: str) -> tuple[int, int]:
    """Brotli 11 of scripts, and of what they asked our server for."""
    sizes = {"script": 0, "data": 0}
    for reply in came:
        kind = reply.headers.get("content-type", "")
        if reply.url.startswith(base) and not kind.startswith("image/") and reply.status == 200:
            sizes["script" if "javascript" in kind else "data"] += len(brotli.compress(reply.body(), quality=11))
    return sizes["script"], sizes["data"]


def posts(pictures: str) -> list[Post]:
    """Twenty posts such as the peers were given: every second one with a picture."""

    def one(number: int) -> Post:
        shot = Media("image", f"{pictures}/wide-{number}.png", 640, 360, "a grey box")
        words = WORDS.format(number)
        return a_post(number, text=words, html=f"<p>{words}</p>", media=() if number % 2 else (shot,))

    return [one(number) for number in range(20)]


@contextmanager
def an_own_app(allow: str = "", **more: str) -> Iterator[tuple[Flask, str]]:
    """The application on a port of its own."""
    port = a_free_port()
    with tempfile.TemporaryDirectory() as folder:
        app = an_app(Path(folder), base_url=f"http://127.0.0.1:{port}", http_allow=allow, **more)
        with serving(app, port) as base:
            yield app, base
        app.extensions["handbill"].close()


def measure(ours: Ours) -> None:
    """Measure each widget."""
    link = '<a href="https://example.org/">Our posts</a>'
    with some_pictures() as pictures, an_own_app(pictures.host) as (app, base):
        feed = a_feed(app, posts(pictures.origin)).id
        html = _of(app, "feed", feed=feed)
        ours.measure("feed20", "feed around a link", base, f'<hb-feed feed="{feed}">{link}</hb-feed>')
        ours.measure("feed20", "feed around the server's HTML", base, html)
        ours.measure("share6", "share", base, _of(app, "share", url="https://example.org/post", networks=SIX))
    with some_pages() as pages, an_own_app(pages.host, preview_anonymous="on") as (app, base):
        film = f"{pages.origin}/film"
        ours.measure(
            "video1", "card around a link", base, f'<hb-card href="{film}"><a href="{film}">A film</a></hb-card>'
        )
        ours.measure("video1", "card around the server's HTML", base, _of(app, "card", href=film))
    with tempfile.TemporaryDirectory() as folder, a_talk(Path(folder)) as talk:
        html = '<hb-replies href="https://blog.example/post"><a href="https://example.org/">Answers</a></hb-replies>'
        ours.measure("replies", "replies", talk.origin, html, talk.answer)
    with an_own_app() as (app, base):
        site = a_site(app, public=True, origins=(ours.host.origin,), return_to=(f"{ours.host.origin}/post",)).key
        ours.measure("login", "login", base, _of(app, "login", site=site, networks="developer"))


def _of(app: Flask, widget: str, **options: str) -> str:
    """A widget as the server writes it into pages."""
    return str(app.test_client().get(f"/widgets/{widget}.html", query_string=options).text)


# --- peers ---


def peers(baseline: Path) -> list[tuple[str, Row]]:
    """The peers' rows, as they were measured."""
    said = json.loads(baseline.read_text("utf-8"))
    rows = {
        f"{scenario} {one['id']}": (scenario, Row(one["id"], one["brotli"] + one["lazyRaw"]))
        for scenario, found in said["sizes"].items()
        for one in found
    }
    for seen in said["browser"]:
        _, row = next((both for name, both in rows.items() if name.startswith(seen["id"])), (None, None))
        if row is None:
            scenario, _, name = seen["id"].partition(" ")
            row = Row(name)
            rows[seen["id"]] = scenario, row
        row.third, row.shift, row.elements = seen["third"], seen["cls"], seen["elements"]
        row.controls, row.unnamed, row.no_js, row.csp = (seen.get(k) for k in ("controls", "unnamed", "noJs", "csp"))
        row.csp = row.csp.split()[0] if row.csp else None
    return list(rows.values())


def main() -> None:
    """Measure and print, one table for each scenario."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--baseline", type=Path, default=BASELINE)
    given = parser.parse_args()
    with ExitStack() as stack:
        browser = stack.enter_context(sync_playwright()).chromium.launch(
            executable_path=shutil.which("chromium"), args=list(FLAGS)
        )
        ours = Ours(stack.enter_context(a_blog("127.0.0.1")), browser)
        measure(ours)
        browser.close()
    rows = [*ours.rows, *(peers(given.baseline) if given.baseline.exists() else ())]
    for scenario in dict.fromkeys(scenario for scenario, _ in ours.rows):
        found: list[Any] = [row for kind, row in rows if kind == scenario]
        sys.stdout.write(f"\n{scenario:44}" + "".join(f"{name:>10}" for name in COLUMNS[1:]) + "\n")
        sys.stdout.writelines(f"{row.line()}\n" for row in found)


if __name__ == "__main__":
    main()
