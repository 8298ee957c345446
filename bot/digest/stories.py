"""Whether two items are one story. Pure.

They are, in this order, when

- they have a **key** in common: an arXiv id, a repository, a DOI, an address;
- one is the repository that the other, a paper of those months, names as its own **code**;
- one presents the other: a post that links to just one **paper** and bears its name;
- their **titles** are alike (see ``bot.digest.titles``), with at most ``WINDOW_DAYS`` between them.

Never when they contradict each other: two arXiv ids, two repositories, two DOIs, two papers that
have no author in common. Of one source two titles must be the very same, and their texts too: a
feed that gives an entry a new address repeats itself, one that repeats a title has a column.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.digest.mentions import own_repository, presented_paper
from bot.digest.normalise import canonical_key
from bot.digest.rank import published_at
from bot.digest.titles import Title, alike, mark, title_of
from bot.model import Item, Match, MatchKind, Section
from bot.topics import normal_form

CODE_DAYS = 365
"""Between a paper and its repository. What was there long before is a tool that it adds to."""

WINDOW_DAYS = 30
"""Between two publications that only their titles join. Posts follow their paper within weeks;
the journal's version and next year's edition of a series come later."""

_UNIQUE = ("arxiv:", "github:", "doi:")
"""Of each of these kinds of keys a story has at most one."""

_CODE_OF = re.compile(
    r"(?:code|implementation|repository|repo)\s+(?:release\s+)?(?:of|for)\s+(?:the\s+|our\s+)?"
    r"(?:[\w' -]{0,20}?paper\s*)?:?\s*[\"“'「《`]*(.{20,300}?)(?:[\"”」》`]|\.?$|\.\s|\n)",
    re.IGNORECASE,
)
_PAPERS_WITH_CODE = re.compile(r"url:paperswithcode\.com/paper/([a-z0-9-]+)")
_NAME = re.compile(
    r"\s*(?:(?:introducing|announcing|presenting|meet|发布|推出|發布)\s*[:：]?\s*)?([^:：]+)",
    re.IGNORECASE,
)
_DISTINCTIVE = re.compile(r"\d|\w[A-Z]")
_NAME_WORDS = 4
_DAYS_LEFT_OPEN = {4: 365, 7: 30, 10: 1}  # by a year, a month, a day of ISO 8601


@dataclass(frozen=True, slots=True)
class Traits:
    """What of an item is looked at to know its story again.

    ``code`` and ``paper`` are the keys of the repository that it names as its own and of the paper
    that it presents. ``titles`` holds further titles that it gives to what it is about.
    """

    item: Item
    seen_at: datetime
    keys: frozenset[str]
    code: str | None
    paper: str | None
    titles: tuple[Title, ...]
    marks: frozenset[int]

    @property
    def all_keys(self) -> frozenset[str]:
        """Its own keys, and those of what it says that it belongs to."""
        return self.keys.union(filter(None, (self.code, self.paper)))


def traits_of(item: Item, seen_at: datetime) -> Traits:
    """The traits of an item that Ribao first saw at ``seen_at`` (UTC)."""
    keys = {item.key}
    if item.arxiv_id:
        keys.add(f"arxiv:{item.arxiv_id}")
    elif url_key := canonical_key(item.url):
        keys.add(url_key)
    code, paper = own_repository(item), presented_paper(item)
    titles = tuple(map(title_of, _titles(item)))
    marks = {key_mark(key) for key in (*keys, code, paper) if key}
    marks.update(number for title in titles for number in title.marks)
    return Traits(item, seen_at, frozenset(keys), code, paper, titles, frozenset(marks))


def key_mark(key: str) -> int:
    """The mark of a key."""
    return mark(b"key " + key.encode())


def same_story(one: Traits, other: Traits) -> Match | None:
    """Why the two are one story, or None if they are two."""
    if contradict((one,), (other,)):
        return None
    if shared := one.keys & other.keys:
        return Match(MatchKind.KEY, min(shared))
    for a, b in ((one, other), (other, one)):
        if a.code in b.keys and _near_in_time(a, b, CODE_DAYS):
            return Match(MatchKind.CODE, a.code or "")
        if a.paper in b.keys and _bears_the_name(a.item.title, b.item.title):
            return Match(MatchKind.PAPER, a.paper or "")
    likeness = _likeness(one, other)
    return Match(MatchKind.TITLE, str(likeness)) if likeness else None


def contradict(some: Iterable[Traits], others: Iterable[Traits]) -> bool:
    """Whether two groups of sightings can't be of one story."""
    keys = {key for traits in (*some, *others) for key in traits.keys}
    return any(sum(key.startswith(kind) for key in keys) > 1 for kind in _UNIQUE)


def _titles(item: Item) -> list[str]:
    """The item's title, and that of the paper whose code it says to be."""
    titles = [item.title]
    if slug := _PAPERS_WITH_CODE.fullmatch(item.key):
        titles.append(slug[1].replace("-", " "))
    if item.key.startswith("github:"):
        texts = (item.title, *item.summary.values())
        titles += [found[1] for text in texts if (found := _CODE_OF.search(text))]
    return titles


def _bears_the_name(post: str, paper: str) -> bool:
    """Whether the post's title is, or begins with, the name that the paper gives to its subject.

    The name stands before a colon, and looks like one: "SAM 2", "FlashAttention", not "A survey".
    """
    names = [match[1].strip() if (match := _NAME.match(title)) else "" for title in (post, paper)]
    short = all(0 < len(name.split()) <= _NAME_WORDS for name in names)
    same = normal_form(names[0]) == normal_form(names[1])
    return short and same and _DISTINCTIVE.search(names[1]) is not None


def _likeness(one: Traits, other: Traits) -> int:
    likeness = max((alike(a, b) for a in one.titles for b in other.titles), default=0)
    if not likeness or not _near_in_time(one, other, WINDOW_DAYS):
        return 0
    if one.item.source == other.item.source:
        return likeness if likeness == 100 and _same_text(one.item, other.item) else 0
    return 0 if _of_other_authors(one.item, other.item) else likeness


def _same_text(one: Item, other: Item) -> bool:
    texts = [(*item.summary.values(), *item.abstract.values()) for item in (one, other)]
    return bool(texts[0]) and texts[0] == texts[1]


def _of_other_authors(one: Item, other: Item) -> bool:
    """Whether both are papers, by people of whom none has a name in common with another."""
    papers = one.section == other.section == Section.PAPERS
    names = [_names(item.authors) for item in (one, other)]
    return papers and all(names) and names[0].isdisjoint(names[1])


def _names(authors: Sequence[str]) -> set[str]:
    return {word for author in authors for word in normal_form(author).split() if len(word) > 1}


def _near_in_time(one: Traits, other: Traits, days: int) -> bool:
    (start, end), (other_start, other_end) = _span(one), _span(other)
    return start - other_end <= days and other_start - end <= days


def _span(traits: Traits) -> tuple[float, float]:
    """The first and last moment at which the item may have been published, in days since 1970."""
    published = traits.item.published or ""
    moment = published_at(published) or traits.seen_at
    start = moment.timestamp() / 86_400
    return start, start + _DAYS_LEFT_OPEN.get(len(published), 0)
