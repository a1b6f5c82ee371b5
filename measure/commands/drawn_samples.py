"""Options and samples that the commands on the tracker share: people drawn in front of a webcam, cached by --drawn.

add_drawing_options(parser, people=40)
samples, crops = samples_of(options, "test", options.count)
network = network_of(options)
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import numpy as np

from bridge.trackers.tracker_network import (
    TrackerNetwork,
    installed_tracker,
    load_tracker_model,
    open_tracker_network,
)
from measure.errors import MeasureError
from measure.tracker.crop_samples import CropSamples
from measure.tracker.samples import DrawPlan, Pictures, TrackedSamples, draw_tracked_samples
from measure.tracker.webcam_sessions import PICTURES, webcam_pictures
from studio.commands.options import add_head_options
from studio.head.identity import Split, identities_of
from studio.head.source_path import find_face_source
from terminal.progress import progress_bar
from vision.landmarker import find_face_landmarker


def add_drawing_options(parser: argparse.ArgumentParser, *, people: int) -> None:
    """Add --output, --count with a default, --seed, --workers, --drawn, --face-landmarker, --model, --ict and --style."""
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR", help="the report's folder")
    parser.add_argument(
        "--count",
        type=int,
        default=people,
        metavar="N",
        help=f"people of the test split, {PICTURES} pictures each (default %(default)s)",
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="random seed of the pictures (default 0)"
    )
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="processes that draw (default 2)")
    parser.add_argument(
        "--drawn",
        type=Path,
        metavar="DIR",
        help="cache drawn and tracked samples here, and reuse those that exist",
    )
    parser.add_argument(
        "--face-landmarker", type=Path, metavar="FILE", help="MediaPipe's face_landmarker.task"
    )
    add_model_option(parser)
    add_head_options(parser)


def add_model_option(parser: argparse.ArgumentParser) -> None:
    """Add --model and --look-twice."""
    parser.add_argument(
        "--model",
        type=Path,
        metavar="FOLDER",
        help="the tracker's network (default: the one that comes with the bridge)",
    )
    parser.add_argument(
        "--look-twice",
        action="store_true",
        help="the tracker's network reads each picture in a mirror as well",
    )


def check_counts(options: argparse.Namespace, *, fewest: int) -> None:
    """Raise MeasureError unless --count and --workers are possible."""
    for name, value, low, high in (
        ("--count", options.count, fewest, 100_000),
        ("--workers", options.workers, 1, 256),
    ):
        if not low <= value <= high:
            raise MeasureError(f"{name} {value}, expected {low} to {high}")


def network_of(options: argparse.Namespace) -> TrackerNetwork:
    """Open the network of --model, as --look-twice says.

    Raises:
        ModelError, ProviderError: it cannot be used.
    """
    model = load_tracker_model(options.model or installed_tracker())
    return open_tracker_network(model, looks_twice=options.look_twice)


def samples_of(
    options: argparse.Namespace,
    split: Split,
    people: int,
    *,
    name: str = "",
    pictures: Pictures = webcam_pictures,
) -> tuple[TrackedSamples, CropSamples]:
    """The samples of the first people of a split: from the cache of --drawn, else newly drawn.

    Args:
        name: of other pictures than a webcam session's, in the cache; pictures: what is drawn then.

    Raises:
        MeasureError, RenderError, BridgeError: as of `draw_tracked_samples`.
    """
    begin, end = (f"{name}-" if name else "") + f"{split}-", f"-{options.seed}-{options.style}"
    kept = _cached(options.drawn, begin, end, people)
    if kept is not None:
        samples, crops = TrackedSamples.load(kept), CropSamples.load(kept.with_suffix(".crops.npz"))
        chosen = np.isin(samples.person, list(identities_of(split, people)))
        return samples.of(list(identities_of(split, people))), crops.where(chosen)
    # One thread of Mesa per process: the processes share the cores.
    os.environ.setdefault("LP_NUM_THREADS", "1")
    source = find_face_source(options.ict)
    plan = DrawPlan(
        find_face_landmarker(options.face_landmarker),
        seed=options.seed,
        style=options.style,
        workers=options.workers,
        pictures=pictures,
    )
    each = len(pictures(0, 0, options.seed, style=options.style))
    with progress_bar(people * each, f"{name} pictures of the {split} split".strip()) as bar:
        samples, crops = draw_tracked_samples(source, identities_of(split, people), plan, progress=bar)
    if options.drawn is not None:
        options.drawn.mkdir(parents=True, exist_ok=True)
        path = options.drawn / f"{begin}{people}{end}.npz"
        samples.save(path)
        crops.save(path.with_suffix(".crops.npz"))
    return samples, crops


def _cached(folder: Path | None, begin: str, end: str, people: int) -> Path | None:
    """The smallest cached file of at least so many people."""
    if folder is None:
        return None
    found: list[tuple[int, Path]] = []
    for path in folder.glob(f"{begin}*{end}.npz"):
        count = path.name.removeprefix(begin).removesuffix(f"{end}.npz")
        if count.isdecimal() and int(count) >= people and path.with_suffix(".crops.npz").is_file():
            found.append((int(count), path))
    return min(found)[1] if found else None
