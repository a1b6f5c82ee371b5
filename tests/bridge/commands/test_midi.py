from __future__ import annotations

import argparse

import pytest

from bridge.commands import midi
from bridge.devices import midi as device


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    midi.add_parser(parser.add_subparsers())
    return midi.run(parser.parse_args(["midi", *arguments]))


@pytest.mark.parametrize(
    ("inputs", "says"),
    [
        (["nanoKONTROL", "Launchpad"], "nanoKONTROL\nLaunchpad\n"),
        ([], "no MIDI inputs; plug a controller in\n"),
    ],
)
def test_the_inputs_are_listed(
    inputs: list[str], says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(device, "midi_inputs", lambda: inputs)
    assert run("--list") == 0
    assert capsys.readouterr().out == says


@pytest.mark.parametrize(("arguments", "source"), [([], "midi"), (["--source", "pads"], "pads")])
@pytest.mark.parametrize("is_learning", [False, True])
def test_the_named_input_is_opened_and_driven_or_learned(
    arguments: list[str], source: str, is_learning: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str | None] = []
    used: list[tuple[str, str]] = []
    monkeypatch.setattr(device, "open_midi_input", opened.append)
    monkeypatch.setattr(midi, "run_device", lambda options, made: used.append(("run", made.source)) or 0)
    monkeypatch.setattr(midi, "learn_device", lambda made: used.append(("learn", made.source)) or 0)
    assert run("--port", "nano", *arguments, *["--learn"] * is_learning) == 0
    assert opened == ["nano"]
    assert used == [("learn" if is_learning else "run", source)]
