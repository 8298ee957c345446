"""What `ribao stats` says of the next 24 hours: the load, and whether it is sent in time."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from scheduler.capacity import Forecast
    from scheduler.spread import Turn

BUSIEST = 5


def forecast_object(forecast: "Forecast") -> dict[str, Any]:
    """All instants in UTC. ``fits``: nobody waits for longer than what counts as in time."""
    from bot.model import GRACE
    from scheduler.spread import SHARE

    rate = forecast.per_second
    busiest = sorted(forecast.turns, key=lambda turn: (-turn.issues, turn.at))[:BUSIEST]
    return {
        "account": ":".join(forecast.account),
        "issues": forecast.issues,
        "messages": round(forecast.issues * forecast.messages_per_issue),
        "messages_per_issue": round(forecast.messages_per_issue, 2),
        "per_second": rate,
        "planned_per_second": None if rate is None else round(SHARE * rate, 2),
        "busiest": [_turn_object(turn) for turn in busiest],
        "longest_wait_minutes": round(forecast.longest_wait.total_seconds() / 60, 1),
        "fits": forecast.longest_wait <= GRACE,
    }


def _turn_object(turn: "Turn") -> dict[str, Any]:
    return {
        "at": _minute(turn.at),
        "issues": turn.issues,
        "first": _minute(turn.window.start),
        "last": _minute(turn.window.end + timedelta(minutes=1) - timedelta.resolution),
        "wait_minutes": round(turn.wait.total_seconds() / 60, 1),
    }


def forecast_text(forecast: dict[str, Any]) -> str:
    """A few lines on one account."""
    rate = forecast["per_second"]
    pace = (
        "no limit" if rate is None else f"{forecast['planned_per_second']:g} of {rate:g} a second"
    )
    head = (
        f"next 24 h  {forecast['account']}: issues {forecast['issues']:,},"
        f" messages about {forecast['messages']:,} ({pace}); {_verdict(forecast)}"
    )
    lines = [
        f"           {turn['at']} UTC: {turn['issues']:,}, the last by {turn['last']}"
        for turn in forecast["busiest"]
    ]
    return "\n".join([head, *lines])


def _verdict(forecast: dict[str, Any]) -> str:
    wait = forecast["longest_wait_minutes"]
    if forecast["fits"]:
        return "all within 5 minutes of their hour"
    return f"the last {wait:,g} minutes after their hour: see docs/growing.md"


def _minute(moment: "datetime") -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
