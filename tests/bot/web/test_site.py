"""The site as it is built day after day: what stands where, and what is left alone."""

from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest

from bot.errors import SiteError
from bot.model import LANGUAGES, Item, Link, Section
from tests.bot.web.newsroom import MONDAY, Newsroom, newsroom
from tests.conversation import item

EVIL = "</title><script>alert(1)</script>\"'><img src=x onerror=alert(1)>\x00\x0b\ufffe"


class Page(HTMLParser):
    """What a test needs to know of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.ids: set[str] = set()
        self.tags: list[str] = []
        self.handlers: list[str] = []
        self.policy = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.handlers += [name for name in values if name.startswith("on") or name == "style"]
        if tag == "a" or (tag == "link" and values.get("rel") == "alternate"):
            self.links.append(values.get("href", ""))
        elif tag in {"script", "img", "link"}:
            self.loaded.append(values.get("src") or values.get("href", ""))
        if values.get("http-equiv") == "Content-Security-Policy":
            self.policy = values["content"]
        if "id" in values:
            self.ids.add(values["id"])


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Newsroom]:
    async with newsroom(tmp_path) as open_room:
        yield open_room


async def two_days(room: Newsroom) -> None:
    await room.next_day(item("a", "detection"), item("b", "nlp", summary={"zh-CN": "关于翻译。"}))
    await room.next_day(item("c", "cv"))


async def test_every_link_within_the_site_leads_somewhere(room: Newsroom) -> None:
    await two_days(room)
    files = room.files()
    pages = {place: Page(body.decode()) for place, (body, _) in files.items() if ".html" in place}
    assert len(pages) > 3 * 12
    for place, page in pages.items():
        for link in (*page.links, *page.loaded):
            target = urlsplit(urljoin(f"http://site/{place}", link))
            if target.netloc != "site":
                assert target.netloc == "example.org", f"{place} leads to {link}"
                assert link not in page.loaded, f"{place} loads {link}"
                continue
            assert target.path[1:] in files, f"{place} leads to {link}"
            if target.fragment and target.path.endswith(".html"):
                assert target.fragment in pages[target.path[1:]].ids, f"{place}: {link}"


async def test_the_newest_edition_is_in_front_and_each_leads_to_the_next(room: Newsroom) -> None:
    await two_days(room)
    assert "Title of c" in room.page("index.html")
    assert "Title of c" in room.page("en/index.html")
    assert "Title of a" not in room.page("en/index.html")
    first, second = (f"en/issues/2026-11-{day}.html" for day in (17, 18))
    assert 'rel="next" href="../../en/issues/2026-11-18.html"' in room.page(first)
    assert 'rel="prev" href="../../en/issues/2026-11-17.html"' in room.page(second)


async def test_each_language_has_its_words_and_texts(room: Newsroom) -> None:
    await two_days(room)
    page = room.page("zh-CN/issues/2026-11-17.html")
    assert '<html lang="zh-CN">' in page
    assert "关于翻译。" in page
    assert "Summary of a." in page  # there is nothing in Chinese
    assert "往期" in page
    for language in LANGUAGES:
        assert f'hreflang="{language}"' in page or language == "zh-CN"


async def test_a_topic_holds_what_is_below_it(room: Newsroom) -> None:
    await two_days(room)
    page = room.page("en/topics/cv.html")
    assert page.index("Title of c") < page.index("Title of a")
    assert "Title of b" not in page
    assert "Title of a" in room.page("en/topics/detection/2026-11.html")


async def test_a_second_build_writes_nothing(room: Newsroom) -> None:
    await two_days(room)
    before = room.files()
    report = await room.build()
    assert (report.built, report.written, report.removed) == (0, 0, 0)
    assert room.files() == before


async def test_a_new_day_leaves_old_pages_alone_and_a_build_anew_is_the_same(
    room: Newsroom, tmp_path: Path
) -> None:
    await two_days(room)
    before = room.files()
    report = await room.next_day(item("d", "rl"))
    assert report.built == 3 * 2  # the new day, and the one before that now leads on
    after = room.files()
    assert after.keys() > before.keys()
    for place in ("en/issues/2026-11-17.html", "en/topics/nlp.xml", "zh-TW/topics/nlp.html"):
        assert after[place] == before[place]
    builder = await room.talk.app.site_builder(tmp_path / "other")
    await builder.build(room.talk.clock.now())
    other = Newsroom(room.talk, tmp_path / "other").files()
    assert {place: body for place, (body, _) in other.items()} == {
        place: body for place, (body, _) in after.items()
    }


async def test_an_edition_stays_as_it_was_when_its_items_change(room: Newsroom) -> None:
    await two_days(room)
    page = room.page("en/issues/2026-11-18.html")
    await room.talk.fetch(item("c", "cv", code_urls=("https://example.org/code",)))
    (room.folder / ".ribao" / "site.json").unlink()
    await room.build()
    assert room.page("en/issues/2026-11-18.html") == page


async def test_what_an_operator_removes_is_gone_from_the_site(room: Newsroom) -> None:
    await two_days(room)
    stored = await room.talk.app.store.items.find("a")
    assert stored
    gone = f"en/items/{stored.id // 1000}/{stored.id}.html"
    assert "Title of a" in room.page(gone)
    await room.talk.say(f"/remove #{stored.id}", who="me")
    await room.build()
    assert not [place for place, (body, _) in room.files().items() if b"Title of a" in body]
    assert "Title of b" in room.page("en/issues/2026-11-17.html")


async def test_the_sample_gives_way_to_the_first_news(room: Newsroom) -> None:
    await room.build()
    assert "sample edition" in room.page("en/index.html")
    before = room.files("en/items/**/*")
    assert before
    report = await room.next_day(item("a", "cv"))
    assert "sample edition" not in room.page("en/index.html")
    assert report.removed > len(before)
    assert len(room.files("en/items/**/*")) == 1


async def test_the_first_build_goes_back_to_the_installations_first_day(room: Newsroom) -> None:
    await room.talk.app.store.issues.first_day(MONDAY.date())
    await room.talk.fetch(item("a"))
    room.talk.clock.move(3 * (MONDAY - MONDAY.replace(day=15)))
    await room.talk.fetch(item("b"))
    await room.build()
    assert "Title of a" in room.page("en/issues/2026-11-16.html")
    assert "Title of b" in room.page("en/issues/2026-11-19.html")
    assert len(room.files("en/issues/*.html")) == 2


def hostile() -> Item:
    return item(
        "evil",
        "cv",
        section=Section.POSTS,
        title=EVIL,
        authors=(EVIL,),
        venue=EVIL,
        summary={"en": EVIL, "zh-CN": EVIL},
        abstract={"en": EVIL},
        images=("javascript:alert(1)",),
        code_urls=("javascript:alert(1)",),
        links=(Link(EVIL, "javascript:alert(1)"), Link(EVIL, "data:text/html,x")),
    )


async def test_hostile_words_stay_words(room: Newsroom) -> None:
    await room.next_day(hostile())
    for place, (body, _) in room.files("**/*.html").items():
        page = Page(body.decode())
        assert page.tags.count("script") <= 2, place
        assert "img" not in page.tags, place
        assert page.handlers == [], place
        assert not [link for link in page.links if urlsplit(link).scheme not in {"", "https"}]
        assert page.policy.startswith("default-src 'none'; script-src 'self'; ")
        assert b"\x00" not in body
        assert b"\x0b" not in body


async def test_subscribe_links_stand_where_the_accounts_are_known(tmp_path: Path) -> None:
    async with newsroom(tmp_path, telegram="@my_bot", discord="123") as room:
        await room.next_day(item("a", "cv"))
        page = room.page("en/topics/cv.html")
        assert "https://t.me/my_bot?start=cv" in page
        assert "https://discord.com/oauth2/authorize?client_id=123" in page
        assert "/subscribe cv" in page


async def test_with_an_address_of_its_own_a_page_says_so(tmp_path: Path) -> None:
    async with newsroom(tmp_path, base_url="https://news.example.org/ai") as room:
        await room.next_day(item("a", "cv"))
        page = room.page("en/issues/2026-11-17.html")
        address = "https://news.example.org/ai/en/issues/2026-11-17"
        assert f'<link rel="canonical" href="{address}.html">' in page
        assert f'<meta property="og:image" content="{address}.png">' in page
        assert room.files()["en/issues/2026-11-17.png"][0].startswith(b"\x89PNG")


async def test_a_folder_that_cannot_be_written_is_said(room: Newsroom) -> None:
    room.folder.write_text("a file")
    with pytest.raises(SiteError, match="site"):
        await room.build()
