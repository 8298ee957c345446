"""Addresses of the web: what a reader may follow, and the one spelling to compare.

Pure and total: any string is taken, and what is no http(s) address becomes the empty string.
"""

import re
from ipaddress import IPv6Address
from typing import NamedTuple
from urllib.parse import SplitResult, quote, urljoin, urlsplit

MAX_URL = 2_000
"""Characters of an address; a longer one is taken for junk, as some browsers do."""

_TRACKING = re.compile(
    r"utm_.*|fbclid|gclid|gclsrc|dclid|msclkid|yclid|twclid|igsh|igshid|mc_cid|mc_eid|mkt_tok"
    r"|_hsenc|_hsmi|_ga|_gl|vero_id|oly_anon_id|oly_enc_id|ck_subscriber_id|spm|scm|wt_mc|cmpid"
    r"|ncid|sr_share|ref|ref_src|ref_url|referer|referrer"
)
# Nobody answers there any more, but old digests are full of links to it.
_GONE = re.compile(r"https?://(?:www\.)?paperswithcode\.com(?:[/?#]|$)", re.IGNORECASE)
_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
# Nearly all addresses; the others (ports, user information, foreign hosts) get a closer look.
_USUAL = re.compile(rf"(https?)://({_HOST.pattern})(/[^?#\s]*)?(?:\?([^#\s]*))?(?:#(\S*))?")
# RFC 3986, section 2: what stands for itself in a path or query. Of the escapes only those of
# unreserved characters mean the same as the character.
_PLAIN = "!$&'()*+,;=:@/?-._~"
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
_NEEDS_NO_ESCAPE = re.compile(r"[A-Za-z0-9!$&'()*+,;=:@/?._~-]*")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})?")
# Control characters, and invisible ones that turn the reading direction (so that nothing can
# rearrange the message around it), and halves of surrogate pairs, which no encoding can hold.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069"
    "\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)


def without_unseen(text: str) -> str:
    """``text`` without control and bidi characters; white space and emoji joiners stay."""
    return text if text.isprintable() else _UNSEEN.sub("", text)


class _Parts(NamedTuple):
    """An http(s) address, its host checked. ``port`` is ``:8080``, or empty for the default."""

    scheme: str
    host: str
    port: str
    path: str
    query: str
    fragment: str


def is_gone(url: str) -> bool:
    """Whether the address is on a site that no longer exists."""
    return _GONE.match(url) is not None


def usable_url(url: str, base: str = "") -> str:
    """``url`` as a link that a reader can follow, or empty when it is no http(s) address.

    Relative ones are taken from ``base``. What could deceive or leak is gone (user information,
    white space, control characters, tracking parameters); scheme, ``www.``, port and fragment
    stay, because a server may answer to no other spelling.
    """
    parts = _split(url, base)
    if parts is None:
        return ""
    path = _escape(parts.path) or "/"
    usable = f"{parts.scheme}://{parts.host}{parts.port}{path}{_query(parts.query)}"
    if parts.fragment:
        usable += f"#{_escape(parts.fragment)}"
    return usable if len(usable) <= MAX_URL else ""


def canonical_url(url: str) -> str:
    """The one spelling under which ``url`` is compared, or empty when it is no http(s) address.

    The scheme is https, the host lower case without ``www.``; gone are user information, default
    port, fragment, tracking parameters and trailing slashes; escapes are spelled as RFC 3986,
    section 6.2.2 has it. The other parameters stay, in their order. Idempotent.
    """
    parts = _split(url)
    if parts is None:
        return ""
    host = parts.host
    while host.startswith("www.") and "." in host[4:]:
        host = host[4:]
    port = parts.port.removesuffix(":443")  # the default once the scheme is https
    path = _without_dots(_escape(parts.path)).rstrip("/")
    canonical = f"https://{host}{port}{path}{_query(parts.query)}"
    return canonical if len(canonical) <= MAX_URL else ""


def _split(url: str, base: str = "") -> _Parts | None:
    """The parts of an http(s) address with a host, or None."""
    url = without_unseen(url).strip()
    if not url or len(url) > MAX_URL:
        return None
    if usual := _USUAL.fullmatch(url):
        scheme, host, path, query, fragment = usual.groups("")
        return _Parts(scheme, host, "", path, query, fragment)
    try:
        parts = urlsplit(urljoin(base, url) if base else url)
        host, port = _host_and_port(parts)
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not host:
        return None
    port = f":{port}" if port and int(port) != _PORTS[parts.scheme] else ""
    return _Parts(parts.scheme, host, port, parts.path, parts.query, parts.fragment)


def _host_and_port(parts: SplitResult) -> tuple[str, str]:
    """Host, in lower case and ASCII, and port; the host empty when it can't be one.

    Raises ``ValueError`` for a port or host that is none.
    """
    # A browser takes a backslash for a slash, so that it would end up at another host than we do.
    host = "" if "\\" in parts.netloc else (parts.hostname or "").rstrip(".")
    port = str(parts.port or "")
    if ":" in host:
        return "" if "%" in host else f"[{IPv6Address(host)}]", port
    if host and not host.isascii():
        host = host.encode("idna").decode("ascii").lower().rstrip(".")
    return host if _HOST.fullmatch(host) else "", port


def _query(query: str) -> str:
    """The question mark and the parameters that matter, or nothing."""
    if not query:
        return ""
    kept = [p for p in _escape(query).split("&") if p and not _is_tracking(p)]
    return f"?{'&'.join(kept)}" if kept else ""


def _is_tracking(parameter: str) -> bool:
    name, _, value = parameter.lower().partition("=")
    # Medium marks each link with where it was shown: rss-..., collection_archive---------15-----.
    medium = name == "source" and (value.startswith("rss-") or "---" in value)
    return medium or _TRACKING.fullmatch(name) is not None


def _escape(text: str) -> str:
    """``text`` with needless escapes undone, needed ones made, and all of them in upper case."""
    if _NEEDS_NO_ESCAPE.fullmatch(text):
        return text
    return quote(_ESCAPE.sub(_right_escape, text), safe=_PLAIN + "%")


def _right_escape(match: re.Match[str]) -> str:
    if match[1] is None:
        return "%25"
    char = chr(int(match[1], 16))
    return char if _UNRESERVED.fullmatch(char) else match[0].upper()


def _without_dots(path: str) -> str:
    """``path`` without ``.`` and ``..``, as RFC 3986, section 5.2.4."""
    if "/." not in path:
        return path
    kept: list[str] = []
    for part in path.split("/")[1:]:
        if part == "..":
            del kept[-1:]
        elif part != ".":
            kept.append(part)
    return "/" + "/".join(kept)
