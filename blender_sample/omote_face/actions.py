"""A clip -> Blender's actions: one for every data-block that a rig consists of, at one key a frame.

    count = write_actions(rig, scene, clip, name="Take", first_frame=1)

An action that was assigned before stays in the file, with a fake user.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import bpy
from mathutils import Euler, Quaternion

from . import rig as rigs
from .clip import FEELINGS, Clip, feelings_of, shapes_of

_LINEAR: Final = 1  # the number of 'LINEAR' in Keyframe.interpolation


def write_actions(rig: Any, scene: Any, clip: Clip, *, name: str, first_frame: float) -> int:
    """Make and assign the actions; returns how many curves were written.

    Args:
        rig: a `RigSettings`.
        clip: at the scene's frame rate.
        name: of the actions; Blender adds a number where it exists.
        first_frame: of the first row.
    """
    if not clip.rows:
        return 0
    frames = [first_frame + place for place in range(len(clip.rows))]
    count = 0
    fills_looks = clip.fills_looks and not rigs.has_eye_bones(rig)
    shapes = [shapes_of(row, fills_looks=fills_looks) for row in clip.rows]
    for data, pairs in rigs.find_keys(rig).data(scene):
        curves = _new_curves(data, name)
        for key_name, shape in pairs:
            path = f'key_blocks["{bpy.utils.escape_identifier(key_name)}"].value'
            _write(curves.new(path), frames, [row[shape] for row in shapes])
            count += 1
    count += _write_bones(rig, clip, frames, name)
    if rig.has_feelings and rig.face is not None:
        count += _write_feelings(rig.face, clip, frames, name)
    return count


def _write_bones(rig: Any, clip: Clip, frames: Sequence[float], name: str) -> int:
    turns: dict[str, list[Quaternion]] = {}
    for row in clip.rows:
        for bone, turn in rigs.bone_turns(rig, row):
            turns.setdefault(bone.name, []).append(turn)
    if not turns:
        return 0
    curves = _new_curves(rig.armature, name)
    count = 0
    for bone_name, rotations in turns.items():
        bone = rig.armature.pose.bones[bone_name]
        path = f'pose.bones["{bpy.utils.escape_identifier(bone_name)}"].'
        columns, field = _rotation_columns(bone.rotation_mode, rotations)
        if bone_name == rig.head and rig.travel > 0.0:
            places = [rigs.head_location(rig, bone, row) for row in clip.rows]
            for index in range(3):
                _write(curves.new(path + "location", index=index), frames, [one[index] for one in places])
                count += 1
        for index, column in enumerate(columns):
            _write(curves.new(path + field, index=index), frames, column)
            count += 1
    return count


def _rotation_columns(mode: str, rotations: Sequence[Quaternion]) -> tuple[list[list[float]], str]:
    """Values by index, and the property that they belong to; without jumps between equal rotations."""
    rows: list[Sequence[float]] = []
    if mode == "QUATERNION":
        before = Quaternion()
        for turn in rotations:
            after = -turn if before.dot(turn) < 0.0 else turn
            rows.append(tuple(after))
            before = after
        return _columns(rows), "rotation_quaternion"
    if mode == "AXIS_ANGLE":
        for turn in rotations:
            axis, angle = turn.to_axis_angle()
            rows.append((angle, *axis))
        return _columns(rows), "rotation_axis_angle"
    last = Euler((0.0, 0.0, 0.0), mode)
    for turn in rotations:
        last = turn.to_euler(mode, last)
        rows.append(tuple(last))
    return _columns(rows), "rotation_euler"


def _columns(rows: Sequence[Sequence[float]]) -> list[list[float]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _write_feelings(face: Any, clip: Clip, frames: Sequence[float], name: str) -> int:
    rows = [feelings_of(row) for row in clip.rows]
    if not any(value for row in rows for value in row.values()):
        return 0
    curves = _new_curves(face, name)
    for feeling in FEELINGS:
        if rigs.PREFIX + feeling not in face:
            rigs.make_feeling(face, feeling)
        _write(curves.new(f'["{rigs.PREFIX}{feeling}"]'), frames, [row[feeling] for row in rows])
    return len(FEELINGS)


def _new_curves(owner: Any, name: str) -> Any:
    """The empty curves of a new action that is assigned to a data-block."""
    animation = owner.animation_data_create()
    if animation.action is not None:
        animation.action.use_fake_user = True
    action = bpy.data.actions.new(name)
    animation.action = action
    if not hasattr(action, "slots"):  # before Blender 4.4
        return action.fcurves
    slot = action.slots.new(id_type=owner.id_type, name=owner.name)
    strip = action.layers.new("Omote").strips.new(type="KEYFRAME")
    animation.action_slot = slot
    return strip.channelbag(slot, ensure=True).fcurves


def _write(curve: Any, frames: Sequence[float], values: Sequence[float]) -> None:
    """One linear key a frame; one in all where nothing changes."""
    if max(values) - min(values) <= rigs.EPSILON:
        frames, values = frames[:1], values[:1]
    points = curve.keyframe_points
    points.add(len(frames))
    points.foreach_set("co", [number for pair in zip(frames, values, strict=True) for number in pair])
    points.foreach_set("interpolation", [_LINEAR] * len(frames))
    curve.update()
