"""The body of an answer, decoded, and never more of it than allowed."""

import zlib
from collections.abc import AsyncIterable

from bot.errors import SourceError

MAX_BYTES = 5 * 1024 * 1024
"""Bytes of a document, after decompression. The largest feeds in use are well under it."""

_GZIP = 16 + zlib.MAX_WBITS
_GZIP_MAGIC = b"\x1f\x8b"


async def read_body(chunks: AsyncIterable[bytes], encoding: str, limit: int = MAX_BYTES) -> bytes:
    """All of ``chunks``, as they came over the wire, decoded by ``Content-Encoding``.

    Decompresses only as far as ``limit``, so that a small answer can't fill the memory; that is
    why httpx, which decompresses whole chunks, isn't left to do it. Raises ``SourceError`` for a
    longer or broken body, and for an encoding other than gzip, the only one that is asked for.
    """
    if encoding not in {"", "identity", "gzip", "x-gzip"}:
        raise SourceError(f"compresses its answer in a way not asked for ({encoding[:40]!r})")
    gunzip = _Gunzip() if "gzip" in encoding else None
    body = bytearray()
    received = 0
    async for chunk in chunks:
        received += len(chunk)
        body += gunzip.feed(chunk, limit + 1 - len(body)) if gunzip else chunk
        if len(body) > limit or received > limit:
            raise SourceError(f"sends more than {limit / 1024 / 1024:g} MiB")
    if gunzip and received and not gunzip.complete:
        raise SourceError("sends compressed data that break off")
    return bytes(body)


class _Gunzip:
    """Bounded decompression of a gzip stream, which may have several members (RFC 1952)."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP)

    @property
    def complete(self) -> bool:
        return self._member.eof

    def feed(self, data: bytes, room: int) -> bytes:
        """What ``data`` decompresses to, at most ``room`` bytes of it."""
        out = b""
        while data and len(out) < room:
            if self._member.eof:
                if not data.startswith(_GZIP_MAGIC):
                    break  # padding after the last member
                self._member = zlib.decompressobj(_GZIP)
            try:
                out += self._member.decompress(data, room - len(out))
            except zlib.error:
                raise SourceError("sends broken compressed data") from None
            data = self._member.unconsumed_tail or self._member.unused_data
        return out
