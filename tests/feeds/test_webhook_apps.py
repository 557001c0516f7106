"""Deliveries at a network's own address that a site's application has signed: taken, and about that site alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import update

from core.site_credentials import SiteCredentialRow
from core.sites import NewSite
from core.times import utc_now
from core.vault import Vault
from feeds.webhook_tables import SubscriptionRow
from networks.accounts import Tokens
from networks.oauth import Profile
from tests.doubles import a_site
from tests.feeds.hub_doubles import World, a_hub
from tests.feeds.webhook_doubles import Desk, path_of, signed

SERVER, ONE, TWO = "the server's secret", "site one's secret", "site two's secret"
DELETED = {"object": "page", "entry": [{"id": "1", "changes": [
    {"field": "feed", "value": {"item": "post", "verb": "remove", "post_id": "1_2"}}]}]}  # fmt: skip
BODY = json.dumps(DELETED).encode()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path, facebook_client_id="1", facebook_client_secret=SERVER)
    yield made
    made.services.close()


def own(desk: Desk, site_key: str, secret: str, network: str = "facebook") -> None:
    desk.services.site_credentials.set(site_key, network, {"CLIENT_ID": secret[:8], "CLIENT_SECRET": secret})


def sources(desk: Desk) -> tuple[str, str]:
    """The same Page in feeds of two sites: the desk's, and another; their sources' ids."""
    first, second = desk.site, a_site(desk.app, name="Other")
    mine, other = _page(desk, first), _page(desk, second)
    for source in (mine, other):
        desk.store_posts(source, "1_2", "1_3")
    own(desk, first.key, ONE)
    own(desk, second.key, TWO)
    return mine, other


def _page(desk: Desk, site: NewSite) -> str:
    desk.site = site
    profile = Profile(network="facebook", issuer="https://www.facebook.com", subject="1", name="The Page")
    desk.services.feeds.accounts.connect(site.key, profile, Tokens("t"), ())
    return desk.feed("facebook:me")[0]


def told(desk: Desk, secret: str, body: bytes = BODY, network: str = "facebook") -> int:
    return desk.client.post(f"/webhooks/{network}", **signed(secret, body, "X-Hub-Signature-256")).status_code


def test_what_a_sites_application_signed_is_about_its_own_feeds(desk: Desk) -> None:
    mine, other = sources(desk)
    assert told(desk, ONE) == 200
    assert (desk.posts(mine), desk.posts(other)) == (["1_3"], ["1_2", "1_3"])
    assert desk.settle() == [mine]
    assert told(desk, TWO) == 200, "the same bytes of another application are another delivery"
    assert desk.posts(other) == ["1_3"]
    assert told(desk, SERVER, BODY + b" ") == 200
    assert sorted(desk.settle()) == sorted([mine, other])
    assert told(desk, "nobody's secret") == 403


def test_sites_that_share_an_application_are_told_together(desk: Desk) -> None:
    mine, other = sources(desk)
    own(desk, desk.site.key, ONE)
    assert told(desk, ONE) == 200
    assert desk.posts(mine) == desk.posts(other) == ["1_3"]


def test_instagram_is_signed_by_facebooks_application_of_the_site(desk: Desk) -> None:
    sources(desk)
    assert [told(desk, secret, network="instagram") for secret in (ONE, "nobody's")] == [200, 403]
    assert told(desk, ONE, network="linkedin") == 404


def test_a_site_takes_its_application_away(desk: Desk) -> None:
    mine, _ = sources(desk)
    desk.services.site_credentials.set(desk.site.key, "facebook", {"CLIENT_ID": "2", "CLIENT_SECRET": "new secret"})
    assert [told(desk, secret) for secret in (TWO, "new secret", ONE)] == [403, 200, 200]
    assert desk.posts(mine) == ["1_3"]


def test_every_secret_is_tried_and_a_large_delivery_with_fewer(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    import hmac

    sources(desk)
    tried: list[bytes] = []
    digest = hmac.digest

    def counted(key: bytes, message: bytes, kind: str) -> bytes:
        if message.startswith(BODY):
            tried.append(key)
        return digest(key, message, kind)

    monkeypatch.setattr("networks.webhooks.hmac.digest", counted)
    for secret in (SERVER, ONE, TWO, "nobody's"):
        told(desk, secret, BODY + secret.encode())
        assert tried == [SERVER.encode(), ONE.encode(), TWO.encode()]
        tried.clear()
    monkeypatch.setattr("feeds.webhook_apps.MOST_HASHED", 4000)
    assert [told(desk, secret, BODY + b" " * 2500) for secret in (SERVER, ONE, TWO)] == [200, 200, 403]


def test_the_address_is_there_where_only_a_site_has_an_application(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    assert told(desk, ONE) == 404
    own(desk, desk.site.key, ONE)
    shared = desk.webhooks.subscriptions.shared("facebook")
    query = {"hub.mode": "subscribe", "hub.challenge": "42", "hub.verify_token": shared.token}
    assert desk.client.get(path_of(shared.address), query_string=query).data == b"42"
    assert told(desk, ONE) == 200
    desk.services.close()


# --- secrets and the key that sealed them ---


def test_secrets_are_sealed_anew_so_that_a_key_can_be_taken_away(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    new = desk.webhooks.subscriptions.add("github")
    old = desk.services.vault._secrets
    for keys in ((b"n" * 40, *old), (b"n" * 40,)):
        monkeypatch.setattr(desk.services.vault, "_secrets", keys)
        desk.jobs.enqueue("webhooks.sweep")
    (row,) = desk.webhooks.subscriptions.all()
    assert desk.webhooks.subscriptions.secret_of(row) == new.secret


def test_a_damaged_row_holds_up_no_other(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for key in ("github", "twitch"):
        desk.webhooks.subscriptions.add(key)
    with desk.services.database.session(write=True) as session:
        session.execute(update(SubscriptionRow).where(SubscriptionRow.network == "github").values(sealed="AAAA"))
    monkeypatch.setattr(desk.services.vault, "_secrets", (b"n" * 40, *desk.services.vault._secrets))
    desk.jobs.enqueue("webhooks.sweep")
    (worn,) = [
        Vault.worn(desk.services.vault, "webhook secret", row.sealed)
        for row in desk.webhooks.subscriptions.all()
        if row.network == "twitch"
    ]
    assert not worn


def test_a_hub_is_given_a_new_secret_where_the_old_one_does_not_open(tmp_path: Path, httpserver: object) -> None:
    with a_hub(tmp_path, httpserver) as world:  # type: ignore[arg-type]
        lost(world)


def lost(world: World) -> None:
    world.add_feed()
    world.tend()
    with world.desk.services.database.session(write=True) as session:
        session.execute(update(SubscriptionRow).values(sealed="AAAA"))
    world.tend()
    first, again = (asked["hub.secret"] for asked in world.asked)
    assert len(again) >= 40
    assert again != first
    world.entries.append(2)
    assert world.send(b"<feed/>", secret=again) == 200
    assert len(world.desk.deliveries()) == 1


def test_own_credentials_that_do_not_open_are_none(desk: Desk) -> None:
    sources(desk)
    with desk.services.database.session(write=True) as session:
        session.execute(update(SiteCredentialRow).values(sealed="AAAA"))
    with time_machine.travel(utc_now()):
        desk.services.site_credentials._forget()
        assert [told(desk, secret) for secret in (ONE, SERVER)] == [403, 200]
