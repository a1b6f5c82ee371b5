from __future__ import annotations

import pytest

from bridge.voice.subtitles import Cue, cues_of, passages_of

SRT = """1
00:00:01,000 --> 00:00:02,500
<i>Good</i> morning,
{\\an8}everybody.

2
01:02:03,250 --> 01:02:04,000
- Who is it? [door]
- It's me &amp; Bob.

3
01:02:05,000 --> 01:02:06,000
(thunder) ♪
"""
VTT = """WEBVTT - a talk

NOTE no cue

intro
00:01.000 --> 00:02.500 align:start position:10%
<v Mary>Good morning.</v>

00:02.600 --> 00:03.000
Everybody.
"""


def test_subrip_without_tags_dashes_and_noises() -> None:
    assert cues_of(SRT) == [
        Cue(1.0, 2.5, "Good morning, everybody."),
        Cue(3723.25, 3724.0, "Who is it? It's me & Bob."),
    ]


def test_webvtt_with_names_settings_and_voices() -> None:
    assert cues_of(VTT) == [Cue(1.0, 2.5, "Good morning."), Cue(2.6, 3.0, "Everybody.")]


@pytest.mark.parametrize(
    "text", ["", "Good morning.", "It is 10:30 --> later\nGood.", "00:00:01 --> 00:00:02\nGood."]
)
def test_a_plain_text_has_no_cues(text: str) -> None:
    assert cues_of(text) == []


def test_a_cue_that_ends_before_it_begins_is_left_out() -> None:
    assert cues_of("00:00:03,000 --> 00:00:01,000\nGood.\n") == []


def test_cues_without_a_pause_between_are_one_passage() -> None:
    cues = [Cue(0.0, 1.0, "I am"), Cue(1.1, 2.0, "here."), Cue(3.0, 4.0, "Yes.")]
    assert passages_of(cues) == [Cue(0.0, 2.0, "I am here."), Cue(3.0, 4.0, "Yes.")]
