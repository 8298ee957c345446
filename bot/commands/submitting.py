"""Sending something in: ``/submit``."""

import re

from bot.commands.arguments import shown
from bot.commands.context import Context
from bot.commands.references import split_reference
from bot.commands.reply import Choice, Reply, Rows, Text, Tone, say
from bot.curation.nouns import Filing, Status, Submission
from bot.curation.submissions import Sent
from bot.errors import Refusal
from bot.model import ChatKind, StoredItem

MAX_SHOWN = 10
"""The newest so many of one's own submissions are listed."""

_LIST = frozenset({"list", "列表", "清單", ""})
_OWN = re.compile(r"[#＃](\d{1,18})", re.ASCII)
_WITHDRAW = frozenset({"withdraw", "撤回"})
_CREDIT = frozenset({"credit", "署名"})


async def submit(context: Context, argument: str) -> Reply:
    """``URL [REMARK]``; alone or ``list``, one's own; ``#7 withdraw`` and ``#7 credit NAME``."""
    address, rest = split_reference(argument)
    if address.casefold() in _LIST:
        return await _own(context)
    if own := _OWN.fullmatch(address):
        return await _adjust(context, int(own[1]), rest)
    sent = await context.services.submissions.send(
        address, rest, context.sender, context.chat, context.now
    )
    return _answer(context, sent)


def _answer(context: Context, sent: Sent) -> Reply:
    known = _known(context, sent.known) if sent.known else ()
    submission = sent.submission
    if submission is None:
        return Reply((*known, Text(context.say("submit.add_remark"), Tone.HINT)))
    if sent.filing is Filing.WAITING:
        own = submission.by == context.sender
        waits = context.say("submit.waiting_own" if own else "submit.waiting")
        return Reply((*known, Text(waits)), choices=_choices(context, submission) if own else ())
    thanks = context.say("submit.remark_kept" if sent.known else "submit.thanks")
    hint = Text(context.say("submit.next"), Tone.HINT)
    return Reply((*known, Text(thanks), hint), choices=_choices(context, submission))


def _known(context: Context, stored: StoredItem) -> tuple[Text, ...]:
    item = stored.item
    return (
        Text(context.say("submit.known")),
        Text(f"#{stored.id} · {item.title}\n{item.url}"),
    )


def _choices(context: Context, submission: Submission) -> tuple[Choice, ...]:
    """What one may still do with one's own: to be named only if one asks for it."""
    number = submission.id
    withdraw = Choice(context.say("button.withdraw"), f"/submit #{number} withdraw")
    if submission.credit or context.incoming.kind is not ChatKind.PRIVATE:
        return (withdraw,)
    name = shown(context.chat.title)
    label = context.say("button.credit", name=name)
    return (Choice(label, f"/submit #{number} credit {name}"), withdraw)


async def _adjust(context: Context, number: int, rest: str) -> Reply:
    word, name = split_reference(rest)
    submissions = context.services.submissions
    if word.casefold() in _WITHDRAW:
        withdrawn = await submissions.withdraw(number, context.sender)
        return say(context.say("submit.withdrawn", title=shown(withdrawn.item.title)))
    if word.casefold() in _CREDIT:
        changed = await submissions.credit(number, context.sender, name)
        if not changed.credit:
            return say(context.say("submit.nameless"))
        return say(context.say("submit.credited", name=changed.credit))
    raise Refusal("submit.adjust", number=number)


async def _own(context: Context) -> Reply:
    mine = await context.services.submissions.of_person(context.sender, MAX_SHOWN)
    if not mine:
        return say(context.say("submit.how"))
    rows = tuple((_state(context, each), shown(each.item.title)) for each in mine)
    waiting = next((each for each in mine if each.status is Status.PENDING), None)
    return Reply(
        (
            Text(context.say("submit.own"), Tone.TITLE),
            Rows(rows),
            Text(context.say("submit.how"), Tone.HINT),
        ),
        choices=_choices(context, waiting) if waiting else (),
    )


def _state(context: Context, submission: Submission) -> str:
    return f"#{submission.id} · {context.say(f'submission.{submission.status}')}"
