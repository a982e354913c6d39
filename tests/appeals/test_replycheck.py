"""Formal replies: a table in Russian and Kazakh."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appeals.choices import Outcome, ReplyFlag
from appeals.replycheck import EarlierReply, check_reply, likeness

LINES = Path(__file__).with_name("replies.csv").read_text(encoding="utf-8").splitlines()
CASES = list(csv.DictReader(LINES, delimiter=";"))
LONG = "Бригада Иванова И.И. устранила порыв теплотрассы 12.11.2026 и восстановила подачу тепла."


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_flags(case):
    flags = check_reply(
        case["text"], outcome=case["outcome"], photo_wanted=True, has_photo=case["photo"] == "yes"
    )
    assert " ".join(flags) == case["flags"]


@pytest.mark.parametrize(
    "same_appeal, flag",
    [(True, ReplyFlag.SAME_AFTER_REOPENING), (False, ReplyFlag.TEMPLATE)],
)
def test_the_same_text_again(same_appeal, flag):
    # Another day and number make no other text.
    again = LONG.replace("12.11", "15.12")
    earlier = [EarlierReply(text=LONG, same_appeal=same_appeal)]
    flags = check_reply(
        again, outcome=Outcome.DONE, photo_wanted=False, has_photo=False, earlier=earlier
    )
    assert flags == [flag]


def test_other_texts_are_not_alike():
    other = "Слесарь Ким заменил стояк холодной воды в квартире заявителя и проверил давление."
    assert likeness(LONG, other) < 0.1
    assert likeness(LONG, LONG.upper()) == 1.0


@given(st.text(max_size=400), st.sampled_from(Outcome), st.booleans())
def test_any_text_is_checked(text, outcome, photo):
    flags = check_reply(text, outcome=outcome, photo_wanted=photo, has_photo=False)
    assert flags == [flag for flag in ReplyFlag if flag in flags]


@given(st.text(max_size=200), st.text(max_size=200))
def test_likeness_is_a_share_and_has_no_direction(one, other):
    assert 0.0 <= likeness(one, other) == likeness(other, one) <= 1.0
