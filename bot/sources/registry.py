"""Kinds of sources by name.

A new kind is a class with the constructor of ``WebSource`` that implements ``bot.ports.Source``, a
line in ``CLASSES``, and one in ``bot.source_kinds.KINDS``, which says what may be configured.
"""

from collections.abc import Mapping

from bot.model import SourceSpec
from bot.ports import Source
from bot.sources.arxiv import ArxivSource
from bot.sources.arxiv_api import ArxivApiSource
from bot.sources.feed import FeedSource
from bot.sources.feedlist import OpmlSource
from bot.sources.github import GithubSource
from bot.sources.hackernews import HackerNewsSource
from bot.sources.huggingface import HuggingFaceSource
from bot.sources.reddit import RedditSource
from bot.sources.tools import Tools, WebSource

CLASSES: Mapping[str, type[WebSource]] = {
    "feed": FeedSource,
    "opml": OpmlSource,
    "arxiv": ArxivSource,
    "arxiv-api": ArxivApiSource,
    "huggingface": HuggingFaceSource,
    "hackernews": HackerNewsSource,
    "github": GithubSource,
    "reddit": RedditSource,
}


def build(spec: SourceSpec, tools: Tools) -> Source:
    """The source that ``spec`` describes; its kind has been checked with the configuration."""
    return CLASSES[spec.kind](spec, tools)
