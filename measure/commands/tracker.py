"""`omote-measure tracker`: how accurately the bridge tracks faces; --fit also fits the correction of its coefficients."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from bridge.expressions.face_correction import CorrectionWeights, shipped_weights
from bridge.trackers.tracker_network import TrackerNetwork, installed_tracker
from inference.model_folder import is_model_folder
from measure.commands.drawn_samples import add_drawing_options, check_counts, network_of, samples_of
from measure.errors import MeasureError
from measure.tracker.bridge_output import bridge_output
from measure.tracker.correction_fit import fit_correction, with_share
from measure.tracker.correction_shares import choose_shares
from measure.tracker.crop_samples import CropSamples
from measure.tracker.error_metrics import coefficient_figures, gaze_figures
from measure.tracker.golden_samples import write_golden_samples
from measure.tracker.network_output import network_output
from measure.tracker.network_report import (
    NetworkReport,
    has_place,
    mean_of,
    network_report,
    worse,
    write_network_report,
)
from measure.tracker.openseeface_output import openseeface_output
from measure.tracker.report import TrackerReport, report_of, write_report
from measure.tracker.samples import DrawPlan, TrackedSamples
from measure.tracker.tracker_table import trackers_markdown
from studio.head.identity import identities_of
from studio.head.source_path import find_face_source
from terminal.old_option import add_old_option
from terminal.progress import progress_bar

#: People of the validation and of the training split, as multiples of those of the test split.
_VALIDATION, _TRAIN = 0.8, 3.2
#: People whose samples are written by --pairs.
_KEPT: Final = 6
OPENSEEFACE: Final = "openseeface"
TRACKERS: Final = ("mediapipe", "omote", OPENSEEFACE)
#: Limit on the fitted file, which is part of every download of the bridge.
_MAX_BYTES: Final = 200_000


def tracker_parser(name: str) -> argparse.ArgumentParser:
    """Options of the command."""
    from measure.__main__ import names_of

    parser = argparse.ArgumentParser(
        prog=f"omote-measure {name}",
        description="Draws people in front of a webcam, tracks them as the bridge does, and compares coefficients and gaze "
        "with the truth, as MediaPipe reports them and as the bridge corrects them.",
        epilog=f"example: omote-measure {name} -o report/; to fit the correction anew as well: omote-measure {name} "
        "--fit bridge/expressions/face_correction.npz --pairs tests/data/face_correction.npz --page docs/landmarks.md "
        "-o report/",
    )
    add_drawing_options(parser, people=40)
    add_old_option(parser, "--people", "--count")
    parser.add_argument(
        "--trackers",
        type=names_of(TRACKERS),
        default=TRACKERS[:2],
        metavar="NAMES",
        help=f"some of {', '.join(TRACKERS)} (default {','.join(TRACKERS[:2])}; mediapipe is always measured)",
    )
    parser.add_argument(
        "--openseeface",
        type=Path,
        metavar="DIR",
        help="a checkout of OpenSeeFace, for --trackers openseeface",
    )
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
    return parser


def run(options: argparse.Namespace) -> int:
    """Draw, track, fit if asked, measure; returns the exit status.

    Raises:
        MeasureError, BridgeError, RenderError: with a message for the user.
    """
    check_counts(options, fewest=5)
    weights = shipped_weights() if options.fit is None else _fitted(options)
    if OPENSEEFACE in options.trackers and options.openseeface is None:
        raise MeasureError("--trackers openseeface: name a checkout of OpenSeeFace with --openseeface")
    network = None
    if "omote" not in options.trackers:
        pass
    elif options.model is not None or is_model_folder(installed_tracker()):
        network = network_of(options)
    test, crops = samples_of(options, "test", options.count)
    if options.pairs is not None:
        write_golden_samples(test.of(sorted(set(test.person.tolist()))[:_KEPT]), options.pairs)
    report = report_of(test, weights, style=options.style, seed=options.seed)
    is_other_place = network is not None and has_place(options.page)
    write_report(report, options.output, options.page, is_other_place=is_other_place)
    print(_summary(report))
    print(f"every coefficient is in {options.output / 'landmarks.md'}")
    if network is not None:
        compared = network_report(test, crops, network, weights)
        write_network_report(compared, options.output, options.page)
        print(_network_summary(compared))
    if OPENSEEFACE in options.trackers:
        print(_beside_openseeface(options, test, crops, weights, network))
    return 0


def _beside_openseeface(
    options: argparse.Namespace,
    test: TrackedSamples,
    crops: CropSamples,
    weights: CorrectionWeights,
    network: TrackerNetwork | None,
) -> str:
    """Let OpenSeeFace read the same pictures; writes and returns the table of all trackers."""
    people = identities_of("test", options.count)
    plan = DrawPlan(Path(), seed=options.seed, style=options.style)  # without a landmarker
    with progress_bar(options.count, "people for OpenSeeFace") as bar:
        samples, sent = openseeface_output(
            find_face_source(options.ict), people, plan, options.openseeface, progress=bar
        )
    seen = {"corrected MediaPipe": (test, bridge_output(test, weights))}
    if network is not None:
        seen["network"] = (test, network_output(test, crops, network).sent)
    seen["OpenSeeFace"] = (samples, sent)
    table = trackers_markdown(
        {name: coefficient_figures(*one) for name, one in seen.items()},
        {name: gaze_figures(*one) for name, one in seen.items()},
    )
    path = options.output / "openseeface.md"
    try:
        path.write_text(table, encoding="utf-8")
    except OSError as error:
        raise MeasureError(f"{error.filename}: {error.strerror}; choose another --output") from error
    return table


def _fitted(options: argparse.Namespace) -> CorrectionWeights:
    train, _ = samples_of(options, "train", round(options.count * _TRAIN))
    validation, _ = samples_of(options, "validation", round(options.count * _VALIDATION))
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
