"""Pages as people meet them: typed into, clicked and looked at in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from khsearch import Document, Index
from khsearch.web import create_app
from tests.web import archive
from tests.web.archive import PEOPLE, SECTIONS, VILLAGE
from tests.web.browser import CHROMIUM, FLAGS, PHONE, SHOTS, WIDE, served

playwright = pytest.importorskip(
    "playwright.sync_api", reason="playwright is not installed: pip install 'khsearch[dev]'"
)
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: apt-get install chromium"),
    pytest.mark.slow,
]
expect = playwright.expect

EVIL = "<img src=x onerror=alert(1)><script>alert(2)</script>"
VIEWS = {
    "start": "",
    "results": f"?q={quote(PEOPLE)}",
    "filtered": f"?q={quote(VILLAGE)}&section={quote(SECTIONS[0])}&section={quote(SECTIONS[1])}&sort=-date",
    "pages": f"?q={quote(VILLAGE)}&offset=10",
    "corrected": f"?q={quote('ជនពីការ')}",
    "looser": f"?q={quote(f'{PEOPLE} {VILLAGE} ស្រូវ')}",
    "nothing": "?q=zzzqqq",
    "document": f"document?id=books%2Freport.pdf&q={quote(VILLAGE)}&mark=3#m3",
    "error": "nothing/here",
    "wrong": "?sort=nothing",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with (
        archive.make(tmp_path_factory.mktemp("archive")) as index,
        served(create_app(index, title="បណ្ណាល័យ")) as address,
    ):
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def look(browser: Any) -> Callable[..., Any]:
    """Open a page in a fresh profile; at the end nothing may have been told in its console, and no dialog opened."""

    @contextmanager
    def opened(address: str, *, failing: bool = False, **options: Any) -> Iterator[Any]:
        options = {"viewport": WIDE, "locale": "km-KH"} | options
        context = browser.new_context(**options)
        context.set_default_timeout(8_000)
        told: list[str] = []
        page = context.new_page()
        page.on("console", lambda message: message.type in ("error", "warning") and told.append(message.text))
        page.on("pageerror", lambda problem: told.append(str(problem)))
        page.on("dialog", lambda dialog: (told.append(dialog.message), dialog.dismiss()))
        page.goto(address)
        yield page
        context.close()
        assert [one for one in told if not (failing and one.startswith("Failed to load resource"))] == []

    return opened


def box(page: Any) -> Any:
    return page.locator("#q")


def keep(page: Any, name: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png", animations="disabled")


def test_results_come_while_one_types(site: str, look: Any) -> None:
    with look(site) as page:
        instant: list[tuple[str, bool]] = []
        page.on(
            "request",
            lambda one: (
                "?q=" in one.url
                and "api" not in one.url
                and instant.append((one.url, "x-khsearch-instant" in one.headers))
            ),
        )
        expect(box(page)).to_be_focused()
        entries = page.evaluate("history.length")
        box(page).press_sequentially(PEOPLE, delay=15)
        expect(page.locator(".hit mark").first).to_be_visible()
        expect(page).to_have_url(re.compile(f"q={quote(PEOPLE)}$"))
        expect(box(page)).to_be_focused()
        assert page.evaluate("document.getElementById('q').selectionStart") == len(PEOPLE)
        assert page.evaluate("history.length") == entries
        assert PEOPLE in page.title()
        expect(page.locator("#say")).to_contain_text("រកឃើញ")
        page.wait_for_timeout(1_600)
        assert [known for _, known in instant].count(False) == 1  # once it was rested on
        assert instant[-1] == (f"{site}?q={quote(PEOPLE)}", False)


def test_completions_are_chosen_by_keys(site: str, look: Any) -> None:
    with look(site) as page:
        box(page).press_sequentially("ពិកា", delay=15)
        options = page.locator("[role=option]")
        expect(options.first).to_be_visible()
        expect(box(page)).to_have_attribute("aria-expanded", "true")
        keep(page, "completions")
        first = options.first.get_attribute("data-text")
        box(page).press("ArrowDown")
        expect(options.first).to_have_attribute("aria-selected", "true")
        assert box(page).get_attribute("aria-activedescendant") == options.first.get_attribute("id")
        box(page).press("ArrowUp")
        expect(box(page)).not_to_have_attribute("aria-activedescendant", re.compile("."))
        box(page).press("Escape")
        expect(options.first).to_be_hidden()
        expect(box(page)).to_have_value("ពិកា")
        box(page).press("ArrowDown")
        expect(options.first).to_be_visible()
        box(page).press("ArrowDown")
        box(page).press("Enter")
        expect(box(page)).to_have_value(first)
        expect(page).to_have_url(re.compile(f"q={quote(first)}"))
        expect(options.first).to_be_hidden()
        box(page).fill("សាលា")
        options.first.click()
        expect(page).to_have_url(re.compile(quote("សាលា")))
        page.locator("#total").click()
        page.keyboard.press("/")
        expect(box(page)).not_to_be_focused()
        page.keyboard.press("Control+k")
        expect(box(page)).to_be_focused()
        page.get_by_label(SECTIONS[0]).focus()
        page.evaluate(KHMER_KEY)
        expect(box(page)).to_be_focused()


def test_an_input_method_has_its_keys(site: str, look: Any) -> None:
    with look(site) as page:
        asked: list[str] = []
        page.on("request", lambda one: asked.append(one.url))
        keys = page.context.new_cdp_session(page)
        keys.send("Input.imeSetComposition", {"text": "ភូ", "selectionStart": 2, "selectionEnd": 2})
        keys.send("Input.imeSetComposition", {"text": VILLAGE, "selectionStart": 4, "selectionEnd": 4})
        keys.send("Input.dispatchKeyEvent", {"type": "keyDown", "key": "Process", "windowsVirtualKeyCode": 229})
        page.wait_for_timeout(200)
        assert not [url for url in asked if "?q=" in url and "api" not in url]
        expect(box(page)).to_have_value(VILLAGE)
        keys.send("Input.insertText", {"text": VILLAGE})
        expect(page.locator(".hit mark").first).to_be_visible()
        expect(box(page)).to_have_value(VILLAGE)


def test_filters_sort_and_pages_can_be_gone_back_from(site: str, look: Any) -> None:
    with look(f"{site}?q={quote(VILLAGE)}&match=strict") as page:
        total = page.locator("#total").inner_text()
        page.get_by_label(SECTIONS[0]).check()
        expect(page.locator(".chip")).to_contain_text(SECTIONS[0])
        expect(page.get_by_label(SECTIONS[0])).to_be_focused()
        assert page.locator("#total").inner_text() != total
        page.locator(".chip").click()
        expect(page.locator("#total")).to_have_text(total)
        page.locator("#sort").select_option("-date")
        expect(page).to_have_url(re.compile("sort=-date"))
        page.evaluate("scrollTo(0, 900)")
        page.locator("a[rel=next]").click()
        expect(page.locator("#total")).to_contain_text("ទំព័រទី ២")
        assert page.evaluate("scrollY") == 0
        page.go_back()
        expect(page).to_have_url(re.compile("sort=-date$"))
        expect(page.locator("a[rel=prev]")).to_have_count(0)
        page.wait_for_function("scrollY > 600")
        page.go_back()
        expect(page.locator("#sort")).to_have_value("")
        page.go_back()
        page.go_back()
        expect(page.locator("#total")).to_have_text(total)
        expect(box(page)).to_have_value(VILLAGE)


def test_enter_makes_an_entry_to_come_back_to(site: str, look: Any) -> None:
    with look(f"{site}?q={quote(PEOPLE)}") as page:
        total = page.locator("#total").inner_text()
        box(page).fill(VILLAGE)
        expect(page).to_have_url(re.compile(quote(VILLAGE)))
        box(page).press("Enter")
        expect(page.locator("#total")).not_to_have_text(total)
        page.go_back()
        expect(box(page)).to_have_value(PEOPLE)
        expect(page.locator("#total")).to_have_text(total)
        page.go_forward()
        expect(box(page)).to_have_value(VILLAGE)


def test_a_screen_reader_can_go_past_the_box(site: str, look: Any) -> None:
    with look(f"{site}?q={quote(PEOPLE)}") as page:
        asked: list[str] = []
        page.on("request", lambda one: asked.append(one.url))
        page.keyboard.press("Tab")
        expect(page.locator(".skip")).to_be_focused()
        expect(page.locator(".skip")).to_be_in_viewport()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()
        page.wait_for_timeout(200)
        assert not [url for url in asked if "?q=" in url]


def test_a_document_leads_from_mark_to_mark_and_back(site: str, look: Any) -> None:
    with look(f"{site}?q={quote(VILLAGE)}&section={quote(SECTIONS[0])}") as page:
        titles = page.locator(".hit h3").all_inner_texts()
        page.locator(".hit h3 a").first.click()
        expect(page.locator("h1")).to_have_text(titles[0])
        total = page.locator(".text mark").count()
        assert total > 2
        loaded = page.evaluate("performance.timeOrigin")
        page.locator("#next").click()
        expect(page.locator("mark.now")).to_have_id("m1")
        for key in ("n", "Alt+ArrowDown"):  # no character alone does anything
            page.keyboard.press(key)
        expect(page.locator("mark.now")).to_have_id("m2")
        expect(page.locator("#at")).to_contain_text("កន្លែងទី ២")
        expect(page.locator("#say")).to_contain_text("កន្លែងទី ២")
        expect(page.locator("mark.now")).to_be_in_viewport()
        page.keyboard.press("Alt+ArrowUp")
        expect(page.locator("mark.now")).to_have_id("m1")
        expect(page.locator("#previous")).to_be_hidden()
        expect(page).to_have_url(re.compile("mark=1#m1"))
        assert page.evaluate("performance.timeOrigin") == loaded
        page.locator(".back a").click()
        assert page.locator(".hit h3").all_inner_texts() == titles
        expect(page.locator(".chip")).to_contain_text(SECTIONS[0])


def test_all_of_it_works_without_javascript(site: str, look: Any) -> None:
    with look(site, java_script_enabled=False) as page:
        box(page).fill(VILLAGE)
        page.get_by_role("button", name="ស្វែងរក").click()
        expect(page.locator(".hit mark").first).to_be_visible()
        page.get_by_label(SECTIONS[0]).check()
        page.locator(".facets .go").click()
        expect(page.locator(".chip")).to_contain_text(SECTIONS[0])
        page.locator("#sort").select_option("-date")
        page.locator(".sort .go").click()
        expect(page).to_have_url(re.compile("sort=-date"))
        page.locator(".chip").click()
        page.locator("a[rel=next]").click()
        expect(page.locator("#total")).to_contain_text("ទំព័រទី ២")
        address = page.url
        page.locator(".hit h3 a").first.click()
        for mark in ("m1", "m2"):
            page.locator("#next").click()
            expect(page.locator("mark.now")).to_have_id(mark)
            expect(page.locator("mark.now")).to_be_in_viewport()
        page.locator(".back a").click()
        assert sorted(page.url.split("?")[1].split("&")) == sorted(
            one for one in address.split("?")[1].split("&") if not one.endswith("=")
        )


def test_a_site_that_is_busy_is_asked_once_more(site: str, look: Any) -> None:
    with look(site, failing=True) as page:
        answers = iter((True, False))

        def busy(route: Any) -> None:
            if next(answers, False):
                route.fulfill(status=503, headers={"Retry-After": "1"}, body="busy")
            else:
                route.continue_()

        page.route(re.compile(r"\?q="), lambda route: route.continue_() if "api" in route.request.url else busy(route))
        box(page).fill(PEOPLE)
        expect(page.locator("#trouble")).to_contain_text("រង់ចាំ")
        expect(page.locator(".hit mark").first).to_be_visible()


def test_a_site_that_is_away_is_seen_to_be_until_it_is_back(site: str, look: Any) -> None:
    with look(f"{site}?q={quote(VILLAGE)}", failing=True) as page:
        total = page.locator("#total").inner_text()
        page.context.set_offline(True)
        box(page).fill(PEOPLE)
        expect(page.locator("#trouble")).to_be_in_viewport()
        expect(page.locator("#trouble")).to_contain_text("ទាក់ទង")
        keep(page, "away")
        page.context.set_offline(False)
        box(page).press("Enter")
        expect(page.locator("#trouble")).to_be_empty()
        expect(page.locator("#total")).not_to_have_text(total)


@pytest.mark.parametrize("language", ["en-US", "km-KH"])
def test_the_language_is_the_browsers_and_can_be_changed(site: str, look: Any, language: str) -> None:
    with look(f"{site}?q={quote(VILLAGE)}", locale=language) as page:
        code = language[:2]
        expect(page.locator("html")).to_have_attribute("lang", code)
        page.locator(".tongue").click()
        other = "km" if code == "en" else "en"
        expect(page.locator("html")).to_have_attribute("lang", other)
        box(page).fill(PEOPLE)
        expect(page).to_have_url(re.compile(f"lang={other}"))
        expect(page.locator("#total")).to_contain_text("រកឃើញ" if other == "km" else "found")


def test_a_mounted_site_stays_below_its_path(tmp_path: Any, look: Any) -> None:
    with (
        archive.make(tmp_path) as index,
        served(Starlette(routes=[Mount("/a/b", create_app(index))]), "/a/b") as address,
        look(address, failing=True) as page,
    ):
        asked: list[str] = []
        page.on("request", lambda one: asked.append(one.url))
        box(page).press_sequentially("ពិកា", delay=15)
        expect(page.locator("[role=option]").first).to_be_visible()
        box(page).press("Enter")
        expect(page.locator(".hit mark").first).to_be_visible()
        page.locator(".hit h3 a").first.click()
        page.locator("#next").click()
        page.locator(".back a").click()
        expect(page.locator(".hit").first).to_be_visible()
        page.goto(f"{address}x/y/z")
        page.locator(".nothing a").click()
        expect(page.locator(".hit").first).to_be_visible()
        assert all(url.startswith(address) for url in asked)


def test_hostile_documents_do_nothing(tmp_path: Any, look: Any) -> None:
    index = Index.create(tmp_path / "evil.idx", fields={"tag": "keyword"})
    with index.writer() as writer:
        for number in range(3):
            writer.add(Document(f"{EVIL}{number}", EVIL + "W" * 500, f"{EVIL} alert " * 9, {"tag": EVIL + "x" * 200}))
    with index, served(create_app(index)) as address, look(f"{address}?q=alert", **PHONE) as page:
        for go in ("", f"{address}document?id={quote(EVIL)}1&q=alert", f"{address}?tag={quote(EVIL + 'x' * 200)}"):
            if go:
                page.goto(go)
            assert page.evaluate("document.querySelectorAll('img, iframe, script:not([src])').length") == 0
            assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.goto(address)
        box(page).press_sequentially("aler", delay=15)
        expect(page.locator("[role=option]").first).to_be_visible()
        assert page.evaluate("document.querySelectorAll('img').length") == 0


LOOKS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "forced": {"forced_colors": "active"},
    "phone": PHONE,
    "narrow": {"viewport": {"width": 320, "height": 640}, "is_mobile": True, "has_touch": True, "locale": "en-US"},
}


@pytest.mark.parametrize("kind", LOOKS)
def test_every_view_is_accessible_and_fits(site: str, look: Any, kind: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    script = Axe().axe_script
    every = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    colours = {"type": "rule", "values": ["color-contrast"]}
    rules = {"light": every, "phone": every, "dark": colours, "forced": colours}.get(kind)
    with look(site, failing=True, bypass_csp=True, **LOOKS[kind]) as page:
        for name, path in VIEWS.items():
            page.goto(site + path)
            if kind in ("phone", "narrow"):
                width = page.viewport_size["width"]
                assert page.evaluate("document.documentElement.scrollWidth") <= width, name
            keep(page, f"{name}-{kind}")
            if rules is None:
                continue
            page.evaluate(script)
            found = page.evaluate("rules => axe.run(document, {runOnly: rules})", rules)
            problems = [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found["violations"]]
            assert not problems, (name, problems)
            assert len(found["passes"]) >= (1 if rules is colours else 20)
        if kind == "phone":
            page.goto(site + VIEWS["filtered"])
            page.locator("summary").first.click()
            expect(page.get_by_label(SECTIONS[0])).to_be_visible()
            keep(page, "filters-phone")
            small = page.evaluate(SMALL)
            assert small == []


KHMER_KEY = """document.activeElement.dispatchEvent(
  new KeyboardEvent("keydown", { key: "\u1780", code: "KeyK", ctrlKey: true, bubbles: true })
)"""
SMALL = """[...document.querySelectorAll("button, select, summary, .value, .chip, .step, .tongue")].filter(one => {
  const box = one.getBoundingClientRect();
  return box.width && box.height < 43.5;
}).map(one => one.outerHTML.slice(0, 100))"""
