"""`omote weights`: networks of others that Omote can run: which files, from where, under which licence, and what is here.

omote weights
omote weights --weights ~/Downloads/liveportrait_onnx
omote weights --check                  # reads them all and compares checksums
omote weights liveportrait --check --avatar me -o sheet.png     # and draws a contact sheet, with the time of a picture
omote weights --json
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any, Final

from face.avatar import load_avatar
from face.errors import AvatarError
from face.rig import load_rig
from inference.providers import AUTO
from inference.weight_search import (
    FoundWeights,
    checksum_trouble,
    find_weights,
    weights_folder,
)
from inference.weight_sets import WEIGHT_SETS, weight_sets
from protocol.errors import OmoteError
from protocol.file_names import check_new_file
from runtime.avatars.shelf import Shelf
from runtime.engines import make_engine
from runtime.inference.settings import NeuralSettings
from terminal.json_line import json_line

#: The contact sheet's file, if none is named, and the side of the frames on it.
SHEET: Final = "contact-sheet.png"
SHEET_PX: Final = 512


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `omote weights` to the command line."""
    parser = subparsers.add_parser(
        "weights",
        help="networks of others: where people get them, what is here",
        description="Networks of others that Omote can run but does not ship: files, sources, licences, and what of them "
        f"is on this machine. Put them into {weights_folder()}/NAME, or name their folder.".replace(
            "%", "%%"
        ),
        epilog="example: omote weights --check",
    )
    parser.add_argument(
        "engine",
        nargs="?",
        default="",
        choices=("", *dict.fromkeys(one.engine for one in WEIGHT_SETS)),
        metavar="ENGINE",
        help="only those of one engine",
    )
    parser.add_argument("--weights", type=Path, metavar="DIR", help="look only in this folder")
    parser.add_argument(
        "--check", action="store_true", help="read the files and compare their checksums with the known ones"
    )
    parser.add_argument(
        "--avatar",
        metavar="FOLDER|NAME",
        help="with --check: draw a contact sheet of this avatar by its own engine",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        default=Path(SHEET),
        help="the contact sheet (default: %(default)s)",
    )
    parser.add_argument(
        "--providers",
        default=AUTO,
        metavar="A,B",
        help="what runs the networks, best first (default: %(default)s)",
    )
    parser.add_argument("--json", action="store_true", help="one JSON list of the sets, for scripts")


def run(args: argparse.Namespace) -> int:
    """Show what is here; returns 1 when --check finds a file that differs, else 0."""
    sets = [find_weights(one, args.weights) for one in weight_sets(args.engine)]
    trouble = [checksum_trouble(found) if args.check else [] for found in sets]
    if args.json:
        print(json_line([as_json(*pair) for pair in zip(sets, trouble, strict=True)]))
    else:
        print("\n\n".join(as_text(*pair) for pair in zip(sets, trouble, strict=True)))
    if args.check and args.avatar is not None:
        try:
            print(_draw_sheet(args), file=sys.stderr if args.json else sys.stdout)
        except OmoteError as error:
            print(f"omote weights: {error}", file=sys.stderr)
            return 1
    return int(any(trouble))


def _draw_sheet(args: argparse.Namespace) -> str:
    """Draw and write the contact sheet; returns the report.

    Raises:
        OmoteError: the avatar, its engine or the file cannot be used.
    """
    from PIL import Image

    from omote.checks.contact_sheet import MOTIONS, draw_contact_sheet

    path = Shelf().resolve(args.avatar)
    if path is None:
        raise AvatarError(f"there is no avatar {args.avatar!r}; omote avatar list names them")
    avatar = load_avatar(path)
    check_new_file(args.output)
    named = tuple(part.strip() for part in args.providers.split(",") if part.strip())
    settings = NeuralSettings(named, weights="" if args.weights is None else str(args.weights))
    engine = make_engine(avatar.engine, SHEET_PX, settings)
    try:
        engine.set_avatar(avatar)
        sheet = draw_contact_sheet(engine, load_rig(avatar).portrait, clock=time.perf_counter)
        notes = engine.notes()
    finally:
        engine.close()
    try:
        Image.fromarray(sheet.picture).save(args.output)
    except (OSError, ValueError) as error:
        raise AvatarError(
            f"{args.output} cannot be written ({error}); name a PNG or JPEG file with -o"
        ) from error
    report = f"\n{args.output}: {len(MOTIONS)} motions by {engine.name} on {engine.provider}, "
    report += f"{sheet.median_ms:.1f} ms a picture (median)"
    return "\n".join([report, *(f"note: {note}" for note in notes)])


def as_text(found: FoundWeights, trouble: list[str]) -> str:
    """One set for people."""
    weights = found.weights
    state = "complete" if found.is_complete else f"{len(found.missing)} of its files missing"
    if found.folder is None:
        state = "not here"
    lines = [f"{weights.title}  ({state})", f"  engine   {weights.engine}", f"  licence  {weights.licence}"]
    lines += [f"  from     {source}" for source in weights.sources]
    lines += [f"  note     {weights.note}"] if weights.note else []
    lines += [f"  folder   {found.folder}"] if found.folder is not None else []
    for one in weights.files:
        mark = "here   " if one.name in found.files else ("missing" if one.is_required else "absent ")
        size = f"  {one.megabytes:g} MB" if one.megabytes else ""
        lines.append(f"    {mark}  {one.name}{size}{'' if one.is_required else '  (optional)'}")
    return "\n".join([*lines, *(f"  differs  {line}" for line in trouble)])


def as_json(found: FoundWeights, trouble: list[str]) -> dict[str, Any]:
    """One set for programs."""
    weights = found.weights
    return {
        "key": weights.key,
        "engine": weights.engine,
        "licence": weights.licence,
        "sources": list(weights.sources),
        "folder": None if found.folder is None else str(found.folder),
        "is_complete": found.is_complete,
        "files": {
            one.name: str(found.files[one.name]) if one.name in found.files else None for one in weights.files
        },
        "trouble": trouble,
    }
