"""run, fetch and push, through the installed command."""

import os
import signal
import time
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import Documents
from tests.command import SHARED, Command
from tests.forked import nursery

RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>A lab</title>
<item><title>{title}</title><link>https://lab.example.org/{title}</link>
<description>About gait recognition.</description></item></channel></rss>"""


def config(folder: Path, *tables: str) -> Path:
    file = folder / "config.toml"
    # The documents of all sources lie on one host, which minds no haste.
    file.write_text("\n".join(("fetch.pause_seconds = 0", *tables)), encoding="utf-8")
    return file


def source(name: str, url: str, more: str = "") -> str:
    return f'[[sources]]\nname = "{name}"\nkind = "feed"\nurl = "{url}"\n{more}\n'


@pytest.fixture
def lab(tmp_path: Path, documents: Documents) -> Command:
    """A command with one source of its own, a failing one, and a channel."""
    documents.documents = {"/feed": RSS.format(title="walking").encode()}
    file = config(
        tmp_path,
        source("lab", documents.url("/feed"), 'topics = ["Robots"]'),
        source("gone", documents.url("/none")),
        '[[channels]]\nplatform = "console"\nchat = "#lab"\ntopics = ["robotics"]\ntime = "07:30"',
    )
    return Command(tmp_path / "data", file)


def test_fetch_tells_new_known_and_failed_and_asks_politely(
    lab: Command, documents: Documents
) -> None:
    first = lab("fetch", "--json")
    assert first.status == 1  # one source failed
    reports = {report["source"]: report for report in first.objects}
    assert reports["lab"]["new"] == 1
    assert "404" in reports["gone"]["error"]
    assert "[1/2]" in first.stderr
    second = {report["source"]: report for report in lab("fetch", "--json").objects}
    assert second["lab"]["not_modified"]
    assert second["gone"]["waiting_until"]
    assert documents.answered == [("/feed", 200), ("/none", 404), ("/feed", 304)]


def test_fetched_items_take_the_place_of_the_sample_edition(lab: Command) -> None:
    assert "sample edition" in lab("run", stdin="/today\n").stdout
    lab("fetch")
    today = lab("run", stdin="/today robotics\n").stdout
    assert "walking" in today
    assert "sample edition" not in today


def test_fetch_of_an_unknown_source_names_those_that_there_are(lab: Command) -> None:
    outcome = lab("fetch", "labb")
    assert outcome.status == 2
    assert "there is no source 'labb'; there are: lab, gone" in outcome.stderr


def test_a_configured_channel_gets_its_issue_each_morning_once(lab: Command) -> None:
    lab("fetch")
    tomorrow = date.today() + timedelta(days=1)  # noqa: DTZ011 - either side of midnight will do
    for _ in range(2):
        pushed = lab("push", "--at", f"{tomorrow}T07:30", "--json")
    assert pushed.objects == [
        {"sent": 0, "late": 0, "retried": 0, "uncertain": 0, "dead": 0, "expired": 0}
    ]
    received = lab("run", stdin="#lab\n").stdout
    assert received.count("📰") == 1
    assert "walking" in received


def test_one_pass_sends_what_operators_tell_all(ribao: Command) -> None:
    ribao("run", stdin="@ann\n/subscribe cv\n@me\n/broadcast Ribao moves tonight.\n1\n")
    ribao("push")
    assert "Ribao moves tonight." in ribao("run", stdin="@ann\n").stdout


@pytest.mark.parametrize("at", ["tomorrow", "0001-01-01", "9999-12-31T23:59-12:00"])
def test_push_refuses_what_is_no_instant(ribao: Command, at: str) -> None:
    outcome = ribao("push", "--at", at)
    assert outcome.status == 2
    assert "Traceback" not in outcome.stderr


def test_a_channel_that_leaves_the_configuration_keeps_what_it_has(
    lab: Command, tmp_path: Path
) -> None:
    lab("push")
    config(tmp_path)
    assert "#lab" in lab("run", stdin="/channel list\n").stdout


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_run_stops_when_told_to(tmp_path: Path, signum: signal.Signals) -> None:
    env = {**os.environ, "RIBAO_DATA_DIR": str(tmp_path)}
    with nursery().start("bot", "run", env=env) as process:
        process.stdin.write(b"/today\n")
        process.stdin.flush()
        process.stdout.readline()  # it serves
        start = time.monotonic()
        process.send_signal(signum)
        assert process.wait(timeout=10) == 0
        assert time.monotonic() - start < 10
        assert process.stderr.read() == b""


def test_real_feeds_from_end_to_end(tmp_path: Path, documents: Documents) -> None:
    """arXiv's document and 35 blogs, fetched over HTTP, read by topic on the console."""
    real = sorted((SHARED / "feeds/real").glob("*.xml"))
    if not real:
        pytest.skip("the real feeds (../shared/feeds) are not here")
    arxiv = next((SHARED / "feeds").glob("arxiv*.xml"))
    documents.documents = {f"/{path.name}": path.read_bytes() for path in (arxiv, *real)}
    arxiv_url = documents.url(f"/{arxiv.name}")
    tables = [f'[[sources]]\nname = "arXiv"\nkind = "arxiv"\nurl = "{arxiv_url}"\n']
    tables += [source(path.stem, documents.url(f"/{path.name}")) for path in real]
    ribao = Command(tmp_path / "data", config(tmp_path, *tables))
    first = ribao("fetch", "--json")
    assert first.status == 0
    assert sum(report["new"] for report in first.objects) > 500
    second = ribao("fetch", "--json")
    assert sum(report["new"] for report in second.objects) == 0
    assert all(report["not_modified"] for report in second.objects)
    today = ribao("run", stdin="/subscribe nlp\n/today\n").stdout
    assert "ALIGN: Word Association Learning" in today
    assert "Some Author" not in today  # of a paper on graphs
    assert "sample edition" not in today
