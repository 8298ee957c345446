"""`ribao run` as those see it who watch it: a real process, asked over loopback."""

import asyncio
import json
import os
import re
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import update

from bot.ports import Hold
from bot.store import open_store
from bot.store.tables import chats
from tests.command import Command
from tests.forked import Forked, nursery
from tests.loopback import free_port

DASHBOARD = Path(__file__).parents[2] / "docs" / "grafana.json"
PATIENCE = 60.0
"""Seconds; only a broken Ribao, or a very busy machine, makes them pass."""

Labels = frozenset[tuple[str, str]]


@dataclass
class Running:
    """A Ribao that runs, with a pipe as its console."""

    process: Forked
    ribao: Command
    port: int

    def ask(self, path: str) -> tuple[int, str]:
        """Status 0 while nobody listens."""
        try:
            answer = httpx.get(f"http://127.0.0.1:{self.port}{path}", timeout=20, trust_env=False)
        except httpx.TransportError:
            return 0, ""
        return answer.status_code, answer.text

    def object_at(self, path: str) -> tuple[int, dict[str, Any]]:
        status, text = self.ask(path)
        return status, json.loads(text or "{}")

    def figures(self) -> dict[tuple[str, Labels], float]:
        """All samples, as Prometheus' own parser reads them."""
        families = text_string_to_metric_families(self.ask("/metrics")[1])
        return {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in families
            for sample in family.samples
        }

    def figure(self, name: str, /, **labels: str) -> float | None:
        return self.figures().get((name, frozenset(labels.items())))


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it did not come to be"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One reader's issue is due; one account waits; the only source can't be read."""
    folder = tmp_path_factory.mktemp("watched")
    port = free_port()
    file = folder / "config.toml"
    file.write_text(
        f"http.port = {port}\n"
        '[[sources]]\nname = "shut"\nkind = "feed"\nurl = "http://127.0.0.1:1/feed"\n'
    )
    ribao = Command(folder / "data", file)
    assert "Next issue" in ribao("run", stdin="/subscribe cv\n").stdout
    assert ribao("fetch").status == 1
    asyncio.run(owe_an_issue(ribao.data_dir / "ribao.db"))
    env = {**os.environ, "RIBAO_DATA_DIR": str(ribao.data_dir)}
    with nursery().start("bot", "-c", file, "run", env=env) as process:
        yield Running(process, ribao, port)


async def owe_an_issue(database: Path) -> None:
    """As if the reader had been there for days, at an hour that has just come."""
    now = datetime.now(UTC)
    hour = (now - timedelta(minutes=1)).time().replace(second=0, microsecond=0)
    store = await open_store(f"sqlite:///{database}", upgrade=False)
    try:
        async with store.database.write() as connection:
            await connection.execute(
                update(chats).values(
                    active_since=now - timedelta(days=3),
                    changed_at=None,
                    next_due=None,
                    send_at=hour,
                )
            )
        await store.leases.hold(("telegram", "42"), Hold(now + timedelta(hours=1), 3600, "flood"))
    finally:
        await store.close()


def test_it_is_ready_once_it_has_asked_for_its_leases(running: Running) -> None:
    until(lambda: running.ask("/readyz")[0] == 200)
    status, found = running.object_at("/readyz")
    assert (status, found["ok"], found["database"], found["schema"]) == (200, True, True, True)
    assert found["leases"]["send console:console"] == "held"
    assert found["platforms"] == {"console:console": "connected"}
    assert running.object_at("/healthz") == (200, {"ok": True, "database": True})
    assert running.figure("ribao_lease_held", name="send console:console") == 1
    assert running.ask("/")[0] == 404


def test_a_delivery_is_counted_and_how_late_it_was(running: Running) -> None:
    def sent() -> float | None:
        return running.figure("ribao_deliveries_total", platform="console", outcome="sent")

    until(lambda: sent() == 1)
    assert running.figure("ribao_delivery_late_seconds_count", platform="console") == 1
    # The hour came one to two minutes before it was set.
    late = running.figure("ribao_delivery_late_seconds_sum", platform="console")
    assert late is not None
    assert late >= 60
    assert running.figure("ribao_delivery_late_seconds_bucket", platform="console", le="30.0") == 0


def test_what_stands_in_the_database_is_shown(running: Running) -> None:
    until(lambda: running.figure("ribao_database_up") == 1)
    assert running.figure("ribao_source_failures", source="shut") == 1
    waits = running.figure("ribao_account_waiting_seconds", platform="telegram", account="42")
    assert waits is not None
    assert 3000 < waits <= 3600
    assert running.figure("ribao_queue_depth", state="retry") == 0
    assert running.figure("ribao_pace_used_ratio", platform="console") == 0
    assert any(name == "ribao_build_info" for name, _ in running.figures())


def test_stats_tells_who_must_wait_and_who_does_what(running: Running) -> None:
    until(lambda: running.ask("/readyz")[0] == 200)
    (stats,) = running.ribao("stats", "--json").objects
    (wait,) = stats["waiting"]
    assert (wait["platform"], wait["account"], wait["reason"]) == ("telegram", "42", "flood")
    owners = {lease["name"]: lease["owner"] for lease in stats["leases"]}
    assert f":{running.process.pid}:" in owners["send console:console"]
    said = running.ribao("stats").stdout
    assert "waiting    telegram:42 until " in said
    assert "lease      send console:console: " in said


def test_every_figure_of_the_dashboard_is_there(running: Running) -> None:
    until(lambda: running.figure("ribao_delivery_late_seconds_count", platform="console") == 1)
    families = list(text_string_to_metric_families(running.ask("/metrics")[1]))
    known = {sample.name for family in families for sample in family.samples}
    known |= {"ribao_fetched_items_total"}  # this process has not fetched yet
    assert any(family.name == "ribao_fetched_items" for family in families)
    panels = json.loads(DASHBOARD.read_text())["panels"]
    used = [
        re.findall(r"\b(?:ribao|process)_\w+", target["expr"])
        for panel in panels
        for target in panel["targets"]
    ]
    assert all(used)
    assert {name for names in used for name in names} - known == set()
    ours = {name for name in known if name.startswith("ribao_")}
    shown = {name for names in used for name in names}
    assert {name for name in ours if not name.endswith(("_created", "_sum", "_count"))} <= shown


@pytest.mark.parametrize(
    ("spoil", "mend", "health"),
    [
        ("ALTER TABLE holds RENAME TO away", "ALTER TABLE away RENAME TO holds", 503),
        (
            "UPDATE alembic_version SET version_num = '9' || version_num",
            "UPDATE alembic_version SET version_num = substr(version_num, 2)",
            200,
        ),
    ],
)
def test_what_is_wrong_with_the_database_is_seen_and_its_end_too(
    running: Running, spoil: str, mend: str, health: int
) -> None:
    database = running.ribao.data_dir / "ribao.db"
    until(lambda: running.ask("/readyz")[0] == 200)
    with closing(sqlite3.connect(database, timeout=30)) as connection:
        connection.executescript(spoil)
        try:
            until(lambda: running.ask("/readyz")[0] == 503)
            assert running.ask("/healthz")[0] == health
            assert running.figure("ribao_database_up") == (health == 200)
            sent = running.figure("ribao_deliveries_total", platform="console", outcome="sent")
            assert sent is not None  # what was counted here is shown in any case
        finally:
            connection.executescript(mend)
    until(lambda: running.ask("/readyz")[0] == 200)


def test_a_port_that_is_taken_is_one_sentence(running: Running, tmp_path: Path) -> None:
    until(lambda: running.ask("/healthz")[0] == 200)
    other = Command(tmp_path)("run", RIBAO_HTTP_PORT=str(running.port))
    assert other.status == 2
    assert other.stderr == (
        f"ribao: http.port: can't listen on 127.0.0.1:{running.port}: Address already in use\n"
    )


def test_it_stops_in_time_though_somebody_watches(running: Running) -> None:
    until(lambda: running.ask("/readyz")[0] == 200)
    with httpx.Client(trust_env=False) as client:
        assert client.get(f"http://127.0.0.1:{running.port}/healthz").is_success  # and stays
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(30) == 0
    assert running.ask("/healthz")[0] == 0
