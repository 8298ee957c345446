"""The headings of an issue and what stands under each, in their order. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.layouts.sheet import Card, Sheet

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A heading with the headings above it, the remark under it, and its cards."""

    path: Path
    remark: str
    cards: tuple[Card, ...]


def places(sheet: Sheet) -> Iterator[Place]:
    """All headings of the cards, remarks and contents. A heading that comes again is a new place.

    Cards without a heading come first, under an empty path.
    """
    remarks = {remark.heading: remark.text for remark in sheet.remarks if remark.heading}
    runs = _runs(sheet.cards)
    for path, at in _ordered(runs, list(remarks), sheet.contents):
        cards = runs[at][1] if at >= 0 else ()
        yield Place(path, remarks.pop(path, ""), tuple(cards))


def _runs(cards: Sequence[Card]) -> list[tuple[Path, list[Card]]]:
    """Cards that stand together under one heading."""
    runs: list[tuple[Path, list[Card]]] = []
    for card in cards:
        if not runs or runs[-1][0] != card.heading:
            runs.append((card.heading, []))
        runs[-1][1].append(card)
    return runs


def _ordered(
    runs: Sequence[tuple[Path, list[Card]]], remarked: Sequence[Path], contents: Sequence[str]
) -> Iterator[tuple[Path, int]]:
    """Headings with the number of their run, -1 for none; those without cards by the contents."""
    wanted = _headings([path for path, _ in runs])
    at = 0
    for title in contents:
        if at < len(wanted) and wanted[at][0] == ():
            yield wanted[at]
            at += 1
        if at < len(wanted) and wanted[at][0][-1] == title:
            yield wanted[at]
            at += 1
        elif any(path[-1:] == (title,) for path, _ in wanted[at:]):
            continue  # it comes later, where its cards are
        else:
            yield next((path for path in remarked if path[-1] == title), (title,)), -1
    yield from wanted[at:]


def _headings(paths: Sequence[Path]) -> list[tuple[Path, int]]:
    """Each path after those headings above it that are new, as one would read them."""
    found: list[tuple[Path, int]] = []
    before: Path = ()
    for number, path in enumerate(paths):
        shared = 0
        while shared < min(len(path), len(before)) and path[shared] == before[shared]:
            shared += 1
        # A path that is the beginning of the one before has to be opened anew.
        shared = min(shared, max(len(path) - 1, 0))
        found += [(path[:end], -1) for end in range(shared + 1, len(path))]
        found.append((path, number))
        before = path
    return found
