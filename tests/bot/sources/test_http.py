"""The fetcher against a real server: politeness, bounds, and no way into private networks."""

import asyncio
import gzip
import tracemalloc
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import httpcore
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import SourceError
from bot.model import FetchState
from bot.sources.addresses import is_public
from bot.sources.body import read_body
from bot.sources.headers import MAX_WAIT, max_age, retry_after, user_agent, validator
from bot.sources.http import MAX_REDIRECTS, Fetcher, _redirected
from bot.sources.response import Response
from bot.sources.transport import PublicBackend
from tests.bot.sources.conftest import NOW
from tests.bot.sources.server import (
    LoopbackServer,
    Reply,
    answer,
    bytes_and_close,
    conditional,
    dripping,
    endless,
    half_and_stalled,
    head,
    redirect,
    stalled,
    zipped,
)

BODY = b"<rss/>" * 100
GZIPPED = gzip.compress(BODY, mtime=0)
"""Without the time, which would give the tests other names in each process."""


async def get(fetcher: Fetcher, url: str, state: FetchState | None = None) -> Response:
    return await fetcher.get(url, state or FetchState(), NOW)


async def refusal(fetcher: Fetcher, url: str) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await get(fetcher, url)
    return caught.value


# ---------------------------------------------------------------- politeness


async def test_says_who_asks_and_what_for(fetcher: Fetcher, server: LoopbackServer) -> None:
    url = server.on("/feed", answer(BODY, content_type="text/xml; charset=utf-8"))
    response = await get(fetcher, url)
    assert response.body == BODY
    assert response.url == url
    assert response.content_type == "text/xml; charset=utf-8"
    asked = server.requests[0].headers
    assert asked["user-agent"].startswith("Ribao/")
    assert asked["user-agent"].endswith(" (+mailto:ops@example.org)")
    assert asked["accept-encoding"] == "gzip"
    assert "if-none-match" not in asked


def test_a_contact_can_not_break_the_header() -> None:
    assert user_agent("https://example.org\r\nX-Evil: 1é").endswith(
        "(+https://example.orgX-Evil: 1)"
    )
    assert "(" not in user_agent()


@pytest.mark.parametrize(
    "validators",
    [{"etag": '"abc"'}, {"etag": 'W/"weak"'}, {"last_modified": "Tue, 03 Mar 2026 08:00:00 GMT"}],
)
async def test_what_is_unchanged_is_not_sent_again(
    fetcher: Fetcher, server: LoopbackServer, validators: dict[str, str]
) -> None:
    url = server.on("/feed", conditional(BODY, **validators))
    first = await get(fetcher, url)
    assert not first.not_modified
    again = await get(fetcher, url, FetchState(etag=first.etag, last_modified=first.last_modified))
    assert again.not_modified
    assert again.body == b""
    assert len(server.requests) == 2


async def test_conditions_survive_a_redirect(fetcher: Fetcher, server: LoopbackServer) -> None:
    server.on("/new", conditional(BODY, etag='"abc"'))
    url = server.on("/old", redirect("/new", "301 Moved Permanently"))
    assert (await get(fetcher, url, FetchState(etag='"abc"'))).not_modified


async def test_304_unasked_is_an_error(fetcher: Fetcher, server: LoopbackServer) -> None:
    url = server.on("/feed", bytes_and_close(head("304 Not Modified")))
    assert "304" in str(await refusal(fetcher, url))


async def test_validators_that_no_header_can_hold(fetcher: Fetcher, server: LoopbackServer) -> None:
    url = server.on("/feed", answer(BODY))
    await get(fetcher, url, FetchState(etag='"é\r\nX: 1"', last_modified="y" * 1000))
    assert "if-none-match" not in server.requests[0].headers
    assert "if-modified-since" not in server.requests[0].headers


async def test_cookies_are_not_kept(fetcher: Fetcher, server: LoopbackServer) -> None:
    url = server.on("/feed", answer(BODY, set_cookie="id=reader; Path=/"))
    await get(fetcher, url)
    await get(fetcher, url)
    assert all("cookie" not in request.headers for request in server.requests)


async def test_how_long_it_is_fresh(fetcher: Fetcher, server: LoopbackServer) -> None:
    url = server.on("/feed", answer(BODY, cache_control="public, max-age=900"))
    assert (await get(fetcher, url)).max_age == 900


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("max-age=60", 60.0),
        ('private, MAX-AGE = "60"', 60.0),
        ("s-maxage=60", None),
        ("max-age=60, no-cache", None),
        ("no-store", None),
        ("max-age=-1", None),
        ("max-age=999999999", MAX_WAIT),
        ("", None),
    ],
)
def test_max_age(header: str, seconds: float | None) -> None:
    assert max_age(header) == seconds


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        ("Thu, 05 Mar 2026 12:02:00 GMT", 120.0),
        ("Thu, 05 Mar 2026 11:00:00 GMT", 0.0),
        ("99999999999999999999", MAX_WAIT),
        ("Thu, 05 Mar 2099 12:00:00 GMT", MAX_WAIT),
        ("-5", None),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after(header: str, seconds: float | None) -> None:
    assert retry_after(header, NOW) == seconds


@given(st.text(max_size=60))
def test_headers_never_raise(text: str) -> None:
    retry_after(text, NOW)
    max_age(text)
    validator(text)


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    "status", ["404 Not Found", "410 Gone", "500 Oops", "418 Teapot", "599 X", "299 X"]
)
async def test_statuses(fetcher: Fetcher, server: LoopbackServer, status: str) -> None:
    url = server.on("/feed", answer(BODY, status))
    if status.startswith("2"):
        assert (await get(fetcher, url)).body == BODY
    else:
        error = await refusal(fetcher, url)
        assert str(error).startswith(f"127.0.0.1 answers {status[:3]}")
        assert error.retry_after is None


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
async def test_being_asked_to_wait(fetcher: Fetcher, server: LoopbackServer, status: str) -> None:
    url = server.on("/feed", answer(b"", status, retry_after="120"))
    assert (await refusal(fetcher, url)).retry_after == 120


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
        "gopher://127.0.0.1/",
        "//127.0.0.1/x",
        "feed",
        "http://",
        "http://127.0.0.1:port/",
        "http://\x00/",
        "",
    ],
)
async def test_only_web_addresses(fetcher: Fetcher, url: str) -> None:
    assert "the address is not" in str(await refusal(fetcher, url))


SECRET_PATHS = ["/missing?token=hunter2", "/stalled?token=hunter2", "/garbage?token=hunter2"]


@pytest.mark.parametrize("path", SECRET_PATHS)
async def test_no_secret_in_a_message(hasty: Fetcher, server: LoopbackServer, path: str) -> None:
    server.on("/stalled", stalled)
    server.on("/garbage", bytes_and_close(b"hunter"))
    error = await refusal(hasty, server.url(path, user="me:hunter2@"))
    assert "127.0.0.1" in str(error)
    assert "hunter2" not in str(error)
    assert "token" not in str(error)


async def test_no_secret_when_nobody_listens(fetcher: Fetcher, server: LoopbackServer) -> None:
    await server.stop()
    error = await refusal(fetcher, server.url("/?token=hunter2", user="me:hunter2@"))
    assert "127.0.0.1" in str(error)
    assert "hunter2" not in str(error)


async def test_user_information_is_sent_but_not_kept(
    fetcher: Fetcher, server: LoopbackServer
) -> None:
    server.on("/feed", redirect("/other"))
    server.on("/other", answer(BODY))
    response = await get(fetcher, server.url("/feed", user="me:secret@"))
    assert response.url == server.url("/other")
    assert all(request.headers["authorization"].startswith("Basic") for request in server.requests)


def test_user_information_goes_nowhere_else() -> None:
    source = httpx.URL("https://me:secret@example.org/feed")
    assert _redirected(source, "/other").userinfo == b"me:secret"
    for other in ("https://example.com/", "http://example.org/", "https://x:y@example.org:8443/"):
        assert _redirected(source, other).userinfo == b""


async def test_proxies_of_the_environment_are_not_used(
    server: LoopbackServer, neighbour: LoopbackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, neighbour.url(""))
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    async with Fetcher() as fetcher:
        assert (await get(fetcher, server.on("/feed", answer(BODY)))).body == BODY
    assert neighbour.connections == 0


# ---------------------------------------------------------------- bounds


@pytest.mark.parametrize("reply", [stalled, half_and_stalled, dripping])
async def test_all_of_it_takes_no_longer_than_allowed(
    hasty: Fetcher, server: LoopbackServer, reply: Reply
) -> None:
    url = server.on("/feed", reply)
    started = asyncio.get_running_loop().time()
    assert "did not answer within 0.2 s" in str(await refusal(hasty, url))
    assert asyncio.get_running_loop().time() - started < 2


@pytest.mark.parametrize(
    "reply",
    [
        answer(b"x" * 10_001),
        endless,
        zipped(b"x" * 10_001),
        zipped(b"\0" * 10_000_000),
        answer(gzip.compress(b"") * 1_000, content_encoding="gzip"),
    ],
)
async def test_no_more_than_allowed_is_read(
    cramped: Fetcher, server: LoopbackServer, reply: Reply
) -> None:
    url = server.on("/feed", reply)
    assert "sends more than" in str(await refusal(cramped, url))


async def test_just_what_is_allowed_is_read(cramped: Fetcher, server: LoopbackServer) -> None:
    url = server.on("/feed", answer(b"x" * 10_000))
    assert len((await get(cramped, url)).body) == 10_000
    url = server.on("/zipped", zipped(b"x" * 10_000))
    assert len((await get(cramped, url)).body) == 10_000


async def test_a_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)

    async def chunks() -> Iterable[bytes]:  # type: ignore[misc]
        yield bomb

    tracemalloc.start()
    with pytest.raises(SourceError, match="more than"):
        await read_body(chunks(), "gzip", 100_000)  # type: ignore[arg-type]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000


async def test_gzip_in_several_members_and_padding(
    fetcher: Fetcher, server: LoopbackServer
) -> None:
    data = gzip.compress(b"first ") + gzip.compress(b"second") + b"\0\0"
    url = server.on("/feed", answer(data, content_encoding="gzip"))
    assert (await get(fetcher, url)).body == b"first second"


@pytest.mark.parametrize(
    ("data", "encoding", "reason"),
    [
        (GZIPPED[:-9], "gzip", "break off"),
        (b"not compressed at all", "gzip", "broken compressed data"),
        (b"\x1f\x8b" + b"\xff" * 50, "x-gzip", "broken compressed data"),
        (b"anything", "br", "not asked for"),
        (gzip.compress(GZIPPED, mtime=0), "gzip, gzip", "not asked for"),
    ],
)
async def test_broken_compression(
    fetcher: Fetcher, server: LoopbackServer, data: bytes, encoding: str, reason: str
) -> None:
    url = server.on("/feed", answer(data, content_encoding=encoding))
    assert reason in str(await refusal(fetcher, url))


@pytest.mark.parametrize(
    "data",
    [
        head(content_length="100") + b"cut",
        head(transfer_encoding="chunked") + b"5\r\nabc",
        head(transfer_encoding="chunked") + b"zz\r\nabc\r\n",
        head(content_length="minus one") + b"abc",
        b"HTTP/1.1 200 OK\r\nBroken header\r\n\r\n",
        b"garbage and no HTTP\r\n\r\n",
        b"HTTP/1.1 2",
        b"\x16\x03\x01\x02\x00",
        b"",
    ],
)
async def test_broken_answers(fetcher: Fetcher, server: LoopbackServer, data: bytes) -> None:
    url = server.on("/feed", bytes_and_close(data))
    assert str(await refusal(fetcher, url)).startswith("127.0.0.1: ")


async def test_a_body_without_a_length_ends_with_the_connection(
    fetcher: Fetcher, server: LoopbackServer
) -> None:
    url = server.on("/feed", bytes_and_close(head(connection="close") + BODY))
    assert (await get(fetcher, url)).body == BODY


async def test_many_at_once(fetcher: Fetcher, server: LoopbackServer) -> None:
    url = server.on("/feed", answer(BODY))
    responses = await asyncio.gather(*(get(fetcher, url) for _ in range(50)))
    assert all(response.body == BODY for response in responses)


# ---------------------------------------------------------------- redirects


def chain(server: LoopbackServer, length: int) -> str:
    server.on("/0", answer(BODY))
    for step in range(1, length + 1):
        server.on(f"/{step}", redirect(f"/{step - 1}", "308 Permanent Redirect"))
    return server.url(f"/{length}")


async def test_redirects_are_followed(fetcher: Fetcher, server: LoopbackServer) -> None:
    response = await get(fetcher, chain(server, MAX_REDIRECTS))
    assert response.body == BODY
    assert response.url == server.url("/0")


async def test_but_not_for_ever(fetcher: Fetcher, server: LoopbackServer) -> None:
    error = await refusal(fetcher, chain(server, MAX_REDIRECTS + 1))
    assert "redirects more than 5 times" in str(error)
    url = server.on("/loop", redirect("/loop"))
    assert "redirects more than 5 times" in str(await refusal(fetcher, url))


@pytest.mark.parametrize(
    "target",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "javascript:alert(1)",
        "https:",
        "http://127.0.0.1:port/?token=hunter2",
        "http://\x7f/?token=hunter2",
    ],
)
async def test_redirects_to_no_web_address(
    fetcher: Fetcher, server: LoopbackServer, target: str
) -> None:
    url = server.on("/feed", redirect(target))
    error = await refusal(fetcher, url)
    assert "redirects to " in str(error)
    assert "hunter2" not in str(error)


@pytest.mark.parametrize(
    "place",
    [
        "127.0.0.1",
        "localhost",
        "127.1",
        "2130706433",
        "0x7f.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "0.0.0.0",
        "169.254.169.254",
        "10.0.0.1",
    ],
)
async def test_redirects_into_private_networks_are_refused(
    fetcher: Fetcher, server: LoopbackServer, neighbour: LoopbackServer, place: str
) -> None:
    neighbour.on("/admin", answer(BODY))
    url = server.on("/feed", redirect(neighbour.url("/admin", place)))
    assert "private address" in str(await refusal(fetcher, url))
    assert neighbour.connections == 0


async def test_the_same_port_by_another_name_is_refused(
    fetcher: Fetcher, server: LoopbackServer
) -> None:
    server.on("/admin", answer(BODY))
    url = server.on("/feed", redirect(server.url("/admin", "localhost")))
    assert "private address" in str(await refusal(fetcher, url))


async def test_each_hop_is_checked(
    fetcher: Fetcher, server: LoopbackServer, neighbour: LoopbackServer
) -> None:
    server.on("/second", redirect(neighbour.url("/admin")))
    url = server.on("/first", redirect("/second"))
    assert "private address" in str(await refusal(fetcher, url))
    assert neighbour.connections == 0


async def test_an_open_connection_of_another_source_is_no_way_in(
    fetcher: Fetcher, server: LoopbackServer, neighbour: LoopbackServer
) -> None:
    assert (await get(fetcher, neighbour.on("/configured", answer(BODY)))).body == BODY
    neighbour.on("/admin", answer(b"secret"))
    url = server.on("/feed", redirect(neighbour.url("/admin")))
    assert "private address" in str(await refusal(fetcher, url))
    assert [request.path for request in neighbour.requests] == ["/configured"]


# ---------------------------------------------------------------- addresses


class Recorder(httpcore.AsyncNetworkBackend):
    """A network in which some addresses answer; httpcore's interface, and nothing of ours."""

    def __init__(self, *answering: str) -> None:
        self.answering = answering
        self.tried: list[str] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        del port, timeout, local_address, socket_options
        self.tried.append(host)
        if host not in self.answering:
            raise httpcore.ConnectError("nobody there")
        return httpcore.AsyncMockStream([])


class Names:
    """A name server that gives another answer each time it is asked."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)

    async def __call__(self, host: str, port: int) -> list[str]:
        del host, port
        return self.answers.pop(0)


async def test_the_checked_address_is_the_one_connected_to() -> None:
    network = Recorder("93.184.216.34")
    backend = PublicBackend(network, Names(["93.184.216.34"], ["127.0.0.1"]))
    await backend.connect_tcp("rebinding.example", 80)
    assert network.tried == ["93.184.216.34"]
    with pytest.raises(SourceError, match="which is at a private address"):
        await backend.connect_tcp("rebinding.example", 80)
    assert network.tried == ["93.184.216.34"]


async def test_one_private_address_among_public_ones_is_enough() -> None:
    network = Recorder("93.184.216.34")
    backend = PublicBackend(network, Names(["93.184.216.34", "10.0.0.1"]))
    with pytest.raises(SourceError, match="private address"):
        await backend.connect_tcp("both.example", 80)
    assert network.tried == []


async def test_the_next_address_is_tried() -> None:
    network = Recorder("93.184.216.34")
    backend = PublicBackend(
        network, Names(["2606:2800:220:1::1", "93.184.216.34"], ["8.8.8.8"], [])
    )
    await backend.connect_tcp("example.org", 80)
    assert network.tried == ["2606:2800:220:1::1", "93.184.216.34"]
    for _ in range(2):
        with pytest.raises(httpcore.ConnectError):
            await backend.connect_tcp("example.org", 80)


async def test_a_name_that_does_not_exist() -> None:
    async def unknown(host: str, port: int) -> list[str]:
        raise OSError(f"{host}:{port} is unknown")

    with pytest.raises(httpcore.ConnectError):
        await PublicBackend(Recorder(), unknown).connect_tcp("nowhere.example", 80)


@pytest.mark.parametrize(
    "address",
    ["93.184.216.34", "8.8.8.8", "2606:2800:220:1::1", "::ffff:8.8.8.8", "64:ff9b::808:808"],
)
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.0.8",
        "192.0.2.1",
        "192.168.1.1",
        "198.18.0.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:10.0.0.1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:c0a8:101::1",
        "fc00::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


def test_dates_to_wait_for_may_be_without_a_zone() -> None:
    later = NOW + timedelta(minutes=1)
    assert retry_after(later.strftime("%a, %d %b %Y %H:%M:%S -0000"), NOW) == 60
    assert retry_after("Thu, 05 Mar 2026 12:01:00", datetime(2026, 3, 5, 12, tzinfo=UTC)) == 60
