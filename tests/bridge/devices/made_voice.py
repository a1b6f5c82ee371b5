"""A voice network made by hand: whoever is loud says [a], and opens the jaw."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from bridge.devices.log_mel import BANDS
from bridge.devices.voice_network import DELAYS, NEXT, VOICE, VOICE_FILE
from face.mouth_controls import CONTROLS
from inference.onnx_writer import GraphWriter
from protocol.visemes import VISEME_INDEX, VISEMES

JAW = 0.6


def write_voice(
    folder: Path, *, state: tuple[int, ...] = (1, 2), following: tuple[int, ...] | None = None
) -> Path:
    """A model folder whose network opens the jaw by JAW in loud frames; returns it.

    Args:
        state, following: shapes of its state, and of the next one.
    """
    heads = len(DELAYS)
    graph = GraphWriter("voice", opset=17)
    bands = graph.input("bands", (1, 1, 2 * BANDS))
    kept = graph.input("state0", state)
    mean = graph.node("ReduceMean", bands, axes=[2], keepdims=1)  # (1, 1, 1)
    # silence has a mean of -1.8
    voice = graph.node(
        "Sigmoid", graph.node("Mul", graph.node("Add", mean, graph.constant(1.2)), graph.constant(40.0))
    )
    controls = np.zeros((1, 1, heads, len(CONTROLS)), np.float32)
    controls[..., CONTROLS.index("jaw")] = JAW
    visemes = np.zeros((1, 1, heads, len(VISEMES)), np.float32)
    visemes[..., VISEME_INDEX["aa"]] = 1.0
    wide = graph.node("Unsqueeze", voice, graph.constant([3]))
    graph.output("controls", graph.node("Add", graph.constant(controls), graph.node("Mul", wide, graph.constant(0.0))),
                 (1, 1, heads, len(CONTROLS)))  # fmt: skip
    graph.output("visemes", graph.node("Mul", wide, graph.constant(visemes)), (1, 1, heads, len(VISEMES)))
    graph.output(
        "speaks", graph.node("Mul", voice, graph.constant(np.ones((1, 1, heads), np.float32))), (1, 1, heads)
    )
    grown = graph.node("Add", kept, graph.constant(1.0))
    if following is not None:
        grown = graph.constant(np.zeros(following, np.float32))
    graph.output("state0" + NEXT, grown, following or state)
    folder.mkdir(parents=True, exist_ok=True)
    made = graph.model()
    (folder / VOICE_FILE).write_bytes(made)
    lines = [
        'name = "voice"',
        "format = 1",
        *(f"{key} = {value}" for key, value in VOICE.sizes.items()),
        'trained_on = "nothing"',
        "hours = 0.0",
        "[sha256]",
        f'"{VOICE_FILE}" = "{hashlib.sha256(made).hexdigest()}"',
    ]
    (folder / "model.toml").write_text("\n".join(lines) + "\n")
    return folder
