"""Discord's gateway over a real websocket: identify, events in order, heartbeats, resume.

https://discord.com/developers/docs/events/gateway
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

Json = dict[str, Any]

_DISPATCH, _HEARTBEAT, _IDENTIFY, _RESUME = 0, 1, 2, 6
_RECONNECT, _INVALID, _HELLO, _ACK = 7, 9, 10, 11

GUILDS = 1
"""The one intent that Ribao asks for."""


@dataclass
class Session:
    """What a client has been sent, numbered from 1, and the socket that it is on."""

    number: str
    shard: tuple[int, int]
    """Which one, and of how many."""
    events: list[Json] = field(default_factory=list)
    socket: web.WebSocketResponse | None = None


@dataclass
class Gateway:
    """All sessions. ``ready`` gives the payload of READY, ``guilds`` those of GUILD_CREATE."""

    token: str
    ready: Callable[[], Json]
    guilds: Callable[[], list[Json]]
    changed: Callable[[], None]
    problems: list[str]
    sessions: dict[str, Session] = field(default_factory=dict)
    identified: int = 0
    resumed: int = 0
    heartbeats: int = 0

    @property
    def is_connected(self) -> bool:
        return any(each.socket for each in self.sessions.values())

    async def dispatch(self, event: str, data: Json) -> None:
        """Send an event to the shard of its guild; who is not there gets it by resuming."""
        for session in self.sessions.values():
            if _is_on(data.get("guild_id", "0"), session.shard):
                await self._send(session, event, data)

    async def cut(self) -> None:
        """Every connection breaks; sessions can be resumed."""
        for session in self.sessions.values():
            if session.socket is not None:
                socket, session.socket = session.socket, None
                await socket.close(code=WSCloseCode.GOING_AWAY)

    async def reconnect(self) -> None:
        """Ask all clients to connect anew and resume."""
        for session in self.sessions.values():
            if session.socket is not None:
                await session.socket.send_json({"op": _RECONNECT, "d": None})

    async def invalidate(self) -> None:
        """End all sessions; they can't be resumed."""
        ended, self.sessions = self.sessions, {}
        for session in ended.values():
            if session.socket is not None:
                await session.socket.send_json({"op": _INVALID, "d": False})

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"op": _HELLO, "d": {"heartbeat_interval": 41250}})
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await self._receive(socket, message.json())
        for session in self.sessions.values():
            if session.socket is socket:
                session.socket = None
        self.changed()
        return socket

    async def _receive(self, socket: web.WebSocketResponse, message: Json) -> None:
        match message["op"]:
            case op if op == _HEARTBEAT:
                self.heartbeats += 1
                await socket.send_json({"op": _ACK, "d": None})
            case op if op == _IDENTIFY:
                await self._identify(socket, message["d"])
            case op if op == _RESUME:
                await self._resume(socket, message["d"])
            case other:
                self.problems.append(f"gateway: opcode {other}")
        self.changed()

    async def _identify(self, socket: web.WebSocketResponse, given: Json) -> None:
        if given["token"] != self.token:
            await socket.close(code=4004)
            return
        if given["intents"] != GUILDS:
            self.problems.append(f"gateway: intents {given['intents']}")
        self.identified += 1
        number, count = given["shard"]
        session = Session(f"session-{self.identified}", (number, count), socket=socket)
        self.sessions[session.number] = session
        ready = {**self.ready(), "session_id": session.number, "shard": given["shard"]}
        await self._send(session, "READY", ready)
        for guild in self.guilds():
            if _is_on(guild["id"], session.shard):
                await self._send(session, "GUILD_CREATE", guild)

    async def _resume(self, socket: web.WebSocketResponse, given: Json) -> None:
        session = self.sessions.get(given["session_id"])
        if session is None or given["token"] != self.token:
            await socket.send_json({"op": _INVALID, "d": False})
            return
        self.resumed += 1
        for event in session.events[given["seq"] :]:
            await socket.send_json(event)
        session.socket = socket
        await self._send(session, "RESUMED", {})

    async def _send(self, session: Session, event: str, data: Json) -> None:
        number = len(session.events) + 1
        session.events.append({"op": _DISPATCH, "t": event, "s": number, "d": data})
        if session.socket is not None:
            await session.socket.send_json(session.events[-1])


def _is_on(guild: str, shard: tuple[int, int]) -> bool:
    """What is direct is on the first (https://discord.com/developers/docs/events/gateway#sharding)."""
    number, count = shard
    return (int(guild) >> 22) % count == number
