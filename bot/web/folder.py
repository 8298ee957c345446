"""The folder that a site is built in: files are written only if they change, and never half."""

import json
import os
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Any

from bot.errors import SiteError

STATE = ".ribao"
"""What is remembered of a build, beside the site. Without it, all is built anew."""


class Folder:
    """Places are relative, with slashes. Every method may raise ``SiteError``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.written = 0
        self.removed = 0
        self._made: set[str] = set()

    def write(self, place: str, content: str | bytes) -> None:
        """Leave a file alone that is the same already: servers tell its readers so by its date."""
        data = content if isinstance(content, bytes) else content.encode()
        path = f"{self.root}/{place}"
        try:
            self._make_parent(path)
            try:
                with open(path, "xb") as file:  # noqa: PTH123 - Path.open costs as much as to write
                    file.write(data)
            except FileExistsError:
                if Path(path).read_bytes() == data:
                    return
                self._replace(path, data)
        except OSError as error:
            raise SiteError(f"{path}: {error.strerror}") from error
        self.written += 1

    def remove(self, place: str) -> None:
        """Remove a file, if it is there."""
        try:
            with suppress(FileNotFoundError):
                (self.root / place).unlink()
                self.removed += 1
        except OSError as error:
            raise SiteError(f"{self.root / place}: {error.strerror}") from error

    def keep_only(self, below: str, kept: Collection[str]) -> None:
        """Remove every file below a folder but those at the places ``kept``."""
        for path in sorted((self.root / below).rglob("*")):
            place = path.relative_to(self.root).as_posix()
            if path.is_file() and place not in kept:
                self.remove(place)

    def remember(self, name: str, state: Any) -> None:
        """Keep plain JSON values for the next build."""
        path = f"{self.root}/{STATE}/{name}.json"
        try:
            self._make_parent(path)
            self._replace(path, json.dumps(state, ensure_ascii=False).encode())
        except OSError as error:
            raise SiteError(f"{path}: {error.strerror}") from error

    def recall(self, name: str) -> Any:
        """What was kept by that name; None if nothing, or nothing that can be read."""
        try:
            return json.loads((self.root / STATE / f"{name}.json").read_bytes())
        except (OSError, ValueError):
            return None

    def _make_parent(self, path: str) -> None:
        parent = path.rpartition("/")[0]
        if parent not in self._made:
            Path(parent).mkdir(parents=True, exist_ok=True)
            self._made.add(parent)

    @staticmethod
    def _replace(path: str, data: bytes) -> None:
        """Whoever reads meanwhile sees the old file or the new one."""
        temporary = Path(f"{path}.{os.getpid()}.new")
        temporary.write_bytes(data)
        temporary.replace(path)
