"""Where each page of the site lies, and how one page leads to another.

All links within the site are relative, so that it works under any address, and from a disk.
"""

from datetime import date

STATIC = "static"
PICTURES = "pictures"
OPML = "feeds.opml"


def front(language: str) -> str:
    return f"{language}/index.html"


def issue(language: str, day: date | str) -> str:
    return f"{language}/issues/{day}.html"


def item(language: str, item_id: int) -> str:
    """By hundreds of thousands a folder is slow: a thousand items share one."""
    return f"{language}/items/{item_id // 1000}/{item_id}.html"


def topics(language: str) -> str:
    return f"{language}/topics/index.html"


def topic(language: str, topic_id: str) -> str:
    return f"{language}/topics/{topic_id}.html"


def topic_month(language: str, topic_id: str, month: str) -> str:
    return f"{language}/topics/{topic_id}/{month}.html"


def history(language: str) -> str:
    return f"{language}/history/index.html"


def history_month(language: str, month: str) -> str:
    return f"{language}/history/{month}.html"


def search(language: str) -> str:
    return f"{language}/search/index.html"


def search_months(language: str) -> str:
    return f"{language}/search/months.json"


def search_month(language: str, month: str) -> str:
    return f"{language}/search/{month}.json"


def feeds(language: str) -> str:
    return f"{language}/feeds.html"


def feed(language: str, topic_id: str | None, ending: str) -> str:
    """``ending`` is ``xml`` for Atom, ``json`` for JSON Feed."""
    return f"{language}/topics/{topic_id}.{ending}" if topic_id else f"{language}/feed.{ending}"


def cover(language: str, day: date | str) -> str:
    return f"{language}/issues/{day}.png"


def picture(name: str) -> str:
    """The copy of an image, in all languages the same; ``name`` in hexadecimal digits."""
    return f"{PICTURES}/{name[:2]}/{name}.webp"


def up(place: str) -> str:
    """What leads from a page to the root of the site."""
    return "../" * place.count("/")
