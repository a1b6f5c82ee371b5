from __future__ import annotations

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from bridge.devices.log_mel import HOP, RATE
from measure.errors import MeasureError
from measure.voice.outside import HEADAUDIO, heard_visemes, outside_way
from measure.voice.recordings import FPS, Recording
from protocol.blendshapes import INDEX
from protocol.visemes import VISEME_INDEX

JAW, CLOSE = INDEX["jawOpen"], INDEX["mouthClose"]


def two_seconds() -> Recording:
    count = 2 * FPS
    return Recording("xx", "v", np.zeros(count * HOP, np.float32), np.zeros((count, 52), np.float32),
                     np.zeros(count, np.uint8), np.zeros(count, bool))  # fmt: skip


def test_values_of_visemes_become_a_mouth_at_their_own_time() -> None:
    """[a] from 1 s on, told 0.1 s late; then [p] from 1.5 s on."""
    values = np.zeros((132, 15))
    values[66:96, HEADAUDIO.index("aa")] = 0.65
    values[96:, HEADAUDIO.index("PP")] = 0.75
    coefficients, viseme = heard_visemes(values, 0.1, 2 * FPS)
    begins = np.flatnonzero(np.diff(viseme)) + 1
    assert [int(viseme[one]) for one in begins] == [VISEME_INDEX["aa"], VISEME_INDEX["PP"]]
    np.testing.assert_allclose(begins / FPS, [1.0, 1.5], atol=0.02)
    assert coefficients[:100].max() == 0.0
    assert coefficients[150, JAW] > 0.2
    assert coefficients[150, CLOSE] == 0.0
    assert coefficients[210, JAW] - coefficients[210, CLOSE] < 0.02


PACKAGE = """
export const visemeNames = ["aa", "E", "I", "O", "U", "PP", "SS", "TH", "DD", "FF", "kk", "nn", "RR", "CH", "sil"];
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed: apt install nodejs")
def test_headaudio_s_classes_are_driven_as_a_browser_drives_them(tmp_path: Path) -> None:
    """A stand-in with the package's interface: it says viseme 5, a [p], while the sound is loud."""
    for folder in ("modules", "dist"):
        (tmp_path / folder).mkdir()
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "dist" / "model-en-mixed.bin").write_bytes(b"\x05\0\0\0")
    (tmp_path / "modules" / "processor.mjs").write_text(
        """export class Processor {
          constructor(options, worklet) { this.port = worklet.port; this.rate = options.sampleRate; this.viseme = 0; }
          _onmessage(message) { this.viseme = message.data.model; }
          process(data) {
            const loud = Math.max(...data) > 0.1 && this.rate === 24000;
            this.port.postMessage(loud ? { event: "viseme", viseme: this.viseme } : { event: "ended" });
          }
        }"""
    )
    (tmp_path / "modules" / "headaudio.mjs").write_text(
        PACKAGE
        + """export class HeadAudio extends AudioWorkletNode {
          constructor(context) { super(context); this.visemeNames = visemeNames; this.active = -1;
            this.port.onmessage = ({ data }) => { this.active = data.event === "viseme" ? data.viseme : -1; }; }
          async loadModel(path) {
            const response = await fetch(path);
            if (!response.ok) throw new Error("no model");
            this.port.postMessage({ event: "model", model: new Uint8Array(await response.arrayBuffer())[0] });
          }
          update(ms) { this.visemeNames.forEach((name, i) => this.onvalue(name, i === this.active && ms < 17 ? 0.75 : 0)); }
        }"""
    )
    recording = two_seconds()
    recording.samples[RATE // 2 : RATE] = 0.5
    name, way = outside_way(f"headaudio={tmp_path}")
    heard = way(recording)
    assert name == "headaudio"
    assert heard.coefficients.shape == (2 * FPS, 52)
    begins = np.flatnonzero(np.diff(heard.viseme)) + 1
    np.testing.assert_allclose(begins / FPS, [0.5 - heard.late_s, 1.0 - heard.late_s], atol=0.02)
    assert heard.viseme[FPS // 2] == VISEME_INDEX["PP"]


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")
def test_rhubarb_s_shapes_become_a_mouth(tmp_path: Path) -> None:
    """A stand-in that writes what Rhubarb 1.14 writes for "-f json", where the option -o says."""
    program = tmp_path / "rhubarb"
    cues = '{"metadata": {"duration": 2.0}, "mouthCues": [' + ", ".join(
        f'{{"start": {start}, "end": {end}, "value": "{value}"}}'
        for start, end, value in ((0.0, 0.5, "X"), (0.5, 1.0, "D"), (1.0, 1.2, "A"), (1.2, 2.0, "X"))
    ) + "]}"  # fmt: skip
    program.write_text(
        "#!/bin/sh\nwhile [ $# -gt 2 ]; do [ \"$1\" = -o ] && out=$2; shift; done\n"
        f"[ -s \"$2\" ] && cat > \"$out\" <<'EOF'\n{cues}\nEOF\n"
    )  # fmt: skip
    program.chmod(0o755)
    _, way = outside_way(f"rhubarb={program}")
    heard = way(two_seconds())
    assert heard.viseme[round(0.75 * FPS)] == VISEME_INDEX["aa"]
    assert heard.viseme[round(1.1 * FPS)] == VISEME_INDEX["PP"]
    assert heard.viseme[round(1.7 * FPS)] == VISEME_INDEX["sil"]
    assert heard.coefficients[round(0.75 * FPS), JAW] > 0.2
    closed = heard.coefficients[round(1.1 * FPS)]
    assert closed[JAW] - closed[CLOSE] < 0.05
    assert np.isnan(heard.late_s)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("other=x", "expected headaudio=FOLDER or rhubarb=PROGRAM"),
        ("headaudio", "expected headaudio=FOLDER"),
        ("headaudio=/nowhere", "is not the unpacked npm package"),
        ("rhubarb=/nowhere", "is not Rhubarb's program"),
    ],
)
def test_what_cannot_be_compared_with_is_said(text: str, words: str) -> None:
    with pytest.raises(MeasureError, match=words):
        outside_way(text)


def test_a_program_that_fails_is_named(tmp_path: Path) -> None:
    program = tmp_path / "rhubarb"
    program.write_text("#!/bin/sh\necho no model >&2\nexit 3\n")
    program.chmod(0o755)
    _, way = outside_way(f"rhubarb={program}")
    with pytest.raises(MeasureError, match="rhubarb"):
        way(two_seconds())
