"""Scenes for the tests, and what a user does in them: characters, settings, operators, undo."""

import bpy
from addon import part
from mathutils import Matrix

#: Spellings of other programs beside the plain names.
SPELLINGS = {"jawOpen": "JawOpen", "eyeBlinkLeft": "eyeBlink_L", "eyeBlinkRight": "EYE_BLINK_RIGHT"}


def new_file():
    part("session").close()
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    part("session").current.__init__()


def character(names, fps=24, eyes=True, mode="QUATERNION", name="Monkey"):
    """A monkey with shape keys, parented to a head bone with a slanted rest, and two eye bones in it."""
    scene = bpy.context.scene
    scene.render.fps, scene.render.fps_base = fps, 1.0
    bpy.ops.mesh.primitive_monkey_add()
    monkey = bpy.context.object
    monkey.name = name
    monkey.shape_key_add(name="Basis")
    for one in names:
        monkey.shape_key_add(name=SPELLINGS.get(one, one))
    bpy.ops.object.armature_add()
    rig = bpy.context.object
    rig.name = name + " rig"
    bpy.ops.object.mode_set(mode="EDIT")
    bones = rig.data.edit_bones
    bones.remove(bones[0])
    head = bones.new("Head")
    head.head, head.tail = (0, 0, 1), (0, 0.3, 2)
    head.roll = 0.4
    if eyes:
        for bone_name, x in (("eye.L", 0.3), ("eye.R", -0.3)):
            eye = bones.new(bone_name)
            eye.head, eye.tail, eye.parent = (x, 0, 1.5), (x, -0.5, 1.5), head
    bpy.ops.object.mode_set(mode="OBJECT")
    for bone in rig.pose.bones:
        bone.rotation_mode = mode
    monkey.parent = rig
    bpy.context.view_layer.objects.active = monkey
    return [monkey.name, rig.name]


def choose(which="rig", **fields):
    """The button, then changes of single fields."""
    bpy.ops.omote.find_rig(which=which)
    rig = getattr(bpy.context.scene.omote, which)
    for name, value in fields.items():
        setattr(rig, name, value)
    return [
        rig.face and rig.face.name,
        rig.armature and rig.armature.name,
        rig.head,
        rig.left_eye,
        rig.right_eye,
    ]


def setting(**fields):
    for name, value in fields.items():
        setattr(bpy.context.scene.omote, name, value)


def press(operator, **arguments):
    """An operator of ours; its answer, or the error that it reports."""
    try:
        return sorted(getattr(bpy.ops.omote, operator)(**arguments))
    except RuntimeError as error:
        return str(error)


def scene_range(start, end, current):
    bpy.context.scene.frame_start, bpy.context.scene.frame_end = start, end
    bpy.context.scene.frame_set(current)


def undo(message=None):
    """Push a step, or go one back."""
    return sorted(bpy.ops.ed.undo_push(message=message) if message else bpy.ops.ed.undo())


def redo():
    return sorted(bpy.ops.ed.redo())


def delete(name):
    bpy.data.objects.remove(bpy.data.objects[name])


def keyframe(shapes, head, eyes, frames, name="Monkey"):
    """Animate: lists of values at frames; head and eyes as quaternions in the armature's space."""
    monkey, rig = bpy.data.objects[name], bpy.data.objects[name + " rig"]
    for key_name, values in shapes.items():
        block = monkey.data.shape_keys.key_blocks[key_name]
        for frame, value in zip(frames, values, strict=True):
            block.value = value
            block.keyframe_insert("value", frame=frame)
    for bone_name, turns in (("Head", head), ("eye.L", eyes), ("eye.R", eyes)):
        bone = rig.pose.bones[bone_name]
        rest = bone.bone.matrix_local.to_3x3()
        for frame, rows in zip(frames, turns, strict=True):
            bone.rotation_quaternion = (rest.inverted() @ Matrix(rows) @ rest).to_quaternion()
            bone.keyframe_insert("rotation_quaternion", frame=frame)


def frame(number):
    bpy.context.scene.frame_set(number)


def set_feeling(name, value):
    bpy.data.objects["Monkey"]["omote_" + name] = value
    bpy.data.objects["Monkey"].update_tag()


def show_head(file):
    """The scene of the documentation's picture."""
    import head

    return head.show(file)


def add_teeth():
    """Another mesh of the same character, with a key in another spelling; and one that has nothing to do with it."""
    rig = bpy.data.objects["Monkey rig"]
    for name, parent in (("Teeth", rig), ("Stranger", None)):
        bpy.ops.mesh.primitive_cube_add()
        cube = bpy.context.object
        cube.name, cube.parent = name, parent
        cube.shape_key_add(name="Basis")
        cube.shape_key_add(name="jaw_open").value = 0.0  # Blender 5 makes keys with a value of 1
    bpy.context.view_layer.objects.active = bpy.data.objects["Monkey"]


def open_other_file():
    """As File > New, while everything runs."""
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
