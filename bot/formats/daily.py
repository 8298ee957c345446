"""The daily issue: sections, and in each cards that begin with an icon or a name in 『』.

::

    # Section
    ## icon『name』tagline          or  ## icon Paper: title
    [address](address)                  **Label**: value, for each of a paper's fields
    paragraphs, images                  > **Abstract**: ...
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import ClassVar

from bot.digest.normalise import one_line
from bot.formats.draft import Draft, code_or_link
from bot.formats.fields import LABEL, begins_bold, take_card_line, take_field
from bot.formats.lines import Kind, Line
from bot.formats.links import is_address, is_code
from bot.formats.reader import Reader
from bot.formats.vocabulary import field_of, section_of, without_paper
from bot.model import Section

_ICON = re.compile(r"[^\w\s『「【《(\[“\"'#$.@+<>&/-]+[\ufe0f\u200d]*\s*")
_PAPER = re.compile("^(?:Paper|论文|論文)[:：] ?")
_NAMED = re.compile(r"『[^』]*』|「[^」]*」")
_HASHTAG = re.compile(r"#([\w&-]{2,40})")


class DailyReader(Reader):
    layout: ClassVar[str] = "daily"

    def __init__(self, lines: Sequence[Line], text: str) -> None:
        super().__init__(lines, text)
        self._item_level = _deepest(self.lines) if self.told else _item_level(self.lines)
        self._headings: dict[int, str] = {}
        self._heading: tuple[str, ...] = ()
        self._item: Draft | None = None
        self._paragraphs = False
        self._head_urls: set[str] = set()
        self._ended = False

    def read(self) -> None:
        last = max((i for i, x in enumerate(self.lines) if x.kind is Kind.HEADING), default=-1)
        for at, line in enumerate(self.lines):
            if line.kind is Kind.MATTER:
                self.matter(line)
            elif line.kind is Kind.HEADING:
                self._on_heading(line, at)
            elif line.kind is Kind.RULE:
                self._ended = self._ended or (at > last and self._item is not None)
            elif self._item is None:
                self._on_outside(line)
            elif self._ended or (at > last and not self.told and self._is_end(line)):
                self._ended = True
                self.absorb(line, self.closing)
            else:
                self._on_body(line, self._item)
        if not self.told:
            self._name_by_hashtag()

    def _on_heading(self, line: Line, at: int) -> None:
        if line.level < self._item_level:
            self._item = None
            if self._is_title(line, at):
                self.title = line.plain
            else:
                above = {n: text for n, text in self._headings.items() if n < line.level}
                self._headings = above | {line.level: line.plain}
                self._heading = tuple(self._headings.values())
                self.contents.append(line.plain)
            self._images += line.inline.images
        elif line.level == self._item_level:
            self._begin(line)
        elif self._item is not None:
            self._item.take_text(line, self._item.summary)
        else:
            self.remark(line, self._heading)

    def _is_title(self, line: Line, at: int) -> bool:
        """The first heading, where another section follows before any card does."""
        if self.told or self.title or self._heading or section_of(line.plain):
            return False
        levels = [x.level for x in self.lines[at + 1 :] if x.kind is Kind.HEADING]
        return bool(levels) and levels[0] < self._item_level

    def _begin(self, line: Line) -> None:
        title = _ICON.sub("", line.plain, count=1) if _ICON.match(line.plain) else line.plain
        named = _PAPER.sub("", title, count=1) if self.told else without_paper(title)
        self._item = Draft(line.number, self._heading, named or title)
        self._paragraphs = False
        self._item.images += line.inline.images
        for span in line.inline.links:
            self._item.take_link(span, line.number)
        section = section_of(self._heading[-1]) if self._heading else None
        default = Section.PAPERS if named != title else Section.OTHER
        self.drafts.append((self._item, section or default))

    def _on_outside(self, line: Line) -> None:
        if self._heading:
            self.remark(line, self._heading)
            return
        self._head_urls.update(span.url for span in line.inline.links)
        if not self.is_source(line):
            self.absorb(line, self.introduction)

    def _is_end(self, line: Line) -> bool:
        """Whether, under the last card, the closing block begins: it repeats links of the head."""
        item = self._item
        assert item is not None  # noqa: S101 - only called under a card
        if line.kind is Kind.QUOTE and not self._is_field(line):
            again = any(span.url in self._head_urls for span in line.inline.links)
            return again or bool(item.images or item.abstract)
        if line.kind is Kind.BULLET and (match := LABEL.match(line.plain)):
            complete = bool(item.main and (item.authors or item.summary or item.images))
            return complete and field_of(match[1]) == "authors"
        return False

    def _is_field(self, line: Line) -> bool:
        match = LABEL.match(line.plain)
        return match is not None and field_of(match[1]) is not None

    def _on_body(self, line: Line, item: Draft) -> None:
        if line.card:
            item.links.append((line.card.title, line.card.url, line.number))
            item.summary.add(line.card.teaser, gap=True)
            item.main = item.main or line.card.url
        elif not (self._on_field(line, item) or self._on_links(line, item)):
            text = item.abstract or item.summary
            mark = {Kind.BULLET: "- ", Kind.TABLE: "", Kind.ORDERED: ""}.get(line.kind, "")
            shown = line.raw if line.kind in {Kind.TABLE, Kind.ORDERED} else line.plain
            item.take_text(line, text, mark + one_line(shown) if line.plain else "")

    def _on_field(self, line: Line, item: Draft) -> bool:
        """``**Label**: value``. The label has to be one that is known, or bold before a link."""
        match = LABEL.match(line.plain)
        if self.told:
            bold = match is not None and begins_bold(line)
            return take_card_line(line, item, self.report) or (
                bold and match is not None and self._on_labelled_link(line, item, match[1])
            )
        if match is None:
            return False
        name = field_of(match[1])
        if name is None:
            return self._on_labelled_link(line, item, match[1])
        if name in {"url", "code"} and not line.inline.links:
            return False
        take_field(line, item, name, self.report)
        return True

    def _on_labelled_link(self, line: Line, item: Draft, label: str) -> bool:
        links = line.inline.links
        rest = line.inline.outside
        if len(links) != 1 or len(rest) > len(label) + 3 or rest.rstrip(" :：") != label:
            return False
        item.images += line.inline.images
        if item.main and is_code(links[0].url) and is_address(links[0].text, links[0].url):
            item.take_code(links[0].url, line.number)
        item.take_link(links[0], line.number, label)
        return True

    def _on_links(self, line: Line, item: Draft) -> bool:
        """A line of nothing but links and images."""
        if re.search(r"\w", line.inline.outside) or not line.inline.links:
            return False
        item.images += line.inline.images
        for span in line.inline.links:
            code_or_link(item, span, line.number)
        return True

    def _name_by_hashtag(self) -> None:
        """A series that names no title in its text has a hashtag by which it is found."""
        if not self.title and (match := _HASHTAG.search(str(self.introduction))):
            self.title = match[1]


def _item_level(lines: Sequence[Line]) -> int:
    """The level of the headings that begin a card: with an icon, a name in 『』, or a paper."""
    levels = Counter(x.level for x in lines if x.kind is Kind.HEADING and is_card(x))
    if levels:
        return levels.most_common(1)[0][0]
    return max((x.level for x in lines if x.kind is Kind.HEADING), default=2)


def _deepest(lines: Sequence[Line]) -> int:
    """Of an issue that tells its own head: items stand deeper than sections, whose level is 2."""
    return max((x.level for x in lines if x.kind is Kind.HEADING and x.level > 2), default=7)


def is_card(line: Line) -> bool:
    """Whether a heading begins a card of this format."""
    title = _ICON.sub("", line.plain, count=1) if _ICON.match(line.plain) else line.plain
    if _NAMED.search(title):
        return True
    return without_paper(title) != title and bool(re.match(r".{1,4}[:：]", title[-len(title) :]))


def labels(lines: Sequence[Line]) -> int:
    """How many lines are fields of a card."""
    found = (LABEL.match(x.plain) for x in lines if x.kind in {Kind.TEXT, Kind.QUOTE})
    return sum(1 for match in found if match and field_of(match[1]))
