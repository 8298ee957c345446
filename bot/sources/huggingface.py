"""Hugging Face's daily papers: what readers there vote for, with code and project pages.

https://huggingface.co/docs/hub/api
"""

from datetime import datetime, timedelta
from urllib.parse import urlencode

from bot.digest.normalise import (
    arxiv_id,
    bounded,
    canonical_key,
    plain_name,
    plain_title,
    usable_url,
)
from bot.errors import SourceError
from bot.model import Fetched, FetchState, Item, Link, SourceSpec
from bot.sources.arxiv import MAX_ABSTRACT, MAX_INTRODUCTION
from bot.sources.entries import instant
from bot.sources.jsonvalues import JsonObject, child, loads, number, objects, signals, text
from bot.sources.parsed import ParsedFeed, collected
from bot.sources.response import Response
from bot.sources.tools import WebSource

LIMIT = 100
"""Papers of a day; the most that the API gives, and more than it has on any day."""


class HuggingFaceSource(WebSource):
    """The papers of the last days. Implements ``bot.ports.Source``.

    Days that are over are asked for again, because votes and code links come in later.
    """

    async def fetch(self, state: FetchState, now: datetime) -> Fetched:
        """The papers of each day, today's first. Raises ``SourceError``."""
        items: list[Item] = []
        dropped = ParsedFeed("", None, ()).dropped
        for back in range(self._spec.days):
            day = (now - timedelta(days=back)).date()
            url = f"{self._spec.url}?{urlencode({'date': day, 'limit': LIMIT})}"
            response = await self._tools.fetcher.get(url, FetchState(), now)
            parsed = await self._tools.parser.read(read_papers, response, self._spec)
            items += parsed.items
            dropped += parsed.dropped
        once, repeated = collected(items)
        return Fetched(once, FetchState(checked_at=now), dropped + repeated)


def read_papers(response: Response, spec: SourceSpec) -> ParsedFeed:
    """The papers of one day; at weekends there are none. Raises ``SourceError``."""
    papers = loads(response.body)
    if not isinstance(papers, list):
        raise SourceError("answers something that is no list of papers")
    items, dropped = collected(_paper(entry, spec) for entry in objects(papers))
    return ParsedFeed("Hugging Face daily papers", "en", items, dropped)


def _paper(entry: JsonObject, spec: SourceSpec) -> Item | str:
    paper = child(entry, "paper")
    identifier = arxiv_id(text(paper, "id"))
    title = plain_title(text(paper, "title") or text(entry, "title"))
    if identifier is None:
        return "no arXiv identifier"
    if not title:
        return "no title"
    votes = number(paper, "upvotes")
    if (votes or 0) < spec.minimum:
        return f"fewer than {spec.minimum} upvotes"
    abstract = " ".join((text(paper, "summary") or text(entry, "summary")).split())
    return Item(
        key=f"arxiv:{identifier}",
        title=title,
        url=f"https://arxiv.org/abs/{identifier}",
        section=spec.section,
        published=instant(text(paper, "publishedAt")) or instant(text(entry, "publishedAt")),
        authors=_authors(paper),
        language="en",
        summary={"en": bounded(abstract, MAX_INTRODUCTION)} if abstract else {},
        abstract={"en": bounded(abstract, MAX_ABSTRACT)} if abstract else {},
        images=tuple(filter(None, [usable_url(text(entry, "thumbnail"))])),
        code_urls=_code(paper),
        links=tuple(_links(paper, identifier)),
        arxiv_id=identifier,
        signals=signals(
            upvotes=votes,
            comments=number(entry, "numComments"),
            stars=number(paper, "githubStars"),
        ),
        source=spec.name,
    )


def _authors(paper: JsonObject) -> tuple[str, ...]:
    names = (plain_name(text(author, "name")) for author in objects(paper.get("authors")))
    return tuple(filter(None, names))


def _code(paper: JsonObject) -> tuple[str, ...]:
    """The repository, if a person named it; one that was found automatically is a guess."""
    guessed = text(paper, "githubRepoAddedBy") == "auto"
    return () if guessed else tuple(filter(None, [_repository(paper)]))


def _repository(paper: JsonObject) -> str:
    url = usable_url(text(paper, "githubRepo"))
    return url if canonical_key(url).startswith("github:") else ""


def _links(paper: JsonObject, identifier: str) -> list[Link]:
    links = [Link("Hugging Face", f"https://huggingface.co/papers/{identifier}")]
    if project := usable_url(text(paper, "projectPage")):
        links.append(Link("Project page", project))
    if (repository := _repository(paper)) and not _code(paper):
        links.append(Link("GitHub (guessed by Hugging Face)", repository))
    return links
