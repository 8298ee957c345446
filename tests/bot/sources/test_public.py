"""Addresses that nobody configured never lead to this machine or its network.

A listener on the loopback counts the connections that it accepts; the table spells its address in
all the ways that browsers, C libraries and kernels have been known to understand.
"""

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass

import pytest

from bot.errors import SourceError
from bot.model import FetchState
from bot.sources.addresses import resolve
from bot.sources.http import Fetcher
from bot.sources.politeness import Politeness
from tests.bot.sources.conftest import NOW
from tests.bot.sources.server import LoopbackServer, answer, redirect

SPELLINGS = [
    # plainly
    "127.0.0.1",
    "127.1.2.3",
    "127.255.255.254",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "127.0.0.1.",
    "localhost.localdomain",
    "ip6-localhost",
    # short, decimal, octal, hexadecimal, mixed, overflowing
    "127.1",
    "127.0.1",
    "2130706433",
    "017700000001",
    "0x7f000001",
    "0x7F.0x0.0x0.0x1",
    "0177.0.0.1",
    "0177.0.0.01",
    "00000177.0.0.1",
    "0x7f.1",
    "0x7f.0.1",
    "127.0x0.0.1",
    "127.000.000.001",
    "4425673729",
    "127.0.0.257",
    "0",
    "0.0.0.0",
    "00",
    "0x0",
    "0.1",
    # percent, full width, circled, ideographic full stops, soft hyphens, zero width
    "%31%32%37.0.0.1",
    "127%2e0%2e0%2e1",
    "127。0。0。1",
    "127．0．0．1",
    "１２７.０.０.１",
    "①②⑦.⓪.⓪.①",
    "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
    "ｌｏｃａｌｈｏｓｔ",
    "local\u00adhost",
    "local\u200bhost",
    "127.0.0.1\u3002",
    "xn--localhost-.",
    # IPv6, and IPv4 inside it: mapped, compatible, translated, NAT64, 6to4, Teredo, scoped
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[0000:0000:0000:0000:0000:0000:0000:0001]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::ffff:0:127.0.0.1]",
    "[0:0:0:0:0:ffff:7f00:0001]",
    "[::127.0.0.1]",
    "[::7f00:1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2002:7f00:0001::1]",
    "[2001:0:7f00:1::]",
    "[fe80::1%25lo]",
    "[fe80::1%lo]",
    "[::1%25lo]",
    # names before it that are no host
    "example.org@127.0.0.1",
    "example.org:80@127.0.0.1",
    "127.0.0.1:80@localhost",
    "example.org%40127.0.0.1",
    "example.org\\@127.0.0.1",
    "example.org#@127.0.0.1",
    "example.org?@127.0.0.1",
    "example.org\t@127.0.0.1",
    "example.org@@127.0.0.1",
    # other places that are nobody's business
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "2852039166",
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "[::ffff:169.254.169.254]",
    "[::ffff:a9fe:a9fe]",
    "[fd00:ec2::254]",
    "[fe80::1]",
    "[fc00::1]",
    "[ff02::1]",
    "224.0.0.1",
    "255.255.255.255",
    "240.0.0.1",
    "192.0.0.192",
    "198.18.0.1",
]


async def names(host: str, port: int) -> list[str]:
    """The system's own answers, but no name server is asked about the names of examples."""
    if host.rstrip(".").endswith(("example.org", "example.com")):
        raise OSError("the name is not known")
    return await resolve(host, port)


@dataclass
class ChangingNames:
    """A name server whose answer changes from one question to the next ("DNS rebinding")."""

    answers: list[list[str]]
    asked: int = 0

    async def __call__(self, host: str, port: int) -> list[str]:
        del host, port
        self.asked += 1
        return self.answers[min(self.asked, len(self.answers)) - 1]


@pytest.fixture
async def public() -> AsyncIterator[Fetcher]:
    async with Fetcher(lookup=names, politeness=Politeness(gap=0)) as fetcher:
        yield fetcher


@pytest.fixture
async def listener() -> AsyncIterator[LoopbackServer]:
    """Listens on every address of this machine, IPv4 and, where there is any, IPv6."""
    server = LoopbackServer()
    await server.start("0.0.0.0")
    with suppress(OSError):
        await server.start("::")
    server.on("/admin", answer(b"secret"))
    yield server
    await server.stop()


async def refusal(fetcher: Fetcher, url: str) -> str:
    with pytest.raises(SourceError) as caught:
        await fetcher.get_public(url, NOW)
    return str(caught.value)


async def test_no_spelling_reaches_this_machine(public: Fetcher, listener: LoopbackServer) -> None:
    reasons = {
        spelling: await refusal(public, f"http://{spelling}:{listener.port}/admin")
        for spelling in SPELLINGS
    }
    assert listener.connections == 0, reasons
    for plain in ("127.0.0.1", "2130706433", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254"):
        assert "private address" in reasons[plain]


async def test_the_listener_would_have_counted(public: Fetcher, listener: LoopbackServer) -> None:
    """What an operator configured may be here; so the table's zero means something."""
    assert (await public.get(listener.url("/admin"), FetchState(), NOW)).body == b"secret"
    assert listener.connections == 1


async def test_no_redirect_reaches_this_machine(
    public: Fetcher, server: LoopbackServer, listener: LoopbackServer
) -> None:
    for number, spelling in enumerate(SPELLINGS):
        target = f"http://{spelling}:{listener.port}/admin"
        url = server.on(f"/{number}", redirect(target.encode("utf-8").decode("latin-1")))
        with pytest.raises(SourceError):
            await public.get(url, FetchState(), NOW)
    assert listener.connections == 0
    assert len(server.requests) == len(SPELLINGS)


async def test_a_name_that_turns_private_is_refused(listener: LoopbackServer) -> None:
    """Each connection asks anew, and connects to just what was answered and checked."""
    both = ChangingNames(
        [["93.184.216.34", "127.0.0.1"], ["127.0.0.1"], ["::1"], ["::ffff:7f00:1"]]
    )
    async with Fetcher(lookup=both, politeness=Politeness(gap=0)) as fetcher:
        for _ in range(4):
            url = f"http://rebinding.example:{listener.port}/admin"
            assert "private address" in await refusal(fetcher, url)
    assert both.asked == 4
    assert listener.connections == 0


async def test_user_information_is_not_sent(public: Fetcher) -> None:
    reason = await refusal(public, "http://me:hunter2@example.org/?token=hunter2")
    assert "hunter2" not in reason
