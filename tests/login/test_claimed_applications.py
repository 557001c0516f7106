"""A site that enters an application which is not its own: it comes to speak for nobody by that."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from login.tables import AccountRow
from tests.doubles import an_app
from tests.login.parties import Party, a_party, follow, links_of, sent_to
from tests.login.test_upstream import Peer, come_back, fields_of, go
from tests.login.test_upstream_odd import BOT, a_signed_request, about, back, signed, some

OWN = {"CLIENT_ID": "own-id", "CLIENT_SECRET": "own-secret-1f6c"}
FORGED = {"CLIENT_ID": "own-id", "CLIENT_SECRET": "made-up-by-another"}
# A bot's number is public; whoever knows it can write a token of their own behind it.
FORGED_BOT = BOT.partition(":")[0] + ":made-up-by-a-site"


def enter(app: Flask, party: Party, network: str, values: Mapping[str, str]) -> Any:
    """Enter credentials for a site; return what the command says."""
    with app.app_context():
        words = ("sites", "credentials", "set", party.site.key, network, "--json")
        done = app.test_cli_runner().invoke(args=words, input=json.dumps(values))
    assert not [value for name, value in values.items() if name != "CLIENT_ID" and value in done.output]
    return json.loads(done.output)


def stored(app: Flask, party: Party, network: str, values: Mapping[str, str]) -> None:
    """Credentials that the command would not take, as they may stand in a database from before."""
    app.extensions["handbill"].logins.apps.store.set(party.site.key, network, values)


def rows(app: Flask) -> list[AccountRow]:
    with app.extensions["handbill"].database.session() as session:
        return list(session.scalars(select(AccountRow).order_by(AccountRow.created)))


def test_39_a_token_made_up_behind_the_servers_bot_signs_for_nobody(tmp_path: Path) -> None:
    """Threat 39: who Telegram's people are is said by the bot's token alone, which we check by ourselves."""
    app = an_app(tmp_path, telegram_bot_token=BOT)
    theirs, other = a_party(app), a_party(app, name="Other")
    owner, attacker = app.test_client(), app.test_client()
    state = fields_of(fields_of(go(owner, other, "telegram"))["return_to"])["state"]
    assert sent_to(follow(owner, back(owner, state, signed(some()))))["code"]
    stored(app, theirs, "telegram", {"BOT_TOKEN": FORGED_BOT})
    shown = follow(attacker, attacker.get(theirs.address()))
    assert not [link for link in links_of(shown) if "/login/telegram" in link]
    # Neither is an attempt finished that was begun with the server's bot.
    state = fields_of(fields_of(go(attacker, other, "telegram"))["return_to"])["state"]
    assert back(attacker, state, signed(some(), FORGED_BOT)).status_code == 502
    app.extensions["handbill"].logins.apps.store.remove(theirs.site.key, "telegram")
    state = fields_of(fields_of(go(attacker, theirs, "telegram"))["return_to"])["state"]
    stored(app, theirs, "telegram", {"BOT_TOKEN": FORGED_BOT})
    assert back(attacker, state, signed(some(), FORGED_BOT)).status_code == 502
    assert [row.issuer for row in rows(app)] == ["https://telegram.org"]


@pytest.mark.parametrize("token", [":made-up-by-a-site", "made-up-by-a-site", " :made-up"])
def test_39_a_token_of_no_bot_is_no_application(tmp_path: Path, token: str) -> None:
    """Without a number before it, the application would have the server's name, and no mark on those who come."""
    app = an_app(tmp_path)
    party, client = a_party(app), app.test_client()
    assert enter(app, party, "telegram", {"BOT_TOKEN": token})["error"]["field"] == "BOT_TOKEN"
    stored(app, party, "telegram", {"BOT_TOKEN": token})
    shown = follow(client, client.get(party.address()))
    assert not [link for link in links_of(shown) if "/login/telegram" in link]


def test_39_an_application_is_entered_with_one_secret(tmp_path: Path) -> None:
    """Threat 39: where the secret alone is the proof, who came second with another one is told to whom it belongs."""
    app = an_app(tmp_path, telegram_bot_token=BOT)
    first, second = a_party(app), a_party(app, name="Other")
    assert enter(app, first, "telegram", {"BOT_TOKEN": FORGED_BOT})["error"]["code"] == "invalid"
    assert enter(app, first, "telegram", {"BOT_TOKEN": "99:token-of-a-site"})["app"] == "99"
    said = enter(app, second, "telegram", {"BOT_TOKEN": "99:token-of-another"})
    assert first.site.key in said["error"]["message"]
    assert enter(app, second, "telegram", {"BOT_TOKEN": "99:token-of-a-site"})["app"] == "99"
    assert enter(app, first, "telegram", {"BOT_TOKEN": "98:token-of-a-site"})["app"] == "98"
    assert enter(app, first, "github", OWN)["app"] == "own-id"
    assert enter(app, second, "github", FORGED)["app"] == "own-id", "the network itself looks at this secret"


def test_50_a_secret_made_up_for_anothers_application_deletes_nobody(tmp_path: Path) -> None:
    """Threat 50: Meta's notices are signed with the application's secret, not with one that another site entered."""
    app = Peer("facebook").app(tmp_path)
    first, second, client = a_party(app), a_party(app, name="Other"), app.test_client()
    assert enter(app, second, "facebook", {**FORGED, "CLIENT_ID": "id"})["error"]["code"] == "invalid"
    stored(app, second, "facebook", {**FORGED, "CLIENT_ID": "id"})  # as if it had been entered before the server's
    sent = fields_of(go(client, first, "facebook"))
    assert sent_to(follow(client, come_back(client, "facebook", sent)))["code"]
    [row] = rows(app)
    forged = {"signed_request": a_signed_request(about(row.subject), FORGED["CLIENT_SECRET"])}
    for what in ("deauthorize", "delete-data"):
        assert client.post(f"/login/facebook/{what}", data=forged).status_code == 400
    assert len(rows(app)) == 1
    assert enter(app, first, "facebook", OWN)["app"] == "own-id"
    assert enter(app, second, "facebook", FORGED)["error"]["field"] == "CLIENT_SECRET"
    forged = {"signed_request": a_signed_request(about("anybody"), FORGED["CLIENT_SECRET"])}
    assert client.post("/login/facebook/delete-data", data=forged).status_code == 400
