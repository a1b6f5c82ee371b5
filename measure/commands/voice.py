"""`omote-measure voice`: how well lips follow a voice, by the network, by five vowels, and by loudness alone."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from measure.errors import MeasureError
from measure.voice.figures import VoiceFigures, voice_figures
from measure.voice.methods import METHODS, Heard, heard_by
from measure.voice.recordings import Recording, read_recordings
from measure.voice.told import heard_with_text
from terminal.progress import progress_bar

#: Column -> figure, how it is written, and what it means.
_COLUMNS: Final = {
    "visemes right": ("viseme", "{:.1%}"),
    "begin off, ms (found)": ("boundary_ms", "{:.0f}"),
    "p b m shut": ("closed", "{:.1%}"),
    "vowels shut": ("closed_wrongly", "{:.1%}"),
    "false closures a minute": ("false_closures", "{:.1f}"),
    "jaw r": ("jaw_r", "{:.2f}"),
    "lips r": ("lips_r", "{:.2f}"),
    "error": ("rms", "{:.3f}"),
    "in silence": ("in_silence", "{:.4f}"),
    "in noise": ("in_noise", "{:.4f}"),
    "late, ms": ("late_ms", "{:.0f}"),
    "core": ("share", "{:.1%}"),
}


def voice_parser(name: str) -> argparse.ArgumentParser:
    """Options of the command."""
    parser = argparse.ArgumentParser(
        prog=f"omote-measure {name}",
        description="Plays speech whose mouth is known to every way of hearing it, and compares what the lips do. All "
        "on the same files in one run.",
        epilog=f"example: omote-train speech --split validation --people 40 -o unseen/; omote-measure {name} --data "
        "unseen/ -o report/",
    )
    parser.add_argument(
        "--data",
        type=Path,
        required=True,
        metavar="DIR",
        help="speech of the validation split, to measure with",
    )
    parser.add_argument("--count", type=int, metavar="N", help="the first N recordings alone (default: all)")
    parser.add_argument(
        "--seconds", type=float, metavar="S", help="of the beginning of each (default: the whole recording)"
    )
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR", help="the report's folder")
    return parser


def run(options: argparse.Namespace) -> int:
    """Hear and measure; returns the exit status.

    Raises:
        MeasureError, InferenceError: with a message for the user.
    """
    if options.count is not None and options.count < 1:
        raise MeasureError(f"--count {options.count}, expected 1 or more")
    if options.seconds is not None and not options.seconds >= 1.0:
        raise MeasureError(f"--seconds {options.seconds:g}, expected 1 or more")
    recordings = read_recordings(options.data)[: options.count]
    if options.seconds is not None:
        recordings = [one.first(options.seconds) for one in recordings]
    if not any(one.language for one in recordings):
        raise MeasureError(f"nobody speaks in the recordings of {options.data}; make more of them")
    found: dict[str, VoiceFigures] = {}
    ways: dict[str, Callable[[Recording], Heard]] = {
        "with the text": heard_with_text,
        **{name: partial(heard_by, method) for name, method in METHODS.items()},
    }
    with progress_bar(len(ways) * len(recordings), "recordings") as bar:
        for number, (name, hear) in enumerate(ways.items()):
            pairs = []
            for place, recording in enumerate(recordings):
                pairs.append((recording, hear(recording)))
                bar(number * len(recordings) + place + 1)
            found[name] = voice_figures(pairs)
    table = table_of(found)
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "voice.md").write_text(table, encoding="utf-8")
    (options.output / "voice.json").write_bytes(msgspec.json.format(msgspec.json.encode(found)))
    spoken = [one for one in recordings if one.language]
    print(table)
    print(
        f"{len(spoken)} voices, {len({one.language for one in spoken})} languages, "
        f"{sum(len(one.viseme) for one in spoken) / 120 / 60:.0f} minutes; "
        f"without a voice: {len(recordings) - len(spoken)} recordings"
    )
    print(msgspec.json.encode(found).decode())  # a figure that is missing becomes null
    return 0


def table_of(found: dict[str, VoiceFigures]) -> str:
    """The figures as a table in Markdown."""
    lines = ["| heard by | " + " | ".join(_COLUMNS) + " |", "|---|" + "--:|" * len(_COLUMNS)]
    for name, figures in found.items():
        values = msgspec.to_builtins(figures)
        cells = [_cell(values[key], form) for key, form in _COLUMNS.values()]
        cells[1] += f" ({figures.found:.0%})"
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _cell(value: float | None, form: str) -> str:
    """A figure; one that there is not is a dash."""
    return "–" if value is None or value != value else form.format(value)
