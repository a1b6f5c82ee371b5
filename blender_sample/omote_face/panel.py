"""The tab Omote in the 3D viewport's sidebar."""

from __future__ import annotations

import time
from typing import Any

import bpy

from . import session


class _Tab:
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Omote"


class OMOTE_PT_live(_Tab, bpy.types.Panel):
    """Connection and state."""

    bl_label = "Omote"

    def draw(self, context: Any) -> None:
        """Draw the panel."""
        layout, settings, current = self.layout, context.scene.omote, session.current
        row = layout.row(align=True)
        is_on = current.receiver is not None
        row.operator(
            "omote.connect", text="Disconnect" if is_on else "Connect", icon="UNLINKED" if is_on else "LINKED"
        )
        row.prop(settings, "publish_port", text="")
        for line in session.status_lines(time.perf_counter()):
            _wrapped(layout, line, context.region.width)


class OMOTE_PT_rig(_Tab, bpy.types.Panel):
    """What Omote moves."""

    bl_label = "Moved by Omote"
    bl_parent_id = "OMOTE_PT_live"

    def draw(self, context: Any) -> None:
        """Draw the panel."""
        _draw_rig(self.layout, context.scene.omote, "rig")
        self.layout.prop(context.scene.omote.rig, "has_feelings")


class OMOTE_PT_takes(_Tab, bpy.types.Panel):
    """Recording and files."""

    bl_label = "Takes"
    bl_parent_id = "OMOTE_PT_live"

    def draw(self, context: Any) -> None:
        """Draw the panel."""
        layout = self.layout
        is_on = session.current.recording is not None
        layout.prop(context.scene.omote, "take_name")
        layout.operator(
            "omote.record",
            text="Stop and make actions" if is_on else "Record",
            icon="SNAP_FACE" if is_on else "REC",
        )
        layout.operator("omote.import_take", icon="IMPORT")
        layout.operator("omote.export_bvh", icon="EXPORT")


class OMOTE_PT_picture(_Tab, bpy.types.Panel):
    """The live picture."""

    bl_label = "Live picture"
    bl_parent_id = "OMOTE_PT_live"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: Any) -> None:
        """Draw the panel."""
        layout, settings = self.layout, context.scene.omote
        is_on = session.current.picture is not None
        layout.prop(settings, "stream")
        layout.prop(settings, "image")
        layout.operator(
            "omote.picture", text="Stop" if is_on else "Show in the image", icon="PAUSE" if is_on else "IMAGE"
        )


class OMOTE_PT_drive(_Tab, bpy.types.Panel):
    """What moves Omote."""

    bl_label = "Moves Omote"
    bl_parent_id = "OMOTE_PT_live"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: Any) -> None:
        """Draw the panel."""
        layout, settings = self.layout, context.scene.omote
        _draw_rig(layout, settings, "source_rig")
        column = layout.column(align=True, heading="Send")
        for name in ("sends_expression", "sends_pose", "sends_gaze", "sends_emotion"):
            column.prop(settings, name)
        column = layout.column(align=True)
        for name in ("source", "weight", "priority", "mode", "control_port"):
            column.prop(settings, name)
        is_on = session.current.sender is not None
        layout.operator(
            "omote.drive", text="Stop" if is_on else "Drive Omote", icon="PAUSE" if is_on else "PLAY"
        )


def _draw_rig(layout: Any, settings: Any, which: str) -> None:
    rig = getattr(settings, which)
    layout.operator("omote.find_rig", icon="EYEDROPPER").which = which
    column = layout.column()
    column.prop(rig, "face")
    column.prop(rig, "has_others")
    column.prop(rig, "armature")
    if rig.armature is not None:
        for name in ("head", "left_eye", "right_eye"):
            column.prop_search(rig, name, rig.armature.pose, "bones")
        column.prop(rig, "facing")
        column.prop(rig, "travel")


def _wrapped(layout: Any, text: str, width: int) -> None:
    """Text in as many labels as the sidebar's width needs."""
    most = max(width // (7 * max(int(bpy.context.preferences.system.ui_scale), 1)), 16)
    column = layout.column(align=True)
    line = ""
    for word in text.split():
        if line and len(line) + len(word) >= most:
            column.label(text=line)
            line = ""
        line = f"{line} {word}".strip()
    column.label(text=line)


CLASSES = (OMOTE_PT_live, OMOTE_PT_rig, OMOTE_PT_takes, OMOTE_PT_picture, OMOTE_PT_drive)
