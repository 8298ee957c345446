"""Entries of feeds as items: links checked, HTML made plain, texts bounded."""

import re
from collections.abc import Iterable
from itertools import islice

from bot.digest.normalise import (
    bounded,
    canonical_key,
    code_urls,
    one_line,
    plain_name,
    plain_title,
    usable_url,
)
from bot.messages import known_language
from bot.model import Item, Section, SourceSpec
from bot.sources.entries import RawEntry, RawFeed, begins_alike
from bot.sources.html import images, to_text

MAX_SUMMARY = 1_000
MAX_ABSTRACT = 2_000
"""Characters of an item's texts."""

MAX_AUTHORS = 100

_FIRST_LOOK = 1_400  # characters of HTML per text; nearly always enough, and quick
_SECOND_LOOK = 6_000  # where less than this many characters of text came of the first:
_ENOUGH = 300  # some feeds begin with a lot of markup
_LOOKED_THROUGH = 4_000  # characters of HTML in which images and code are looked for
_UNKNOWN_LANGUAGE = "und"  # BCP 47's word for it
_TITLE_MARKUP = re.compile(
    r"&#?\w{1,30};|</?(?:a|abbr|b|br|cite|code|del|div|em|font|h\d|i|img|ins|mark|p|q|s|script|small"
    r"|span|strong|style|sub|sup|tt|u|var|wbr)\b[^<>]*>|<[a-z]+\s[^<>]*=[^<>]*>|<!doctype",
    re.IGNORECASE,
)
_RELEASE = re.compile(r"https?://github\.com/[^/]+/([^/]+)/releases/tag/")
_MAIL = re.compile(r"[^\s@]{1,64}@[^\s()]+(?:\s*\(([^()]+)\))?")
_NOT_JUST_A_NAME = re.compile(r"[@,;、&]| and ")
_BETWEEN_NAMES = re.compile(r"\s*(?:[,;、]|\band\b|&)\s*")
_TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Za-z]{2}))?")
_SCRIPTS = (
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7af]")),
    ("zh-CN", re.compile("[\u4e00-\u9fff]")),
)


def item_of(entry: RawEntry, base: str, spec: SourceSpec, language: str | None) -> Item | str:
    """The entry as an item, or the reason why it can't be one."""
    if not entry.link:
        return "no link"
    if not (url := _link(entry.link, base)):
        return "not http"
    if not (title := title_of(entry.title)):
        return "no title"
    key = canonical_key(url)
    summary, abstract = _texts(entry)
    tag = language or _UNKNOWN_LANGUAGE
    html = (entry.content or entry.summary)[:_LOOKED_THROUGH]
    return Item(
        key=key,
        title=_release_title(title, url),
        url=url,
        section=_section(key, spec),
        published=entry.published,
        authors=_people(entry.authors),
        language=language,
        summary={tag: summary} if summary else {},
        abstract={tag: abstract} if abstract else {},
        images=_first_image(entry, html, url),
        code_urls=code_urls(html),
        arxiv_id=key[6:] if key.startswith("arxiv:") else None,
        source=spec.name,
    )


def _link(link: str, base: str) -> str:
    """The link as an address. Some feeds forget the scheme before their own host."""
    host = base.partition("://")[2].partition("/")[0]
    return usable_url(f"//{link}" if host and link.startswith(f"{host}/") else link, base)


def _section(key: str, spec: SourceSpec) -> Section:
    """Where an item belongs: by its link where that is telling and the operator said no more."""
    if key.startswith("arxiv:"):
        return Section.PAPERS
    if key.startswith("github:") and spec.section in {Section.POSTS, Section.NEWS}:
        return Section.PROJECTS
    return spec.section


def title_of(html: str) -> str:
    """A title, which feeds write as plain text or as HTML, as plain text on one line."""
    return plain_title(to_text(html, _FIRST_LOOK) if _TITLE_MARKUP.search(html) else html)


def _release_title(title: str, url: str) -> str:
    """The title, with the project's name if it is the title of a release: "v1.2" says nothing."""
    release = _RELEASE.match(url)
    if release is None or release[1].lower() in title.lower():
        return title
    return plain_title(f"{release[1]} {title}")


def _texts(entry: RawEntry) -> tuple[str, str]:
    """Summary and abstract: the content is the abstract of a short summary, or the summary itself.

    What is written as summary may just be how the content begins; then the content says it better.
    """
    summary = ""
    if entry.content and not begins_alike(entry.summary, entry.content):
        summary = bounded(_text(entry.summary), MAX_SUMMARY)
        if len(summary) >= _ENOUGH:
            return summary, ""
    content = _text(entry.content or entry.summary)
    if not summary or begins_alike(summary, content):
        return bounded(content, MAX_SUMMARY), ""
    return summary, bounded(content, MAX_ABSTRACT)


def _text(html: str) -> str:
    text = to_text(html, _FIRST_LOOK)
    if len(text) < _ENOUGH and len(html) > _FIRST_LOOK:
        text = to_text(html, _SECOND_LOOK)
    return text


def _people(names: Iterable[str]) -> tuple[str, ...]:
    """Names of persons, each once; a list of full names in one field is taken apart."""
    people: dict[str, None] = {}
    for field in islice(names, MAX_AUTHORS):
        if _NOT_JUST_A_NAME.search(field):
            people.update(dict.fromkeys(map(plain_name, _taken_apart(field[:5_000]))))
        else:
            people[plain_name(field)] = None
    people.pop("", None)
    return tuple(islice(people, MAX_AUTHORS))


def _taken_apart(field: str) -> list[str]:
    name = one_line(_MAIL.sub(r"\1", field))
    parts = _BETWEEN_NAMES.split(name)
    return parts if "、" in name or all(" " in part for part in parts) else [name]


def _first_image(entry: RawEntry, html: str, base: str) -> tuple[str, ...]:
    """The image that the entry declares, else the first in its text: an issue shows but one."""
    declared = usable_url(entry.images[0], base) if entry.images else ""
    return (declared,) if declared else images(html, base, limit=1)


def language_of(feed: RawFeed, spec: SourceSpec) -> str | None:
    """The language of a feed as a BCP 47 tag: as configured, else as declared, else as written.

    One that the interface speaks too gets the interface's tag (``en`` for ``en-us``). A script
    gives away Chinese, Japanese and Korean; of others it is not known which language it is.
    """
    declared = (spec.language or feed.language).strip()
    if language := known_language(declared):
        return language
    if tag := _TAG.fullmatch(declared):
        language, script, region = (part or "" for part in tag.groups())
        return "-".join(filter(None, (language.lower(), script.title(), region.upper())))
    titles = " ".join(entry.title for entry in feed.entries[:20])
    return next((name for name, letters in _SCRIPTS if len(letters.findall(titles)) > 5), None)
