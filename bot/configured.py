"""What a configuration asks for: sources, channels and keywords, with their topics looked up.

Files are read and checked by ``bot.config``; here stands what takes knowing topics and commands.
"""

from collections.abc import Iterable
from dataclasses import replace

from bot.commands.keywords import keyword_problems
from bot.commands.table import build_table
from bot.config import ChannelSettings, Settings, load_sources
from bot.errors import ConfigError
from bot.formats.languages import language_of_text
from bot.model import (
    ChatAddress,
    Compilation,
    FollowKind,
    Schedule,
    Section,
    SourceSpec,
    Subscription,
)
from bot.subscriptions import ChannelWish
from bot.topics import Taxonomy


def source_specs(settings: Settings, taxonomy: Taxonomy) -> tuple[SourceSpec, ...]:
    """The configured sources; the built-in ones where none is configured, or where asked for.

    Raises ``ConfigError`` for topics that are not known.
    """
    own = [source.spec() for source in settings.sources]
    wanted = settings.fetch.default_sources
    if wanted or (wanted is None and not own):
        own += load_sources(settings.fetch.sources_file)
    _refuse_unknown_topics(taxonomy, [(f"source {spec.name}", spec.topics) for spec in own])
    return tuple(_with_topic_ids(spec, taxonomy) for spec in own)


def _with_topic_ids(spec: SourceSpec, taxonomy: Taxonomy) -> SourceSpec:
    topics = tuple(topic.id for name in spec.topics if (topic := taxonomy.resolve(name)))
    return replace(spec, topics=topics)


def channel_wishes(settings: Settings, taxonomy: Taxonomy) -> tuple[ChannelWish, ...]:
    """The configured channels. Raises ``ConfigError`` for topics that are not known."""
    named = [(f"channels: {channel.chat}", channel.topics) for channel in settings.channels]
    _refuse_unknown_topics(taxonomy, named)
    return tuple(_wish(channel, settings, taxonomy) for channel in settings.channels)


def compilations(settings: Settings, taxonomy: Taxonomy) -> tuple[Compilation, ...]:
    """What the configured keywords bring.

    Raises ``ConfigError`` for topics that are not known, and for words that mean something else.
    """
    words = [word for keyword in settings.keywords for word in keyword.words]
    _refuse_unknown_topics(
        taxonomy, [(f"keywords: {each.words[0]}", each.topics) for each in settings.keywords]
    )
    if problems := keyword_problems(words, build_table()):
        raise ConfigError([f"keywords: {problem}" for problem in problems])
    return tuple(
        Compilation(
            each.words,
            frozenset(each.sections),
            tuple(topic.id for name in each.topics if (topic := taxonomy.resolve(name))),
            each.days,
        )
        for each in settings.keywords
    )


def papers_word(settings: Settings) -> dict[str, str]:
    """By language, the keyword that brings the papers of the last days."""
    words = [
        word
        for each in settings.keywords
        if set(each.sections) == {Section.PAPERS} and not each.topics
        for word in each.words
    ]
    spoken = {language_of_text(word): word for word in reversed(words)}
    chinese = spoken.get("zh-CN") or spoken.get("zh-TW")
    found = {"en": spoken.get("en"), "zh-CN": chinese, "zh-TW": spoken.get("zh-TW") or chinese}
    return {language: word for language, word in found.items() if word}


def _wish(channel: ChannelSettings, settings: Settings, taxonomy: Taxonomy) -> ChannelWish:
    topics = [topic for name in channel.topics if (topic := taxonomy.resolve(name))]
    follows = tuple(Subscription(FollowKind.TOPIC, topic.id) for topic in topics)
    return ChannelWish(
        address=ChatAddress(channel.platform, channel.platform, channel.chat),
        title=channel.chat,
        language=channel.language or settings.readers.language,
        schedule=Schedule(
            channel.time or settings.readers.time, channel.timezone or settings.readers.timezone
        ),
        follows=follows or (Subscription(FollowKind.ALL, ""),),
        layout=channel.layout,
    )


def _refuse_unknown_topics(taxonomy: Taxonomy, named: Iterable[tuple[str, Iterable[str]]]) -> None:
    """Raise ``ConfigError`` for all topics that are not known, by where they are named."""
    problems = [
        f"{where}: there is no topic {topic!r}; see ribao topics"
        for where, topics in named
        for topic in topics
        if taxonomy.resolve(topic) is None
    ]
    if problems:
        raise ConfigError(problems)
