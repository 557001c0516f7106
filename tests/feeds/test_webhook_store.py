"""The store of deliveries on both databases: one of many at once is new, and nobody opens another's row."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from core.database import Database
from core.errors import NotFound
from core.settings import Settings
from core.times import utc_now
from core.vault import SealBroken, Vault
from feeds.webhook_store import Deliveries, Kept
from feeds.webhook_tables import DeliveryRow
from networks.webhooks import Delivery

VAULT = Vault(Settings(secret_key=("a key of a test that is long enough",)))
SENT = Delivery(b"\x00\xff words", {"x-kept": "v" * 2000, "x-other": "no"})


def test_of_many_at_once_one_is_new(database: Database) -> None:
    store, found = Deliveries(database, VAULT), list[Kept]()
    barrier = threading.Barrier(8)

    def put() -> None:
        barrier.wait()
        found.append(store.put("github", "s", "d-1", SENT, ("x-kept",)))

    threads = [threading.Thread(target=put) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [kept.fresh for kept in found].count(True) == 1
    assert len(found) == 8
    assert len({kept.id for kept in found}) == 1
    assert len(store.newest(10)) == 1


def test_the_same_id_elsewhere_is_another_delivery(database: Database) -> None:
    store = Deliveries(database, VAULT)
    for network, place in (("github", "a"), ("github", "b"), ("twitch", "a")):
        assert store.put(network, place, "d-1", SENT, ()).fresh
    assert not store.put("github", "a", "d-1", SENT, ()).fresh


def test_what_is_kept_is_what_came(database: Database) -> None:
    store = Deliveries(database, VAULT)
    kept = store.put("github", "s", "d-1", SENT, ("x-kept", "x-missing"))
    opened = store.opened(store.find(kept.id))
    assert opened.body == SENT.body
    assert opened.headers == {"x-kept": "v" * 1000}


def test_a_body_moved_to_another_row_does_not_open(database: Database) -> None:
    store = Deliveries(database, VAULT)
    one, two = (store.put("github", "s", name, SENT, ()) for name in ("d-1", "d-2"))
    with database.session(write=True) as session:
        sealed = session.scalar(select(DeliveryRow.sealed).where(DeliveryRow.id == one.id))
        session.execute(update(DeliveryRow).where(DeliveryRow.id == two.id).values(sealed=sealed))
    with pytest.raises(SealBroken):
        store.opened(store.find(two.id))


def test_a_try_is_counted_and_what_is_done_is_done(database: Database) -> None:
    store = Deliveries(database, VAULT)
    kept = store.put("github", "s", "d-1", SENT, ())
    for wanted in (1, 2):
        row = store.begin(kept.id)
        assert row is not None
        assert row.attempts == wanted
    store.finish(kept.id, "why")
    assert store.begin(kept.id) is None
    assert (store.find(kept.id).state, store.find(kept.id).error) == ("failed", "why")
    assert store.again(kept.id).state == "waiting"
    with pytest.raises(NotFound):
        store.again("nothing")
    later = Deliveries(database, VAULT, lambda: utc_now() + timedelta(minutes=3))
    assert (store.forgotten(), later.forgotten()) == ([], [kept.id])
