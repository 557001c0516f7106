"""Feeds on somebody else's page: what can be done with posts, and what comes while the page is open."""

from __future__ import annotations

import io
import re
import wave

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import HostPage, Seen
from tests.browser.feed_site import Server, element, inside, ready, rests_at
from tests.browser.test_promises import CSP, WATCH
from tests.widgets.feeds_with_posts import a_feed, a_post, news


@pytest.fixture
def server(feed_server: Server) -> Server:
    return feed_server


@pytest.fixture
def handbill(server: Server) -> str:
    return server.origin


# --- what can be done ---


def test_more_posts_come_and_the_first_new_one_has_the_focus(
    page: Page, host: HostPage, script: str, server: Server
) -> None:
    page.add_init_script("addEventListener('hb-load', (e) => (window.loaded = e.detail.posts))")
    ready(page, host.show(element(server), head=script))
    page.get_by_role("link", name="More posts").press("Enter")
    expect(page.locator("hb-feed [part=post]")).to_have_count(35)
    assert page.evaluate("window.loaded") == 15
    assert inside(page, "root.activeElement == root.querySelectorAll('article')[20].querySelector('a')")
    assert page.locator(".more").count() == 0
    texts = page.locator("hb-feed footer a").evaluate_all("(all) => all.map((a) => a.href)")
    assert len(set(texts)) >= 34


def test_pictures_in_large_by_keyboard(page: Page, host: HostPage, script: str, server: Server) -> None:
    host.headers["Content-Security-Policy"] = CSP.format(server.origin)
    page.add_init_script(WATCH)
    ready(page, host.show(element(server), head=script))
    second = page.get_by_role("link", name="Picture 2")
    second.press("Enter")
    dialog = page.get_by_role("dialog", name="Picture 2")
    expect(dialog).to_be_visible()
    row = "Math.round(root.querySelector('.row').scrollLeft / innerWidth)"
    rests_at(page, row, 1)
    page.keyboard.press("ArrowRight")
    rests_at(page, row, 2)
    for _ in range(8):  # the focus stays in the dialog
        page.keyboard.press("Tab")
        assert inside(page, "!root.activeElement || !!root.activeElement.closest('dialog')")
    assert dialog.locator("img").count() == 6
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    assert inside(page, "root.activeElement.firstChild.alt") == "Picture 2"
    assert page.evaluate("window.violations") is None


def test_pictures_in_large_by_pointer(page: Page, host: HostPage, script: str, server: Server) -> None:
    ready(page, host.show(element(server), head=script))
    page.get_by_role("link", name="Picture 1").click()
    page.get_by_role("button", name="Previous").click()
    rests_at(page, "Math.round(root.querySelector('.row').scrollLeft / innerWidth)", 5)  # round to the last
    page.get_by_role("button", name="Close").click()
    expect(page.locator("dialog")).to_have_count(0)
    page.get_by_role("link", name="Stalls along the quay").first.click()
    expect(page.get_by_role("button", name="Next")).to_have_count(0)  # a single picture
    page.mouse.click(20, 400)  # beside it
    expect(page.locator("dialog")).to_have_count(0)


def test_sensitive_pictures_are_seen_after_a_click(page: Page, host: HostPage, script: str, server: Server) -> None:
    ready(page, host.show(element(server), head=script))
    veil = page.locator("details").first
    assert veil.evaluate("(e) => getComputedStyle(e, '::details-content').filter") == "blur(24px)"
    assert veil.evaluate("(e) => e.lastChild.inert")
    veil.locator("summary").press("Enter")
    expect(page.get_by_role("link", name="A very tall poster")).to_be_visible()
    expect(veil.locator("> div")).to_have_js_property("inert", False)
    assert veil.evaluate("(e) => getComputedStyle(e, '::details-content').filter") == "none"


def test_a_film_plays_after_a_click_and_not_before(
    page: Page, host: HostPage, script: str, server: Server, seen: Seen
) -> None:
    player = "https://www.youtube-nocookie.com"
    page.context.route(f"{player}/**", lambda route: route.fulfill(content_type="text/html", body="Playing"))
    ready(page, host.show(element(server), head=script))
    page.wait_for_load_state("networkidle")
    assert player not in str(seen.requests)
    film = page.get_by_role("link", name="Play: How the quay was built")
    room = film.bounding_box()
    film.press("Enter")
    expect(page.frame_locator("iframe").get_by_text("Playing")).to_be_visible()
    frame = page.locator("iframe")
    box = frame.bounding_box()
    assert (box["width"], box["height"]) == pytest.approx((room["width"], room["height"]), abs=1)
    assert "allow-top-navigation" not in frame.get_attribute("sandbox")
    assert inside(page, "root.activeElement.localName") == "iframe"


def a_sound() -> bytes:
    """A tenth of a second of silence, which a film's element plays as well."""
    out = io.BytesIO()
    with wave.open(out, "wb") as made:
        made.setparams((1, 1, 8000, 800, "NONE", ""))
        made.writeframes(b"\x80" * 800)
    return out.getvalue()


@pytest.mark.parametrize("place", ["/widgets/feed/frame?feed={0}", "/builder?widget=feed&feed={0}"])
def test_a_film_plays_from_its_own_host_after_a_click(page: Page, server: Server, seen: Seen, place: str) -> None:
    host = "https://video.example.org"
    page.context.route(f"{host}/**", lambda route: route.fulfill(content_type="audio/wav", body=a_sound()))
    page.goto(server.origin + place.format(server.feed.id))
    film = page.get_by_role("link", name="Play: Bread is baked")
    expect(film).to_be_attached()
    page.wait_for_load_state("networkidle")
    assert host not in str(seen.requests)
    film.click()
    playing = page.locator("video")
    expect(playing).to_have_js_property("ended", True)
    assert [url for url in seen.requests if url.startswith(host)] == [f"{host}/clip.mp4"]
    assert not [line for line in seen.console if "Security" in line]


def test_what_cannot_be_played_here_opens_its_page(page: Page, host: HostPage, script: str, server: Server) -> None:
    host.headers["Content-Security-Policy"] = CSP.format(server.origin)  # no media-src
    ready(page, host.show(element(server), head=script))
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Play: Bread is baked").click()
    assert opened.value.url.startswith(("https://example.social/", "about:blank", "chrome-error:"))
    expect(page.get_by_role("link", name="Play: Bread is baked")).to_be_visible()


def test_a_carousel_by_keys_buttons_and_fingers(page: Page, host: HostPage, script: str, server: Server) -> None:
    ready(page, host.show(element(server, "carousel"), head=script))
    at = "Math.round(root.querySelector('.posts').scrollLeft / root.querySelector('li').offsetWidth)"
    page.get_by_role("button", name="Next").click()
    rests_at(page, at, 1)
    page.locator(".posts").focus()
    page.keyboard.press("ArrowRight")
    rests_at(page, at, 2)
    page.get_by_role("button", name="Previous").click()
    rests_at(page, at, 1)
    assert page.get_by_role("button", name="Pause").count() == 0  # nothing moves by itself
    style = "getComputedStyle(root.querySelector('.posts'))"
    assert inside(page, f"{style}.overflowX + ' ' + {style}.scrollSnapType") == "auto x mandatory"  # fingers swipe


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_a_ticker_moves_until_it_is_stopped(
    page: Page, host: HostPage, script: str, server: Server, direction: str
) -> None:
    start = f"<main dir={direction} lang={'ar' if direction == 'rtl' else 'en'}>"
    ready(page, host.show(f"{start}{element(server, 'ticker')}</main><p>More", head=script))
    at = "Math.abs(root.querySelector('.posts').scrollLeft)"

    def moves() -> bool:
        before = inside(page, at)
        page.wait_for_timeout(400)
        return bool(inside(page, at) != before)

    def moves_again() -> bool:
        """A busy machine may leave a page without a frame for a while."""
        return any(moves() for _ in range(20))

    assert moves_again()
    page.hover(".posts")
    assert not moves()
    page.mouse.move(5, 600)
    assert moves_again()
    page.locator(".posts a").first.focus()
    assert not moves()
    toggle = page.locator(".bar button")
    name = toggle.get_attribute("aria-label")
    toggle.click()
    page.mouse.move(5, 600)
    assert not moves()
    assert toggle.get_attribute("aria-label") != name
    toggle.click()
    page.mouse.move(5, 600)
    assert moves_again()


def test_who_wants_less_motion_has_none(browser: Browser, host: HostPage, script: str, server: Server) -> None:
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    ready(page, host.show(element(server, "ticker"), head=script))
    page.wait_for_timeout(500)
    assert inside(page, "root.querySelector('.posts').scrollLeft") == 0
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    context.close()


def test_a_ticker_never_ends(page: Page, host: HostPage, script: str, server: Server) -> None:
    ready(page, host.show(element(server, "ticker", count="5"), head=script))
    first = page.locator("li").first.inner_text()
    inside(page, "root.querySelector('.posts').scrollLeft = root.querySelector('li').offsetWidth - 10")
    expect(page.locator("li").last).to_have_text(re.compile(re.escape(first[:12])))


# --- while the page is open ---


def test_news_wait_behind_a_button(page: Page, host: HostPage, script: str, server: Server) -> None:
    page.clock.install()
    page.route("**/widgets/**", lambda route: route.continue_())  # nothing from the browser's cache
    feed = a_feed(server.app, [a_post(n) for n in range(3)])
    ready(page, host.show(f'<hb-feed feed="{feed.id}"></hb-feed>', head=script))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    news(
        server.app,
        feed,
        a_post(50, time=a_post(0).time, text="Fresh from the quay", html="<p>Fresh from the quay</p>"),
    )
    page.clock.run_for("04:00")
    assert not asked
    page.clock.run_for("01:30")
    page.get_by_role("button", name="New posts").click()
    expect(page.get_by_text("Fresh from the quay")).to_be_visible()
    expect(page.locator("[part=post]")).to_have_count(4)
    expect(page.get_by_role("button", name="New posts")).to_have_count(0)
    assert len(asked) == 1


def test_a_server_in_trouble_takes_nothing_away(
    page: Page, host: HostPage, script: str, server: Server, seen: Seen
) -> None:
    page.clock.install()
    page.add_init_script("addEventListener('hb-error', (e) => (window.failed = e.detail))")
    ready(page, host.show(element(server), head=script))
    page.route("**/widgets/**", lambda route: route.abort())
    page.clock.run_for("11:00")
    page.get_by_role("link", name="More posts").click()
    page.wait_for_function("window.failed")
    assert page.evaluate("window.failed.code") == "http_0"
    expect(page.locator("[part=post]")).to_have_count(20)
    expect(page.get_by_role("link", name="More posts")).to_be_visible()
    page.unroute("**/widgets/**")
    page.get_by_role("link", name="More posts").click()
    expect(page.locator("[part=post]")).to_have_count(35)
    assert not seen.errors


def test_a_live_feed_hears_at_once(page: Page, host: HostPage, script: str, server: Server) -> None:
    feed = a_feed(server.app, [a_post(n) for n in range(3)])
    with page.expect_request(f"**/api/v1/feeds/{feed.id}/events?since=*"):
        ready(page, host.show(f'<hb-feed feed="{feed.id}" live></hb-feed>', head=script))
    news(server.app, feed, a_post(51, time=a_post(0).time, text="Heard at once", html="<p>Heard at once</p>"))
    page.get_by_role("button", name="New posts").click()
    expect(page.get_by_text("Heard at once")).to_be_visible()


@pytest.mark.parametrize("feed", ["nothere", ""])
def test_without_a_feed_the_pages_own_link_stays(
    page: Page, host: HostPage, script: str, seen: Seen, handbill: str, feed: str
) -> None:
    page.add_init_script("addEventListener('hb-error', (e) => (window.failed = e.detail))")
    page.goto(host.show(f'<hb-feed feed="{feed}"><a href="/there">Our posts</a></hb-feed>', head=script))
    page.wait_for_function("window.failed")
    assert page.evaluate("window.failed.code") == ("http_404" if feed else "http_422")
    expect(page.get_by_role("link", name="Our posts")).to_be_visible()
    assert not seen.errors
