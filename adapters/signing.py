"""Buttons carry the commands that they stand for, signed. Pure; every platform uses it.

Nobody can make a button up, or carry one into another chat. Who presses it is asked for the right
again by the command itself.
"""

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256

PART = "\x1f"
"""Stands between a command that shows an issue and the number of the message that is wanted."""

_MAC_CHARACTERS = 8  # 48 bits: 2**47 presses on average to guess one, at some tens a second


class Signer:
    """Signs commands for a chat with a key that follows from the bot's token.

    So buttons outlive a restart without anything being stored.
    """

    def __init__(self, token: str, max_bytes: int) -> None:
        """``max_bytes`` is what the platform lets a button carry."""
        self._key = sha256(b"ribao buttons\0" + token.encode()).digest()
        self._max_bytes = max_bytes

    def sign(self, chat: str, command: str) -> str | None:
        """What a button for a command carries; None if it finds no room."""
        data = self._mac(chat, command) + command
        return data if len(data.encode()) <= self._max_bytes else None

    def read(self, chat: str, data: str) -> str | None:
        """The command that a button carries; None if it was not signed for this chat."""
        mac, command = data[:_MAC_CHARACTERS], data[_MAC_CHARACTERS:]
        if not command or len(data.encode("utf-8", "replace")) > self._max_bytes:
            return None
        expected = self._mac(chat, command)
        right = hmac.compare_digest(mac.encode("utf-8", "replace"), expected.encode())
        return command if right else None

    def _mac(self, chat: str, command: str) -> str:
        text = f"{chat}\0{command}".encode("utf-8", "replace")
        digest = hmac.digest(self._key, text, "sha256")
        return urlsafe_b64encode(digest).decode()[:_MAC_CHARACTERS]


def read_part(pressed: str) -> tuple[str, int | None]:
    """A pressed command, and the part of its issue that is asked for, if one is."""
    command, _, number = pressed.partition(PART)
    return command, int(number) if number.isdecimal() else None
