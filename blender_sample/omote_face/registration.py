"""What Blender gets from the add-on when it is enabled, and gives back when it is disabled."""

from __future__ import annotations

from typing import Final

import bpy

from . import operators, panel, session, settings

_CLASSES: Final = (*settings.CLASSES, *operators.CLASSES, *panel.CLASSES)


def register() -> None:
    """Add classes and settings."""
    for one in _CLASSES:
        bpy.utils.register_class(one)
    bpy.types.Scene.omote = bpy.props.PointerProperty(type=settings.OmoteSettings)


def unregister() -> None:
    """Close everything that is open and remove what `register` added. Settings stay in the file's scenes."""
    session.close()
    del bpy.types.Scene.omote
    for one in reversed(_CLASSES):
        bpy.utils.unregister_class(one)
