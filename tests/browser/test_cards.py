"""The picture playground in a real browser: the picture follows the keys, and all is whole without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, expect

from tests.browser.conftest import Seen, a_free_port, go
from tests.doubles import an_app, serving

WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def open_handbill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An application where anybody may have addresses signed, as `make run` starts it."""
    port = a_free_port()
    app = an_app(tmp_path_factory.mktemp("cards"), base_url=f"http://127.0.0.1:{port}", preview_anonymous="on")
    with serving(app, port) as origin:
        yield origin
    app.extensions["handbill"].close()


@pytest.fixture
def plain(browser: Browser, open_handbill: str) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=False, viewport=NARROW, base_url=open_handbill)  # type: ignore[arg-type]
    yield context.new_page()
    context.close()


def shown(page: Page) -> dict[str, list[str]]:
    """What the picture that is on the screen was drawn from."""
    source = page.locator("#picture").get_attribute("src") or ""
    return parse_qs(urlsplit(source).query)


def drawn_with(page: Page, name: str, value: str) -> None:
    """Wait until the picture shows a value, and is there."""
    page.wait_for_function(
        """([name, value]) => {
          const picture = document.getElementById('picture');
          const asked = new URL(picture.src).searchParams.get(name);
          return asked === value && picture.complete && picture.naturalWidth > 0;
        }""",
        arg=[name, value],
    )


@pytest.mark.parametrize("query", ["", "?layout=code", "?title=A&size=custom&width=9", "?title=x&logo=nonsense"])
def test_axe_finds_nothing_in_either_scheme_at_either_width(page: Page, open_handbill: str, query: str) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{open_handbill}/cards{query}")
    page.wait_for_load_state("networkidle")
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            found = Axe().run(page).response["violations"]
            assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found] == []


def test_the_picture_follows_the_keys(page: Page, seen: Seen, open_handbill: str) -> None:
    page.goto(f"{open_handbill}/cards")
    title = page.get_by_label("Title", exact=True)
    title.fill("")
    title.press_sequentially("Bread first", delay=20)
    drawn_with(page, "title", "Bread first")
    expect(page.locator("#code-address")).to_contain_text("/og/article/")
    expect(page.locator("[data-took]")).to_contain_text("drawn in")
    page.wait_for_url("**title=Bread+first**")
    assert seen.errors == []
    assert seen.console == []


def test_one_drawing_is_asked_for_at_a_time(page: Page, open_handbill: str) -> None:
    page.goto(f"{open_handbill}/cards")
    page.wait_for_load_state("networkidle")
    under_way: list[Request] = []
    most = [0]

    def begun(request: Request) -> None:
        if "/cards/picture" in request.url:
            under_way.append(request)
            most[0] = max(most[0], len(under_way))

    page.on("request", begun)
    page.on("requestfinished", lambda request: under_way.remove(request) if request in under_way else None)
    page.get_by_label("Title", exact=True).press_sequentially("abcdefghijklmnopqrstuvwxyz", delay=5)
    page.wait_for_load_state("networkidle")
    drawn_with(page, "title", page.get_by_label("Title", exact=True).input_value())
    assert most[0] == 1


def test_another_layout_brings_its_sample_and_keeps_my_words(page: Page, open_handbill: str) -> None:
    page.goto(f"{open_handbill}/cards")
    page.get_by_label("Title", exact=True).fill("Mine")
    page.get_by_role("radio", name="Statistic").check(force=True)
    drawn_with(page, "layout", "statistic")
    expect(page.get_by_label("Title", exact=True)).to_have_value("Mine")
    expect(page.get_by_label("Figure")).to_be_visible()
    assert page.get_by_label("Figure").input_value()
    assert shown(page)["value"] == [page.get_by_label("Figure").input_value()]
    page.get_by_role("radio", name="Plain").check(force=True)
    drawn_with(page, "layout", "plain")
    expect(page.get_by_label("Figure")).to_be_hidden()
    assert "value" not in shown(page)


def test_layouts_are_chosen_with_the_arrow_keys(page: Page, open_handbill: str) -> None:
    page.goto(f"{open_handbill}/cards")
    page.locator("[name=layout]:checked").focus()
    page.keyboard.press("ArrowRight")
    drawn_with(page, "layout", "blog")
    assert page.evaluate("document.activeElement.value") == "blog"


def test_a_size_of_ones_own(page: Page, open_handbill: str) -> None:
    page.goto(f"{open_handbill}/cards")
    expect(page.get_by_label("Width")).to_be_hidden()
    page.get_by_label("Size", exact=True).select_option("square")
    drawn_with(page, "size", "square")
    expect(page.locator("#told")).to_contain_text("1200 × 1200")
    page.get_by_label("Size", exact=True).select_option("custom")
    expect(page.get_by_label("Width")).to_have_value("1200")
    page.get_by_label("Width").fill("9")
    expect(page.locator("#wrong-card-width")).to_contain_text("64 to 2400")
    expect(page.get_by_label("Width")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#code-address")).to_have_count(0)
    page.get_by_label("Width").fill("900")
    drawn_with(page, "width", "900")
    expect(page.locator("#wrong-card-width")).to_be_hidden()
    assert page.locator("#picture").evaluate("p => [p.naturalWidth, p.naturalHeight]") == [900, 1200]


def test_a_colour_is_chosen_by_eye_or_by_name(page: Page, open_handbill: str) -> None:
    page.goto(f"{open_handbill}/cards")
    page.get_by_label("Accent, chosen by eye").fill("#00aa55")
    drawn_with(page, "theme.accent", "#00aa55")
    expect(page.get_by_label("Accent", exact=True)).to_have_value("#00aa55")
    page.get_by_label("Accent", exact=True).fill("reddish")
    expect(page.locator("#told")).to_contain_text("theme.accent")


def test_tabs_follow_the_keyboard_and_outlive_a_change(page: Page, open_handbill: str) -> None:
    page.goto(f"{open_handbill}/cards")
    tabs = page.get_by_role("tab")
    assert tabs.all_inner_texts() == ["Address", "Tags", "curl"]
    tabs.first.focus()
    for key, chosen in (("ArrowLeft", 2), ("ArrowRight", 0), ("End", 2), ("Home", 0), ("ArrowRight", 1)):
        page.keyboard.press(key)
        expect(tabs.nth(chosen)).to_be_focused()
        expect(page.get_by_role("tabpanel")).to_have_count(1)
    page.get_by_label("Title", exact=True).fill("Other")
    expect(page.locator("#code-tags")).to_contain_text('content="Other"')
    expect(tabs.nth(1)).to_have_attribute("aria-selected", "true")


def test_the_address_is_copied_and_good(page: Page, open_handbill: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{open_handbill}/cards")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("status")).to_have_text("Copied")
    address = page.evaluate("navigator.clipboard.readText()")
    answer = page.request.get(address)
    assert answer.status == 200
    assert answer.headers["content-type"] == "image/png"


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_picture_is_large_and_stays_in_sight(page: Page, open_handbill: str, size: Any) -> None:
    page.set_viewport_size(size)
    page.goto(f"{open_handbill}/cards")
    page.get_by_label("Description").scroll_into_view_if_needed()
    page.get_by_label("Format").last.scroll_into_view_if_needed()
    box = page.locator("#picture").bounding_box()
    assert box
    assert box["width"] >= min(0.55 * size["width"], 640)
    assert box["y"] >= -1
    assert box["y"] + box["height"] <= size["height"]


def test_a_server_for_api_keys_only_shows_the_command(page: Page, seen: Seen, handbill: str) -> None:
    page.goto(f"{handbill}/cards")
    expect(page.locator("#taken")).to_contain_text("API keys only")
    expect(page.locator("#code-curl")).to_contain_text("Authorization")
    expect(page.get_by_label("Logo")).to_be_disabled()
    page.get_by_label("Title", exact=True).fill("Still drawn")
    drawn_with(page, "title", "Still drawn")
    assert seen.errors == []


# --- with scripts off ---


def test_the_playground_is_whole_without_scripts(plain: Page) -> None:
    plain.goto("/cards")
    assert plain.locator(".needs-script:visible").count() == 0
    plain.get_by_label("Title", exact=True).fill("Fish & bread")
    plain.get_by_role("radio", name="Statistic").check(force=True)
    plain.get_by_label("Size", exact=True).select_option("square")
    go(plain, plain.get_by_role("button", name="Draw it"))
    assert shown(plain)["title"] == ["Fish & bread"]
    assert shown(plain)["layout"] == ["statistic"]
    assert plain.locator("#picture").get_attribute("height") == "1200"
    for which in ("address", "tags", "curl"):
        expect(plain.locator(f"#code-{which}")).to_be_visible()
    assert plain.context.cookies() == []


def test_enter_in_a_field_draws(plain: Page) -> None:
    plain.goto("/cards")
    plain.get_by_label("Site").fill("My site")
    with plain.expect_navigation():
        plain.keyboard.press("Enter")
    assert shown(plain)["site"] == ["My site"]


def test_a_mistake_is_told_at_its_field(plain: Page) -> None:
    plain.goto("/cards?title=A&size=custom&width=9&height=630")
    expect(plain.get_by_label("Width")).to_have_attribute("aria-invalid", "true")
    expect(plain.locator("#wrong-card-width")).to_be_visible()
    expect(plain.get_by_label("Width")).to_have_value("9")
