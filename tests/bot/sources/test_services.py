"""Services with an API of their own: what is asked, and what is made of a faithful answer."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.errors import SourceError
from bot.model import Fetched, FetchState, Link, Section, SourceSpec
from bot.sources.arxiv_api import EVERY, SLICE
from bot.sources.registry import build
from bot.sources.tools import Tools
from bot.store import open_store
from tests.bot.sources.conftest import NOW
from tests.bot.sources.server import LoopbackServer, Reply, Request, answer

_ANSWERS = Path(__file__).parents[2] / "data" / "answers"


def canned(name: str) -> bytes:
    return (_ANSWERS / name).read_bytes()


def asked(request: Request) -> dict[str, str]:
    query = parse_qs(urlsplit(request.path).query)
    return {name: values[0] for name, values in query.items()}


async def fetched(spec: SourceSpec, tools: Tools, now: datetime = NOW) -> Fetched:
    return await build(spec, tools).fetch(FetchState(), now)


def by_query(name: str, bodies: Mapping[str, bytes]) -> Reply:
    """Answers by one parameter of the query; another value is a 500."""

    async def reply(request: Request, writer: object) -> None:
        body = bodies.get(asked(request).get(name, ""))
        status = "500 What?" if body is None else "200 OK"
        await answer(body or b"", status)(request, writer)  # type: ignore[arg-type]

    return reply


# ---------------------------------------------------------------- Hugging Face


HF = SourceSpec("HF", "huggingface", "", Section.PAPERS, days=2, minimum=5)


async def test_hugging_face_papers(server: LoopbackServer, tools: Tools) -> None:
    days = {"2026-03-05": canned("huggingface.json"), "2026-03-04": b"[]"}
    url = server.on("/api/daily_papers", by_query("date", days))
    found = await fetched(replace(HF, url=url), tools)
    assert [asked(request)["date"] for request in server.requests] == list(days)
    paper, guess = found.items
    assert (paper.key, paper.title) == ("arxiv:2603.01234", "A Paper with Code")
    assert paper.url == "https://arxiv.org/abs/2603.01234"
    assert paper.published == "2026-03-03T17:59:59+00:00"
    assert paper.authors == ("Ada Example", "Bo Sample")
    assert paper.summary == {"en": "We present an example. It is short."}
    assert paper.signals == {"upvotes": 41, "comments": 3, "stars": 120}
    assert paper.code_urls == ("https://github.com/example-org/paper",)
    assert paper.links == (
        Link("Hugging Face", "https://huggingface.co/papers/2603.01234"),
        Link("Project page", "https://paper.example.org/"),
    )
    assert paper.images[0].endswith("2603.01234.png")
    assert guess.code_urls == ()
    assert Link("GitHub (guessed by Hugging Face)", "https://github.com/someone/else") in (
        guess.links
    )
    assert found.dropped == {
        "fewer than 5 upvotes": 1,
        "no arXiv identifier": 1,
        "no title": 1,
    }


@pytest.mark.parametrize("body", [b'{"error": "date is in the future"}', b"<html>", b"", b"[" * 9])
async def test_hugging_face_answers_something_else(
    server: LoopbackServer, tools: Tools, body: bytes
) -> None:
    url = server.on("/api/daily_papers", answer(body))
    with pytest.raises(SourceError):
        await fetched(replace(HF, url=url), tools)


# ---------------------------------------------------------------- Hacker News


HN = SourceSpec("HN", "hackernews", "", Section.NEWS, words=("LLM", "agents"), days=2, minimum=50)


async def test_hacker_news(server: LoopbackServer, tools: Tools) -> None:
    answers = {"LLM": canned("hackernews.json"), "agents": b'{"hits": [], "nbHits": 0}'}
    url = server.on("/api/v1/search_by_date", by_query("query", answers))
    found = await fetched(replace(HN, url=url), tools)
    query = asked(server.requests[0])
    since = int((NOW - timedelta(days=2)).timestamp())
    assert query["numericFilters"] == f"created_at_i>{since},points>=50"
    assert query["tags"] == "story"
    tool, question, paper = found.items
    assert (tool.key, tool.title) == (
        "github:example-org/tiny",
        "Show HN: An LLM that fits <1 MB",
    )
    assert (tool.section, tool.url) == (
        Section.PROJECTS,
        "https://github.com/example-org/tiny",
    )
    assert tool.published == "2026-03-05T08:00:00+00:00"
    assert tool.signals == {"points": 240, "comments": 88}
    assert tool.links == (Link("Hacker News", "https://news.ycombinator.com/item?id=101"),)
    assert question.url == "https://news.ycombinator.com/item?id=102"
    assert question.section is Section.NEWS
    assert (paper.key, paper.arxiv_id, paper.section) == (
        "arxiv:2603.01234",
        "2603.01234",
        Section.PAPERS,
    )
    assert found.dropped == {
        "fewer than 50 points": 1,
        "too old": 1,
        "another word": 1,
        "no title or number": 1,
        "beyond the first 100 with 'LLM'": 30,
    }


async def test_a_story_with_two_of_the_words_comes_once(
    server: LoopbackServer, tools: Tools
) -> None:
    hit = {"objectID": "1", "title": "LLM agents", "points": 99, "created_at_i": NOW.timestamp()}
    body = json.dumps({"hits": [hit], "nbHits": 1}).encode()
    url = server.on("/search", by_query("query", {"LLM": body, "agents": body}))
    found = await fetched(replace(HN, url=url), tools)
    assert len(found.items) == 1
    assert not found.dropped


async def test_a_number_too_large_for_a_float_is_none(server: LoopbackServer, tools: Tools) -> None:
    hit = {"objectID": "1", "title": "LLM agents", "points": 99, "created_at_i": NOW.timestamp()}
    body = json.dumps({"hits": [hit | {"num_comments": 10**400}], "nbHits": 1}).encode()
    url = server.on("/search", by_query("query", {"LLM": body, "agents": body}))
    (found,) = (await fetched(replace(HN, url=url), tools)).items
    assert found.signals == {"points": 99}


# ---------------------------------------------------------------- GitHub


GITHUB = SourceSpec("GH", "github", "", Section.PROJECTS, query="llm", days=30, minimum=50)


async def test_github_search(server: LoopbackServer, tools: Tools) -> None:
    url = server.on("/search/repositories", answer(canned("github.json")))
    found = await fetched(replace(GITHUB, url=url), tools)
    query = asked(server.requests[0])
    assert query["q"] == "topic:llm created:>=2026-02-03 stars:>=50"
    assert (query["sort"], query["per_page"]) == ("stars", "50")
    assert "authorization" not in server.requests[0].headers
    agent, quiet = found.items
    assert (agent.key, agent.title) == ("github:example-org/agent", "Example-Org/Agent")
    assert agent.summary == {"und": "An agent that tests."}
    assert agent.authors == ("Example-Org",)
    assert agent.links == (Link("Homepage", "https://agent.example.org/"),)
    assert agent.published == "2026-02-23T12:00:00+00:00"
    # No snapshot yet: 500 stars in the ten days since it was created; the other is an hour old.
    assert agent.signals == {"stars": 500, "stars_per_day": 50}
    assert quiet.signals == {"stars": 90, "stars_per_day": 90}
    assert found.dropped == {
        "archived or a fork": 1,
        "fewer than 50 stars": 1,
        "no name or address": 1,
        "beyond the first 50": 3,
    }


async def test_growth_is_measured_from_our_own_snapshots(
    server: LoopbackServer, tools: Tools, tmp_path: Path
) -> None:
    answers = json.loads(canned("github.json"))
    store = await open_store(f"sqlite:///{tmp_path}/ribao.db")
    growing = replace(tools, stars=store.stars)
    seen = []
    for hours, stars in ((0, 500), (5, 510), (24, 700), (48, 760), (49, 770)):
        answers["items"][0]["stargazers_count"] = stars
        url = server.on("/search", answer(json.dumps(answers).encode()))
        found = await fetched(replace(GITHUB, url=url), growing, NOW + timedelta(hours=hours))
        seen.append(found.items[0].signals["stars_per_day"])
    # From creation; within the first day a span counts as a day; then against a day ago.
    assert seen == [50, 10, 200, 60, pytest.approx(67.2, abs=0.1)]
    await store.close()


async def test_the_token_goes_to_github_alone(
    server: LoopbackServer, neighbour: LoopbackServer, tools: Tools
) -> None:
    secret = replace(tools, github_token="hunter2")
    url = server.on("/search", answer(canned("github.json")))
    await fetched(replace(GITHUB, url=url), secret)
    assert server.requests[0].headers["authorization"] == "Bearer hunter2"
    assert "hunter2" not in server.requests[0].path
    assert "hunter2" not in repr(secret)


async def test_a_limit_that_is_used_up_says_when_it_begins_anew(
    server: LoopbackServer, tools: Tools
) -> None:
    reset = str(int(NOW.timestamp()) + 1234)
    limits = {"x_ratelimit_remaining": "0", "x_ratelimit_reset": reset}
    url = server.on("/search", answer(b"{}", "403 Forbidden", **limits))
    with pytest.raises(SourceError, match="403") as caught:
        await fetched(replace(GITHUB, url=url), replace(tools, github_token="hunter2"))
    assert caught.value.retry_after == 1234
    assert "hunter2" not in str(caught.value)


# ---------------------------------------------------------------- Reddit


async def test_reddit(server: LoopbackServer, tools: Tools) -> None:
    server.on("/r/MachineLearning/top/.rss", answer(canned("reddit.xml")))
    spec = SourceSpec("r", "reddit", server.url(""), Section.POSTS, query="MachineLearning")
    found = await fetched(spec, tools)
    paper, question = found.items
    assert (paper.key, paper.url) == ("arxiv:2603.01234", "https://arxiv.org/abs/2603.01234")
    discussion = "https://www.reddit.com/r/MachineLearning/comments/abc/r_a_paper/"
    assert paper.links == (Link("Reddit", discussion),)
    assert (paper.section, paper.summary, paper.authors) == (Section.PAPERS, {}, ())
    assert question.url == "https://www.reddit.com/r/MachineLearning/comments/def/d_reading/"
    assert question.summary["en"].startswith("What do you read?")
    assert asked(server.requests[0])["t"] == "day"


# ---------------------------------------------------------------- arXiv's API


def papers(first: int, count: int, total: int) -> bytes:
    entries = "".join(
        f"<entry><id>http://arxiv.org/abs/2603.{number:05}v1</id><title>Paper {number}</title>"
        "<published>2026-03-03T17:59:59Z</published><summary>About it.</summary>"
        "<author><name>Ada Example</name></author>"
        "<arxiv:comment>Accepted at CVPR 2026, code: https://github.com/example-org/code"
        '</arxiv:comment><arxiv:primary_category term="cs.CV"/></entry>'
        for number in range(first, first + count)
    )
    return (
        '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" '
        'xmlns:arxiv="http://arxiv.org/schemas/atom"><id>http://arxiv.org/api/x</id>'
        f"<title>ArXiv Query</title><opensearch:totalResults>{total}</opensearch:totalResults>"
        f"{entries}</feed>"
    ).encode()


ARXIV = SourceSpec("API", "arxiv-api", "", Section.PAPERS, query="cat:cs.CV OR cat:cs.CL", days=4)


async def test_the_api_is_asked_in_slices(server: LoopbackServer, tools: Tools) -> None:
    # A paper that was announced in between moved the last of the first slice into the second.
    total = SLICE + 5
    slices = {"0": papers(1, SLICE, total), str(SLICE): papers(SLICE, 6, total)}
    url = server.on("/api/query", by_query("start", slices))
    found = await fetched(replace(ARXIV, url=url), tools)
    query = asked(server.requests[0])
    assert query["search_query"] == (
        "(cat:cs.CV OR cat:cs.CL) AND submittedDate:[202603011200 TO 202603051200]"
    )
    assert int(query["max_results"]) == SLICE <= 2_000
    assert len(server.requests) == 2
    assert len(found.items) == total
    assert found.dropped == {"duplicate in feed": 1}
    assert found.state.not_before == NOW + EVERY
    paper = found.items[0]
    assert paper.note == "Accepted at CVPR 2026, code: https://github.com/example-org/code"
    assert paper.venue == "CVPR 2026"
    assert paper.code_urls == ("https://github.com/example-org/code",)


async def test_an_empty_answer_and_a_failing_slice(server: LoopbackServer, tools: Tools) -> None:
    url = server.on("/api/query", by_query("start", {"0": papers(1, 0, 0)}))
    assert (await fetched(replace(ARXIV, url=url), tools)).items == ()
    url = server.on("/api/query", by_query("start", {"0": papers(1, 1, SLICE + 1)}))
    with pytest.raises(SourceError, match="500"):
        await fetched(replace(ARXIV, url=url), tools)


# ---------------------------------------------------------------- OPML


LIST = b"""<opml version="2.0"><head><title>List</title></head><body>
<outline text="A" xmlUrl="https://a.example/feed"/><outline text="A" xmlUrl="http://10.0.0.1/f"/>
<outline text="B" xmlUrl="ftp://b.example/feed"/></body></opml>"""


async def test_a_list_on_the_web_and_one_in_a_file(
    server: LoopbackServer, tools: Tools, tmp_path: Path
) -> None:
    spec = SourceSpec("list", "opml", server.on("/l", answer(LIST)), Section.NEWS, ("ai",))
    found = await fetched(spec, tools)
    assert [(feed.name, feed.url) for feed in found.feeds] == [
        ("list: https://a.example/feed", "https://a.example/feed"),
        ("list: http://10.0.0.1/f", "http://10.0.0.1/f"),
    ]
    assert {(feed.section, feed.topics, feed.public) for feed in found.feeds} == {
        (Section.NEWS, ("ai",), True)
    }
    assert found.dropped == {"no http(s) address": 1}
    file = tmp_path / "feeds.opml"
    file.write_bytes(LIST)
    local = await fetched(replace(spec, url=str(file)), tools)
    assert {feed.public for feed in local.feeds} == {False}
    with pytest.raises(SourceError, match="can't be read"):
        await fetched(replace(spec, url=str(tmp_path / "missing")), tools)


async def test_a_list_on_the_web_can_not_name_private_feeds(
    server: LoopbackServer, neighbour: LoopbackServer, tools: Tools
) -> None:
    body = LIST.replace(b"http://10.0.0.1/f", neighbour.url("/secret").encode())
    spec = SourceSpec("list", "opml", server.on("/list", answer(body)))
    found = await fetched(spec, tools)
    with pytest.raises(SourceError, match="private address"):
        await fetched(found.feeds[1], tools)
    assert neighbour.connections == 0
