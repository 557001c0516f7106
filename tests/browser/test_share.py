"""Share buttons on somebody else's page: what a visitor gets, and what the page keeps."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import SIX, HostPage, Seen

POST = "https://blog.example/post"
CANONICAL = f'<link rel=canonical href="{POST}">'
LINKS = " ".join(
    f'<a href="{address.format(quote(POST, safe=""))}">{name}</a>'
    for name, address in {
        "Facebook": "https://www.facebook.com/sharer/sharer.php?u={}",
        "X": "https://x.com/intent/tweet?text=Mine&url={}",
        "LinkedIn": "https://www.linkedin.com/sharing/share-offsite/?url={}",
        "WhatsApp": "https://api.whatsapp.com/send?text=Mine%20{}",
        "Telegram": "https://t.me/share/url?url={}&text=Mine",
        "E-mail": "mailto:?subject=Mine&body={}",
    }.items()
)
# Not a function to wait for: a strict policy forbids to make one from a string.
READY = ":is(hb-share, [data-hb]) li"
HREFS = "[...document.querySelectorAll('a[slot]')].map((a) => a.getAttribute('href'))"


def ready(page: Page, address: str) -> None:
    """Open a page and wait for its buttons."""
    page.goto(address)
    page.wait_for_selector(READY, state="attached")


def test_the_pages_links_become_buttons_and_stay_the_pages_links(page: Page, host: HostPage, script: str) -> None:
    ready(page, host.show(f'<hb-share networks="{SIX}">{LINKS}</hb-share>', head=CANONICAL + script))
    assert page.locator("hb-share > a").count() == 6
    assert page.locator("hb-share li svg path").count() == 6
    assert all(quote(POST, safe="") in href and ("Mine" in href or "u=" in href or "linkedin" in href)
               for href in page.evaluate(HREFS))  # fmt: skip
    names = page.evaluate("[...document.querySelectorAll('a[slot]')].map((a) => a.ariaLabel)")
    assert names[0] == "Share on Facebook (opens in a new window)"
    assert names[5] == "Share by e-mail"


@pytest.mark.parametrize(
    "form", ['<hb-share networks="{0}"></hb-share>', '<div data-hb=share data-networks="{0}"></div>']
)
def test_an_empty_element_gets_its_links(page: Page, host: HostPage, script: str, form: str) -> None:
    head = CANONICAL + '<meta property="og:title" content="A &quot;title&quot; + more">' + script
    ready(page, host.show(form.format(SIX), head=head))
    found = page.evaluate(HREFS)
    assert found[1] == f"https://x.com/intent/tweet?text=A%20%22title%22%20%2B%20more&url={quote(POST, safe='')}"
    assert found[5].startswith("mailto:?subject=A%20%22title%22")
    assert page.evaluate("[...document.querySelectorAll('a[slot]')].map((a) => a.target)") == ["_blank"] * 5 + [""]


def test_a_link_about_another_page_is_put_right(page: Page, host: HostPage, script: str) -> None:
    wrong = LINKS.replace("post", "post2")
    ready(page, host.show(f'<hb-share networks="{SIX}">{wrong}</hb-share>', head=CANONICAL + script))
    assert all(quote(POST, safe="") in href and "post2" not in href for href in page.evaluate(HREFS))


@pytest.mark.parametrize(
    ("markup", "shared"),
    [
        ('<hb-share networks="x" url="/other#part">', "{origin}/other#part"),
        ('<link rel="canonical" href="/canon"><hb-share networks="x">', "{origin}/canon"),
        ('<meta property="og:url" content="https://og.example/p"><hb-share networks="x">', "https://og.example/p"),
        ('<hb-share networks="x">', "{origin}/post?a=1"),
    ],
    ids=["attribute", "canonical", "og:url", "location"],
)
def test_what_is_shared(page: Page, host: HostPage, script: str, markup: str, shared: str) -> None:
    ready(page, host.show(markup + script) + "?a=1#comments")
    assert quote(shared.format(origin=host.origin), safe="") in page.evaluate(HREFS)[0]


def test_the_address_follows_a_change_of_route(page: Page, host: HostPage, script: str) -> None:
    ready(page, host.show('<hb-share networks="x facebook"></hb-share>' + script))
    page.evaluate("history.pushState({}, '', '/post/12'); document.title = 'Twelve'")
    page.hover("hb-share a >> nth=0")
    page.wait_for_function("document.querySelector('a').href.includes('Twelve')")
    assert quote(host.origin + "/post/12", safe="") in page.evaluate(HREFS)[0]


def test_late_markup_and_late_changes_come_alive(page: Page, host: HostPage, script: str) -> None:
    page.goto(host.show("<main></main>" + script))
    page.wait_for_function("!!window.handbill?.scan")
    page.evaluate("document.querySelector('main').innerHTML = '<div data-hb=share data-networks=x></div>'")
    page.wait_for_selector(READY)
    page.evaluate("document.querySelector('[data-hb]').dataset.networks = 'reddit email copy'")
    page.wait_for_function("document.querySelector('[data-hb]').shadowRoot.querySelectorAll('li').length == 3")
    assert page.locator("[data-hb] li a, [data-hb] > a").count() == 4  # the page's link to X stays, unseen
    expect(page.locator("a[slot=x]")).to_be_hidden()


def test_links_made_equal_to_the_servers_html_stay_buttons(page: Page, host: HostPage, script: str) -> None:
    """Turbo, Livewire and htmx take away what the server did not say: then too there is a link over each face."""
    ready(page, host.show(f'<hb-share networks="{SIX}">{LINKS}</hb-share>', head=CANONICAL + script))
    page.evaluate("for (const a of document.querySelectorAll('a'))"
                  " for (const n of ['slot', 'rel', 'target', 'aria-label']) a.removeAttribute(n)")  # fmt: skip
    for name in ("Facebook", "LinkedIn"):
        expect(page.get_by_role("link", name=f"Share on {name} (opens in a new window)")).to_be_visible()


def test_a_shadow_root_of_the_pages_own(page: Page, host: HostPage, script: str) -> None:
    page.goto(host.show("<main></main>" + script))
    page.wait_for_function("!!window.handbill?.scan")
    page.evaluate(
        "document.querySelector('main').attachShadow({mode: 'open'}).innerHTML = '<hb-share networks=x></hb-share>'"
    )
    expect(page.locator("main li svg")).to_be_visible()


def test_options_that_nobody_knows_are_a_hint(page: Page, host: HostPage, script: str, seen: Seen) -> None:
    ready(page, host.show('<hb-share networks="x" colour="brand"></hb-share>' + script))
    assert any("colour" in line and "color" in line for line in seen.console)


def test_a_widget_that_nobody_knows_is_left_alone(page: Page, host: HostPage, script: str, seen: Seen) -> None:
    body = '<hb-share networks=x></hb-share><div data-hb="sahre"><a href=/x>A link</a></div>'
    ready(page, host.show(body + script))
    assert any("sahre" in line for line in seen.console)
    assert not seen.errors
    expect(page.get_by_text("A link")).to_be_visible()


def test_loaded_twice_it_works_once(page: Page, host: HostPage, script: str, seen: Seen) -> None:
    ready(page, host.show(f'{script}{script}<hb-share networks="x copy"></hb-share>{script}'))
    page.wait_for_load_state("networkidle")
    assert page.locator("hb-share > a").count() == 2
    assert not seen.errors


def test_when_the_server_is_gone_the_links_are_not(page: Page, host: HostPage, script: str, handbill: str) -> None:
    page.route(handbill + "/widgets/**", lambda route: route.abort())
    page.add_init_script("addEventListener('hb-error', (e) => (window.failed = e.detail))")
    page.goto(host.show(f'<hb-share networks="{SIX}">{LINKS}</hb-share>', head=CANONICAL + script))
    page.wait_for_function("window.failed")
    assert page.evaluate("window.failed.code") == "failed"
    assert page.locator("hb-share a").count() == 6
    expect(page.get_by_text("Facebook")).to_be_visible()


def test_a_mistake_is_told_and_the_links_stay(page: Page, host: HostPage, script: str, seen: Seen) -> None:
    page.add_init_script("addEventListener('hb-error', (e) => (window.failed = e.detail))")
    page.goto(host.show(f'<hb-share networks="facebok">{LINKS}</hb-share>', head=CANONICAL + script))
    page.wait_for_function("window.failed")
    assert page.evaluate("window.failed.code") == "unknown_network"
    assert "facebook" in page.evaluate("window.failed.message")
    expect(page.get_by_text("LinkedIn")).to_be_visible()


def test_without_scripts_every_link_works(browser: Browser, host: HostPage, script: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(host.show(f'<hb-share networks="{SIX}">{LINKS}</hb-share>', head=script))
    links = page.locator("hb-share a")
    assert [links.nth(i).is_visible() and bool(links.nth(i).get_attribute("href")) for i in range(6)] == [True] * 6
    context.close()


def test_words_around_the_links_stay_and_line_breaks_go(page: Page, host: HostPage, script: str) -> None:
    body = f'<hb-share networks="{SIX}">Tell a friend: <p>{LINKS}</p></hb-share>'
    ready(
        page,
        host.show(body + f'<div data-hb=share data-networks="{SIX}"><br>{LINKS}<br></div>', head=CANONICAL + script),
    )
    expect(page.get_by_text("Tell a friend:")).to_be_visible()
    page.wait_for_function("document.querySelector('[data-hb]').shadowRoot?.querySelector('li')")
    assert page.evaluate("document.querySelector('div').offsetHeight") < 60
