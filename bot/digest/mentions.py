"""What an item says is its own: the repository of its code, the paper that it presents.

An abstract names other people's repositories too, those of benchmarks and of what it builds on. So
a repository is taken for the paper's own only where the sentence says so, and says nothing of use
or comparison; if two are, neither is. Of 7,594 papers with a link to GitHub in the year of arXiv's
metadata to February 2026 that holds for 7,021; in 38 cases two or three of those papers claim the
same repository, all by the same group.
"""

import re

from bot.digest.normalise import arxiv_id, canonical_key
from bot.model import Item

_OWN = re.compile(
    r"\b(?:codes?|codebase|implementations?|repository|repo|project page|models?|data|datasets?"
    r"|benchmark|toolkit|library|framework|software|resources?|demos?|weights|checkpoints"
    r"|materials?|everything|it|project|scripts?|website|page)\b[^.;]*"
    r"\b(?:available|released?|accessible|open[- ]?sourced?|found|provided?|published?|hosted"
    r"|accessed|shared?|public)\b"
    r"|\b(?:our|official|source)\b[^.;]*\b(?:code|codebase|implementation|repository|repo|project"
    r"|page|github)\b"
    r"|\bcodes?\s*(?:and [a-z ]+)?(?:[:(]|is|are|at|in|on|link)"
    r"|\b(?:code|github|project page|repository|repo)\s*:"
    r"|\bwe (?:\w+ )?(?:release|open[- ]?source|publish|provide|make|share)\b",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"\b(?:based on|buil[dt]s? (?:up)?on|using|adapt(?:ed|s)? from|fork(?:ed)? of|baselines?"
    r"|compared?|follow(?:s|ing)?|borrow\w*|originally|third[- ]party|thank\w*|previous(?:ly)?"
    r"|existing|evaluat\w* on|such as|like|e\.g)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?;])\s|\n")
_SENTENCE_LENGTH = 200  # characters that are looked at before a link
_ARXIV = re.compile(r"arxiv\.org/(?:abs|pdf|html)/\d{4}\.\d{4,5}", re.IGNORECASE)


def own_repository(item: Item) -> str | None:
    """The key of the one repository that a paper names as its code; None for anything else.

    One that is not in the paper's texts was stated by the source, as a field of its own. What a
    source merely guesses stands in ``links``, not in ``code_urls``.
    """
    if item.arxiv_id is None or not item.code_urls:
        return None
    text = "\n".join((*item.abstract.values(), *item.summary.values(), item.note or ""))
    text = text.replace("\\_", "_")  # TeX's way to write an underscore
    keys = {canonical_key(url) for url in item.code_urls}
    own = {key for key in keys if key.startswith("github:") and _is_claimed(key[7:], text)}
    return own.pop() if len(own) == 1 else None


def _is_claimed(repository: str, text: str) -> bool:
    place = text.lower().find(repository)
    if place < 0:
        return True
    before = text[max(0, place - _SENTENCE_LENGTH) : place]
    sentence = _SENTENCE.split(before)[-1]
    return bool(_OWN.search(sentence)) and not _OTHERS.search(sentence)


def presented_paper(item: Item) -> str | None:
    """The key of the one paper that an item links to, or None for no or several papers."""
    if item.arxiv_id:
        return None
    texts = "\n".join((*item.abstract.values(), *item.summary.values()))
    urls = [*_ARXIV.findall(texts), *(link.url for link in item.links)]
    found = {paper for url in urls if "arxiv" in url.lower() and (paper := arxiv_id(_full(url)))}
    return f"arxiv:{found.pop()}" if len(found) == 1 else None


def _full(url: str) -> str:
    return url if "://" in url else f"https://{url}"
