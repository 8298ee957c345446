"""What the pages of one site have in common."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import resources
from importlib.resources.abc import Traversable
from uuid import UUID, uuid5

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
}
"""The Content Security Policy of every page: nothing but what lies on the site itself."""


@dataclass(frozen=True, slots=True)
class Site:
    """``base_url`` ends in a slash, or is empty where the operator gave none.

    ``id`` is random and the installation's own: ids in feeds grow out of it, and stay when the
    site moves. ``telegram`` is the bot's name without ``@``, ``discord`` its application id.
    """

    id: UUID
    base_url: str = ""
    telegram: str = ""
    discord: str = ""

    @property
    def csp(self) -> str:
        return "; ".join(f"{name} {value}" for name, value in POLICY.items())

    @property
    def version(self) -> str:
        """Of what pages look like: it is in the addresses of what they load."""
        return assets_version()

    @property
    def fingerprint(self) -> str:
        """Another one whenever every page would come out differently."""
        parts = (self.base_url, self.telegram, self.discord, self.version)
        return sha256("\n".join(parts).encode()).hexdigest()[:16]

    def urn(self, *names: str) -> str:
        """A lasting id of what these names stand for on this site (RFC 4122, version 5)."""
        return uuid5(self.id, "/".join(names)).urn

    def address(self, place: str) -> str:
        """The full address of a page; empty where the site's own is not known."""
        return f"{self.base_url}{place}" if self.base_url else ""

    def subscribe_links(self, topic_id: str | None) -> Mapping[str, str]:
        """Where a reader can follow the topic, or the whole paper, by chat."""
        links = {}
        if self.telegram:
            links["telegram"] = f"https://t.me/{self.telegram}?start={topic_id or ''}"
        if self.discord:
            links["discord"] = f"https://discord.com/oauth2/authorize?client_id={self.discord}"
            links["command"] = f"/subscribe {topic_id}" if topic_id else "/today"
        return links


def assets() -> Mapping[str, bytes]:
    """The files that all pages share, by name."""
    return {each.name: each.read_bytes() for each in _files("static")}


@cache
def assets_version() -> str:
    """A hash of templates and shared files."""
    content = sha256()
    for folder in ("templates", "static"):
        for each in sorted(_files(folder), key=lambda file: file.name):
            content.update(each.read_bytes())
    return content.hexdigest()[:8]


def _files(folder: str) -> list[Traversable]:
    there = resources.files("bot.web").joinpath(folder).iterdir()
    return [each for each in there if each.is_file()]
