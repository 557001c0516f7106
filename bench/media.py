"""What a proxied picture costs: CPU, memory and bytes for usual pictures, and a kept one against a bare Flask view.

python -m bench.media
"""

from __future__ import annotations

import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from flask import Flask, Response
from PIL import Image
from werkzeug.test import EnvironBuilder, run_wsgi_app

from og.media_service.address import WIDTHS
from og.pictures.pixels import small
from og.pictures.workbench import Workbench
from tests.core.http_origin import a_page, reply
from tests.doubles import an_app, with_http


def rich(width: int, height: int) -> Image.Image:
    """Something that packs like a photo: large shapes, some grain."""
    dice = random.Random(3)
    shapes = Image.frombytes("RGB", (24, 24), dice.randbytes(24 * 24 * 3)).resize(
        (width, height), Image.Resampling.BICUBIC
    )
    grain = Image.effect_noise((width, height), 12).convert("RGB")
    return Image.blend(shapes, grain, 0.15)


def saved(image: Image.Image, kind: str, **how: object) -> bytes:
    out = BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def cpu_ms(work: Callable[[], object], rounds: int) -> float:
    found = []
    for _ in range(rounds):
        begun = time.process_time()
        work()
        found.append(1000 * (time.process_time() - begun))
    return statistics.median(found)


def pictures() -> dict[str, bytes]:
    card, phone = rich(1200, 630), rich(4000, 3000)
    return {
        "card 1200x630 JPEG": saved(card, "JPEG", quality=85),
        "card 1200x630 progressive": saved(card, "JPEG", quality=85, progressive=True),
        "card 1200x630 PNG": saved(card, "PNG"),
        "card 1200x630 PNG alpha": saved(card.convert("RGBA"), "PNG"),
        "card 1200x630 WebP": saved(card, "WEBP"),
        "card 1200x630 AVIF": saved(card, "AVIF", speed=9),
        "phone 4000x3000 JPEG": saved(phone, "JPEG", quality=80),
        "icon 256x256 PNG": saved(card.resize((256, 256)), "PNG"),
    }


def cell(data: bytes, width: int, bench: Workbench) -> str:
    made = small(data, width, bench)
    return f"{cpu_ms(lambda: small(data, width, bench), 5):6.1f}ms {len(made.webp) / 1000:4.0f}KB"


def per_picture() -> None:
    bench = Workbench()
    print(f"{'picture':28}{'KB in':>8}" + "".join(f"{w:>14}" for w in (96, 320, 640, 1280)))
    for name, data in pictures().items():
        cells = [cell(data, width, bench) for width in (96, 320, 640, 1280)]
        print(f"{name:28}{len(data) / 1000:8.0f}" + "".join(f"{c:>14}" for c in cells), flush=True)


def soak(rounds: int = 150) -> None:
    bench, given = Workbench(), list(pictures().values())
    memory = []
    for n in range(rounds):
        small(given[n % len(given)], WIDTHS[n % len(WIDTHS)], bench)
        memory.append(int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6)
    print(f"resident memory: {memory[20]:.0f} MB after 20 pictures, {memory[-1]:.0f} MB after {rounds}")


def kept() -> None:
    http, _ = a_page(reply(pictures()["card 1200x630 JPEG"]))
    app = with_http(an_app(Path(tempfile.mkdtemp())), http)
    path = app.extensions["handbill"].media.address("http://good.example/a.jpg", 480)
    answer = app.test_client().get(path)
    headers, body = dict(answer.headers), answer.data
    bare = Flask("bare")
    bare.add_url_rule("/media/<a>/<b>/<c>.webp", view_func=lambda **_: Response(body, headers=headers))
    environ = EnvironBuilder(path).get_environ()

    def asking(wsgi: Callable[..., object]) -> Callable[[], object]:
        return lambda: [list(run_wsgi_app(wsgi, dict(environ), buffered=True)[0]) for _ in range(300)]

    for name, wsgi in (("bare view", bare), ("from memory", app.wsgi_app), ("from the files", app.wsgi_app._app)):
        print(f"{name:16} {cpu_ms(asking(wsgi), 5) / 0.3:7.0f} us for {len(body) / 1000:.0f} KB")


if __name__ == "__main__":
    per_picture()
    soak()
    kept()
