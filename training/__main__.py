"""The `omote-train` command: from labelled faces to the weights of a network.

omote-train pairs -o pairs/                                        training pairs through the real authoring; hours
omote-train pairs --split validation --people 40 -o held-out/      the same of people who are never trained on
omote-train retouch --data pairs/ --held-out held-out/ --minutes 120 -o runs/retouch
omote-train photographs me.mp4 me.jpg -o photographs/              pairs of real faces, to train on beside them
omote-train faces -o faces/                                        labelled faces for the tracker
omote-train tracker --data faces/ --held-out unseen-faces/ -o runs/tracker
omote-train finder --data faces/ --held-out unseen-faces/ --minutes 30 -o runs/finder   finds faces for it
omote-train speech -o speech/                                      speech with the truth of the mouth
omote-train voice --data speech/ --held-out unseen-speech/ -o runs/voice     the network that moves the mouth by voice
omote-train emotion --minutes 20 -o runs/emotion                  the emotion filter; makes its own data
omote-train personal --minutes 20 -o runs/personal                how skin bulges and folds; makes its own heads
omote-train regions --form runs/retouch --data pairs/ --held-out held-out/ -o runs/regions   mouth and eyes
omote-train diffusion --data pairs/ --held-out held-out/ --config nano -o runs/nano   the generative engine
omote-train export retouch runs/retouch --regions runs/regions     a model folder for the runtime
omote-train portraits -o portraits/                                studio portraits for the parsing network
omote-train parsing --data portraits/ --held-out unseen/ --minutes 60 -o runs/parsing   cuts portraits out
omote-train liveportrait --data pairs/ --held-out held-out/ -o runs/narrow   narrow networks in LivePortrait's place
omote-train convert --weights pretrained_weights/liveportrait      checkpoints of others as ONNX files
omote-train plot runs/retouch                                      the course of the run as SVG
"""

from __future__ import annotations

import sys

from protocol.errors import OmoteError
from terminal.commands import run_program

#: command -> module with `add_parser(subparsers)` and `run(options) -> int`.
COMMANDS = {
    "pairs": "training.commands.pairs",
    "photographs": "training.commands.photographs",
    "portraits": "training.commands.portraits",
    "parsing": "training.commands.parsing",
    "retouch": "training.commands.retouch",
    "regions": "training.commands.regions",
    "diffusion": "training.commands.diffusion",
    "faces": "training.commands.faces",
    "finder": "training.commands.finder",
    "tracker": "training.commands.tracker",
    "speech": "training.commands.speech",
    "voice": "training.commands.voice",
    "emotion": "training.commands.emotion",
    "personal": "training.commands.personal",
    "export": "training.commands.export",
    "liveportrait": "training.commands.liveportrait",
    "convert": "training.commands.convert",
    "plot": "training.commands.plot",
}


def main(argv: list[str] | None = None) -> int:
    """Parse the command line and run one command; returns the exit code."""
    return run_program(
        "omote-train",
        COMMANDS,
        argv,
        description="Makes training data with the studio and the real authoring, and trains the networks on it.",
        epilog="example: omote-train pairs --people 800 -o pairs/",
        error=OmoteError,
    )


if __name__ == "__main__":
    sys.exit(main())
