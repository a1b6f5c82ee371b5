"""Inner codes: what the tracker's network holds between its encoders and its outputs, for drawn samples.

codes = read_codes(samples, crops, load_tracker_model(folder))
codes.pose, codes.expression
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bridge.trackers.tracker_network import TRACKER_FILE
from inference.model_folder import ModelFolder
from measure.errors import MeasureError
from measure.tracker.crop_samples import CropSamples
from measure.tracker.samples import TrackedSamples
from measure.tracker.webcam_sessions import REST
from vision.tracker_outputs import REST as REST_NUMBERS

Floats = NDArray[np.float32]

#: Code -> the layer that reads it, by the name of its weights.
_READ_BY: Final = {
    "pose": "net.turn.weight",
    "crops": "net.seen.weight",
    "expression": "net.expression.weight",
}


@dataclass(frozen=True, slots=True, eq=False)
class InnerCodes:
    """Of N pictures.

    Attributes:
        pose: (N, 96) of the pose's encoder. crops: (N, 512) of the encoders of face, eyes and mouth.
        expression: (N, 192) what coefficients are read from, of a network that is told each person's rest.
    """

    pose: Floats
    crops: Floats
    expression: Floats


def read_codes(samples: TrackedSamples, crops: CropSamples, model: ModelFolder) -> InnerCodes:
    """Run the graph with its inner values as outputs.

    Raises:
        MeasureError: onnx or ONNX Runtime is missing, or the graph has other layers.
    """
    session = _opened(model)
    names = [f"inner {name}" for name in _READ_BY]
    found: dict[str, list[Floats]] = {name: [] for name in _READ_BY}
    for person in np.unique(samples.person):
        own = np.flatnonzero(samples.person == person)
        rest = np.zeros((1, REST_NUMBERS), np.float32)
        resting = own[samples.kind[own] == REST]
        codes = [session.run(["code"], _inputs(crops, int(place), rest))[0] for place in resting]
        if codes:
            rest[0, :-1], rest[0, -1] = np.mean(codes, 0), 1.0
        for place in own:
            values = dict(zip(names, session.run(names, _inputs(crops, int(place), rest)), strict=True))
            for name in _READ_BY:
                found[name].append(values[f"inner {name}"][0])
    order = np.argsort(
        np.concatenate([np.flatnonzero(samples.person == one) for one in np.unique(samples.person)])
    )
    return InnerCodes(**{name: np.stack(rows)[order] for name, rows in found.items()})


def _opened(model: ModelFolder) -> Any:
    try:
        import onnx
        import onnxruntime
    except ImportError as error:
        raise MeasureError(f"{error.name} is missing; pip install onnx onnxruntime") from error
    graph = onnx.load_from_string(model.graphs[TRACKER_FILE])
    for name, weight in _READ_BY.items():
        reader = next(
            (node for node in graph.graph.node if node.op_type == "Gemm" and _uses(graph, node, weight)), None
        )
        if reader is None:
            raise MeasureError(
                f"{model.path / TRACKER_FILE} has no layer with {weight}, expected one that reads {name}"
            )
        same = onnx.helper.make_node("Identity", [reader.input[0]], [f"inner {name}"])
        graph.graph.node.append(same)
        graph.graph.output.append(
            onnx.helper.make_tensor_value_info(f"inner {name}", onnx.TensorProto.FLOAT, None)
        )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(
        graph.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def _uses(graph: Any, node: Any, weight: str) -> bool:
    """Whether a node's weights are the named ones, stored as they are or in half precision."""
    made = {out: one for one in graph.graph.node for out in one.output}
    name = node.input[1]
    while name in made and made[name].op_type == "Cast":
        name = made[name].input[0]
    return bool(name.startswith(weight) or node.input[1].startswith(weight))


def _inputs(crops: CropSamples, place: int, rest: Floats) -> dict[str, Floats]:
    return {
        "face": crops.face[place].transpose(2, 0, 1)[None] / np.float32(255),
        "eyes": crops.eyes[place].transpose(0, 3, 1, 2) / np.float32(255),
        "mouth": crops.mouth[place].transpose(2, 0, 1)[None] / np.float32(255),
        "rest": rest,
    }
