"""What is kept about a chat and a person, as plain JSON values for `/export`."""

from collections.abc import Sequence
from datetime import datetime

from bot.commands.context import Context, Services
from bot.curation.nouns import Revision, Submission
from bot.model import DAILY_ONLY, Chat, Delivery, Editions, Kept

MAX = 10_000
"""Saved items and changes, the newest first: far more than a person makes."""


async def exported(context: Context) -> dict[str, object]:
    """All of it. In a group what people did is not told by person."""
    services, chat, person = context.services, context.chat, context.person
    follows = await services.readers.follows(chat)
    days = await services.issues.days(chat.id)
    revisions = await services.revisions.by_person(person, MAX) if person else ()
    return {
        "format": "ribao-export-1",
        "exported_at": context.now.isoformat(timespec="seconds"),
        "chat": _chat(chat, (await services.editions.of_all([chat.id])).get(chat.id)),
        "subscriptions": [
            {"kind": f.kind.value, "value": f.value, "excluded": f.excluded} for f in follows
        ],
        "issues": [day.isoformat() for day in days],
        "deliveries": [_delivery(d) for d in await services.ledger.of_chat(chat.id)],
        "saved": await _kept(services, await services.shelf.saved(person, MAX)) if person else [],
        "votes": await _kept(services, await services.shelf.votes(person)) if person else [],
        "submissions": [_submission(s) for s in await services.submissions.theirs(person, chat)],
        "revisions": [_revision(revision) for revision in revisions[::-1]],
    }


def _chat(chat: Chat, editions: Editions | None) -> dict[str, object]:
    quiet = chat.quiet
    return {
        "platform": chat.address.platform,
        "account": chat.address.account,
        "id": chat.address.id,
        "thread": chat.address.thread or None,
        "kind": chat.kind.value,
        "title": chat.title,
        "language": chat.language,
        "time": chat.schedule.at.isoformat("minutes"),
        "timezone": chat.schedule.zone,
        "days": sorted(chat.schedule.days),
        "quiet": [t.isoformat("minutes") for t in (quiet.start, quiet.end)] if quiet else None,
        "status": chat.status.value,
        "paused_until": _instant(chat.paused_until),
        "active_since": _instant(chat.active_since),
        "changed_at": _instant(chat.changed_at),
        "layout": chat.layout,
        "editions": sorted(editions.kinds if editions else DAILY_ONLY),
        "added_by": chat.added_by,
        "options": chat.options or None,
    }


def _delivery(delivery: Delivery) -> dict[str, object]:
    return {
        "day": delivery.day.isoformat(),
        "part": delivery.part,
        "state": delivery.state.value,
        "due_at": _instant(delivery.due_at),
        "attempts": delivery.attempt,
    }


async def _kept(services: Services, kept: Sequence[Kept]) -> list[dict[str, object]]:
    """Items that a person saved or gave a thumb."""
    items = {s.id: s.item for s in await services.items.load([each.item_id for each in kept])}
    return [
        {"url": items[each.item_id].url, "at": _instant(each.at)}
        | ({"vote": each.vote} if each.vote else {})
        for each in kept
        if each.item_id in items
    ]


def _submission(submission: Submission) -> dict[str, object]:
    return {
        "id": submission.id,
        "url": submission.item.url,
        "title": submission.item.title,
        "remark": submission.remark or None,
        "credit": submission.credit or None,
        "status": submission.status.value,
        "reason": submission.reason or None,
        "sent_at": _instant(submission.created_at),
        "reviewed_at": _instant(submission.reviewed_at),
    }


def _revision(revision: Revision) -> dict[str, object]:
    return {
        "id": revision.id,
        "item": revision.item_id,
        "at": _instant(revision.at),
        "kind": revision.kind.value,
        "changes": {name: list(pair) for name, pair in revision.changes.items()},
        "undoes": revision.undoes,
    }


def _instant(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
