"""`omote weights`: networks of others that Omote can run: which files, from where, under which licence, and what is here.

omote weights
omote weights --weights ~/Downloads/liveportrait_onnx
omote weights --check                  # reads them all and compares checksums
omote weights --json
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from inference.weight_search import (
    FoundWeights,
    checksum_trouble,
    find_weights,
    weights_folder,
)
from inference.weight_sets import WEIGHT_SETS, weight_sets
from terminal.json_line import json_line


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
    parser.add_argument("--json", action="store_true", help="one JSON list of the sets, for scripts")


def run(args: argparse.Namespace) -> int:
    """Show what is here; returns 1 when --check finds a file that differs, else 0."""
    sets = [find_weights(one, args.weights) for one in weight_sets(args.engine)]
    trouble = [checksum_trouble(found) if args.check else [] for found in sets]
    if args.json:
        print(json_line([as_json(*pair) for pair in zip(sets, trouble, strict=True)]))
    else:
        print("\n\n".join(as_text(*pair) for pair in zip(sets, trouble, strict=True)))
    return int(any(trouble))


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
