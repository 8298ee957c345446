"""The store: everything that Ribao remembers, in one database behind the ports of ``bot.ports``."""

from dataclasses import dataclass

from bot.broadcasts import BroadcastStore
from bot.curation.ports import RevisionStore, SubmissionStore
from bot.ports import (
    ChatStore,
    DigestStore,
    EditionStore,
    IssueStore,
    ItemSearch,
    ItemStore,
    LeaseStore,
    Ledger,
    Notes,
    Shelf,
    SourceStore,
    StarStore,
    StoryStore,
    SubscriptionStore,
    TurnStore,
)
from bot.store import migrate, search
from bot.store.broadcasts import SqlBroadcastStore
from bot.store.chats import SqlChatStore
from bot.store.digests import SqlDigestStore
from bot.store.editions import SqlEditionStore
from bot.store.engine import Database, open_database
from bot.store.issues import SqlIssueStore
from bot.store.items import SqlItemStore
from bot.store.leases import SqlLeaseStore
from bot.store.ledger import SqlLedger
from bot.store.notes import SqlNotes
from bot.store.revisions import SqlRevisionStore
from bot.store.search import SqlItemSearch
from bot.store.shelf import SqlShelf
from bot.store.sources import SqlSourceStore
from bot.store.stories import SqlStoryStore
from bot.store.submissions import SqlSubmissionStore
from bot.store.subscriptions import SqlSubscriptionStore
from bot.store.turns import SqlStarStore, SqlTurnStore

__all__ = ["Store", "open_store"]


@dataclass(frozen=True, slots=True)
class Store:
    """One open database, by noun. ``close`` it before the event loop ends."""

    database: Database
    items: ItemStore
    search: ItemSearch
    chats: ChatStore
    subscriptions: SubscriptionStore
    issues: IssueStore
    ledger: Ledger
    leases: LeaseStore
    notes: Notes
    sources: SourceStore
    revisions: RevisionStore
    shelf: Shelf
    digests: DigestStore
    submissions: SubmissionStore
    turns: TurnStore
    stars: StarStore
    stories: StoryStore
    broadcasts: BroadcastStore
    editions: EditionStore

    async def require_schema(self) -> None:
        """Raise ``StoreError`` unless the schema is that of this version."""
        await migrate.require(self.database)

    async def close(self) -> None:
        await self.database.close()


async def open_store(url: str, *, upgrade: bool = True) -> Store:
    """Open the database at ``url``; see ``open_database``.

    With ``upgrade`` the database is created or upgraded first; without, ``StoreError`` is raised
    unless it is there and of this version. Raises ``NewerDatabase`` if a newer version wrote it.
    """
    database = await open_database(url, create=upgrade)
    try:
        await (migrate.upgrade(database) if upgrade else migrate.require(database))
        await search.prepare(database)
    except BaseException:
        await database.close()
        raise
    items = SqlItemStore(database)
    revisions = SqlRevisionStore(database, items)
    return Store(
        database,
        items=items,
        search=SqlItemSearch(database),
        chats=SqlChatStore(database),
        subscriptions=SqlSubscriptionStore(database),
        issues=SqlIssueStore(database),
        ledger=SqlLedger(database),
        leases=SqlLeaseStore(database),
        notes=SqlNotes(database),
        sources=SqlSourceStore(database),
        revisions=revisions,
        shelf=SqlShelf(database),
        digests=SqlDigestStore(database, items),
        submissions=SqlSubmissionStore(database, items, revisions),
        turns=SqlTurnStore(database),
        stars=SqlStarStore(database),
        stories=SqlStoryStore(database),
        broadcasts=SqlBroadcastStore(database),
        editions=SqlEditionStore(database),
    )
