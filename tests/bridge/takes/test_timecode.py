"""Timecodes against a count of frames by hand, and the published figures of drop-frame."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import RecordingError
from bridge.takes.timecode import FrameRate, frame_rate, likely_rate, time_ns_of, timecode_of

DROP_30 = FrameRate(30, is_ntsc=True, is_drop=True)
DROP_60 = FrameRate(60, is_ntsc=True, is_drop=True)


@pytest.mark.parametrize(
    ("code", "rate", "time_ns"),
    [
        ("00:00:01:00", FrameRate(60), 1_000_000_000),
        ("16:57:20:41.678", FrameRate(60), 61_040_694_633_333),
        ("00:00:01:00", FrameRate(24, is_ntsc=True), 1_001_000_000),
        ("00:00:59;29", DROP_30, 60_026_633_333),  # frame 1799
        ("00:01:00;02", DROP_30, 60_060_000_000),  # frame 1800: two numbers are left out
        ("00:10:00;00", DROP_30, 599_999_400_000),  # frame 17982, and no number is left out
        ("01:00:00;00", DROP_30, 3_599_996_400_000),  # 3.6 ms behind the clock after an hour
        ("00:01:00;04", DROP_60, 60_060_000_000),  # frame 3600: four numbers are left out
    ],
)
def test_a_timecode_is_a_time(code: str, rate: FrameRate, time_ns: int) -> None:
    assert time_ns_of(code, rate) == time_ns
    assert timecode_of(time_ns, rate, digits=3 if "." in code else 0) == code


@pytest.mark.parametrize("rate", [DROP_30, DROP_60, FrameRate(25), FrameRate(60)])
def test_every_frame_of_two_hours_has_the_number_that_counting_gives(rate: FrameRate) -> None:
    mark = ";" if rate.is_drop else ":"
    count = 0
    for minute in range(121):
        for second in range(60):
            left_out = rate.nominal // 15 if rate.is_drop and second == 0 and minute % 10 else 0
            for frame in range(left_out, rate.nominal):
                if frame in (left_out, left_out + 1, rate.nominal - 1):
                    code = f"{minute // 60:02}:{minute % 60:02}:{second:02}{mark}{frame:02}"
                    time_ns = round(Fraction(count) / Fraction(*rate.ratio) * 10**9)
                    assert time_ns_of(code, rate) == time_ns
                    assert timecode_of(time_ns, rate, digits=0) == code
                count += 1


@pytest.mark.parametrize(
    ("code", "rate"),
    [
        ("00:01:00;00", DROP_30),  # left out
        ("00:59:00;01", DROP_30),
        ("00:01:00;03", DROP_60),
        ("00:00:00:30", FrameRate(30)),
        ("24:00:00:00", FrameRate(30)),
        ("00:60:00:00", FrameRate(30)),
        ("1:2:3:4", FrameRate(30)),
        ("00:00:00,00", FrameRate(30)),
        ("", FrameRate(30)),
    ],
)
def test_what_is_no_timecode_has_no_time(code: str, rate: FrameRate) -> None:
    assert time_ns_of(code, rate) is None


@given(
    st.integers(0, 24 * 3600 * 60 * 1000 - 1),
    st.sampled_from([FrameRate(24), FrameRate(60), FrameRate(30, True)]),
)
def test_a_part_of_a_frame_comes_back(thousandths: int, rate: FrameRate) -> None:
    thousandths %= 24 * 3600 * rate.nominal * 1000
    time_ns = round(Fraction(thousandths, 1000) / Fraction(*rate.ratio) * 10**9)
    code = timecode_of(time_ns, rate, digits=3)
    assert time_ns_of(code, rate) == time_ns


@pytest.mark.parametrize(
    ("text", "rate", "shown"),
    [
        ("30", FrameRate(30), "30"),
        ("29.97", FrameRate(30, is_ntsc=True), "29.97"),
        ("30000/1001", FrameRate(30, is_ntsc=True), "29.97"),
        ("23.976", FrameRate(24, is_ntsc=True), "23.976"),
        ("23.98", FrameRate(24, is_ntsc=True), "23.976"),
        ("59.94", FrameRate(60, is_ntsc=True), "59.94"),
    ],
)
def test_rates_are_written_as_people_do(text: str, rate: FrameRate, shown: str) -> None:
    assert frame_rate(text) == rate
    assert str(rate) == shown


@pytest.mark.parametrize("text", ["", "x", "0", "-30", "31", "29.5", "1/0", "1e9", "nan"])
def test_other_rates_are_refused(text: str) -> None:
    with pytest.raises(RecordingError, match="expected one of 24, 25, 30"):
        frame_rate(text)


def test_frames_are_dropped_at_two_rates_only() -> None:
    assert frame_rate("29.97", is_drop=True) == DROP_30
    with pytest.raises(RecordingError, match=r"29\.97 or 59\.94"):
        frame_rate("25", is_drop=True)


@pytest.mark.parametrize(
    ("most", "is_drop", "rate"),
    [(23, False, FrameRate(24)), (24, False, FrameRate(25)), (29, False, FrameRate(30)), (59, False, FrameRate(60)),
     (29, True, DROP_30), (59, True, DROP_60), (0, True, DROP_30)],
)  # fmt: skip
def test_the_likely_rate_is_the_lowest_that_has_the_frames(most: int, is_drop: bool, rate: FrameRate) -> None:
    assert likely_rate(most, is_drop=is_drop) == rate
