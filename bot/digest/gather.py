"""Taking items into the stories that are there: which one each belongs to, and what that makes.

Pure but for the stories themselves, which are changed in place; the store loads those that an item
may belong to, and writes down what became of them.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.digest.enrich import enriched, told
from bot.digest.stories import Traits, contradict, same_story, traits_of
from bot.digest.window import RENEWAL
from bot.model import PICK, SAMPLE_SOURCE, VOTES, Item, Match, MatchKind, Sighting

Name = tuple[str, str]
"""What a sighting is known by: its source and its key."""

Keep = Callable[[Item, Item], Item]
"""From an item as it was and as it would become: what it becomes. People's changes stay."""


@dataclass(eq=False, slots=True)
class Story:
    """A story at work. ``row`` is its id in the store, None for one that is new.

    ``before`` is how the store has it, ``touched`` says that it is no longer so; ``absorbed`` are
    the ids of stories that became part of it.
    ``closed``: nothing may be absorbed by it or into another (an operator removed it).
    """

    row: int | None
    first_seen: datetime
    sightings: list[Sighting]
    before: Item | None = None
    keep: Keep | None = None
    closed: bool = False
    touched: bool = False
    absorbed: list[int] = field(default_factory=list)
    traits: list[Traits] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.traits = self.traits or [traits_of(s.item, s.seen_at) for s in self.sightings]

    @property
    def item(self) -> Item:
        """What it tells by now, under the key that it was first stored by."""
        item = told(self.sightings)
        if self.before is None:
            return item
        item = replace(item, key=self.before.key)
        if VOTES in self.before.signals:  # which people gave, so no sighting tells of them
            votes = self.before.signals[VOTES]
            item = replace(item, signals={**item.signals, VOTES: votes})
        return self.keep(self.before, item) if self.keep else item

    def take(self, place: int, item: Item) -> bool:
        """The source of a sighting tells it once more; whether that says anything new."""
        old = self.sightings[place]
        new = enriched(old.item, item)
        if self.keep and len(self.sightings) == 1:
            new = self.keep(old.item, new)
        if new == old.item:
            return False
        self.touched = True
        self.sightings[place] = replace(old, item=new)
        self.traits[place] = traits_of(new, old.seen_at)
        return True

    def join(self, sighting: Sighting, traits: Traits) -> None:
        """A further sight of it, or the first by a further source."""
        if all(sighting.item.source != known.item.source for known in self.sightings):
            self._renew(sighting.seen_at)
        self.touched = True
        self.sightings.append(sighting)
        self.traits.append(traits)

    def _renew(self, seen: datetime) -> None:
        """Readers who have not had it may get it now, unless it is old news.

        No issue could have told it before it was first seen; so whoever makes one need look no
        further back for whether the reader had it.
        """
        fetched = [s.seen_at for s in self.sightings if s.item.source != SAMPLE_SOURCE]
        first = min(fetched, default=seen)
        times = (time for time in (self.first_seen, seen) if time - first <= RENEWAL)
        self.first_seen = max(times, default=first)

    def absorb(self, other: "Story", match: Match) -> None:
        """Another story turned out to be this one, because of ``match``."""
        picked = other.before is not None and PICK in other.before.signals
        for sighting, traits in zip(other.sightings, other.traits, strict=True):
            item = sighting.item
            if picked:  # by a person, which no sighting tells
                item = replace(item, signals={**item.signals, PICK: 1.0})
            moved = replace(sighting, item=item, origin=sighting.origin or other.row)
            self.sightings.append(moved if moved.match else replace(moved, match=match))
            self.traits.append(traits)
        self.touched = True
        self._renew(other.first_seen)
        self.absorbed += [*other.absorbed, *([other.row] if other.row is not None else [])]


class Gathering:
    """The stories that the items of a batch may belong to, and those that they make."""

    def __init__(self, stories: Iterable[Story], parted: Iterable[frozenset[Name]] = ()) -> None:
        """``parted``: pairs of sightings that are not of one story, whatever they look like."""
        self.stories: list[Story] = []
        self.tally: Counter[str] = Counter()
        self._parted = frozenset(parted)
        self._by_mark: dict[int, list[Story]] = {}
        self._by_name: dict[Name, tuple[Story, int]] = {}
        for story in stories:
            self._add(story)

    def take(self, traits: Traits) -> None:
        """Take in one item, first seen when its traits say so if it is new."""
        item = traits.item
        known = self._by_name.get((item.source, item.key))
        if known is not None:
            own, place = known
            self.tally["enriched" if own.take(place, item) else "known"] += 1
            matches = self._matches(traits, own)
        else:
            matches = self._matches(traits, None)
            own = self._place(Sighting(item, traits.seen_at), traits, matches)
        for other, match in matches:
            if other is not own:
                self._unite(own, other, match)

    def _place(
        self, sighting: Sighting, traits: Traits, matches: Sequence[tuple[Story, Match]]
    ) -> Story:
        """Put a new sighting where it belongs: into the best match, or a story of its own."""
        if not matches:
            self.tally["new"] += 1
            story = Story(None, sighting.seen_at, [sighting], traits=[traits])
            self._add(story)
            return story
        self.tally["enriched"] += 1
        story, match = matches[0]
        story.join(replace(sighting, match=match), traits)
        self._index(story, len(story.sightings) - 1)
        return story

    def _matches(self, traits: Traits, own: Story | None) -> list[tuple[Story, Match]]:
        """The stories that the item belongs to, the surest first; none that is doubtful."""
        near = {id(s): s for m in traits.marks for s in self._by_mark.get(m, ()) if s is not own}
        found = [
            (story, match)
            for story in near.values()
            if not contradict(story.traits, [traits])
            and not self._are_parted([traits], story.traits)
            and (match := _best(same_story(other, traits) for other in story.traits))
        ]
        found.sort(key=lambda pair: (_rank(pair[1]), pair[0].first_seen, pair[0].row or 0))
        if len(found) > 1 and not self._agree(*found[:2]):
            # Two papers that claim one repository, or bear one title: it may be of either.
            doubtful = found[0][1].kind
            found = [pair for pair in found if pair[1].kind is not doubtful]
        return found

    def _agree(self, first: tuple[Story, Match], second: tuple[Story, Match]) -> bool:
        if first[1].kind is not second[1].kind or first[1].kind is MatchKind.KEY:
            return True
        return not contradict(first[0].traits, second[0].traits)

    def _are_parted(self, some: Sequence[Traits], others: Sequence[Traits]) -> bool:
        return bool(self._parted) and any(
            frozenset((_name(one), _name(other))) in self._parted
            for one in some
            for other in others
        )

    def _unite(self, one: Story, other: Story, match: Match) -> None:
        """Make two stories one, unless there is anything against it; the older one stays."""
        apart = one.closed or other.closed or contradict(one.traits, other.traits)
        if apart or self._are_parted(one.traits, other.traits):
            return
        if _age(other) < _age(one):
            one, other = other, one
        if other.row is None:
            self.tally["new"] -= 1
            self.tally["enriched"] += 1
        one.absorb(other, match)
        self.stories.remove(other)
        for stories in self._by_mark.values():
            if other in stories:
                stories.remove(other)
        for place in range(len(one.sightings)):
            self._index(one, place)

    def _add(self, story: Story) -> None:
        self.stories.append(story)
        for place in range(len(story.sightings)):
            self._index(story, place)

    def _index(self, story: Story, place: int) -> None:
        traits = story.traits[place]
        self._by_name[_name(traits)] = (story, place)
        for number in traits.marks:
            stories = self._by_mark.setdefault(number, [])
            if story not in stories:
                stories.append(story)


def marks_of(story: Story) -> frozenset[int]:
    """The marks by which a story is to be found."""
    return frozenset().union(*(traits.marks for traits in story.traits))


def _name(traits: Traits) -> Name:
    return traits.item.source, traits.item.key


def _best(matches: Iterable[Match | None]) -> Match | None:
    return min(filter(None, matches), key=_rank, default=None)


_KINDS: Mapping[MatchKind, int] = {kind: place for place, kind in enumerate(MatchKind)}


def _rank(match: Match) -> tuple[int, int]:
    """The surest first: by kind, titles by likeness."""
    likeness = int(match.detail) if match.kind is MatchKind.TITLE else 0
    return _KINDS[match.kind], -likeness


def _age(story: Story) -> tuple[bool, int]:
    return story.row is None, story.row or 0
