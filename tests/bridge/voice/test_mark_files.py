"""Files as the programs write them; their form is from each program's documentation."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bridge.errors import SoundError
from bridge.voice.mark_files import read_marks
from bridge.voice.mark_names import phones_of
from protocol.visemes import VISEMES

RHUBARB_JSON = """{
  "metadata": {"soundFile": "hi.wav", "duration": 0.47},
  "mouthCues": [
    {"start": 0.00, "end": 0.05, "value": "X"},
    {"start": 0.05, "end": 0.27, "value": "D"},
    {"start": 0.27, "end": 0.47, "value": "A"}
  ]
}"""
RHUBARB_TSV = "0.00\tX\n0.05\tD\n0.27\tA\n0.47\tX\n"
AZURE = [
    {"audio_offset": 0, "viseme_id": 0},
    {"audio_offset": 500000, "viseme_id": 2},
    {"audio_offset": 2700000, "viseme_id": 21},
]
AZURE_LINES = "\n".join(
    json.dumps({"AudioOffset": one["audio_offset"], "VisemeId": one["viseme_id"]}) for one in AZURE
)
OCULUS = [
    {"time": 0.0, "viseme": "sil"},
    {"time": 0.05, "viseme": "aa"},
    {"time": 0.27, "viseme": "PP", "end": 0.47},
]
OCULUS_MS = {
    "frames": [{"time_ms": 0, "viseme": 0}, {"time_ms": 50, "viseme": 10}, {"time_ms": 270, "viseme": 1}]
}
POLLY = (
    '{"time":0,"type":"sentence","start":0,"end":3,"value":"Am."}\n'
    '{"time":0,"type":"viseme","value":"sil"}\n{"time":50,"type":"viseme","value":"a"}\n'
    '{"time":270,"type":"viseme","value":"p"}\n'
)
PIPER = {
    "sample_rate": 22050,
    "alignments": [
        {"phoneme": "", "num_samples": 1102.5},
        {"phoneme": "ɑ", "num_samples": 4851},
        {"phoneme": "m", "num_samples": 4410},
    ],
}
PHONEMES = [{"phoneme": "ɑ", "start": 0.05, "end": 0.27}, {"phoneme": "m", "start": 0.27, "end": 0.47}]
ELEVENLABS = {
    "audio_base64": "",
    "alignment": {
        "characters": ["a", "m"],
        "character_start_times_seconds": [0.05, 0.27],
        "character_end_times_seconds": [0.27, 0.47],
    },
}
ELEVENLABS_SOCKET = {
    "alignment": {"charStartTimesMs": [50, 270], "charsDurationsMs": [220, 200], "chars": ["a", "m"]}
}
OWN = {"kind": "oculus", "times_s": [0.0, 0.05, 0.27], "names": ["sil", "aa", "PP"], "end_s": 0.47}


def written(path: Path, content: object) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "content",
    [
        RHUBARB_JSON, RHUBARB_TSV, AZURE, AZURE_LINES, OCULUS, OCULUS_MS, POLLY, PIPER, PHONEMES, ELEVENLABS,
        ELEVENLABS_SOCKET, OWN,
    ],
)  # fmt: skip
def test_the_same_word_is_the_same_sounds_by_every_program(tmp_path: Path, content: object) -> None:
    """ "Am": [ɑ] from 0.05 s and [m] from 0.27 s."""
    timed = phones_of(read_marks(written(tmp_path / "marks", content)))
    said = [(VISEMES[one.phone.viseme], round(one.begin_s, 3)) for one in timed]
    assert [one for one in said if one[0] != "sil"] == [("aa", 0.05), ("PP", 0.27)]


def test_a_pause_between_two_phonemes_is_silence(tmp_path: Path) -> None:
    phonemes = [{"phoneme": "a", "start": 0.0, "end": 0.2}, {"phoneme": "b", "start": 0.9, "end": 1.0}]
    timed = phones_of(read_marks(written(tmp_path / "marks.json", phonemes)))
    assert [VISEMES[one.phone.viseme] for one in timed] == ["aa", "sil", "PP"]
    assert timed[1].begin_s == 0.2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "no mark"),
        ("hello", "a line 'hello'"),
        ("0.1\tX\nzero\tA", "zero"),
        ("{}", "the keys none"),
        ("[]", "expected maps"),
        ("[1, 2]", "expected maps"),
        ('{"mouthCues": [{"start": 0}]}', "'end'"),
        ('{"mouthCues": []}', "no mark"),
        ([{"time": 0.0, "colour": "red"}], "marks with the keys time, colour"),
        ([{"phoneme": "a", "num_samples": 5}], "sample_rate"),
        ({"sample_rate": 0, "alignments": [{"phoneme": "a", "num_samples": 5}]}, "division by zero"),
        ([{"time": 1.0, "viseme": "aa"}, {"time": 0.5, "viseme": "PP"}], "time 0.5 after 1"),
        ([{"time": float("nan"), "viseme": "aa"}], "finite times"),
        ({"kind": "mime", "times_s": [0], "names": ["a"]}, "kind 'mime'"),
        ("[" * 100_000, "no marks"),
    ],
)
def test_a_file_of_no_use_is_refused_with_its_reason(tmp_path: Path, content: object, said: str) -> None:
    with pytest.raises(SoundError) as refused:
        read_marks(written(tmp_path / "marks.json", content))
    assert said in str(refused.value)
    assert "marks.json" in str(refused.value)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "marks.json"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SoundError, match="cannot be read as marks"):
        read_marks(path)
