"""The operator's desk: what readers sent in, to accept, edit or reject."""

from bot.commands.amend import FIELDS, amended, field_named, shown_value
from bot.commands.arguments import page_number, shown
from bot.commands.context import Context
from bot.commands.references import split_reference
from bot.commands.reply import Choice, Page, Reply, Rows, Text, Tone, say
from bot.commands.told import REASONS, reason_text
from bot.curation.changes import fields_of
from bot.curation.nouns import Submission
from bot.curation.remarks import credited, plain_remark
from bot.errors import Refusal

PER_PAGE = 8

_ACCEPT = frozenset({"accept", "ok", "yes", "采纳", "採納", "通过", "通過"})
_PICK = frozenset({"pick", "精选", "精選"})
_REJECT = frozenset({"reject", "no", "拒绝", "拒絕", "退回"})
_PAGE = frozenset({"page", "页", "頁"})


async def queue(context: Context, argument: str) -> Reply:
    """The list; ``7`` one of it; ``7 accept``, ``7 pick``, ``7 reject WHY``, ``7 FIELD TEXT``."""
    word, rest = split_reference(argument)
    if not word or word.casefold() in _PAGE:
        return await _list(context, page_number(rest))
    number = word.removeprefix("#")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise Refusal("queue.how")
    verb, value = split_reference(rest)
    return await _act(context, int(number), verb.casefold(), value)


async def _act(context: Context, number: int, verb: str, value: str) -> Reply:
    submissions = context.services.submissions
    if not verb:
        return _one(context, await submissions.waiting(number))
    if verb in _ACCEPT | _PICK:
        accepted = await submissions.accept(
            number, context.sender, context.now, picked=verb in _PICK
        )
        title = accepted.item.title
        return await _done(context, context.say("queue.accepted", title=title), accepted)
    if verb in _REJECT:
        return await _reject(context, number, value)
    if verb in FIELDS and value:
        change = amended(context, field_named(verb), value)
        return _one(context, await submissions.amend(number, change))
    raise Refusal("queue.how")


async def _reject(context: Context, number: int, value: str) -> Reply:
    submissions = context.services.submissions
    reason = plain_remark(value)
    if not reason:
        waiting = await submissions.waiting(number)
        return Reply(
            (Text(context.say("queue.why", title=waiting.item.title, number=number)),),
            choices=tuple(
                Choice(context.say(f"reason.{word}"), f"/queue {number} reject {word}")
                for word in REASONS
            ),
        )
    rejected = await submissions.reject(number, reason, context.sender, context.now)
    why = reason_text(context.say, rejected.reason)
    return await _done(context, context.say("queue.rejected", reason=why), rejected)


async def _done(context: Context, text: str, settled: Submission) -> Reply:
    """What was done, and at once the next one."""
    blocks = [Text(text)]
    if settled.chat_id is not None:
        blocks.append(Text(context.say("queue.told"), Tone.HINT))
    following = await context.services.submissions.pending(limit=1)
    if not following:
        return Reply((*blocks, Text(context.say("queue.empty"))))
    shown_next = _one(context, following[0])
    return Reply((*blocks, *shown_next.blocks), choices=shown_next.choices)


async def _list(context: Context, page: int) -> Reply:
    submissions = context.services.submissions
    count = await submissions.count_pending()
    if not count:
        return say(context.say("queue.empty"))
    total = -(-count // PER_PAGE)
    page = min(page, total)
    found = await submissions.pending(offset=(page - 1) * PER_PAGE, limit=PER_PAGE)
    return Reply(
        (Text(context.say("queue.title", n=count), Tone.TITLE),),
        choices=tuple(
            Choice(f"{each.id} · {shown(each.item.title)}", f"/queue {each.id}") for each in found
        ),
        page=Page(page, total, "/queue page"),
    )


def _one(context: Context, submission: Submission) -> Reply:
    speak, item, number = context.say, submission.item, submission.id
    fields = fields_of(item)
    note = credited(submission.remark, submission.credit)
    rows = [
        (speak("card.link"), item.url),
        (speak("queue.state"), _page(context, submission)),
        (speak("field.section"), shown_value(context, "section", fields["section"])),
        (speak("field.topics"), shown_value(context, "topics", fields["topics"])),
        (speak("field.summary"), shown_value(context, "summary", fields["summary"])),
        (speak("field.note"), item.note if "note" in submission.edited else note),
        (speak("queue.sender"), submission.by or speak("history.nobody")),
    ]
    example = f"/queue {number} title {shown(item.title)}"
    return Reply(
        (
            Text(f"{number} · {item.title}", Tone.TITLE),
            Rows(tuple((name, value or "–") for name, value in rows)),
            Text(speak("edit.how", example=example), Tone.HINT),
        ),
        choices=(
            Choice(speak("button.accept"), f"/queue {number} accept"),
            Choice(speak("button.pick"), f"/queue {number} pick"),
            Choice(speak("button.reject"), f"/queue {number} reject"),
        ),
    )


def _page(context: Context, submission: Submission) -> str:
    """How it stands with the page."""
    if submission.trouble:
        return context.say("queue.trouble", reason=submission.trouble)
    return context.say("queue.unread" if submission.look_at else "queue.read")
