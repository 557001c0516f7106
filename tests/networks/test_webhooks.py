"""How deliveries are verified and understood: a table of signed ones, and everything that must not pass.

The signatures in the table were made with openssl, but for GitHub's own example
(https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries#testing-the-webhook-payload-validation).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadReply, Problem
from networks import Networks
from networks.webhooks import Delivery, Secrets, Webhook

NETWORKS = Networks()
TABLE = json.loads((Path(__file__).parent / "data/webhooks.json").read_text("utf-8"))
WITH = [network.key for network in NETWORKS.values() if network.webhook]
OTHER = b"another secret, of somebody else"


def hook_of(key: str) -> Webhook:
    hook = NETWORKS[key].webhook
    assert hook is not None
    return hook


def opened(row: dict[str, Any]) -> tuple[Webhook, Delivery, Secrets]:
    return hook_of(row["network"]), Delivery(row["body"].encode(), row["headers"]), Secrets((row["secret"].encode(),))


every_row = pytest.mark.parametrize("row", TABLE, ids=[row["name"] for row in TABLE])


def test_every_network_of_the_issue_is_in_the_table() -> None:
    wanted = [
        "facebook",
        "instagram",
        "threads",
        "x",
        "youtube",
        "rss",
        "linkedin",
        "tiktok",
        "github",
        "twitch",
        "mastodon",
    ]
    assert sorted(WITH) == sorted(wanted)
    assert {row["network"] for row in TABLE} == set(wanted)


@every_row
def test_what_was_signed_is_verified_and_understood(row: dict[str, Any]) -> None:
    hook, delivery, secrets = opened(row)
    assert hook.verifies(delivery, secrets)
    assert hook.timely(delivery, datetime.fromisoformat(row["now"]))
    if row["events"] == "bad_reply":
        with pytest.raises(BadReply):
            hook.read(delivery)
        return
    assert [[e.kind, list(e.accounts), e.subject] for e in hook.read(delivery)] == row["events"]
    assert hook.delivery(delivery) == (row["delivery"] or "sha256:" + hashlib.sha256(delivery.body).hexdigest())


@every_row
def test_two_secrets_are_good_at_once_in_either_order(row: dict[str, Any]) -> None:
    hook, delivery, secrets = opened(row)
    assert hook.verifies(delivery, Secrets((OTHER, *secrets.keys)))
    assert hook.verifies(delivery, Secrets((*secrets.keys, OTHER)))


@every_row
def test_the_order_of_headers_is_of_no_account(row: dict[str, Any]) -> None:
    hook, delivery, secrets = opened(row)
    assert hook.verifies(Delivery(delivery.body, dict(reversed(delivery.headers.items()))), secrets)


@every_row
def test_one_bit_of_the_body_is_enough(row: dict[str, Any]) -> None:
    hook, delivery, secrets = opened(row)
    for place in {0, len(delivery.body) // 2, len(delivery.body) - 1}:
        for bit in (1, 128):
            changed = bytearray(delivery.body)
            changed[place] ^= bit
            assert not hook.verifies(replace(delivery, body=bytes(changed)), secrets)
    assert not hook.verifies(replace(delivery, body=delivery.body + b"\n"), secrets)
    assert not hook.verifies(replace(delivery, body=b""), secrets)


def signature_name(row: dict[str, Any]) -> str:
    return next(name for name in row["headers"] if "signature" in name)


@every_row
def test_every_character_of_the_signature_counts(row: dict[str, Any]) -> None:
    hook, delivery, secrets = opened(row)
    name = signature_name(row)
    value = row["headers"][name]
    for place, letter in enumerate(value):
        if not letter.isspace():
            other = "1" if letter == "0" else "0" if letter.isdigit() else "b" if letter == "a" else "a"
            wrong = {**row["headers"], name: value[:place] + other + value[place + 1 :]}
            assert not hook.verifies(Delivery(delivery.body, wrong), secrets), (place, letter)


@every_row
@pytest.mark.parametrize(
    "form", ["{}=", "", "sha256=", "md5={}", "{}x", "{}0", " {}", "sha256= {}", "{}{}", "none={}"]
)
def test_a_signature_of_another_form_is_none(row: dict[str, Any], form: str) -> None:
    hook, delivery, secrets = opened(row)
    name = signature_name(row)
    digest = row["headers"][name].split("=", 1)[-1]
    wrong = form.replace("{}", digest)
    if wrong.strip() != row["headers"][name].strip() and wrong.strip() != digest:
        assert not hook.verifies(Delivery(delivery.body, {**row["headers"], name: wrong}), secrets)


@every_row
def test_no_other_method_may_be_named(row: dict[str, Any]) -> None:
    hook, delivery, secrets = opened(row)
    name = signature_name(row)
    allowed = {"sha1", "sha256", "sha384", "sha512"} if hook.websub else {"sha256"}
    for kind in {"md5", "sha1", "sha224", "sha384", "sha512", "SHA256", "sha-256"} - allowed:
        lower = kind.lower().replace("-", "")
        mac = hmac.digest(secrets.keys[0], delivery.body, lower).hex()
        wrong = Delivery(delivery.body, {**row["headers"], name: f"{kind}={mac}"})
        assert not hook.verifies(wrong, secrets), kind


@every_row
def test_a_missing_header_a_wrong_secret_or_none_is_refused(row: dict[str, Any]) -> None:
    hook, delivery, secrets = opened(row)
    without = {name: value for name, value in row["headers"].items() if name != signature_name(row)}
    assert not hook.verifies(Delivery(delivery.body, without), secrets)
    for keys in ((), (OTHER,), (b"",), (secrets.keys[0] + b" ",), (secrets.keys[0][:-1],)):
        assert not hook.verifies(delivery, Secrets(keys))


def test_nothing_is_signed_with_an_empty_secret() -> None:
    mac = hmac.digest(b"", b"{}", "sha256").hex()
    assert not hook_of("github").verifies(Delivery(b"{}", {"x-hub-signature-256": f"sha256={mac}"}), Secrets((b"",)))


TIMED = [row for row in TABLE if row["network"] in ("tiktok", "twitch")]


@pytest.mark.parametrize("row", TIMED, ids=[row["name"] for row in TIMED])
def test_what_is_old_or_from_the_future_is_refused(row: dict[str, Any]) -> None:
    hook, delivery, _ = opened(row)
    sent, age = hook.sent(delivery), hook.age
    assert sent is not None
    assert age is not None
    assert hook.timely(delivery, sent + age)
    assert hook.timely(delivery, sent - age)
    assert not hook.timely(delivery, sent + age + timedelta(seconds=1))
    assert not hook.timely(delivery, sent - age - timedelta(seconds=1))


@pytest.mark.parametrize("row", TIMED, ids=[row["name"] for row in TIMED])
@pytest.mark.parametrize("time", ["", "soon", "-1", "1e9", "99999999999999", "2026-11-22", "١٧٦٣٨١٢٨٠٠"])
def test_a_time_that_is_none_is_refused(row: dict[str, Any], time: str) -> None:
    hook, delivery, _ = opened(row)
    name = "twitch-eventsub-message-timestamp" if row["network"] == "twitch" else "tiktok-signature"
    value = time if row["network"] == "twitch" else f"t={time},s={'0' * 64}"
    assert not hook.timely(
        Delivery(delivery.body, {**row["headers"], name: value}), datetime.now(UTC) + timedelta(400)
    )


def test_the_time_is_part_of_what_is_signed() -> None:
    for row in TIMED:
        hook, delivery, secrets = opened(row)
        text = json.dumps(row["headers"]).replace("2026-11-22T11:56", "2026-11-22T11:57")
        stamp = row["headers"].get("tiktok-signature", "").partition("t=")[2][:10]
        text = text.replace(stamp, str(int(stamp) + 9)) if stamp else text
        assert text != json.dumps(row["headers"])
        assert not hook.verifies(Delivery(delivery.body, json.loads(text)), secrets)


def test_meta_signs_what_it_sends_not_what_that_means() -> None:
    row = next(row for row in TABLE if "escaped" in row["name"])
    hook, delivery, secrets = opened(row)
    written_anew = json.dumps(json.loads(delivery.body), ensure_ascii=False, separators=(",", ":")).encode()
    assert json.loads(written_anew) == json.loads(delivery.body)
    assert not hook.verifies(replace(delivery, body=written_anew), secrets)


# --- what networks ask first ---

SECRETS = Secrets((b"the newest secret", b"the one before"), token="what was entered")


@pytest.mark.parametrize("key", ["facebook", "instagram", "threads"])
def test_metas_challenge_is_repeated_to_who_knows_the_token(key: str) -> None:
    hook = hook_of(key)
    query = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": "what was entered"}
    echo = hook.handshake(query, SECRETS)
    assert echo is not None
    assert (echo.text, echo.type) == ("1158201444", "text/plain")
    for wrong in (
        {"hub.verify_token": "what was entered "}, {"hub.verify_token": ""}, {"hub.mode": "unsubscribe"},
        {"hub.challenge": ""}, {"hub.challenge": "<script>"}, {"hub.challenge": "1" * 201}, {"hub.verify_token": "é"},
    ):  # fmt: skip
        assert hook.handshake(query | wrong, SECRETS) is None
    assert hook.handshake(query | {"hub.verify_token": ""}, Secrets((b"key",))) is None


def test_x_is_answered_with_the_newest_secret() -> None:
    echo = hook_of("x").handshake({"crc_token": "challenge_string"}, SECRETS)
    assert echo is not None
    mac = hmac.digest(b"the newest secret", b"challenge_string", "sha256")
    assert json.loads(echo.text) == {"response_token": "sha256=" + base64.b64encode(mac).decode()}
    assert echo.type == "application/json"
    for query in ({}, {"crc_token": ""}, {"crc_token": "a b"}, {"crc_token": "x" * 501}):
        assert hook_of("x").handshake(query, SECRETS) is None
    assert hook_of("x").handshake({"crc_token": "a"}, Secrets()) is None


def test_linkedin_is_answered_with_the_newest_secret() -> None:
    code = "890e4665-4dfe-4ab1-b689-ed553bceeed0"
    echo = hook_of("linkedin").handshake({"challengeCode": code}, SECRETS)
    assert echo is not None
    wanted = hmac.digest(b"the newest secret", code.encode(), "sha256").hex()
    assert json.loads(echo.text) == {"challengeCode": code, "challengeResponse": wanted}
    for query in ({}, {"challengeCode": ""}, {"challengeCode": '"}'}, {"challengeCode": "x" * 201}):
        assert hook_of("linkedin").handshake(query, SECRETS) is None


def test_twitch_hears_its_challenge_and_nothing_else() -> None:
    hook, kind = hook_of("twitch"), "twitch-eventsub-message-type"
    asked = Delivery(b'{"challenge":"pogchamp-kappa-360noscope-vohiyo"}', {kind: "webhook_callback_verification"})
    echo = hook.reply(asked)
    assert echo is not None
    assert (echo.text, echo.type) == ("pogchamp-kappa-360noscope-vohiyo", "text/plain")
    assert hook.reply(replace(asked, headers={kind: "notification"})) is None
    assert hook.reply(replace(asked, body=b'{"challenge":"<b>"}')) is None


@pytest.mark.parametrize("key", ["github", "mastodon", "tiktok", "twitch"])
def test_others_ask_nothing(key: str) -> None:
    assert hook_of(key).handshake({"hub.mode": "subscribe", "hub.challenge": "1"}, SECRETS) is None


@pytest.mark.parametrize("key", WITH)
@given(st.binary(max_size=300) | st.recursive(
    st.none() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["entry", "changes", "value", "values", "field", "data", "payload", "id", "filter", "event", "object",
             "account", "notifications", "subscription", "repository", "release", "status", "tweet_delete_events"]
        ), inner, max_size=4,
    ),
).map(lambda value: json.dumps(value).encode()))  # fmt: skip
def test_odd_bodies_make_events_or_a_problem(key: str, body: bytes) -> None:
    hook, headers = hook_of(key), {"x-github-event": "release", "twitch-eventsub-message-type": "notification"}
    for read in (hook.read, hook.delivery):
        try:
            assert isinstance(read(Delivery(body, headers)), tuple | str)
        except Problem:
            continue


@pytest.mark.corpus
def test_githubs_own_examples_name_their_repository(corpus: Path) -> None:
    files = sorted((corpus / "feeds/webhooks-github").glob("*.json"))
    assert len(files) >= 19
    for path in files:
        events = hook_of("github").read(Delivery(path.read_bytes(), {"x-github-event": "issues"}))
        assert [event.kind for event in events] == ["changed"], path.name
        assert any("/" in name for name in events[0].accounts), path.name


def test_a_long_tag_takes_no_long_search() -> None:
    body = b"<at:deleted-entry " + b"<at:deleted-entry ref " * 40_000
    assert [event.kind for event in hook_of("rss").read(Delivery(body))] == ["changed"]


@pytest.mark.parametrize("key", WITH)
def test_the_part_says_what_the_engine_needs(key: str) -> None:
    hook = hook_of(key)
    assert hook.docs.startswith("https://")
    assert all(name == name.lower() for name in hook.headers)
    assert set(hook.apps) <= set(NETWORKS)
    assert bool(hook.apps) == (hook.key_from == "app")
    assert all(f"{app.upper()}_CLIENT_SECRET" in NETWORKS.credentials for app in hook.apps)
    assert (hook.age is None) == (hook.sent(Delivery(b"", {})) is None and key not in ("tiktok", "twitch"))
