"""What each heading of a weekly issue is: its title, a section, an item, or the end."""

import re
from collections.abc import Sequence
from itertools import pairwise

from bot.formats.lines import Kind, Line
from bot.formats.vocabulary import is_word_for, opens_with, section_of
from bot.topics import normal_form

SECTION = re.compile(r"\s*(\d{1,2})\s*[.．、:：)）]\s*(?!\d)(\S.*)", re.DOTALL)
DASHES = "—–―─-－"
_SHORT = 24  # characters of a heading that just names a part; a headline says more


def plan_of(lines: Sequence[Line]) -> dict[int, str]:
    """What each heading is: ``title``, ``section``, ``item``, ``end``, or nothing in particular."""
    headings = [i for i, line in enumerate(lines) if line.kind is Kind.HEADING]
    plan: dict[int, str] = {}
    sections = [i for i in headings if SECTION.fullmatch(lines[i].plain)]
    sections = sections or _listed_sections(lines, headings)
    if headings and headings[0] not in sections and (not sections or headings[0] < sections[0]):
        plan[headings[0]] = "title"
    if not sections:
        return plan
    ruled = _ruled_items(lines, sections)
    numbered, last = set(sections), sections[-1]
    first_item = next(
        (i for i in range(last + 1, len(lines)) if lines[i].kind is not Kind.RULE), last
    )
    ended = False
    for i in headings:
        if i < sections[0] or i in plan:
            continue
        if i in numbered:
            plan[i], ended = "section", False
            continue
        ended = ended or _ends(lines, i, last=last, first_item=first_item, ruled=ruled)
        plan[i] = "end" if ended else "item"
    return plan


def told_plan(lines: Sequence[Line]) -> dict[int, str]:
    """The same for an issue that tells its own head: sections are of level 2, items deeper."""
    plan: dict[int, str] = {}
    for i, line in enumerate(lines):
        if line.kind is Kind.HEADING and (plan or not _is_of_head(line)):
            plan[i] = "section" if line.level <= 2 else "item"
    return plan


def _is_of_head(line: Line) -> bool:
    return is_word_for("contents", line.plain) or is_word_for("highlights", line.plain)


def _listed_sections(lines: Sequence[Line], headings: Sequence[int]) -> list[int]:
    """Headings without numbers that stand in the table of contents.

    Contents are often worded otherwise; then also headings after a rule that name a section.
    """
    listed = {
        normal_form(SECTION.sub(r"\2", line.plain))
        for line in lines
        if line.kind in {Kind.ORDERED, Kind.BULLET}
        and all(span.url.startswith("#") for span in line.inline.links)
    }
    sections = {i for i in headings if normal_form(lines[i].plain) in listed}
    if len(sections) < len(listed):
        sections |= {i for i in headings[1:] if _names_a_section(lines, i)}
    return sorted(sections)


def _names_a_section(lines: Sequence[Line], at: int) -> bool:
    words = lines[at].plain
    ends = is_word_for("about", words) or any(opens_with(p, words) for p in ("past", "related"))
    return lines[at - 1].kind is Kind.RULE and section_of(words) is not None and not ends


def _ruled_items(lines: Sequence[Line], sections: Sequence[int]) -> bool:
    """Whether rules stand between the items of a section, so that they end none."""
    for start, end in pairwise(sections):
        seen = False
        for at in range(start + 1, end):
            if lines[at].kind is Kind.HEADING:
                if seen and lines[at - 1].kind is Kind.RULE:
                    return True
                seen = True
            elif lines[at].kind is not Kind.RULE:
                seen = True
    return False


def _ends(lines: Sequence[Line], at: int, *, last: int, first_item: int, ruled: bool) -> bool:
    """Whether the items end with this heading, and links to other issues, or the author, begin."""
    if at < last:
        return False
    words = lines[at].plain
    marked = words.lstrip()[:1] in set(DASHES)
    told = len(words) <= _SHORT and any(opens_with(p, words) for p in ("past", "related"))
    if marked or told or is_word_for("about", words):
        return True
    follows_rule = lines[at - 1].kind is Kind.RULE
    return follows_rule and first_item < at and not ruled
