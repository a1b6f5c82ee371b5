from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bridge.devices import voice_network
from measure.__main__ import main
from measure.commands.voice import moves_table_of
from tests.bridge.devices.made_voice import write_voice
from tests.made_speech import write_speakers


def test_every_method_is_measured_on_the_same_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("onnxruntime", reason="networks need ONNX Runtime: pip install 'omote[neural]'")
    write_voice(tmp_path / "networks" / "voice")
    monkeypatch.setattr(voice_network, "INSTALLED", tmp_path / "networks")
    write_speakers(tmp_path / "speech", range(1))
    assert (
        main(["voice", "--data", str(tmp_path / "speech"), "--seconds", "6", "-o", str(tmp_path / "report")])
        == 0
    )
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert set(figures) == {
        "with the text", "network, 75 ms", "network, 42 ms", "network, 0 ms", "five vowels", "loudness",
    }  # fmt: skip
    assert figures["with the text"]["late_ms"] is None
    # the speaker is loud while its jaw is open, and the network opens the jaw when it is loud
    assert figures["network, 0 ms"]["viseme"] > 0.8
    assert figures["network, 0 ms"]["in_silence"] == 0.0
    assert "| five vowels |" in (tmp_path / "report" / "voice.md").read_text()


def test_without_speech_the_command_that_makes_it_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["voice", "--data", str(tmp_path), "-o", str(tmp_path / "report")]) == 1
    assert "omote-train speech" in capsys.readouterr().err


@pytest.mark.parametrize("more", [("--count", "0"), ("--seconds", "0.5")])
def test_an_impossible_request_is_reported(
    more: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["voice", "--data", str(tmp_path), "-o", str(tmp_path / "report"), *more]) == 1
    assert f"{more[0]} {more[1]}, expected 1 or more" in capsys.readouterr().err


def test_recordings_are_chosen_by_their_voice_s_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_speakers(tmp_path / "speech", range(2))  # "noise 0" and "noise 1"
    place = ["voice", "--data", str(tmp_path / "speech"), "-o", str(tmp_path / "report")]
    assert main([*place, "--voices", "neural"]) == 1
    assert "holds speech" in capsys.readouterr().err
    assert main([*place, "--voices", "noise", "--against", "headaudio=" + str(tmp_path)]) == 1
    assert "is not the unpacked npm package @met4citizen/headaudio" in capsys.readouterr().err


def test_movement_without_a_voice_is_a_table_of_its_own() -> None:
    table = moves_table_of(
        {"one": {"hiss": (0.0, 0.0), "tune": (0.123, 0.4)}, "other": {"hiss": (0.5, 1.0), "tune": (0.0, 0.0)}}
    )
    assert table.splitlines()[1:] == [
        "| moves by | hiss | tune |",
        "|---|--:|--:|",
        "| one | 0.000 (0%) | 0.123 (40%) |",
        "| other | 0.500 (100%) | 0.000 (0%) |",
    ]
    assert moves_table_of({"one": {}}) == ""


def test_ways_of_speaking_are_told_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("onnxruntime", reason="networks need ONNX Runtime: pip install 'omote[neural]'")
    write_voice(tmp_path / "voice")
    folders = write_speakers(tmp_path / "speech", range(2))
    np.save(folders[1] / "named.npy", np.array(["en-us", "noise 1, sung, clean"]))
    place = ["--data", str(tmp_path / "speech"), "--model", str(tmp_path / "voice"), "--seconds", "4"]
    assert main(["voice", *place, "-o", str(tmp_path / "report")]) == 0
    capsys.readouterr()
    report = (tmp_path / "report" / "voice.md").read_text()
    assert "a minute | through a microphone | sung, clean |" in report
