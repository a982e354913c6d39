"""Pure rules: waits, quiet hours, parts of a text message, what a log may hold."""

import datetime as dt
import random
import time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citymap.notices import rules

ALMATY = ZoneInfo("Asia/Almaty")


@given(st.integers(min_value=1, max_value=1000), st.integers())
def test_waits_double_with_jitter_up_to_the_longest(failures, seed):
    wait = rules.wait_after(failures, chance=random.Random(seed))
    doubled = min(dt.timedelta(minutes=2 ** min(failures - 1, 20)), rules.LONGEST_WAIT)
    assert doubled / 2 <= wait <= doubled


def test_a_letter_is_tried_for_two_days_or_so():
    chance = random.Random(1)
    waits = [rules.wait_after(n, chance=chance) for n in range(1, rules.MAX_ATTEMPTS)]
    together = sum(waits, dt.timedelta(0))
    assert dt.timedelta(days=1) < together < dt.timedelta(days=3)


@given(st.integers(min_value=0, max_value=10 * 365 * 24 * 60))
def test_end_of_quiet_hours_is_the_next_nine_o_clock(minutes):
    now = dt.datetime(2020, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=minutes)
    after = rules.after_quiet_hours(now, ALMATY)
    assert not rules.in_quiet_hours(after, ALMATY)
    assert now <= after <= now + dt.timedelta(hours=13)
    if after != now:
        assert after.astimezone(ALMATY).time() == dt.time(9)


@pytest.mark.parametrize(
    "text, parts",
    [
        ("", 1), ("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3),
        ("€" * 80, 1), ("€" * 81, 2), ("я" * 70, 1), ("я" * 71, 2), ("ә" * 134, 2),
        ("ә" * 135, 3), ("😀" * 35, 1), ("😀" * 36, 2),
    ],
)  # fmt: skip
def test_parts_of_a_text_message(text, parts):
    assert rules.sms_parts(text) == parts


@pytest.mark.parametrize(
    "said, kept",
    [
        ("550 5.1.1 <a.b@c.kz>: unknown", "550 5.1.1 <…>: unknown"),
        ("550-5.7.1 Иван@почта.рф", "550-5.7.1 …"),
        ("250 2.0.0 Ok: queued as 4F2", "250 2.0.0 Ok: queued as 4F2"),
        ("call +7 (701) 123-45-67 now", "call … now"),
        ("a\r\nb\x00c\x1b[0m", "a b c [0m"),
        ("lone \ud800 surrogate", "lone ? surrogate"),
    ],
)
def test_addresses_do_not_enter_the_log(said, kept):
    assert rules.scrubbed(said) == kept


def test_own_address_is_masked_however_it_is_written():
    assert "ivan" not in rules.scrubbed("no mailbox IVAN here", "ivan").lower()


@pytest.mark.parametrize("char", "x@1 .-(\x00")
def test_endless_answers_are_scrubbed_quickly(char):
    began = time.perf_counter()
    assert len(rules.scrubbed(char * 1_000_000)) <= 500
    assert time.perf_counter() - began < 0.5


@given(st.text())
def test_scrubbing_any_text_leaves_one_line_that_a_database_takes(text):
    kept = rules.scrubbed(text)
    assert len(kept.splitlines()) <= 1
    assert "\0" not in kept
    kept.encode("utf-8")


@pytest.mark.parametrize(
    "address, masked",
    [("ivanov@mail.kz", "i…v@m…l.kz"), ("ab@c.kz", "a…@c….kz"), ("+77011234567", "+7…67"),
     ("123", "…"), ("", "…")],
)  # fmt: skip
def test_masked_addresses(address, masked):
    assert rules.masked_address(address) == masked


@pytest.mark.parametrize(
    "context", [{"a": float("nan")}, {"a": object()}, {"a": "x" * 9000}, {"a": "\0"}]
)
def test_values_that_are_no_json_or_too_much(context):
    with pytest.raises(rules.NoticeError):
        rules.checked_context(context)
