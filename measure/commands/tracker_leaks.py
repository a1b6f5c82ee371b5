"""`omote-measure tracker-leaks`: whether the codes of the tracker's network hold what they should not."""

from __future__ import annotations

import argparse

import msgspec

from bridge.trackers.tracker_network import installed_tracker, load_tracker_model
from measure.commands.drawn_samples import add_drawing_options, check_counts, samples_of
from measure.errors import MeasureError
from measure.tracker.code_leaks import leak_rows, leaks_markdown
from measure.tracker.inner_codes import read_codes


def leaks_parser(command: str) -> argparse.ArgumentParser:
    """Options of the measurement."""
    parser = argparse.ArgumentParser(
        prog=f"omote-measure {command}",
        description="Reads person, pose, scale and expression with linear probes from the codes of the tracker's network, "
        "which should keep them apart. Needs onnx.",
        epilog=f"example: omote-measure {command} --drawn drawn/ -o report/",
    )
    add_drawing_options(parser, people=40)
    return parser


def run(options: argparse.Namespace) -> int:
    """Draw, read the codes, probe; returns the exit status.

    Raises:
        MeasureError, BridgeError, RenderError, ModelError: with a message for the user.
    """
    check_counts(options, fewest=4)
    if options.look_twice:
        raise MeasureError("--look-twice changes no code of the network; leave it out")
    model = load_tracker_model(options.model or installed_tracker())
    samples, crops = samples_of(options, "test", options.count)
    rows = leak_rows(read_codes(samples, crops, model), samples, crops, seed=options.seed)
    table = f"{options.count} people of the test split.\n\n{leaks_markdown(rows)}"
    try:
        options.output.mkdir(parents=True, exist_ok=True)
        (options.output / "leaks.md").write_text(table, encoding="utf-8")
        (options.output / "leaks.json").write_bytes(msgspec.json.format(msgspec.json.encode(rows)))
    except OSError as error:
        raise MeasureError(f"{error.filename}: {error.strerror}; choose another --output") from error
    print(table)
    return 0
