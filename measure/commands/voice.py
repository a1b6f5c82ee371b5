"""`omote-measure voice`: how well lips follow a voice, by the network, by five vowels, and by loudness alone."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from measure.errors import MeasureError
from measure.voice.figures import VoiceFigures, false_moves, voice_figures
from measure.voice.methods import Heard, heard_by, methods_with
from measure.voice.outside import outside_way
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
        help="speech of the test or the validation split, to measure with",
    )
    parser.add_argument(
        "--voices",
        default="",
        metavar="TEXT",
        help='recordings whose voice has this in its name: "neural", ", sung", ", clean" (default: all)',
    )
    parser.add_argument(
        "--model", type=Path, metavar="FOLDER", help="another network, as omote-train export writes it"
    )
    parser.add_argument(
        "--against",
        action="append",
        default=[],
        metavar="NAME=PATH",
        help="another program as well: headaudio=FOLDER of the unpacked npm package, rhubarb=PROGRAM; may be repeated",
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
    outside = dict(outside_way(text) for text in options.against)
    recordings = [one for one in read_recordings(options.data) if options.voices in one.voice][
        : options.count
    ]
    if options.seconds is not None:
        recordings = [one.first(options.seconds) for one in recordings]
    if not any(one.language for one in recordings):
        named = f" with {options.voices!r} in its name" if options.voices else ""
        raise MeasureError(f"no recording in {options.data}{named} holds speech; make more of them")
    found: dict[str, VoiceFigures] = {}
    moves: dict[str, dict[str, tuple[float, float]]] = {}
    kinds: dict[str, dict[str, VoiceFigures]] = {}
    ways: dict[str, Callable[[Recording], Heard]] = {
        "with the text": partial(heard_with_text, folder=options.model),
        **{name: partial(heard_by, method) for name, method in methods_with(options.model).items()},
        **outside,
    }
    with progress_bar(len(ways) * len(recordings), "recordings") as bar:
        for number, (name, hear) in enumerate(ways.items()):
            pairs = []
            for place, recording in enumerate(recordings):
                pairs.append((recording, hear(recording)))
                bar(number * len(recordings) + place + 1)
            found[name], moves[name] = voice_figures(pairs), false_moves(pairs)
            kinds[name] = {kind: voice_figures(some) for kind, some in _by_kind(pairs).items()}
    table = table_of(found) + kinds_table_of(kinds) + moves_table_of(moves)
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "voice.md").write_text(table, encoding="utf-8")
    (options.output / "voice.json").write_bytes(msgspec.json.format(msgspec.json.encode(found)))
    spoken = [one for one in recordings if one.language]
    print(table)
    voices = {one.voice.partition(", ")[0] for one in spoken}
    print(
        f"{len(voices)} voices, {len({one.language for one in spoken})} languages, "
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


def kinds_table_of(kinds: dict[str, dict[str, VoiceFigures]]) -> str:
    """Figures for each way of speaking as a table in Markdown; "" where there is one only."""
    names = list(dict.fromkeys(kind for row in kinds.values() for kind in row))
    if len(names) < 2:
        return ""
    lines = ["", "| visemes right, p b m shut, false closures a minute | " + " | ".join(names) + " |"]
    lines.append("|---|" + "--:|" * len(names))
    for name, row in kinds.items():
        cells = [
            f"{one.viseme:.0%}, {_cell(one.closed, '{:.0%}')}, {one.false_closures:.0f}"
            for one in (row[kind] for kind in names)
        ]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _by_kind(pairs: list[tuple[Recording, Heard]]) -> dict[str, list[tuple[Recording, Heard]]]:
    """The recordings in which somebody speaks, by how they do."""
    found: dict[str, list[tuple[Recording, Heard]]] = {}
    for recording, heard in pairs:
        if recording.language:
            found.setdefault(recording.kind, []).append((recording, heard))
    return found


def moves_table_of(moves: dict[str, dict[str, tuple[float, float]]]) -> str:
    """Movement without a voice as a table in Markdown: the mean of the greatest coefficient, and how long it is seen."""
    kinds = list(dict.fromkeys(kind for row in moves.values() for kind in row))
    if not kinds:
        return ""
    lines = ["", "| moves by | " + " | ".join(kinds) + " |", "|---|" + "--:|" * len(kinds)]
    for name, row in moves.items():
        cells = [f"{row[kind][0]:.3f} ({row[kind][1]:.0%})" for kind in kinds]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _cell(value: float | None, form: str) -> str:
    """A figure; one that there is not is a dash."""
    return "–" if value is None or value != value else form.format(value)
