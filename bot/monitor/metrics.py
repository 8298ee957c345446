"""What is counted, and how Prometheus gets it. Labels take few values, none of them a chat."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from importlib.metadata import version
from typing import TypeVar

from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    Info,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from bot.monitor.state import MOST_SOURCES, State

LATE_BUCKETS = (0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 3 * 3600, 6 * 3600)
"""Seconds. Up to 300 an issue is on time; after six hours it is not sent any more."""

OTHERS = "others"
"""All sources beyond the first ``MOST_SOURCES``."""


class Metrics(Collector):
    """``bot.meter.Meter`` with a registry of its own, which also shows the last ``State``."""

    def __init__(self) -> None:
        self.state = State()
        self._sources: set[str] = set()
        self.registry = registry = CollectorRegistry()
        self._deliveries = Counter(
            "ribao_deliveries",
            "Attempts at one message, by what came of them",
            ("platform", "outcome"),
            registry=registry,
        )
        self._late = Histogram(
            "ribao_delivery_late_seconds",
            "From the hour of an issue until its first message was sent",
            ("platform",),
            buckets=LATE_BUCKETS,
            registry=registry,
        )
        self._fetched = Counter(
            "ribao_fetched_items",
            "Items that sources brought: new, known, dropped",
            ("source", "kind"),
            registry=registry,
        )
        Info("ribao_build", "The version that runs", registry=registry).info(
            {"version": version("ribao")}
        )
        ProcessCollector(registry=registry)
        GCCollector(registry=registry)
        registry.register(self)

    def count(self, platform: str, outcome: str, number: int = 1) -> None:
        self._deliveries.labels(platform, outcome).inc(number)

    def late(self, platform: str, by: timedelta) -> None:
        self._late.labels(platform).observe(max(by.total_seconds(), 0.0))

    def fetched(self, source: str, kind: str, number: int) -> None:
        self._fetched.labels(self._label(source), kind).inc(number)

    def _label(self, source: str) -> str:
        if source not in self._sources:
            if len(self._sources) >= MOST_SOURCES:
                return OTHERS
            self._sources.add(source)
        return source

    def text(self, state: State) -> bytes:
        """All figures, in Prometheus' text format."""
        self.state = state
        return generate_latest(self.registry)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """What is read, not counted; a figure that is not known is left out."""
        state = self.state
        yield GaugeMetricFamily(
            "ribao_database_up", "Whether the database answers", value=float(state.database_answers)
        )
        yield _gauge(
            "ribao_queue_depth",
            "Deliveries that are not finished, of all processes",
            ("state",),
            {(name.value,): number for name, number in state.queue.items()},
        )
        yield _gauge(
            "ribao_account_waiting_seconds",
            "How long the platform lets a bot account wait still",
            ("platform", "account"),
            state.waits,
        )
        yield _gauge(
            "ribao_source_failures",
            "Failures in a row",
            ("source",),
            {(name,): number for name, number in state.failures.items()},
        )
        yield _gauge(
            "ribao_pace_used_ratio",
            "Share of the limit of messages that was used in the last second",
            ("platform",),
            {(platform,): share for platform, share in state.pace.items()},
        )
        yield _gauge(
            "ribao_lease_held",
            "1 where this process does the work, 0 where it stands by",
            ("name",),
            {(name,): held for name, held in state.leases.items()},
        )


K = TypeVar("K", bound=tuple[str, ...])


def _gauge(
    name: str, text: str, labels: tuple[str, ...], values: Mapping[K, float]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=labels)
    for key, value in values.items():
        family.add_metric(key, float(value))
    return family
