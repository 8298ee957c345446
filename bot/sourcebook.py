"""How the configured sources are doing, for the operator: in a chat and on the command line."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.model import FetchState
from bot.ports import SourceStore


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """A source and what is remembered of it; ``state`` is None before its first fetch."""

    name: str
    state: FetchState | None

    @property
    def fails(self) -> bool:
        return self.state is not None and self.state.failing_since is not None


class Sourcebook:
    """All sources that are configured, with those that a list of feeds among them brings."""

    def __init__(self, names: Callable[[], Sequence[str]], states: SourceStore) -> None:
        """``names`` are those of the configured sources, asked for only when they are needed."""
        self._names = names
        self._states = states

    async def all(self) -> tuple[SourceHealth, ...]:
        """In the order of the configuration, the feeds of a list after it by name."""
        states = await self._states.states()
        found: dict[str, FetchState | None] = {}
        for name in self._names():
            found[name] = states.get(name)
            listed = sorted(other for other in states if other.startswith(f"{name}: "))
            found.update((other, states[other]) for other in listed if other not in found)
        return tuple(SourceHealth(name, state) for name, state in found.items())


def all_dropped(sources: Sequence[SourceHealth]) -> Counter[str]:
    """How many entries all last fetches together dropped, by reason."""
    dropped: Counter[str] = Counter()
    for source in sources:
        dropped.update(source.state.dropped if source.state else {})
    return dropped
