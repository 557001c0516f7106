"""Webhooks out: signed, told to whom it concerns, tried again, never lost, and not a way into our own network."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from werkzeug import Response

import core.notices
from core.database import Database
from core.errors import Invalid, NotFound
from core.http import Http
from core.jobs_eager import EagerJobs
from core.netguard import Guard
from core.notices import GIVE_UP, IN_ORDER, KEEP_DONE, KEEP_FAILED, LEASE, WAITS
from core.schema import upgrade
from core.times import utc_now
from tests.core.notice_receiver import TELLERS, Receiver, Teacher, a_teacher
from tests.doubles import a_site

ROOT = Path(__file__).resolve().parents[2]


def test_67_a_notice_is_signed_and_sent_once(teacher: Teacher, site: str, receiver: Receiver) -> None:
    other, third = a_site(teacher.app).key, a_site(teacher.app).key
    teacher.happens("early", site)
    teacher.clock.at = utc_now()
    secret = teacher.notices.endpoints.set(site, receiver.url)
    teacher.notices.endpoints.set(third, receiver.url.replace("/hook", "/third"))
    teacher.happens("ann", site, other)
    teacher.happens("nobody", other, kind="user.untold")
    for _ in range(2):
        teacher.spread()
    [said] = receiver.said(secret)
    assert (said["type"], said["data"]) == ("user.gone", {"sub": "ann"}), "what came before the address is not told"
    assert said["timestamp"].endswith("Z")
    assert receiver.got[0].headers["Content-Type"] == "application/json"
    assert [row.state for row in teacher.rows()] == ["done"], "who is not told has no row"


def test_67_what_was_changed_or_kept_is_refused(teacher: Teacher, site: str, receiver: Receiver) -> None:
    """Threat 67: forged, altered or repeated later, it does not pass the check of any receiver."""
    secret = teacher.notices.endpoints.set(site, receiver.url)
    teacher.happens("ann", site)
    teacher.spread()
    [request] = receiver.got
    headers, body = dict(request.headers), request.get_data()
    sent = int(headers["Webhook-Timestamp"])
    Webhook(secret).verify(body, headers)
    other = teacher.notices.endpoints.set(site, receiver.url)
    changes: list[tuple[str, bytes, dict[str, str]]] = [
        (secret, body.replace(b"ann", b"bob"), headers),
        (secret, body, {**headers, "Webhook-Id": "msg_other"}),
        (secret, body, {**headers, "Webhook-Timestamp": str(sent + 1)}),
        (secret, body, {**headers, "Webhook-Signature": "v1," + "A" * 43 + "="}),
        (other, body, headers),
    ]
    for key, text, fields in changes:
        with pytest.raises(WebhookVerificationError):
            Webhook(key).verify(text, fields)
    teacher.clock.at -= timedelta(minutes=6)
    old = core.notices.signed((secret,), "msg_1", teacher.clock(), "{}")
    with pytest.raises(WebhookVerificationError, match="too old"):
        Webhook(secret).verify("{}", old)


def test_it_is_tried_along_the_schedule_and_then_given_up(teacher: Teacher, site: str, receiver: Receiver) -> None:
    teacher.notices.endpoints.set(site, receiver.url)
    receiver.answers = [500] * len(WAITS)
    teacher.happens("ann", site)
    teacher.spread()
    for wait in WAITS[1:]:
        [row] = teacher.rows()
        assert wait <= (row.due - teacher.clock()).total_seconds() <= wait * 1.2
        teacher.notices.send(row.id)
        teacher.clock.at = row.due
        teacher.spread()
    [row] = teacher.rows()
    assert (row.state, row.attempts, row.status, row.error) == ("failed", len(WAITS), 500, "It answered 500.")
    assert len(receiver.got) == len(WAITS), "never before its time"
    assert set(receiver.ids) == {row.id}, "the id stays, so that a site may tell repetitions"
    assert len({r.headers["webhook-timestamp"] for r in receiver.got}) == len(WAITS)


def test_the_site_may_say_when(teacher: Teacher, site: str, receiver: Receiver) -> None:
    teacher.notices.endpoints.set(site, receiver.url)
    receiver.answers = [Response(status=429, headers={"Retry-After": "1000"})]
    teacher.happens("ann", site)
    teacher.spread()
    [row] = teacher.rows()
    assert 990 <= (row.due - teacher.clock()).total_seconds() <= 1010


@pytest.mark.parametrize("status", [301, 307])
def test_a_redirect_is_not_followed(teacher: Teacher, site: str, receiver: Receiver, status: int) -> None:
    elsewhere = receiver.url.replace("/hook", "/elsewhere")
    receiver.answers = [Response(status=status, headers={"Location": elsewhere})]
    teacher.notices.endpoints.set(site, receiver.url)
    teacher.happens("ann", site)
    teacher.spread()
    assert [row.error for row in teacher.rows()] == [f"It answered {status}."]
    assert len(receiver.got) == 1


NEVER = (
    "http://site.example.com/hook", "https://127.0.0.1/hook", "https://localhost/hook", "https://[::1]/hook",
    "https://169.254.169.254/latest", "https://10.1.2.3/", "https://2130706433/", "https://site.example.com:22/",
    "https://user:pass@site.example.com/", "ftp://site.example.com/", "https://intranet/", "no address", "",
    "http://127.0.0.1:8000/webhooks/github",
)  # fmt: skip


def test_67_addresses_that_are_never_told(teacher: Teacher, site: str) -> None:
    for url in NEVER:
        with pytest.raises(Invalid) as caught:
            teacher.notices.endpoints.set(site, url)
        assert caught.value.field == "url", url
    assert teacher.notices.endpoints.all() == []


def test_67_a_name_that_leads_inside_later_is_not_connected_to(
    teacher: Teacher, site: str, httpserver: HTTPServer
) -> None:
    asked: list[str] = []

    def inside(host: str, port: int) -> list[str]:
        asked.append(f"{host}:{port}")
        return ["127.0.0.1"]

    def connect(*_: Any) -> Any:
        raise AssertionError("nobody may be connected to")

    teacher.services.__dict__["http"] = Http(Guard(), resolver=inside, connect=connect)
    teacher.notices.endpoints.set(site, "https://site.example.com/hook")
    teacher.happens("ann", site)
    teacher.spread()
    assert asked == ["site.example.com:443"]
    assert [row.status for row in teacher.rows()] == [0]
    assert httpserver.log == []


def test_a_slow_site_and_a_talkative_one(
    teacher: Teacher, site: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core.notices, "DEADLINE", 0.2)
    held = threading.Event()

    def slow() -> Iterator[bytes]:
        held.wait(2)
        yield b"x"

    receiver.answers = [Response(slow(), status=200, headers={"Content-Length": "1"}), Response(b"x" * 5_000_000)]
    teacher.notices.endpoints.set(site, receiver.url)
    teacher.happens("ann", site)
    teacher.spread()
    held.set()
    [row] = teacher.rows()
    assert (row.state, row.status) == ("waiting", 0)
    teacher.clock.at = row.due
    monkeypatch.setattr(core.notices, "DEADLINE", 10)
    teacher.spread()
    assert [row.state for row in teacher.rows()] == ["done"], "how it is answered is no matter"


# --- an address that is no good any more ---


def test_410_turns_it_off_and_a_test_turns_it_on(teacher: Teacher, site: str, receiver: Receiver) -> None:
    secret = teacher.notices.endpoints.set(site, receiver.url)
    receiver.answers = [500, 410]
    teacher.happens("ann", site)
    teacher.happens("bob", site)
    teacher.spread()
    teacher.happens("cid", site)
    teacher.spread()
    place = teacher.notices.endpoints.find(site)
    assert place.state == "off"
    assert "410" in place.problem
    assert [row.state for row in teacher.rows()] == ["failed"] * 3, "what comes later is kept, too, and not sent"
    assert len(receiver.got) == 2
    lost = teacher.rows()[0].id
    with pytest.raises(Invalid, match="turns it on"):
        teacher.notices.replay(lost)
    assert teacher.notices.test(site).status == 204
    assert teacher.notices.endpoints.find(site).state == "active"
    teacher.clock.pass_(seconds=1)
    teacher.notices.replay(lost)
    teacher.notices.put_due()
    assert receiver.ids[-1] == receiver.ids[0] == lost
    assert receiver.said(secret)[-2]["type"] == "webhook.test"


def test_days_of_silence_turn_it_off_and_the_doctor_says_so(teacher: Teacher, site: str, receiver: Receiver) -> None:
    from core.doctor import examine

    def doctor() -> list[str]:
        return [f.message for f in examine(teacher.services) if f.severity == "warning" and "webhook" in f.message]

    teacher.notices.endpoints.set(site, receiver.url)
    assert doctor() == []
    receiver.answers = [500] * 1000
    for _ in range(12):
        teacher.happens("ann", site)
        for _ in range(12):
            teacher.spread()
            teacher.clock.pass_(hours=2)
    assert teacher.clock() > teacher.rows()[0].created + GIVE_UP
    place = teacher.notices.endpoints.find(site)
    assert (place.state, "5 days" in place.problem) == ("off", True)
    assert [site in line and "is off" in line for line in doctor()] == [True]
    asked = len(receiver.got)
    teacher.happens("ann", site)
    teacher.spread()
    assert len(receiver.got) == asked


# --- nothing is lost, nothing is sent without need ---


KILLED = """
import os, signal, sys
from pathlib import Path
from core.notices import Notices
from tests.core.notice_receiver import TELLERS
from core.jobs_eager import EagerJobs
from core.notice_jobs import handlers
from tests.doubles import an_app
class Http:
    def request(self, *args, **options):
        print(options["headers"]["webhook-id"], flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
services = an_app(Path(sys.argv[1])).extensions["handbill"]
services.__dict__.update(http=Http(), jobs=EagerJobs(handlers(TELLERS), services))
Notices(services).spread(TELLERS)
"""


def test_67_a_process_killed_while_it_sends_loses_nothing(
    teacher: Teacher, site: str, receiver: Receiver, tmp_path: Path
) -> None:
    teacher.notices.endpoints.set(site, receiver.url)
    teacher.happens("ann", site)
    command = [sys.executable, "-c", KILLED, str(tmp_path)]
    killed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    teacher.spread()
    assert receiver.got == [], "whoever died may still be at it"
    teacher.clock.pass_(seconds=LEASE.total_seconds() + 5)
    teacher.spread()
    assert receiver.ids == [killed.stdout.strip()]


def test_of_many_that_send_at_once_one_does(teacher: Teacher, site: str, receiver: Receiver) -> None:
    teacher.notices.endpoints.set(site, receiver.url)
    teacher.happens("ann", site)
    teacher.services.__dict__["jobs"] = EagerJobs({"notices.send": lambda *_: None})
    teacher.notices.spread(TELLERS)
    [row] = teacher.rows()
    threads = [threading.Thread(target=teacher.notices.send, args=(row.id,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert receiver.ids == [row.id]


def test_notices_about_one_person_come_in_order(teacher: Teacher, site: str, receiver: Receiver) -> None:
    secret = teacher.notices.endpoints.set(site, receiver.url)
    receiver.answers = [500]
    teacher.happens("ann", site, kind="user.left")
    teacher.happens("ann", site)
    teacher.happens("bob", site)
    teacher.spread()

    def heard() -> list[str]:
        return [f"{said['data']['sub']} {said['type']}" for said in receiver.said(secret)]

    assert heard() == ["ann user.left", "bob user.gone"]
    teacher.clock.pass_(seconds=7)
    teacher.spread()
    assert heard()[2:] == ["ann user.left", "ann user.gone"], "as soon as the first has arrived"


def test_order_is_not_kept_for_hours(teacher: Teacher, site: str, receiver: Receiver) -> None:
    secret = teacher.notices.endpoints.set(site, receiver.url)
    receiver.answers = [500] * 4
    teacher.happens("ann", site, kind="user.left")
    teacher.spread()
    teacher.happens("ann", site)
    teacher.spread()
    for _ in range(3):
        teacher.clock.at = teacher.rows()[0].due
        teacher.spread()
    assert {said["type"] for said in receiver.said(secret)} == {"user.left"}
    teacher.clock.pass_(seconds=IN_ORDER.total_seconds())
    teacher.spread()
    assert receiver.said(secret)[-1]["type"] == "user.gone"


# --- afterwards ---


def test_what_was_told_is_cleared_away_in_time(teacher: Teacher, site: str, receiver: Receiver) -> None:
    teacher.notices.endpoints.set(site, receiver.url)
    receiver.answers = [410]
    teacher.happens("ann", site)
    teacher.spread()
    teacher.notices.test(site)
    teacher.happens("bob", site)
    teacher.spread()

    def after(kept: timedelta) -> list[str]:
        teacher.clock.pass_(seconds=kept.total_seconds())
        teacher.notices.sweep()
        return [row.state for row in teacher.rows()]

    assert after(KEEP_DONE - timedelta(hours=1)) == ["failed", "done"]
    assert after(timedelta(hours=2)) == ["failed"]
    assert after(KEEP_FAILED) == []
    teacher.happens("cid", site)
    teacher.clock.at -= KEEP_DONE + KEEP_FAILED
    teacher.spread()
    teacher.notices.endpoints.remove(site)
    teacher.notices.sweep()
    assert teacher.rows() == []
    with pytest.raises(NotFound):
        teacher.notices.endpoints.find(site)


@pytest.mark.servers
def test_on_postgresql_too(tmp_path: Path, httpserver: HTTPServer, postgres_url: str) -> None:
    database = Database(postgres_url)
    upgrade(database)
    database.close()
    receiver = Receiver(httpserver)
    with a_teacher(tmp_path, httpserver, database_url=postgres_url) as teacher:
        site = a_site(teacher.app).key
        secret = teacher.notices.endpoints.set(site, receiver.url)
        receiver.answers = [500]
        for kind in ("user.left", "user.gone"):
            teacher.happens("ann", site, kind=kind)
        teacher.spread()
        assert [said["type"] for said in receiver.said(secret)] == ["user.left"]
        teacher.clock.pass_(seconds=7)
        teacher.spread()
        assert [said["type"] for said in receiver.said(secret)] == ["user.left", "user.left", "user.gone"]
        teacher.clock.pass_(seconds=KEEP_DONE.total_seconds())
        teacher.notices.sweep()
        assert teacher.rows() == []
