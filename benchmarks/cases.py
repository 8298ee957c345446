"""How far Ribao's reading of feeds agrees with feedparser, on feedparser's own test documents.

Its source distribution is fetched with pip, in the version that is installed, into a folder that is
gone afterwards; its tests are not part of Ribao.
"""

import re
import subprocess
import sys
import tarfile
import tempfile
from calendar import timegm
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import metadata
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import feedparser

from benchmarks.measure import show
from bot.digest.normalise import iso_published, usable_url
from bot.errors import SourceError
from bot.sources.document import readable
from bot.sources.entries import RawEntry
from bot.sources.items import title_of
from bot.sources.xmlfeed import parse_xml_feed

BASE = "http://127.0.0.1:8097/"
"""Where feedparser's own tests say that the documents come from."""

_CONTENT_TYPE = re.compile(rb"^Content-type:\s*(.+?)\s*$", re.IGNORECASE | re.MULTILINE)


class Seen(NamedTuple):
    """What is compared of an entry, each in the one spelling in which both are compared."""

    title: str
    link: str
    id: str
    published: str | None


def run() -> None:
    with tempfile.TemporaryDirectory() as folder:
        documents = _documents(Path(folder))
        if not documents:
            show("feedparser's cases", "skipped: pip can't fetch them")
            return
        faults = Counter(_fault(body) for body in documents.values())
    agreeing = faults.pop("", 0)
    share = agreeing / len(documents)
    show("documents of feedparser's tests/wellformed", f"{len(documents)}")
    show("that agree in count, titles, links, ids and dates", f"{share:.1%}", ">= 97 %")
    for what, count in faults.most_common():
        show(f"    differ in {what}", f"{count}")


def _documents(folder: Path) -> dict[str, bytes]:
    version = metadata.version("feedparser")
    asked = ["--quiet", "--no-deps", "--no-binary", ":all:", "--dest", str(folder)]
    command = [sys.executable, "-m", "pip", "download", *asked, f"feedparser=={version}"]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        return {}
    (archive,) = folder.glob("*.tar.gz")
    found = {}
    with tarfile.open(archive) as files:
        for member in files:
            if "/tests/wellformed/" in member.name and member.name.endswith(".xml"):
                content = files.extractfile(member)
                assert content is not None
                found[member.name.partition("/tests/wellformed/")[2]] = content.read()
    return found


def _fault(body: bytes) -> str:
    """The first thing in which the two differ; empty if they agree."""
    header = _CONTENT_TYPE.search(body[:2_000])
    content_type = header[1].decode() if header else "application/xml"
    theirs = list(_theirs(body, content_type))
    try:
        raw = parse_xml_feed(readable(body, content_type))
    except SourceError:
        return "being read at all" if theirs else ""
    ours = [_seen(entry) for entry in raw.entries]
    if len(ours) != len(theirs):
        return "the number of entries"
    for one, other in zip(ours, theirs, strict=True):
        for name in Seen._fields:
            if getattr(one, name) != getattr(other, name):
                return name
    return ""


def _seen(entry: RawEntry) -> Seen:
    return Seen(title_of(entry.title), usable_url(entry.link, BASE), entry.id, entry.published)


def _theirs(body: bytes, content_type: str) -> Iterator[Seen]:
    headers = {"content-location": BASE, "content-type": content_type}
    for entry in feedparser.parse(BytesIO(body), response_headers=headers).entries:
        found: dict[str, Any] = dict(entry)
        moment = found.get("published_parsed") or found.get("updated_parsed")
        yield Seen(
            title_of(found.get("title") or ""),
            usable_url(found.get("link") or "", BASE),
            found.get("id") or "",
            iso_published(datetime.fromtimestamp(timegm(moment), UTC)) if moment else None,
        )
