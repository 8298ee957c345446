"""A Bot API server over a real socket: what Telegram does with a bot's requests, and its faults.

It keeps what arrived, holds each request against the published API and each text against
Telegram's own parser, and collects every problem in ``problems``.
"""

import asyncio
import json
import re
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from aiohttp import web

from tests.loopback import on_loopback
from tests.telegram.oracles import parse_html, parse_rich, request_problems

TOKEN = "123456:canary-token-of-a-bot-0123456789"
BOT_ID = 123456
USERNAME = "ribao_test_bot"

Json = dict[str, Any]


@dataclass
class Request:
    """One request as it arrived; ``params`` as form strings."""

    method: str
    params: Mapping[str, str]
    at: float


@dataclass
class Fault:
    """How the server misbehaves: a status with a description, a slow or a cut answer.

    ``before`` says whether the message is taken before the connection is cut.
    """

    status: int = 200
    description: str = ""
    parameters: Json = field(default_factory=dict)
    seconds: float = 0.0
    cut: bool = False
    taken: bool = False


@dataclass
class TelegramServer:
    """The state of the platform. Chats come to be by ``user``, ``group`` and ``channel``."""

    url: str = ""
    chats: dict[int, Json] = field(default_factory=dict)
    members: dict[tuple[int, int], str] = field(default_factory=dict)
    messages: dict[int, list[Json]] = field(default_factory=lambda: defaultdict(list))
    requests: list[Request] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    answers: list[Json] = field(default_factory=list)
    offered: list[list[Json]] = field(default_factory=list)
    """The results of inline queries."""
    commands: list[Json] = field(default_factory=list)
    blocked: set[int] = field(default_factory=set)
    moved: dict[int, int] = field(default_factory=dict)
    faults: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    webhook: dict[str, str] = field(default_factory=dict)
    other_poller: bool = False
    knows_rich: bool = True
    no_pictures: set[int] = field(default_factory=set)
    is_asked_for_news: bool = False
    """Whether the bot waits for updates, with all that there were answered."""
    _updates: list[Json] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _answered: asyncio.Event = field(default_factory=asyncio.Event)
    _numbers: int = 0

    # People

    def user(self, number: int, name: str = "Ann", language: str = "en") -> Json:
        """A person, with whom the bot has a private chat of the same number."""
        self.chats[number] = {"id": number, "type": "private", "first_name": name}
        return {
            "id": number,
            "is_bot": False,
            "first_name": name,
            "language_code": language,
        }

    def group(self, number: int, title: str, *, forum: bool = False) -> Json:
        chat = {"id": number, "type": "supergroup", "title": title}
        self.chats[number] = {**chat, "is_forum": True} if forum else chat
        return self.chats[number]

    def channel(self, number: int, title: str, username: str) -> Json:
        self.chats[number] = {
            "id": number,
            "type": "channel",
            "title": title,
            "username": username,
        }
        return self.chats[number]

    def write(self, chat: int, user: Json, text: str, **more: Any) -> None:
        """``user`` writes in ``chat``."""
        self.update(
            message={
                "message_id": self._number(),
                "date": int(time.time()),
                "chat": self.chats[chat],
                "from": user,
                "text": text,
                **more,
            }
        )

    def updates(self) -> list[Json]:
        """What the bot has not been given yet."""
        return list(self._updates)

    def ask_inline(self, user: Json, query: str) -> None:
        """``user`` types ``@bot query`` in some chat."""
        number = str(self._number())
        self.update(inline_query={"id": number, "from": user, "query": query, "offset": ""})

    def press(self, user: Json, message: Json, label: str) -> None:
        """``user`` presses the button that says ``label`` under a message of the bot."""
        rows = message["reply_markup"]["inline_keyboard"]
        found = [b for row in rows for b in row if label in b["text"]]
        assert found, f"no button {label!r} among {[b['text'] for r in rows for b in r]}"
        self.press_data(user, message, found[0]["callback_data"])

    def press_data(self, user: Json, message: Json, data: str) -> None:
        self.update(
            callback_query={
                "id": str(self._number()),
                "from": user,
                "message": message,
                "chat_instance": "1",
                "data": data,
            }
        )

    def update(self, **content: Any) -> None:
        """One update for the bot."""
        self.is_asked_for_news = False
        self._updates.append({"update_id": self._number(), **content})
        self._news.set()

    async def until(self, done: Callable[[], object], seconds: float = 10.0) -> None:
        """Wait until something is so, looking after each answered request."""
        async with asyncio.timeout(seconds):
            while not done():
                self._answered.clear()
                await self._answered.wait()

    def said_in(self, chat: int) -> list[str]:
        """What the bot's messages in a chat look like to a reader."""
        return [message.get("text", "") for message in self.messages[chat]]

    def fail(self, method: str, *faults: Fault) -> None:
        """The next requests of a method meet these faults, one each."""
        self.faults[method].extend(faults)

    def _number(self) -> int:
        self._numbers += 1
        return self._numbers

    # Requests

    async def answer(self, request: web.Request) -> web.StreamResponse:
        try:
            return await self._answer(request)
        finally:
            self._answered.set()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["token"] != TOKEN:
            return _error(401, "Unauthorized")
        method = request.match_info["method"]
        params = await _params(request)
        self.requests.append(Request(method, params, time.monotonic()))
        self._check(method, params)
        fault = self.faults[method].popleft() if self.faults[method] else Fault()
        await asyncio.sleep(fault.seconds)
        if fault.status != 200:
            return _error(fault.status, fault.description, fault.parameters)
        if fault.cut and not fault.taken:
            return _cut(request)
        handler = getattr(self, "_on_" + _snake_case(method), None)
        if handler is None:
            self.problems.append(f"{method}: this server does not know it")
            return _error(404, "Not Found")
        try:
            result = await handler(params)
        except _Refused as refused:
            return _error(refused.status, refused.description, refused.parameters)
        return _cut(request) if fault.cut else web.json_response({"ok": True, "result": result})

    def _check(self, method: str, params: Mapping[str, str]) -> None:
        check = request_problems()
        if check is not None:
            self.problems += [f"{method}: {each}" for each in check(method, params)]

    async def _on_get_me(self, _: Mapping[str, str]) -> Json:
        return {
            "id": BOT_ID,
            "is_bot": True,
            "first_name": "Ribao",
            "username": USERNAME,
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }

    async def _on_get_updates(self, params: Mapping[str, str]) -> list[Json]:
        if self.other_poller:
            raise _Refused(409, "Conflict: terminated by other getUpdates request")
        offset = int(params.get("offset", 0))
        self._updates = [u for u in self._updates if u["update_id"] >= offset]
        if not self._updates:
            self._news.clear()
            self.is_asked_for_news = True
            self._answered.set()
            try:
                async with asyncio.timeout(float(params.get("timeout", 0))):
                    await self._news.wait()
            except TimeoutError:
                pass
            self.is_asked_for_news = False
        return self._updates[: int(params.get("limit", 100))]

    async def _on_send_message(self, params: Mapping[str, str]) -> Json:
        chat = self._chat(params)
        message = self._message(chat, params)
        self.messages[chat["id"]].append(message)
        return message

    async def _on_send_photo(self, params: Mapping[str, str]) -> Json:
        chat = self._chat(params)
        if chat["id"] in self.no_pictures:
            raise _Refused(400, "Bad Request: not enough rights to send photos to the chat")
        if not params["photo"].startswith(("photo-", "\ufffdPNG")):
            raise _Refused(400, "Bad Request: IMAGE_PROCESS_FAILED")
        message = self._message(chat, {**params, "text": params["caption"]}, most=1024)
        size = {"file_id": "photo-1", "file_unique_id": "1", "width": 9, "height": 9}
        message |= {"photo": [size], "caption": message["text"]}
        self.messages[chat["id"]].append(message)
        return message

    async def _on_send_rich_message(self, params: Mapping[str, str]) -> Json:
        if not self.knows_rich:
            raise _Refused(404, "Not Found")
        chat = self._chat(params)
        content = json.loads(params["rich_message"])
        try:
            text = parse_rich(content["html"])
        except ValueError as error:
            self.problems.append(str(error))
            raise _Refused(400, f"Bad Request: {error}") from None
        message = self._message(chat, {**params, "text": text}) | {"rich": content["html"]}
        self.messages[chat["id"]].append(message)
        return message

    async def _on_send_document(self, params: Mapping[str, str]) -> Json:
        chat = self._chat(params)
        message = {**self._head(chat), "document": {"file_id": "f", "file_unique_id": "f"}}
        self.messages[chat["id"]].append({**message, "content": params["document"]})
        return message

    async def _on_edit_message_text(self, params: Mapping[str, str]) -> Json:
        message = self._existing(params)
        changed = self._message(self._chat(params), params)
        before = (message["text"], message.get("reply_markup"))
        if before == (changed["text"], changed.get("reply_markup")):
            raise _Refused(400, "Bad Request: message is not modified")
        message.update(text=changed["text"], reply_markup=changed.get("reply_markup"))
        return message

    async def _on_edit_message_reply_markup(self, params: Mapping[str, str]) -> Json:
        message = self._existing(params)
        message["reply_markup"] = json.loads(params["reply_markup"])
        return message

    async def _on_answer_callback_query(self, params: Mapping[str, str]) -> bool:
        self.answers.append(dict(params))
        return True

    async def _on_answer_inline_query(self, params: Mapping[str, str]) -> bool:
        found = json.loads(params["results"])
        for each in found:
            self._parsed(each["input_message_content"]["message_text"])
        self.offered.append(found)
        return True

    async def _on_get_chat(self, params: Mapping[str, str]) -> Json:
        named = params["chat_id"].removeprefix("@")
        for chat in self.chats.values():
            if named in {str(chat["id"]), chat.get("username")}:
                full = {"accent_color_id": 0, "max_reaction_count": 1}
                return {**chat, **full, "accepted_gift_types": _GIFTS}
        raise _Refused(400, "Bad Request: chat not found")

    async def _on_get_chat_member(self, params: Mapping[str, str]) -> Json:
        chat, user = self._chat(params)["id"], int(params["user_id"])
        status = self.members.get((chat, user), "left")
        person = {"id": user, "is_bot": user == BOT_ID, "first_name": "x"}
        return {"status": status, "user": person, **_RIGHTS.get(status, {})}

    async def _on_set_my_commands(self, params: Mapping[str, str]) -> bool:
        self.commands.append(
            {
                name: json.loads(value) if value[:1] in "[{" else value
                for name, value in params.items()
            }
        )
        return True

    async def _on_delete_webhook(self, _: Mapping[str, str]) -> bool:
        self.webhook = {}
        return True

    async def _on_set_webhook(self, params: Mapping[str, str]) -> bool:
        self.webhook = dict(params)
        return True

    def _chat(self, params: Mapping[str, str]) -> Json:
        number = int(params["chat_id"])
        if number in self.moved:
            raise _Refused(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                {"migrate_to_chat_id": self.moved[number]},
            )
        if number in self.blocked:
            raise _Refused(403, "Forbidden: bot was blocked by the user")
        if number not in self.chats:
            raise _Refused(400, "Bad Request: chat not found")
        return self.chats[number]

    def _message(self, chat: Json, params: Mapping[str, str], most: int = 4096) -> Json:
        text = params["text"]
        if params.get("parse_mode") == "HTML":
            text = self._parsed(text, most)
        message = {**self._head(chat), "text": text}
        if "reply_markup" in params:
            message["reply_markup"] = json.loads(params["reply_markup"])
        if "message_thread_id" in params:
            message["message_thread_id"] = int(params["message_thread_id"])
        if "link_preview_options" in params:
            message["preview"] = json.loads(params["link_preview_options"])
        message["silent"] = params.get("disable_notification") in {"true", "True"}
        return message

    def _parsed(self, html: str, most: int = 4096) -> str:
        """What a reader sees of it."""
        try:
            text = parse_html(html).text
        except ValueError as error:
            self.problems.append(str(error))
            raise _Refused(400, f"Bad Request: can't parse entities: {error}") from None
        if not 1 <= len(text.encode("utf-16-le")) // 2 <= most:
            self.problems.append(f"a text of {len(text)} characters")
            raise _Refused(400, "Bad Request: message is too long")
        return text

    def _head(self, chat: Json) -> Json:
        me = {"id": BOT_ID, "is_bot": True, "first_name": "Ribao", "username": USERNAME}
        number = self._number()
        return {"message_id": number, "date": int(time.time()), "chat": chat, "from": me}

    def _existing(self, params: Mapping[str, str]) -> Json:
        for message in self.messages[self._chat(params)["id"]]:
            if str(message["message_id"]) == params["message_id"]:
                return message
        raise _Refused(400, "Bad Request: message to edit not found")


_GIFTS = dict.fromkeys(
    (
        "unlimited_gifts",
        "limited_gifts",
        "unique_gifts",
        "premium_subscription",
        "gifts_from_channels",
    ),
    False,
)

_ADMINISTRATOR = dict.fromkeys(
    (
        "can_be_edited",
        "is_anonymous",
        "can_manage_chat",
        "can_delete_messages",
        "can_manage_video_chats",
        "can_restrict_members",
        "can_promote_members",
        "can_change_info",
        "can_invite_users",
        "can_post_stories",
        "can_edit_stories",
        "can_delete_stories",
    ),
    False,
)

_RIGHTS: Mapping[str, Json] = {
    "creator": {"is_anonymous": False},
    "administrator": {**_ADMINISTRATOR, "can_post_messages": True},
    "kicked": {"until_date": 0},
}


class _Refused(Exception):
    def __init__(self, status: int, description: str, parameters: Json | None = None) -> None:
        self.status = status
        self.description = description
        self.parameters = parameters or {}
        super().__init__(description)


def _snake_case(method: str) -> str:
    return re.sub("[A-Z]", lambda match: "_" + match[0].lower(), method)


def _error(status: int, description: str, parameters: Json | None = None) -> web.Response:
    body: Json = {"ok": False, "error_code": status, "description": description}
    if parameters:
        body["parameters"] = parameters
    return web.json_response(body, status=status)


def _cut(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def _params(request: web.Request) -> dict[str, str]:
    params = {}
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            params[name] = value.file.read().decode(errors="replace")
        else:
            params[name] = str(value)
    return params


@asynccontextmanager
async def telegram_server() -> AsyncIterator[TelegramServer]:
    """A server on a free port of loopback."""
    async with serving(TelegramServer()) as server:
        yield server


Server = TypeVar("Server", bound=TelegramServer)


@asynccontextmanager
async def serving(server: Server) -> AsyncIterator[Server]:
    app = web.Application(client_max_size=64 * 2**20)
    app.router.add_route("*", "/bot{token}/{method}", server.answer)
    async with on_loopback(app) as server.url:
        yield server
