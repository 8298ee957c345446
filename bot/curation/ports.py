"""What curation asks of the store."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from bot.curation.nouns import Act, Decide, Filing, Notice, Prepare, Revision, Submission
from bot.ports import Account


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


class SubmissionStore(Protocol):
    async def file(
        self, new: Submission, *, limit: int, since: datetime
    ) -> tuple[Submission, Filing]:
        """Store a new submission, unless its address waits already or it is one too many.

        At most ``limit`` of one person after ``since``. With ``WAITING`` returns the one that
        waits.
        """
        ...

    async def get(self, submission_id: int) -> Submission | None: ...

    async def pending(self, *, offset: int = 0, limit: int) -> tuple[Submission, ...]:
        """Those that wait for review, the longest waiting first."""
        ...

    async def count_pending(self) -> int: ...

    async def of_person(self, person: str, limit: int) -> tuple[Submission, ...]:
        """The newest of a person, newest first."""
        ...

    async def to_look_at(self, now: datetime, limit: int) -> tuple[Submission, ...]:
        """Those whose page is to be fetched now."""
        ...

    async def change(
        self, submission_id: int, wish: Callable[[Submission], Submission]
    ) -> Submission | None:
        """Change one that waits for review, in one transaction; None if it doesn't wait."""
        ...

    async def accept(self, submission_id: int, prepare: Prepare, act: Act) -> Submission | None:
        """Take it into the paper, with its revision and the notice to who sent it in, at once.

        None if it doesn't wait for review.
        """
        ...

    async def reject(
        self, submission_id: int, reason: str, by: str, now: datetime
    ) -> Submission | None:
        """Reject it, and write down that who sent it in is to be told. None as above."""
        ...

    async def owed(self, accounts: Sequence[Account], limit: int) -> tuple[Notice, ...]:
        """What is owed to chats of these accounts that have not shut the bot out, oldest first."""
        ...

    async def told(self, notice: Notice) -> None:
        """The chat knows, or will."""
        ...

    async def theirs(self, person: str | None, chat_id: int) -> tuple[Submission, ...]:
        """All that the person, or anyone in the chat, sent in; the oldest first."""
        ...

    async def forget(self, person: str | None, chat_id: int) -> None:
        """Erase what the person, or anyone in the chat, sent in.

        What is in the paper stays there, without any name; so do the reviews that they made.
        """
        ...
