"""The secrets that notices are signed with: two through a change, sealed, in no log."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from standardwebhooks.webhooks import WebhookVerificationError

from core.log_masking import masked_text
from tests.core.notice_receiver import Receiver, Teacher, a_teacher
from tests.doubles import a_site


def test_66_two_secrets_sign_through_the_overlap(teacher: Teacher, site: str, receiver: Receiver) -> None:
    """Threat 66, for webhooks: a site may change its secret without missing a notice."""
    old = teacher.notices.endpoints.set(site, receiver.url)
    new = teacher.notices.endpoints.rotate(site)
    teacher.notices.test(site)
    assert receiver.said(old) == receiver.said(new)
    assert len(receiver.got[0].headers["webhook-signature"].split(" ")) == 2
    newest = teacher.notices.endpoints.rotate(site, timedelta(0))
    receiver.got.clear()
    teacher.notices.test(site)
    receiver.said(newest)
    for ended in (old, new):
        with pytest.raises(WebhookVerificationError):
            receiver.said(ended)


def test_67_a_secret_is_in_no_table_and_no_log(
    teacher: Teacher, site: str, receiver: Receiver, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = teacher.notices.endpoints.set(site, receiver.url)
    receiver.answers = [500, 410]
    teacher.happens("ann", site)
    teacher.spread()
    teacher.notices.test(site)
    assert secret.startswith("whsec_")
    files = b"".join(path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file())
    for word in (secret, secret.removeprefix("whsec_"), receiver.got[0].headers["webhook-signature"][3:]):
        assert word.encode() not in files
        assert word not in caplog.text
        assert word not in repr(teacher.notices.endpoints.find(site))
    assert secret[6:] not in masked_text(f"the secret is {secret}.")


def test_secrets_are_sealed_anew_and_a_key_can_go(tmp_path: Path, httpserver: HTTPServer) -> None:
    old, new, receiver = "k" * 40, "n" * 40, Receiver(httpserver)
    with a_teacher(tmp_path, httpserver, secret_key=old) as first:
        site = a_site(first.app).key
        secret = first.notices.endpoints.set(site, receiver.url)
    with a_teacher(tmp_path, httpserver, secret_key=f"{new},{old}") as both:
        both.notices.sweep()
    with a_teacher(tmp_path, httpserver, secret_key=new) as last:
        assert last.notices.test(site).error == ""
        receiver.said(secret)
    with a_teacher(tmp_path, httpserver, secret_key="x" * 40) as stranger:
        assert "Rotate it" in stranger.notices.test(site).error
