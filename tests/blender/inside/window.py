"""Operators as a click into Blender's window starts them."""

import bpy


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
