"""Exports a trained form network as the model folder that the runtime reads: two ONNX files and `model.toml`.

    python -m training.retouch.export runs/retouch/weights.pt -o runtime/networks/retouch --trained-on "..." --hours 8

Weights are stored as float16, each followed by a Cast: every runtime folds the Cast when it loads the graph, so that a CPU
computes in float32 and a GPU in what it is told to.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
import warnings
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor, nn

from face.conditions import CHANNELS_IN, CODE, CONDITION_PX
from inference.model_folder import FORMAT, MANIFEST, MAX_BYTES
from networks.retouch import AVATAR, FormFields, FormNet
from protocol.toml_text import toml_string
from runtime.inference.retouch_model import AVATAR_FILE, FORM_FILE
from training.errors import TrainingError

#: Taken by ONNX Runtime since 1.15, TensorRT since 8.6, DirectML and CoreML.
OPSET: Final = 17
#: Constants with fewer numbers than this stay float32: they are no weights, and cost nothing.
_LEAST_HALVED: Final = 32


class _Form(nn.Module):
    """The network's frame path with its outputs as a plain tuple, which the exporter names."""

    def __init__(self, net: FormNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, planes: Tensor, code: Tensor, avatar: Tensor) -> tuple[Tensor, ...]:
        return tuple(self.net(planes, code, avatar))


def export_retouch(
    net: FormNet, folder: Path, *, trained_on: str, hours: float, is_trial: bool = False
) -> None:
    """Write a network's model folder; files that are there are replaced.

    Args:
        net: the trained network.
        folder: is made if missing.
        trained_on: the data, in words, for the model card.
        hours: of training.
        is_trial: the runtime uses the network only where it is asked for.

    Raises:
        TrainingError: a file would be larger than the runtime reads.
    """
    net = net.eval()
    planes = torch.zeros(1, CHANNELS_IN, CONDITION_PX, CONDITION_PX)
    graphs = {
        AVATAR_FILE: _graph(net.portrait, (planes,), ["planes"], ["avatar"]),
        FORM_FILE: _graph(
            _Form(net),
            (planes, torch.zeros(1, CODE), torch.zeros(1, AVATAR)),
            ["planes", "code", "avatar"],
            list(FormFields._fields),
        ),
    }
    for name, graph in graphs.items():
        if len(graph) > MAX_BYTES:
            raise TrainingError(
                f"{name} has {len(graph):,} bytes, expected at most {MAX_BYTES:,}; make the network smaller"
            )
    folder.mkdir(parents=True, exist_ok=True)
    for name, graph in graphs.items():
        (folder / name).write_bytes(graph)
    lines = [
        "# The network of the retouch engine, written by training.retouch.export.",
        'name = "retouch"',
        f"format = {FORMAT}",
        f"channels_in = {CHANNELS_IN}",
        f"condition_px = {CONDITION_PX}",
        f"code = {CODE}",
        f"avatar_code = {AVATAR}",
        f"trained_on = {toml_string(trained_on)}",
        f"hours = {hours:.2f}",
        f"trial = {str(is_trial).lower()}",
        "",
        "[sha256]",
        *(f'"{name}" = "{hashlib.sha256(graph).hexdigest()}"' for name, graph in graphs.items()),
    ]
    (folder / MANIFEST).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _graph(module: nn.Module, example: tuple[Tensor, ...], inputs: list[str], outputs: list[str]) -> bytes:
    """An ONNX graph of fixed shapes, its constants folded and its weights halved."""
    traced = BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's own: the other one needs onnxscript
        torch.onnx.export(
            module,
            example,
            traced,
            dynamo=False,
            opset_version=OPSET,
            input_names=inputs,
            output_names=outputs,
        )
    return _halved(_folded(traced.getvalue()))


def _folded(graph: bytes) -> bytes:
    """Without the arithmetic on shapes that tracing leaves: standard operators only, for every runtime."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "folded.onnx"
        options.optimized_model_filepath = str(path)
        onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        return path.read_bytes()


def _halved(graph: bytes) -> bytes:
    import onnx
    from onnx import numpy_helper

    model = onnx.load_model_from_string(graph)
    casts: list[Any] = []
    for weight in model.graph.initializer:
        values = numpy_helper.to_array(weight)
        if values.dtype != "float32" or values.size < _LEAST_HALVED:
            continue
        name = weight.name
        weight.CopyFrom(numpy_helper.from_array(values.astype("float16"), f"{name}.half"))
        casts.append(onnx.helper.make_node("Cast", [f"{name}.half"], [name], to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.checker.check_model(model, full_check=True)
    packed: bytes = model.SerializeToString()
    return packed


def main(argv: Sequence[str] | None = None) -> int:
    """Export the weights of a run; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="training.retouch.export", description="Export the retouch network."
    )
    parser.add_argument("weights", type=Path, help="weights.pt of a run")
    parser.add_argument("-o", "--output", type=Path, required=True, help="the model folder")
    parser.add_argument("--trained-on", required=True, help="the data, in words")
    parser.add_argument("--hours", type=float, required=True, help="of training")
    parser.add_argument("--trial", action="store_true", help="to be used only where it is asked for")
    args = parser.parse_args(argv)
    net = FormNet()
    try:
        net.load_state_dict(torch.load(args.weights, map_location="cpu", weights_only=True))
    except (OSError, RuntimeError, ValueError, KeyError) as error:
        print(f"{args.weights} holds no weights of this network: {error}", file=sys.stderr)
        return 2
    try:
        export_retouch(net, args.output, trained_on=args.trained_on, hours=args.hours, is_trial=args.trial)
    except TrainingError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
