"""What a scene shows: shape keys, bones, actions, pictures."""

import bpy
from addon import part


def keys_of(name="Monkey"):
    """Shape key -> value."""
    blocks = bpy.data.objects[name].data.shape_keys.key_blocks
    return {block.name: block.value for block in blocks if block.name != "Basis"}


def bone_matrices(name="Monkey rig"):
    """Bone -> rotation in the armature's space as rows, constraints and parents included."""
    rig = bpy.data.objects[name].evaluated_get(bpy.context.evaluated_depsgraph_get())
    turned = {}
    for bone in rig.pose.bones:
        rest = bone.bone.matrix_local.to_3x3()
        turned[bone.name] = [list(row) for row in bone.matrix.to_3x3() @ rest.inverted()]
    return turned


def feelings(name="Monkey"):
    face = bpy.data.objects[name]
    names = [key for key in face.keys() if key.startswith("omote_")]  # noqa: SIM118 - it is no mapping
    return {name: face[name] for name in names}


def sampled(owner, frames):
    """Curve -> values at these frames, from the action of an object, or of its shape keys."""
    kind, name = owner.split(":")
    found = bpy.data.objects[name]
    animated = found.data.shape_keys if kind == "keys" else found
    action = animated.animation_data.action
    return {
        f"{curve.data_path}[{curve.array_index}]": [curve.evaluate(one) for one in frames]
        for curve in curves(animated, action)
    }


def curves(animated, action):
    if not hasattr(action, "slots"):
        return list(action.fcurves)
    strip = action.layers[0].strips[0]
    return list(strip.channelbag(animated.animation_data.action_slot).fcurves)


def frame_range(owner):
    kind, name = owner.split(":")
    found = bpy.data.objects[name]
    animated = found.data.shape_keys if kind == "keys" else found
    return list(animated.animation_data.action.frame_range)


def shown_at(frames, name="Monkey"):
    """Shape keys and bones that the scene shows at these frames."""
    shown = []
    for frame in frames:
        bpy.context.scene.frame_set(frame)
        shown.append([keys_of(name), bone_matrices(name + " rig")])
    return shown


def actions():
    return sorted(action.name for action in bpy.data.actions)


def image_pixels(name="Omote"):
    """Size and RGBA bytes of every pixel, bottom row first; the newest picture is shown."""
    image = bpy.data.images[name]
    return [list(image.size), [round(255 * one) for one in image.pixels[:]], image.alpha_mode]


def image_settings(name="Omote"):
    image = bpy.data.images[name]
    return [image.colorspace_settings.name, image.alpha_mode]


def has_image(name="Omote"):
    return name in bpy.data.images


def show_and_measure(facing, layers):
    """Show channel values on the source rig, then measure it."""
    rigs, places, neutral = part("rig"), part("channels").PLACES, part("channels").NEUTRAL
    scene = bpy.context.scene
    rig = scene.omote.source_rig
    rig.facing = facing
    values = list(neutral)
    for layer, given in layers.items():
        for name, value in given.items():
            values[places[layer][name]] = value
    rigs.show(rig, scene, values, rigs.find_keys(rig))
    found = rigs.measure(rig, scene, bpy.context.evaluated_depsgraph_get(), rigs.find_keys(rig))
    return {layer: found[layer] for layer in layers}
