"""What holds for every issue on Telegram, whatever is in it; and issues made to break it."""

import random

from adapters.telegram.payload import Payload
from adapters.telegram.render import (
    LATE_ROOM,
    MAX_CAPTION,
    Style,
    TelegramRenderer,
    _pieces,
    issue_messages,
    issue_pages,
)
from adapters.telegram.rich import (
    MAX_ENTITIES,
    MAX_UNITS,
    entities,
    size,
    stripped,
    to_html,
    units,
    visible,
)
from bot.messages import messages
from bot.model import LANGUAGES, Entry, Issue, Link, Section
from tests.adapters.contract import an_issue
from tests.telegram.oracles import parse_html, parse_rich

PLAIN = TelegramRenderer()
STYLED = TelegramRenderer(Style(cover=True, preview=True, rich=True))
ROOM = MAX_UNITS - LATE_ROOM

HOSTILE = (
    "<b>",
    "</a>",
    "&amp;",
    "&#x41;",
    "<",
    ">",
    "&",
    '"',
    "word",
    "字",
    "🚀",
    "👩‍👩‍👧‍👦",
    "é",
    "שלום",
    "مرحبا",
    " ",
    "\n",
    "@everyone",
    "#tag",
    "x" * 300,
    "\u202e",
    "\u0300" * 9,
    "https://t.me/x",
    "_*~`|",
)
URLS = (
    "https://example.org/a?b=c&d=\"e'",
    "https://xn--80ak6aa92e.com/",
    "javascript:alert(1)",
    "tg://user?id=1",
    "",
    "http://",
)


def hold(issue: Issue) -> None:
    """Telegram takes each message and shows just the text, and nothing is divided needlessly."""
    sheets = list(issue_messages(issue))
    payloads = PLAIN.render(issue)
    for sheet, payload in zip(sheets, payloads, strict=True):
        parsed = parse_html(html_of(payload))
        assert bare(parsed.text) == bare(visible(sheet.rich))
        assert 0 < units(parsed.text) <= ROOM
        assert len(parsed.entities) <= MAX_ENTITIES
        for entity in parsed.entities:
            url = entity["type"].get("url", "https://")
            assert url.startswith(("http://", "https://"))
    _hold_the_pieces(issue, [visible(sheet.rich) for sheet in sheets])
    _hold_the_pages(issue)
    late = parse_html(html_of(PLAIN.mark_late(payloads[0], issue.language)))
    assert units(late.text) <= MAX_UNITS
    _hold_the_styles(issue, bare("".join(parse_html(html_of(each)).text for each in payloads)))


def _hold_the_pieces(issue: Issue, texts: list[str]) -> None:
    """All text is there, and an entry is whole in one message unless it is too long by itself."""
    pieces = [stripped(piece.rich) for piece in _pieces(issue)]
    assert bare("".join(texts)) == bare("".join(map(visible, pieces)))
    for piece in pieces:
        if size(piece) <= ROOM and entities(piece) < MAX_ENTITIES:
            assert any(visible(piece) in text for text in texts)


def _hold_the_pages(issue: Issue) -> None:
    for page in issue_pages(issue):
        assert units(to_html(page.rich)) <= MAX_UNITS
        assert len(parse_html(to_html(page.rich)).entities) <= MAX_ENTITIES


def _hold_the_styles(issue: Issue, whole: str) -> None:
    """With a cover the first message is a caption; a Rich Message shows the same text."""
    made = STYLED.render(issue)
    late = Payload.loaded(STYLED.mark_late(made[0], issue.language))
    assert units(parse_html(late.html).text) <= MAX_CAPTION
    payloads = [Payload.loaded(each) for each in made]
    assert bare("".join(parse_html(each.html).text for each in payloads)) == whole
    assert [payload.cover is not None for payload in payloads] == [True] + [False] * (len(made) - 1)
    unfold = bare(messages(issue.language)("card.abstract"))
    for payload in payloads:
        if payload.rich:
            shown, same = parse_rich(payload.rich), parse_html(payload.html).text
            assert bare(shown).replace(unfold, "") == bare(same).replace(unfold, "")


def html_of(payload: str) -> str:
    return Payload.loaded(payload).html


def bare(text: str) -> str:
    """Without white space, and without what TDLib replaces or drops as unseen."""
    return "".join(c for c in text if not c.isspace() and c.isprintable())


def hostile_issue(some: random.Random) -> Issue:
    """An issue of up to 20 entries, each text of which may be anything."""
    entries = [_entry(some) for _ in range(some.choice((0, 1, 2, 3, 5, 8, 20)))]
    return an_issue(*entries, language=some.choice(LANGUAGES))


def _entry(some: random.Random) -> Entry:
    return Entry(
        number=1,
        title=_text(some),
        url=_url(some),
        section=some.choice((Section.PAPERS, Section.TOOLS)),
        published=_text(some),
        field=_text(some),
        tasks=tuple(_text(some) for _ in range(some.randrange(3))),
        authors=tuple(_text(some) for _ in range(some.randrange(8))),
        authors_more=some.random() < 0.5,
        venue=_text(some),
        introduction=_text(some),
        abstract=_text(some) * some.randrange(9),
        code_urls=tuple(_url(some) for _ in range(some.randrange(3))),
        links=tuple(Link(_text(some), _url(some)) for _ in range(some.randrange(3))),
        images=(),
    )


def _text(some: random.Random) -> str:
    lot = some.random()
    if lot < 0.1:
        return ""
    if lot < 0.101:
        return some.choice("x字é🚀") * 10_000
    if lot < 0.3:
        return "".join(chr(some.randrange(0x11_0000)) for _ in range(some.randrange(60)))
    return "".join(some.choices(HOSTILE, k=some.randrange(1, 12)))


def _url(some: random.Random) -> str:
    return some.choice(URLS) if some.random() < 0.7 else _text(some)
