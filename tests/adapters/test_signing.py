"""Signed buttons: read back by the chat they stand in, and by nobody else."""

import random
import string

from hypothesis import given
from hypothesis import strategies as st

from adapters.signing import PART, Signer, read_part

signer = Signer("123456:token", 64)
commands = st.text(min_size=1, max_size=60)


@given(commands, st.text(max_size=20))
def test_what_is_signed_is_read_back(command: str, chat: str) -> None:
    data = signer.sign(chat, command)
    if len(command.encode("utf-8", "surrogatepass")) <= 56 and command.isprintable():
        assert data is not None
    if data is not None:
        assert len(data.encode("utf-8", "replace")) <= 64
        assert signer.read(chat, data) == command


@given(commands, st.text(max_size=9), st.text(max_size=9))
def test_another_chat_or_another_token_reads_nothing(command: str, here: str, there: str) -> None:
    data = signer.sign(here, command)
    if data is not None:
        assert Signer("123456:other", 64).read(here, data) is None
        if here != there:
            assert signer.read(there, data) is None


def test_of_20000_forged_or_mutated_buttons_none_is_accepted() -> None:
    dice = random.Random(7)
    alphabet = string.ascii_letters + string.digits + "-_/ é字"
    right = [signer.sign("77", f"/subscribe {topic}") or "" for topic in ("cv", "nlp", "rl")]
    for _ in range(10_000):
        forged = "".join(dice.choices(alphabet, k=dice.randint(0, 64)))
        assert signer.read("77", forged) is None
        data = dice.choice(right)
        place = dice.randrange(len(data))
        mutated = data[:place] + dice.choice(alphabet) + data[place + 1 :]
        assert mutated in right or signer.read("77", mutated) is None


@given(commands, st.integers(0, 63), st.characters())
def test_a_changed_button_is_not_accepted(command: str, place: int, other: str) -> None:
    data = signer.sign("77", command)
    if data is not None and place < len(data) and data[place] != other:
        assert signer.read("77", data[:place] + other + data[place + 1 :]) is None


def test_a_part_is_told_from_its_command() -> None:
    assert read_part("/issue 2026-11-25" + PART + "3") == ("/issue 2026-11-25", 3)
    assert read_part("/issue 3") == ("/issue 3", None)
    assert read_part("/issue" + PART + "x") == ("/issue", None)
