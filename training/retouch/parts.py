"""What an ablation of the form network can leave out; without torch, for the command's options."""

from typing import Final

#: Inputs: normals, the portrait (its normals and cosines), labels, expression (with gaze and
#: emotion), pose, the avatar's code. Outputs: flow, light, detail, paint. "critic": the adversarial loss. "steps": learning
#: of steps after the first.
PARTS: Final = (
    "normals", "portrait", "labels", "expression", "pose", "avatar", "flow", "light", "detail", "paint", "critic",
    "steps",
)  # fmt: skip
