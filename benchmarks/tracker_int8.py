"""The tracker's network in eight bits: bytes, milliseconds a picture, and errors against the truth of drawn people.

    float16   as it ships: weights in half precision, arithmetic in float32
    stored    weights as int8 with a scale a row, arithmetic in float32, as `training.onnx_graph` writes them
    dynamic   ONNX Runtime's: int8 weights, and activations scaled while it runs
    static    ONNX Runtime's: int8 weights and activations, scaled by pictures of other people

All graphs take turns, so that they share the machine's load alike. Good: no larger error, and less time or half the bytes.

    omote-measure tracker --drawn drawn/ -o report/        draws the people
    python -m benchmarks.tracker_int8 drawn/test-40-0-real.npz [--count 16] [-o FOLDER]
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from bridge.trackers.tracker_network import TRACKER_FILE, installed_tracker
from measure.tracker.crop_samples import CropSamples
from measure.tracker.error_metrics import evaluated_mask
from measure.tracker.samples import TrackedSamples
from measure.tracker.webcam_sessions import REST
from training.onnx_graph import LEAST_IN_BYTES, in_bytes
from vision.tracker_outputs import READ_PLACES
from vision.tracker_outputs import REST as REST_NUMBERS

Inputs = dict[str, NDArray[np.float32]]

#: Pictures of other people that scale the activations.
SCALED_BY = 96


def inputs_of(crops: CropSamples, place: int, rest: NDArray[np.float32]) -> Inputs:
    """The network's inputs for one picture."""
    return {
        "face": crops.face[place].transpose(2, 0, 1)[None] / np.float32(255),
        "eyes": crops.eyes[place].transpose(0, 3, 1, 2) / np.float32(255),
        "mouth": crops.mouth[place].transpose(2, 0, 1)[None] / np.float32(255),
        "rest": rest,
    }


def session_of(path: Path) -> Any:
    """ONNX Runtime on one thread, as the bridge has it."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def whole(path: Path, out: Path) -> None:
    """The graph with its weights in float32, which the quantizer wants."""
    import onnx
    from onnx import numpy_helper

    model = onnx.load(path)
    weights = {one.name: one for one in model.graph.initializer}
    kept = []
    for node in model.graph.node:
        if node.op_type == "Cast" and node.input[0] in weights:
            values = numpy_helper.to_array(weights.pop(node.input[0])).astype(np.float32)
            weights[node.output[0]] = numpy_helper.from_array(values, node.output[0])
        else:
            kept.append(node)
    del model.graph.node[:], model.graph.initializer[:]
    model.graph.node.extend(kept)
    model.graph.initializer.extend(weights.values())
    onnx.save(model, out)


def stored(path: Path, out: Path) -> None:
    """Large weights as int8 with a scale a row or column; the others in half precision."""
    import onnx
    from onnx import numpy_helper

    model = onnx.load(path)
    casts, scales = [], []
    for weight in model.graph.initializer:
        values, name = numpy_helper.to_array(weight), weight.name
        if values.dtype != np.float32 or values.size < 32:
            continue
        if values.ndim > 1 and values.size >= LEAST_IN_BYTES:
            levels, scale = in_bytes(values)
            weight.CopyFrom(numpy_helper.from_array(levels, f"{name}.bytes"))
            scales.append(numpy_helper.from_array(1.0 / scale, f"{name}.steps"))
            casts.append(onnx.helper.make_node("Cast", [f"{name}.bytes"], [f"{name}.levels"], to=1))
            casts.append(onnx.helper.make_node("Div", [f"{name}.levels", f"{name}.steps"], [name]))
        else:
            weight.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
            casts.append(onnx.helper.make_node("Cast", [f"{name}.half"], [name], to=1))
    model.graph.initializer.extend(scales)
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.save(model, out)


class Scaling:
    """Calibration data of the static quantizer: pictures of people who are not judged."""

    def __init__(self, crops: CropSamples, places: NDArray[np.int64]) -> None:
        rest = np.zeros((1, REST_NUMBERS), np.float32)
        self._inputs: Iterator[Inputs] = (inputs_of(crops, int(place), rest) for place in places)

    def get_next(self) -> Inputs | None:
        """The next picture, or None."""
        return next(self._inputs, None)


def graphs_in(folder: Path, model: Path, crops: CropSamples, others: NDArray[np.int64]) -> dict[str, Path]:
    """Write every graph; name -> file."""
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_dynamic, quantize_static

    paths = {name: folder / f"{name}.onnx" for name in ("float16", "stored", "dynamic", "static")}
    shutil.copy(model / TRACKER_FILE, paths["float16"])
    plain = folder / "plain.onnx"
    whole(paths["float16"], plain)
    stored(plain, paths["stored"])
    quantize_dynamic(
        plain,
        paths["dynamic"],
        per_channel=True,
        weight_type=QuantType.QInt8,
        op_types_to_quantize=["Gemm", "MatMul"],
    )
    quantize_static(plain, paths["static"], Scaling(crops, others), quant_format=QuantFormat.QDQ, per_channel=True,
                    activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8,
                    op_types_to_quantize=["Conv"])  # fmt: skip
    return paths


def main() -> None:
    """Quantize, run, print a table and one JSON line."""
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").partition("\n")[0],
        epilog="example: python -m benchmarks.tracker_int8 drawn/test-40-0-real.npz --count 16",
    )
    parser.add_argument(
        "samples", type=Path, nargs="?", help="people that omote-measure tracker --drawn has kept"
    )
    parser.add_argument("--count", type=int, default=16, help="people that are judged (default 16)")
    parser.add_argument(
        "--model", type=Path, help="the network's folder (default: the one that comes with it)"
    )
    parser.add_argument("-o", "--output", type=Path, help="write each graph as a model folder here")
    options = parser.parse_args()
    if options.samples is None:
        print(msgspec.json.encode({"benchmark": "tracker_int8", "results": "no samples were named"}).decode())
        return
    samples = TrackedSamples.load(options.samples)
    crops = CropSamples.load(options.samples.with_suffix(".crops.npz"))
    people = np.unique(samples.person)
    judged = np.flatnonzero(np.isin(samples.person, people[: options.count]) & evaluated_mask(samples))
    others = np.flatnonzero(np.isin(samples.person, people[options.count :]))
    others = np.random.default_rng(0).permutation(others)[:SCALED_BY]
    model = options.model or installed_tracker()
    with tempfile.TemporaryDirectory() as place:
        paths = graphs_in(Path(place), model, crops, others)
        results = compared(paths, samples, crops, judged)
        if options.output is not None:
            for name, path in paths.items():
                (options.output / name).mkdir(parents=True, exist_ok=True)
                shutil.copy(model / "model.toml", options.output / name / "model.toml")
                shutil.copy(path, options.output / name / TRACKER_FILE)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(f"{options.count} people, {len(judged)} pictures; load {load:.1f}")
    names = list(next(iter(results.values())))
    print(f"{'':10}" + "".join(f"{name:>14}" for name in names))
    for name, values in results.items():
        print(f"{name:10}" + "".join(f"{values[figure]:14.4f}" for figure in names))
    print(msgspec.json.encode({"benchmark": "tracker_int8", "load": load, "results": results}).decode())


def compared(
    paths: dict[str, Path], samples: TrackedSamples, crops: CropSamples, judged: NDArray[np.int64]
) -> dict[str, dict[str, float]]:
    """Run all graphs on the same pictures in turn: sizes, times, and errors, of coefficients as they are read."""
    sessions = {name: session_of(path) for name, path in paths.items()}
    read: dict[str, list[NDArray[np.float32]]] = {name: [] for name in paths}
    looked: dict[str, list[NDArray[np.float32]]] = {name: [] for name in paths}
    took: dict[str, list[float]] = {name: [] for name in paths}
    for person in np.unique(samples.person[judged]):
        resting = np.flatnonzero((samples.person == person) & (samples.kind == REST))
        rests = {}
        for name, session in sessions.items():
            rest = np.zeros((1, REST_NUMBERS), np.float32)
            codes = [session.run(["code"], inputs_of(crops, int(place), rest))[0] for place in resting]
            rest[0, :-1], rest[0, -1] = np.mean(codes, 0), 1.0
            rests[name] = rest
        for place in judged[samples.person[judged] == person]:
            for name, session in sessions.items():
                given = inputs_of(crops, int(place), rests[name])
                begin_s = time.perf_counter()
                expression, gaze = session.run(["expression", "gaze"], given)
                took[name].append((time.perf_counter() - begin_s) * 1e3)
                read[name].append(expression[0])
                looked[name].append(gaze[0].mean(0))
    order = np.concatenate(
        [judged[samples.person[judged] == one] for one in np.unique(samples.person[judged])]
    )
    true, gaze = samples.expression[order][:, READ_PLACES], samples.gaze[order]
    first = np.stack(read["float16"])
    results = {}
    for name, path in paths.items():
        made = np.stack(read[name])
        error = made.astype(np.float64) - true
        varies = true.std(0) > 1e-4
        follows = [np.corrcoef(made[:, k], true[:, k])[0, 1] for k in np.flatnonzero(varies)]
        results[name] = {
            "bytes_m": path.stat().st_size / 1e6,
            "p50_ms": float(np.median(took[name])),
            "rms": float(np.sqrt((error**2).mean(0)).mean()),
            "correlation": float(np.nanmean(follows)),
            "gaze_deg": float(np.degrees(np.abs(np.stack(looked[name]) - gaze).mean())),
            "from_float16": float(np.abs(made - first).mean()),
        }
    return results


if __name__ == "__main__":
    main()
