"""The recipes of docs/webhooks.md that check notices, run as they stand: what we send, and what others would."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import subprocess
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.notices import signed
from embed.kit_build import node

PAGE = Path(__file__).resolve().parents[2] / "docs" / "webhooks.md"
SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
OLD = "whsec_" + base64.b64encode(bytes(32)).decode()
BODY = '{"type":"user.deleted","timestamp":"2026-11-22T08:00:00Z","data":{"sub":"s"}}'
# A request: its body, its headers.
Case = tuple[str, Mapping[str, str]]
RUNNER = """
import { readFileSync } from 'node:fs';
import { verify } from './verify.mjs';
const found = [];
for (const [body, headers] of JSON.parse(readFileSync(0, 'utf8')))
  found.push(await verify(body, new Headers(headers)).catch(() => null));
console.log(JSON.stringify(found));
"""


def recipe(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE.read_text("utf-8"), re.S)
    assert found
    return found[1].replace("whsec_SECRET", SECRET)


def in_python(cases: list[Case], _folder: Path) -> list[Any]:
    names: dict[str, Any] = {}
    exec(compile(recipe("python"), "webhooks.md", "exec"), names)  # noqa: S102 -- our own page
    found: list[Any] = []
    for body, headers in cases:
        try:
            found.append(names["verify"](body.encode(), headers))
        except ValueError:
            found.append(None)
    return found


def in_javascript(cases: list[Case], folder: Path) -> list[Any]:
    (folder / "verify.mjs").write_text(recipe("js"), "utf-8")
    (folder / "run.mjs").write_text(RUNNER, "utf-8")
    done = subprocess.run(
        [node(), "run.mjs"], cwd=folder, input=json.dumps(cases), capture_output=True, text=True, check=True
    )
    return list(json.loads(done.stdout))


@pytest.mark.parametrize("run", [in_python, in_javascript], ids=["Python", "JavaScript"])
def test_67_the_recipes_take_ours_and_nothing_else(run: Callable[..., list[Any]], tmp_path: Path) -> None:
    now = datetime.now(UTC)
    ours = signed((SECRET,), "msg_1", now, BODY)
    both = signed((OLD, SECRET), "msg_1", now, BODY)
    good: list[Case] = [(BODY, ours), (BODY, both)]
    signature = ours["webhook-signature"]
    plain = base64.b64encode(hashlib.sha256(BODY.encode()).digest()).decode()
    empty = base64.b64encode(hmac.digest(b"", f"msg_1.{int(now.timestamp())}.{BODY}".encode(), "sha256")).decode()
    changes: list[Mapping[str, str]] = [
        {"webhook-id": "msg_2"}, {"webhook-timestamp": str(int(time.time()) + 1)}, {"webhook-signature": ""},
        {"webhook-signature": f"v1,{plain}"}, {"webhook-signature": f"v1,{empty}"}, {"webhook-signature": "v1,"},
        {"webhook-signature": signature.replace("v1,", "v2,")}, {"webhook-signature": signature[3:]},
        {"webhook-signature": signature[:-2]}, {"webhook-timestamp": ""}, {"webhook-timestamp": "١٢٣"},
        {"webhook-timestamp": "1e9"}, {"webhook-timestamp": "-1"}, {"webhook-id": ""},
    ]  # fmt: skip
    bad: list[Case] = [(BODY, {**ours, **change}) for change in changes if _sendable(change)]
    bad += [(BODY.replace('"s"', '"t"'), ours), (BODY + " ", ours), ("", ours), (BODY, {})]
    bad += [(BODY, signed((OLD,), "msg_1", now, BODY))]
    for seconds in (-400, 400):
        then = datetime.fromtimestamp(time.time() + seconds, UTC)
        bad.append((BODY, signed((SECRET,), "msg_1", then, BODY)))
    found = run([*good, *bad], tmp_path)
    assert found[:2] == [json.loads(BODY)] * 2
    assert found[2:] == [None] * len(bad)


def _sendable(headers: Mapping[str, str]) -> bool:
    """Whether a header can be sent at all: Python's servers hand over what JavaScript's refuse to build."""
    return all(value.isascii() for value in headers.values())
