"""Rig: what of a character Omote moves: shape keys by their ARKit names, bones of head and eyes, custom properties.

    show(scene.omote.rig, scene, values, find_keys(scene.omote.rig))    # one motion, now
    measure(scene.omote.source_rig, scene, depsgraph, keys)             # the reverse: layer -> channel -> value

No object of Blender is kept between two calls of the timer: after an undo such a reference would point to freed memory.
Only names are, and they are looked up each time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mathutils import Quaternion

from . import axes
from .blendshapes import find_blendshape
from .channels import CHANNELS
from .clip import FEELINGS, feelings_of, gaze_of, head_of, place_of, shapes_of

#: Smaller differences are not written: an object that was not touched need not be drawn again.
EPSILON: Final = 1e-6
#: Which meshes and keys belong to a face is looked up so often; the scene may change at any time.
LOOK_S: Final = 1.0
PREFIX: Final = "omote_"
_LIMITS: Final = {(c.layer, c.name): (c.low, c.high) for c in CHANNELS}


@dataclass(frozen=True)
class FaceKeys:
    """Names of what belongs to a face: object -> (name of a shape key, ARKit name) of each."""

    objects: dict[str, list[tuple[str, str]]]

    def data(self, scene: Any) -> Iterator[tuple[Any, list[tuple[str, str]]]]:
        """The shape key data-blocks that exist now, each once, and the names in them."""
        seen: set[str] = set()
        for name, pairs in self.objects.items():
            found = scene.objects.get(name)
            keys = found.data.shape_keys if found is not None and found.type == "MESH" else None
            if keys is not None and keys.name not in seen:
                seen.add(keys.name)
                yield keys, pairs


def find_keys(rig: Any) -> FaceKeys:
    """Look up the meshes of a rig and their ARKit shape keys."""
    face = rig.face
    if face is None:
        return FaceKeys({})
    meshes = [face]
    if rig.has_others and face.parent is not None:
        root = face.parent
        while root.parent is not None:
            root = root.parent
        meshes += [one for one in root.children_recursive if one.type == "MESH" and one != face]
    found: dict[str, list[tuple[str, str]]] = {}
    for mesh in meshes:
        keys = mesh.data.shape_keys
        if keys is not None:
            pairs = [(key.name, name) for key in keys.key_blocks if (name := find_blendshape(key.name))]
            if pairs:
                found[mesh.name] = pairs
    return FaceKeys(found)


class KeyCache:
    """The names of one rig's shape keys, looked up again once a second and when another face is chosen."""

    def __init__(self) -> None:
        self._keys = FaceKeys({})
        self._of: tuple[str, bool] = ("", False)
        self._looked_s = float("-inf")

    def keys(self, rig: Any, now_s: float) -> FaceKeys:
        """The rig's keys.

        Args:
            now_s: of any clock that does not go back.
        """
        of = (rig.face.name if rig.face is not None else "", rig.has_others)
        if of != self._of or now_s - self._looked_s > LOOK_S:
            self._keys, self._of, self._looked_s = find_keys(rig), of, now_s
        return self._keys


def has_eye_bones(rig: Any) -> bool:
    """Whether bones turn the eyes; otherwise the eyeLook shapes do."""
    return any(bone_of(rig, name) is not None for name in (rig.left_eye, rig.right_eye))


def bone_of(rig: Any, name: str) -> Any:
    """The pose bone of this name; None where there is none."""
    return rig.armature.pose.bones.get(name) if rig.armature is not None and name else None


def show(rig: Any, scene: Any, values: Sequence[float], keys: FaceKeys) -> None:
    """Move the character.

    Args:
        rig: a `RigSettings`.
        values: in the order of `channels.CHANNELS`.
        keys: of the rig.
    """
    shapes = shapes_of(values, fills_looks=not has_eye_bones(rig))
    for data, pairs in keys.data(scene):
        blocks = data.key_blocks
        for key_name, name in pairs:
            block = blocks.get(key_name)
            if block is not None and abs(block.value - shapes[name]) > EPSILON:
                block.value = shapes[name]
    for bone, turn in bone_turns(rig, values):
        turn_bone(bone, turn)
    head = bone_of(rig, rig.head)
    if head is not None and rig.travel > 0.0:
        head.location = head_location(rig, head, values)
    if rig.has_feelings and rig.face is not None:
        _show_feelings(rig.face, feelings_of(values))


def bone_turns(rig: Any, values: Sequence[float]) -> Iterator[tuple[Any, Quaternion]]:
    """Every bone of head and eyes with its rotation from its rest."""
    basis = axes.basis_of(rig.facing)
    gaze_yaw, gaze_pitch = gaze_of(values)
    turns = {rig.head: head_of(values)}
    turns |= dict.fromkeys((rig.left_eye, rig.right_eye), (gaze_yaw, gaze_pitch, 0.0))
    for name, angles in turns.items():
        bone = bone_of(rig, name)
        if bone is not None:
            rest = bone.bone.matrix_local.to_quaternion()
            yield bone, axes.in_bone(axes.turn_of(*angles, basis), rest)


def head_location(rig: Any, head: Any, values: Sequence[float]) -> Any:
    """Location of the head bone, from its rest."""
    rest = head.bone.matrix_local.to_quaternion()
    return rig.travel * axes.shift_in_bone(place_of(values), axes.basis_of(rig.facing), rest)


def turn_bone(bone: Any, turn: Quaternion) -> None:
    """Set a bone's rotation in whatever way the bone keeps it."""
    if bone.rotation_mode == "QUATERNION":
        bone.rotation_quaternion = turn
    elif bone.rotation_mode == "AXIS_ANGLE":
        axis, angle = turn.to_axis_angle()
        bone.rotation_axis_angle = (angle, *axis)
    else:
        bone.rotation_euler = turn.to_euler(bone.rotation_mode)


def _show_feelings(face: Any, feelings: dict[str, float]) -> None:
    is_changed = False
    for name, value in feelings.items():
        key = PREFIX + name
        if key not in face:
            make_feeling(face, name)
        if abs(face[key] - value) > EPSILON:
            face[key] = value
            is_changed = True
    if is_changed:
        face.update_tag()  # drivers that read them are computed again


def make_feeling(face: Any, name: str) -> None:
    """Add an emotion's custom property with its range."""
    low, high = _LIMITS["emotion", name]
    face[PREFIX + name] = 0.0
    face.id_properties_ui(PREFIX + name).update(min=low, max=high, soft_min=low, soft_max=high)


def measure(rig: Any, scene: Any, depsgraph: Any, keys: FaceKeys) -> dict[str, dict[str, float]]:
    """What the character does now, animation, drivers and constraints included: layer -> channel -> value.

    Layers for which the rig has no parts are left out.
    """
    layers: dict[str, dict[str, float]] = {}
    shapes: dict[str, float] = {}
    for data, pairs in keys.data(scene):
        blocks = data.evaluated_get(depsgraph).key_blocks
        for key_name, name in pairs:
            block = blocks.get(key_name)
            if block is not None and name not in shapes:
                shapes[name] = _limited("expression", name, block.value)
    if shapes:
        layers["expression"] = shapes
    if rig.armature is not None:
        layers |= _measured_turns(rig, depsgraph)
    face = rig.face
    if face is not None:
        shown = face.evaluated_get(depsgraph)
        feelings = {
            name: _limited("emotion", name, float(shown[PREFIX + name]))
            for name in FEELINGS
            if isinstance(shown.get(PREFIX + name), (int, float))
        }
        if feelings:
            layers["emotion"] = feelings
    return layers


def _measured_turns(rig: Any, depsgraph: Any) -> dict[str, dict[str, float]]:
    basis = axes.basis_of(rig.facing)
    bones = rig.armature.evaluated_get(depsgraph).pose.bones
    layers: dict[str, dict[str, float]] = {}
    head = bones.get(rig.head) if rig.head else None
    turned = Quaternion() if head is None else _turn_from_rest(head)
    if head is not None:
        angles = axes.angles_of(turned, basis)
        layers["pose"] = _named("pose", ("yaw", "pitch", "roll"), angles)
        if rig.travel > 0.0:
            moved = head.matrix.translation - head.bone.matrix_local.translation
            place = tuple(basis.transposed() @ moved / rig.travel)
            layers["pose"] |= _named("pose", ("x", "y", "z"), place)
    eyes = [bones[name] for name in (rig.left_eye, rig.right_eye) if name and name in bones]
    if eyes:
        looks = [axes.angles_of(turned.inverted() @ _turn_from_rest(eye), basis) for eye in eyes]
        mean = [sum(look[at] for look in looks) / len(looks) for at in (0, 1)]
        layers["gaze"] = _named("gaze", ("yaw", "pitch"), mean)
    return layers


def _turn_from_rest(bone: Any) -> Quaternion:
    """How far a bone is turned from its rest, in the armature's space."""
    return bone.matrix.to_quaternion() @ bone.bone.matrix_local.to_quaternion().inverted()


def _named(layer: str, names: Sequence[str], values: Sequence[float]) -> dict[str, float]:
    return {name: _limited(layer, name, value) for name, value in zip(names, values, strict=True)}


def _limited(layer: str, name: str, value: float) -> float:
    low, high = _LIMITS[layer, name]
    return min(max(float(value), low), high)
