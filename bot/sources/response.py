"""An answer to a fetch, as the parsers get it: without the library that fetched it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Response:
    """An answer. ``body`` is decompressed; it is empty with ``not_modified``.

    ``url`` is where it finally came from, without user information; ``content_type`` the header as
    sent; ``max_age`` how many seconds the server calls it fresh, if it says so.
    """

    url: str
    body: bytes = b""
    content_type: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    max_age: float | None = None
    not_modified: bool = False
