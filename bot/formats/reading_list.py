"""The collaborative reading list: a taxonomy of headings, and items that are headings with a link.

::

    # Field
    ## Topic
    ### [title](address)[date or venue]
    ![](image)
    [owner/repository](address)
    #### Abstract
    Text
    ---
    A curator's remark about what follows
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import ClassVar

from bot.digest.normalise import one_line
from bot.formats.draft import Draft, Text
from bot.formats.fields import take_card_line
from bot.formats.inline import Span
from bot.formats.lines import Kind, Line
from bot.formats.links import is_code, is_data_set, is_paper, target
from bot.formats.reader import Reader
from bot.formats.vocabulary import card_field_of, field_of, section_of
from bot.model import Section

_BRACKETS = re.compile(r"[\[(（【]([^\[\]()（）【】]*)[\])）】]")
VENUE = re.compile(r"[A-Za-z][\w&@./+ '’-]{1,60}?[\s'’-]*(?:19|20)?\d{2}|[A-Z][A-Za-z&-]{1,20}")
REPOSITORY = re.compile(r"[\w.-]{1,60}/[\w.-]{1,100}")


class ReadingListReader(Reader):
    layout: ClassVar[str] = "reading-list"

    def __init__(self, lines: Sequence[Line], text: str) -> None:
        super().__init__(lines, text)
        self._item_level = item_level(self.lines)
        self._title_level = 0 if self.told else _title_level(self.lines, self._item_level)
        self._taxonomy: dict[int, str] = {}
        self._item: Draft | None = None
        self._part: Text | None = None
        self._ruled = False
        self._waiting: list[Line] = []
        self._loose: list[tuple[Draft, Text]] = []

    def read(self) -> None:
        for line in self.lines:
            if line.kind is Kind.MATTER:
                self.matter(line)
            elif line.kind is Kind.RULE:
                self._ruled, self._part = True, None
            elif line.kind is Kind.HEADING:
                self._on_heading(line)
            elif self._ruled:
                self._waiting.append(line)
            else:
                self._on_line(line)
        for line in self._waiting:
            self.absorb(line, self.closing)
        for item, text in self._loose:
            # Beside an abstract it is an addition of the curator's, without one all there is.
            (item.note if item.abstract or item.summary else item.summary).add(str(text), gap=True)

    def _on_line(self, line: Line) -> None:
        if self._item is not None:
            self._on_body(line, self._item)
        elif self._taxonomy:
            self.remark(line, self._path())
        elif not self.is_source(line):
            self.absorb(line, self.introduction)

    def _path(self) -> tuple[str, ...]:
        return tuple(self._taxonomy[level] for level in sorted(self._taxonomy))

    def _on_heading(self, line: Line) -> None:
        deeper = self._item is not None and line.level > self._item_level and not self._ruled
        if begins_item(line) or line.level == self._item_level:
            self._begin(line)
        elif deeper and self._item is not None:
            self._begin_part(line, self._item)
        else:
            self._on_taxonomy(line)

    def _on_taxonomy(self, line: Line) -> None:
        self._item, self._ruled = None, False
        if self._title_level == line.level and not self.title:
            self.title = line.plain
            return
        self._taxonomy = {n: t for n, t in self._taxonomy.items() if n < line.level}
        self._taxonomy[line.level] = line.plain
        self.contents.append(line.plain)
        self._images += line.inline.images
        for span in line.inline.links:
            self.link_out(span.text, span.url)

    def _begin(self, line: Line) -> None:
        links = line.inline.written_links
        item = Draft(line.number, self._path(), links[0].text if links else "")
        self._item, self._ruled, self._part = item, False, None
        if links:
            item.main = links[0].url
        for span in links[1:]:
            item.take_link(span, line.number)
        item.images += line.inline.images
        outside = line.inline.outside
        self._brackets(line, outside, item)
        rest = one_line(_BRACKETS.sub("", outside)) if links else ""
        if links and rest.strip(" -–—:：,."):
            item.note.add(rest)
        item.title = item.title or one_line(_BRACKETS.sub("", outside) if links else outside)
        for waiting in self._waiting:
            item.take_text(waiting, item.note)
        self._waiting = []
        self._loose.append((item, Text()))
        self.drafts.append((item, self._section(item)))

    def _brackets(self, line: Line, outside: str, item: Draft) -> None:
        """``[2023年6月27日]``, ``[CVPR 2023]``: when or where it appeared."""
        for match in _BRACKETS.finditer(outside):
            text = match[1].strip()
            if not text or item.take_date(text, line.number, self.report):
                continue
            if item.venue is None and VENUE.fullmatch(text):
                item.venue = one_line(text)
            elif item.main:
                item.note.add(f"[{text}]")

    def _section(self, item: Draft) -> Section:
        return section_by(target(item.main, self.source_url), item.heading)

    def _begin_part(self, line: Line, item: Draft) -> None:
        name = field_of(line.plain)
        item.images += line.inline.images
        if name == "abstract":
            self._part = item.abstract
        elif name == "introduction":
            self._part = item.summary
        elif card_field_of(line.plain) == "note":
            self._part = item.note
        else:
            self._part = item.note
            item.take_text(line, item.note)

    def _on_body(self, line: Line, item: Draft) -> None:
        if self._part is None and (
            (self.told and take_card_line(line, item, self.report)) or self._on_links(line, item)
        ):
            return
        text = self._part if self._part is not None else self._loose[-1][1]
        if line.card:
            item.links.append((line.card.title, line.card.url, line.number))
            text.add(line.card.teaser, gap=line.gap)
            return
        item.take_text(line, text, _as_written(line))

    def _on_links(self, line: Line, item: Draft) -> bool:
        """A line of nothing but images and links: repositories, a demo, a download."""
        if re.search(r"\w", line.inline.outside) or not (line.inline.links or line.inline.images):
            return False
        item.images += line.inline.images
        for span in line.inline.links:
            self._on_link(span, line, item)
        return True

    def _on_link(self, span: Span, line: Line, item: Draft) -> None:
        if is_code(target(span.url)) or REPOSITORY.fullmatch(span.text):
            item.take_code(span.url, line.number)
        else:
            item.take_link(span, line.number)


def section_by(url: str, heading: Sequence[str]) -> Section:
    """Papers, unless the link or a heading says otherwise."""
    if is_data_set(url):
        return Section.RESOURCES
    if is_paper(url):
        return Section.PAPERS
    named = (section_of(each) for each in reversed(heading))
    default = Section.PROJECTS if is_code(url) else Section.PAPERS
    return next(filter(None, named), default)


def begins_item(line: Line) -> bool:
    """Whether a heading begins with a link, as those of items do."""
    first = next((s for s in line.inline.spans if s.text.strip() or s.kind != "text"), None)
    return first is not None and first.kind == "link" and not first.bare


def item_level(lines: Sequence[Line]) -> int:
    """The level of most headings that begin with a link; 7, which no heading has, for none."""
    levels = Counter(x.level for x in lines if x.kind is Kind.HEADING and begins_item(x))
    return levels.most_common(1)[0][0] if levels else 7


def _title_level(lines: Sequence[Line], items: int) -> int:
    """The level of a title: the first heading of all, alone in its level, over a taxonomy."""
    levels = [x.level for x in lines if x.kind is Kind.HEADING]
    if not levels or levels.count(levels[0]) != 1 or levels[0] != min(levels):
        return 0
    between = [level for level in levels[1:] if levels[0] < level < items]
    return levels[0] if len(between) >= 2 and levels[1] < items else 0


def _as_written(line: Line) -> str:
    """A line of an abstract: lists and tables keep their marks and their indent."""
    if line.kind in {Kind.BULLET, Kind.ORDERED}:
        mark = line.raw[: len(line.raw) - len(line.raw.lstrip())]
        sign = line.raw.strip().split(maxsplit=1)[0]
        return f"{mark}{sign} {line.plain}"
    if line.kind is Kind.TABLE:
        return line.raw.rstrip()
    return line.plain
