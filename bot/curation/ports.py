"""What curation asks of the store."""

from typing import Protocol

from bot.curation.nouns import Act, Decide, Revision


class RevisionStore(Protocol):
    async def revise(self, item_id: int, act: Act, decide: Decide) -> Revision | None:
        """Change an item as ``decide`` wishes, and write down what changed, in one transaction.

        None if nothing changes or there is no such item. Raises the ``Refusal`` of ``decide``.
        """
        ...

    async def get(self, revision_id: int) -> Revision | None: ...

    async def of_item(self, item_id: int, limit: int) -> tuple[Revision, ...]:
        """The newest revisions of an item, newest first."""
        ...

    async def by_person(self, person: str, limit: int) -> tuple[Revision, ...]:
        """The newest revisions that a person made, newest first."""
        ...

    async def forget(self, person: str) -> None:
        """Keep what the person did, but not who it was."""
        ...
