"""Covers, previews and Rich Messages, and what goes where Telegram refuses them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from adapters.telegram.adapter import TelegramAdapter
from adapters.telegram.render import TelegramRenderer
from bot.config import TelegramSettings
from bot.covers import cover_of
from bot.errors import ChatGone, ChatMoved, OutcomeUnknown, RetryLater, Scope
from bot.messages import messages
from bot.model import ChatAddress
from tests.adapters.contract import PAPER, TOOL, an_issue
from tests.telegram.oracles import parse_rich
from tests.telegram.server import BOT_ID, TOKEN, Fault, TelegramServer

ANN = 77
HERE = ChatAddress("telegram", str(BOT_ID), str(ANN))
ISSUE = an_issue(replace(PAPER, id=4), replace(TOOL, id=5))


@asynccontextmanager
async def styled(server: TelegramServer, **style: object) -> AsyncIterator[TelegramAdapter]:
    server.user(ANN)
    settings = TelegramSettings.model_validate({"base_url": server.url, **style})
    async with TelegramAdapter.open(TOKEN, settings) as adapter:
        yield adapter


async def push(adapter: TelegramAdapter, *, silent: bool = False) -> None:
    for part, payload in enumerate(adapter.renderer.render(ISSUE)):
        await adapter.send(HERE, payload, key=str(part), silent=silent)


def sends(server: TelegramServer) -> list[str]:
    return [r.method for r in server.requests if r.method.startswith("send")]


async def test_an_issue_begins_with_its_cover_that_is_sent_up_once(server: TelegramServer) -> None:
    async with styled(server, covers=True) as adapter:
        for _ in range(2):
            await push(adapter, silent=True)
    assert sends(server) == ["sendPhoto", "sendMessage"] * 2
    first, *_ = server.messages[ANN]
    assert ISSUE.title in first["caption"]
    assert all(message["silent"] for message in server.messages[ANN])
    uploaded = [r.params["photo"] for r in server.requests if r.method == "sendPhoto"]
    assert [photo == "photo-1" for photo in uploaded] == [False, True]


async def test_the_words_go_where_the_picture_does_not(
    server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = TelegramRenderer().render(ISSUE)
    async with styled(server, covers=True) as adapter:
        server.no_pictures.add(ANN)
        await push(adapter)
        server.no_pictures.clear()
        server.messages[ANN].clear()
        # Whatever goes wrong in drawing: here there is no cover to draw at all.
        monkeypatch.setattr("adapters.telegram.posts.draw", cover_of)
        await push(adapter)
    assert ISSUE.title in server.said_in(ANN)[0]
    assert PAPER.title in server.said_in(ANN)[1]
    assert len(server.messages[ANN]) == 1 + len(plain)


@pytest.mark.parametrize("style", [{"covers": True}, {"rich": True}])
async def test_what_is_more_than_a_refusal_is_told(
    server: TelegramServer, style: dict[str, object]
) -> None:
    method = "sendPhoto" if "covers" in style else "sendRichMessage"
    async with styled(server, **style) as adapter:
        payload, *_ = adapter.renderer.render(ISSUE)

        async def send() -> None:
            await adapter.send(HERE, payload, key="k", silent=False)

        server.fail(method, Fault(429, "Too Many Requests", {"retry_after": 7}), Fault(cut=True))
        with pytest.raises(RetryLater):
            await send()
        with pytest.raises(OutcomeUnknown):
            await send()
        server.moved[ANN] = -100
        with pytest.raises(ChatMoved):
            await send()
        server.moved.clear()
        server.blocked.add(ANN)
        with pytest.raises(ChatGone):
            await send()
    assert server.messages[ANN] == []


async def test_the_first_items_page_is_shown_if_the_operator_wishes(server: TelegramServer) -> None:
    async with styled(server, link_preview="first") as adapter:
        await push(adapter)
    (shown,) = [m["preview"] for m in server.messages[ANN] if "url" in m["preview"]]
    assert shown == {"url": PAPER.url}


async def test_no_page_is_shown_without_that(server: TelegramServer) -> None:
    async with styled(server) as adapter:
        await push(adapter)
    assert {str(m["preview"]) for m in server.messages[ANN]} == {"{'is_disabled': True}"}


async def test_a_rich_message_has_headings_and_folded_abstracts(server: TelegramServer) -> None:
    async with styled(server, rich=True) as adapter:
        await push(adapter)
        late = adapter.renderer.mark_late(adapter.renderer.render(ISSUE)[0], "en")
        await adapter.send(HERE, late, key="late", silent=False)
    first, second = (message["rich"] for message in server.messages[ANN])
    assert first.startswith("<h2>📰 ")
    assert first.count("<h3>") == 2
    assert f"<details><summary>{messages('en')('card.abstract')}</summary><p>Cats, at" in first
    assert second == f"<p><i>{messages('en')('issue.late')}</i></p>{first}"
    assert PAPER.title in parse_rich(first)
    assert "📄" not in str(server.messages[ANN][0]["reply_markup"])
    assert "'1'" in str(server.messages[ANN][0]["reply_markup"])


async def test_html_goes_where_rich_messages_are_not_known(server: TelegramServer) -> None:
    server.knows_rich = False
    async with styled(server, rich=True) as adapter:
        for _ in range(2):
            await push(adapter)
        server.knows_rich = True
    assert sends(server) == ["sendRichMessage", "sendMessage", "sendMessage"], "asked only once"
    async with styled(server, rich=True) as adapter:
        server.fail("sendRichMessage", Fault(400, "Bad Request: RICH_MESSAGE_INVALID"))
        await push(adapter)
        await push(adapter)
    assert sends(server)[3:] == ["sendRichMessage", "sendMessage", "sendRichMessage"]


async def test_a_token_that_is_refused_is_no_server_without_rich_messages(
    server: TelegramServer,
) -> None:
    async with styled(server, rich=True) as adapter:
        for method in ("sendRichMessage", "sendMessage"):
            server.fail(method, Fault(401, "Unauthorized"))
        with pytest.raises(RetryLater, match="refuses the token") as raised:
            await push(adapter)
        assert raised.value.scope is Scope.ACCOUNT
        await push(adapter)
    assert sends(server) == ["sendRichMessage", "sendMessage", "sendRichMessage"]
