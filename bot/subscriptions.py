"""What a reader can change: topics, hour, zone, language, pause, and being forgotten."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import attrgetter

from bot.errors import Refusal
from bot.messages import Messages
from bot.model import (
    Chat,
    ChatAddress,
    ChatKind,
    ChatStatus,
    FollowKind,
    Occurrence,
    QuietHours,
    Schedule,
    Subscription,
    Window,
)
from bot.ports import ChatStore, SubscriptionStore, Timetable, WindowBook
from bot.topics import Taxonomy

MAX_SUBSCRIPTIONS = 50


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a new chat starts with."""

    language: str
    schedule: Schedule


@dataclass(frozen=True, slots=True)
class ChannelWish:
    """A channel as the operator configured it."""

    address: ChatAddress
    title: str
    language: str
    schedule: Schedule
    follows: tuple[Subscription, ...]
    layout: str = "daily"


class Readers:
    """Chats and their subscriptions. Every change is stored before it is confirmed."""

    def __init__(
        self,
        chats: ChatStore,
        subscriptions: SubscriptionStore,
        timetable: Timetable,
        windows: WindowBook,
        defaults: Defaults,
    ) -> None:
        self._chats = chats
        self._subscriptions = subscriptions
        self._timetable = timetable
        self._windows = windows
        self._defaults = defaults

    async def chat(
        self, address: ChatAddress, kind: ChatKind, title: str, language: str | None, now: datetime
    ) -> Chat:
        """The chat at ``address``, stored with default settings if it is new."""
        found = await self._chats.find(address)
        if found is not None:
            return found
        new = Chat(
            id=0,
            address=address,
            kind=kind,
            title=title,
            language=language or self._defaults.language,
            schedule=self._defaults.schedule,
        )
        return await self._chats.add(new, now)

    async def find(self, address: ChatAddress) -> Chat | None:
        return await self._chats.find(address)

    async def channels(self, platform: str, account: str) -> tuple[Chat, ...]:
        return await self._chats.channels(platform, account)

    async def audience(self) -> Mapping[str, int]:
        """By platform, how many chats have a daily issue and can be reached."""
        return await self._chats.audience()

    async def follows(self, chat: Chat) -> tuple[Subscription, ...]:
        return await self._subscriptions.of(chat.id)

    async def follow(
        self, chat: Chat, wanted: tuple[Subscription, ...], now: datetime, by: str | None = None
    ) -> tuple[Subscription, ...]:
        """Follow, and switch the daily issue on. Returns what was new.

        ``by`` is the platform's id of who wants that for a chat that is not theirs alone.
        The whole paper and single topics replace each other: the later wish holds.
        Raises ``Refusal("subscribe.too_many")`` beyond ``MAX_SUBSCRIPTIONS``.
        """
        present = await self._subscriptions.of(chat.id)
        replaced = _replaced(present, wanted)
        kept = {*present, *wanted} - set(replaced)
        if len({(s.kind, s.value) for s in kept}) > MAX_SUBSCRIPTIONS:
            raise Refusal("subscribe.too_many", n=MAX_SUBSCRIPTIONS)
        for subscription in replaced:
            await self._subscriptions.remove(chat.id, subscription)
        added = [s for s in wanted if await self._subscriptions.add(chat.id, s, now)]
        if chat.active_since is None:
            owner = chat.added_by or by
            await self._chats.save(replace(chat, active_since=now, next_due=None, added_by=owner))
        return tuple(added)

    async def unfollow(
        self, chat: Chat, unwanted: tuple[Subscription, ...]
    ) -> tuple[Subscription, ...]:
        """Stop following; the last one gone switches the daily issue off. Returns what went.

        Exclusions that are left then don't count: nobody asks for the rest of the paper by them.
        """
        before = await self._subscriptions.of(chat.id)
        gone = [s for s in unwanted if await self._subscriptions.remove(chat.id, s)]
        left = await self._subscriptions.of(chat.id)
        if not left or (_includes_any(before) and not _includes_any(left)):
            await self._switch_off(chat)
        return tuple(gone)

    async def unfollow_all(self, chat: Chat) -> int:
        count = await self._subscriptions.clear(chat.id)
        await self._switch_off(chat)
        return count

    async def _switch_off(self, chat: Chat) -> None:
        await self._chats.save(replace(chat, active_since=None, next_due=None))

    async def set_schedule(self, chat: Chat, schedule: Schedule, now: datetime) -> Chat:
        """A new hour, zone or days. A date never gets two issues by it, nor none."""
        if schedule == chat.schedule:
            return chat
        return await self._save(replace(chat, schedule=schedule, changed_at=now, next_due=None))

    async def set_language(self, chat: Chat, language: str) -> Chat:
        return await self._save(replace(chat, language=language))

    async def set_layout(self, chat: Chat, layout: str) -> Chat:
        return await self._save(replace(chat, layout=layout))

    async def set_quiet(self, chat: Chat, quiet: QuietHours | None) -> Chat:
        return await self._save(replace(chat, quiet=quiet))

    async def set_options(self, chat: Chat, options: str) -> Chat:
        return await self._save(replace(chat, options=options))

    async def pause(self, chat: Chat, days: int | None, now: datetime) -> Chat:
        until = now + timedelta(days=days) if days else None
        return await self._save(
            replace(chat, status=ChatStatus.PAUSED, paused_until=until, next_due=None)
        )

    async def resume(self, chat: Chat, now: datetime) -> Chat:
        """Issues come again from now on; what was due meanwhile does not."""
        return await self._save(resumed(chat, now))

    async def add_channel(
        self, address: ChatAddress, title: str, *, like: Chat, added_by: str, now: datetime
    ) -> Chat:
        """The channel at ``address``, new ones with the hour, zone and language of ``like``."""
        new = replace(like, id=0, address=address, kind=ChatKind.CHANNEL, title=title)
        stored = await self._chats.add(
            replace(
                new,
                status=ChatStatus.ACTIVE,
                quiet=None,
                active_since=None,
                added_by=added_by,
                options="",
            ),
            now,
        )
        if stored.kind is not ChatKind.CHANNEL:  # on Discord people write there, too
            stored = await self._save(replace(stored, kind=ChatKind.CHANNEL, added_by=added_by))
        if stored.status is ChatStatus.ACTIVE:
            return stored
        return await self._save(resumed(stored, now))

    async def set_up_channel(self, wish: ChannelWish, now: datetime) -> Chat:
        """Make the channel as it is configured; what is so already stays untouched."""
        new = Chat(0, wish.address, ChatKind.CHANNEL, wish.title, wish.language, wish.schedule)
        new = replace(new, active_since=now, layout=wish.layout)
        stored = await self._chats.add(new, now)
        if set(await self._subscriptions.of(stored.id)) != set(wish.follows):
            await self._subscriptions.clear(stored.id)
            for subscription in wish.follows:
                await self._subscriptions.add(stored.id, subscription, now)
        wished = replace(stored, kind=ChatKind.CHANNEL, language=wish.language)
        wished = replace(wished, schedule=wish.schedule, layout=wish.layout)
        wished = replace(wished, active_since=stored.active_since or now)
        if wished == stored:
            return stored
        return await self._save(replace(wished, changed_at=now, next_due=None))

    async def erase(self, chat: Chat, person: str | None = None) -> None:
        """Forget the chat, and of a ``person`` (``platform:id``) that they set up channels."""
        await self._chats.erase(chat.id, person)

    def next_issue(self, chat: Chat, now: datetime) -> Occurrence | None:
        """When the chat's next issue is due; None while it gets none."""
        if chat.active_since is None or chat.status is not ChatStatus.ACTIVE:
            return None
        return self._timetable(chat.schedule, now)

    async def window(self, chat: Chat, due: Occurrence) -> Window | None:
        """When an issue comes whose hour too many share for it to come at once."""
        account = chat.address.platform, chat.address.account
        return await self._windows.of(account, due.instant)

    async def _save(self, chat: Chat) -> Chat:
        await self._chats.save(chat)
        return chat


def _includes_any(subscriptions: tuple[Subscription, ...]) -> bool:
    return any(not subscription.excluded for subscription in subscriptions)


def _replaced(
    present: tuple[Subscription, ...], wanted: tuple[Subscription, ...]
) -> tuple[Subscription, ...]:
    """What gives way to the wanted: everything to a topic, topics to everything."""
    kinds = {subscription.kind for subscription in wanted if not subscription.excluded}
    if not kinds:
        return ()
    whole_paper = FollowKind.ALL in kinds
    return tuple(
        s for s in present if not s.excluded and (s.kind is FollowKind.ALL) is not whole_paper
    )


def resumed(chat: Chat, now: datetime) -> Chat:
    """The chat as it is after a pause that ended at ``now``. Pure."""
    since = now if chat.active_since is not None else None
    return replace(
        chat, status=ChatStatus.ACTIVE, paused_until=None, active_since=since, next_due=None
    )


def name_of(subscription: Subscription, taxonomy: Taxonomy, say: Messages) -> str:
    """What a subscription follows or excludes, in words.

    A topic that is no longer in the topics file goes by its id.
    """
    match subscription.kind:
        case FollowKind.TOPIC:
            topic = taxonomy.resolve(subscription.value)
            return taxonomy.name(topic.id, say.language) if topic else subscription.value
        case FollowKind.KEYWORD:
            return say("topics.keyword", keyword=subscription.value)
        case FollowKind.ALL:
            return say("topics.all")


def signed_names(
    subscriptions: Iterable[Subscription], taxonomy: Taxonomy, say: Messages
) -> tuple[str, ...]:
    """The names of several; what is excluded stands last, with a minus sign."""
    return tuple(
        ("−" if each.excluded else "") + name_of(each, taxonomy, say)
        for each in sorted(subscriptions, key=attrgetter("excluded"))
    )
