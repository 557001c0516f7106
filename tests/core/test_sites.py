"""Sites: what may be registered, who is let in by which secret, and how secrets are replaced."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, select

from core.database import Database
from core.errors import Invalid, NotFound
from core.sites import SecretRow, Site, SiteRow, Sites

START = datetime(2026, 11, 22, 23, 59, tzinfo=UTC)
# given -> as a browser sends it
ORIGINS = [
    ("https://example.org", "https://example.org"),
    ("HTTPS://Example.ORG:443/", "https://example.org"),
    ("http://example.org:80", "http://example.org"),
    ("http://localhost:3000", "http://localhost:3000"),
    ("https://example.org:8443", "https://example.org:8443"),
    ("https://bücher.example", "https://xn--bcher-kva.example"),
    ("https://例え.テスト", "https://xn--r8jz45g.xn--zckzah"),
    (" https://example.org ", "https://example.org"),
    ("http://[2001:DB8::1]:8080", "http://[2001:db8::1]:8080"),
]
NO_ORIGINS = [
    "", "null", "*", "https://*", "https://*.example.org", "example.org", "//example.org", "https:example.org",
    "https:\\\\example.org", "https://", "ftp://example.org", "file:///etc/passwd", "javascript://example.org",
    "https://user@example.org", "https://user:pass@example.org", "https://example.org/blog", "https://example.org/?q",
    "https://example.org?", "https://example.org#", "https://example.org/#a", "https://exa mple.org",
    "https://exam\nple.org", "https://exam\tple.org", "https://example.org:99999", "https://" + "a" * 2100,
    "https://example.org, https://other.example", "https://exa\0mple.org", "https://\u202eexample.org",
    "https://example.org;sandbox", "https://exam'ple.org",
]  # fmt: skip
RETURNS = [
    "https://example.org/cb", "http://127.0.0.1:5000/cb?x=1&y=%20", "https://example.org", "https://Example.org/Cb",
    "https://example.org/" + "a" * 2000,
]  # fmt: skip
NO_RETURNS = [
    "", "/cb", "example.org/cb", "https://example.org/cb#", "https://example.org/cb#frag", "javascript:alert(1)",
    "myapp://cb", "https://u:p@example.org/cb", "https://*.example.org/cb", "https://example.org/c b",
    "https://example.org\\@evil.example/", "https://example.org/\r\nLocation:x", "https://example.org/" + "a" * 2049,
    "https://example.org;sandbox/cb", "https://a,b.example/cb",
]  # fmt: skip


class Clock:
    """The time, moved by hand."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at

    def seconds(self) -> float:
        return self.at.timestamp()

    def pass_(self, **span: float) -> None:
        self.at += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sites(database: Database, clock: Clock) -> Sites:
    return Sites(database, now=clock.now, clock=clock.seconds)


def add(sites: Sites, name: str = "Blog", **more: object):
    given = {"origins": ["https://blog.example"], "return_to": ["https://blog.example/cb"], **more}
    return sites.add(name, **given)


def test_a_new_site_is_found_by_all_it_was_given(sites: Sites) -> None:
    new = add(sites, logout_return_to=["https://blog.example/bye"])
    assert sites.by_key(new.key) == sites.by_api_key(new.api_key) == new.site
    assert sites.all() == [new.site]
    assert sites.check_client_secret(new.client_id, new.client_secret or "")
    assert new.site.logout_return_to == ("https://blog.example/bye",)
    assert new.api_key.startswith("hbk_")
    assert (new.client_secret or "").startswith("hbs_")


def test_a_site_is_changed_as_a_whole_or_not_at_all(sites: Sites) -> None:
    new = add(sites)
    with pytest.raises(Invalid) as caught:
        sites.change(new.key, {"clicks": True}, name="Notes", origins=["https://notes.example", "no origin"])
    assert caught.value.field == "origin"
    assert sites.by_key(new.key) == new.site
    site = sites.change(new.key, {"clicks": True}, name=" Notes ", origins=["HTTPS://Notes.example"], return_to=[])
    assert (site.name, site.origins, site.return_to, site.options.clicks) == (
        "Notes", ("https://notes.example",), (), True,
    )  # fmt: skip
    assert sites.by_key(new.key) == site == sites.by_api_key(new.api_key)


def test_a_removed_site_is_gone_with_its_secrets(sites: Sites, database: Database) -> None:
    new, other = add(sites), add(sites)
    sites.remove(new.key)
    assert sites.by_key(new.key) is sites.by_api_key(new.api_key) is sites.by_client_id(new.client_id) is None
    assert not sites.check_client_secret(new.client_id, new.client_secret or "")
    with database.session() as session:
        assert {row.site_key for row in session.scalars(select(SecretRow))} == {other.key}
    for key in (new.key, "no key"):
        with pytest.raises(NotFound):
            sites.remove(key)


def test_keys_are_url_safe_and_differ(sites: Sites) -> None:
    made = [add(sites) for _ in range(3)]
    tokens = [t for new in made for t in (new.key, new.client_id, new.client_secret or "", new.api_key)]
    assert len(set(tokens)) == 12
    assert all(t.replace("_", "").replace("-", "").isalnum() and t.isascii() for t in tokens)
    assert [site.name for site in sites.all()] == ["Blog"] * 3


def test_no_secret_is_stored_or_shown(sites: Sites, database: Database) -> None:
    new = add(sites)
    with database.session() as session:
        kept = str([vars(row) for model in (SiteRow, SecretRow) for row in session.scalars(select(model))])
    for secret in (new.api_key, new.client_secret or ""):
        assert secret not in kept
        assert secret not in repr(new)


def test_a_public_client_has_no_secret(sites: Sites) -> None:
    new = add(sites, public=True)
    assert new.client_secret is None
    assert not sites.check_client_secret(new.client_id, "")
    with pytest.raises(Invalid) as caught:
        sites.rotate(new.key, "client")
    assert caught.value.field == "which"


@pytest.mark.parametrize(("given", "normal"), ORIGINS)
def test_origins_are_kept_as_browsers_send_them(given: str, normal: str) -> None:
    database = memory()
    site = add(Sites(database), origins=[given, normal]).site
    assert site.origins == (normal,)
    assert site.allows_origin(normal)
    assert not site.allows_origin(normal + "0")
    assert not site.allows_origin("null")


@pytest.mark.parametrize("given", NO_ORIGINS)
def test_what_is_no_origin_is_refused(given: str) -> None:
    check_refused("origin", origins=["https://good.example", given])


@pytest.mark.parametrize("given", RETURNS)
def test_return_addresses_are_kept_to_the_letter(given: str) -> None:
    assert add(Sites(memory()), return_to=[given]).site.return_to == (given,)


@pytest.mark.parametrize("given", NO_RETURNS)
@pytest.mark.parametrize("label", ["return_to", "logout_return_to"])
def test_what_is_no_return_address_is_refused(given: str, label: str) -> None:
    check_refused(label, **{label: [given]})


@pytest.mark.parametrize("name", ["", "   ", "a" * 101, "tab\there", "nul\0", "line\nbreak", "\u202eflipped"])
def test_names_are_short_and_printable(name: str) -> None:
    check_refused("name", name=name)


def test_names_in_any_script_are_kept(sites: Sites) -> None:
    assert add(sites, name=" Ünïcödé 日本語 👋 ").site.name == "Ünïcödé 日本語 👋"
    assert len(add(sites, name="a" * 100).site.name) == 100


def test_too_many_addresses_are_refused() -> None:
    check_refused("origin", origins=[f"https://s{n}.example" for n in range(101)])


def memory() -> Database:
    """A database for tests of what never differs by engine."""
    from core.schema import ensure

    database = Database("sqlite://")
    ensure(database)
    return database


def check_refused(label: str, name: str = "Blog", **more: object) -> None:
    sites = Sites(memory())
    with pytest.raises(Invalid) as caught:
        add(sites, name, **more)
    assert caught.value.field == label
    assert sites.all() == []


@pytest.mark.parametrize("token", ["", "hbk_", "hbk_wrong", "hbs_x", "Bearer hbk_x", "hbk_\0", "hbk_\udcff", "ключ"])
def test_wrong_tokens_open_nothing(sites: Sites, token: str) -> None:
    new = add(sites)
    assert sites.by_api_key(token) is None
    assert not sites.check_client_secret(new.client_id, token)
    assert not sites.check_client_secret(token, new.client_secret or "")


def test_one_kind_of_secret_is_not_taken_for_the_other(sites: Sites) -> None:
    one, other = add(sites), add(sites)
    assert sites.by_api_key(one.client_secret or "") is None
    assert not sites.check_client_secret(one.client_id, one.api_key)
    assert not sites.check_client_secret(one.client_id, other.client_secret or "")


@pytest.mark.parametrize("key", ["", "nobody", "x" * 5000, "\0" * 12, "../etc/passw", "абвгдежзиклм"])
def test_what_cannot_be_a_key_is_nobodys(sites: Sites, key: str) -> None:
    assert sites.by_key(key) is None
    for act in (lambda: sites.configure(key, clicks=True), lambda: sites.rotate(key, "api")):
        with pytest.raises(NotFound):
            act()


@pytest.mark.parametrize("which", ["api", "client"])
def test_an_old_secret_lives_through_the_overlap(sites: Sites, clock: Clock, which: str) -> None:
    new = add(sites)
    old = new.api_key if which == "api" else new.client_secret or ""

    def opens(secret: str) -> bool:
        return (
            sites.by_api_key(secret) == new.site
            if which == "api"
            else sites.check_client_secret(new.client_id, secret)
        )

    fresh = sites.rotate(new.key, which, timedelta(hours=24))
    assert opens(old)
    assert opens(fresh)
    clock.pass_(hours=23, minutes=59)
    assert opens(old)
    clock.pass_(minutes=1)
    assert not opens(old)
    assert opens(fresh)


def test_a_second_rotation_ends_the_first_and_never_lengthens_a_life(sites: Sites, clock: Clock) -> None:
    new = add(sites)
    second = sites.rotate(new.key, "api", timedelta(hours=1))
    third = sites.rotate(new.key, "api", timedelta(hours=5))
    clock.pass_(hours=1)
    assert [sites.by_api_key(k) is not None for k in (new.api_key, second, third)] == [False, True, True]
    last = sites.rotate(new.key, "api", timedelta(0))
    assert [sites.by_api_key(k) is not None for k in (second, third, last)] == [False, False, True]


def test_ended_secrets_are_swept_away(sites: Sites, clock: Clock, database: Database) -> None:
    new = add(sites, public=True)
    for _ in range(4):
        sites.rotate(new.key, "api", timedelta(hours=1))
        clock.pass_(hours=2)
    with database.session() as session:
        assert len(list(session.scalars(select(SecretRow)))) == 2


@pytest.mark.parametrize(
    ("which", "overlap", "field"), [("other", timedelta(1), "which"), ("api", timedelta(-1), "overlap")]
)
def test_a_rotation_that_makes_no_sense(sites: Sites, which: str, overlap: timedelta, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        sites.rotate(add(sites).key, which, overlap)
    assert caught.value.field == field


def test_the_day_of_the_last_use_is_noted_once_a_day(sites: Sites, clock: Clock, database: Database) -> None:
    new = add(sites)
    written: list[str] = []
    event.listen(
        database.engine, "before_cursor_execute", lambda *a: written.append(a[2]) if "UPDATE" in a[2] else None
    )
    days = []
    for minutes in (0, 0.5, 1, 60):
        clock.pass_(minutes=minutes)
        assert sites.by_api_key(new.api_key)
        with database.session() as session:
            days.append(session.scalars(select(SecretRow.last_used).where(SecretRow.kind == "api")).one())
    assert days == ["2026-11-22", "2026-11-22", "2026-11-23", "2026-11-23"]
    assert len(written) == 2


def test_options_are_kept_and_others_left_alone(sites: Sites) -> None:
    new = add(sites)
    assert new.site.options.clicks is False
    sites.configure(new.key, clicks=True)
    site = sites.configure(new.key, clicks_minimum=3, preview_hosts=["Bücher.example", "example.org", "example.org"])
    assert site == sites.by_key(new.key)
    assert (site.options.clicks, site.options.clicks_minimum) == (True, 3)
    assert site.options.preview_hosts == ("xn--bcher-kva.example", "example.org")


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("clicks", "yes"), ("clicks", 1), ("clicks", None), ("clicks_minimum", 0), ("clicks_minimum", -1),
        ("clicks_minimum", True), ("clicks_minimum", "10"), ("clicks_minimum", 10**9), ("preview_hosts", "a.example"),
        ("preview_hosts", 5), ("preview_hosts", [5]), ("preview_hosts", ["https://example.org"]),
        ("preview_hosts", ["*.example.org"]), ("preview_hosts", ["example.org:80"]), ("preview_hosts", [""]),
        ("preview_hosts", ["a b"]), ("preview_hosts", ["u@example.org"]),
    ],
)  # fmt: skip
def test_option_values_that_will_not_do(option: str, value: object) -> None:
    sites = Sites(memory())
    new = add(sites)
    with pytest.raises(Invalid) as caught:
        sites.configure(new.key, **{option: value})
    assert caught.value.field == option
    assert sites.by_key(new.key) == new.site


def test_an_unknown_option_is_answered_with_the_nearest(sites: Sites) -> None:
    with pytest.raises(Invalid, match="Did you mean clicks_minimum") as caught:
        sites.configure(add(sites).key, click_minimum=3)
    assert caught.value.field == "click_minimum"


def test_an_option_that_a_newer_program_wrote_is_passed_over(sites: Sites, database: Database, clock: Clock) -> None:
    new = add(sites)
    with database.session() as session:
        session.get_one(SiteRow, new.key).options = {"clicks": True, "tomorrow": 1}
    assert Sites(database).by_key(new.key).options.clicks  # type: ignore[union-attr]


def test_a_site_is_read_once_in_some_seconds(sites: Sites, clock: Clock, database: Database) -> None:
    new = add(sites)
    asked: list[str] = []
    event.listen(
        database.engine, "before_cursor_execute", lambda *a: asked.append(a[2]) if "FROM sites" in a[2] else None
    )
    for _ in range(10):
        assert sites.by_key(new.key)
    assert len(asked) == 1
    clock.pass_(seconds=5)
    sites.by_key(new.key)
    assert len(asked) == 2


def test_what_this_process_changes_it_knows_at_once_and_others_soon(
    sites: Sites, database: Database, clock: Clock
) -> None:
    new = add(sites)
    other = Sites(database, now=clock.now, clock=clock.seconds)
    assert other.by_key(new.key) == new.site
    changed = sites.configure(new.key, clicks=True)
    assert sites.by_key(new.key) == changed
    clock.pass_(seconds=5)
    assert other.by_key(new.key) == changed


def test_threads_read_while_one_writes(sites: Sites) -> None:
    new, wrong = add(sites), []

    def read() -> None:
        for _ in range(200):
            site = sites.by_key(new.key)
            if not isinstance(site, Site):
                wrong.append(site)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for n in range(1, 6):
        assert sites.configure(new.key, clicks_minimum=n) == sites.by_key(new.key)
    for thread in threads:
        thread.join()
    assert wrong == []
