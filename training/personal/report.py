"""Measures the skin that a run gives to heads it never saw, and the ways of carrying an expression to another face.

python -m training.personal.report --heads runs/personal runs/personal

Prints tables in Markdown; errors are root mean squares in millimetres, where a head-model unit is a centimetre.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch

from face.head_model import load_head_model
from networks.personal import PersonalSkinNet
from protocol.errors import OmoteError
from training.loop import WEIGHTS
from training.personal.heads import read_heads
from training.personal.judging import error_figures, transfer_figures
from training.retouch.trained import with_weights


def main(argv: list[str] | None = None) -> int:
    """Measure and print; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m training.personal.report", description=__doc__)
    parser.add_argument("run", type=Path, metavar="RUN", help="run of omote-train personal")
    parser.add_argument(
        "--heads", type=Path, metavar="DIR", help="folder of its heads (default: the run's own)"
    )
    options = parser.parse_args(argv)
    torch.set_num_threads(1)
    try:
        net = with_weights(PersonalSkinNet(), options.run / WEIGHTS, "omote-train personal").eval()
        unseen = read_heads((options.heads or options.run) / "unseen.npz")
    except OmoteError as error:
        print(f"training.personal.report: {error}", file=sys.stderr)
        return 1
    figures = error_figures(net, unseen)
    print("| " + " | ".join(figures) + " |\n|" + "--:|" * len(figures))
    print("| " + " | ".join(f"{value:.3f}" for value in figures.values()) + " |\n")
    ways = transfer_figures(net, unseen, load_head_model())
    columns = list(ways["plain"])
    print("| way | " + " | ".join(columns) + " |\n|---|" + "--:|" * len(columns))
    for way, row in ways.items():
        print(f"| {way} | " + " | ".join(f"{row[column]:.3f}" for column in columns) + " |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
