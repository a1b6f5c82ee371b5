"""`omote doctor` about devices, compared with what the features themselves say on this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.devices.midi import midi_inputs
from bridge.devices.sound import load_sounddevice
from bridge.errors import BridgeError
from omote.checks import devices
from omote.checks.device_probe import PROBES, probe, remedy
from omote.checks.devices import check_devices
from omote.checks.finding import Finding
from omote.checks.packages import EXTRAS, is_importable


def only(extra: str, monkeypatch: pytest.MonkeyPatch) -> Finding:
    """The finding about one extra, by its own process."""
    monkeypatch.setattr(devices, "PROBES", {extra: PROBES[extra]})
    [finding] = check_devices()
    return finding


def package(folder: Path, name: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Python package that fails as the real one does, before the real one on the import path."""
    (folder / f"{name}.py").write_text(text)
    monkeypatch.setenv("PYTHONPATH", str(folder))


def test_every_probe_is_an_extra_s() -> None:
    assert set(PROBES) <= set(EXTRAS)


@pytest.mark.skipif(not is_importable("sounddevice"), reason="the extra microphone is not installed")
def test_a_microphone_is_ok_only_where_it_can_be_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        inputs = [one for one in load_sounddevice().query_devices() if one["max_input_channels"] > 0]
        expected = "ok" if inputs else "hint"
    except BridgeError:
        expected = "hint"
    finding = only("microphone", monkeypatch)
    assert finding.state == expected
    assert bool(finding.advice) == (expected == "hint")


@pytest.mark.skipif(not is_importable("sounddevice"), reason="the extra microphone is not installed")
def test_a_missing_portaudio_is_a_hint_with_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package(tmp_path, "sounddevice", "raise OSError('PortAudio library not found')", monkeypatch)
    finding = only("microphone", monkeypatch)
    assert finding.state == "hint"
    assert "PortAudio library not found" in finding.text
    assert "libportaudio2" in finding.advice


@pytest.mark.skipif(not is_importable("rtmidi"), reason="the extra midi is not installed")
def test_midi_is_ok_only_where_it_has_an_input(monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        expected = "ok" if midi_inputs() else "hint"
    except BridgeError:
        expected = "hint"
    assert only("midi", monkeypatch).state == expected


@pytest.mark.skipif(not is_importable("sdl2"), reason="the extra gamepad is not installed")
def test_a_library_that_crashes_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package(tmp_path, "sdl2", "import os; os.abort()", monkeypatch)
    finding = only("gamepad", monkeypatch)
    assert (finding.state, finding.text.partition(":")[0]) == ("hint", "gamepad")
    assert "crashes" in finding.text
    assert finding.advice


@pytest.mark.skipif(not is_importable("sdl2"), reason="the extra gamepad is not installed")
def test_a_library_that_hangs_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package(tmp_path, "sdl2", "import time; time.sleep(60)", monkeypatch)
    monkeypatch.setattr(devices, "PROBE_S", 0.5)
    assert "no answer within 0.5 s" in only("gamepad", monkeypatch).text


def test_an_extra_that_is_not_installed_is_left_to_the_list_of_packages(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    absent = EXTRAS["gamepad"]._replace(modules={"absent": "no_such_module"})
    monkeypatch.setitem(devices.EXTRAS, "gamepad", absent)
    monkeypatch.setattr(devices, "PROBES", {"gamepad": PROBES["gamepad"]})
    assert list(check_devices()) == []


@pytest.mark.skipif(not is_importable("pyvirtualcam"), reason="the extra virtual-camera is not installed")
@pytest.mark.skipif(any(Path("/dev").glob("video*")), reason="this machine has cameras")
def test_a_virtual_camera_without_a_driver_is_a_hint() -> None:
    finding = probe("virtual-camera")
    assert finding.state == "hint"
    assert finding.advice == remedy("virtual-camera")
