from __future__ import annotations

import time

from bridge.sending.sequence import first_sequence


def test_first_sequence_is_unix_time_in_milliseconds() -> None:
    assert first_sequence(1_700_000_000_123_999_999) == 1_700_000_000_123


def test_driver_restarted_a_second_later_begins_above_a_thousand_messages() -> None:
    start_ns = 1_700_000_000_000_000_000
    last = first_sequence(start_ns) + 999
    assert first_sequence(start_ns + 1_000_000_000) > last


def test_without_an_argument_it_is_the_current_time() -> None:
    before = int(time.time() * 1000)
    assert before <= first_sequence() <= int(time.time() * 1000) + 1
