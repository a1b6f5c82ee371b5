"""A voice: the mouth follows the visemes that a text-to-speech engine reports, ahead of every tracker.

python examples/client/voice.py                 # says "hello" with visemes of its own
python examples/client/voice.py visemes.jsonl   # Amazon Polly's speech marks, one a line:
                                                # {"time": 125, "type": "viseme", "value": "p"}

Start the sound when this starts. Other engines report the same with other names: replace the keys of MOUTHS.
"""

import json
import sys
import time
from pathlib import Path

from omote.client import Omote

MOUTHS = {  # Polly's viseme -> blendshapes
    "sil": {"jawOpen": 0.0},
    "p": {"mouthClose": 0.1, "mouthPressLeft": 0.6, "mouthPressRight": 0.6},
    "t": {"jawOpen": 0.15, "tongueOut": 0.05},
    "k": {"jawOpen": 0.2},
    "f": {"jawOpen": 0.1, "mouthRollLower": 0.5},
    "s": {"jawOpen": 0.05, "mouthStretchLeft": 0.3, "mouthStretchRight": 0.3},
    "a": {"jawOpen": 0.6},
    "e": {"jawOpen": 0.35, "mouthSmileLeft": 0.2, "mouthSmileRight": 0.2},
    "i": {"jawOpen": 0.15, "mouthStretchLeft": 0.4, "mouthStretchRight": 0.4},
    "o": {"jawOpen": 0.4, "mouthFunnel": 0.6},
    "u": {"jawOpen": 0.15, "mouthPucker": 0.7},
}
OTHERS = {"T": "t", "S": "s", "r": "t", "@": "e", "E": "e", "O": "o"}
MOUTH = dict.fromkeys(sorted({shape for mouth in MOUTHS.values() for shape in mouth}), 0.0)
HELLO = [(0, "k"), (90, "e"), (180, "t"), (250, "o"), (380, "u"), (480, "sil")]


def read_marks(path: str) -> list[tuple[float, str]]:
    """Milliseconds and name of every viseme."""
    lines = [json.loads(line) for line in Path(path).read_text("utf-8").splitlines() if line.strip()]
    return [(line["time"], line["value"]) for line in lines if line["type"] == "viseme"]


marks = read_marks(sys.argv[1]) if len(sys.argv) > 1 else HELLO
with Omote(source="voice") as face:
    mouth = face.layer("expression", priority=10, ttl_s=0.3)  # a pause gives the mouth back to the tracker
    began_s = time.monotonic()
    for (time_ms, viseme), (next_ms, _) in zip(marks, [*marks[1:], (marks[-1][0] + 100, "")], strict=True):
        shape = MOUTHS.get(OTHERS.get(viseme, viseme), MOUTHS["t"])
        while (now_ms := 1000 * (time.monotonic() - began_s)) < next_ms:
            grown = min(1.0, max(0.0, now_ms - time_ms) / 60)  # the lips need about 60 ms
            mouth.set(**MOUTH | {name: grown * value for name, value in shape.items()})
            time.sleep(1 / 60)
        mouth.set(**MOUTH | shape)  # shown even if this program was held up
