from __future__ import annotations

import pytest

from bridge.errors import BridgeError
from omote.checks import device_probe
from omote.checks.device_probe import TOPIC, main, probe, remedy
from omote.checks.finding import Finding


def failing(error: Exception) -> object:
    def run() -> Finding:
        raise error

    return run


def test_an_error_of_ours_is_split_into_what_and_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        device_probe.PROBES, "midi", failing(BridgeError("no MIDI here; load the driver; or not"))
    )
    assert probe("midi") == Finding(TOPIC, "hint", "midi: no MIDI here", "load the driver; or not")


@pytest.mark.parametrize("error", [OSError("no\nlibrary"), ImportError("half installed"), KeyError()])
def test_an_error_of_a_library_gets_the_usual_remedy(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(device_probe.PROBES, "ndi", failing(error))
    finding = probe("ndi")
    assert (finding.state, finding.advice) == ("hint", remedy("ndi"))
    assert finding.text.startswith("ndi: cannot be used: ")
    assert "\n" not in finding.text


def test_the_last_line_is_the_finding(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def noisy() -> Finding:
        print("a library greets", end="")
        return Finding(TOPIC, "ok", "works")

    monkeypatch.setitem(device_probe.PROBES, "ndi", noisy)
    monkeypatch.setattr("sys.argv", ["probe", "ndi"])
    assert main() == 0
    assert (
        capsys.readouterr().out.splitlines()[-1]
        == '{"topic":"Devices","state":"ok","text":"works","advice":""}'
    )
