"""From a message to a command."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.parse import Invocation, NotUnderstood, command_table, parse
from bot.commands.table import build_table

TABLE = build_table()


@pytest.mark.parametrize(
    ("text", "name", "argument"),
    [
        ("/subscribe cv", "subscribe", "cv"),
        ("/subscribe   cv  nlp ", "subscribe", "cv  nlp"),
        ("/subscribe@my_bot cv", "subscribe", "cv"),
        ("/SUBSCRIBE cv", "subscribe", "cv"),
        ("／subscribe cv", "subscribe", "cv"),
        ("/ subscribe cv", "subscribe", "cv"),
        ("/subscribe\ncv", "subscribe", "cv"),
        ("订阅 cv", "subscribe", "cv"),
        ("/订阅 cv", "subscribe", "cv"),
        ("订阅cv", "subscribe", "cv"),
        ("訂閱「步態辨識」", "subscribe", "「步態辨識」"),
        ("今日", "today", ""),
        ("取消订阅 cv", "unsubscribe", "cv"),
        ("today", "today", ""),
        ("/today", "today", ""),
        ("/sub cv", "subscribe", "cv"),
    ],
)
def test_commands_are_understood(text: str, name: str, argument: str) -> None:
    parsed = parse(text, TABLE)
    assert isinstance(parsed, Invocation)
    assert (parsed.command.name, parsed.argument) == (name, argument)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/subscrbe cv", NotUnderstood(explicit=True, nearest="subscribe")),
        ("/tody", NotUnderstood(explicit=True, nearest="today")),
        ("/strat", NotUnderstood(explicit=True, nearest="start")),  # not stats
        ("/xyzzy", NotUnderstood(explicit=True)),
        ("/", NotUnderstood(explicit=True)),
        ("", NotUnderstood(explicit=False)),
        ("good morning", NotUnderstood(explicit=False)),
        ("subscrbe cv", NotUnderstood(explicit=False)),
    ],
)
def test_other_messages_are_not(text: str, expected: NotUnderstood) -> None:
    assert parse(text, TABLE) == expected


@given(st.text(max_size=5000))
def test_no_message_makes_parsing_fail(text: str) -> None:
    parse(text, TABLE)


@given(st.sampled_from(sorted(TABLE)), st.text(alphabet=st.characters(exclude_categories=["C"])))
def test_every_name_and_alias_is_understood_with_any_argument(name: str, argument: str) -> None:
    parsed = parse(f"/{name} {argument}", TABLE)
    assert isinstance(parsed, Invocation)
    assert parsed.command is TABLE[name]
    assert parsed.argument == argument.strip()


def test_a_name_used_twice_is_a_mistake() -> None:
    today = TABLE["today"]
    with pytest.raises(ValueError, match="two commands are called today"):
        command_table((today, today))
