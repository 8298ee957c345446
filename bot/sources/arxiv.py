"""arXiv: its daily announcements (RSS 2.0 and Atom) and the answers of its query API (Atom).

A reader of its own, because general parsers keep only the first author, and drop the comment and
the primary category. What the documents hold: https://info.arxiv.org/help/rss_specifications.html
and https://info.arxiv.org/help/api/user-manual.html.
"""

import re
from email.utils import parsedate_to_datetime
from html import unescape
from typing import NamedTuple

from bot.digest.normalise import (
    arxiv_id,
    bounded,
    code_urls,
    iso_published,
    one_line,
    plain_name,
    plain_title,
)
from bot.errors import SourceError
from bot.model import Item, Section, SourceSpec
from bot.sources.body import MAX_BYTES
from bot.sources.document import has_controls, refuse_unsafe, without_controls
from bot.sources.entries import instant
from bot.sources.parsed import ParsedFeed, collected
from bot.sources.response import Response
from bot.sources.tools import DocumentSource

MAX_PAPERS = 10_000
"""Papers of one document that become items; arXiv sends at most 2,000. The others are counted."""

MAX_ANNOUNCED = 2_000
"""Papers at which arXiv cuts a listing of announcements, replacements included."""

MAX_PAPER = 1_000_000
"""Bytes of the part on one paper that are looked at; one with 3,000 authors has 200,000."""

MAX_INTRODUCTION = 300
MAX_ABSTRACT = 5_000
MAX_COMMENT = 500
"""Characters of an item's texts."""

# A start tag's name and attributes, and the text up to the next tag; without the commonest ones
# that say nothing.
_ELEMENT = re.compile(r"<(?!/|author|name|link |updated)([^\s<>/]++)([^<>]*+)>([^<]*+)")
_NAME = re.compile(r"<name>([^<]*+)")
_PAPER = {b"feed": re.compile(rb"<entry\b"), b"rss": re.compile(rb"<item\b")}
_BEGINNING = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s|<\?xml[^<>]*>)*<(feed|rss)[\s>]")
_MARK = re.compile(rb"arxiv\.org/(?:schemas/atom|api/)")
_USUAL_ID = re.compile(
    r"(?:https?://arxiv\.org/abs/|oai:arXiv\.org:)(\d\d(?:0[1-9]|1[0-2])\.\d{4,5})(?:v\d+)?"
)
_PREFIX = re.compile(r"arXiv:\S+\s+Announce Type:\s*([\w-]+)\s+Abstract:\s*")
_ACCEPTED = re.compile(
    r"\b(?:[Aa]ccepted|[Aa]ppear|[Pp]ublished|[Pp]resented)\b[^.;]{0,20}?\b(?:at|by|to|in|for)\s+"
    r"((?:[A-Z][\w&/@-]*\s){0,4}[A-Z][\w&/@-]*?[ '’]?(?:20)?\d\d)\b"
)
_NO_NAMES = frozenset({"", ":"})
_IN_PARENTHESES = re.compile(r"\s*\([^()]*\)")
_SUFFIX = re.compile(r",\s*(?=(?:Jr|Sr|I{1,3}|IV|PhD|MD)\b)")


class _Found(NamedTuple):
    """What a document says of a paper: texts by their elements' names, all still escaped."""

    texts: dict[str, str]
    names: list[str]
    categories: list[str]


def is_arxiv(body: bytes) -> bool:
    """Whether a document is one of arXiv's own, by its beginning. It may be empty of papers."""
    return _MARK.search(body, 0, 2_000) is not None


def parse_arxiv(body: bytes, spec: SourceSpec) -> ParsedFeed:
    """The papers of an arXiv listing, as items with all authors and categories (primary first).

    The introduction is the abstract's beginning, the note the authors' comment, the venue the
    journal reference. Replacements of earlier papers are no news: they are dropped and counted. On
    weekends and holidays there are no papers, which is fine.

    Raises ``SourceError`` when it is none of arXiv's documents, is broken, or says that the request
    was wrong.
    """
    about, *papers = _parts(body)
    items, dropped = collected(_item(_found(paper), spec) for paper in papers[:MAX_PAPERS])
    if len(papers) > MAX_PAPERS:
        dropped[f"beyond the first {MAX_PAPERS:,}"] = len(papers) - MAX_PAPERS
    texts = _found(about).texts
    total = texts.get("opensearch:totalResults", "")
    return ParsedFeed(
        title=plain_title(unescape(texts.get("title", ""))),
        language="en",
        items=items,
        dropped=dropped,
        total=int(total) if total.isdecimal() else None,
    )


def _parts(body: bytes) -> list[str]:
    """What a whole document says of itself, then its part on each paper.

    arXiv writes UTF-8, and neither comments nor CDATA sections nor control characters; the slower
    ways around these are for the day when it does.
    """
    if body.startswith(b"Rate exceeded"):
        raise SourceError("arXiv asks to send fewer requests")
    beginning = _BEGINNING.match(body)
    whole = beginning and body[-100:].rstrip().endswith(b"</%b>" % beginning[1])
    if not beginning or not whole or len(body) > MAX_BYTES:
        refuse_unsafe(body)
        raise SourceError("is not a whole document of arXiv")
    if has_controls(body):
        body = without_controls(body)
    if _has_declarations(body):
        body = _without_declarations(body)
    parts = _PAPER[beginning[1]].split(body)
    return [part[:MAX_PAPER].decode("utf-8", "replace") for part in parts]


def _has_declarations(text: bytes) -> bool:
    """Whether there is any ``<!``, looked for by its rarer half, which is ten times faster."""
    place = text.find(b"!")
    while place > 0:
        if text[place - 1 : place] == b"<":
            return True
        place = text.find(b"!", place + 1)
    return False


def _without_declarations(text: bytes) -> bytes:
    """``text`` without comments, its CDATA sections as ordinary text."""
    head, *comments = text.split(b"<!--")
    text = head + b"".join(comment.partition(b"-->")[2] for comment in comments)
    head, *sections = text.split(b"<![CDATA[")
    ends = (section.partition(b"]]>") for section in sections)
    return head + b"".join(_escaped(inside) + after for inside, _, after in ends)


def _escaped(text: bytes) -> bytes:
    return text.replace(b"&", b"&amp;").replace(b"<", b"&lt;")


def _found(paper: str) -> _Found:
    """What stands in one paper's part of the document.

    With comments and CDATA gone each < begins a tag, so a pattern finds the elements as surely as a
    parser of XML would; faster, and with nothing of XML that could be turned against it. arXiv's
    programs always write a name with the same prefix, and attributes in double quotes.
    """
    texts: dict[str, str] = {}
    categories: list[str] = []
    for tag, attributes, text in _ELEMENT.findall(paper):
        if tag == "category":
            categories.append(_term(attributes) or text)
        elif tag == "arxiv:primary_category":
            categories.insert(0, _term(attributes))
        else:
            texts[tag] = text
    return _Found(texts, _NAME.findall(paper), categories)


def _term(attributes: str) -> str:
    return attributes.partition('term="')[2].partition('"')[0]


def _item(found: _Found, spec: SourceSpec) -> Item | str:
    """The paper as an item, or the reason why it can't be one."""
    texts = found.texts
    identifier = _identifier(texts)
    if identifier is None:
        _raise_if_error(texts)
        return "no arXiv identifier"
    announced, abstract = _abstract(texts)
    if announced.startswith("replace"):
        return "replacement"
    if not (title := plain_title(unescape(texts.get("title", "")).replace("\n", " "))):
        return "no title"
    comment = _line(texts.get("arxiv:comment"))
    return Item(
        key=f"arxiv:{identifier}",
        title=title,
        url=f"https://arxiv.org/abs/{identifier}",
        section=Section.PAPERS,
        published=_published(texts),
        authors=_authors(found),
        venue=_venue(texts, comment),
        language="en",
        summary={"en": bounded(abstract, MAX_INTRODUCTION)} if abstract else {},
        abstract={"en": bounded(abstract, MAX_ABSTRACT)} if abstract else {},
        code_urls=code_urls(f"{abstract} {comment}" if comment else abstract),
        arxiv_id=identifier,
        arxiv_categories=tuple(filter(None, dict.fromkeys(found.categories))),
        source=spec.name,
        note=comment or None,
    )


def _venue(texts: dict[str, str], comment: str) -> str | None:
    """The journal reference, else the conference and year that the comment says took it."""
    journal = _line(texts.get("arxiv:journal_ref") or texts.get("arxiv:journal_reference"))
    if not journal and (found := _ACCEPTED.search(comment)):
        return found[1]
    return journal or None


def _line(text: str | None) -> str:
    return bounded(one_line(unescape(text)), MAX_COMMENT) if text else ""


def _identifier(texts: dict[str, str]) -> str | None:
    identifier = texts.get("id") or texts.get("guid") or ""
    usual = _USUAL_ID.fullmatch(identifier)
    return usual[1] if usual else arxiv_id(identifier) or arxiv_id(texts.get("link", ""))


def _raise_if_error(texts: dict[str, str]) -> None:
    """The API answers a wrong request with 200 and an entry that says what is wrong."""
    if "arxiv.org/api/errors" in texts.get("id", ""):
        raise SourceError(f"arXiv answers: {_line(texts.get('summary'))}")


def _abstract(texts: dict[str, str]) -> tuple[str, str]:
    """How the paper was announced (new, cross, replace ...; empty in the API), and its abstract."""
    abstract = _unwrapped(unescape(texts.get("summary") or texts.get("description") or ""))
    announced = texts.get("arxiv:announce_type", "")
    if prefix := _PREFIX.match(abstract):
        abstract = abstract[prefix.end() :]
        announced = announced or prefix[1]
    return announced.strip().lower(), abstract


def _unwrapped(text: str) -> str:
    """``text``, which arXiv breaks into lines and indents, on one line.

    Runs of spaces within a line are left: to look for them takes longer than all else here. Control
    characters are gone already, so that ASCII holds nothing that could not be shown.
    """
    text = " ".join(map(str.strip, text.strip().split("\n")))
    plain = text.isascii() and "\t" not in text
    return text if plain or text.isprintable() else one_line(text)


def _authors(found: _Found) -> tuple[str, ...]:
    """All names, in order: an element each in the API, one list with commas in announcements.

    The colon between a team and its members stands there as a name of its own.
    """
    names = found.names
    if creator := found.texts.get("dc:creator"):
        names = _SUFFIX.sub(" ", _IN_PARENTHESES.sub("", unescape(creator))).split(",")
    together = "".join(names)
    if "&" in together or "\\" in together or not together.isprintable():
        names = [plain_name(unescape(name)) for name in names]
    return tuple(name for name in map(str.strip, names) if name not in _NO_NAMES)


def _published(texts: dict[str, str]) -> str | None:
    """Atom's ISO 8601 or RSS's RFC 822 date as an item's ``published``."""
    if "published" in texts:
        return instant(texts["published"])
    try:
        return iso_published(parsedate_to_datetime(texts.get("pubDate", "")))
    except (ValueError, TypeError):
        return None


def read_arxiv(response: Response, spec: SourceSpec) -> ParsedFeed:
    """The papers of an answer that was fetched; see ``parse_arxiv``."""
    return parse_arxiv(response.body, spec)


def read_announcements(response: Response, spec: SourceSpec) -> ParsedFeed:
    """The papers of a day's announcements; says so if they may not be all."""
    parsed = parse_arxiv(response.body, spec)
    if len(parsed.items) + parsed.dropped.total() >= MAX_ANNOUNCED:
        parsed.dropped["perhaps more: the listing is full, give it fewer categories"] += 1
    return parsed


class ArxivSource(DocumentSource):
    """A listing of arXiv's announcements on the web. Implements ``bot.ports.Source``."""

    reader = staticmethod(read_announcements)
