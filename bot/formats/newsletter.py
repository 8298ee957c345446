"""The newsletter: numbered sections and entries, paragraphs with footnotes or links, references.

::

    1、Section emoji                # Section emoji
    1.1 Title                        ***Title***
    Text about a thing[1].           Text about [a thing](address).
    ...
    [1] a thing: address
"""

import re
from collections.abc import Sequence
from typing import ClassVar

from bot.digest.normalise import one_line
from bot.formats.draft import Draft
from bot.formats.fields import take_card_line
from bot.formats.inline import parse_inline
from bot.formats.lines import Kind, Line
from bot.formats.links import is_address, is_code, target
from bot.formats.newsletter_shape import REFERENCE, Shape, heading_of, is_reference
from bot.formats.reader import Reader
from bot.formats.vocabulary import is_word_for, section_of
from bot.model import Section

_CITED = re.compile(r"\[\^?(\d{1,4}(?:\s*[,，、]\s*\d{1,4})*)\](?!\()")
_LAST_URL = re.compile(r"https?://\S+")
_GREETING = re.compile(
    r"欢迎来到\s*([^!！。，,]{2,40})|歡迎(?:來到|收看|閱讀)\s*([^!！。，,]{2,40})"
    r"|welcome(?: back)? to (?:the )?(?:\S+ (?:issue|edition) of (?:the )?)?([^!.,]{2,60})",
    re.IGNORECASE,
)


class NewsletterReader(Reader):
    layout: ClassVar[str] = "newsletter"

    def __init__(self, lines: Sequence[Line], text: str) -> None:
        super().__init__(lines, text)
        self._references: dict[str, tuple[str, str, int]] = {}
        self._cited: dict[str, int] = {}
        self._heading: tuple[str, ...] = ()
        self._section_line = 0
        self._section = Section.OTHER
        self._entries_here = False
        self._item: Draft | None = None
        self._ended = False

    def read(self) -> None:
        first_reference = self._read_references()
        self._shape = Shape(self.lines[:first_reference], told=bool(self.told))
        for at, line in enumerate(self.lines[:first_reference]):
            if line.kind is Kind.MATTER:
                self.matter(line)
            elif at in self._shape.contents:
                self.contents.append(heading_of(line))
            elif at in self._shape.sections:
                self._begin_section(at, line)
            elif not self._heading:
                self._on_head(line)
            else:
                self._on_body(at, line)
        self.report_if_empty(self._section_line, self._heading)
        self._report_references()
        if not self.told:
            self._name_by_greeting()

    # References, which stand at the end.

    def _read_references(self) -> int:
        """Read the list of references; the index of its first line, or of the end."""
        at = len(self.lines)
        starts = [i for i, line in enumerate(self.lines) if is_reference(line)]
        if not starts:
            return at
        first = _first_of_the_list(self.lines, starts)
        pending: tuple[str, str, int] | None = None
        for line in self.lines[first:]:
            pending = self._on_reference(line, pending)
        if pending:
            self._add_reference(*pending)
        titled = first > 0 and is_word_for("references", self.lines[first - 1].plain)
        return first - 1 if titled else first

    def _on_reference(
        self, line: Line, pending: tuple[str, str, int] | None
    ) -> tuple[str, str, int] | None:
        """A line of the list; a reference whose address is on its next line is pending."""
        match = REFERENCE.fullmatch(line.raw.strip().lstrip("-*• "))
        if match:
            if pending:
                self._add_reference(*pending)
            if _LAST_URL.search(match[2]):
                self._add_reference(match[1], match[2], line.number)
                return None
            return match[1], match[2], line.number
        if pending and _LAST_URL.match(line.raw.strip()):
            self._add_reference(pending[0], f"{pending[1]} {line.raw.strip()}", pending[2])
            return None
        if pending:
            self._add_reference(*pending)
        if line.kind is not Kind.RULE:
            self.absorb(line, self.closing)
        return None

    def _add_reference(self, number: str, text: str, line: int) -> None:
        anchor, url = _anchor_and_url(text)
        if not url:
            self.report(line, f"reference [{number}] has no address: “{text[:80]}”")
        elif number in self._references:
            self.report(
                line, f"reference [{number}] is listed twice; this one is a link of the issue"
            )
            self.link_out(anchor, url)
        else:
            self._references[number] = (anchor, url, line)

    def _report_references(self) -> None:
        for number, (anchor, url, line) in self._references.items():
            if number not in self._cited:
                self.report(
                    line, f"reference [{number}] is cited nowhere; it is a link of the issue"
                )
                self.link_out(anchor, url)

    # The head.

    def _on_head(self, line: Line) -> None:
        heading = line.kind is Kind.HEADING
        if heading and not self.told and not self.title and not is_word_for("contents", line.plain):
            self.title = line.plain
            self._images += line.inline.images
        elif not (
            line.kind is Kind.RULE or is_word_for("contents", line.plain) or self.is_source(line)
        ):
            self.absorb(line, self.introduction)

    def _name_by_greeting(self) -> None:
        if not self.title and (match := _GREETING.search(str(self.introduction)[:2_000])):
            self.title = next(filter(None, match.groups())).strip()

    # Sections and entries.

    def _begin_section(self, at: int, line: Line) -> None:
        self.report_if_empty(self._section_line, self._heading)
        text = heading_of(line)
        self._heading, self._section_line = (text,), line.number
        self._section = section_of(text) or Section.OTHER
        self._images += line.inline.images
        following = range(at + 1, self._shape.next_section(at))
        self._entries_here = any(i in self._shape.entries for i in following)
        self._item = None
        if not self._shape.has_contents:
            self.contents.append(text)

    def _on_body(self, at: int, line: Line) -> None:
        if at in self._shape.entries:
            self._begin_entry(at, line)
        elif line.kind is Kind.RULE:
            self._ended = at > self._shape.last_start
        elif self._ended:
            self.absorb(line, self.closing)
        elif self.told and self._item and take_card_line(line, self._item, self.report):
            pass
        elif self._entries_here:
            if self._item is None:
                self.remark(line, self._heading)
            else:
                self._take(line, self._item)
        else:
            self._mention(line)

    def _begin_entry(self, at: int, line: Line) -> None:
        if not self._shape.has_contents:
            self.contents.append(heading_of(line))
        number, title = self._shape.entries[at]
        self._item = Draft(line.number, self._heading, one_line(_CITED.sub("", title)), number)
        self._item.images += line.inline.images
        self.drafts.append((self._item, self._section))
        self._cite(line, self._item)
        for span in line.inline.links:
            self._item.take_link(span, line.number)

    def _mention(self, line: Line) -> None:
        """In a section without entries each line with a link is an item of its own."""
        if line.inline.links or _CITED.search(line.text):
            self._item = Draft(line.number, self._heading)
            self.drafts.append((self._item, self._section))
            self._take(line, self._item)
        elif self._item is not None:
            self._take(line, self._item)
        else:
            self.remark(line, self._heading)

    def _take(self, line: Line, item: Draft) -> None:
        """A line of running text, with its links and footnotes in their order."""
        item.images += line.inline.images
        for kind, value in _in_order(line):
            if kind == "cited":
                self._cite_one(value, line.number, item)
            else:
                label, _, url = value.partition("\n")
                self._link(item, label, url, line.number)
        mark = "- " if line.kind is Kind.BULLET else ""
        plain = _CITED.sub("", line.plain if line.kind is not Kind.TABLE else line.raw)
        item.summary.add(mark + plain if plain.strip() else "", gap=line.gap)
        if line.card:
            self._link(item, line.card.title, line.card.url, line.number)
            item.summary.add(line.card.teaser)

    def _cite(self, line: Line, item: Draft) -> None:
        for match in _CITED.finditer(line.text):
            for number in re.findall(r"\d+", match[1]):
                self._cite_one(number, line.number, item)

    def _cite_one(self, number: str, line: int, item: Draft) -> None:
        if number in self._references:
            self._cited[number] = line
            anchor, url, _ = self._references[number]
            self._link(item, anchor, url, line)
        elif self._references:
            self.report(line, f"[{number}] is cited, but there is no such reference")
        else:
            item.note.add(f"[{number}]")
            self.report(line, f"[{number}] is cited, but there is no list of references")

    def _link(self, item: Draft, label: str, url: str, line: int) -> None:
        words = "" if is_address(label, url) else label
        if words or url != item.main:
            item.links.append((words, url, line))
        if not item.main:
            item.main = url
        elif is_code(target(url)):
            item.take_code(url, line)


def _first_of_the_list(lines: Sequence[Line], starts: Sequence[int]) -> int:
    """Where the list begins: after its title, or with the run of references at the end."""
    titles = [i for i in starts if i and is_word_for("references", lines[i - 1].plain)]
    if titles:
        return titles[-1]
    first = starts[-1]
    for i in reversed(starts[:-1]):
        if first - i > 3:
            break
        first = i
    return first


def _anchor_and_url(text: str) -> tuple[str, str]:
    """``anchor: address``, split at the last address; also ``[anchor](address)``."""
    inline = parse_inline(text)
    if written := inline.written_links:
        anchor = written[0].text or inline.outside
        return anchor.strip(" :："), written[0].url
    found = list(_LAST_URL.finditer(text))
    if not found:
        return text.strip(), ""
    last = found[-1]
    anchor = parse_inline(text[: last.start()]).plain.strip()
    return re.sub(r"\s*[:：]\s*$", "", anchor), last[0].rstrip(">.,;)")


def _in_order(line: Line) -> list[tuple[str, str]]:
    """Links and footnotes of a line in the order in which they stand."""
    found: list[tuple[str, str]] = []
    text = ""
    for span in line.inline.spans:
        if span.kind == "link":
            found += _footnotes(text)
            text = ""
            found.append(("link", f"{span.text}\n{span.url}"))
        elif span.kind == "text":
            text += span.text
    return found + _footnotes(text)


def _footnotes(text: str) -> list[tuple[str, str]]:
    return [
        ("cited", number)
        for match in _CITED.finditer(text)
        for number in re.findall(r"\d+", match[1])
    ]
