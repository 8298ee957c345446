"""Kinds of sources by name, and the list of sources that ships with Ribao.

A new kind is a class with the constructor of ``WebSource`` that implements ``bot.ports.Source``, a
line in ``CLASSES``, and one in ``bot.source_kinds.KINDS``, which says what may be configured.
"""

from collections.abc import Mapping
from importlib import resources
from pathlib import Path

from bot.config import load_sources
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


def load_defaults(path: Path | None = None) -> tuple[SourceSpec, ...]:
    """The sources of a TOML file, without ``path`` those that ship with Ribao.

    Raises ``ConfigError`` with one sentence for every fault in the file.
    """
    if path is not None:
        return load_sources(path)
    with resources.as_file(resources.files("bot").joinpath("data", "sources.toml")) as file:
        return load_sources(file)
