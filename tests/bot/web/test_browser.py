"""The site in a real browser: Chromium, through Playwright, with axe-core; on loopback only.

Every page that a test opens is watched: no error on its console, no request to anywhere else.
"""

import asyncio
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from bot.web.serve import serving
from bot.web.site import Site
from tests.bot.sources.server import LoopbackServer, answer
from tests.bot.web.newsroom import newsroom
from tests.bot.web.test_images import build as build_with_images
from tests.bot.web.test_images import image
from tests.bot.web.test_site import hostile
from tests.conversation import item

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

HOST = "127.0.0.1"
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
OFFLINE = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""Without these Chromium asks for its maker's hosts, which a test machine may refuse."""

PHONE_WIDTH, PHONE_HEIGHT = 360, 740
PAGES = (
    "en/index.html",
    "zh-CN/issues/2026-11-17.html",
    "en/topics/index.html",
    "zh-TW/topics/cv.html",
    "en/topics/cv/2026-11.html",
    "en/history/index.html",
    "zh-CN/search/index.html",
    "en/feeds.html",
    "404.html",
)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a site of two days, served as `ribao run` does."""
    started, stop = threading.Event(), threading.Event()
    ports: list[int] = []

    async def build() -> Path:
        pictures = LoopbackServer()
        await pictures.start()
        async with newsroom(tmp_path_factory.mktemp("site"), telegram="my_bot") as room:
            texts = {"en": "A study.", "zh-CN": "用机器学习读图像。"}
            picture = pictures.on("/a.png", answer(image()))
            await room.next_day(item("a", "cv", summary=texts, images=(picture,)), hostile())
            await room.next_day(item("b", "nlp"))
            await build_with_images(room, site=Site(UUID(int=7), telegram="my_bot"))
            await pictures.stop()
            return room.folder

    async def serve() -> None:
        async with serving(await build(), HOST, 0, "en") as port:
            ports.append(port)
            started.set()
            await asyncio.to_thread(stop.wait)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    assert started.wait(60)
    yield f"http://{HOST}:{ports[0]}/"
    stop.set()
    thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    # Loaded here, lest every run of any test does.
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=list(OFFLINE))
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def axe() -> Any:
    module = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
    )
    return module.Axe()


class Watched:
    """A page of a reader who has never been here."""

    def __init__(self, browser: "Browser", site: str, **options: Any) -> None:
        self.site = site
        self.faults: list[str] = []
        context = browser.new_context(
            viewport={"width": PHONE_WIDTH, "height": PHONE_HEIGHT}, **options
        )
        self.page = context.new_page()
        self.page.on("console", lambda m: self._fault(m.type in {"error", "warning"}, m.text))
        self.page.on("pageerror", lambda error: self._fault(True, str(error)))
        self.page.on(
            "request", lambda request: self._fault(not request.url.startswith(site), request.url)
        )

    def _fault(self, is_one: bool, text: str) -> None:
        # That a page is not found is what its test asks for.
        if is_one and "404" not in text:
            self.faults.append(text)

    def open(self, place: str) -> "Page":
        self.page.goto(self.site + place)
        return self.page


@pytest.fixture
def reader(browser: "Browser", site: str) -> Iterator[Watched]:
    watched = Watched(browser, site)
    yield watched
    watched.page.context.close()
    assert watched.faults == []


@pytest.mark.parametrize("place", PAGES)
def test_axe_finds_nothing_and_a_phone_is_wide_enough(
    reader: Watched, axe: Any, place: str
) -> None:
    page = reader.open(place)
    found = axe.run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE_WIDTH


def test_an_item_shows_its_image_from_the_site_itself(reader: Watched, axe: Any) -> None:
    page = reader.open("zh-CN/issues/2026-11-17.html")
    page.locator(".entry", has_text="Title of a").locator(".more a").first.click()
    shown = page.locator(".images img")
    shown.scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('.images img').naturalWidth === 960")
    assert shown.get_attribute("alt") == "图片 1: Title of a"
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE_WIDTH
    found = axe.run(page)
    assert found.violations_count == 0, found.generate_report()


def test_an_item_too_and_in_the_dark(reader: Watched, axe: Any) -> None:
    page = reader.open("en/issues/2026-11-17.html")
    page.click("#theme")
    page.click(".more a >> nth=0")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    found = axe.run(page)
    assert found.violations_count == 0, found.generate_report()


def test_from_the_root_through_topic_and_issue_to_an_item(reader: Watched) -> None:
    page = reader.open("")
    assert page.url.endswith("/en/index.html")
    assert "Title of b" in page.inner_text("main")
    page.click("header >> text=Topics")
    page.click("main >> text=Computer vision >> nth=0")
    page.click("main >> text=Title of a")
    assert "A study." in page.inner_text("main")
    page.click("text=From the issue of")
    assert "#n" in page.url
    assert "Title of a" in page.inner_text("main")


def test_another_language_shows_the_same_page(reader: Watched) -> None:
    page = reader.open("en/issues/2026-11-17.html")
    page.click("text=简体中文")
    assert page.url.endswith("zh-CN/issues/2026-11-17.html")
    assert "用机器学习读图像。" in page.inner_text("main")
    page.click("text=繁體中文")
    assert page.locator("html").get_attribute("lang") == "zh-TW"


def test_the_theme_is_the_systems_until_the_reader_chooses(reader: Watched) -> None:
    page = reader.open("en/index.html")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate(ground)
    assert dark != light
    assert page.locator("#theme").get_attribute("aria-pressed") == "false"
    page.reload()
    assert page.locator("#theme").get_attribute("aria-pressed") == "true"
    page.click("#theme")
    page.reload()
    assert page.evaluate(ground) == light


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        ("機器學習", ["Title of a"]),
        ("机器学习", ["Title of a"]),
        ("TITLE of", ["Title of b", "Title of a"]),
        ("自然语言处理", ["Title of b"]),
        ("itle", []),
        ("a study", []),
    ],
)
def test_the_search_finds_english_and_both_chinese_scripts(
    reader: Watched, words: str, titles: list[str]
) -> None:
    page = reader.open("zh-CN/search/index.html")
    page.fill("#q", words)
    page.press("#q", "Enter")
    expected = f"找到 {len(titles)} 条" if titles else "没有找到"
    page.wait_for_function(
        "text => document.getElementById('status').textContent.startsWith(text)", arg=expected
    )
    assert page.locator("#results a").all_inner_texts() == titles


def test_a_search_has_an_address_and_its_results_lead_to_items(reader: Watched) -> None:
    page = reader.open("en/search/index.html?q=title%20b")
    page.click("#results a")
    assert "Summary of b." in page.inner_text("main")


def test_the_keyboard_reaches_the_content_first(reader: Watched) -> None:
    page = reader.open("en/index.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")


def test_nothing_but_the_search_needs_javascript(browser: "Browser", site: str) -> None:
    watched = Watched(browser, site, java_script_enabled=False)
    page = watched.open("en/index.html")
    assert "Title of b" in page.inner_text("main")
    assert not page.is_visible("#theme")
    page.click("header >> text=Search")
    assert "needs JavaScript" in page.inner_text("main")
    page.context.close()
    assert watched.faults == []


def test_on_paper_there_is_only_what_can_be_read(reader: Watched) -> None:
    page = reader.open("en/issues/2026-11-17.html")
    page.emulate_media(media="print")
    assert not page.is_visible("header nav >> nth=0")
    assert not page.is_visible(".more >> nth=0")
    assert page.is_visible("h3 >> nth=0")


def test_hostile_words_do_nothing(reader: Watched) -> None:
    page = reader.open("en/issues/2026-11-17.html")
    assert "<script>alert(1)</script>" in page.inner_text("main")
    assert page.locator("main img").count() == 0
