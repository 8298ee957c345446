"""Which items a reader wants: subscriptions to a filter, and the filter's verdict. Pure."""

from collections.abc import Iterable

from bot.digest.classify import contains_keyword
from bot.model import Candidate, FollowKind, Subscription, TopicFilter
from bot.topics import Taxonomy, normal_form


def topic_filter(subscriptions: Iterable[Subscription], taxonomy: Taxonomy) -> TopicFilter:
    """The filter of a reader. Without anything included, all but the excluded is wanted."""
    included = [s for s in subscriptions if not s.excluded]
    excluded = [s for s in subscriptions if s.excluded]
    return TopicFilter(
        everything=not included or any(s.kind is FollowKind.ALL for s in included),
        topics=taxonomy.expand(_values(included, FollowKind.TOPIC)),
        keywords=_keywords(included),
        excluded_topics=taxonomy.expand(_values(excluded, FollowKind.TOPIC)),
        excluded_keywords=_keywords(excluded),
    )


def wanted(candidate: Candidate, by: TopicFilter) -> bool:
    """Whether the filter wants the item; an exclusion always wins."""
    topics = candidate.topics.keys()
    if not by.excluded_topics.isdisjoint(topics) or _has_any(candidate, by.excluded_keywords):
        return False
    return by.everything or not by.topics.isdisjoint(topics) or _has_any(candidate, by.keywords)


def _has_any(candidate: Candidate, keywords: Iterable[str]) -> bool:
    return any(contains_keyword(keyword, candidate.text) for keyword in keywords)


def _keywords(subscriptions: Iterable[Subscription]) -> tuple[str, ...]:
    return tuple(normal_form(keyword) for keyword in _values(subscriptions, FollowKind.KEYWORD))


def _values(subscriptions: Iterable[Subscription], kind: FollowKind) -> tuple[str, ...]:
    return tuple(s.value for s in subscriptions if s.kind is kind)
