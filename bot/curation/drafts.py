"""A submission on its way to an item: the bare address, its page, what people made of it. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.curation.changes import fields_of, with_fields, with_state
from bot.curation.nouns import SUBMISSION_SOURCE, Decide, Submission
from bot.curation.remarks import MAX_REMARK, credited
from bot.digest.normalise import arxiv_id, bounded, canonical_key, usable_url
from bot.model import PICK, Item, Section, StoredItem

FIRST_LOOK_AGAIN = timedelta(minutes=5)
MAX_LOOKS = 4
"""So many times is a page that can't be read asked for: at once, after 5 min, 20 min and 80 min."""

_MAX_PLACEHOLDER = 100


def draft_of(text: str) -> Item | None:
    """The item of which no more is known than its address; None if ``text`` is no http(s) address.

    Its title is the address, for want of a better one. An arXiv link becomes that of the abstract.
    """
    identifier = arxiv_id(text)
    without_scheme = "." in text and "://" not in text
    url = usable_url(f"https://{text}" if without_scheme else text)
    if identifier:
        url = f"https://arxiv.org/abs/{identifier}"
    if not url:
        return None
    key = canonical_key(url)
    return Item(
        key=key,
        title=bounded(url.partition("://")[2], _MAX_PLACEHOLDER),
        url=url,
        section=section_of(key),
        arxiv_id=identifier,
        source=SUBMISSION_SOURCE,
    )


def section_of(key: str) -> Section:
    """Where an item with this key belongs, as far as the key tells."""
    if key.startswith(("arxiv:", "doi:")):
        return Section.PAPERS
    return Section.PROJECTS if key.startswith("github:") else Section.POSTS


def seen(submission: Submission, item: Item) -> Submission:
    """Its page was read, and is ``item``; what a reviewer edited meanwhile stays."""
    return replace(
        submission,
        item=with_fields(item, _edited_fields(submission)),
        look_at=None,
        trouble="",
        attempts=submission.attempts + 1,
    )


def unseen(submission: Submission, trouble: str, now: datetime) -> Submission:
    """Its page could not be read."""
    attempts = submission.attempts + 1
    again = now + FIRST_LOOK_AGAIN * 4 ** (attempts - 1)
    return replace(
        submission,
        trouble=trouble,
        attempts=attempts,
        look_at=again if attempts < MAX_LOOKS else None,
    )


def amended(submission: Submission, decide: Decide) -> Submission:
    """The submission with what a reviewer changed in its item."""
    before = fields_of(submission.item)
    after = decide(StoredItem(0, submission.created_at, submission.item)).item
    changed = {name for name, value in fields_of(after).items() if value != before[name]}
    return replace(submission, item=after, edited=submission.edited | changed)


def verdict(submission: Submission, *, picked: bool) -> Decide:
    """What accepting does to the item in the paper, which may have been there before."""

    def accept(present: StoredItem) -> StoredItem:
        state = {**_edited_fields(submission), "removed": False}
        if "note" not in state:
            mine = credited(submission.remark, submission.credit)
            state["note"] = _joined(present.item.note, mine)
        if picked:
            state[PICK] = True
        return with_state(present, state)

    return accept


def _edited_fields(submission: Submission) -> dict[str, object]:
    fields = fields_of(submission.item)
    return {name: fields[name] for name in submission.edited}


def _joined(old: str | None, new: str) -> str | None:
    """Both notes, unless there is no room for the newer or it is there already."""
    if not new or new in (old or ""):
        return old
    both = f"{old}\n{new}" if old else new
    return both if len(both) <= 4 * MAX_REMARK else old
