"""Deliveries from networks: taken whole, verified, stored, acknowledged, worked through once, and again on demand."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from core.errors import Busy
from core.times import utc_now
from feeds.webhook_store import KEEP, MOST_ATTEMPTS
from feeds.webhook_tables import DeliveryRow, SubscriptionRow
from networks.accounts import Tokens
from networks.oauth import Profile
from tests.feeds.webhook_doubles import Desk, github, ids, path_of, release, signed

SECRET = "a secret that GitHub was told"
META = "the secret of the Meta app"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path, facebook_client_id="1", facebook_client_secret=META)
    yield made
    made.services.close()


def subscribed(desk: Desk, network: str = "github", **values: str) -> str:
    """The path of a new subscription's address."""
    return path_of(desk.webhooks.subscriptions.add(network, **{"secret": SECRET, **values}).address)


def test_a_delivery_is_stored_and_its_source_read_once(desk: Desk) -> None:
    source, other = desk.feed("github:octo/press", "github:octo/other")
    path = subscribed(desk)
    answer = desk.client.post(path, **github(SECRET, "d-1", release()))
    assert (answer.status_code, answer.data) == (200, b"")
    again = desk.client.post(path, **github(SECRET, "d-1", release()))
    assert (again.status_code, again.data) == (200, b"")
    assert ids(desk.deliveries()) == ["d-1"]
    assert [row.state for row in desk.deliveries()] == ["done"]
    assert desk.settle() == [source]
    assert other not in desk.settle()


def test_a_burst_has_a_source_read_once(desk: Desk) -> None:
    (source,) = desk.feed("github:octo/press")
    path = subscribed(desk)
    with time_machine.travel(utc_now().replace(second=11, microsecond=0), tick=False):
        for number in range(20):
            desk.client.post(path, **github(SECRET, f"d-{number}", release()))
    assert len(desk.deliveries()) == 20
    assert desk.settle() == [source]


def test_what_is_kept_cannot_be_read_without_the_key(desk: Desk) -> None:
    desk.client.post(subscribed(desk), **github(SECRET, "d-1", release(key="RE_very_private")))
    with desk.services.database.session() as session:
        rows = session.execute(text("SELECT * FROM webhook_deliveries, webhook_subscriptions")).all()
    stored = repr(rows)
    assert "d-1" in stored
    assert "RE_very_private" not in stored
    assert SECRET not in stored


def test_nothing_of_a_delivery_is_logged(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    path = subscribed(desk)
    desk.client.post(path, **github(SECRET, "d-1", release(key="RE_very_private")))
    desk.client.post(path, **github("wrong", "d-2", release(key="RE_very_private")))
    assert "RE_very_private" not in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize(
    ("given", "code", "status"),
    [
        (github("another secret", "d-1", release()), "wrong_webhook_signature", 403),
        ({"data": b"{}"}, "wrong_webhook_signature", 403),
        ({"data": b""}, "wrong_webhook_signature", 403),
        ({**github(SECRET, "d-1", release()), "data": b"{}"}, "wrong_webhook_signature", 403),
        ({"data": b"x" * 1_000_001}, "too_large", 413),
    ],
)
def test_what_is_refused_is_not_stored(desk: Desk, given: dict[str, Any], code: str, status: int) -> None:
    answer = desk.client.post(subscribed(desk), **given)
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (status, code)
    assert desk.deliveries() == []


def test_the_largest_body_is_taken(desk: Desk) -> None:
    raw = b'{"repository": {"full_name": "octo/press"}, "x": "' + b"y" * 999_900 + b'"}'
    given = signed(SECRET, raw, "X-Hub-Signature-256")
    assert desk.client.post(subscribed(desk), **given).status_code == 200
    assert [row.state for row in desk.deliveries()] == ["done"]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/webhooks/nobody/x", 404, "unknown_network"),
        ("/webhooks/pinterest/x", 404, "unknown_network"),
        ("/webhooks/github", 404, "no_subscription"),
        ("/webhooks/github/guess", 404, "no_subscription"),
        ("/webhooks/instagram/guess", 404, "no_subscription"),
        ("/webhooks/rss/guess", 410, "no_subscription"),
        ("/webhooks/github/" + "x" * 1000, 404, "no_subscription"),
    ],
)
def test_an_address_that_is_none(desk: Desk, path: str, status: int, code: str) -> None:
    for answer in (desk.client.post(path, **github(SECRET, "d", release())), desk.client.get(path)):
        assert (answer.status_code, answer.get_json()["error"]["code"]) == (status, code)


def test_a_subscription_of_one_network_is_none_of_anothers(desk: Desk) -> None:
    path = subscribed(desk).replace("github", "mastodon")
    given = signed(SECRET, b"{}", "X-Hub-Signature")
    assert desk.client.post(path, **given).status_code == 404


def test_who_is_refused_too_often_is_turned_away(tmp_path: Path) -> None:
    desk = Desk(tmp_path, limits="on")
    path = subscribed(desk)
    answers = [desk.client.post(path, data=b"{}").status_code for _ in range(61)]
    assert set(answers[:60]) == {403}
    assert answers[60] == 429
    assert desk.client.post(path, **github(SECRET, "d-1", release())).status_code == 200
    desk.services.close()


def test_the_secret_before_stays_good_for_a_day(desk: Desk) -> None:
    new = desk.webhooks.subscriptions.add("github")
    path = path_of(new.address)
    made = desk.webhooks.subscriptions.rotate(new.id)
    assert made not in ("", new.secret)
    for number, secret in enumerate((new.secret, made)):
        assert desk.client.post(path, **github(secret, f"d-{number}", release())).status_code == 200
    third = desk.webhooks.subscriptions.rotate(new.id)
    states = [desk.client.post(path, **github(s, s, release())).status_code for s in (new.secret, made, third)]
    assert states == [403, 200, 200]
    with time_machine.travel(utc_now() + timedelta(hours=25)):
        states = [desk.client.post(path, **github(s, "2" + s, release())).status_code for s in (made, third)]
    assert states == [403, 200]


def test_metas_own_address_works_with_the_apps_secret(desk: Desk) -> None:
    token = desk.webhooks.subscriptions.shared("facebook").token
    query = {"hub.mode": "subscribe", "hub.challenge": "42", "hub.verify_token": token}
    answer = desk.client.get("/webhooks/facebook", query_string=query)
    assert (answer.status_code, answer.data, answer.mimetype) == (200, b"42", "text/plain")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    wrong = desk.client.get("/webhooks/facebook", query_string=query | {"hub.verify_token": "guess"})
    assert (wrong.status_code, wrong.get_json()["error"]["code"]) == (403, "wrong_webhook_question")
    body = b'{"object":"page","entry":[{"id":"1","changes":[{"field":"feed","value":{"message":"Caf\\u00e9"}}]}]}'
    assert desk.client.post("/webhooks/facebook", **signed(META, body, "X-Hub-Signature-256")).status_code == 200
    assert desk.client.post("/webhooks/instagram", **signed(META, body, "X-Hub-Signature-256")).status_code == 200
    assert desk.client.post("/webhooks/linkedin", data=body).status_code == 404


def test_a_subscription_of_metas_has_a_token_of_its_own(desk: Desk) -> None:
    new = desk.webhooks.subscriptions.add("facebook")
    query = {"hub.mode": "subscribe", "hub.challenge": "42", "hub.verify_token": new.token}
    assert desk.client.get(path_of(new.address), query_string=query).data == b"42"
    assert desk.client.get("/webhooks/facebook", query_string=query).status_code == 403
    assert [row.state for row in desk.webhooks.subscriptions.all()] == ["active"]
    assert desk.client.post(path_of(new.address), **signed(META, b"{}", "X-Hub-Signature-256")).status_code == 200


def test_twitch_is_answered_and_its_end_is_noted(desk: Desk) -> None:
    path, now = subscribed(desk, "twitch"), utc_now().isoformat().replace("+00:00", "Z")

    def message(kind: str, body: bytes, at: str) -> dict[str, Any]:
        import hashlib
        import hmac

        mac = hmac.new(SECRET.encode(), b"id-1" + at.encode() + body, hashlib.sha256).hexdigest()
        names = {"Id": "id-1", "Timestamp": at, "Type": kind, "Signature": f"sha256={mac}"}
        return {"data": body, "headers": {f"Twitch-Eventsub-Message-{name}": value for name, value in names.items()}}

    answer = desk.client.post(path, **message("webhook_callback_verification", b'{"challenge":"abc"}', now))
    assert (answer.data, answer.mimetype) == (b"abc", "text/plain")
    assert desk.deliveries() == []
    old = (utc_now() - timedelta(minutes=11)).isoformat().replace("+00:00", "Z")
    stale = desk.client.post(path, **message("notification", b"{}", old))
    assert (stale.status_code, stale.get_json()["error"]["code"]) == (403, "stale_delivery")
    revoked = b'{"subscription":{"status":"user_removed"}}'
    assert desk.client.post(path, **message("revocation", revoked, now)).status_code == 200
    assert [(row.state, row.problem) for row in desk.webhooks.subscriptions.all()] == [("ended", "user_removed")]


# --- what is done with them ---


def test_a_deleted_post_goes_from_the_sources_concerned_alone(desk: Desk) -> None:
    source, other = desk.feed("github:octo/press", "github:octo/other")
    for one in (source, other):
        desk.store_posts(one, "RE_1", "RE_2")
    before = desk.versions()
    desk.client.post(subscribed(desk), **github(SECRET, "d-1", release(action="deleted")))
    assert desk.posts(source) == ["RE_2"]
    assert desk.posts(other) == ["RE_1", "RE_2"]
    assert desk.versions() > before
    assert desk.settle() == [source]


def test_a_subscription_for_one_account_is_about_no_other(desk: Desk) -> None:
    source, other = desk.feed("github:github.com/octo/press/tree/main", "github:@somebody")
    desk.client.post(subscribed(desk, account="octo/press"), **github(SECRET, "d-1", release()))
    assert desk.settle() == [source]
    desk.client.post(subscribed(desk), **github(SECRET, "d-1", release()))
    assert sorted(desk.settle()) == sorted([source, other])


def test_a_source_is_found_by_who_was_connected(desk: Desk) -> None:
    profile = Profile(network="x", issuer="https://x.com", subject="2244994945", handle="someone")
    account = desk.services.feeds.accounts.connect(desk.site.key, profile, Tokens("t"), ())
    (source,) = desk.feed("x:@someone")
    assert desk.source(source).account_id == account.id
    desk.set_source(source, address="@renamed")
    path = subscribed(desk, "x")
    body = b'{"for_user_id":"2244994945","tweet_create_events":[{}]}'
    import base64
    import hashlib
    import hmac

    mac = base64.b64encode(hmac.new(SECRET.encode(), body, hashlib.sha256).digest()).decode()
    headers = {"x-twitter-webhooks-signature": f"sha256={mac}"}
    assert desk.client.post(path, data=body, headers=headers).status_code == 200
    assert desk.settle() == [source]


def test_what_makes_no_sense_is_marked_and_not_tried_again(desk: Desk) -> None:
    assert desk.client.post(subscribed(desk), **signed(SECRET, b"not JSON", "X-Hub-Signature-256")).status_code == 200
    (row,) = desk.deliveries()
    assert (row.state, row.attempts) == ("failed", 1)
    assert "JSON" in row.error
    assert desk.jobs.delayed == []


def test_a_delivery_is_worked_through_again_on_demand(desk: Desk) -> None:
    path = subscribed(desk)
    desk.client.post(path, **github(SECRET, "d-1", release()))
    (row,) = desk.deliveries()
    assert desk.settle() == []
    (source,) = desk.feed("github:octo/press")
    desk.webhooks.replay(row.id)
    assert desk.settle() == [source]
    assert [(row.state, row.attempts) for row in desk.deliveries()] == [("done", 1)]


def test_killed_between_storing_and_acknowledging(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process ends when the row is there: the network sends again, and it is worked through once."""
    (source,) = desk.feed("github:octo/press")
    path = subscribed(desk)

    def killed(*_: object, **__: object) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(desk.jobs, "enqueue", killed)
        with pytest.raises(KeyboardInterrupt):
            desk.client.post(path, **github(SECRET, "d-1", release()))
    assert [row.state for row in desk.deliveries()] == ["waiting"]
    assert desk.client.post(path, **github(SECRET, "d-1", release())).status_code == 200
    assert [(row.state, row.attempts) for row in desk.deliveries()] == [("done", 1)]
    assert desk.settle() == [source]


def test_a_lost_job_is_put_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    (source,) = desk.feed("github:octo/press")

    def busy(*_: object, **__: object) -> str:
        raise Busy("The database does not answer now.")

    with monkeypatch.context() as patch:
        patch.setattr(desk.jobs, "enqueue", busy)
        assert desk.client.post(subscribed(desk), **github(SECRET, "d-1", release())).status_code == 200
    desk.jobs.enqueue("webhooks.tend")
    assert desk.settle() == []
    with time_machine.travel(utc_now() + timedelta(minutes=3)):
        desk.jobs.enqueue("webhooks.tend")
    assert desk.settle() == [source]


def test_a_week_later_it_is_gone(desk: Desk) -> None:
    path = subscribed(desk)
    desk.client.post(path, **github(SECRET, "d-1", release()))
    with time_machine.travel(utc_now() + KEEP - timedelta(hours=1)):
        desk.jobs.enqueue("webhooks.sweep")
        assert ids(desk.deliveries()) == ["d-1"]
        desk.client.post(path, **github(SECRET, "d-2", release()))
    with time_machine.travel(utc_now() + KEEP + timedelta(hours=1)):
        desk.jobs.enqueue("webhooks.sweep")
    assert ids(desk.deliveries()) == ["d-2"]


def test_what_was_tried_too_often_is_given_up(desk: Desk) -> None:
    desk.client.post(subscribed(desk), **github(SECRET, "d-1", release()))
    changed = update(DeliveryRow).values(state="waiting", attempts=MOST_ATTEMPTS)
    with desk.services.database.session() as session:
        session.execute(changed)
    desk.jobs.enqueue("webhooks.sweep")
    assert [row.state for row in desk.deliveries()] == ["failed"]


def test_what_another_key_sealed_is_said_to_be_lost(desk: Desk) -> None:
    path = subscribed(desk)
    desk.client.post(path, **github(SECRET, "d-1", release()))
    (row,) = desk.deliveries()

    def take_away(session: Session) -> None:
        for kept in session.scalars(select(DeliveryRow)):
            kept.sealed, kept.state = "AAAA" + kept.sealed[4:], "waiting"
        for subscription in session.scalars(select(SubscriptionRow)):
            subscription.sealed = "AAAA" + subscription.sealed[4:]

    with desk.services.database.session(write=True) as session:
        take_away(session)
    desk.webhooks.process(row.id)
    assert [row.state for row in desk.deliveries()] == ["failed"]
    assert desk.client.post(path, **github(SECRET, "d-2", release())).status_code == 403


# --- the command line ---


def run(desk: Desk, *words: str) -> Any:
    """What a command says, as JSON; an error too."""
    with desk.app.app_context():
        result = desk.app.test_cli_runner().invoke(args=["webhooks", *words, "--json"])
    return json.loads(result.output)


def test_the_commands(desk: Desk) -> None:
    made = run(desk, "add", "github")
    assert set(made) == {"id", "address", "verify_token", "secret"}
    assert (made["address"], made["verify_token"]) == (f"http://127.0.0.1:8000/webhooks/github/{made['id']}", None)
    given = github(made["secret"], "d-1", release(key="RE_very_private"))
    assert desk.client.post(path_of(made["address"]), **given).status_code == 200
    listed = run(desk, "list")
    (place,), (row,) = listed["subscriptions"], listed["deliveries"]
    assert (place["network"], place["state"]) == ("github", "active")
    assert place["heard"].endswith("Z")
    assert (row["delivery_id"], row["state"]) == ("d-1", "done")
    assert made["secret"] not in json.dumps(listed)
    assert "RE_very_private" not in json.dumps(listed)
    assert run(desk, "replay", row["id"])["id"] == row["id"]
    assert run(desk, "rotate", made["id"])["secret"] != made["secret"]
    assert run(desk, "remove", made["id"]) == {"id": made["id"]}
    assert run(desk, "list")["subscriptions"] == []
    assert desk.client.post(path_of(made["address"]), **given).status_code == 404


def test_a_secret_that_was_given_is_not_shown(desk: Desk) -> None:
    made = run(desk, "add", "x", "--secret", "the consumer secret")
    assert made["secret"] is None
    assert run(desk, "add", "facebook")["verify_token"]
    shared = run(desk, "add", "facebook", "--shared")
    assert (shared["id"], shared["address"]) == (None, "http://127.0.0.1:8000/webhooks/facebook")
    assert shared == run(desk, "add", "facebook", "--shared")


@pytest.mark.parametrize(
    ("words", "code", "field"),
    [
        (["add", "pinterest"], "invalid", "network"),
        (["add", "rss"], "invalid", "network"),
        (["add", "tiktok"], "invalid", "secret"),
        (["add", "tiktok", "--shared"], "invalid", "network"),
        (["add", "github", "--secret", "short"], "invalid", "secret"),
        (["add", "github", "--secret", "x" * 200], "invalid", "secret"),
        (["rotate", "nothing"], "no_subscription", None),
        (["remove", "nothing"], "no_subscription", None),
        (["replay", "nothing"], "no_delivery", None),
    ],
)
def test_the_commands_say_what_is_wrong(desk: Desk, words: list[str], code: str, field: str | None) -> None:
    error = run(desk, *words)["error"]
    assert (error["code"], error.get("field")) == (code, field)
