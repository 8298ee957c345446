"""What `ribao run` does again and again; of several processes, the one that holds the lease."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from bot.app import App, open_ingest, open_look
from bot.config import Role
from bot.errors import SiteError
from bot.ingest import SourceReport
from bot.keeper import Keeper
from bot.meter import NO_METER, Meter
from bot.platform import Adapter
from scheduler.service import Job, Pass
from scheduler.tick import AHEAD, Tick

log = logging.getLogger(__name__)

TICK_EVERY = timedelta(seconds=20)
LOOK_AFTER_EVERY = timedelta(seconds=5)
SITE_EVERY = timedelta(minutes=1)
FIRST_FETCH_AFTER = timedelta(seconds=2)
LONGEST_LEASE = timedelta(minutes=5)
"""If a process ends on another machine, this long its passes are waited for at most."""

KEPT = timedelta(days=60)
"""How long the ledger's finished rows are kept; the rule asks for 40 days at least."""

_NO_DELAY = timedelta(0)


def jobs(
    app: App, adapters: Sequence[Adapter], tick: Tick, keeper: Keeper, meter: Meter = NO_METER
) -> tuple[Job, ...]:
    """The jobs of this process, by its roles."""

    def job(name: str, run: Pass, every: timedelta, first_after: timedelta = _NO_DELAY) -> Job:
        return Job(name, _by_one(name, run, every, keeper), every, first_after)

    # Another process may have accounts that this one can't write for: it waits for none of ours.
    accounts = " ".join(sorted(f"{each.platform}:{each.account}" for each in adapters))

    def own(name: str, run: Pass, every: timedelta) -> Job:
        return Job(name, _by_one(f"{name} {accounts}".rstrip(), run, every, keeper), every)

    guard = app.clock_guard()

    async def desk(now: datetime) -> None:
        await guard.check(now, AHEAD)
        await tick.prepare(now)

    roles = app.settings.roles
    planned = [
        own("desk", desk, TICK_EVERY),
        job("upkeep", tick.courier.look_after, LOOK_AFTER_EVERY),
        job("housekeeping", partial(_housekeep, app), timedelta(days=1), timedelta(hours=1)),
    ]
    if Role.FETCH in roles:
        every = timedelta(minutes=app.settings.fetch.interval_minutes)
        # A pipe is a short conversation: it should not wait for, or depend on, the network.
        people = any(adapter.interactive for adapter in adapters)
        first_after = FIRST_FETCH_AFTER if people else every
        planned.append(job("fetch", partial(_fetch, app, meter), every, first_after))
        planned.append(job("pages", partial(_look, app), TICK_EVERY, first_after))
    if app.settings.web.port is not None:
        # Each process that serves has a folder of its own to build.
        planned.append(Job("web", partial(_build_site, app, keeper), SITE_EVERY, _NO_DELAY))
    if Role.SEND in roles:
        planned.append(own("notices", app.herald(adapters).publish, TICK_EVERY))
        planned.append(own("broadcasts", app.announcer(adapters).publish, TICK_EVERY))
    return tuple(planned)


def _by_one(name: str, run: Pass, every: timedelta, keeper: Keeper) -> Pass:
    """The pass, in the one process that has its lease: it lasts until after the next pass."""
    term = min(2 * every, LONGEST_LEASE)

    async def run_if_held(now: datetime) -> None:
        if await keeper.take(name, term):
            await run(now)

    return run_if_held


async def _fetch(app: App, meter: Meter, now: datetime) -> None:
    # The sources are opened for each pass: between passes they cost no memory.
    async with open_ingest(app) as ingest:
        reports = await ingest.fetch(now)
    for report in reports:
        known = report.added.known + report.added.enriched
        dropped = sum(report.dropped.values())
        for kind, number in (("new", report.added.new), ("known", known), ("dropped", dropped)):
            meter.fetched(report.name, kind, number)
    for sentence in failures(reports):
        log.warning("%s", sentence)


def failures(reports: Sequence[SourceReport]) -> list[str]:
    """A sentence for each source that failed; only one where nothing at all could be read.

    Then the network is gone, and a person at the console shall not have their screen filled.
    """
    asked = [report for report in reports if report.waiting_until is None]
    failed = [report for report in asked if report.error]
    said = [f"source {report.name}: {report.error}" for report in failed]
    if len(said) > 1 and len(failed) == len(asked):
        return [f"none of {len(asked)} sources can be read; {said[0]}"]
    return said


async def _look(app: App, now: datetime) -> None:
    """At the pages that readers sent in."""
    if await app.store.submissions.to_look_at(now, limit=1):
        async with open_look(app) as at_page:
            await app.submissions.look(at_page, now)


async def _build_site(app: App, keeper: Keeper, now: datetime) -> None:
    """Only one process publishes, once the hour of the day's edition has come."""
    publishes = await keeper.take("web", 2 * SITE_EVERY) and await app.editions().is_due(now)
    builder = await app.site_builder(app.settings.web_folder)
    try:
        report = await builder.build(now, publish=bool(publishes))
        if (images := report.images) and images.copied:
            log.info("web: %d images copied, %d left", images.copied, images.waiting)
    except SiteError as error:
        log.warning("web: %s", error)


async def _housekeep(app: App, now: datetime) -> None:
    # A clock that leapt would have the rows of today taken for old, and so sent again.
    if await app.clock_guard().is_steady(now):
        await app.store.ledger.prune((now - KEPT).date())
