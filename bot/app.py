"""The composition root: the only place that wires the parts together."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from adapters import adapter_class
from bot.announcing import Announcer
from bot.commands.access import Access
from bot.commands.context import Services
from bot.commands.dispatch import Dispatcher
from bot.commands.keywords import keyword_table
from bot.commands.table import build_table
from bot.config import DeliverySettings, Settings
from bot.configured import compilations, papers_word, source_specs
from bot.curation.submissions import Look, Submissions
from bot.delivery.courier import Courier
from bot.delivery.outlet import Limits, Outlet
from bot.digest.choose import Caps
from bot.digest.classify import Classifier, shipped_model
from bot.editor import Editor
from bot.errors import ConfigError
from bot.ingest import Ingest
from bot.keeper import Keeper
from bot.meter import NO_METER, Meter
from bot.model import Schedule
from bot.notices import Herald
from bot.overview import Observer
from bot.platform import Adapter
from bot.ports import Account, Clock, Lease
from bot.sample import sample_items
from bot.sourcebook import Sourcebook
from bot.store import Store, open_store
from bot.subscriptions import Defaults, Readers
from bot.topics import Taxonomy
from bot.web.bindery import Bindery
from bot.web.editions import Editions
from scheduler.capacity import Capacity, WindowBook
from scheduler.clock import ClockGuard
from scheduler.due import next_due
from scheduler.tick import Tick

if TYPE_CHECKING:
    from bot.sources.http import Fetcher
    from bot.web.build import Builder
    from bot.web.copying import Get


SITE_ID = "site_id"
"""The note that holds the id out of which those in the feeds grow."""


class SystemClock:
    """The computer's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class App:
    """The parts that every front door needs."""

    settings: Settings
    clock: Clock
    store: Store
    taxonomy: Taxonomy
    classifier: Classifier
    editor: Editor
    readers: Readers
    access: Access
    submissions: Submissions
    bindery: Bindery = field(default_factory=Bindery)

    def dispatcher(self, adapter: Adapter) -> Dispatcher:
        """Answers the messages that come through one adapter."""
        services = Services(
            self.readers,
            self.editor,
            self.store.issues,
            self.store.editions,
            self.store.ledger,
            self.store.items,
            self.store.stories,
            self.store.search,
            self.store.revisions,
            self.store.shelf,
            self.submissions,
            self.taxonomy,
            self.sourcebook,
            self.store.broadcasts,
            self.observer,
            rights=adapter,
            bindery=self.bindery,
            extras=adapter.extras,
            operators=self.settings.operator_ids,
            keywords=keyword_table(compilations(self.settings, self.taxonomy)),
        )
        return Dispatcher(services, build_table(), self.access)

    @property
    def observer(self) -> Observer:
        """How all this is doing."""
        store = self.store
        return Observer(
            store.items,
            store.chats,
            store.ledger,
            store.leases,
            self.sourcebook,
            self.capacity(),
        )

    @property
    def sourcebook(self) -> Sourcebook:
        """How the configured sources are doing."""

        def names() -> list[str]:
            return [spec.name for spec in source_specs(self.settings, self.taxonomy)]

        return Sourcebook(names, self.store.sources)

    def courier(
        self,
        adapters: Sequence[Adapter],
        keeper: Keeper | None = None,
        meter: Meter = NO_METER,
    ) -> Courier:
        """Delivers through ``adapters``, where the keeper, if any, holds their leases."""
        store, settings = self.store, self.settings.delivery

        def fence_of(account: Account) -> Lease | None:
            return keeper.held(send_lease(account)) if keeper else None

        return Courier(
            store.ledger,
            store.chats,
            store.issues,
            self.editor,
            store.leases,
            outlets=self._outlets(adapters),
            clock=self.clock,
            owner=keeper.owner if keeper else None,
            fence_of=fence_of if keeper else None,
            at_most_once=settings.at_most_once,
            meter=meter,
        )

    def tick(
        self,
        adapters: Sequence[Adapter],
        keeper: Keeper | None = None,
        meter: Meter = NO_METER,
    ) -> Tick:
        """The scheduler's pass, delivering through ``adapters``."""
        courier = self.courier(adapters, keeper, meter)
        return Tick(self.store.chats, self.store.ledger, courier, self.capacity())

    def capacity(self) -> Capacity:
        """What the accounts can send, and what is due."""
        store, rates = self.store, self.settings.delivery.per_second

        def rate_of(platform: str) -> float | None:
            if platform in rates:
                return rates[platform]
            limits: Limits = adapter_class(platform).limits
            return limits.per_second

        return Capacity(WindowBook(store.notes), store.chats, store.ledger, rate_of)

    async def site_builder(self, folder: Path) -> "Builder":
        """What builds the web edition into a folder."""
        from bot.web.build import Builder  # noqa: PLC0415 - most commands need no pages
        from bot.web.copying import Copier  # noqa: PLC0415 - see above
        from bot.web.site import Site  # noqa: PLC0415

        store, web = self.store, self.settings.web
        site_id = await store.notes.get(SITE_ID)
        if site_id is None:
            site_id = str(uuid4())
            await store.notes.put(SITE_ID, site_id)
        site = Site(
            UUID(site_id),
            base_url=f"{web.base_url.rstrip('/')}/" if web.base_url else "",
            telegram=web.telegram.removeprefix("@"),
            discord=web.discord,
        )
        editions = self.editions()
        copies = web.images == "copy"
        return Builder(
            site,
            editions,
            store.issues,
            taxonomy=self.taxonomy,
            folder=folder,
            default_language=self.settings.readers.language,
            copier=Copier(editions, partial(open_images, self)) if copies else None,
        )

    def editions(self) -> Editions:
        """The whole paper of each day, as the web shows it."""
        store, web, readers = self.store, self.settings.web, self.settings.readers
        schedule = Schedule(web.time or readers.time, web.timezone or readers.timezone)
        return Editions(store.chats, store.subscriptions, store.issues, self.editor, schedule)

    def clock_guard(self) -> ClockGuard:
        """Notices that the clock was set, or that the rules of time zones changed."""
        return ClockGuard(self.store.notes, self.store.chats, self.store.ledger)

    def herald(self, adapters: Sequence[Adapter]) -> Herald:
        """Tells readers of ``adapters`` what became of what they sent in."""
        store = self.store
        return Herald(store.submissions, store.chats, store.ledger, self._outlets(adapters))

    def announcer(self, adapters: Sequence[Adapter]) -> Announcer:
        """Puts the operators' broadcasts into the ledger, for the chats of ``adapters``."""
        store = self.store
        outlets = self._outlets(adapters)
        return Announcer(store.broadcasts, store.chats, store.ledger, store.notes, outlets)

    def _outlets(self, adapters: Sequence[Adapter]) -> dict[Account, Outlet]:
        settings = self.settings.delivery
        return {(a.platform, a.account): outlet_of(a, settings) for a in adapters}


def send_lease(account: Account) -> str:
    """The name of the lease of who sends for the account."""
    return f"send {':'.join(account)}"


def serve_lease(account: Account) -> str:
    """The name of the lease of who converses for the account."""
    return f"serve {':'.join(account)}"


def outlet_of(adapter: Adapter, settings: DeliverySettings) -> Outlet:
    """The adapter as the delivery sees it, with the operator's own limit if there is one."""
    limits = adapter.limits
    if (rate := settings.per_second.get(adapter.platform)) is not None:
        limits = replace(limits, per_second=rate)
    return Outlet(adapter.renderer, adapter, limits, adapter)


@asynccontextmanager
async def open_app(settings: Settings, clock: Clock | None = None) -> AsyncIterator[App]:
    """Open the store, with the sample edition if it is empty. Raises ``BotError``."""
    clock = clock or SystemClock()
    taxonomy = Taxonomy.load()
    store = await open_store(settings.database_url)
    try:
        if await store.items.count() == 0:
            await store.items.add(sample_items(), clock.now())
        classifier = Classifier(taxonomy, shipped_model)
        readers = settings.readers
        defaults = Defaults(readers.language, Schedule(readers.time, readers.timezone))
        caps = Caps(settings.issue.per_section, settings.issue.papers)
        yield App(
            settings=settings,
            clock=clock,
            store=store,
            taxonomy=taxonomy,
            classifier=classifier,
            editor=Editor(
                store.items,
                store.issues,
                store.subscriptions,
                taxonomy,
                caps,
                editions=store.editions,
                weights={source.name: source.weight for source in settings.sources},
                papers_word=papers_word(settings),
            ),
            submissions=Submissions(
                store.submissions,
                store.items,
                classifier,
                per_day=settings.submissions.per_day,
            ),
            readers=Readers(
                store.chats, store.subscriptions, next_due, WindowBook(store.notes), defaults
            ),
            access=Access(per_minute=settings.access.per_minute, allowed=settings.access.allowed),
        )
    finally:
        await store.close()


@asynccontextmanager
async def open_adapters(app: App) -> AsyncIterator[tuple[Adapter, ...]]:
    """The adapters of all enabled platforms. An SDK is imported only here, if it is needed."""
    async with AsyncExitStack() as stack:
        adapters: list[Adapter] = []
        telegram, console = app.settings.telegram, app.settings.console
        discord = app.settings.discord
        if token := telegram.secret:
            opened = adapter_class("telegram").open(
                token, telegram, operators=app.settings.operators_on("telegram")
            )
            adapters.append(await stack.enter_async_context(opened))
        if token := discord.secret:
            opened = adapter_class("discord").open(token, discord)
            adapters.append(await stack.enter_async_context(opened))
        if console.enabled or (console.enabled is None and not adapters):
            opened = adapter_class("console").open(app.settings.data_dir, console.chat)
            adapters.append(await stack.enter_async_context(opened))
        if not adapters:
            raise ConfigError("no platform is enabled; set console.enabled = true")
        yield tuple(adapters)


async def platform_reports(settings: Settings) -> tuple[str, ...]:
    """What each platform says of its account, for the operator. Raises ``ConfigError``."""
    reports: list[str] = []
    # An SDK is loaded if it is needed.
    if token := settings.telegram.secret:
        from adapters.telegram import check  # noqa: PLC0415

        told = await check.check(token, settings.telegram)
        reports += [f"telegram: {sentence}" for sentence in told]
    if token := settings.discord.secret:
        from adapters.discord import check as discord_check  # noqa: PLC0415

        told = await discord_check.check(token, settings.discord)
        reports += [f"discord: {sentence}" for sentence in told]
    return tuple(reports)


@asynccontextmanager
async def open_ingest(app: App) -> AsyncIterator[Ingest]:
    """The configured sources, ready to be fetched."""
    from bot.sources.parser import Parser  # noqa: PLC0415 - only loaded to fetch
    from bot.sources.registry import build  # noqa: PLC0415
    from bot.sources.tools import Tools  # noqa: PLC0415

    settings, store = app.settings, app.store
    specs = source_specs(settings, app.taxonomy)
    async with _fetcher(app) as fetcher, Parser() as parser:
        tools = Tools(fetcher, parser, store.stars, settings.github.secret)
        sources = [(build(spec, tools), spec.topics) for spec in specs]
        yield Ingest(
            sources, store.items, store.sources, app.classifier, lambda spec: build(spec, tools)
        )


IMAGE_SECONDS = 10.0
"""For one image: a build waits for it."""

_IMAGES = "image/webp, image/png, image/jpeg, image/gif, image/*;q=0.1"


def _fetcher(app: App, **more: Any) -> "Fetcher":
    """What fetches, taking turns with all other processes of this installation."""
    from bot.sources.http import Fetcher  # noqa: PLC0415 - httpx is only loaded to fetch
    from bot.sources.politeness import Politeness  # noqa: PLC0415

    settings = app.settings.fetch
    politeness = Politeness(app.store.turns, gap=settings.pause_seconds)
    return Fetcher(contact=settings.contact, politeness=politeness, **more)


@asynccontextmanager
async def open_look(app: App) -> AsyncIterator[Look]:
    """What looks at the pages that readers sent in: on the open internet only."""
    from bot.sources.pages import looking  # noqa: PLC0415 - see above

    async with _fetcher(app) as fetcher:
        yield looking(fetcher.get_public)


@asynccontextmanager
async def open_images(app: App) -> "AsyncIterator[Get]":
    """What gives the images of items: on the open internet only."""
    async with _fetcher(app, seconds=IMAGE_SECONDS, accept=_IMAGES) as fetcher:

        async def get(url: str, now: datetime) -> bytes:
            return (await fetcher.get_public(url, now)).body

        yield get
