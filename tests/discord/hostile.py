"""Issues whose texts mean harm, and what must hold of any issue on Discord."""

import random
from collections.abc import Iterator

from adapters.discord.options import Options
from adapters.discord.outgoing import dressed
from adapters.discord.payload import Payload
from adapters.discord.render import DiscordRenderer
from bot.digest.urls import without_unseen
from bot.model import LANGUAGES, Entry, Issue, Link, Section
from tests.adapters.contract import an_issue
from tests.discord.oracles import alive, body_problems, texts, visible_body

HOSTILE = (
    *("**", "__", "~~", "`", "```", "||", "\\", "[x](y)", "[", "]", "(", ")", "<", ">", "@"),
    *("@everyone", "<@1>", "<#2>", "<@&3>", "<:a:4>", "<t:5>", ":smile:", "# ", "-# ", "> "),
    *("- ", "1. ", "https://evil.example/a_b", "discord.gg/x", "word", "字", "🚀", "é", " "),
    *("\n", "\r\n", "\u202e", "\x00", "\u0300" * 9, "x" * 300, "_*~`|", "*" * 900),
)
_URLS = (
    "https://e.org/a?b=c&d=(\"e')",
    "javascript:alert(1)",
    "",
    "http://",
    "https://e.org/[x](y)",
)
_ROLE = "811"


def a_hostile_issue(seed: int) -> Issue:
    """The same for the same seed: some entries, each text made of what breaks markup."""
    some = random.Random(seed)
    entries = [_entry(some, number) for number in range(1, some.choice((1, 2, 3, 5, 8)) + 1)]
    return an_issue(*entries, language=some.choice(LANGUAGES))


def _entry(some: random.Random, number: int) -> Entry:
    def text(most: int) -> str:
        return "".join(some.choice(HOSTILE) for _ in range(some.randrange(most)))

    def url() -> str:
        return some.choice(_URLS) if some.random() < 0.8 else text(4)

    return Entry(
        number=number,
        title=text(6),
        url=url(),
        section=some.choice((Section.PAPERS, Section.TOOLS)),
        published=text(3),
        field=text(3),
        tasks=tuple(text(3) for _ in range(some.randrange(3))),
        authors=tuple(text(3) for _ in range(some.randrange(7))),
        authors_more=some.random() < 0.5,
        venue=text(3),
        introduction=text(9),
        abstract=text(some.choice((9, 60))),
        code_urls=tuple(url() for _ in range(some.randrange(3))),
        links=tuple(Link(text(3), url()) for _ in range(some.randrange(3))),
        images=tuple(url() for _ in range(some.randrange(2))),
        id=number,
    )


def hold_to_account(issue: Issue) -> None:
    """Discord takes each message, in components as in embeds; nothing in it is alive; all is said.

    What is said is looked for in its order: each text of an entry after the one before.
    """
    renderer = DiscordRenderer()
    first, *rest = renderer.render(issue)
    payloads = list(map(Payload.loaded, (first, *rest)))
    shown = bare("".join(visible_body(payload.body) for payload in payloads))
    at = 0
    for text in _texts(issue):
        found = shown.find(text, at)
        assert found >= 0, f"{text!r} is not said"
        at = found + len(text)
    late = Payload.loaded(renderer.mark_late(first, issue.language))
    for payload in (*payloads, late):
        plain = dressed(payload, Options(ping=_ROLE))
        embeds = dressed(payload, Options(embeds=True, ping=_ROLE))
        assert body_problems(plain) == []
        assert body_problems(embeds) == []
        assert alive(plain) == []
        called = [f"<@&{_ROLE}>"] if payload.first else []
        assert "\n".join([*called, *texts(embeds)]) == "\n".join(texts(plain))


def _texts(issue: Issue) -> Iterator[str]:
    for section in issue.sections:
        for entry in section.entries:
            for text in (entry.title, entry.venue, entry.introduction, entry.abstract):
                yield bare(text)


def bare(text: str) -> str:
    """Without white space, and without what is never shown."""
    dense = "".join(without_unseen(text).split())
    return dense if dense.isprintable() else "".join(filter(str.isprintable, dense))
