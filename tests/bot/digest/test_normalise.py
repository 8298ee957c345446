"""One spelling for each address, key, title, name and instant."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.digest.normalise import (
    MAX_CODE_URLS,
    MAX_TITLE,
    arxiv_id,
    bounded,
    canonical_key,
    canonical_url,
    code_urls,
    iso_published,
    one_line,
    plain_name,
    plain_title,
    usable_url,
)
from bot.digest.tex import decode_tex
from bot.digest.urls import MAX_URL

addresses = st.builds(
    "{}://{}{}{}{}{}".format,
    st.sampled_from(["http", "https", "HTTP"]),
    st.sampled_from(["", "user@", "user:pass@"]),
    st.sampled_from(
        ["example.org", "WWW.Example.org", "www.www.com", "bücher.example", "[2001:DB8::1]", "a.b."]
    ),
    st.sampled_from(["", ":80", ":443", ":8080", ":"]),
    st.text("/.ab%~é 7eE2+&=\\?", max_size=20).map(lambda path: f"/{path}"),
    st.sampled_from(["", "?utm_source=x&b=2&a=1&fbclid=3", "?%75tm_x=1&q=%7e%2f", "#part", "?&"]),
)


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("http://www.Example.com:80/a/", "https://example.com/a"),
        ("https://example.com:443/?b=2&a=1", "https://example.com?b=2&a=1"),
        ("https://example.com:8443/a#part", "https://example.com:8443/a"),
        ("https://example.com/a?utm_source=x&id=7&fbclid=y&gclid=z", "https://example.com/a?id=7"),
        ("https://example.com/a?mc_cid=1&ref=hn&spm=a.b", "https://example.com/a"),
        ("https://medium.com/p?source=rss-1234--5", "https://medium.com/p"),
        ("https://medium.com/p?source=collection_archive---------15---", "https://medium.com/p"),
        ("https://example.org/p?source=shop", "https://example.org/p?source=shop"),
        ("https://example.com/p?source=print", "https://example.com/p?source=print"),
        ("https://example.com/%7euser/%c3%a9", "https://example.com/~user/%C3%A9"),
        ("https://example.com/é b", "https://example.com/%C3%A9%20b"),
        ("https://example.com/a/./b/../c", "https://example.com/a/c"),
        ("https://user:secret@example.com/a", "https://example.com/a"),
        ("https://bücher.example/", "https://xn--bcher-kva.example"),
        ("  https://example.com/a\u202e\n", "https://example.com/a"),
        ("http://[2001:DB8::0:1]/x", "https://[2001:db8::1]/x"),
    ],
)
def test_the_canonical_address(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical


@pytest.mark.parametrize(
    "url",
    [
        "",
        "   ",
        "example.com/a",
        "javascript:alert(1)",
        "data:text/html,hello",
        "file:///etc/passwd",
        "ftp://example.com/",
        "mailto:someone@example.com",
        "https://",
        "https:///path",
        "https://exa mple.com/",
        "https://example.com:99999/",
        "https://example.com:port/",
        "https://[::1/",
        "https://[fe80::1%25eth0]/",
        "https://example.com\\@evil.example/",
        "https://\ud800",
        f"https://example.com/{'a' * MAX_URL}",
    ],
)
def test_what_is_no_web_address_has_no_spelling(url: str) -> None:
    assert canonical_url(url) == ""
    assert usable_url(url) == ""


@given(addresses)
@example("http://h:443/")
@example("https://h:80/")
@example("https://example.org/%25%37e")
def test_the_canonical_address_is_its_own(url: str) -> None:
    canonical = canonical_url(url)
    assert canonical
    assert canonical_url(canonical) == canonical
    assert canonical_url(usable_url(url)) == canonical
    assert "@" not in canonical.partition("//")[2].partition("/")[0]


@given(st.text())
def test_any_text_is_taken(text: str) -> None:
    assert canonical_url(canonical_url(text)) == canonical_url(text)
    assert usable_url(usable_url(text)) == usable_url(text)
    assert canonical_url(text).startswith("https://") or not canonical_url(text)
    for result in (canonical_key(text), plain_title(text), plain_name(text), *code_urls(text)):
        result.encode()
        assert result.isprintable() or not result.isascii()
    assert one_line(one_line(text)) == one_line(text)


def test_a_usable_address_keeps_what_a_server_may_need() -> None:
    url = "http://www.example.com:8080/a/?b=1&utm_medium=rss#part"
    assert usable_url(url) == "http://www.example.com:8080/a/?b=1#part"
    assert usable_url("https://me:secret@example.com") == "https://example.com/"
    assert usable_url("../c?d=1", "https://example.com/a/b") == "https://example.com/c?d=1"
    assert usable_url("//cdn.example.com/x.png", "http://example.com/") == (
        "http://cdn.example.com/x.png"
    )
    assert usable_url("javascript:alert(1)", "https://example.com/") == ""


ARXIV_SPELLINGS = [
    "https://arxiv.org/abs/2206.13932",
    "http://arxiv.org/abs/2206.13932v3",
    "https://www.arxiv.org/pdf/2206.13932",
    "https://arxiv.org/pdf/2206.13932v1.pdf",
    "https://arxiv.org/html/2206.13932v2#S3",
    "https://arxiv.org/abs/2206.13932?context=cs.CV",
    "https://export.arxiv.org/abs/2206.13932",
    "http://cn.arxiv.org/abs/2206.13932",
    "http://xxx.itp.ac.cn/abs/2206.13932",
    "http://xxx.lanl.gov/abs/2206.13932",
    "https://ar5iv.org/abs/2206.13932",
    "https://ar5iv.labs.arxiv.org/html/2206.13932",
    "https://www.alphaxiv.org/abs/2206.13932v1",
    "https://alphaxiv.org/overview/2206.13932",
    "https://huggingface.co/papers/2206.13932",
    "https://hf.co/papers/2206.13932#community",
    "https://doi.org/10.48550/arXiv.2206.13932",
    "https://dx.doi.org/10.48550/ARXIV.2206.13932",
    "doi:10.48550/arXiv.2206.13932",
    "oai:arXiv.org:2206.13932v1",
    "arXiv:2206.13932v2 [cs.CV]",
    "2206.13932",
]


@pytest.mark.parametrize("spelling", ARXIV_SPELLINGS)
def test_every_spelling_of_an_arxiv_link_is_one_story(spelling: str) -> None:
    assert canonical_key(spelling) == "arxiv:2206.13932"
    assert arxiv_id(spelling) == "2206.13932"


@pytest.mark.parametrize(
    ("spelling", "identifier"),
    [
        ("https://arxiv.org/abs/cs/0112017v1", "cs/0112017"),
        ("https://arxiv.org/pdf/cs/0112017.pdf", "cs/0112017"),
        ("https://arxiv.org/abs/cs.CL/0112017", "cs/0112017"),
        ("math.GT/0309136", "math/0309136"),
        ("oai:arXiv.org:cond-mat/9901001", "cond-mat/9901001"),
        ("https://arxiv.org/abs/0704.0001", "0704.0001"),
    ],
)
def test_old_identifiers(spelling: str, identifier: str) -> None:
    assert arxiv_id(spelling) == identifier
    assert canonical_key(spelling) == f"arxiv:{identifier}"


@pytest.mark.parametrize(
    "text",
    [
        "https://arxiv.org/list/cs.CV/recent",
        "https://arxiv.org/abs/2213.00001",  # no such month
        "https://huggingface.co/meta/2206.13932",
        "https://example.org/abs/2206.13932",
        "https://notarxiv.org/abs/2206.13932",
        "2206.13932 and more",
        "",
    ],
)
def test_what_is_no_paper_of_arxiv(text: str) -> None:
    assert arxiv_id(text) is None
    assert not canonical_key(text).startswith("arxiv:")


@given(
    st.from_regex(r"[0-9]{2}(0[1-9]|1[0-2])\.[0-9]{5}", fullmatch=True),
    st.sampled_from(["abs/{}", "pdf/{}", "pdf/{}.pdf", "html/{}", "abs/{}v2", "pdf/{}v11.pdf"]),
    st.sampled_from(["http://", "https://www.", "https://export."]),
    st.sampled_from(["", "/", "?utm_source=x", "#abs"]),
)
def test_spellings_of_any_identifier_agree(
    identifier: str, path: str, start: str, end: str
) -> None:
    url = f"{start}arxiv.org/{path.format(identifier)}{end}"
    assert canonical_key(url) == f"arxiv:{identifier}"


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://github.com/PyTorch/PyTorch", "github:pytorch/pytorch"),
        ("http://www.github.com/pytorch/pytorch.git", "github:pytorch/pytorch"),
        ("https://github.com/pytorch/pytorch/?tab=readme#start", "github:pytorch/pytorch"),
        (
            "https://github.com/pytorch/pytorch/issues/1",
            "url:github.com/pytorch/pytorch/issues/1",
        ),
        (
            "https://github.com/pytorch/pytorch/blob/main/README.md",
            "url:github.com/pytorch/pytorch/blob/main/README.md",
        ),
        (
            "https://github.com/a/b/releases/tag/v1",
            "url:github.com/a/b/releases/tag/v1",
        ),
        ("https://github.com/topics/llm", "url:github.com/topics/llm"),
        ("https://github.com/pytorch", "url:github.com/pytorch"),
        ("https://doi.org/10.1145/3580305.ABC", "doi:10.1145/3580305.abc"),
        ("http://dx.doi.org/10.1002/%28SICI%291097", "doi:10.1002/(sici)1097"),
        ("doi: 10.1038/nature14539", "doi:10.1038/nature14539"),
        ("https://www.example.com/a/?utm_source=x", "url:example.com/a"),
        ("mailto:someone@example.com", ""),
    ],
)
def test_keys(url: str, key: str) -> None:
    assert canonical_key(url) == key


@given(addresses)
def test_the_key_is_that_of_the_canonical_address(url: str) -> None:
    assert canonical_key(url) == canonical_key(canonical_url(url)) != ""


def test_code_in_running_text() -> None:
    text = (
        "Code (https://github.com/a/b.) and github.com/A/B.git; \\url{https://gitlab.com/g/s/p}, "
        "weights: https://huggingface.co/org/model, data: hf.co/datasets/org/data! "
        "A demo at huggingface.co/spaces/org/demo. Also at:https://github.com/c/d_e/tree/main/f."
    )
    assert code_urls(text) == (
        "https://github.com/a/b",
        "https://gitlab.com/g/s/p",
        "https://huggingface.co/org/model",
        "https://huggingface.co/datasets/org/data",
        "https://huggingface.co/spaces/org/demo",
        "https://github.com/c/d_e/tree/main/f",
    )


def test_code_in_tex_and_html() -> None:
    assert code_urls(r"\href{https://github.com/a/b\_c}{here}.") == ("https://github.com/a/b_c",)
    assert code_urls('<a href="https://www.github.com/a/b/issues/2">x</a>') == (
        "https://github.com/a/b",
    )
    assert code_urls("https://gitlab.com/a/b/-/tree/main") == ("https://gitlab.com/a/b",)


@pytest.mark.parametrize(
    "text",
    [
        "https://github.com/owner",
        "https://gist.github.com/a/b",
        "https://github.com/topics/llm",
        "someone@github.com/a/b",
        "notgithub.com/a/b",
        "https://huggingface.co/papers/2206.13932",
        "https://huggingface.co/datasets/alone",
        "https://example.com/a/b",
    ],
)
def test_what_names_no_repository(text: str) -> None:
    assert code_urls(text) == ()


def test_a_list_of_links_is_cut() -> None:
    text = " ".join(f"https://github.com/a/r{n}" for n in range(50))
    assert len(code_urls(text)) == MAX_CODE_URLS


def test_titles() -> None:
    assert plain_title("  Two\n  lines\tand \u202ea trap\x07 ") == "Two lines and a trap"
    assert plain_title(r"Schr\"odinger meets $\mathcal{X}$ and \textit{co}") == (
        r"Schrödinger meets $\mathcal{X}$ and \textit{co}"
    )
    assert plain_title("👩‍🔬 at work") == "👩‍🔬 at work"
    assert plain_title("half a pair \ud83d") == "half a pair"


def test_a_huge_title_is_cut_between_words() -> None:
    title = plain_title("word " * 400_000)
    assert len(title) <= MAX_TITLE
    assert title.endswith("word…")
    assert len(plain_title("x" * 2_000_000)) == MAX_TITLE


@pytest.mark.parametrize(
    ("tex", "plain"),
    [
        (r"Mich\"ael", "Michäel"),
        (r"\'Etienne", "Étienne"),
        (r"{\'e}", "é"),
        (r"G\"{o}del", "Gödel"),
        (r"Fran\c{c}ois", "François"),
        (r"Fran\c cois", "François"),
        (r"\v{S}emora", "Šemora"),
        (r"Erd\H{o}s", "Erdős"),
        (r"{\L}ukasz", "Łukasz"),
        (r"\L{}ukasz", "Łukasz"),
        (r"S\o ren", "Søren"),
        (r"\'{\i}", "í"),
        (r"Sm\r{a}land", "Småland"),
        (r"Nguy\~\^en", r"Nguy\~ên"),  # two accents on one letter are beyond it
        (r"\alpha-fair \& \boldsymbol{x}", r"\alpha-fair \& \boldsymbol{x}"),
        (r"$\"o$ \"o", r"$\"o$ ö"),
        ("no TeX", "no TeX"),
    ],
)
def test_tex_accents(tex: str, plain: str) -> None:
    assert decode_tex(tex) == plain


@given(st.text())
def test_tex_is_total(text: str) -> None:
    decode_tex(text)


def test_names() -> None:
    assert plain_name(" Ada \u200e Lovelace\n") == "Ada Lovelace"
    assert plain_name(r"Paul Erd\H{o}s") == "Paul Erdős"
    assert len(plain_name("x" * 10_000)) == 100


@given(st.text(), st.integers(2, 60))
def test_bounded_keeps_the_beginning(text: str, limit: int) -> None:
    cut = bounded(text, limit)
    assert len(cut) <= limit
    assert text.startswith(cut.removesuffix("…")) or cut == text
    assert bounded(cut, limit) == cut


def test_bounded_ends_well() -> None:
    assert bounded("One sentence. Another sentence that is long.", 20) == "One sentence."
    assert bounded("一句话到这里。另一句话也很长很长很长", 10) == "一句话到这里。"
    assert bounded("no end in sight here", 12) == "no end in…"
    assert bounded("A. " + "x" * 50, 20) == "A. " + "x" * 16 + "…"


def test_instants() -> None:
    east = timezone(timedelta(hours=8))
    assert iso_published(datetime(2022, 6, 27, 8, tzinfo=east)) == "2022-06-27T00:00:00+00:00"
    assert iso_published(datetime(2022, 6, 27, 8, 0, 0, 5, UTC)) == "2022-06-27T08:00:00+00:00"
    naive = datetime(2022, 6, 27, 8)  # noqa: DTZ001 - feeds do write such times
    assert iso_published(naive) == "2022-06-27T08:00:00+00:00"
    assert iso_published(datetime(1, 1, 1, tzinfo=east)) is None
