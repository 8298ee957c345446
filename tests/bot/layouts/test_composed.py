"""A composed issue in every layout and form: all of it is there, in order, numbered through."""

import json
import re
from dataclasses import replace

import pytest

from adapters.console.render import ConsoleRenderer
from adapters.discord.render import DiscordRenderer
from adapters.telegram.render import TelegramRenderer
from bot.formats.fields import LABEL
from bot.formats.recognise import read_digest
from bot.formats.vocabulary import card_field_of, field_of, is_word_for, section_of
from bot.layouts.arrange import arranged, entries_of
from bot.layouts.catalogue import LAYOUTS, lay_out
from bot.layouts.composed import sheet_of_issue
from bot.layouts.html import to_page
from bot.layouts.markdown import to_markdown
from bot.messages import messages
from bot.model import LANGUAGES, Issue, Section
from tests.adapters.contract import PAPER, TOOL, an_issue


def issue_in(layout: str, language: str = "en") -> Issue:
    course = replace(TOOL, title="A course", url="https://c.example.org/", kind=Section.EDUCATION)
    bare = replace(TOOL, title="A bare title", url="https://b.example.org/", introduction="")
    papers = [replace(PAPER, title=f"Paper {n}", url=f"https://p.example.org/{n}") for n in (1, 2)]
    issue = an_issue(TOOL, course, bare, *papers, language=language)
    return arranged(replace(issue, layout=layout), range(issue.count))[0]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_item_stands_once_in_every_form(layout: str, language: str) -> None:
    issue = issue_in(layout, language)
    document = lay_out(sheet_of_issue(issue))
    forms = {
        "markdown": to_markdown(document),
        "html": to_page(document),
        "console": "\n".join(ConsoleRenderer().render(issue)),
        "telegram": "\n".join(TelegramRenderer().render(issue)),
        "discord": "\n".join(DiscordRenderer().render(issue)),
    }
    for name, text in forms.items():
        for entry in entries_of(issue):
            assert entry.title in text, (name, entry.title)
            assert text.replace("\\", "").count(entry.url) >= 1, (name, entry.url)
    assert [entry.number for entry in entries_of(issue)] == [1, 2, 3, 4, 5]
    assert [piece.number for piece in document.pieces if piece.number] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("renderer", [ConsoleRenderer(), TelegramRenderer(), DiscordRenderer()])
def test_in_chats_a_newsletter_has_the_numbers_that_commands_take(
    renderer: ConsoleRenderer | TelegramRenderer | DiscordRenderer,
) -> None:
    issue = issue_in("newsletter")
    assert "1.1 Paper 1" in to_markdown(lay_out(sheet_of_issue(issue))).replace("\\", "")
    text = "\n".join(renderer.render(issue)).replace("\\", "").replace("*", "")
    text = re.sub("<[^>]*>", "", text)
    for entry in entries_of(issue):
        assert f"{entry.number}. {entry.title}" in text
    assert not re.search(r"\d\.\d+ (Paper|A course)", text)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_arranging_keeps_items_and_what_had_no_room(layout: str) -> None:
    issue = an_issue(*[TOOL, PAPER] * 3)
    laid, ids = arranged(replace(issue, layout=layout), range(10, 16))
    before = {at: entry.title for at, entry in enumerate(entries_of(issue), 10)}
    titles = [entry.title for entry in entries_of(laid)]
    assert [before[item_id] for item_id in ids] == titles
    assert sum(s.left_out for s in laid.sections) == sum(s.left_out for s in issue.sections)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_published_issue_can_be_imported(layout: str, language: str) -> None:
    issue = issue_in(layout, language)
    digest = read_digest(to_markdown(lay_out(sheet_of_issue(issue))))
    assert digest is not None
    assert (digest.layout, digest.language, digest.number) == (layout, language, issue.number)
    assert [e.item.title for e in digest.entries] == [e.title for e in entries_of(issue)]
    assert [e.item.url for e in digest.entries] == [e.url for e in entries_of(issue)]
    assert digest.problems == ()


def test_a_weekly_comment_is_the_editors_own_or_the_introduction() -> None:
    noted = replace(PAPER, note="Worth an hour.", title="Noted")
    issue = replace(an_issue(noted, PAPER), layout="weekly")
    text = to_markdown(lay_out(sheet_of_issue(issue)))
    assert "Worth an hour." in text
    assert text.count(PAPER.introduction) == 1


def test_a_paper_is_introduced_in_both_languages() -> None:
    both = replace(PAPER, original="In English.", introduction="中文简介。")
    text = to_markdown(lay_out(sheet_of_issue(an_issue(both, language="zh-CN"))))
    assert "In English./中文简介。" in text
    digest = read_digest(text)
    assert digest is not None
    assert digest.entries[0].item.summary == {"en": "In English.", "zh-CN": "中文简介。"}


def test_a_supplement_comes_after_the_issue() -> None:
    weekly = replace(issue_in("weekly"), span="2026-W47")
    issue = replace(an_issue(TOOL), supplements=(weekly,))
    for renderer in (ConsoleRenderer(), TelegramRenderer(), DiscordRenderer()):
        text = "\n".join(renderer.render(issue))
        assert text.index("No. 7".replace(".", "")[:2]) < text.index("week 47 of 2026")
        assert "Paper 2" in text


def test_html_is_escaped_and_leads_only_to_the_web() -> None:
    evil = replace(TOOL, title='<b onclick="x">', url="javascript:alert(1)", images=("data:x",))
    page = to_page(lay_out(sheet_of_issue(an_issue(evil))))
    assert "<b " not in page
    assert 'href="javascript' not in page
    assert re.findall(r'src="([^"]*)"', page) == []


def test_footnotes_stand_in_brackets_on_every_platform() -> None:
    issue = issue_in("newsletter")
    for renderer in (ConsoleRenderer(), TelegramRenderer(), DiscordRenderer()):
        text = "\n".join(renderer.render(issue)).replace("\\", "")
        assert "Read it[1]" in text
        assert "[1] " in text


def test_discords_bodies_are_json_with_every_number() -> None:
    payloads = DiscordRenderer().render(issue_in("weekly"))
    text = "".join(json.dumps(json.loads(each), ensure_ascii=False) for each in payloads)
    assert all(f"**{number}\\\\.** " in text for number in range(1, 6))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_the_layouts_are_those_that_importers_know(language: str) -> None:
    say = messages(language)
    fields = ("date", "tasks", "authors", "introduction", "abstract")
    for table in ("card", "item"):
        names = ("published", "tasks", "authors", "introduction", "abstract")
        assert tuple(field_of(say.catalogue[f"{table}.{n}"]) for n in names) == fields  # type: ignore[arg-type]
    others = {"venue": "venue", "note": "note", "links": "links", "section": "section"}
    assert {n: card_field_of(say.catalogue[f"card.{n}"]) for n in others} == others  # type: ignore[arg-type]
    assert field_of(say("card.field")) == "field"
    assert field_of(say("card.code")) == "code"
    assert field_of(say("card.link")) == "url"
    for part in ("past", "related", "contents", "highlights", "references"):
        assert is_word_for(part, str(say.catalogue[f"layout.{part}"])), part
    for kind in Section:
        name = say("layout.others") if kind is Section.OTHER else say(f"section.{kind}")
        assert section_of(name) is kind, name
    assert LABEL.match(f"{say('card.field')}: x")
