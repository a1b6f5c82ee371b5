"""`omote-measure closures`: which signs of a [p] shut the lips, chosen on voices that no report is made of."""

from __future__ import annotations

import argparse
from pathlib import Path

from bridge.devices.voice_network import DELAYS_S
from measure.errors import MeasureError
from measure.voice.closures import BEGINS, MOST_FALSE, chosen, closure_curve, hear_lips
from measure.voice.recordings import read_recordings


def closures_parser(name: str) -> argparse.ArgumentParser:
    """Options of the command."""
    parser = argparse.ArgumentParser(
        prog=f"omote-measure {name}",
        description="Tries thresholds for shut lips on speech of the validation split, and says for each look-ahead which "
        f"shuts most p, b and m for at most {MOST_FALSE:g} false closures a minute of speech. They are constants of "
        "bridge/devices/speech_mouth.py. omote-measure voice then reports on the test split.",
        epilog=f"example: omote-train speech --split validation -o unseen/; omote-measure {name} --data unseen/",
    )
    parser.add_argument(
        "--data",
        type=Path,
        required=True,
        metavar="DIR",
        help="speech of the validation split, to choose with",
    )
    parser.add_argument(
        "--model", type=Path, metavar="FOLDER", help="another network, as omote-train export writes it"
    )
    return parser


def run(options: argparse.Namespace) -> int:
    """Choose; returns the exit status.

    Raises:
        MeasureError, InferenceError: with a message for the user.
    """
    heard = hear_lips(read_recordings(options.data), options.model)
    if not heard:
        raise MeasureError(f"no recording in {options.data} holds speech; make more of them")
    print(
        "| look-ahead, ms | shut from this closure | and this share of PP | p b m shut | false closures a minute |"
    )
    print("|--:|--:|--:|--:|--:|")
    for head, delay_s in enumerate(DELAYS_S):
        curve = closure_curve(heard, head)
        best = chosen(curve)
        for one in curve:
            mark = " ← chosen" if one is best else ""
            print(
                f"| {1000 * delay_s:.0f} | {one.lips:.2f} | {one.sound:.2f} | {one.closed:.1%} | "
                f"{one.false_closures:.1f}{mark} |"
            )
    print(
        f"\nmovement begins at {BEGINS:g} of each threshold; constants _LIPS and _SOUND of bridge/devices/speech_mouth.py"
    )
    return 0
