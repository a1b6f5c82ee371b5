"""The steps of a calibration: what the person is asked to do, and what it should show.

for step in STEPS: print(step.ask)
"""

from __future__ import annotations

from dataclasses import dataclass
from math import radians
from typing import Final

REST: Final = "rest"
SIDE: Final = "side"


@dataclass(frozen=True, slots=True)
class Step:
    """One expression or turn to make and to hold.

    Attributes:
        name: identifies the step.
        ask: the instruction to the person.
        title: what the person shows, for a list of results.
        shapes: blendshapes that reach their maximum; a stem stands for both sides.
        pose, gaze: the axis that moves and its angle, radians, with Omote's signs; ("", 0) = none. People only
            estimate angles, so they are good for signs and for scales that are far off.
    """

    name: str
    ask: str
    title: str
    shapes: tuple[str, ...] = ()
    pose: tuple[str, float] = ("", 0.0)
    gaze: tuple[str, float] = ("", 0.0)


STEPS: Final = (
    Step(REST, "Look straight ahead, with your face at rest", "Face at rest"),
    Step("open", "Open your mouth as wide as you can", "Open mouth", shapes=("jawOpen",)),
    Step("smile", "Smile broadly, with your mouth closed", "Smile", shapes=("mouthSmile",)),
    Step("pucker", "Push your lips forward, as for a kiss", "Kiss", shapes=("mouthPucker",)),
    Step("close", "Close both eyes", "Closed eyes", shapes=("eyeBlink",)),
    Step("brows up", "Raise your eyebrows and open your eyes wide", "Raised brows",
         shapes=("browInnerUp", "browOuterUp", "eyeWide")),
    Step("brows down", "Frown: pull your eyebrows down", "Frown", shapes=("browDown",)),
    Step(SIDE, "Pull your mouth to YOUR LEFT", "Mouth to the side"),
    Step("turn", "Turn your head to YOUR LEFT, halfway to the shoulder", "Turned head", pose=("yaw", radians(45))),
    Step("up", "Lift your chin and look up with your whole head", "Lifted chin", pose=("pitch", radians(30))),
    Step("tilt", "Tilt your head towards YOUR RIGHT shoulder", "Tilted head", pose=("roll", radians(30))),
    Step("eyes left", "Keep your head still and look to YOUR LEFT with your eyes", "Look aside", gaze=("yaw", radians(30))),
    Step("eyes up", "Keep your head still and look up with your eyes", "Look up", gaze=("pitch", radians(20))),
    Step("eyes down", "Keep your head still and look down with your eyes", "Look down", gaze=("pitch", -radians(20))),
)  # fmt: skip
