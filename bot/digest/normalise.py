"""One spelling for each address, key, title and instant, so that the same story is known again.

All of it is pure and total: any string is taken, nothing raises.
"""

import re
from datetime import UTC, datetime
from urllib.parse import unquote

from bot.digest.tex import decode_tex
from bot.digest.urls import canonical_url, usable_url, without_unseen

__all__ = [
    "arxiv_id",
    "bounded",
    "canonical_key",
    "canonical_url",
    "code_urls",
    "iso_published",
    "one_line",
    "plain_name",
    "plain_title",
    "usable_url",
]

MAX_TITLE = 500
"""Characters of a title."""

MAX_NAME = 100
"""Characters of a person's name."""

MAX_CODE_URLS = 10
"""Repositories of an item. A text that names more of them is a list of links."""

# https://info.arxiv.org/help/arxiv_identifier.html; the subject class of an old identifier
# (math.GT/0309136) is not part of its canonical form.
_ARCHIVES = (
    "acc-phys|adap-org|alg-geom|ao-sci|astro-ph|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|comp-gas"
    "|cond-mat|cs|dg-ga|funct-an|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math-ph|math|mtrl-th|nlin"
    "|nucl-ex|nucl-th|patt-sol|physics|plasm-ph|q-alg|q-bio|quant-ph|solv-int|supr-con"
)
_ID = (
    r"(?:(?P<new>\d{2}(?:0[1-9]|1[0-2])\.\d{4,5})"
    rf"|(?P<archive>{_ARCHIVES})(?:\.[a-z]{{2}})?/(?P<old>\d{{7}}))(?:v\d+)?"
)
_ARXIV_ID = re.compile(
    rf"(?:oai:arxiv\.org:|(?:doi:\s*)?10\.48550/arxiv\.|arxiv:\s*)?{_ID}(?:\s*\[[\w.-]+\])?",
    re.IGNORECASE | re.ASCII,
)
_ARXIV_LINK = re.compile(
    r"(?:(?:dx\.)?doi\.org/10\.48550/arxiv\."
    r"|(?:huggingface\.co|hf\.co|hf-mirror\.com|arxiv-vanity\.com)/papers/"
    r"|(?:scirate\.com|papers\.cool)/arxiv/"
    r"|(?:(?:[a-z0-9-]+\.)*arxiv\.org|xxx\.[a-z.]+|alphaxiv\.org|ar5iv\.org)"
    r"/(?:(?:abs|pdf|html|format|ps|src|e-print|overview|papers|ftp/arxiv/papers/\d{4})/)?"
    rf"(?:arxiv:)?){_ID}(?:\.pdf|\.html?)?(?:[/?].*)?",
    re.IGNORECASE | re.ASCII,
)
_DOI = re.compile(r"(?:doi:\s*|(?:dx\.)?doi\.org/)(10\.\d{4,9}/[^?\s]+)", re.IGNORECASE)

_GITHUB_ROOT = re.compile(r"github\.com/([a-z0-9-]+)/([a-z0-9._-]+?)(?:\.git)?(?:\?.*)?")
# A search for a plain string is fast, so the pattern begins with ".co" and looks back for the host,
# before which no word and no subdomain but www may stand.
_CODE = re.compile(
    r"""\.co (?:
      m (?<=[Gg]it[Hh]ub\.com) (?: (?<![\w.@-].{10}) | (?<=www\..{10}) )
        /+ (?P<repo> [A-Za-z0-9-]+ / [\w.\\-]+ (?: /(?:tree|blob)/ [\w./@+\\-]+ )? )
    | m (?<=[Gg]it[Ll]ab\.com) (?: (?<![\w.@-].{10}) | (?<=www\..{10}) )
        /+ (?P<project> [\w.\\-]+ (?: / [\w.\\-]+ )+ )
    | (?: (?<=[Hh]ugging[Ff]ace\.co) (?: (?<![\w.@-].{14}) | (?<=www\..{14}) )
        | (?<=hf\.co) (?<![\w.@-].{5}) )
        /+ (?P<model> (?: (?:datasets|spaces)/ )? [\w.\\-]+ / [\w.\\-]+ )
    )""",
    re.ASCII | re.DOTALL | re.VERBOSE,
)
# First parts of paths on the sites themselves, which look like the name of an owner.
_NO_GITHUB_OWNER = re.compile(
    "about|apps|blog|codespaces|collections|contact|customer-stories|dashboard|enterprise|events"
    "|explore|features|issues|join|login|marketplace|notifications|orgs|pricing|pulls|readme"
    "|resources|search|security|settings|site|solutions|sponsors|stars|team|topics|trending|users",
    re.IGNORECASE,
)
_NO_MODEL = re.compile(
    "(?:api|blog|chat|collections|docs|join|learn|login|models|organizations|papers|posts|pricing"
    "|settings|tasks)/.*|(?:datasets|spaces)/[^/]*",
    re.IGNORECASE,
)
_SENTENCE_ENDS = (". ", "! ", "? ", ".\n", "!\n", "?\n", "。", "！", "？")


def canonical_key(url: str) -> str:
    """The key by which the same story is known again, or empty for what is no link.

    ``arxiv:ID`` for every spelling of an arXiv link, ``github:owner/repo`` for the root page of a
    repository, ``doi:...``, else ``url:`` and the canonical address without its scheme.
    """
    address = canonical_url(url).removeprefix("https://")
    if identifier := _arxiv_id(url, address):
        return f"arxiv:{identifier}"
    if doi := _DOI.fullmatch(address or url.strip()):
        return f"doi:{unquote(doi[1]).lower()}"
    repository = _GITHUB_ROOT.fullmatch(address.lower())
    if repository and not _NO_GITHUB_OWNER.fullmatch(repository[1]):
        return f"github:{repository[1]}/{repository[2]}"
    return f"url:{address}" if address else ""


def arxiv_id(url_or_id: str) -> str | None:
    """The arXiv identifier without its version, or None: ``2206.13932``, ``cs/0112017``.

    Knows bare, ``arXiv:`` and OAI identifiers, arXiv's pages and mirrors, its DOIs, and the pages
    that others (Hugging Face, alphaXiv, ar5iv ...) keep per paper.
    """
    return _arxiv_id(url_or_id, canonical_url(url_or_id).removeprefix("https://"))


def _arxiv_id(text: str, address: str) -> str | None:
    match = _ARXIV_LINK.fullmatch(address) if address else _ARXIV_ID.fullmatch(text.strip())
    if match is None:
        return None
    return match["new"] or f"{match['archive'].lower()}/{match['old']}"


def code_urls(text: str) -> tuple[str, ...]:
    """The repositories that a running text names: GitHub, GitLab, Hugging Face; distinct, in order.

    The text is plain, TeX or HTML, the addresses with or without a scheme. What follows a
    repository is kept only where it leads to a folder or file in it. At most ``MAX_CODE_URLS``.
    """
    found: dict[str, str] = {}
    for match in _CODE.finditer(text):
        if url := _repository(match):
            found.setdefault(url.lower(), url)
            if len(found) == MAX_CODE_URLS:
                break
    return tuple(found.values())


def _repository(match: re.Match[str]) -> str:
    """The address of what was found, or empty when it is no repository."""
    path = match["repo"] or match["project"] or match["model"]
    path = path.replace("\\_", "_").partition("\\")[0].partition("/-/")[0]
    path = path.rstrip("./").removesuffix("/-").removesuffix(".git")
    owner, _, name = path.partition("/")
    if not name:
        return ""
    if match["repo"]:
        return "" if _NO_GITHUB_OWNER.fullmatch(owner) else f"https://github.com/{path}"
    if match["project"]:
        return f"https://gitlab.com/{path}"
    return "" if _NO_MODEL.fullmatch(path) else f"https://huggingface.co/{path}"


def plain_title(title: str) -> str:
    r"""A title on one line: accents from TeX as letters, ``$\mathcal{X}$`` as it was written.

    At most ``MAX_TITLE`` characters, cut between words.
    """
    return bounded(one_line(decode_tex(title.strip()[: 4 * MAX_TITLE])), MAX_TITLE)


def plain_name(name: str) -> str:
    """A person's name on one line, accents from TeX as letters; at most ``MAX_NAME`` characters."""
    return bounded(one_line(decode_tex(name.strip()[: 4 * MAX_NAME])), MAX_NAME)


def one_line(text: str) -> str:
    """``text`` with each run of white space one space, and without what can't be seen."""
    text = text.strip()
    if "  " not in text and text.isprintable():
        return text
    return " ".join(without_unseen(text).split())


def bounded(text: str, limit: int) -> str:
    """At most ``limit`` characters of ``text``: up to the end of a sentence, else of a word and …

    An end in the first half is too early to stop at; a full stop is preferred.
    """
    if len(text) <= limit:
        return text
    for mark in _SENTENCE_ENDS:
        end = text.rfind(mark, limit // 2, limit)
        if end >= 0:
            return text[: end + 1]
    cut = text[: limit - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space >= limit // 2 else cut).rstrip(" ,;:-") + "…"


def iso_published(moment: datetime) -> str | None:
    """The instant as an item's ``published``: ISO 8601 in UTC, to the second.

    A time without zone is taken for UTC. None where UTC leaves the calendar (years 1 and 9999).
    """
    try:
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:
        return None
    return moment.isoformat(timespec="seconds")
