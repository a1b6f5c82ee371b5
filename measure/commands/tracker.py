"""`omote-measure tracker`: how accurately the bridge tracks faces; --fit also fits the correction of its coefficients."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Final

from bridge.expressions.face_correction import CorrectionWeights, shipped_weights
from bridge.trackers.tracker_network import installed_tracker, load_tracker_model, open_tracker_network
from inference.model_folder import is_model_folder
from measure.errors import MeasureError
from measure.tracker.correction_fit import fit_correction, with_share
from measure.tracker.correction_shares import choose_shares
from measure.tracker.crop_samples import CropSamples
from measure.tracker.golden_samples import write_golden_samples
from measure.tracker.network_report import NetworkReport, mean_of, network_report, worse, write_network_report
from measure.tracker.report import TrackerReport, report_of, write_report
from measure.tracker.samples import DrawPlan, TrackedSamples, draw_tracked_samples
from measure.tracker.webcam_sessions import PICTURES
from studio.commands.options import add_head_options
from studio.head.identity import Split, identities_of
from studio.head.source_path import find_face_source
from terminal.old_option import add_old_option
from terminal.progress import progress_bar
from vision.landmarker import find_face_landmarker

#: People of the validation and of the training split, as multiples of those of the test split.
_VALIDATION, _TRAIN = 0.8, 3.2
#: People whose samples are written by --pairs.
_KEPT: Final = 6
#: Limit on the fitted file, which is part of every download of the bridge.
_MAX_BYTES: Final = 200_000


def tracker_parser(name: str) -> argparse.ArgumentParser:
    """Options of the command."""
    parser = argparse.ArgumentParser(
        prog=f"omote-measure {name}",
        description="Draws people in front of a webcam, tracks them as the bridge does, and compares coefficients and gaze "
        "with the truth, as MediaPipe reports them and as the bridge corrects them.",
        epilog=f"example: omote-measure {name} -o report/; to fit the correction anew as well: omote-measure {name} "
        "--fit bridge/expressions/face_correction.npz --pairs tests/data/face_correction.npz --page docs/landmarks.md "
        "-o report/",
    )
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR", help="the report's folder")
    parser.add_argument(
        "--count",
        type=int,
        default=40,
        metavar="N",
        help=f"people of the test split, {PICTURES} pictures each (default 40)",
    )
    add_old_option(parser, "--people", "--count")
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="random seed of the pictures (default 0)"
    )
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="processes that draw (default 2)")
    parser.add_argument(
        "--fit", type=Path, metavar="FILE", help="fit a correction on people of the training split, write it here, "
        "and measure that one"
    )  # fmt: skip
    parser.add_argument(
        "--page",
        type=Path,
        metavar="FILE",
        help="also write the tables into this page, between its tracker comments",
    )
    parser.add_argument(
        "--pairs",
        type=Path,
        metavar="FILE",
        help="also write the measurements of a few people, for the tests",
    )
    parser.add_argument(
        "--drawn",
        type=Path,
        metavar="DIR",
        help="cache drawn and tracked samples here, and reuse those that exist",
    )
    parser.add_argument(
        "--face-landmarker", type=Path, metavar="FILE", help="MediaPipe's face_landmarker.task"
    )
    parser.add_argument(
        "--model",
        type=Path,
        metavar="FOLDER",
        help="the tracker's network (default: the one that comes with the bridge)",
    )
    add_head_options(parser)
    return parser


def run(options: argparse.Namespace) -> int:
    """Draw, track, fit if asked, measure; returns the exit status.

    Raises:
        MeasureError, BridgeError, RenderError: with a message for the user.
    """
    for name, value, low, high in (
        ("--count", options.count, 5, 100_000),
        ("--workers", options.workers, 1, 256),
    ):
        if not low <= value <= high:
            raise MeasureError(f"{name} {value}, expected {low} to {high}")
    # One thread of Mesa per process: the processes share the cores.
    os.environ.setdefault("LP_NUM_THREADS", "1")
    weights = shipped_weights() if options.fit is None else _fitted(options)
    model = options.model or installed_tracker()
    network = None
    if options.model is not None or is_model_folder(model):
        network = open_tracker_network(load_tracker_model(model))
    test, crops = _samples(options, "test", options.count)
    if options.pairs is not None:
        write_golden_samples(test.of(sorted(set(test.person.tolist()))[:_KEPT]), options.pairs)
    report = report_of(test, weights, style=options.style, seed=options.seed)
    write_report(report, options.output, options.page)
    print(_summary(report))
    print(f"every coefficient is in {options.output / 'landmarks.md'}")
    if network is not None:
        compared = network_report(test, crops, network, weights)
        write_network_report(compared, options.output, options.page)
        print(_network_summary(compared))
    return 0


def _fitted(options: argparse.Namespace) -> CorrectionWeights:
    train, _ = _samples(options, "train", round(options.count * _TRAIN))
    validation, _ = _samples(options, "validation", round(options.count * _VALIDATION))
    network = fit_correction(train, seed=options.seed)
    weights = with_share(network, choose_shares(network, validation))
    weights.save(options.fit)
    if options.fit.stat().st_size > _MAX_BYTES:
        raise MeasureError(
            f"{options.fit} has {options.fit.stat().st_size} bytes, expected at most {_MAX_BYTES}"
        )
    print(
        f"{options.fit}: {options.fit.stat().st_size / 1e3:.0f} kB, {int((weights.share > 0).sum())} outputs corrected"
    )
    # measure the weights as stored, in half precision
    return CorrectionWeights.load(options.fit)


def _samples(options: argparse.Namespace, split: Split, people: int) -> tuple[TrackedSamples, CropSamples]:
    """The samples of a split: from the cache of --drawn, else newly drawn."""
    kept: Path | None = (
        options.drawn and options.drawn / f"{split}-{people}-{options.seed}-{options.style}.npz"
    )
    kept_crops = kept and kept.with_suffix(".crops.npz")
    if kept is not None and kept.is_file() and kept_crops is not None and kept_crops.is_file():
        return TrackedSamples.load(kept), CropSamples.load(kept_crops)
    source = find_face_source(options.ict)
    plan = DrawPlan(
        find_face_landmarker(options.face_landmarker),
        seed=options.seed,
        style=options.style,
        workers=options.workers,
    )
    with progress_bar(people * PICTURES, f"pictures of the {split} split") as bar:
        samples, crops = draw_tracked_samples(source, identities_of(split, people), plan, progress=bar)
    if kept is not None and kept_crops is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        samples.save(kept)
        crops.save(kept_crops)
    return samples, crops


def _network_summary(report: NetworkReport) -> str:
    error = [mean_of(rows, "rms") for rows in (report.corrected, report.network)]
    follows = [mean_of(rows, "follows") for rows in (report.corrected, report.network)]
    gaze = ", ".join(f"{row.name} {row.rms:.1f}" for row in report.gaze_network)
    worse_in = worse(report)
    return (
        f"network: root mean square error {error[1]:.3f} (MediaPipe corrected {error[0]:.3f}), correlation "
        f"{follows[1]:.2f} ({follows[0]:.2f}), gaze {gaze} degrees, pose {report.pose_network.mean:.1f} degrees (MediaPipe "
        f"{report.pose_mediapipe.mean:.1f}); worse in {len(worse_in)} of "
        f"{len(report.network)}: {', '.join(worse_in) or 'none'}"
    )


def _summary(report: TrackerReport) -> str:
    before, after = (sum(row.rms for row in rows) / len(rows) for rows in (report.before, report.after))
    gaze = "; ".join(
        f"gaze {old.name} {old.rms:.1f} -> {new.rms:.1f} degrees"
        for old, new in zip(report.gaze_before, report.gaze_after, strict=True)
    )
    worse = [
        old.name
        for old, new in zip(report.before, report.after, strict=True)
        if new.rms > old.rms + 5e-4 or new.error > old.error + 5e-4
    ]
    return (
        f"{report.people} people, {report.judged} pictures: root mean square error {before:.3f} -> {after:.3f}; {gaze}; "
        f"worse: {', '.join(worse) or 'none'}"
    )
