"""What the panel's buttons do."""

# No `from __future__ import annotations`: Blender reads the annotations of properties as values.

import os
from typing import Any

import bpy
from bpy_extras.io_utils import ExportHelper, ImportHelper

from . import rig as rigs
from . import session
from .actions import write_actions
from .bvh import bvh_of
from .clip import Clip
from .composition import compose
from .errors import OmoteError
from .job import Job
from .livelink_csv import read_csv
from .mcap_take import read_take
from .picture import LivePicture
from .receiver import Receiver
from .recording import Recording
from .rig_names import likely_bones
from .sender import Sender


def frame_rate(scene: Any) -> float:
    """Frames a second of a scene."""
    return float(scene.render.fps / scene.render.fps_base)


class Connect(bpy.types.Operator):
    """Let a running Omote move the rig; once more to stop"""

    bl_idname = "omote.connect"
    bl_label = "Connect"

    def execute(self, context: Any) -> set[str]:
        """Start or stop receiving."""
        current = session.current
        if current.receiver is None:
            current.receiver = Receiver(context.scene.omote.publish_port)
            current.receiver.record(current.recording)  # one that was begun before goes on
            session.start_timer()
        else:
            current.receiver.close()
            current.receiver = current.last = None
        return {"FINISHED"}


class Drive(bpy.types.Operator):
    """Let a rig of this scene move Omote; once more to stop"""

    bl_idname = "omote.drive"
    bl_label = "Drive Omote"

    def execute(self, context: Any) -> set[str]:
        """Start or stop sending."""
        current = session.current
        if current.sender is None:
            current.sender = Sender(context.scene.omote.control_port)
            session.start_timer()
        else:
            current.sender.close()
            current.sender = None
        return {"FINISHED"}


class Picture(bpy.types.Operator):
    """Show Omote's live picture in an image, for textures; once more to stop"""

    bl_idname = "omote.picture"
    bl_label = "Live picture"

    def execute(self, context: Any) -> set[str]:
        """Start or stop the picture."""
        current = session.current
        if current.picture is not None:
            current.picture.close()
            current.picture = None
            return {"FINISHED"}
        try:
            current.picture = LivePicture(context.scene.omote.stream.strip())
        except ImportError:
            self.report(
                {"ERROR"},
                "This Blender has no numpy, which the picture needs; those from blender.org do, "
                "for Debian's: apt-get install python3-numpy",
            )
            return {"CANCELLED"}
        session.start_timer()
        return {"FINISHED"}


class FindRig(bpy.types.Operator):
    """Take the active object, its armature, and bones with the usual names"""

    bl_idname = "omote.find_rig"
    bl_label = "Use active object"
    bl_options = {"REGISTER", "UNDO"}

    which: bpy.props.StringProperty(default="rig", options={"HIDDEN"})

    def execute(self, context: Any) -> set[str]:
        """Fill in a rig's fields."""
        rig = getattr(context.scene.omote, self.which)
        active = context.active_object
        if active is None or active.type not in ("MESH", "ARMATURE"):
            self.report(
                {"ERROR"}, "Make a mesh with ARKit shape keys, or its armature, the active object first"
            )
            return {"CANCELLED"}
        armature = active if active.type == "ARMATURE" else active.find_armature()
        if active.type == "MESH":
            if active.data.shape_keys is not None:
                rig.face = active
            if armature is None and active.parent is not None and active.parent.type == "ARMATURE":
                armature = active.parent
        elif rig.face is None:
            with_keys = [
                one for one in active.children_recursive if one.type == "MESH" and one.data.shape_keys
            ]
            rig.face = with_keys[0] if with_keys else None
        rig.armature = armature
        if armature is not None:
            rig.head, rig.left_eye, rig.right_eye = likely_bones([bone.name for bone in armature.pose.bones])
        count = sum(len(pairs) for pairs in rigs.find_keys(rig).objects.values())
        self.report({"INFO"}, f"{count} ARKit shape keys, head bone: {rig.head or 'none'}")
        return {"FINISHED"}


class Record(bpy.types.Operator):
    """Record Omote's motion; once more to turn it into actions that begin at the current frame"""

    bl_idname = "omote.record"
    bl_label = "Record"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, _: Any) -> bool:
        """Only while connected, or to end a recording."""
        return session.current.receiver is not None or session.current.recording is not None

    def execute(self, context: Any) -> set[str]:
        """Start, or stop and write the actions."""
        current = session.current
        if current.recording is None:
            if current.receiver is None:
                return {"CANCELLED"}
            current.recording = Recording()
            current.receiver.record(current.recording)
            return {"FINISHED"}
        if current.receiver is not None:
            current.receiver.record(None)
        recording, current.recording = current.recording, None
        scene = context.scene
        return _written(self, scene, recording.clip(frame_rate(scene)), scene.omote.take_name)


class ImportTake(bpy.types.Operator, ImportHelper):
    """Turn a take of Omote (.mcap), or a CSV of Live Link Face, into actions that begin at the current frame"""

    bl_idname = "omote.import_take"
    bl_label = "Import take"
    bl_options = {"REGISTER", "UNDO"}

    filename_ext = ".mcap"
    filter_glob: bpy.props.StringProperty(default="*.mcap;*.csv", options={"HIDDEN"})

    def execute(self, context: Any) -> set[str]:
        """Read the file in a thread; in the background, wait for it."""
        path, fps = self.filepath, frame_rate(context.scene)
        self._job = Job(lambda: read_clip(path, fps))
        if bpy.app.background or context.window is None:
            return self._finish(context)
        manager = context.window_manager
        self._timer = manager.event_timer_add(0.1, window=context.window)
        manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: Any, event: Any) -> set[str]:
        """Blender goes on meanwhile; Escape gives up."""
        if event.type == "ESC" or (event.type == "TIMER" and self._job.is_done):
            context.window_manager.event_timer_remove(self._timer)
            return {"CANCELLED"} if event.type == "ESC" else self._finish(context)
        return {"PASS_THROUGH"}

    def _finish(self, context: Any) -> set[str]:
        try:
            clip = self._job.result()
        except OmoteError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        name = os.path.splitext(os.path.basename(self.filepath))[0]
        return _written(self, context.scene, clip, name)


class ExportBvh(bpy.types.Operator, ExportHelper):
    """Write how the rig's head and eyes move in the scene's frame range, as BVH"""

    bl_idname = "omote.export_bvh"
    bl_label = "Export BVH"

    filename_ext = ".bvh"
    filter_glob: bpy.props.StringProperty(default="*.bvh", options={"HIDDEN"})

    def execute(self, context: Any) -> set[str]:
        """Step through the frames and write the file."""
        scene = context.scene
        rig = scene.omote.rig
        if rigs.bone_of(rig, rig.head) is None and not rigs.has_eye_bones(rig):
            self.report({"ERROR"}, "BVH holds joints: choose an armature and its head bone first")
            return {"CANCELLED"}
        before = scene.frame_current
        frames = []
        for frame in range(scene.frame_start, scene.frame_end + 1):
            scene.frame_set(frame)
            shown = rigs.measure(rig, scene, context.evaluated_depsgraph_get(), rigs.FaceKeys({}))
            pose, gaze = shown.get("pose", {}), shown.get("gaze", {})
            frames.append(
                (
                    (pose.get("yaw", 0.0), pose.get("pitch", 0.0), pose.get("roll", 0.0)),
                    (pose.get("x", 0.0), pose.get("y", 0.0), pose.get("z", 0.0)),
                    (gaze.get("yaw", 0.0), gaze.get("pitch", 0.0)),
                )
            )
        scene.frame_set(before)
        try:
            with open(self.filepath, "w", encoding="ascii", newline="\n") as file:
                file.write(bvh_of(frames, fps=frame_rate(scene)))
        except OSError as error:
            self.report(
                {"ERROR"}, f"{self.filepath} cannot be written ({error.strerror}); choose another folder"
            )
            return {"CANCELLED"}
        self.report({"INFO"}, f"{len(frames)} frames")
        return {"FINISHED"}


def read_clip(path: str, fps: float) -> Clip:
    """A file as a clip, by its ending.

    Raises:
        OmoteError: it cannot be read.
    """
    if path.lower().endswith(".csv"):
        return read_csv(path, fps=fps)
    return compose(read_take(path), fps=fps)


def _written(operator: Any, scene: Any, clip: Clip, name: str) -> set[str]:
    """Make the actions and say what was made."""
    if not clip.rows:
        operator.report({"ERROR"}, "Nothing was recorded: no motion arrived")
        return {"CANCELLED"}
    count = write_actions(scene.omote.rig, scene, clip, name=name or "Take", first_frame=scene.frame_current)
    if count == 0:
        operator.report({"ERROR"}, "No rig to write to: choose a face with ARKit shape keys, or bones")
        return {"CANCELLED"}
    operator.report({"INFO"}, f"{len(clip.rows)} frames, {count} curves")
    return {"FINISHED"}


CLASSES = (Connect, Drive, Picture, FindRig, Record, ImportTake, ExportBvh)
