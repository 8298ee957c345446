"""Addresses in digests: mirrors mapped, hosts told apart. Pure and total."""

import re
from urllib.parse import unquote, urlsplit

from bot.digest.normalise import arxiv_id, code_urls
from bot.digest.urls import usable_url

# Mirrors of arXiv, and a reader of it that is gone. Other pages about a paper (alphaXiv, Hugging
# Face) say something of their own and are kept.
_ARXIV_MIRROR = re.compile(
    r"xxx\.[a-z.]+|(?:www\.)?arxiv-vanity\.com"
    r"|(?!(?:www|export|info|blog|rss|static)\.)[a-z0-9-]+\.arxiv\.org"
)
_SAME_SITE = {"hf-mirror.com": "huggingface.co", "hf.co": "huggingface.co"}
_CODE_HOSTS = frozenset(
    [
        "github.com",
        "gitlab.com",
        "gitee.com",
        "bitbucket.org",
        "codeberg.org",
        "sr.ht",
        "launchpad.net",
    ]
)
_PAPER_HOSTS = re.compile(
    r"(?:www\.)?(?:paperswithcode\.com|openreview\.net|aclanthology\.org|(?:www\.)?aclweb\.org"
    r"|proceedings\.[a-z.]+|papers\.nips\.cc|openaccess\.thecvf\.com|(?:dx\.)?doi\.org"
    r"|[a-z.]*biorxiv\.org|[a-z.]*semanticscholar\.org|dl\.acm\.org|ieeexplore\.ieee\.org)"
)
_DATA_SET = re.compile(r"https?://(?:huggingface\.co/datasets|(?:www\.)?kaggle\.com/datasets)/")
_HOST = re.compile(r"(?:https?:?/*)?(?:[a-z0-9-]+\.)+[a-z]{2,}/?", re.IGNORECASE)


def target(url: str, base: str = "") -> str:
    """The address that a reader can follow, or empty: mirrors become what they mirror.

    Relative ones are taken from ``base``; tracking parameters are gone.
    """
    url = usable_url(url, base)
    parts = urlsplit(url)
    host = parts.hostname or ""
    if _ARXIV_MIRROR.fullmatch(host):
        paper = arxiv_id(url)
        return f"https://arxiv.org/abs/{paper}" if paper else url.replace(host, "arxiv.org", 1)
    if host in _SAME_SITE:
        return url.replace(host, _SAME_SITE[host], 1)
    return url


def host_of(url: str) -> str:
    """The host without ``www.``."""
    return (urlsplit(url).hostname or "").removeprefix("www.")


def is_code(url: str) -> bool:
    """Whether the address is, or lies in, a repository of code."""
    host = host_of(url)
    if host in {"github.com", "gitlab.com"}:
        return bool(code_urls(url))
    return host in _CODE_HOSTS and urlsplit(url).path.strip("/").count("/") >= 1


def is_paper(url: str) -> bool:
    """Whether the address is the page of a paper."""
    return arxiv_id(url) is not None or _PAPER_HOSTS.fullmatch(host_of(url)) is not None


def is_data_set(url: str) -> bool:
    """Whether the address is the page of a data set."""
    return _DATA_SET.match(url) is not None


def is_address(label: str, url: str) -> bool:
    """Whether a label is just the address, or the host, that it leads to; also with spaces."""
    squeezed = _squeezed(label)
    if squeezed.startswith(("http://", "https://", "www.")):
        return True
    host = squeezed.rstrip("/").removeprefix("www.")
    return bool(host) and is_host(host) and f".{host_of(url)}".endswith(f".{host}")


def is_host(text: str) -> bool:
    """Whether the text is the name of a host and nothing more."""
    return _HOST.fullmatch(_squeezed(text)) is not None


def _squeezed(text: str) -> str:
    return re.sub(r"[\s*]", "", text[:500]).strip("【】[]()（）—–-:：").lower()


def title_from(url: str) -> str:
    """A title from the last part of the address that says something: words, not a number."""
    parts = [
        part for part in unquote(urlsplit(url).path).split("/") if re.search("[^\\W\\d]", part)
    ]
    slug = re.sub(r"\.(?:html?|pdf|php|md)$", "", parts[-1]) if parts else ""
    words = re.sub(r"[-_+\s]+", " ", slug).strip()
    return (words[:1].upper() + words[1:]) if words else host_of(url)
