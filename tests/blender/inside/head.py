"""Omote's own head model as a character of Blender, for the picture in the documentation."""

import bpy
import numpy as np
import scene

SCALE = 0.1  # decimetres: the model is in centimetres
COLOURS = {
    "skin": (0.78, 0.55, 0.45, 1),
    "eye": (0.93, 0.93, 0.93, 1),
    "mouth": (0.45, 0.14, 0.14, 1),
    "teeth": (0.9, 0.88, 0.8, 1),
}


def in_blender(points):
    """Omote's axes to Blender's."""
    return SCALE * np.stack([points[..., 0], -points[..., 2], points[..., 1]], -1)


def mesh(name, vertices, triangles, kind):
    made = bpy.data.meshes.new(name)
    made.from_pydata(vertices.tolist(), [], triangles.tolist())
    for face in made.polygons:
        face.use_smooth = True
    material = bpy.data.materials.get(kind) or bpy.data.materials.new(kind)
    material.diffuse_color = COLOURS[kind]
    made.materials.append(material)
    found = bpy.data.objects.new(name, made)
    bpy.context.scene.collection.objects.link(found)
    return found


def build(file):
    """The head with its 52 shape keys, eyeballs on eye bones, all on a head bone."""
    data = np.load(file)
    vertices = in_blender(data["vertices"])
    pivot = in_blender(data["pivot"])
    bpy.ops.object.armature_add(location=(0, 0, 0))
    rig = bpy.context.object
    rig.name = "Head rig"
    bpy.ops.object.mode_set(mode="EDIT")
    bones = rig.data.edit_bones
    bones.remove(bones[0])
    head = bones.new("Head")
    head.head, head.tail = pivot, pivot + np.array([0, 0, 1.2])
    centres = {side: vertices[np.unique(data[f"eye_{side}"])].mean(0) for side in ("L", "R")}
    for side, centre in centres.items():
        eye = bones.new(f"eye.{side}")
        eye.head, eye.tail, eye.parent = centre, centre + np.array([0, -0.3, 0]), head
    bpy.ops.object.mode_set(mode="OBJECT")
    face = mesh("Face", vertices, data["face"], "skin")
    face.shape_key_add(name="Basis")
    names = [str(name) for name in data["names"]]
    for name, change in zip(names, data["expression"], strict=True):
        key = face.shape_key_add(name=name)
        key.data.foreach_set("co", (vertices + in_blender(change)).astype(np.float32).ravel())
    rigid = {"Head": face}
    for side, centre in centres.items():
        rigid[f"eye.{side}"] = mesh(f"Eye {side}", vertices, data[f"eye_{side}"], "eye")
        iris(rigid[f"eye.{side}"], vertices, centre)
    for bone, part in rigid.items():
        part.vertex_groups.new(name=bone).add(range(len(part.data.vertices)), 1.0, "REPLACE")
        part.modifiers.new("Armature", "ARMATURE").object = rig
        part.parent = rig
    bpy.context.view_layer.objects.active = face
    rig.show_in_front = False
    rig.hide_set(True)


def iris(eye, vertices, centre):
    """The front of an eyeball in another colour."""
    for name, colour in (("iris", (0.16, 0.3, 0.42, 1)), ("pupil", (0.02, 0.02, 0.02, 1))):
        material = bpy.data.materials.get(name) or bpy.data.materials.new(name)
        material.diffuse_color = colour
        eye.data.materials.append(material)
    for face in eye.data.polygons:
        away = vertices[list(face.vertices)].mean(0) - centre
        front = -away[1] / np.linalg.norm(away)
        face.material_index = 2 if front > 0.975 else 1 if front > 0.88 else 0


def show(file):
    """A viewport with the head, the live picture beside it, and our tab; returns where it is on the screen."""
    window = bpy.context.window_manager.windows[0]
    for one in list(bpy.data.objects):
        bpy.data.objects.remove(one)
    build(file)
    scene.choose()
    picture_plane()
    area = next(one for one in window.screen.areas if one.type == "VIEW_3D")
    space = area.spaces.active
    space.show_region_ui = True
    space.show_region_toolbar = False
    space.shading.color_type = "TEXTURE"
    space.shading.light = "STUDIO"
    space.overlay.show_overlays = False
    space.show_gizmo = False
    for kind in (
        bpy.types.Panel.__subclasses__()
    ):  # so that ours is the sidebar's only tab: it cannot be chosen from Python
        where = (getattr(kind, "bl_space_type", ""), getattr(kind, "bl_region_type", ""))
        if where == ("VIEW_3D", "UI") and getattr(kind, "bl_category", "") != "Omote":
            try:
                bpy.utils.unregister_class(kind)
            except RuntimeError:
                continue
    view = space.region_3d
    view.view_perspective = "PERSP"
    view.view_rotation = (0.7071, 0.7071, 0.0, 0.0)
    view.view_location = (1.6, 0.0, -0.25)
    view.view_distance = 7.0
    bpy.context.view_layer.objects.active = None
    return [area.x, area.y, area.width, area.height, window.height]


def picture_plane():
    """A plane whose material shows the image Omote."""
    image = bpy.data.images.new("Omote", 16, 16, alpha=True)
    bpy.context.scene.omote.image = image
    material = bpy.data.materials.new("Live picture")
    material.use_nodes = True
    node = material.node_tree.nodes.new("ShaderNodeTexImage")
    node.image = image
    material.node_tree.nodes.active = node
    plane = bpy.data.meshes.new("Picture")
    plane.from_pydata([(1.5, 0, -1.65), (4.3, 0, -1.65), (4.3, 0, 1.15), (1.5, 0, 1.15)], [], [(0, 1, 2, 3)])
    layer = plane.uv_layers.new()
    for at, uv in enumerate(((0, 0), (1, 0), (1, 1), (0, 1))):
        layer.data[at].uv = uv
    plane.materials.append(material)
    bpy.context.scene.collection.objects.link(bpy.data.objects.new("Picture", plane))
