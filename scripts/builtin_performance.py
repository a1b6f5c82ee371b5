"""Write runtime/builtin/performance.json: the built-in avatar's animation while no driver is connected.

Keyframes: it speaks a greeting while looking around, shows every emotion, and the camera orbits it. The runtime eases
between keyframes.

    python -m scripts.builtin_performance
"""

from __future__ import annotations

from typing import Final

import msgspec

from protocol.channels import EMOTIONS
from protocol.messages import ControlMessage, LayerName
from runtime.takes.performance import BUILTIN, PerformanceFile

DURATION_S: Final = 20.0
SOURCE: Final = "performance"
PRIORITY: Final = -10  # any other driver has a higher priority
SYLLABLE_S: Final = 0.155

#: Mouth shapes of speech at their full extent; see docs/protocol.md for the blendshapes.
VISEMES: Final[dict[str, dict[str, float]]] = {
    "_": {},
    "A": {"jawOpen": 0.46, "mouthLowerDownLeft": 0.18, "mouthLowerDownRight": 0.18},
    "E": {"jawOpen": 0.26, "mouthStretchLeft": 0.24, "mouthStretchRight": 0.24, "mouthUpperUpLeft": 0.12,
          "mouthUpperUpRight": 0.12, "mouthLowerDownLeft": 0.16, "mouthLowerDownRight": 0.16},
    "I": {"jawOpen": 0.16, "mouthStretchLeft": 0.34, "mouthStretchRight": 0.34, "mouthLowerDownLeft": 0.14,
          "mouthLowerDownRight": 0.14},
    "O": {"jawOpen": 0.36, "mouthFunnel": 0.46, "mouthPucker": 0.16},
    "U": {"jawOpen": 0.16, "mouthFunnel": 0.26, "mouthPucker": 0.52},
    "M": {"mouthRollLower": 0.30, "mouthRollUpper": 0.22, "mouthPressLeft": 0.28, "mouthPressRight": 0.28},
    "F": {"jawOpen": 0.08, "mouthRollLower": 0.34, "mouthUpperUpLeft": 0.18, "mouthUpperUpRight": 0.18},
    "L": {"jawOpen": 0.20, "tongueOut": 0.08, "mouthLowerDownLeft": 0.10, "mouthLowerDownRight": 0.10},
    "S": {"jawOpen": 0.09, "mouthStretchLeft": 0.18, "mouthStretchRight": 0.18, "mouthLowerDownLeft": 0.20,
          "mouthLowerDownRight": 0.20},
}  # fmt: skip

#: (begin, visemes of the text): "Hello! I am Omote." "Anyone can wear me." "Any program can move me."
SPEECH: Final = (
    (0.7, "EALO_AIAMOMOE"),
    (4.3, "ELIUALAUEMI"),
    (15.7, "AEIOAMAUFMI"),
)

#: channel -> keyframes (time in seconds, value in the channel's unit).
POSE: Final = {
    "yaw": ((0.0, 0.0), (0.7, 0.10), (1.6, -0.06), (2.9, 0.05), (4.1, -0.22), (5.4, -0.18), (6.2, 0.04),
            (8.3, -0.05), (10.4, 0.09), (12.4, -0.12), (14.2, 0.0), (15.6, 0.20), (17.0, -0.08), (18.6, 0.06),
            (20.0, 0.0)),
    "pitch": ((0.0, 0.0), (0.7, 0.05), (1.0, -0.05), (1.4, 0.04), (2.4, -0.03), (4.1, 0.02), (5.0, -0.04),
              (6.2, 0.03), (7.6, -0.09), (9.0, -0.05), (10.2, 0.07), (11.6, -0.02), (13.0, 0.04), (15.6, 0.0),
              (16.3, -0.05), (17.1, 0.05), (18.6, 0.02), (20.0, 0.0)),
    "roll": ((0.0, 0.0), (1.2, 0.06), (2.9, -0.04), (4.6, 0.10), (6.2, -0.03), (7.8, 0.05), (9.4, 0.0),
             (12.6, -0.09), (14.2, 0.02), (16.4, 0.08), (18.6, -0.05), (20.0, 0.0)),
    "x": ((0.0, 0.0), (4.1, -0.012), (6.2, 0.006), (15.6, 0.012), (20.0, 0.0)),
    "z": ((0.0, 0.0), (1.0, 0.02), (4.0, 0.0), (10.2, -0.03), (12.0, 0.0), (16.3, 0.03), (20.0, 0.0)),
}  # fmt: skip

GAZE: Final = {
    "yaw": ((0.0, 0.0), (0.6, 0.0), (0.66, -0.08), (1.6, 0.06), (3.0, 0.0), (3.9, 0.0), (3.97, 0.28),
            (5.0, 0.26), (5.06, 0.16), (6.2, -0.02), (12.3, 0.0), (12.36, 0.20), (13.6, 0.16), (13.66, 0.0),
            (15.4, 0.0), (15.46, -0.22), (17.0, 0.06), (20.0, 0.0)),
    "pitch": ((0.0, 0.0), (3.9, 0.0), (3.97, 0.10), (5.0, 0.08), (5.06, 0.0), (7.4, 0.0), (7.5, -0.14),
              (9.0, -0.10), (9.1, 0.0), (12.3, 0.0), (12.36, -0.04), (13.66, 0.0), (20.0, 0.0)),
}  # fmt: skip

#: Brow movements that accent the speech, and blinks at changes of gaze.
BROWS: Final = (
    (0.6, 0.0), (0.85, 0.45), (1.3, 0.10), (2.2, 0.30), (2.6, 0.0), (4.3, 0.35), (4.8, 0.05), (5.6, 0.20),
    (6.0, 0.0), (15.6, 0.0), (15.9, 0.40), (16.5, 0.05), (17.1, 0.25), (17.6, 0.0),
)  # fmt: skip
BLINKS_S: Final = (0.62, 2.85, 3.95, 6.1, 8.2, 10.0, 12.3, 13.62, 15.42, 17.9, 19.3)

#: emotion -> (begin, end, peak intensity).
EMOTION_TIMES: Final = {
    "relaxed": (0.0, 3.6, 0.6),
    "happy": (2.3, 6.4, 0.85),
    "sad": (6.3, 8.6, 0.95),
    "angry": (8.4, 10.2, 0.9),
    "surprised": (10.0, 11.4, 0.95),
    "afraid": (11.2, 12.6, 0.85),
    "disgusted": (12.4, 13.8, 0.85),
    "contemptuous": (13.6, 15.4, 0.9),
}
LAST_SMILE: Final = ((15.2, 0.0), (16.0, 0.35), (17.4, 0.9), (19.2, 0.7), (20.0, 0.0))

VIEW: Final = {
    "azimuth": ((0.0, 0.0), (6.2, 0.0), (8.2, 0.22), (10.2, 0.0), (12.4, -0.24), (14.4, 0.0), (17.0, 0.0),
                (18.3, 0.16), (20.0, 0.0)),
    "elevation": ((0.0, 0.0), (8.4, 0.0), (9.6, -0.12), (11.0, 0.10), (12.6, 0.0), (20.0, 0.0)),
    "distance": ((0.0, 1.0), (2.0, 1.0), (4.6, 0.92), (6.4, 1.0), (9.8, 0.88), (11.6, 1.06), (14.0, 1.0),
                 (20.0, 1.0)),
}  # fmt: skip

Keys = dict[str, list[tuple[float, float]]]


def speech_keys() -> Keys:
    """One keyframe per viseme and channel."""
    names = sorted({name for shapes in VISEMES.values() for name in shapes})
    keys: Keys = {name: [(0.0, 0.0)] for name in names}
    for begin_s, said in SPEECH:
        for number, letter in enumerate(f"_{said}_"):
            time_s = round(begin_s + number * SYLLABLE_S, 3)
            for name in names:
                keys[name].append((time_s, VISEMES[letter].get(name, 0.0)))
    return keys


def face_keys() -> Keys:
    """Keyframes of speech, brows and blinks."""
    keys = speech_keys()
    keys["browInnerUp"] = list(BROWS)
    keys["browOuterUpLeft"] = keys["browOuterUpRight"] = [(t, round(0.8 * v, 3)) for t, v in BROWS]
    lids: list[tuple[float, float]] = [(0.0, 0.0)]
    for time_s in BLINKS_S:
        steps = ((-0.06, 0.0), (0.0, 1.0), (0.02, 1.0), (0.12, 0.0))
        lids += [(round(time_s + after_s, 3), value) for after_s, value in steps]
    keys["eyeBlinkLeft"] = keys["eyeBlinkRight"] = lids
    return keys


def emotion_keys() -> Keys:
    """Each emotion rises within half a second, holds, and falls while the next one rises."""
    keys: Keys = {}
    for name in EMOTIONS:
        begin_s, end_s, height = EMOTION_TIMES[name]
        rise_s = 0.22 if name == "surprised" else 0.5
        keys[name] = [
            (begin_s, 0.0),
            (round(begin_s + rise_s, 3), height),
            (round(end_s - 0.5, 3), height),
            (end_s, 0.0),
        ]
    keys["happy"] += LAST_SMILE
    return keys


def messages(layer: LayerName, keys: Keys, *, mode: str = "set") -> list[tuple[float, ControlMessage]]:
    """One message for every time at which a channel of the layer has a keyframe."""
    times = sorted({time_s for channel in keys.values() for time_s, _ in channel})
    made = []
    for now_s in times:
        values = {
            name: value for name, channel in keys.items() for time_s, value in channel if time_s == now_s
        }
        made.append(
            (
                now_s,
                ControlMessage(
                    layer=layer,
                    source=SOURCE,
                    values=values,
                    mode="add" if mode == "add" else "set",
                    priority=PRIORITY,
                ),
            )
        )
    return made


def performance_file() -> PerformanceFile:
    """The whole performance. Emotion uses mode `add`, so that it does not replace the speech."""
    return PerformanceFile(
        duration_s=DURATION_S,
        ease=True,
        messages=[
            *messages("pose", {name: list(keys) for name, keys in POSE.items()}),
            *messages("expression", face_keys()),
            *messages("gaze", {name: list(keys) for name, keys in GAZE.items()}),
            *messages("emotion", emotion_keys(), mode="add"),
            *messages("view", {name: list(keys) for name, keys in VIEW.items()}),
        ],
    )


def main() -> None:
    """Write the file."""
    BUILTIN.write_bytes(msgspec.json.encode(performance_file()) + b"\n")
    print(f"{BUILTIN}: {BUILTIN.stat().st_size} bytes")


if __name__ == "__main__":
    main()
