"""The add-on's settings, kept in the scene: ports, the rig that Omote moves, and the rig that moves Omote.

What is connected, recorded or sent now is not here but in `session`: an undo must not change it.
"""

# No `from __future__ import annotations`: Blender reads the annotations as values.

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, PointerProperty, StringProperty

#: Directions that a rig looks in at rest, in its own space.
FACINGS = (
    ("-Y", "-Y", "The character looks at Blender's front view, as most do"),
    ("+Y", "+Y", "The character looks away from the front view"),
    ("+X", "+X", "The character looks along +X"),
    ("-X", "-X", "The character looks along -X"),
)


def _has_keys(_: object, candidate: bpy.types.Object) -> bool:
    return bool(candidate.type == "MESH" and candidate.data.shape_keys)


def _is_armature(_: object, candidate: bpy.types.Object) -> bool:
    return bool(candidate.type == "ARMATURE")


class RigSettings(bpy.types.PropertyGroup):
    """The parts of one character."""

    face: PointerProperty(
        type=bpy.types.Object, name="Face", poll=_has_keys, description="Mesh with ARKit shape keys"
    )
    has_others: BoolProperty(
        name="Other meshes too",
        default=True,
        description="Also teeth, tongue, lashes: every mesh below the same parent that has ARKit shape keys",
    )
    armature: PointerProperty(
        type=bpy.types.Object, name="Rig", poll=_is_armature, description="Its bones turn head and eyes"
    )
    head: StringProperty(name="Head", description="Bone that turns the head")
    left_eye: StringProperty(name="Eye L", description="Bone of the character's own left eye")
    right_eye: StringProperty(name="Eye R", description="Bone of the character's own right eye")
    facing: EnumProperty(
        name="Facing",
        items=FACINGS,
        default="-Y",
        description="Where the armature looks at rest, in its own space",
    )
    travel: FloatProperty(
        name="Head moves",
        default=0.0,
        min=0.0,
        soft_max=2.0,
        unit="LENGTH",
        description="How far the head bone moves for a portrait's height; 0 = it only turns",
    )
    has_feelings: BoolProperty(
        name="Emotions",
        default=True,
        description="Emotions as custom properties of the face, such as omote_happy, for drivers of materials and shapes",
    )


class OmoteSettings(bpy.types.PropertyGroup):
    """Everything that the panel shows."""

    publish_port: IntProperty(
        name="Port",
        default=5572,
        min=1,
        max=65535,
        description="The runtime's publish port, on this machine",
    )
    control_port: IntProperty(
        name="Control port",
        default=5570,
        min=1,
        max=65535,
        description="The runtime's control port, on this machine",
    )
    rig: PointerProperty(type=RigSettings)
    take_name: StringProperty(name="Name", default="Take", description="Name of the recorded actions")

    stream: StringProperty(
        name="Stream", default="omote", description="Which picture: the name of omote run --stream"
    )
    image: PointerProperty(
        type=bpy.types.Image, name="Image", description="Gets the live picture; empty = a new one named Omote"
    )

    source_rig: PointerProperty(type=RigSettings)
    source: StringProperty(
        name="Driver", default="blender", maxlen=64, description="Name of this driver in Omote"
    )
    sends_expression: BoolProperty(
        name="Expression", default=True, description="Send the ARKit shape keys of the face"
    )
    sends_pose: BoolProperty(name="Pose", default=True, description="Send how the head bone is turned")
    sends_gaze: BoolProperty(name="Gaze", default=True, description="Send how the eye bones are turned")
    sends_emotion: BoolProperty(
        name="Emotion", default=False, description="Send the face's custom properties omote_happy and so on"
    )
    weight: FloatProperty(
        name="Weight",
        default=1.0,
        min=0.0,
        max=1.0,
        subtype="FACTOR",
        description="Share against the drivers below",
    )
    priority: IntProperty(
        name="Priority", default=0, min=-1000, max=1000, description="The highest wins, then the newest"
    )
    mode: EnumProperty(
        name="Mode",
        items=(
            ("set", "Set", "Competes with other drivers for the channels"),
            ("add", "Add", "Is put on top of what the others do"),
        ),
        default="set",
    )


CLASSES = (RigSettings, OmoteSettings)
