"""`omote-measure tracker-calibration`: how much `omote-bridge calibrate` helps the tracker's network on drawn people."""

from __future__ import annotations

import argparse

import msgspec

from measure.commands.drawn_samples import add_drawing_options, check_counts, network_of, samples_of
from measure.errors import MeasureError
from measure.tracker.calibration_fit import calibrated_profiles
from measure.tracker.calibration_pictures import calibration_pictures
from measure.tracker.calibration_report import calibration_report, markdown_of


def calibration_parser(command: str) -> argparse.ArgumentParser:
    """Options of the measurement."""
    parser = argparse.ArgumentParser(
        prog=f"omote-measure {command}",
        description="Draws people who go through the steps of omote-bridge calibrate, fits a profile to what the tracker's "
        "network reads, and compares other pictures of the same people with the truth, before and after.",
        epilog=f"example: omote-measure {command} --count 12 -o report/",
    )
    add_drawing_options(parser, people=12)
    return parser


def run(options: argparse.Namespace) -> int:
    """Draw, calibrate, measure; returns the exit status.

    Raises:
        MeasureError, BridgeError, RenderError, ModelError: with a message for the user.
    """
    check_counts(options, fewest=2)
    network = network_of(options)
    samples, crops = samples_of(options, "test", options.count)
    steps, step_crops = samples_of(
        options, "test", options.count, name="calibration", pictures=calibration_pictures
    )
    profiles = calibrated_profiles(steps, step_crops, network)
    report = calibration_report(samples, crops, profiles, network)
    table = markdown_of(report)
    try:
        options.output.mkdir(parents=True, exist_ok=True)
        (options.output / "calibration.md").write_text(table, encoding="utf-8")
        (options.output / "calibration.json").write_bytes(msgspec.json.format(msgspec.json.encode(report)))
    except OSError as error:
        raise MeasureError(f"{error.filename}: {error.strerror}; choose another --output") from error
    print(table)
    return 0
