"""Laying out an issue from what was chosen. Pure: the same inputs give the same issue."""

from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass, replace
from datetime import date

from bot.digest.choose import DAILY_SECTIONS, Choice, Chosen, daily_section
from bot.digest.rank import appeared, heat
from bot.digest.urls import is_gone, usable_url
from bot.han import in_script
from bot.messages import messages
from bot.model import (
    Entry,
    Issue,
    IssueSection,
    Item,
    Localized,
    StoredItem,
    Why,
)
from bot.topics import Taxonomy

_CHINESE = frozenset({"zh-CN", "zh-TW"})
_FALLBACKS = {
    "en": ("en", "zh-CN", "zh-TW"),
    "zh-CN": ("zh-CN", "zh-TW", "en"),
    "zh-TW": ("zh-TW", "zh-CN", "en"),
}


@dataclass(frozen=True, slots=True)
class Edition:
    """What stands in the head of an issue, and what frames it."""

    day: date
    number: int
    language: str
    topics: tuple[str, ...] = ()
    sample: bool = False
    notices: tuple[str, ...] = ()
    previous: date | None = None
    next: date | None = None
    layout: str = "daily"
    call: str = ""
    span: str = ""


def compose(
    choices: Iterable[Choice],
    items: Mapping[int, StoredItem],
    edition: Edition,
    taxonomy: Taxonomy,
    bodies: MutableMapping[tuple[int, str], Entry] | None = None,
) -> Issue:
    """The issue in the language of the edition, its entries numbered through.

    ``bodies`` keeps, by item and language, what does not depend on the issue, for the next one.
    """
    bodies = {} if bodies is None else bodies
    say = messages(edition.language)
    sections = []
    number = 0
    for choice in choices:
        entries = []
        for chosen in choice.chosen:
            number += 1
            stored = items[chosen.id]
            body = bodies.get((chosen.id, edition.language))
            if body is None:
                body = _body(stored.item, edition.language, taxonomy)
                bodies[chosen.id, edition.language] = body
            why = _why(chosen, choice, stored)
            entries.append(replace(body, number=number, why=why, id=chosen.id))
        sections.append(
            IssueSection(
                section=choice.section,
                icon=DAILY_SECTIONS[choice.section],
                title=say(f"section.{choice.section}"),
                entries=tuple(entries),
                left_out=choice.left_out,
            )
        )
    notices = ((say("issue.sample"),) if edition.sample and sections else ()) + edition.notices
    return Issue(
        title=say("issue.title"),
        day=edition.day,
        dateline=say.day(edition.day),
        number=edition.number,
        language=edition.language,
        layout=edition.layout,
        topics=edition.topics,
        sections=tuple(sections),
        notices=notices,
        previous=edition.previous,
        next=edition.next,
        call=edition.call,
        span=edition.span,
    )


def in_language(text: Localized, language: str) -> str:
    """The text in the language, else in the nearest one that is there, else empty.

    Chinese that is there in one script only is converted to the other.
    """
    for tag in _FALLBACKS[language]:
        if text.get(tag):
            return _converted(text[tag], tag, language)
    return next(filter(None, text.values()), "")


def _converted(text: str, tag: str, language: str) -> str:
    is_other = tag != language and tag in _CHINESE and language in _CHINESE
    return in_script(text, language) if is_other else text


def _body(item: Item, language: str, taxonomy: Taxonomy) -> Entry:
    """The entry of an item, but for its number and why it was chosen."""
    field, tasks = _field_and_tasks(item, language, taxonomy)
    introduction = in_language(item.summary, language)
    abstract = in_language(item.abstract, language)
    return Entry(
        number=0,
        title=_converted(item.title, item.language or "", language),
        url=_living(item),
        section=daily_section(item.section),
        published=messages(language).published(item.published) if item.published else "",
        field=field,
        tasks=tasks,
        authors=item.authors,
        authors_more=item.authors_more,
        venue=item.venue or "",
        introduction=introduction,
        abstract=_continued(introduction, abstract),
        code_urls=item.code_urls,
        links=item.links,
        # An imported issue may have images that lie beside its file: nobody else can see them.
        images=tuple(each for each in item.images if usable_url(each)),
        kind=item.section,
        original=item.summary.get("en", "") if introduction != item.summary.get("en") else "",
        note=item.note or "",
    )


def _living(item: Item) -> str:
    """The item's address; where its host is gone, that of the paper or of the code, if known."""
    if not is_gone(item.url):
        return item.url
    paper = f"https://arxiv.org/abs/{item.arxiv_id}" if item.arxiv_id else ""
    return paper or next(iter(item.code_urls), item.url)


def _why(chosen: Chosen, choice: Choice, stored: StoredItem) -> Why:
    item, ranked = stored.item, chosen.ranked
    followed = ranked.candidate.topics.keys() if chosen.topics is None else chosen.topics
    return Why(
        topics=tuple(topic for topic in item.topics if topic.id in followed),
        keywords=ranked.keywords,
        everything=chosen.topics is None,
        appeared=appeared(item.published, stored.first_seen).isoformat(timespec="seconds"),
        signals=tuple(item.signals.items()),
        fit=round(ranked.fit, 2),
        heat=round(heat(item.signals), 2),
        weight=round(ranked.weight, 2),
        deducted=round(chosen.deducted, 2),
        place=chosen.place,
        among=len(choice.chosen) + choice.left_out,
    )


def _continued(introduction: str, abstract: str) -> str:
    """The abstract, without its beginning where the introduction has said that already."""
    said = introduction.removesuffix("…").rstrip()
    if not said or not abstract.startswith(said):
        return abstract
    rest = abstract.removeprefix(said)
    if said[-1].isalnum() and rest[:1].isalnum():
        return abstract  # it only begins with the same letters
    return f"… {rest.strip()}" if rest.strip() else ""


def _field_and_tasks(item: Item, language: str, taxonomy: Taxonomy) -> tuple[str, tuple[str, ...]]:
    """The broad field of the surest topic, and the finer topics as tasks.

    Topics that are no longer in the topics file are passed over.
    """
    topics = [topic for match in item.topics if (topic := taxonomy.resolve(match.id))]
    if not topics:
        return "", ()
    field = taxonomy.root(topics[0].id)
    tasks = tuple(taxonomy.name(topic.id, language) for topic in topics if topic.parent)
    return taxonomy.name(field, language), tasks
