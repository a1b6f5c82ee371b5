"""What the tests let Blender do; each returns what JSON can hold. Runs in Blender's Python, without Omote's packages."""

import importlib.util
import os
import sys
import threading
import time

import bpy

import addon_utils  # isort: skip - Blender's own; found once bpy is imported
from mathutils import Matrix

MODULE = "omote_face"
#: Spellings of other programs beside the plain names.
SPELLINGS = {"jawOpen": "JawOpen", "eyeBlinkLeft": "eyeBlink_L", "eyeBlinkRight": "EYE_BLINK_RIGHT"}


def lacking():
    """Packages that Blenders from blender.org have, and Debian's has only if its Python does."""
    return [name for name in ("numpy", "zstandard") if importlib.util.find_spec(name) is None]


def version():
    return list(bpy.app.version)


def install(zip):
    """As a user does: Edit > Preferences > Add-ons > Install, then the check mark."""
    bpy.ops.preferences.addon_install(filepath=zip, overwrite=True)
    bpy.ops.preferences.addon_enable(module=MODULE)
    return MODULE in bpy.context.preferences.addons


def part(name):
    """A module of the add-on."""
    return sys.modules[f"{MODULE}.{name}"]


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


def ticks(count):
    """As Blender's timer, which does not run in the background."""
    return [part("session").tick() for _ in range(count)]


def status():
    return part("session").status_lines(time.perf_counter())


def tick_until(test, patience_s=60.0):
    ends = time.monotonic() + patience_s
    while not test():
        assert time.monotonic() < ends, status()
        part("session").tick()
        time.sleep(0.002)


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


def follow(count):
    """Frame id, shape keys, bones and emotions after each of so many different motions."""
    seen = []
    while len(seen) < count:
        before = part("session").current.last
        tick_until(lambda before=before: part("session").current.last is not before)
        bpy.context.view_layer.update()
        last = part("session").current.last
        seen.append([last.frame_id, keys_of(), bone_matrices(), feelings()])
    return seen


def wait_status(text):
    tick_until(lambda: any(text in line for line in status()))
    return status()


def recorded_times():
    recording = part("session").current.recording
    return [list(recording._times), [list(row) for row in recording._rows]]


def wait_recorded(count):
    """Ticks meanwhile."""
    tick_until(lambda: len(part("session").current.recording) >= count)


def sleep_until_recorded(count):
    """Blender is busy with something else: no tick."""
    ends = time.monotonic() + 60
    while len(part("session").current.recording) < count:
        assert time.monotonic() < ends
        time.sleep(0.01)


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


def scene_range(start, end, current):
    bpy.context.scene.frame_start, bpy.context.scene.frame_end = start, end
    bpy.context.scene.frame_set(current)


def actions():
    return sorted(action.name for action in bpy.data.actions)


def undo(message=None):
    """Push a step, or go one back."""
    return sorted(bpy.ops.ed.undo_push(message=message) if message else bpy.ops.ed.undo())


def redo():
    return sorted(bpy.ops.ed.redo())


def delete(name):
    bpy.data.objects.remove(bpy.data.objects[name])


def image_pixels(name="Omote"):
    """Size and RGBA bytes of every pixel, bottom row first; the newest picture is shown."""
    image = bpy.data.images[name]
    return [list(image.size), [round(255 * one) for one in image.pixels[:]], image.alpha_mode]


def wait_picture(count):
    tick_until(lambda: part("session").current.picture.count >= count)
    part("session").tick()


def image_settings(name="Omote"):
    image = bpy.data.images[name]
    return [image.colorspace_settings.name, image.alpha_mode]


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


def drive_until(sent):
    tick_until(lambda: part("session").current.sender.sent >= sent)


def traces():
    """What an add-on can leave behind in Blender and in the process."""
    handlers = {
        name: len(found)
        for name in dir(bpy.app.handlers)
        if isinstance(found := getattr(bpy.app.handlers, name), list)
    }
    open_files = sorted(
        os.readlink(f"/proc/self/fd/{one}")
        for one in os.listdir("/proc/self/fd")
        if os.path.lexists(f"/proc/self/fd/{one}")
    )
    return {
        "types": sorted(name for name in dir(bpy.types) if "omote" in name.lower()),
        "subclasses": sorted(
            one.__name__
            for kind in (bpy.types.Operator, bpy.types.Panel, bpy.types.PropertyGroup)
            for one in kind.__subclasses__()
            if "omote" in one.__module__ and getattr(one, "is_registered", False)
        ),
        "operators": sorted(dir(bpy.ops.omote)),
        "scene": hasattr(bpy.types.Scene, "omote"),
        "handlers": handlers,
        "threads": sorted(one.name for one in threading.enumerate()),
        "files": [one for one in open_files if "ring" in one],
        "sockets": sum(one.startswith("socket:") for one in open_files),
        "timer": bool(part("session") and bpy.app.timers.is_registered(part("session").tick)),
    }


def disable():
    bpy.ops.preferences.addon_disable(module=MODULE)
    return list(addon_utils.check(MODULE))


def enable():
    bpy.ops.preferences.addon_enable(module=MODULE)
    return list(addon_utils.check(MODULE))


def install_extension(zip):
    """Blender 4.2 and newer; instead of the add-on."""
    disable()
    return sorted(
        bpy.ops.extensions.package_install_files(repo="user_default", filepath=zip, enable_on_install=True)
    )


def extension_works():
    """Whether the extension is enabled and its operators are there; removed again."""
    name = next(
        (
            one
            for one in bpy.context.preferences.addons.keys()  # noqa: SIM118 - it is no mapping
            if one.startswith("bl_ext.") and one.endswith(MODULE)
        ),
        "",
    )
    has_operator = bool(name) and "connect" in dir(bpy.ops.omote)
    if name:
        bpy.ops.preferences.addon_disable(module=name)
    enable()
    return has_operator


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


def show_head(file):
    """The scene of the documentation's picture."""
    import head

    return head.show(file)


def frame_shown():
    """Number of the frame that the timer has shown last; 0 = none."""
    last = part("session").current.last
    return last.frame_id if last is not None else 0


def in_window():
    """The context that a click into the 3D viewport has."""
    window = bpy.context.window_manager.windows[0]
    area = next(one for one in window.screen.areas if one.type == "VIEW_3D")
    region = next(one for one in area.regions if one.type == "WINDOW")
    return bpy.context.temp_override(window=window, area=area, region=region)


def undo_in_window():
    with in_window():
        return sorted(bpy.ops.ed.undo())


def press_in_window(operator, **arguments):
    with in_window():
        return sorted(getattr(bpy.ops.omote, operator)("EXEC_DEFAULT", **arguments))


def ages(seconds):
    """Milliseconds from a driver's measurement to the shape keys, and of each call that showed one, at the timer's pace."""
    session = part("session")
    wait_status("Connected")
    ages_ms, calls_ms = [], []
    last = 0
    begin = due = time.perf_counter()
    while due - begin < seconds:
        due += session.TICK_S
        time.sleep(max(due - time.perf_counter(), 0.0))
        before = time.perf_counter()
        session.tick()
        after = time.perf_counter()
        shown = session.current.last
        if shown is not None and shown.capture_time_ns > last:
            ages_ms.append((time.time_ns() - shown.capture_time_ns) / 1e6)
            calls_ms.append(1e3 * (after - before))
            last = shown.capture_time_ns
    return [ages_ms, calls_ms]


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
