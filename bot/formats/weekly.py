"""The weekly issue: numbered topics, and in each papers and articles with a comment.

Two kinds of items, told apart in each section by whether it has headings of its own::

    # 1. Topic                             # 1. Topic
    [headline](address) — [host](address)  # Headline
    ![](image)                             ![](image)
    [2109.10686] Title of the paper        *Title of the paper*
    Comment                                [address](address)
                                           Comment
"""

import re
from collections.abc import Sequence
from typing import ClassVar

from bot.formats.draft import Draft
from bot.formats.fields import take_card_line
from bot.formats.inline import Span
from bot.formats.lines import Kind, Line
from bot.formats.links import is_address, is_code, is_host
from bot.formats.navigation import is_navigation, pointers, words_around
from bot.formats.numbers import week_of
from bot.formats.reader import Reader
from bot.formats.vocabulary import is_word_for, section_of, speaks_of
from bot.formats.weekly_plan import DASHES, SECTION, plan_of, told_plan
from bot.model import Section

PAPER_ID = re.compile(
    r"\s*[\[【]\s*(?:arxiv\s*:\s*)?(\d{4}\.\d{4,5})(?:v\d+)?\s*[\]】]\s*(.*)",
    re.IGNORECASE | re.DOTALL,
)
_HOST_IN_BRACKETS = re.compile(r"[【\[（(]\s*([\w.\s-]{3,60})\s*[】\]）)]")
_FROM_DAY = re.compile(r"(?<!\d)(\d{1,2})\s*月\s*(\d{1,2})\s*日")


class WeeklyReader(Reader):
    layout: ClassVar[str] = "weekly"

    def __init__(self, lines: Sequence[Line], text: str) -> None:
        super().__init__(lines, text)
        self._plan = told_plan(self.lines) if self.told else plan_of(self.lines)
        self._at = 0
        self._section_line = 0
        self._place = "head"
        self._head_list = ""
        self._headings: tuple[str, ...] = ()
        self._item: Draft | None = None
        self._by_headings = False
        self._section = Section.OTHER

    def read(self) -> None:
        for at, line in enumerate(self.lines):
            self._at = at
            if line.kind is Kind.MATTER:
                self.matter(line)
            elif line.kind is Kind.RULE:
                self._head_list = ""
            elif line.kind is Kind.HEADING:
                self._on_heading(at, line)
            elif self._place == "head":
                self._on_head(line)
            elif self._place == "section":
                self._on_section(line)
            else:
                self._on_end(line)
        self._end_section()
        self._date()

    def _end_section(self) -> None:
        if self._place == "section":
            self.report_if_empty(self._section_line, self._headings)

    # The head.

    def _on_head(self, line: Line) -> None:
        if self.is_source(line):
            return
        listed = line.kind in {Kind.BULLET, Kind.ORDERED}
        outward = any(not span.url.startswith("#") for span in line.inline.links)
        if listed and outward and self._head_list != "contents":
            self.highlight(line)
        elif listed and (line.kind is Kind.ORDERED or self._head_list == "contents"):
            matched = SECTION.fullmatch(line.plain)
            self.contents.append(matched[2] if matched else line.plain)
        else:
            self.absorb(line, self.introduction)

    # Headings.

    def _on_heading(self, at: int, line: Line) -> None:
        what = self._plan.get(at)
        if what == "title":
            self.title = line.plain
        elif what == "section":
            self._end_section()
            self._place, self._item = "section", None
            self._headings, self._section_line = (line.plain,), line.number
            self._section = section_of(line.plain) or Section.OTHER
            self._by_headings = any(self._plan.get(i) == "item" for i in self._until_next(at + 1))
        elif what == "item":
            self._begin(line, line.plain)
            for span in line.inline.links:
                self._item_now().take_link(span, line.number)
        elif self._place == "head":
            self._head_heading(line)
        else:
            self._end_section()
            self._place, self._item = "end", None
            self._headings = (line.plain,)
            self.closing.add(line.plain, gap=True)

    def _until_next(self, at: int) -> range:
        end = at
        while end < len(self.lines) and self._plan.get(end) not in {"section", "end"}:
            end += 1
        return range(at, end)

    def _head_heading(self, line: Line) -> None:
        if is_word_for("contents", line.plain) or speaks_of("contents", line.plain):
            self._head_list = "contents"
        elif speaks_of("highlights", line.plain):
            self._head_list = "highlights"
        else:
            self._head_list = ""
            self.absorb(line, self.introduction)

    # Items.

    def _item_now(self) -> Draft:
        if self._item is None:
            raise AssertionError("an item was begun")
        return self._item

    def _begin(self, line: Line, title: str) -> None:
        self._item = Draft(line.number, self._headings, title)
        self._item.images += line.inline.images
        self.drafts.append((self._item, self._section))

    def _on_section(self, line: Line) -> None:
        if self.told and self._item and take_card_line(line, self._item, self.report):
            return
        headline = None if self._by_headings else _headline(line)
        if headline is not None:
            self._begin(line, headline)
            for span in line.inline.links:
                self._take_link(span, line.number)
        elif line.card:
            self._on_card(line)
        elif match := _paper_id(line):
            self._on_paper(line, match)
        elif self._item is None:
            self._without_item(line)
        else:
            self._on_body(line, self._item)

    def _without_item(self, line: Line) -> None:
        """In a section without headings a link begins an item, whatever stands around it."""
        if not self._by_headings and any(not s.bare for s in line.inline.links):
            self._begin(line, "")
            self._on_body(line, self._item_now())
        else:
            self.remark(line, self._headings)

    def _take_link(self, span: Span, line: int) -> None:
        item = self._item_now()
        if not item.main:
            item.main = span.url
        elif span.url != item.main and not is_address(span.text, span.url):
            item.links.append((span.text, span.url, line))
        elif span.url != item.main and not _same_page(span.url, item.main):
            item.links.append(("", span.url, line))

    def _on_card(self, line: Line) -> None:
        card = line.card
        item = self._item
        if card is None:
            return
        other = item is not None and bool(item.main) and not _same_page(card.url, item.main)
        if item is None or (not self._by_headings and other and bool(item.summary)):
            self._begin(line, card.title)
            item = self._item_now()
        item.main = item.main or card.url
        if card.title:
            item.links.append((card.title, card.url, line.number))
        item.abstract.add(card.teaser, gap=True)

    def _on_paper(self, line: Line, match: re.Match[str]) -> None:
        item = self._item
        if item is None or (item.paper and item.paper != match[1]):
            self._begin(line, "")
            item = self._item_now()
        else:
            item.images += line.inline.images
        item.paper = item.paper or match[1]
        address = next((s.url for s in line.inline.links), f"https://arxiv.org/abs/{match[1]}")
        item.main = item.main or address
        self._name(item, match[2].strip(), address, line.number)

    def _name(self, item: Draft, title: str, url: str, line: int) -> None:
        """The paper's own title: of the item where it has no headline, else kept with the link."""
        if title and not item.title:
            item.title = title
        elif title:
            item.links.append((title, url, line))

    def _on_body(self, line: Line, item: Draft) -> None:
        title = _emphasised(line)
        alone = bool(line.inline.links) and not re.search(r"\w", line.inline.outside)
        if title and not item.summary:
            for span in line.inline.links:
                self._take_link(span, line.number)
            self._name(item, title, item.main or self._next_link(), line.number)
        elif alone:
            item.images += line.inline.images
            for span in line.inline.links:
                self._take_alone(span, line.number)
        else:
            mark = "- " if line.kind is Kind.BULLET else ""
            shown = line.raw if line.kind in {Kind.TABLE, Kind.ORDERED} else line.plain
            if not item.main and line.inline.links:
                item.main = line.inline.links[0].url
            item.take_text(line, item.summary, mark + shown if line.plain else "")
            for span in line.inline.links:
                if is_code(span.url):
                    item.take_code(span.url, line.number)

    def _take_alone(self, span: Span, line: int) -> None:
        item = self._item_now()
        if not item.main and not is_address(span.text, span.url) and span.text:
            item.links.append((span.text, span.url, line))
        self._take_link(span, line)

    def _next_link(self) -> str:
        """The address on the line that follows."""
        at = self._at + 1
        following = self.lines[at].inline.links if at < len(self.lines) else ()
        return following[0].url if following else ""

    # The end.

    def _on_end(self, line: Line) -> None:
        links = line.inline.written_links
        if line.card or not links or line.kind is Kind.HEADING:
            self.absorb(line, self.closing)
        elif self._is_navigation(line):
            self._navigate(line)
        else:
            self.absorb(line, self.closing)

    def _is_navigation(self, line: Line) -> bool:
        past = bool(self._headings) and speaks_of("past", self._headings[0])
        return past or is_navigation(line)

    def _navigate(self, line: Line) -> None:
        self._images += line.inline.images
        for pointer in pointers(line):
            self.point(*pointer)
        if words := words_around(line):
            self.closing.add(words)

    def _date(self) -> None:
        """The day from which a week counts, which stands in the introduction."""
        week = week_of(self.title)
        match = _FROM_DAY.search(str(self.introduction))
        if week and match and not self.date:
            month, day = int(match[1]), int(match[2])
            if (
                1 <= month <= 12
                and 1 <= day <= 31
                and abs(_week_in_year(month, day) - week[1]) <= 2
            ):
                self.date = f"{week[0]}-{month:02}-{day:02}"


def _week_in_year(month: int, day: int) -> int:
    return ((month - 1) * 61 // 2 + day) // 7 + 1


def _headline(line: Line) -> str | None:
    """The headline of ``[headline](address) — [host](address)`` in all its broken forms.

    Empty where there is a link and a host but no words; None if the line is none of these.
    """
    links = line.inline.written_links
    if line.kind is not Kind.TEXT or not links or len(line.plain) > 400 or _paper_id(line):
        return None
    worded = [s.text for s in links if s.text and not is_address(s.text, s.url)]
    outside = _HOST_IN_BRACKETS.sub(_without_host, line.inline.outside).strip()
    bare = outside.strip(DASHES + " 【】[]*|·")
    if is_host(bare):
        bare = ""
    dashed = outside[-1:] in set(DASHES) and bool(outside)
    if not bare and worded:
        return worded[0] if not line.inline.images else None
    if bare and dashed and not worded:
        return bare
    empty = any(not s.text for s in links)
    return "" if not bare and empty and (dashed or "【" in line.plain) else None


def _without_host(match: re.Match[str]) -> str:
    return "" if is_host(match[1]) else match[0]


def _paper_id(line: Line) -> re.Match[str] | None:
    """``[2109.10686] Title``, also as the words of a link."""
    return PAPER_ID.fullmatch(line.plain) if line.plain[:1] in {"[", "【"} else None


def _emphasised(line: Line) -> str:
    """The words of a line that is, but for links, one emphasised phrase."""
    match = re.match(r"\s*(\*{1,3}|_)(?=\S)([^*_]{1,500})(?<=\S)\1\s*(.*)", line.text, re.DOTALL)
    if match is None or line.kind is not Kind.TEXT:
        return ""
    rest = re.sub(r"!?\[[^\[\]]*\]\([^()]*\)|https?://\S+", "", match[3])
    return match[2].strip() if not re.search(r"\w", rest) and "](" not in match[2] else ""


def _same_page(one: str, other: str) -> bool:
    def key(url: str) -> str:
        return url.partition("?")[0].partition("#")[0].rstrip("/").lower()

    return key(one) == key(other)
